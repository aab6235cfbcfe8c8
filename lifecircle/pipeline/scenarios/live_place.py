"""The searches and shares of a place while it changes: equal to an audit of the changed place."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.coverage.case import TimesKey
from lifecircle.coverage.completeness import Inventory
from lifecircle.coverage.live import LiveCoverage
from lifecircle.coverage.live_items import Opening, Searched
from lifecircle.coverage.searches import in_doubt, item_limit, item_mode, walker
from lifecircle.errors import ConfigError
from lifecircle.model.travel import SNAP_REASONS
from lifecircle.network.impedance import make_impedance, walkable_edges
from lifecircle.network.snapping import entrance_points, snap_points
from lifecircle.pipeline.case import coverage_case
from lifecircle.pipeline.scenarios.live_barriers import LiveBarriers
from lifecircle.pipeline.scenarios.live_edges import LiveEdges
from lifecircle.pipeline.scenarios.undo import Undo, undone_on_error
from lifecircle.pipeline.searches import SAMPLED_OUTLINE_M
from lifecircle.scenario.gates import gates_among
from lifecircle.scenario.ground import RefusedError
from lifecircle.travel.changes import AddFacility, Change, MoveFacility, RemoveFacility
from lifecircle.travel.live_keys import Walker
from lifecircle.travel.live_points import Points, as_points, as_snapped
from lifecircle.travel.update import LiveSearch

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.model.network import WalkNetwork
    from lifecircle.model.travel import Impedance, TravelMode
    from lifecircle.pipeline.place import Place
    from lifecircle.pipeline.searches import Joined, WalkRules
    from lifecircle.scenario.things import Edit, Row

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Reason = Callable[..., str]  # from a place and one of SNAP_REASONS to words

FIRST_LOOK_M = 60.0  # most legs are shorter; does not change results


@dataclass(frozen=True, slots=True, eq=False)
class Doors:
    """Where a facility is entered.

    Attributes
    ----------
    points : tuple of (float, float)
        Metres.
    reach_m : float
        The longest leg from there.
    like : str
        The facility of the place as it was that it is entered as, "" for one that has come or moved.
    """

    points: tuple[tuple[float, float], ...]
    reach_m: float
    like: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """How far each of some points looks for a street.

    Attributes
    ----------
    near_m : float64 (N,)
        Among all streets.
    reach_m : float64 (N,)
        Among `edges`; not less.
    edges : int64 (E,)
    """

    near_m: Floats
    reach_m: Floats
    edges: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))


class LivePlace:
    """The searches and shares of a place; every change returns how it is taken back.

    Parameters
    ----------
    place : Place

    Raises
    ------
    ConfigError
        If a rule of the headline's reading cannot be followed change by change.
    """

    def __init__(self, place: Place) -> None:
        joined, self.rules, self.place = place.joined, place.question.walk, place
        case = coverage_case(place, {})
        searches = _searches(case, joined, rules=self.rules)
        self.coverage, self.search = LiveCoverage(case, searches), searches[0].search  # all join the same points
        self.edges, self.barriers = LiveEdges(joined.network), LiveBarriers(place, gates_among(place.objects))
        self.doors = _doors(place, max_access_m=self.rules.max_access_m)
        self.own: dict[str, None] = {}  # facilities that came or moved
        self._openings = _openings(case)
        shapely.prepare(place.area.boundary)

    def edit(self, edit: Edit, *, reason: Reason) -> Undo:
        """Make a change of facilities.

        Raises
        ------
        RefusedError
            With the `reason` for a place, if a new place has no admissible leg; nothing has changed then.
        """
        undo: Undo = []
        with undone_on_error(undo):
            for row in edit.come:
                self._come(row, undo, reason=reason)
            kept = {row.like for row in edit.come}
            for name in edit.gone:
                if name not in kept:
                    self.tell(RemoveFacility(name), undo)
                    self._forget(name, undo)
        return undo

    def tell(self, change: Change, undo: Undo, *, opening: Opening | None = None) -> None:
        """Hand a change of facilities to the searches and the shares."""
        self.coverage.apply(change, opening)
        undo.append(self.coverage.undo)

    def tell_all(self, changes: Sequence[Change], undo: Undo) -> None:
        """Hand changes of streets and of where entrances are joined to them to the searches and the shares, as one."""
        if changes:
            self.coverage.apply_all(changes)
            undo.append(self.coverage.undo)

    def snap(self, xy: Floats, *, reach_m: Floats, look: Look | None = None) -> Points:
        """Return points (N, 2) as they are joined to the streets as these are now.

        They look around first: an open leg to one of the streets there is the shortest.
        """
        if look is None:
            first_m = np.minimum(reach_m, FIRST_LOOK_M)
            look = Look(first_m, first_m)
        found = self._snap(xy, look)
        again = np.flatnonzero((look.reach_m < reach_m) & ((found["edge"] < 0) | found["crosses_wall"]))
        if len(again):
            found[again] = self._snap(xy[again], Look(reach_m[again], reach_m[again]))
        return found

    def _snap(self, xy: Floats, look: Look) -> Points:
        near = self.edges.near(xy, within_m=float(look.near_m.max(initial=0.0)))
        rows, reach_m = np.union1d(near, look.edges), look.reach_m
        network, _ = self.edges.streets(rows)
        usable = walkable_edges(network, profile=self.place.question.profile, private=self.rules.private)
        points = (np.arange(len(xy), dtype=np.int64), xy)
        found = as_points(
            snap_points(points, network, usable=usable, barriers=self.barriers.obstacles, max_access_m=reach_m)
        )
        found["edge"] = np.append(rows, -1)[found["edge"]]
        return found

    def enter(self, name: str, doors: Doors, *, undo: Undo) -> None:
        """Say where a facility is entered now; the searches are told apart from that."""
        before, self.doors[name] = self.doors[name], doors
        undo.append(lambda: self.doors.__setitem__(name, before))

    def _come(self, row: Row, undo: Undo, *, reason: Reason) -> None:
        """Add a facility, move it, or make it another type."""
        name, old = row.facility_id, self._openings.get(row.like)
        if row.point is None:
            if name != row.like and old is not None:
                rows, doors = self.search.facility_rows(row.like), self.doors[row.like]
                entrances = as_snapped(self.search.facility_points(rows))
                self.tell(RemoveFacility(row.like), undo)
                self._forget(row.like, undo)
                self.tell(AddFacility(name, row.type, entrances), undo, opening=old)
                self._remember(name, (doors, old), undo)
            return
        xy = np.array([row.point])
        entrances = as_snapped(self.snap(xy, reach_m=np.array([self.rules.max_access_m])))
        if entrances.edge[0] < 0:
            why = SNAP_REASONS[int(entrances.reason[0])]
            raise RefusedError(reason(xy[0], reason="too_far" if why == "no_network" else why))
        inside = bool(shapely.intersects(self.place.area.boundary, shapely.Point(row.point)))
        opening = Opening(row.object_id, lenient=old is not None and old.lenient, inside=inside)
        if row.like:
            self.tell(MoveFacility(name, entrances), undo, opening=opening)
            self._forget(name, undo)
        else:
            self.tell(AddFacility(name, row.type, entrances), undo, opening=opening)
        self._remember(name, (Doors((row.point,), self.rules.max_access_m), opening), undo)

    def _remember(self, name: str, facts: tuple[Doors, Opening], undo: Undo) -> None:
        (self.doors[name], self._openings[name]), self.own[name] = facts, None
        undo.append(lambda: (self.doors.pop(name), self._openings.pop(name), self.own.pop(name)))

    def _forget(self, name: str, undo: Undo) -> None:
        doors, opening, own = self.doors.pop(name), self._openings.pop(name), name in self.own
        self.own.pop(name, None)

        def back() -> None:
            self.doors[name], self._openings[name] = doors, opening
            if own:
                self.own[name] = None

        undo.append(back)


def _price(network: WalkNetwork, *, mode: TravelMode, rules: WalkRules) -> Impedance:
    return make_impedance(network, mode=mode, private=rules.private, hindrances=rules.hindrances)


def _searches(case: CoverageCase, joined: Joined, *, rules: WalkRules) -> list[Searched]:
    """Return the searches that the headline's reading needs, no longer than needed (ConfigError if it needs none)."""
    walkers = {
        key: Walker(functools.partial(_price, mode=key.mode, rules=rules), tuple(sorted(types)), limit)
        for key, (types, limit) in _asked(case).items()
    }
    if not walkers:
        raise ConfigError("no circle of the standard asks for a facility: nothing is searched")
    found = []
    for lenient in sorted({key.lenient for key in walkers}):
        own = {key: walker for key, walker in walkers.items() if key.lenient == lenient}
        facilities = joined.admitted(lenient=lenient)
        search = LiveSearch(joined.network, [*own.values()], residences=joined.origins, facilities=facilities)
        found.append(Searched(search, tuple(own)))
    return found


def _asked(case: CoverageCase) -> dict[TimesKey, tuple[set[str], int]]:
    """Return what is asked of every walker: the types, and how far."""
    needed: dict[TimesKey, tuple[set[str], int]] = {}
    for circle in case.standard.circles:
        found = None if circle.user_layer else circle.rule_for(case.rule)
        if found is None:
            continue
        walks = walker(circle, found[0], profile=case.profile, profiles=case.profiles)
        for item in found[1].required:
            key = TimesKey(item_mode(item, walks), found[1].lenient)
            types, limit = needed.get(key, (set[str](), 1))
            more = {*item.types, *in_doubt(item.types, case.catalogue)}
            needed[key] = types | more, max(limit, item_limit(item))
    return needed


def reach_of(entrance_kind: str, *, max_access_m: float) -> float:
    """Return the longest leg from entrances of a kind, metres."""
    return SAMPLED_OUTLINE_M if entrance_kind == "sampled" else max_access_m


def _doors(place: Place, *, max_access_m: float) -> dict[str, Doors]:
    owner, xy = entrance_points(place.facilities["entrances"])
    kinds: Sequence[str] = place.facilities["entrance_kind"].tolist()
    points, ends = [(x, y) for x, y in xy.tolist()], np.searchsorted(owner, np.arange(len(kinds) + 1)).tolist()
    parts = [tuple(points[first:end]) for first, end in pairwise(ends)]
    return {
        str(name): Doors(part, reach_of(kind, max_access_m=max_access_m), str(name))
        for name, part, kind in zip(place.facilities.index, parts, kinds, strict=True)
    }


def _openings(case: CoverageCase) -> dict[str, Opening]:
    found = Inventory.of(case)
    facts = zip(case.facilities.index, found.thing, found.lenient, found.inside, strict=True)
    return {str(name): Opening(str(thing), bool(lenient), bool(inside)) for name, thing, lenient, inside in facts}
