"""Where a walker enters a facility."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from lifecircle.model.network import EdgeFlag, Permission, WalkNetwork
from lifecircle.model.osm import Tags

Shapes = npt.NDArray[np.object_]
Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]
# From shapes and their outlines to rows of these and points.
Finder = Callable[[Shapes, Shapes], tuple[Rows, Floats]]

# A mapped entrance this close to an outline is an entrance of it.
ON_OUTLINE_M = 0.5
# An outline or a trail without mapped entrances or paths is entered at points at most this far apart.
SAMPLE_M = 50.0
# Below this footprint no point inside is far from any side: one point inside stands for the entrances.
SMALL_M2 = 400.0
# A sampled outline reaches ways this close; a facility below this footprint that reaches none is not large, and
# is joined to the network by a point inside, like a building.
SAMPLED_REACH_M = 30.0
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
    points : MultiPoint
        Never empty.
    kind : str
        One of ``ENTRANCE_KINDS``.
    """

    points: shapely.MultiPoint
    kind: str


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """Shapes (N,) that are ready to be sought entrances for.

    Attributes
    ----------
    shapes : object (N,)
        Valid.
    outlines : object (N,)
        Of areas their outer rings as MultiLineStrings: a courtyard's edge is no way in. None of others.
    sizes : float64 (N,)
        Square metres.
    """

    shapes: Shapes
    outlines: Shapes
    sizes: Floats

    @classmethod
    def of(cls, shapes: Shapes) -> Sites:
        """Make geometries (N,) valid and find their outlines."""
        shapes = shapely.make_valid(shapes)
        sizes = shapely.area(shapes)
        return cls(shapes, _outlines(shapes, rows=np.flatnonzero(sizes > 0)), sizes)

    def taken(self, rows: Sequence[int]) -> Sites:
        """Return some of them."""
        return Sites(self.shapes[rows], self.outlines[rows], self.sizes[rows])


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
    return entrances_of(Sites.of(shapes), nodes=nodes, edges=edges)


def entrances_of(sites: Sites, *, nodes: Shapes, edges: Shapes) -> list[Door]:
    """Return what `find_entrances` does, of shapes that are ready."""
    shapes, outlines, sizes = sites.shapes, sites.outlines, sites.sizes
    missing, doors, ways = np.flatnonzero(sizes > 0), dict[int, Door](), shapely.STRtree(edges)
    for kind, find in (("mapped", _mapped(nodes)), ("path", _crossings(ways)), ("path", _landings(ways))):
        if len(missing):
            rows, xy = find(shapes[missing], outlines[missing])
            found = _grouped(missing[rows], xy)
            doors |= {row: Door(points, kind) for row, points in found.items()}
            missing = missing[[row not in found for row in missing.tolist()]]
    small, large = missing[sizes[missing] < SMALL_M2], missing[sizes[missing] >= SMALL_M2]
    samples = {row: Door(sample_line(outlines[row]), "sampled") for row in large.tolist()}
    near = large[ways.query(_points(samples.values()), predicate="dwithin", distance=SAMPLED_REACH_M)[0]]
    apart = set(large[sizes[large] < LARGE_M2].tolist()).difference(near.tolist())
    for row in {*small.tolist(), *apart}:
        samples[row] = Door(shapely.multipoints([shapely.point_on_surface(shapes[row])]), "representative")
    doors |= samples
    return [doors.get(row) or _linear(shape) for row, shape in enumerate(shapes)]


def _points(doors: Iterable[Door]) -> Shapes:
    """Return the points of every door, one MultiPoint each."""
    return np.array([door.points for door in doors], dtype=object)


def _linear(shape: BaseGeometry) -> Door:
    """Return the entrances of a line or of points."""
    if shapely.length(shape) > 0:
        return Door(sample_line(shape), "sampled")
    return Door(shapely.multipoints(_distinct(shapely.get_coordinates(shape))), "point")


def combined(doors: Sequence[Door]) -> Door:
    """Join the entrances of the parts of one facility.

    Every part keeps its entrances, but a sampled outline gives way where another part has mapped or path
    entrances. The kind is that of the best evidence; points ascend by (x, y).
    """
    if len(doors) == 1:
        return doors[0]
    best = min((door.kind for door in doors), key=EVIDENCE.index)
    known = best in ("mapped", "path")
    used = [shapely.get_coordinates(door.points) for door in doors if not (known and door.kind == "sampled")]
    return Door(shapely.multipoints(_distinct(np.vstack(used))), best)


def sample_line(line: BaseGeometry) -> shapely.MultiPoint:
    """Return points along every part of `line`, evenly spaced, at most ``SAMPLE_M`` apart.

    Open parts keep both ends. Rings start at their smallest vertex, so that the way they are drawn does not matter.
    """
    xy = []
    for part in shapely.get_parts(shapely.normalize(line)):
        length = shapely.length(part)
        if length > 0:
            steps = max(1, int(np.ceil(length / SAMPLE_M)))
            stops = np.linspace(0.0, length, steps + 1)
            xy.append(shapely.get_coordinates(shapely.line_interpolate_point(part, stops)))
    return shapely.multipoints(_distinct(np.vstack(xy)))


def _outlines(shapes: Shapes, *, rows: Rows) -> Shapes:
    """Return the outer rings of the areas in `rows` as MultiLineStrings, None for others."""
    outlines = np.full(len(shapes), None, dtype=object)
    polygons, owner = shapely.get_parts(shapes[rows], return_index=True)
    polygons, inner = shapely.get_parts(polygons, return_index=True)  # collections left by make_valid
    owner = owner[inner]
    is_polygon = shapely.get_type_id(polygons) == 3
    rings = shapely.get_exterior_ring(polygons[is_polygon])
    order = owner[is_polygon]
    if len(order):
        found = np.unique(order)
        outlines[rows[found]] = shapely.multilinestrings(rings, indices=np.searchsorted(found, order))
    return outlines


def _mapped(nodes: Shapes) -> Finder:
    """Return a finder of the `nodes` on outlines."""
    tree = shapely.STRtree(nodes)

    def find(_: Shapes, outlines: Shapes) -> tuple[Rows, Floats]:
        rows, hits = tree.query(outlines, predicate="dwithin", distance=ON_OUTLINE_M)
        return rows, shapely.get_coordinates(nodes[hits])

    return find


def _crossings(ways: shapely.STRtree) -> Finder:
    """Return a finder of the points where `ways` meet outlines.

    A stretch of way along an outline counts at points at most ``SAMPLE_M`` apart.
    """

    def find(_: Shapes, outlines: Shapes) -> tuple[Rows, Floats]:
        rows, hits = ways.query(outlines, predicate="intersects")
        common = shapely.intersection(outlines[rows], ways.geometries[hits])
        along = shapely.length(common) > 0
        common[along] = shapely.segmentize(common[along], SAMPLE_M)
        xy, owner = shapely.get_coordinates(common, return_index=True)
        return rows[owner], xy

    return find


def _landings(ways: shapely.STRtree) -> Finder:
    """Return a finder of the ends of `ways` that lie wholly inside: what a bridge or a tunnel leads to."""

    def find(shapes: Shapes, _: Shapes) -> tuple[Rows, Floats]:
        rows, hits = ways.query(shapes, predicate="contains")
        inside = ways.geometries[hits]
        ends = np.concatenate([shapely.get_point(inside, 0), shapely.get_point(inside, -1)])
        return np.concatenate([rows, rows]), shapely.get_coordinates(ends)

    return find


def _grouped(rows: Rows, xy: Floats) -> dict[int, shapely.MultiPoint]:
    """Return a MultiPoint of the distinct points of every row in `rows`."""
    order = np.argsort(rows, kind="stable")
    found, start = np.unique(rows[order], return_index=True)
    parts, places = pairwise([*start.tolist(), len(rows)]), xy[order]
    return {
        row: shapely.multipoints(_distinct(places[first:end]))
        for row, (first, end) in zip(found.tolist(), parts, strict=True)
    }


def _distinct(xy: Floats) -> Floats:
    """Return the points of `xy`, one per millimetre cell, in ascending (x, y)."""
    if len(xy) < 2:
        return xy
    ordered = xy[np.lexsort((xy[:, 1], xy[:, 0]))]
    # Most have a handful of points: plain Python is ten times faster for them than numpy's unique.
    first: dict[tuple[float, ...], int] = {}
    for row, cell in enumerate(np.rint(ordered / GRID_M).tolist()):
        first.setdefault(tuple(cell), row)
    return ordered[list(first.values())]
