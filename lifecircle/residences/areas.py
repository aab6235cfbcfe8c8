"""Residential land cut into cells of at most one hectare, each an origin."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from lifecircle.residences.land import Floats, Ints, Shapes, clip, first_within, names_at, polygonal

CELL_M = 100.0
SLIVER_M2 = 100.0


def cut(shapes: Shapes, *, size_m: float) -> pd.DataFrame:
    """Cut polygons along the squares of the CRS grid.

    The plane is sliced into columns first and the slices into rows, so that a polygon of many corners is not met whole
    once per square.

    Parameters
    ----------
    shapes : object array of (multi)polygons
    size_m : float
        Side of the squares.

    Returns
    -------
    DataFrame
        ``owner`` (row of `shapes`), ``col``, ``row``, ``geometry``, sorted. Together the pieces are the polygons.
    """
    owner, column, slices = _slice(shapes, axis=0, size_m=size_m)
    part, row, pieces = _slice(slices, axis=1, size_m=size_m)
    cells = pd.DataFrame({"owner": owner[part], "col": column[part], "row": row, "geometry": pieces})
    return cells.sort_values(["owner", "col", "row"], ignore_index=True)


def _slice(shapes: Shapes, *, axis: int, size_m: float) -> tuple[Ints, Ints, Shapes]:
    present = np.flatnonzero(shapely.area(shapes) > 0)
    bounds = shapely.bounds(shapes[present]).reshape(-1, 4)
    first = np.floor(bounds[:, axis] / size_m).astype(np.int64)
    count = np.floor(bounds[:, axis + 2] / size_m).astype(np.int64) - first + 1
    owner = np.repeat(np.arange(len(present)), count)
    place = first[owner] + np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    pieces = np.array(shapes[present[owner]], dtype=object)
    strips = bounds[owner].copy()  # boxes as wide as a slice and as long as the polygon
    strips[:, axis], strips[:, axis + 2] = place * size_m, (place + 1) * size_m
    several = count[owner] > 1
    boxes = shapely.box(*(strips[several] + _margin(axis)).T)
    pieces[several] = polygonal(shapely.intersection(pieces[several], boxes))
    # GEOS 3.14 may lose or invent ground where borders nearly coincide; rounding to a micrometre does not.
    summed = np.bincount(owner, weights=shapely.area(pieces), minlength=len(present))
    wrong = several & ~np.isclose(summed, shapely.area(shapes[present]), rtol=1e-9, atol=1e-6)[owner]
    again = shapely.box(*(strips[wrong] + _margin(axis)).T)
    pieces[wrong] = polygonal(shapely.intersection(shapes[present[owner[wrong]]], again, grid_size=1e-6))
    kept = shapely.area(pieces) > 0
    return present[owner[kept]], place[kept], pieces[kept]


def _margin(axis: int) -> Floats:
    """Lengthen boxes across the slices, so that only the sides of a slice cut."""
    margin = np.array([-1.0, -1.0, 1.0, 1.0])
    margin[[axis, axis + 2]] = 0.0
    return margin


def merge_slivers(cells: pd.DataFrame) -> pd.DataFrame:
    """Give pieces under 100 m2 to the neighbour of the same polygon with which they share the longest border.

    A neighbour takes no sliver that would make it larger than a hectare; a sliver that nobody can take stays. So land
    is conserved and no cell exceeds a hectare.
    """
    shapes = cells["geometry"].to_numpy(dtype=object)
    areas = shapely.area(shapes)
    slivers = np.flatnonzero(areas < SLIVER_M2)
    sliver, host = shapely.STRtree(shapes).query(shapes[slivers], predicate="intersects")
    sliver = slivers[sliver]
    owner = cells["owner"].to_numpy()
    near = (owner[sliver] == owner[host]) & (areas[host] >= SLIVER_M2)
    sliver, host = sliver[near], host[near]
    border = shapely.length(shapely.intersection(shapes[sliver], shapes[host]))
    order = np.lexsort((host, -border, sliver))
    taken: dict[int, int] = {}
    for row in order[border[order] > 0]:
        small, large = int(sliver[row]), int(host[row])
        if small not in taken and areas[small] + areas[large] <= CELL_M**2:
            taken[small] = large
            areas[large] += areas[small]
    merged = np.array(shapes, dtype=object)
    for small, large in taken.items():
        merged[large] = shapely.union(merged[large], shapes[small])
    return cells.assign(geometry=merged).drop(index=list(taken)).reset_index(drop=True)


def area_origins(
    land: gpd.GeoDataFrame, *, names: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, boundary: BaseGeometry
) -> gpd.GeoDataFrame:
    """Cut residential land inside the boundary into cells of at most 1 ha.

    Parameters
    ----------
    land : GeoDataFrame
        The polygons to cut, from `lifecircle.residences.land.residential_land`.
    names : GeoDataFrame
        All residential polygons: a cell is named after the smallest named one around it.
    buildings : GeoDataFrame
        Residential buildings inside the boundary; each adds its floor to the cell around its representative point.
    boundary : Polygon or MultiPolygon

    Returns
    -------
    GeoDataFrame
        One origin per cell, index ``"<object_id>/<column>_<row>"`` in the 100 m grid of the CRS; the entrance is the
        cell's representative point.
    """
    inner = clip(land.geometry.to_numpy(), boundary=boundary)
    cells = merge_slivers(cut(inner, size_m=CELL_M))
    shapes = cells["geometry"].to_numpy(dtype=object)
    source = land.index.to_numpy(dtype=object)[cells["owner"].to_numpy()]
    index = pd.Index([f"{i}/{c}_{r}" for i, c, r in zip(source, cells["col"], cells["row"], strict=True)], dtype=object)
    points = shapely.point_on_surface(shapes)
    floor, defaulted = floor_by(
        first_within(buildings["point"].to_numpy(), polygons=shapes), buildings, count=len(shapes)
    )
    return gpd.GeoDataFrame(
        {
            "object_id": source,
            "name": names_at(points, land=names),
            "kind": "residential_area",
            "floor_area_m2": floor,
            "floor_area_defaulted": defaulted,
            "land_m2": shapely.area(shapes),
            "point": gpd.GeoSeries(points, index=index, crs=land.crs),
            "entrances": gpd.GeoSeries(
                shapely.multipoints(points, indices=np.arange(len(points))), index=index, crs=land.crs
            ),
            "entrance_kind": "representative",
        },
        geometry=shapes,
        index=index,
        crs=land.crs,
    )


def floor_by(owner: Ints, buildings: gpd.GeoDataFrame, *, count: int) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Add up floor area by owner.

    Parameters
    ----------
    owner : int64 array
        Row of the origin that each building belongs to, -1 for none.
    buildings : GeoDataFrame
    count : int
        Number of origins.

    Returns
    -------
    floor_area_m2 : float64 array, shape (count,)
        NaN where there is no building.
    defaulted : bool array, shape (count,)
        Whether the storeys of any of its buildings were assumed.
    """
    has = owner >= 0
    rows = owner[has]
    floor = np.bincount(rows, weights=buildings["floor_area_m2"].to_numpy()[has], minlength=count).astype(float)
    number = np.bincount(rows, minlength=count)
    assumed = np.bincount(rows, weights=buildings["floor_area_defaulted"].to_numpy()[has], minlength=count)
    return np.where(number > 0, floor, np.nan), assumed > 0
