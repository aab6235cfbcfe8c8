"""Entrances that are joined to the streets anew where these have changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lifecircle.model.network import Permission
from lifecircle.pipeline.scenarios.live_place import FIRST_LOOK_M, Doors, Look, reach_of
from lifecircle.travel.changes import Change, Cut, MoveFacility, Rejoin, after_cuts
from lifecircle.travel.live_points import POINT, ROUNDING_M, Points, as_snapped, away_m

if TYPE_CHECKING:
    from lifecircle.facilities.entrances import Door
    from lifecircle.pipeline.scenarios.live_place import LivePlace
    from lifecircle.pipeline.scenarios.undo import Undo

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What has changed for whoever is joined to the streets.

    Attributes
    ----------
    edges : int64 (N,)
        Closed, opened, new or cut, or no island any more; ascending.
    cuts : sequence of Cut
        In their order.
    boxes : float64 (M, 4)
        Of what may be joined now, or be in the way otherwise than before; metres.
    walls : bool
        Some walls have other openings.
    """

    edges: Ints
    cuts: Sequence[Cut]
    boxes: Floats
    walls: bool

    def followed(self, points: Points) -> Points:
        """Return points as they are joined once the cuts are made: in the same places."""
        found = points.copy()
        found["edge"], found["offset_mm"] = after_cuts(points["edge"], points["offset_mm"], cuts=self.cuts)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """Points as they were joined before, and how far a leg from each may reach, metres; of facilities their names."""

    rows: Ints
    before: Points
    reach_m: Floats
    names: tuple[str, ...] = ()

    @property
    def xy(self) -> Floats:
        return np.column_stack([self.before["x"], self.before["y"]])

    def of(self, names: set[str]) -> Ints:
        """Return which points belong to some facilities."""
        return np.flatnonzero(np.array([name in names for name in self.names], dtype=bool))


@dataclass(frozen=True, slots=True, eq=False)
class _Entry:
    """A facility that is entered elsewhere now: for each place the old entrance there, -1 for a new one."""

    xy: Floats
    old: Ints
    reach_m: float

    @property
    def new(self) -> Floats:
        return self.xy[self.old < 0]

    def entrances(self, old: Points, new: Points) -> Points:
        """Return the entrances, of which the `old` and the `new` ones are known."""
        found = np.empty(len(self.xy), dtype=POINT)
        found[self.old < 0], found[self.old >= 0] = new, old[self.old[self.old >= 0]]
        return found


def rejoined(live: LivePlace, seen: Seen, *, doors: Mapping[str, Door], undo: Undo) -> list[Change] | None:
    """Return how what sees a change is joined now; facilities with other `doors` than before get these.

    None where a residence is joined for the first time, or not any more, and where a facility of the scenario loses its
    leg, because the scenario as a whole is refused then. The searches are as they were before the
    streets changed; `undo` gets how the rest is taken back.
    """
    most_m = live.rules.max_access_m
    homes, entered = live.search.points_near(seen.edges, seen.boxes, reach_mm=round(most_m * 1000))
    people = _Group(homes, seen.followed(live.search.residence_points(homes)), np.full(len(homes), most_m))
    things, entries = _entrances(live, entered, seen=seen), _entries(live, doors, undo)
    parts = [(people.xy, people.reach_m), (things.xy, things.reach_m)]
    parts += [(entry.new, np.full(len(entry.new), entry.reach_m)) for entry in entries.values()]
    xy, reach_m = (np.concatenate(each) for each in zip(*parts, strict=True))
    if not len(xy) and not entries:
        return []
    look = _look(live, (people, things), reach_m=reach_m, seen=seen)
    snapped = live.snap(xy, reach_m=reach_m, look=look)
    ends = accumulate((len(part) for part, _ in parts), initial=0)
    after = [snapped[first:end] for first, end in pairwise(ends)]
    counted = np.array_equal(people.before["edge"] < 0, after[0]["edge"] < 0)
    lost = np.flatnonzero((things.before["edge"] >= 0) & (after[1]["edge"] < 0)).tolist()
    if not counted or any(things.names[row] in live.own for row in lost):
        return None
    changes: list[Change] = []
    for (name, entry), new in zip(entries.items(), after[2:], strict=True):
        kept = _points(live, name, things=things, after=after[1])
        changes.append(MoveFacility(name, as_snapped(entry.entrances(kept, new))))
    changes += _entered(live, things, after[1], apart=set(entries))
    other = np.flatnonzero(_differ(people.before, after[0]))
    if len(other):
        changes.append(Rejoin(homes[other], as_snapped(after[0][other])))
    return changes


def _look(live: LivePlace, groups: Sequence[_Group], *, reach_m: Floats, seen: Seen) -> Look:
    """Return how far the points of some groups, and new ones after them, look first; (N,) `reach_m` at most.

    One with an open leg looks as far as that is long. If none was open, or there was none, that can only be otherwise
    for the streets that have changed: as long as its own is open, and no wall has other openings.
    """
    near_m, far_m = np.minimum(reach_m, FIRST_LOOK_M), np.minimum(reach_m, FIRST_LOOK_M)
    edge, access_mm, walled = (
        np.concatenate([group.before[name] for group in groups]) for name in ("edge", "access_mm", "crosses_wall")
    )
    known = np.arange(len(edge))
    lost, leg_m = edge < 0, np.minimum(access_mm / 1000.0 + ROUNDING_M, reach_m[known])
    stays = ~lost & (live.edges.table["permission"][edge] != Permission.CLOSED) & ~(walled & seen.walls)
    near_m[known] = np.where(stays, leg_m, np.where(lost, 0.0, near_m[known]))
    far_m[known] = np.where(stays & ~walled, leg_m, np.where(stays | lost, reach_m[known], far_m[known]))
    return Look(near_m, far_m, seen.edges)


def _entrances(live: LivePlace, rows: Ints, *, seen: Seen) -> _Group:
    """Return those of some entrances of facilities that see a change."""
    names, before = live.search.facility_names(rows), live.search.facility_points(rows)
    reach_m = np.array([live.doors[name].reach_m for name in names])
    near = away_m(np.column_stack([before["x"], before["y"]]), seen.boxes) <= reach_m + ROUNDING_M
    kept = np.flatnonzero(near | (before["edge"] >= 0))
    own = tuple(names[row] for row in kept.tolist())
    return _Group(rows[kept], seen.followed(before[kept]), reach_m[kept], own)


def _entries(live: LivePlace, doors: Mapping[str, Door], undo: Undo) -> dict[str, _Entry]:
    """Return the facilities that are entered elsewhere now, by id, and say so."""
    now = {live.doors[name].like: name for name in live.own}
    entries = {}
    for like, door in doors.items():
        name = like if like in live.doors and live.doors[like].like == like else now.get(like, "")
        if not name:
            continue
        reach_m = reach_of(door.kind, max_access_m=live.rules.max_access_m)
        before = live.doors[name]
        if (reach_m, door.points) != (before.reach_m, before.points):
            known = {point: row for row, point in enumerate(before.points)} if reach_m == before.reach_m else {}
            old = np.array([known.get(point, -1) for point in door.points])
            entries[name] = _Entry(np.array(door.points), old, reach_m)
            live.enter(name, Doors(door.points, reach_m, like), undo=undo)
    return entries


def _entered(live: LivePlace, things: _Group, after: Points, *, apart: set[str]) -> list[Change]:
    """Return how entrances of facilities, but of those `apart`, come to be joined as `after` says."""
    differ, appears = _differ(things.before, after), (things.before["edge"] < 0) != (after["edge"] < 0)
    differ[things.of(apart)] = False
    moved = {things.names[row] for row in np.flatnonzero(differ & appears).tolist()}
    changes: list[Change] = [
        MoveFacility(name, as_snapped(_points(live, name, things=things, after=after))) for name in sorted(moved)
    ]
    differ[things.of(moved)] = False
    if differ.any():
        changes.append(Rejoin(things.rows[differ], as_snapped(after[differ]), facilities=True))
    return changes


def _points(live: LivePlace, name: str, *, things: _Group, after: Points) -> Points:
    """Return all entrances of a facility, those among `things` joined as `after` says."""
    rows, own = live.search.facility_rows(name), things.of({name})
    found = live.search.facility_points(rows)
    found[np.searchsorted(rows, things.rows[own])] = after[own]
    return found


def _differ(before: Points, after: Points) -> npt.NDArray[np.bool_]:
    """Return which points are joined elsewhere, or by another leg."""
    same = np.ones(len(before), dtype=bool)
    for name in ("edge", "offset_mm", "access_mm", "crosses_wall"):
        same &= before[name] == after[name]
    return ~same
