"""The searches and shares of a place while facilities come and go: equal to an audit of the changed place."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.coverage.case import TimesKey
from lifecircle.coverage.completeness import Inventory
from lifecircle.coverage.live import LiveCoverage
from lifecircle.coverage.live_items import Opening
from lifecircle.coverage.searches import in_doubt, item_limit, item_mode, walker
from lifecircle.model.travel import SNAP_REASONS
from lifecircle.network.impedance import make_impedance, walkable_edges
from lifecircle.network.legs import Obstacles
from lifecircle.network.snapping import entrance_points, snap_points
from lifecircle.pipeline.case import coverage_case
from lifecircle.pipeline.searches import SAMPLED_OUTLINE_M
from lifecircle.scenario.ground import RefusedError
from lifecircle.scenario.ways import edge_boxes, in_box
from lifecircle.travel.changes import AddFacility, Change, MoveFacility, RemoveFacility
from lifecircle.travel.update import LiveSearch

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.model.network import WalkNetwork
    from lifecircle.model.travel import Impedance, Snapped, TravelMode
    from lifecircle.pipeline.place import Place
    from lifecircle.pipeline.searches import WalkRules
    from lifecircle.scenario.things import Edit, Row

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Reason = Callable[..., str]  # from a place and one of SNAP_REASONS to words
Undo = list[Callable[[], object]]


@dataclass(frozen=True, slots=True, eq=False)
class Doors:
    """Where a facility is entered, (N, 2) metres, and how far a leg from there reaches."""

    xy: Floats
    reach_m: float


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
        searches = {
            key: LiveSearch(
                joined.network,
                functools.partial(_price, mode=key.mode, rules=self.rules),
                residences=joined.origins,
                facilities=joined.admitted(lenient=key.lenient),
                types=sorted(types),
                cutoff=limit,
            )
            for key, (types, limit) in _searches(case).items()
        }
        self.coverage = LiveCoverage(case, searches)
        self.search = next(iter(searches.values()))
        self.obstacles, self.boxes = Obstacles.of(place.barriers), edge_boxes(joined.network)
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
        try:
            for row in edit.come:
                self._come(row, undo, reason=reason)
            kept = {row.like for row in edit.come}
            for name in edit.gone:
                if name not in kept:
                    self.tell(RemoveFacility(name), undo)
                    self._forget(name, undo)
        except RefusedError:
            take_back(undo)
            raise
        return undo

    def tell(self, change: Change, undo: Undo, *, opening: Opening | None = None) -> None:
        """Hand a change to the searches and the shares."""
        self.coverage.apply(change, opening)
        undo.append(self.coverage.undo)

    def snap(self, xy: Floats, *, reach_m: float | Floats) -> tuple[Snapped, Ints]:
        """Return points (N, 2), each its own owner, as they are joined to the streets as these are now."""
        rows = in_box(self.boxes, xy, within_m=float(np.max(reach_m)))
        network, _ = self.search.streets(rows)
        usable = walkable_edges(network, profile=self.place.question.profile, private=self.rules.private)
        points = (np.arange(len(xy), dtype=np.int64), xy)
        found = snap_points(points, network, usable=usable, barriers=self.obstacles, max_access_m=reach_m)
        edge = np.where(found.edge >= 0, np.append(rows, -1)[found.edge], -1)
        return replace(found, edge=edge), rows

    def _come(self, row: Row, undo: Undo, *, reason: Reason) -> None:
        """Add a facility, move it, or make it another type."""
        name, old = row.facility_id, self._openings.get(row.like)
        if row.point is None:
            if name != row.like and old is not None:
                entrances, doors = self.search.facility_points(row.like), self.doors[row.like]
                self.tell(RemoveFacility(row.like), undo)
                self._forget(row.like, undo)
                self.tell(AddFacility(name, row.type, entrances), undo, opening=old)
                self._remember(name, (doors, old), undo)
            return
        xy = np.array([row.point])
        entrances, _ = self.snap(xy, reach_m=self.rules.max_access_m)
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
        self._remember(name, (Doors(xy, self.rules.max_access_m), opening), undo)

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


def take_back(undo: Undo) -> None:
    """Take back everything that was done, the last first."""
    while undo:
        undo.pop()()


def _price(network: WalkNetwork, *, mode: TravelMode, rules: WalkRules) -> Impedance:
    return make_impedance(network, mode=mode, private=rules.private, hindrances=rules.hindrances)


def _searches(case: CoverageCase) -> dict[TimesKey, tuple[set[str], int]]:
    """Return the types and the cutoff of every search that the headline's reading needs, no longer than needed."""
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


def _doors(place: Place, *, max_access_m: float) -> dict[str, Doors]:
    owner, xy = entrance_points(place.facilities["entrances"])
    kinds: Sequence[str] = place.facilities["entrance_kind"].tolist()
    parts = np.split(xy, np.searchsorted(owner, np.arange(1, len(kinds))))
    return {
        str(name): Doors(part, SAMPLED_OUTLINE_M if kind == "sampled" else max_access_m)
        for name, part, kind in zip(place.facilities.index, parts, kinds, strict=True)
    }


def _openings(case: CoverageCase) -> dict[str, Opening]:
    found = Inventory.of(case)
    facts = zip(case.facilities.index, found.thing, found.lenient, found.inside, strict=True)
    return {str(name): Opening(str(thing), bool(lenient), bool(inside)) for name, thing, lenient, inside in facts}
