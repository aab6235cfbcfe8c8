"""Residential land: who owns which square metre, and points to measure it by."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]

LAND_POINT_STEP_M = 50.0
POLYGONAL = (3, 6)  # shapely type ids of Polygon and MultiPolygon


def polygonal(shapes: Shapes) -> Shapes:
    """Return `shapes` with lines and points taken out of collections; what is left may be empty."""
    kept = np.array(shapes, dtype=object)
    for row in np.flatnonzero(~np.isin(shapely.get_type_id(kept), POLYGONAL)):
        parts = shapely.get_parts(shapely.get_parts(kept[row]))  # a collection may hold a MultiPolygon
        kept[row] = shapely.multipolygons(parts[shapely.get_type_id(parts) == POLYGONAL[0]])
    return kept


def areas_of(objects: gpd.GeoDataFrame, *, wanted: Bools) -> gpd.GeoDataFrame:
    """Return the `wanted` rows that are polygons, valid and sorted by id."""
    types = shapely.get_type_id(objects.geometry.to_numpy())
    found = objects[wanted & np.isin(types, POLYGONAL)].sort_index()
    shapes = found.geometry.to_numpy()
    broken = ~shapely.is_valid(shapes)
    if broken.any():
        shapes = shapes.copy()
        shapes[broken] = polygonal(shapely.make_valid(shapes[broken]))
        found = found.set_geometry(gpd.GeoSeries(shapes, index=found.index, crs=found.crs))
    return found[shapely.area(found.geometry.to_numpy()) > 0]


def residential_land(objects: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Collect ``landuse=residential`` polygons and give every overlap to the smallest.

    Parameters
    ----------
    objects : GeoDataFrame
        Index ``object_id``, columns ``tags`` and ``geometry``; metric CRS.

    Returns
    -------
    GeoDataFrame
        Index ``object_id``, sorted. ``name`` (own, "" when unnamed), ``tags``, ``outline`` (the polygon as mapped)
        and ``geometry``: the part of it that lies in no smaller residential polygon. The geometries are disjoint and
        together are the union of the outlines; polygons that smaller ones cover wholly are left out.
    """
    wanted = np.array([tags.get("landuse") == "residential" for tags in objects["tags"]], dtype=bool)
    found = areas_of(objects, wanted=wanted)
    outlines = found.geometry.to_numpy()
    land = gpd.GeoDataFrame(
        {
            "name": [tags.get("name", "") for tags in found["tags"]],
            "tags": found["tags"].to_numpy(),
            "outline": gpd.GeoSeries(outlines, index=found.index, crs=objects.crs),
        },
        geometry=disjoint(outlines),
        index=found.index,
        crs=objects.crs,
    )
    return land[land.geometry.area.to_numpy() > 0]


def disjoint(shapes: Shapes) -> Shapes:
    """Return `shapes` less whatever a smaller one covers (ties: the earlier one keeps it)."""
    rank = np.empty(len(shapes), dtype=np.int64)
    rank[np.lexsort((np.arange(len(shapes)), shapely.area(shapes)))] = np.arange(len(shapes))
    big, small = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pair = rank[small] < rank[big]
    big, small = big[pair], small[pair]
    shared = shapely.area(shapely.intersection(shapes[big], shapes[small])) > 0
    pieces = np.array(shapes, dtype=object)
    # One by one: GEOS 3.14 unary union can lose a third of two overlapping polygons whose borders nearly coincide.
    for row, other in sorted(zip(big[shared].tolist(), small[shared].tolist(), strict=True)):
        pieces[row] = shapely.difference(pieces[row], shapes[other])
    return polygonal(pieces)


def inside(points: Shapes, *, boundary: BaseGeometry) -> Bools:
    """Return whether each point lies in or on `boundary`."""
    shapely.prepare(boundary)
    return np.asarray(shapely.intersects(boundary, points), dtype=bool)


def clip(shapes: Shapes, *, boundary: BaseGeometry) -> Shapes:
    """Return `shapes` cut at `boundary`; those wholly inside come back untouched."""
    shapely.prepare(boundary)
    cut = ~shapely.covers(boundary, shapes)
    clipped = np.array(shapes, dtype=object)
    clipped[cut] = polygonal(shapely.intersection(clipped[cut], boundary))
    return clipped


def first_within(points: Shapes, *, polygons: Shapes) -> Ints:
    """Return, for each point, the first polygon that it lies in or on; -1 where there is none."""
    found = np.full(len(points), -1, dtype=np.int64)
    point, polygon = shapely.STRtree(polygons).query(points, predicate="intersects")
    order = np.lexsort((polygon, point))[::-1]
    found[point[order]] = polygon[order]
    return found


def names_at(points: Shapes, *, land: gpd.GeoDataFrame) -> Shapes:
    """Return the name of the smallest named residential polygon around each point, "" where there is none."""
    named = land[land["name"] != ""]
    outlines = named["outline"].to_numpy()
    order = np.argsort(shapely.area(outlines), kind="stable")
    row = first_within(points, polygons=outlines[order])
    return np.append(named["name"].to_numpy(dtype=object)[order], "")[row].astype(object)


def lattice(bounds: Floats, *, step_m: float) -> tuple[Ints, Ints, Ints]:
    """List the squares of `step_m` that touch each box; squares are aligned to the CRS origin.

    Returns
    -------
    owner, column, row : int64 arrays of one shape
        Row of `bounds` (n, 4) and the square's place: it spans ``column * step_m`` to ``(column + 1) * step_m``.
    """
    low = np.floor(bounds[:, :2] / step_m).astype(np.int64)
    size = np.floor(bounds[:, 2:] / step_m).astype(np.int64) - low + 1
    count = size[:, 0] * size[:, 1]
    owner = np.repeat(np.arange(len(bounds)), count)
    place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    width = size[owner, 0]
    return owner, low[owner, 0] + place % width, low[owner, 1] + place // width


def land_points(land: gpd.GeoDataFrame, *, boundary: BaseGeometry) -> Floats:
    """Sample residential land inside the boundary every 50 m.

    Points stand in the middle of the 50 m squares of the CRS grid, so a larger buffer moves none of them and the share
    of points near a facility is a share of land.

    Returns
    -------
    float64 array, shape (L, 2)
        x and y in metres, sorted by x then y; no row where there is no land.
    """
    shapes = land.geometry.to_numpy()
    shapely.prepare(shapes)
    owner, column, row = lattice(shapely.bounds(shapes).reshape(-1, 4), step_m=LAND_POINT_STEP_M)
    xy = (np.column_stack([column, row]) + 0.5) * LAND_POINT_STEP_M
    xy = xy[shapely.contains_xy(shapes[owner], xy[:, 0], xy[:, 1])]
    xy = xy[inside(shapely.points(xy), boundary=boundary)]
    return np.unique(xy, axis=0) if len(xy) else np.empty((0, 2))


def tag_values(tags: Mapping[str, str], *, key: str) -> tuple[str, ...]:
    """Split a tag of several values (``"residential; retail"``) into them."""
    return tuple(part.strip() for part in tags.get(key, "").split(";") if part.strip())
