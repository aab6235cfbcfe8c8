"""Join entrances to the walking network by straight access legs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.errors import NetworkError
from lifecircle.model.network import Barriers, WalkNetwork
from lifecircle.model.travel import SNAP_REASONS, Snapped
from lifecircle.network.enclosure import OUTSIDE
from lifecircle.network.legs import Obstacles, without_ends

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Geometries = npt.NDArray[np.object_]

TOO_FAR = SNAP_REASONS.index("too_far")
WATER_OR_RAIL = SNAP_REASONS.index("water_or_rail")
NO_NETWORK = SNAP_REASONS.index("no_network")

# Most points have an edge this near; each further look reaches so many times as far.
FIRST_LOOK_MM = 25_000
WIDEN = 3
# Points handled at once: bounds memory, changes nothing.
BATCH = 4096


def entrance_points(entrances: gpd.GeoSeries) -> tuple[Ints, Floats]:
    """Take the entrances of a table apart.

    Parameters
    ----------
    entrances : GeoSeries of MultiPoint (or Point)
        N rows, metric CRS; a row without any has no points.

    Returns
    -------
    owner : int64 (S,)
        Row of each point, ascending.
    xy : float64 (S, 2)
        In the order of the MultiPoints.
    """
    parts, owner = shapely.get_parts(entrances.to_numpy(), return_index=True)
    full = ~shapely.is_empty(parts)
    return owner[full].astype(np.int64), shapely.get_coordinates(parts[full])


def snap_points(
    points: tuple[Ints, Floats],
    network: WalkNetwork,
    *,
    usable: Bools,
    barriers: Barriers,
    max_access_m: float | Floats,
) -> Snapped:
    """Join every point to the nearest edge that a walker may step onto.

    The leg is the straight line from the point to the nearest point of the edge. It crosses no
    water and no railway. A leg that crosses a wall gives way to the nearest edge whose leg does not; a wall
    that, alone or with others, encloses the point without a gate is passed. Where every leg in reach
    crosses a wall the nearest is taken and flagged. Touching at a leg's end is not crossing. Equally near edges:
    the smallest id.

    Parameters
    ----------
    points : (owner int64 (S,), xy float64 (S, 2))
        As `entrance_points` returns them; metres.
    network : WalkNetwork
        E edges.
    usable : bool (E,)
        Edges that may be joined (walkable, on no island).
    barriers : Barriers
    max_access_m : float or float64 (S,)
        Longest leg, inclusive, to the millimetre.

    Returns
    -------
    Snapped
        Reasons of the unsnapped: ``no_network`` (nothing is usable), ``too_far``, ``water_or_rail`` (every
        leg in reach crosses some).

    Raises
    ------
    NetworkError
        If `usable` does not fit the network, or a point has no finite coordinates.
    """
    owner, xy = points
    if len(usable) != network.edges:
        raise NetworkError(f"usable has {len(usable)} values for {network.edges} edges")
    if not np.isfinite(xy).all():
        row = int(owner[~np.isfinite(xy).all(axis=1)][0])
        raise NetworkError(f"the entrance of row {row} has no finite coordinates: check the table's geometry and CRS")
    reach_mm = np.rint(np.broadcast_to(np.asarray(max_access_m, dtype=float), len(owner)) * 1000.0).astype(np.int64)
    edges = np.flatnonzero(usable)
    legs = _Legs.none(len(owner), TOO_FAR if len(edges) else NO_NETWORK)
    if len(edges) and len(owner):
        streets = _Streets.of(network, edges)
        legs = _nearest(streets, xy, reach_mm)
        legs = _unblocked(streets, legs, xy=xy, reach_mm=reach_mm, obstacles=Obstacles.of(barriers))
    return _snapped(network, owner, xy=xy, legs=legs)


@dataclass(frozen=True, slots=True, eq=False)
class _Streets:
    """Usable edges, ascending, as lines in a tree."""

    edges: Ints
    lines: Geometries
    tree: shapely.STRtree

    @classmethod
    def of(cls, network: WalkNetwork, edges: Ints) -> _Streets:
        lines = network.lines()[edges]
        return cls(edges, lines, shapely.STRtree(lines))


@dataclass(frozen=True, slots=True, eq=False)
class _Legs:
    """One leg a point: the edge (-1 none), where along its line it is joined, its length, how it fared."""

    edge: Ints
    along_m: Floats
    length_mm: Ints
    end: Floats
    reason: npt.NDArray[np.uint8]
    walled: Bools

    @classmethod
    def none(cls, count: int, reason: int) -> _Legs:
        return cls(
            edge=np.full(count, -1, dtype=np.int64),
            along_m=np.zeros(count),
            length_mm=np.zeros(count, dtype=np.int64),
            end=np.full((count, 2), np.nan),
            reason=np.full(count, reason, dtype=np.uint8),
            walled=np.zeros(count, dtype=bool),
        )

    def rows(self, keep: Ints) -> _Legs:
        """Return the legs at positions `keep`."""
        return _Legs(**{name: getattr(self, name)[keep] for name in _Legs.__slots__})

    def with_rows(self, rows: Ints, new: _Legs) -> _Legs:
        """Return self with `rows` replaced by those of `new`."""
        merged = {name: getattr(self, name).copy() for name in _Legs.__slots__}
        for name, values in merged.items():
            values[rows] = getattr(new, name)
        return _Legs(**merged)


def _in_reach(streets: _Streets, xy: Floats, *, look_mm: Ints) -> tuple[Ints, Ints, Ints]:
    """Return (point, line, leg length) of all pairs within `look_mm` of each point.

    Sorted by point, then distance, then edge id.
    """
    dots = shapely.points(xy)
    # Half a millimetre more than the reach still rounds to it.
    point, line = streets.tree.query(dots, predicate="dwithin", distance=look_mm / 1000.0 + 0.0005)
    distance = shapely.distance(dots[point], streets.lines[line])
    length_mm = np.rint(distance * 1000.0).astype(np.int64)
    order = np.lexsort((line, distance, point))
    order = order[length_mm[order] <= look_mm[point[order]]]
    return point[order], line[order], length_mm[order]


def _legs_to(streets: _Streets, xy: Floats, *, line: Ints, length_mm: Ints) -> _Legs:
    """Return the legs from points (N, 2) to the nearest point of one line each."""
    lines = streets.lines[line]
    along = shapely.line_locate_point(lines, shapely.points(xy))
    return _Legs(
        edge=streets.edges[line],
        along_m=along,
        length_mm=length_mm,
        end=shapely.get_coordinates(shapely.line_interpolate_point(lines, along)).reshape(-1, 2),
        reason=np.zeros(len(line), dtype=np.uint8),
        walled=np.zeros(len(line), dtype=bool),
    )


def _nearest(streets: _Streets, xy: Floats, reach_mm: Ints) -> _Legs:
    """Return the leg of every point to its nearest edge, whatever it crosses."""
    legs = _Legs.none(len(xy), TOO_FAR)
    todo, look_mm = np.arange(len(xy)), np.minimum(FIRST_LOOK_MM, reach_mm)
    while len(todo):
        point, line, length_mm = _in_reach(streets, xy[todo], look_mm=look_mm[todo])
        found, first = np.unique(point, return_index=True)
        rows = todo[found]
        legs = legs.with_rows(rows, _legs_to(streets, xy[rows], line=line[first], length_mm=length_mm[first]))
        settled = look_mm[todo] >= reach_mm[todo]
        settled[found] = True
        todo = todo[~settled]
        look_mm = np.minimum(look_mm * WIDEN, reach_mm)
    return legs


def _unblocked(streets: _Streets, legs: _Legs, *, xy: Floats, reach_mm: Ints, obstacles: Obstacles) -> _Legs:
    """Replace the legs that cross something."""
    near = np.flatnonzero(legs.edge >= 0)
    lines = without_ends(xy[near], legs.end[near])
    blocked = obstacles.hard_crossed_by(lines)
    walls = np.flatnonzero(obstacles.walls.crossed_by(lines, np.full(len(near), OUTSIDE)))
    block = obstacles.walls.blocks_of(shapely.points(xy[near[walls]]))
    blocked[walls] |= obstacles.walls.crossed_by(lines[walls], block)
    todo = near[blocked]
    for start in range(0, len(todo), BATCH):
        rows = todo[start : start + BATCH]
        look_mm = np.minimum(legs.length_mm[rows] + FIRST_LOOK_MM, reach_mm[rows])
        farther = _search(streets, xy[rows], reach_mm=reach_mm[rows], look_mm=look_mm, obstacles=obstacles)
        legs = legs.with_rows(rows, farther)
    return legs


def _search(streets: _Streets, xy: Floats, *, reach_mm: Ints, look_mm: Ints, obstacles: Obstacles) -> _Legs:
    """Return the best leg of points whose nearest one is blocked, looking farther and farther."""
    legs = _Legs.none(len(xy), WATER_OR_RAIL)
    block = obstacles.walls.blocks_of(shapely.points(xy))
    todo = np.arange(len(xy))
    while len(todo):
        point, line, length_mm = _in_reach(streets, xy[todo], look_mm=look_mm[todo])
        found = _legs_to(streets, xy[todo[point]], line=line, length_mm=length_mm)
        final = look_mm[todo] >= reach_mm[todo]
        rows, best = _first_open(found, point, xy=xy[todo], block=block[todo], final=final, obstacles=obstacles)
        legs = legs.with_rows(todo[rows], best)
        settled = final.copy()
        settled[rows] = True
        todo = todo[~settled]
        look_mm = np.minimum(look_mm * WIDEN, reach_mm)
    return legs


def _first_open(
    found: _Legs, point: Ints, *, xy: Floats, block: Ints, final: Bools, obstacles: Obstacles
) -> tuple[Ints, _Legs]:
    """Return the points whose leg is decided, and that leg.

    It is the first of those `found` that crosses nothing; for points that have looked as far as they may
    (`final`), failing that, the first that crosses no water or rail. `point` is the row of each leg in the others.
    """
    lines = without_ends(xy[point], found.end)
    dry = np.flatnonzero(~obstacles.hard_crossed_by(lines))
    walled = obstacles.walls.crossed_by(lines[dry], block[point[dry]])
    allowed = ~walled | final[point[dry]]
    dry, walled = dry[allowed], walled[allowed]
    order = np.lexsort((dry, walled, point[dry]))
    decided, first = np.unique(point[dry[order]], return_index=True)
    best = order[first]
    return decided, replace(found.rows(dry[best]), walled=walled[best])


def _snapped(network: WalkNetwork, owner: Ints, *, xy: Floats, legs: _Legs) -> Snapped:
    """Return `legs` with their positions in millimetres of the edge's own length."""
    on = np.flatnonzero(legs.edge >= 0)
    edge = legs.edge[on]
    length_mm = network.length_mm[edge]
    drawn_m = shapely.length(network.lines()[edge])
    share = np.divide(legs.along_m[on], drawn_m, out=np.zeros(len(on)), where=drawn_m > 0)
    offset = np.zeros(len(owner), dtype=np.int64)
    offset[on] = np.clip(np.rint(share * length_mm).astype(np.int64), 0, length_mm)
    return Snapped(
        owner=np.array(owner, dtype=np.int64),
        x=xy[:, 0].copy(),
        y=xy[:, 1].copy(),
        edge=legs.edge,
        offset_mm=offset,
        access_mm=legs.length_mm,
        reason=legs.reason,
        crosses_wall=legs.walled,
    )
