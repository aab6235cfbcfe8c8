"""Where a walker enters a facility."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from lifecircle.facilities.ways_in import SAMPLE_M, MappedWays, Meetings, Sites, WaysIn
from lifecircle.model.network import EdgeFlag, Permission, WalkNetwork
from lifecircle.model.osm import Tags

Shapes = npt.NDArray[np.object_]
Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]
Point = tuple[float, float]

# Below this footprint no point inside is far from any side: one point inside stands for the entrances.
SMALL_M2 = 400.0
# A facility below this footprint whose sampled outline reaches no way is not large, and is joined to the network by a
# point inside, like a building.
LARGE_M2 = 10_000.0
# Crossings closer than a millimetre are one.
GRID_M = 0.001

GATES = frozenset(
    {"gate", "entrance", "kissing_gate", "swing_gate", "lift_gate", "turnstile", "sally_port", "wicket_gate"}
)
NO_ENTRANCE = frozenset({"no", "emergency"})
SHUT = frozenset({"no", "private"})
# Of several parts of one facility, the best evidence names the kind.
EVIDENCE = ("mapped", "path", "sampled", "representative", "point")


@dataclass(frozen=True, slots=True)
class Door:
    """Where one shape is entered.

    Attributes
    ----------
    points : tuple of (float, float)
        In ascending order, metres; none only of a shape without any place.
    kind : str
        One of ``ENTRANCE_KINDS``.
    """

    points: tuple[Point, ...]
    kind: str


def is_entrance(tags: Tags) -> bool:
    """Return whether a node with `tags` lets a walker in: an entrance that is not for emergencies, an open gate."""
    if tags.get("access") in SHUT or tags.get("foot") in SHUT or tags.get("locked") == "yes":
        return False
    return tags.get("entrance", "no") not in NO_ENTRANCE or tags.get("barrier") in GATES


def entrance_nodes(objects: gpd.GeoDataFrame) -> Shapes:
    """Return the points of `objects` (columns ``tags``, ``geometry``) through which a walker may enter something."""
    shapes = objects.geometry.to_numpy()
    points = np.flatnonzero(shapely.get_type_id(shapes) == 0)
    tags = objects["tags"].to_numpy()
    return shapes[[row for row in points.tolist() if is_entrance(tags[row])]]


def way_in_edges(network: WalkNetwork) -> Shapes:
    """Return the edges that may lead into a facility, as lines."""
    return network.lines()[may_lead_in(permission=network.permission, flags=network.flags, island=network.island)]


def may_lead_in(*, permission: Bytes, flags: Bytes, island: Bools) -> Bools:
    """Return which edges may lead into a facility: walkable, on the ground, joined to the rest of the city; (E,)."""
    # A straight line across a square does not see the walls on it.
    apart = np.uint8(EdgeFlag.BRIDGE | EdgeFlag.TUNNEL | EdgeFlag.SQUARE)
    return (permission != Permission.CLOSED) & (flags & apart == 0) & ~island


def find_entrances(shapes: Shapes, *, nodes: Shapes, edges: Shapes) -> list[Door]:
    """Find the entrances of every shape.

    Points are their own entrance. Areas are entered at mapped entrances and gates on their outline, else where a
    way crosses or touches it (or lies wholly inside), else (below ``SMALL_M2``) at a point inside, else at points
    of the outline at most ``SAMPLE_M`` apart; below ``LARGE_M2`` a point inside also serves where no way comes
    within ``SAMPLED_REACH_M`` of those. Lines are entered at points along them.

    Parameters
    ----------
    shapes : object array of N geometries
        Metric CRS.
    nodes : object array of Points
        See `entrance_nodes`.
    edges : object array of LineStrings
        See `way_in_edges`.

    Returns
    -------
    list of N Doors
    """
    sites = Sites.of(shapes)
    ways = MappedWays(sites, shapely.STRtree(edges), nodes=shapely.STRtree(nodes))
    return entrances_of(sites, np.arange(len(shapes)), ways=ways)


def entrances_of(sites: Sites, rows: Rows, *, ways: WaysIn) -> list[Door]:
    """Return what `find_entrances` does, of the sites in `rows` (N,), ascending."""
    sizes, doors = sites.sizes, dict[int, Door]()
    missing = rows[sizes[rows] > 0]
    for kind, find in (("mapped", ways.mapped), ("path", ways.crossings), ("path", ways.landings)):
        if len(missing):
            found = _grouped(find(missing))
            doors |= {row: Door(points, kind) for row, points in found.items()}
            missing = missing[[row not in found for row in missing.tolist()]]
    small, large = missing[sizes[missing] < SMALL_M2], missing[sizes[missing] >= SMALL_M2]
    samples = {row: Door(sample_line(sites.outlines[row]), "sampled") for row in large.tolist()}
    near = large[ways.reach(as_shapes([*samples.values()]))] if len(large) else large
    apart = set(large[sizes[large] < LARGE_M2].tolist()).difference(near.tolist())
    for row in {*small.tolist(), *apart}:
        inside = shapely.point_on_surface(sites.shapes[row])
        samples[row] = Door(((inside.x, inside.y),), "representative")
    doors |= samples
    return [doors.get(row) or _linear(sites.shapes[row]) for row in rows.tolist()]


def as_shapes(doors: Sequence[Door]) -> Shapes:
    """Return the points of every door, one MultiPoint each; shape (N,)."""
    owner = np.repeat(np.arange(len(doors)), [len(door.points) for door in doors])
    xy = np.array([point for door in doors for point in door.points], dtype=float).reshape(-1, 2)
    shapes = np.full(len(doors), shapely.MultiPoint(), dtype=object)  # what has no place has no entrance
    found, place = np.unique(owner, return_inverse=True)
    shapes[found] = shapely.multipoints(shapely.points(xy), indices=place)
    return shapes


def _linear(shape: BaseGeometry) -> Door:
    """Return the entrances of a line or of points."""
    if shapely.length(shape) > 0:
        return Door(sample_line(shape), "sampled")
    return Door(_distinct(map(tuple, shapely.get_coordinates(shape).tolist())), "point")


def combined(doors: Sequence[Door]) -> Door:
    """Join the entrances of the parts of one facility.

    Every part keeps its entrances, but a sampled outline gives way where another part has mapped or path
    entrances. The kind is that of the best evidence; points ascend by (x, y).
    """
    if len(doors) == 1:
        return doors[0]
    best = min((door.kind for door in doors), key=EVIDENCE.index)
    known = best in ("mapped", "path")
    used = [point for door in doors if not (known and door.kind == "sampled") for point in door.points]
    return Door(_distinct(used), best)


def sample_line(line: BaseGeometry) -> tuple[Point, ...]:
    """Return points along every part of `line`, evenly spaced, at most ``SAMPLE_M`` apart.

    Open parts keep both ends. Rings start at their smallest vertex, so that the way they are drawn does not matter.
    """
    found: list[Point] = []
    for part in shapely.get_parts(shapely.normalize(line)):
        length = shapely.length(part)
        if length > 0:
            steps = max(1, int(np.ceil(length / SAMPLE_M)))
            stops = np.linspace(0.0, length, steps + 1)
            found += map(tuple, shapely.get_coordinates(shapely.line_interpolate_point(part, stops)).tolist())
    return _distinct(found)


def _grouped(met: Meetings) -> dict[int, tuple[Point, ...]]:
    """Return the distinct points of every site that meets something."""
    found: dict[int, list[Point]] = {}
    for site, point in zip(met.site.tolist(), map(tuple, met.xy.tolist()), strict=True):
        found.setdefault(site, []).append(point)
    return {site: _distinct(points) for site, points in found.items()}


def _distinct(points: Iterable[Point]) -> tuple[Point, ...]:
    """Return points, one per millimetre cell, in ascending (x, y)."""
    first: dict[Point, Point] = {}
    for x, y in sorted(points):
        first.setdefault((round(x / GRID_M), round(y / GRID_M)), (x, y))
    return tuple(first.values())
