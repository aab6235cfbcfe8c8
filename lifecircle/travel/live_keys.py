"""The keys of a search that changes: of the junctions, and of the residences that hang on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from lifecircle.engine import ready
from lifecircle.model.network import WalkNetwork
from lifecircle.model.travel import Floats, Impedance
from lifecircle.travel import live_arrays as arrays
from lifecircle.travel.changes import Touched
from lifecircle.travel.ends import ends_of, subset
from lifecircle.travel.journal import Journal, Table
from lifecircle.travel.live_doors import LiveDoors, Renumbered
from lifecircle.travel.live_points import LivePoints
from lifecircle.travel.live_streets import LiveStreets, Price
from lifecircle.travel.nearest import Endpoints, Search, search_keys
from lifecircle.travel.search import UNREACHED, arcs_to_facilities
from lifecircle.travel.update_kernels import update

Ints = npt.NDArray[np.int64]

NONE = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class LiveTables:
    """What the keys rest on: streets, doors and the points of so many residences, all of one journal."""

    journal: Journal
    streets: LiveStreets
    doors: LiveDoors
    origins: LivePoints
    residences: int


@dataclass(frozen=True, slots=True, eq=False)
class Felt:
    """Where a change can be felt first.

    Attributes
    ----------
    kinds : set of int or None
        Numbers of the types concerned, None for all.
    junctions, edges, owners : int64 (N,)
        See `live_arrays.Region`.
    """

    kinds: frozenset[int] | None = None
    junctions: Ints = field(default_factory=lambda: NONE)
    edges: Ints = field(default_factory=lambda: NONE)
    owners: Ints = field(default_factory=lambda: NONE)


@dataclass(frozen=True, slots=True, eq=False)
class Walker:
    """How somebody walks, what for, and how far.

    Attributes
    ----------
    price : callable
        Gives a network its `Impedance`; must price every edge by itself alone, for instance
        ``partial(make_impedance, mode=mode, private=True)``.
    types : tuple of K str
    cutoff : int
        Inclusive, in the unit of `price`.
    """

    price: Price
    types: tuple[str, ...]
    cutoff: int


class LiveKeys:
    """Keys of V junctions and R residences for the K types of a walker; FAR where nothing is reached.

    A key is ``value * scale + rank``.

    Attributes
    ----------
    types : tuple of K str
    cutoff : int
    """

    def __init__(self, place: LiveTables, walker: Walker, *, number: int, kinds: Sequence[str]) -> None:
        self.types, self.cutoff = walker.types, walker.cutoff
        self._place, self._number, self._scale = place, number, place.doors.scale
        self._kinds = np.array([kinds.index(kind) for kind in walker.types], dtype=np.int64)
        self._begin = np.searchsorted(place.origins.table.used("owner"), np.arange(place.residences + 1))
        self._stamp, self._turn = np.zeros(place.residences, dtype=np.int64), 1
        junctions = np.full((len(place.streets.nodes), len(self.types)), arrays.FAR, dtype=np.int64)
        self._keys = Table(place.journal, key=junctions)
        far = np.full((place.residences, len(self.types)), arrays.FAR, dtype=np.int64)
        self._cells = Table(place.journal, key=far, point=np.full(far.shape, -1, dtype=np.int64))

    def start(self, facilities: Endpoints, *, network: WalkNetwork, impedance: Impedance) -> None:
        """Search every type from scratch."""
        arcs = arcs_to_facilities(network, impedance, cutoff=self.cutoff)
        entrances = ends_of(facilities.snapped, network, impedance=impedance, leaving=False)
        search = Search(network, impedance, arcs, entrances, self.cutoff)
        assert facilities.type is not None  # noqa: S101  # LiveDoors has refused such
        types = facilities.type[entrances.owner]
        for column, (name, kind) in enumerate(zip(self.types, self._kinds.tolist(), strict=True)):
            own, ranks = subset(entrances, np.flatnonzero(types == name)), self._place.doors.ranks(kind)
            if len(ranks):
                plain = search_keys(search, own)
                value, place = np.divmod(plain, len(ranks))
                far = plain == UNREACHED
                self._keys["key"][: len(plain), column] = np.where(far, arrays.FAR, value * self._scale + ranks[place])
        self.repair(Felt(owners=np.arange(len(self._cells))))

    def add_junctions(self) -> None:
        """Make room for new junctions, which nothing reaches yet."""
        come = len(self._place.streets.nodes) - len(self._keys)
        if come:
            self._keys.append(come, key=arrays.FAR)

    def values(self, column: int, rows: Ints) -> Floats:
        """Return the least value of residences `rows` (N,) to the type of `column`, ``inf`` where none is reached."""
        key = self._cells["key"][rows, column]
        return np.where(key == arrays.FAR, np.inf, key // self._scale)

    @property
    def cells(self) -> Ints:
        """Keys of the residences, int64 (R, K), with room to grow; not to be written."""
        return self._cells["key"]

    def beyond(self, limit: int) -> int:
        """Return what the keys of values up to `limit`, inclusive, are below."""
        return (limit + 1) * self._scale

    def serving(self, column: int, rows: Ints) -> npt.NDArray[np.object_]:
        """Return the ids of the facilities that serve residences `rows` (N,), None where none is reached."""
        key = self._cells["key"][rows, column]
        found, names = key != arrays.FAR, np.full(len(rows), None, dtype=object)
        names[found] = self._place.doors.names(int(self._kinds[column]), key[found] % self._scale)
        return names

    def repair(self, felt: Felt) -> Touched:
        """Repair the keys around a change and the cells that hang on them."""
        kinds = self._kinds.tolist()
        own = np.flatnonzero([felt.kinds is None or kind in felt.kinds for kind in kinds])
        self._turn += len(kinds)
        doors, origins = self._place.doors.points, self._place.origins
        region = arrays.Region(own, self._kinds[own], felt.junctions, felt.edges, felt.owners, self._stamp)
        junctions, residences = ready(update)(
            self._keys["key"],
            (self._cells["key"], self._cells["point"]),
            region,
            self._place.streets.graph(self._number),
            arrays.Doors(doors.table.rows, doors.ends[self._number].rows),
            arrays.Origins(self._begin, origins.table.rows, origins.ends[self._number].rows),
            arrays.Size(self._scale, self.cutoff, self._turn),
        )
        # Of several old keys of one junction the first is the one to go back to: it is written back last, and stays.
        column, node, key = junctions.T
        self._keys.note("key", (node, column), old=key)
        column, rows, key, point = residences.T
        self._cells.note("key", (rows, column), old=key)
        self._cells.note("point", (rows, column), old=point)
        return Touched(rows, column)

    def plain(self, column: int) -> Ints:
        """Return the keys of a column with ranks 0, 1, 2 ..., as `served` wants them."""
        key, ranks = self._keys.used("key")[:, column], self._place.doors.ranks(int(self._kinds[column]))
        value, rank = np.divmod(key, self._scale)
        plain = value * max(len(ranks), 1) + np.searchsorted(ranks, rank)
        return np.where(key == arrays.FAR, UNREACHED, plain)

    def renumber(self, kind: int, changed: Renumbered) -> None:
        """Write new ranks into all keys of a type; no value changes."""
        for table in (self._keys, self._cells):
            for column in np.flatnonzero(self._kinds == kind).tolist():
                key = table["key"][:, column]
                reached = np.flatnonzero((np.arange(len(key)) < len(table)) & (key != arrays.FAR))
                value, rank = np.divmod(key[reached], self._scale)
                table.note("key", (reached, column), old=key[reached])
                # Ranks that went in the same turn are not among the old ones; what rests on them is lost in the repair.
                place = np.minimum(np.searchsorted(changed.old, rank), len(changed.old) - 1)
                key[reached] = value * self._scale + changed.new[place]
