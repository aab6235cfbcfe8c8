"""The keys of a search that changes: of the junctions, and of the residences that hang on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
from lifecircle.travel.live_streets import LiveStreets
from lifecircle.travel.nearest import Endpoints, Search, search_keys
from lifecircle.travel.search import UNREACHED, arcs_to_facilities
from lifecircle.travel.update_kernels import update

Ints = npt.NDArray[np.int64]

NONE = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class LivePlace:
    """What the keys rest on: streets, doors and origins, all of one journal."""

    journal: Journal
    streets: LiveStreets
    doors: LiveDoors
    origins: LivePoints


class LiveKeys:
    """Keys of V junctions and R residences for K types, ``value * scale + rank``; FAR where nothing is reached."""

    def __init__(self, place: LivePlace, *, columns: int, residences: int, cutoff: int) -> None:
        self._place, self._columns, self._cutoff, self._scale = place, columns, cutoff, place.doors.scale
        rows = np.arange(residences + 1)
        owner = place.origins.table.used("owner")
        self._begin = np.searchsorted(owner, rows).astype(np.int64)
        self._stamp, self._turn = np.zeros(residences, dtype=np.int64), 1
        junctions = np.full((columns, len(place.streets.nodes)), arrays.FAR, dtype=np.int64)
        self._keys = Table(place.journal, key=junctions)
        far = np.full((columns, residences), arrays.FAR, dtype=np.int64)
        self._cells = Table(place.journal, key=far, point=np.full(far.shape, -1, dtype=np.int64))

    def start(self, facilities: Endpoints, *, types: Sequence[str], network: WalkNetwork, impedance: Impedance) -> None:
        """Search every type from scratch."""
        arcs = arcs_to_facilities(network, impedance, cutoff=self._cutoff)
        entrances = ends_of(facilities.snapped, network, impedance=impedance, leaving=False)
        search = Search(network, impedance, arcs, entrances, self._cutoff)
        assert facilities.type is not None  # noqa: S101  # LiveDoors has refused such
        kinds = facilities.type[entrances.owner]
        for column, kind in enumerate(types):
            own, ranks = subset(entrances, np.flatnonzero(kinds == kind)), self._place.doors.ranks(column)
            if len(ranks):
                plain = search_keys(search, own)
                value, place = np.divmod(plain, len(ranks))
                far = plain == UNREACHED
                self._keys["key"][column, : len(plain)] = np.where(far, arrays.FAR, value * self._scale + ranks[place])
        self.repair(self.region(range(self._columns), edges=NONE, owners=np.arange(len(self._cells))))

    def add_junctions(self) -> None:
        """Make room for new junctions, which nothing reaches yet."""
        come = len(self._place.streets.nodes) - len(self._keys)
        if come:
            self._keys.append(come, key=arrays.FAR)

    def values(self, column: int, rows: Ints) -> Floats:
        """Return the least value of residences `rows` (N,) to the type of `column`, ``inf`` where none is reached."""
        key = self._cells["key"][column, rows]
        return np.where(key == arrays.FAR, np.inf, key // self._scale)

    def within(self, columns: Sequence[int], rows: Ints, *, limit: int) -> npt.NDArray[np.bool_]:
        """Return which residences `rows` (N,) reach one of the types of `columns` within `limit`, inclusive."""
        keys = [self._cells["key"][column].take(rows) for column in columns]
        least = keys[0] if len(keys) == 1 else np.minimum.reduce(keys)
        return np.asarray(least < (limit + 1) * self._scale)

    def serving(self, column: int, rows: Ints) -> npt.NDArray[np.object_]:
        """Return the ids of the facilities that serve residences `rows` (N,), None where none is reached."""
        key = self._cells["key"][column, rows]
        found, names = key != arrays.FAR, np.full(len(rows), None, dtype=object)
        names[found] = self._place.doors.names(column, key[found] % self._scale)
        return names

    def region(self, columns: Sequence[int], *, edges: Ints, owners: Ints = NONE) -> arrays.Region:
        """Return where a change of `edges`, their doors, or the points of `owners` can be felt first."""
        junctions = np.unique(self._place.streets.ends_at(edges)) if len(edges) else NONE
        return arrays.Region(np.array(columns, dtype=np.int64), junctions, edges, owners, self._stamp)

    def joined(self, regions: Sequence[arrays.Region]) -> arrays.Region:
        """Return the region of all of some changes."""
        if len(regions) == 1:
            return regions[0]
        columns, junctions, edges, owners = (
            np.unique(np.concatenate([NONE, *own])) for own in zip(*(one[:4] for one in regions), strict=True)
        )
        return arrays.Region(columns, junctions, edges, owners, self._stamp)

    def repair(self, region: arrays.Region) -> Touched:
        """Repair the keys around `region` and the cells that hang on them."""
        self._turn += self._columns
        junctions, residences = ready(update)(
            self._keys["key"],
            (self._cells["key"], self._cells["point"]),
            region,
            self._place.streets.graph,
            self._live_doors,
            self._live_origins,
            arrays.Size(self._scale, self._cutoff, self._turn),
        )
        # Of several old keys of one junction the first is the one to go back to: it is written back last, and stays.
        column, node, key = junctions.T
        self._keys.note("key", (column, node), old=key)
        column, rows, key, point = residences.T
        self._cells.note("key", (column, rows), old=key)
        self._cells.note("point", (column, rows), old=point)
        return Touched(rows, column)

    @property
    def _live_doors(self) -> arrays.Doors:
        table = self._place.doors.points.table
        names = ("following", "kind", "rank", "offset_mm", "leg", "by_tail", "by_head")
        return arrays.Doors(self._place.streets.edges["door"], *(table[name] for name in names))

    @property
    def _live_origins(self) -> arrays.Origins:
        table = self._place.origins.table
        names = ("owner", "edge", "offset_mm", "leg", "by_tail", "by_head")
        first, following = self._place.streets.edges["origin"], table["following"]
        return arrays.Origins(first, following, self._begin, *(table[name] for name in names))

    def plain(self, column: int) -> Ints:
        """Return the keys of a column with ranks 0, 1, 2 ..., as `served` wants them."""
        key, ranks = self._keys.used("key")[column], self._place.doors.ranks(column)
        value, rank = np.divmod(key, self._scale)
        plain = value * max(len(ranks), 1) + np.searchsorted(ranks, rank)
        return np.where(key == arrays.FAR, UNREACHED, plain)

    def renumber(self, column: int, changed: Renumbered) -> None:
        """Write new ranks into all keys of a column; no value changes."""
        for table in (self._keys, self._cells):
            key = table["key"][column]
            reached = np.flatnonzero((np.arange(len(key)) < len(table)) & (key != arrays.FAR))
            value, rank = np.divmod(key[reached], self._scale)
            table.note("key", (column, reached), old=key[reached])
            # Ranks that went in the same turn are not among the old ones; what rests on them is lost in the repair.
            place = np.minimum(np.searchsorted(changed.old, rank), len(changed.old) - 1)
            key[reached] = value * self._scale + changed.new[place]
