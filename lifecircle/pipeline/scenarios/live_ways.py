"""Changes of streets that the shares of a place can follow, and those that they cannot."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.model.network import EdgeFlag, Permission
from lifecircle.model.scenario import AddStreet, CloseStreet, OpenStreet
from lifecircle.model.travel import Snapped
from lifecircle.network.snapping import entrance_points
from lifecircle.pipeline.scenarios.edited import ENTERED_M, entered_shapes
from lifecircle.pipeline.scenarios.live_place import Undo, take_back
from lifecircle.scenario.apply import STREETS
from lifecircle.scenario.ground import RefusedError, position
from lifecircle.scenario.new_street import JOIN_M
from lifecircle.scenario.streets import NEAR_M
from lifecircle.scenario.ways import Work, in_box
from lifecircle.travel.changes import AddStreet as LaidStreet
from lifecircle.travel.changes import Joint, MoveFacility, Rejoin, SetPermission

if TYPE_CHECKING:
    from lifecircle.pipeline.scenarios.live_place import LivePlace
    from lifecircle.scenario.ground import Ground
    from lifecircle.travel.changes import Change as Step

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

WayChange = AddStreet | CloseStreet | OpenStreet
ROUNDING_M = 0.002
BESIDE_M = 1.0  # streets that meet one that is opened
TOLLED = np.uint8(EdgeFlag.STEPS | EdgeFlag.BRIDGE | EdgeFlag.TUNNEL)


@dataclass(frozen=True, slots=True, eq=False)
class _Numbers:
    """Numbers of edges and nodes of a small network in the whole one."""

    edges: Ints
    nodes: Ints
    first_edge: int
    first_node: int

    def edge(self, own: int) -> int:
        known = len(self.edges)
        return int(self.edges[own]) if own < known else self.first_edge + own - known

    def node(self, own: int) -> int:
        known = len(self.nodes)
        return int(self.nodes[own]) if own < known else self.first_node + own - known

    def step(self, step: Step) -> Step:
        if isinstance(step, SetPermission):
            return replace(step, edge=self.edge(step.edge))
        assert isinstance(step, LaidStreet)  # noqa: S101  # nothing else is done to streets
        return replace(step, start=self._joint(step.start), end=self._joint(step.end))

    def _joint(self, joint: Joint) -> Joint:
        return Joint(node=self.node(joint.node)) if joint.node >= 0 else replace(joint, edge=self.edge(joint.edge))


class LiveWays:
    """The streets of a live place.

    Parameters
    ----------
    live : LivePlace
    """

    def __init__(self, live: LivePlace) -> None:
        place = live.place
        self._live, self._way, self._nodes = live, place.network.way_id, place.network.nodes
        self._walls, self._entered = shapely.STRtree(place.barriers.walls), shapely.STRtree(entered_shapes(place))
        owner, self._xy = entrance_points(place.residences["entrances"])
        land = place.residence_set.land_points
        self._xy = np.vstack([self._xy, land.reshape(-1, 2)])
        snapped = place.joined.origins.snapped
        far = (snapped.edge < 0) | snapped.crosses_wall
        self._look_mm = np.where(far, round(live.rules.max_access_m * 1000), snapped.access_mm)
        assert len(owner) + len(land) == len(snapped)  # noqa: S101  # as they were joined
        self._names = np.array(list(live.doors), dtype=object)
        parts = list(live.doors.values())
        self._door_xy = np.vstack([np.empty((0, 2)), *(doors.xy for doors in parts)])
        self._door_owner = np.repeat(np.arange(len(parts)), [len(doors.xy) for doors in parts])
        self._door_reach = np.array([doors.reach_m for doors in parts])[self._door_owner]

    def make(self, change: WayChange, *, ground: Ground) -> Undo | None:
        """Make a change of streets; None, and nothing has changed, where it cannot be followed.

        Raises
        ------
        RefusedError
            If it cannot be made at all.
        """
        rows, told = self._around(change, ground)
        network, nodes = self._live.search.streets(rows)
        work = Work(network, ground.objects)
        work = STREETS[type(change)](work, told, ground=replace(ground, network=network))
        numbers = _Numbers(rows, nodes, len(self._live.boxes), self._nodes)
        if not self._can_follow(work):
            return None
        undo: Undo = []
        self._grow(work, numbers, undo)
        for step in work.steps:
            self._live.tell(numbers.step(step), undo)
        changed = np.array([numbers.edge(edge) for edge in (*work.ways, *work.cut)], dtype=np.int64)
        shut = work.network.permission[np.array(work.ways, dtype=np.int64)] == Permission.CLOSED
        if not self._rejoin_residences(changed, changed[: len(shut)][~shut], undo):
            take_back(undo)
            return None
        self._rejoin_facilities(changed, undo)
        return undo

    def _around(self, change: WayChange, ground: Ground) -> tuple[Ints, WayChange]:
        """Return the edges that a change may meet, ascending, and the change with its edge's number among them."""
        if isinstance(change, AddStreet):
            xy = ground.metres(change.points)
            return in_box(self._live.boxes, xy, within_m=JOIN_M), change
        boxes = self._live.boxes
        if change.way is not None:
            own = np.flatnonzero(self._way == change.way)
            rows = in_box(boxes, boxes[own].reshape(-1, 2), within_m=BESIDE_M) if len(own) else own
            return rows, change
        if change.edge is not None:
            if not 0 <= change.edge < len(self._way):
                raise RefusedError(f"edge {change.edge}: the network has edges 0 to {len(self._way) - 1}")
            rows = in_box(boxes, boxes[change.edge].reshape(-1, 2), within_m=BESIDE_M)
            return rows, replace(change, edge=int(np.searchsorted(rows, change.edge)))
        return in_box(self._live.boxes, ground.metres([position(change.lon, change.lat)]), within_m=NEAR_M), change

    def _can_follow(self, work: Work) -> bool:
        """Say whether nothing but walks is touched: no wall, no way in, no toll, no island."""
        touched = np.array([*work.ways, *work.cut], dtype=np.int64)
        network = work.network
        if not work.followed or bool(network.island[touched].any()):
            return False
        if self._live.rules.hindrances.stairs_s > 0 and bool((network.flags[touched] & TOLLED).any()):
            return False
        lines = network.lines(touched)
        if len(self._walls.query(lines, predicate="intersects")[0]):
            return False
        ways = network.lines(np.array(work.ways, dtype=np.int64))
        return not len(self._entered.query(ways, predicate="dwithin", distance=ENTERED_M)[0])

    def _grow(self, work: Work, numbers: _Numbers, undo: Undo) -> None:
        """Follow the numbers of edges and nodes."""
        live, before = self._live, (self._live.boxes, self._way, self._nodes)

        def back() -> None:
            live.boxes, self._way, self._nodes = before

        undo.append(back)
        network, known = work.network, len(numbers.edges)
        changed = np.array(sorted({*work.cut, *range(known, network.edges)}), dtype=np.int64)
        boxes = np.vstack([live.boxes, np.empty((network.edges - known, 4))])
        boxes[[numbers.edge(edge) for edge in changed.tolist()]] = shapely.bounds(network.lines(changed)).reshape(-1, 4)
        live.boxes = boxes
        self._way = np.append(self._way, network.way_id[known:])
        self._nodes += network.nodes - len(numbers.nodes)

    def _rejoin_residences(self, changed: Ints, opened: Ints, undo: Undo) -> bool:
        """Join entrances of residences anew; False where one is joined for the first time, or not any more."""
        live = self._live
        near = _near(self._xy, self._look_mm / 1000.0, live.boxes[opened])
        rows = np.union1d(near, live.search.points_on(np.unique(changed)))
        if not len(rows):
            return True
        before = live.search.residence_points(rows)
        after, _ = live.snap(self._xy[rows], reach_m=live.rules.max_access_m)
        if np.any((before.edge < 0) != (after.edge < 0)):
            return False
        moved = np.flatnonzero(_differ(before, after))
        if len(moved):
            live.tell(Rejoin(rows[moved], _rows(after, moved)), undo)
            look = self._look_mm
            undo.append(lambda: setattr(self, "_look_mm", look))
            self._look_mm = look.copy()
            far = after.crosses_wall[moved]
            self._look_mm[rows[moved]] = np.where(far, round(live.rules.max_access_m * 1000), after.access_mm[moved])
        return True

    def _rejoin_facilities(self, changed: Ints, undo: Undo) -> None:
        """Join entrances of facilities anew."""
        live = self._live
        around = live.boxes[changed].reshape(-1, 2)
        low, high = around.min(axis=0), around.max(axis=0)
        near = _within(self._door_xy, self._door_reach, low=low, high=high)
        names = [name for name in self._names[np.unique(self._door_owner[near])] if name not in live.own]
        names = [name for name in names if name in live.doors]
        names += [
            name
            for name in live.own
            if _within(live.doors[name].xy, live.doors[name].reach_m, low=low, high=high).any()
        ]
        if not names:
            return
        parts = [live.doors[name] for name in sorted(names)]
        reach = np.concatenate([np.full(len(doors.xy), doors.reach_m) for doors in parts])
        found, _ = live.snap(np.vstack([doors.xy for doors in parts]), reach_m=reach)
        begin = np.cumsum([0, *(len(doors.xy) for doors in parts)])
        for name, first, last in zip(sorted(names), begin, begin[1:], strict=False):
            after = _rows(found, np.arange(first, last))
            if np.any(_differ(live.search.facility_points(name), after)):
                live.tell(MoveFacility(name, after), undo)


def _near(xy: Floats, look_m: Floats, boxes: Floats) -> Ints:
    """Return the points (N, 2) that have one of the boxes (M, 4) no farther away than they look."""
    if not len(boxes):
        return np.empty(0, dtype=np.int64)
    far = float(look_m.max(initial=0.0)) + ROUNDING_M
    rows = in_box(np.hstack([xy, xy]), boxes.reshape(-1, 2), within_m=far)
    west, south, east, north = (boxes[:, side][:, None] for side in range(4))
    x, y = xy[rows].T
    away = np.hypot(np.maximum(np.maximum(west - x, x - east), 0.0), np.maximum(np.maximum(south - y, y - north), 0.0))
    return rows[away.min(axis=0) <= look_m[rows] + ROUNDING_M]


def _within(xy: Floats, reach_m: Floats | float, *, low: Floats, high: Floats) -> npt.NDArray[np.bool_]:
    """Return the points (N, 2) within reach of a box, by axis."""
    far = np.broadcast_to(np.asarray(reach_m, dtype=float), len(xy))[:, None] + ROUNDING_M
    return np.asarray(((xy >= low - far) & (xy <= high + far)).all(axis=1))


def _rows(snapped: Snapped, rows: Ints) -> Snapped:
    """Return some points, each its own owner."""
    parts = {field.name: getattr(snapped, field.name)[rows] for field in fields(Snapped)}
    return Snapped(**{**parts, "owner": np.arange(len(rows), dtype=np.int64)})


def _differ(before: Snapped, after: Snapped) -> npt.NDArray[np.bool_]:
    """Return which points are joined elsewhere, or by another leg."""
    same = np.ones(len(before), dtype=bool)
    for name in ("edge", "offset_mm", "access_mm", "crosses_wall"):
        same &= getattr(before, name) == getattr(after, name)
    return ~same
