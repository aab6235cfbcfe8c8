"""Nearest times that follow changes of facilities and streets, equal to a fresh search at every moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from lifecircle.errors import CutoffError
from lifecircle.model.network import WalkNetwork
from lifecircle.model.travel import Floats, NearestTimes, Snapped
from lifecircle.travel.changes import (
    AddFacility,
    AddStreet,
    Change,
    Cut,
    Joint,
    MoveFacility,
    Rejoin,
    RemoveFacility,
    Rework,
    SetPermission,
    Touched,
)
from lifecircle.travel.ends import ends_of, subset
from lifecircle.travel.journal import Journal
from lifecircle.travel.live_arrays import Region
from lifecircle.travel.live_doors import LiveDoors, Renumbered
from lifecircle.travel.live_keys import LiveKeys, LivePlace
from lifecircle.travel.live_points import LivePoints
from lifecircle.travel.live_streets import LiveStreets, Price
from lifecircle.travel.nearest import Endpoints, Search, gathered, served
from lifecircle.travel.search import arcs_to_facilities

Ints = npt.NDArray[np.int64]

MAX_SCALE = 2**40  # ranks of one type; more room than any city needs
NONE = np.empty(0, dtype=np.int64)


class LiveSearch:
    """The search of `nearest_times`, kept up to date while the place changes.

    Parameters
    ----------
    network : WalkNetwork
    price : callable
        Gives a network its `Impedance`; must price every edge by itself alone, for instance
        ``partial(make_impedance, mode=mode, private=True)``.
    residences, facilities : Endpoints
        As for `nearest_times`; facilities in ascending order of their ids.
    types : sequence of K str
    cutoff : int
        Inclusive, in the unit of `price`.

    Raises
    ------
    SchemaError
        If facilities carry no types or are not in the order of their ids.
    NetworkError
        If points belong to another network.
    CutoffError
        If `cutoff` is not above 0, or too large for exact sums.

    References
    ----------
    docs/methods/incremental-update.md; Ramalingam and Reps (1996).
    """

    def __init__(
        self,
        network: WalkNetwork,
        price: Price,
        *,
        residences: Endpoints,
        facilities: Endpoints,
        types: Sequence[str],
        cutoff: int,
    ) -> None:
        if cutoff <= 0:
            raise CutoffError(f"LiveSearch: cutoff is {cutoff}: it must be above 0")
        self.types, self.cutoff = tuple(types), cutoff
        # A walk adds up at most four parts, each within the cutoff.
        scale = min(MAX_SCALE, 1 << max(1, 61 - (4 * cutoff).bit_length()))
        self._price, self._residence_ids = price, residences.ids
        self._journal, self._touched = Journal(), list[Touched]()
        self._streets = LiveStreets(self._journal, network, price=price)
        self._doors = LiveDoors(self._journal, self._streets, facilities, types=self.types, scale=scale)
        self._origins = LivePoints(self._journal, self._streets, residences.snapped, side="origin")
        place = LivePlace(self._journal, self._streets, self._doors, self._origins)
        self._keys = LiveKeys(place, columns=len(self.types), residences=len(residences.ids), cutoff=cutoff)
        self._keys.start(facilities, types=self.types, network=network, impedance=price(network))
        self._journal.forget()

    @property
    def network(self) -> WalkNetwork:
        """The network as it is now; nodes and edges keep their numbers, new ones come last."""
        return self._streets.network

    @property
    def residences(self) -> Endpoints:
        """The residences with their points as they are now."""
        table = self._origins.table
        rows = np.arange(len(table))
        return Endpoints(self._residence_ids, self._origins.snapped(rows, table.used("owner")))

    @property
    def facilities(self) -> Endpoints:
        """The facilities as they are now, in the order of their ids."""
        return self._doors.endpoints()

    @property
    def times(self) -> NearestTimes:
        """What `nearest_times` would return for the place as it is now, built when it is asked for."""
        network, impedance = self.network, self._price(self.network)
        residences, facilities = self.residences, self.facilities
        leaving = ends_of(residences.snapped, network, impedance=impedance, leaving=True)
        arcs = arcs_to_facilities(network, impedance, cutoff=self.cutoff)
        search = Search(network, impedance, arcs, leaving, self.cutoff)
        entrances = ends_of(facilities.snapped, network, impedance=impedance, leaving=False)
        assert facilities.type is not None  # noqa: S101  # facilities always carry one
        kinds = facilities.type[entrances.owner]
        found = []
        for column, kind in enumerate(self.types):
            own = subset(entrances, np.flatnonzero(kinds == kind))
            found.append(served(search, own, keys=self._keys.plain(column)))
        return gathered(search, found, residences=residences, facilities=facilities, types=self.types)

    def residence_points(self, rows: Ints) -> Snapped:
        """Return points (N,) of the residences as they are joined now; each is its own owner."""
        return self._origins.snapped(rows, np.arange(len(rows)))

    def points_near(self, edges: Ints, boxes: Floats, *, reach_mm: int) -> tuple[Ints, Ints]:
        """Return the points of residences, then those of facilities, that changes of streets may join elsewhere.

        They are joined to one of `edges`, or look as far as one of `boxes`; see `LivePoints.looking`.
        """
        found, known = [], edges[edges < len(self._streets.edges)].tolist()
        for points in (self._origins, self._doors.points):
            on = [row for edge in known for row in points.on(edge)]
            found.append(np.unique(np.append(points.looking(boxes, reach_mm=reach_mm), np.array(on, dtype=np.int64))))
        return found[0], found[1]

    def facility_rows(self, name: str) -> Ints:
        """Return the rows of a facility's entrances (SchemaError when there is none)."""
        return self._doors.rows(name)

    def facility_points(self, rows: Ints) -> Snapped:
        """Return points (N,) of facilities as they are joined now; each is its own owner."""
        return self._doors.points.snapped(rows, np.arange(len(rows)))

    def facility_names(self, rows: Ints) -> list[str]:
        """Return the id of the facility that each of some points (N,) belongs to."""
        return self._doors.names_of(rows)

    def values(self, column: int, rows: Ints) -> Floats:
        """Return the least value of residences `rows` (N,) to the type of `column`, ``inf`` where none is reached."""
        return self._keys.values(column, rows)

    def within(self, columns: Sequence[int], rows: Ints, *, limit: int) -> npt.NDArray[np.bool_]:
        """Return which residences `rows` (N,) reach the type of one of `columns` within `limit`, inclusive."""
        return self._keys.within(columns, rows, limit=limit)

    def serving(self, column: int, rows: Ints) -> npt.NDArray[np.object_]:
        """Return the ids of the facilities that serve residences `rows` (N,), None where none is reached."""
        return self._keys.serving(column, rows)

    def apply(self, *changes: Change) -> Touched:
        """Change the place and repair what the changes can reach.

        Parameters
        ----------
        changes : Change
            Of `lifecircle.travel.changes`, at least one, made in their order and taken back together.

        Returns
        -------
        Touched
            The cells that have other values, facilities or entrances now.

        Raises
        ------
        SchemaError, NetworkError, CutoffError
            If the change cannot be made; nothing has changed then.
        """
        self._journal.begin()
        try:
            touched = self._keys.repair(self._keys.joined([self._change(change) for change in changes]))
        except ValueError:  # which all of the errors above are
            self._journal.roll_back()
            raise
        self._touched.append(touched)
        return touched

    def undo(self) -> Touched:
        """Take back the last change, bit for bit, and return the cells that it had touched.

        Raises
        ------
        IndexError
            If nothing is left to take back.
        """
        touched = self._touched.pop()
        self._journal.roll_back()
        return touched

    def _change(self, change: Change) -> Region:
        """Write the change itself."""
        match change:
            case AddFacility():
                changed = self._doors.add(change.id, change.type, entrances=change.entrances)
                return self._doors_changed(change.id, changed, edges=self._doors.edges(change.id))
            case RemoveFacility():
                column, edges = self._doors.column(change.id), self._doors.edges(change.id)
                self._doors.remove(change.id)
                return self._at(edges, columns=[column])
            case MoveFacility():
                before = self._doors.edges(change.id)
                changed = self._doors.move(change.id, entrances=change.entrances)
                edges = np.union1d(before, self._doors.edges(change.id))
                return self._doors_changed(change.id, changed, edges=edges)
            case Rejoin(facilities=True):
                edges, columns = self._doors.rejoin(change.points, entrances=change.entrances)
                return self._at(edges, columns=columns)
            case Rejoin():
                self._origins.rejoin(change.points, change.entrances)
                owners = np.unique(self._origins.table["owner"][change.points])
                return self._keys.region(range(len(self.types)), edges=NONE, owners=owners)
            case _:
                return self._at(self._change_streets(change))

    def _change_streets(self, change: SetPermission | AddStreet | Rework) -> Ints:
        """Write a change of streets and return the edges concerned."""
        match change:
            case SetPermission():
                self._streets.set_permission(change.edge, change.permission)
                self._follow([change.edge])
                return np.array([change.edge])
            case AddStreet():
                return self._add_street(change)
            case Rework():
                self._streets.rework(change.network, edges=change.edges, nodes=change.nodes)
                self._keys.add_junctions()
                self._follow(change.edges.tolist(), change.cuts)
                return change.edges

    def _add_street(self, change: AddStreet) -> Ints:
        """Cut the edges where the street begins and ends, and lay it; return these edges."""
        edges: list[int] = []
        ends: list[int] = []
        joints = [change.start, change.end]
        for joint in joints:
            self._streets.check_joint(joint)
        while joints:
            joint = joints.pop(0)
            node = self._streets.node_at(joint)
            if node < 0:
                node, rest = self._cut(joint)
                edges += [joint.edge, rest]
                joints = [_beyond(other, joint, rest) for other in joints]
            ends.append(node)
        edges.append(self._streets.add(ends[0], ends[1], street=change.street))
        return np.array(edges)

    def _cut(self, joint: Joint) -> tuple[int, int]:
        """Cut an edge where a street begins or ends; return the new node and the part beyond it."""
        node, rest = self._streets.split(joint.edge, joint.offset_mm)
        self._keys.add_junctions()
        self._follow([joint.edge, rest], (Cut(joint.edge, joint.offset_mm, rest),))
        return node, rest

    def _follow(self, edges: Sequence[int], cuts: Sequence[Cut] = ()) -> None:
        for points in (self._doors.points, self._origins):
            points.follow(edges, cuts)

    def _doors_changed(self, name: str, changed: Renumbered | None, *, edges: Ints) -> Region:
        column = self._doors.column(name)
        if changed is not None:
            self._keys.renumber(column, changed)
        return self._at(edges, columns=[column])

    def _at(self, edges: Ints, *, columns: Sequence[int] | None = None) -> Region:
        """Return the region around `edges`, in all columns unless some are given."""
        chosen = range(len(self.types)) if columns is None else [column for column in columns if column >= 0]
        return self._keys.region(chosen, edges=np.unique(edges))


def _beyond(other: Joint, cut: Joint, rest: int) -> Joint:
    """Return where `other` is after its edge was cut at `cut`; `rest` is the part beyond."""
    if other.node >= 0 or other.edge != cut.edge or other.offset_mm <= cut.offset_mm:
        return other
    return replace(other, edge=rest, offset_mm=other.offset_mm - cut.offset_mm)
