"""Square cells that hold residential land or residential buildings."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from lifecircle.residences.areas import cut, floor_by
from lifecircle.residences.land import Ints, Shapes, clip, names_at


def grid_origins(
    land: gpd.GeoDataFrame, *, buildings: gpd.GeoDataFrame, boundary: BaseGeometry, size_m: float
) -> gpd.GeoDataFrame:
    """Return one origin per square of `size_m` that holds residential land or buildings inside the boundary.

    One starts at the representative point of the largest piece of residential land in the square; where a square has
    no such land, at the building nearest to the floor-weighted middle of its buildings. So an origin always stands
    where people live.

    Parameters
    ----------
    land : GeoDataFrame
        From `lifecircle.residences.land.residential_land`.
    buildings : GeoDataFrame
        Residential buildings inside the boundary.
    boundary : Polygon or MultiPolygon
    size_m : float
        Side of the squares, which are aligned to the origin of the CRS.

    Returns
    -------
    GeoDataFrame
        Index ``"g<column>_<row>"``. ``land_m2`` is the land inside both square and boundary.
    """
    pieces = cut(clip(land.geometry.to_numpy(), boundary=boundary), size_m=size_m)
    places = np.floor(shapely.get_coordinates(buildings["point"].to_numpy()).reshape(-1, 2) / size_m).astype(np.int64)
    both = np.concatenate([pieces[["col", "row"]].to_numpy(dtype=np.int64), places])
    squares, rows = np.unique(both, axis=0, return_inverse=True)
    rows = rows.reshape(-1)
    of_piece, of_building = rows[: len(pieces)], rows[len(pieces) :]
    shapes = pieces["geometry"].to_numpy(dtype=object)
    points = _starts(len(squares), parts=(shapes, of_piece), buildings=buildings, square=of_building)
    floor, defaulted = floor_by(of_building, buildings, count=len(squares))
    land_m2 = np.bincount(of_piece, weights=shapely.area(shapes), minlength=len(squares)).astype(float)
    index = pd.Index([f"g{column}_{row}" for column, row in squares], dtype=object)
    boxes = shapely.box(*np.hstack([squares, squares + 1]).T * size_m)
    return gpd.GeoDataFrame(
        {
            "object_id": index.to_numpy(dtype=object),
            "name": names_at(points, land=land),
            "kind": "grid",
            "floor_area_m2": floor,
            "floor_area_defaulted": defaulted,
            "land_m2": land_m2,
            "point": gpd.GeoSeries(points, index=index, crs=land.crs),
            "entrances": gpd.GeoSeries(
                shapely.multipoints(points, indices=np.arange(len(points))), index=index, crs=land.crs
            ),
            "entrance_kind": "representative",
        },
        geometry=boxes,
        index=index,
        crs=land.crs,
    )


def _starts(count: int, *, parts: tuple[Shapes, Ints], buildings: gpd.GeoDataFrame, square: Ints) -> Shapes:
    shapes, owner = parts
    starts = np.full(count, None, dtype=object)
    order = np.lexsort((np.arange(len(shapes))[::-1], shapely.area(shapes)))  # the largest piece is written last
    starts[owner[order]] = shapely.point_on_surface(shapes[order])
    xy = shapely.get_coordinates(buildings["point"].to_numpy()).reshape(-1, 2)
    floor = buildings["floor_area_m2"].to_numpy()
    total = np.bincount(square, weights=floor, minlength=count)[square]
    middle = np.column_stack(
        [np.bincount(square, weights=floor * xy[:, k], minlength=count)[square] / total for k in (0, 1)]
    )
    away = np.hypot(*(xy - middle).T)
    order = np.lexsort((np.arange(len(xy)), away))[::-1]  # the nearest building is written last
    order = order[np.array([starts[row] is None for row in square[order]], dtype=bool)]
    starts[square[order]] = buildings["point"].to_numpy()[order]
    return starts
