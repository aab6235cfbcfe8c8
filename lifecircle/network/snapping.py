"""Join entrances to the walking network by straight access legs."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.engine import uses_kernels
from lifecircle.errors import NetworkError
from lifecircle.model.network import Barriers, WalkNetwork
from lifecircle.model.travel import SNAP_REASONS, Snapped
from lifecircle.network.edge_grid import EdgeGrid
from lifecircle.network.edge_tree import FIRST_LOOK_MM, TOO_FAR, WIDEN, EdgeTree, Legs, NearEdges
from lifecircle.network.legs import Obstacles, without_ends

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Geometries = npt.NDArray[np.object_]

WATER_OR_RAIL = SNAP_REASONS.index("water_or_rail")
NO_NETWORK = SNAP_REASONS.index("no_network")

# Points handled at once: bounds memory, changes nothing.
BATCH = 4096
# So few points look as far as they may at once: that is faster than to look again, and changes nothing either.
FEW = 64


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
    barriers: Barriers | Obstacles,
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
    barriers : Barriers, or Obstacles
        The second where they are used again and again.
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
    legs = Legs.none(len(owner), TOO_FAR if len(edges) else NO_NETWORK)
    if len(edges) and len(owner):
        streets = _near_edges(network, edges)
        legs = streets.nearest(xy, reach_mm)
        obstacles = barriers if isinstance(barriers, Obstacles) else Obstacles.of(barriers)
        legs = _unblocked(streets, legs, xy=xy, reach_mm=reach_mm, obstacles=obstacles)
    return _snapped(network, owner, xy=xy, legs=legs)


def _near_edges(network: WalkNetwork, edges: Ints) -> NearEdges:
    """Make the usable `edges`, ascending, ready to be searched by this run's engine."""
    return EdgeGrid.of(network, edges) if uses_kernels() else EdgeTree.of(network, edges)


def _unblocked(streets: NearEdges, legs: Legs, *, xy: Floats, reach_mm: Ints, obstacles: Obstacles) -> Legs:
    """Replace the legs that cross something."""
    near = np.flatnonzero(legs.edge >= 0)
    lines = without_ends(xy[near], legs.end[near])
    todo = near[obstacles.hard_crossed_by(lines) | obstacles.walls.crossed_by(lines, xy=xy, start=near)]
    for start in range(0, len(todo), BATCH):
        rows = todo[start : start + BATCH]
        far = reach_mm[rows]
        look_mm = far if len(rows) <= FEW else np.minimum(legs.length_mm[rows] + FIRST_LOOK_MM, far)
        farther = _search(streets, xy[rows], reach_mm=far, look_mm=look_mm, obstacles=obstacles)
        legs = legs.with_rows(rows, farther)
    return legs


def _search(streets: NearEdges, xy: Floats, *, reach_mm: Ints, look_mm: Ints, obstacles: Obstacles) -> Legs:
    """Return the best leg of points whose nearest one is blocked, looking farther and farther."""
    legs = Legs.none(len(xy), WATER_OR_RAIL)
    todo = np.arange(len(xy))
    while len(todo):
        point, edge, length_mm = streets.within(xy[todo], look_mm[todo])
        found = streets.legs_to(xy[todo[point]], edge, length_mm=length_mm)
        final = look_mm[todo] >= reach_mm[todo]
        rows, best = _first_open(found, point, xy=xy[todo], final=final, obstacles=obstacles)
        legs = legs.with_rows(todo[rows], best)
        settled = final.copy()
        settled[rows] = True
        todo = todo[~settled]
        look_mm = np.minimum(look_mm * WIDEN, reach_mm)
    return legs


def _first_open(found: Legs, point: Ints, *, xy: Floats, final: Bools, obstacles: Obstacles) -> tuple[Ints, Legs]:
    """Return the points whose leg is decided, and that leg.

    It is the first of those `found` that crosses nothing; for points that have looked as far as they may
    (`final`), failing that, the first that crosses no water or rail. `point` is the row of each leg in the others.
    """
    lines = without_ends(xy[point], found.end)
    dry = np.flatnonzero(~obstacles.hard_crossed_by(lines))
    walled = obstacles.walls.crossed_by(lines[dry], xy=xy, start=point[dry])
    allowed = ~walled | final[point[dry]]
    dry, walled = dry[allowed], walled[allowed]
    order = np.lexsort((dry, walled, point[dry]))
    decided, first = np.unique(point[dry[order]], return_index=True)
    best = order[first]
    return decided, replace(found.rows(dry[best]), walled=walled[best])


def _snapped(network: WalkNetwork, owner: Ints, *, xy: Floats, legs: Legs) -> Snapped:
    """Return `legs` with their positions in millimetres of the edge's own length."""
    on = np.flatnonzero(legs.edge >= 0)
    edge = legs.edge[on]
    length_mm = network.length_mm[edge]
    offset = np.zeros(len(owner), dtype=np.int64)
    offset[on] = np.clip(np.rint(legs.share[on] * length_mm).astype(np.int64), 0, length_mm)
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
