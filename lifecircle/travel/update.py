"""Nearest times that follow changes of facilities and streets, equal to a fresh search at every moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from lifecircle.errors import CutoffError
from lifecircle.model.network import WalkNetwork
from lifecircle.model.travel import Floats, NearestTimes
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
from lifecircle.travel.live_doors import LiveDoors, Renumbered
from lifecircle.travel.live_keys import Felt, LiveKeys, LiveTables, Walker
from lifecircle.travel.live_points import LivePoints, Points
from lifecircle.travel.live_streets import LiveStreets
from lifecircle.travel.nearest import Endpoints, Search, gathered, served
from lifecircle.travel.search import arcs_to_facilities

Ints = npt.NDArray[np.int64]

MAX_SCALE = 2**40  # ranks of one type; more room than any city needs
NONE = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """Where a change is: its edges, the numbers of the types concerned (None for all), residences that move."""

    edges: Ints
    kinds: Sequence[int] | None = None
    owners: Ints = field(default_factory=lambda: NONE)


class LiveSearch:
    """The searches of `nearest_times`, for one walker or several, kept up to date while the place changes.

    Parameters
    ----------
    network : WalkNetwork
    walkers : sequence of Walker
    residences, facilities : Endpoints
        As for `nearest_times`; facilities in ascending order of their ids.

    Attributes
    ----------
    walks : tuple of LiveKeys
        What each walker reaches.

    Raises
    ------
    SchemaError
        If facilities carry no types or are not in the order of their ids.
    NetworkError
        If points belong to another network.
    CutoffError
        If a cutoff is not above 0, or too large for exact sums.

    References
    ----------
    docs/methods/incremental-update.md; Ramalingam and Reps (1996).
    """

    def __init__(
        self, network: WalkNetwork, walkers: Sequence[Walker], *, residences: Endpoints, facilities: Endpoints
    ) -> None:
        cutoffs, kinds = [walker.cutoff for walker in walkers], sorted({kind for one in walkers for kind in one.types})
        if min(cutoffs) <= 0:
            raise CutoffError(f"LiveSearch: cutoff is {min(cutoffs)}: it must be above 0")
        # A walk adds up at most four parts, each within the cutoff.
        scale = min(MAX_SCALE, 1 << max(1, 61 - (4 * max(cutoffs)).bit_length()))
        self._walkers, self._residence_ids = tuple(walkers), residences.ids
        self._journal, self._touched = Journal(), list[tuple[Touched, ...]]()
        self._streets = LiveStreets(self._journal, network, prices=[walker.price for walker in walkers])
        self._doors = LiveDoors(self._journal, self._streets, facilities, types=kinds, scale=scale)
        self._origins = LivePoints(self._journal, self._streets, residences.snapped, side="origin")
        place = LiveTables(self._journal, self._streets, self._doors, self._origins, len(residences.ids))
        self.walks = tuple(LiveKeys(place, walker, number=n, kinds=kinds) for n, walker in enumerate(walkers))
        for walk, walker in zip(self.walks, walkers, strict=True):
            walk.start(facilities, network=network, impedance=walker.price(network))
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

    def times(self, number: int = 0) -> NearestTimes:
        """Return what `nearest_times` would for a walker in the place as it is now."""
        network, walker, keys = self.network, self._walkers[number], self.walks[number]
        impedance, residences, facilities = walker.price(network), self.residences, self.facilities
        leaving = ends_of(residences.snapped, network, impedance=impedance, leaving=True)
        arcs = arcs_to_facilities(network, impedance, cutoff=walker.cutoff)
        search = Search(network, impedance, arcs, leaving, walker.cutoff)
        entrances = ends_of(facilities.snapped, network, impedance=impedance, leaving=False)
        assert facilities.type is not None  # noqa: S101  # facilities always carry one
        kinds = facilities.type[entrances.owner]
        found = []
        for column, kind in enumerate(walker.types):
            own = subset(entrances, np.flatnonzero(kinds == kind))
            found.append(served(search, own, keys=keys.plain(column)))
        return gathered(search, found, residences=residences, facilities=facilities, types=walker.types)

    def residence_points(self, rows: Ints) -> Points:
        """Return points (N,) of the residences as they are joined now."""
        return self._origins.points(rows)

    def points_near(self, edges: Ints, boxes: Floats, *, reach_mm: int) -> tuple[Ints, Ints]:
        """Return the points of residences, then those of facilities, that changes of streets may join elsewhere.

        They are joined to one of `edges`, or look as far as one of `boxes`; see `LivePoints.looking`.
        """
        known = edges[edges < len(self._streets.edges)]
        homes, entered = (
            np.unique(np.concatenate([points.looking(boxes, reach_mm=reach_mm), points.on(known)]))
            for points in (self._origins, self._doors.points)
        )
        return homes, entered

    def facility_rows(self, name: str) -> Ints:
        """Return the rows of a facility's entrances (SchemaError when there is none)."""
        return self._doors.rows(name)

    def facility_points(self, rows: Ints) -> Points:
        """Return points (N,) of facilities as they are joined now."""
        return self._doors.points.points(rows)

    def facility_names(self, rows: Ints) -> list[str]:
        """Return the id of the facility that each of some points (N,) belongs to."""
        return self._doors.names_of(rows)

    def apply(self, *changes: Change) -> tuple[Touched, ...]:
        """Change the place and repair what the changes can reach.

        Parameters
        ----------
        changes : Change
            Of `lifecircle.travel.changes`, at least one, made in their order and taken back together.

        Returns
        -------
        tuple of Touched
            For each walker the cells that have other values, facilities or entrances now.

        Raises
        ------
        SchemaError, NetworkError, CutoffError
            If the change cannot be made; nothing has changed then.
        """
        self._journal.begin()
        try:
            felt = self._felt([self._change(change) for change in changes])
        except ValueError:  # which all of the errors above are
            self._journal.roll_back()
            raise
        self._touched.append(tuple(walk.repair(felt) for walk in self.walks))
        return self._touched[-1]

    def undo(self) -> tuple[Touched, ...]:
        """Take back the last change, bit for bit, and return for each walker the cells that it had touched.

        Raises
        ------
        IndexError
            If nothing is left to take back.
        """
        touched = self._touched.pop()
        self._journal.roll_back()
        return touched

    def _change(self, change: Change) -> _Place:
        """Write the change itself and return where it is."""
        doors = self._doors
        match change:
            case AddFacility():
                changed = doors.add(change.id, change.type, entrances=change.entrances)
                return self._entered(change.id, changed, edges=doors.edges(change.id))
            case RemoveFacility():
                kind, edges = doors.kind(change.id), doors.edges(change.id)
                doors.remove(change.id)
                return _Place(edges, kinds=[kind])
            case MoveFacility():
                before = doors.edges(change.id)
                changed = doors.move(change.id, entrances=change.entrances)
                return self._entered(change.id, changed, edges=np.append(before, doors.edges(change.id)))
            case Rejoin(facilities=True):
                edges, kinds = doors.rejoin(change.points, entrances=change.entrances)
                return _Place(edges, kinds=kinds)
            case Rejoin():
                self._origins.rejoin(change.points, change.entrances)
                return _Place(NONE, owners=self._origins.table["owner"][change.points])
            case _:
                return _Place(self._change_streets(change))

    def _felt(self, places: Sequence[_Place]) -> Felt:
        """Return where changes at some places can be felt first."""
        edges = np.unique(np.concatenate([place.edges for place in places]))
        owners = np.unique(np.concatenate([place.owners for place in places]))
        everywhere = any(place.kinds is None for place in places)
        kinds = None if everywhere else frozenset(kind for place in places for kind in place.kinds or ())
        return Felt(kinds, np.unique(self._streets.ends_at(edges)), edges, owners)

    def _change_streets(self, change: SetPermission | AddStreet | Rework) -> Ints:
        """Write a change of streets and return the edges concerned."""
        match change:
            case SetPermission():
                self._streets.set_permission(change.edge, change.permission)
                edges = np.array([change.edge])
                self._follow(edges)
                return edges
            case AddStreet():
                return self._add_street(change)
            case Rework():
                self._streets.rework(change.network, edges=change.edges, nodes=change.nodes)
                self._add_junctions()
                self._follow(change.edges, change.cuts)
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
        self._add_junctions()
        self._follow(np.array([joint.edge, rest]), (Cut(joint.edge, joint.offset_mm, rest),))
        return node, rest

    def _add_junctions(self) -> None:
        for walk in self.walks:
            walk.add_junctions()

    def _follow(self, edges: Ints, cuts: Sequence[Cut] = ()) -> None:
        for points in (self._doors.points, self._origins):
            points.follow(edges, cuts)

    def _entered(self, name: str, changed: Renumbered | None, *, edges: Ints) -> _Place:
        kind = self._doors.kind(name)
        if changed is not None:
            for walk in self.walks:
                walk.renumber(kind, changed)
        return _Place(edges, kinds=[kind])


def _beyond(other: Joint, cut: Joint, rest: int) -> Joint:
    """Return where `other` is after its edge was cut at `cut`; `rest` is the part beyond."""
    if other.node >= 0 or other.edge != cut.edge or other.offset_mm <= cut.offset_mm:
        return other
    return replace(other, edge=rest, offset_mm=other.offset_mm - cut.offset_mm)
