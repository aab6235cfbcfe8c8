"""Hexagonal cells that hold residential land or residential buildings."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from lifecircle.residences.areas import floor_by
from lifecircle.residences.land import Floats, Ints, Shapes, clip, names_at


def hexagon_origins(
    land: gpd.GeoDataFrame, *, buildings: gpd.GeoDataFrame, boundary: BaseGeometry, side_m: float
) -> gpd.GeoDataFrame:
    """Return one origin per hexagon of side `side_m` that holds residential land or buildings inside the boundary.

    Hexagons stand on a point and are aligned to the origin of the CRS; a trip starts at the middle of the hexagon, as
    in the grid of Bruno et al. (2024), where people are known by cell and not by house.

    Parameters
    ----------
    land : GeoDataFrame
        From `lifecircle.residences.land.residential_land`.
    buildings : GeoDataFrame
        Residential buildings inside the boundary.
    boundary : Polygon or MultiPolygon
    side_m : float

    Returns
    -------
    GeoDataFrame
        Index ``"h<column>_<row>"`` (axial coordinates). ``land_m2`` is the land inside both hexagon and boundary.
    """
    pieces = clip(land.geometry.to_numpy(), boundary=boundary)
    places = shapely.get_coordinates(buildings["point"].to_numpy()).reshape(-1, 2)
    of_building = _hexagon_at(places, side_m)
    candidates = np.unique(np.concatenate([of_building, _over(pieces, side_m)]), axis=0)
    shapes = _shapes(candidates, side_m)
    shapely.prepare(shapes)
    piece, cell = shapely.STRtree(shapes).query(pieces, predicate="intersects")
    inside = shapely.area(shapely.intersection(pieces[piece], shapes[cell]))
    land_m2 = np.bincount(cell, weights=inside, minlength=len(candidates)).astype(float)
    numbers = {tuple(pair): row for row, pair in enumerate(candidates.tolist())}
    owner = np.array([numbers[tuple(pair)] for pair in of_building.tolist()], dtype=np.int64)
    kept = (land_m2 > 0) | (np.bincount(owner, minlength=len(candidates)) > 0)
    floor, defaulted = floor_by(owner, buildings, count=len(candidates))
    return _frame(
        candidates[kept],
        shapes[kept],
        columns={"floor_area_m2": floor[kept], "floor_area_defaulted": defaulted[kept], "land_m2": land_m2[kept]},
        land=land,
        side_m=side_m,
    )


def _frame(
    cells: Ints, shapes: Shapes, *, columns: dict[str, object], land: gpd.GeoDataFrame, side_m: float
) -> gpd.GeoDataFrame:
    points = shapely.points(_centres(cells, side_m))
    index = pd.Index([f"h{column}_{row}" for column, row in cells.tolist()], dtype=object)
    return gpd.GeoDataFrame(
        {
            "object_id": index.to_numpy(dtype=object),
            "name": names_at(points, land=land),
            "kind": "hexagon",
            **columns,
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


def _centres(cells: Ints, side_m: float) -> Floats:
    """Return the middles of hexagons in axial coordinates (column, row), shape (N, 2)."""
    column, row = cells[:, 0], cells[:, 1]
    return np.column_stack([side_m * np.sqrt(3.0) * (column + row / 2.0), side_m * 1.5 * row])


def _shapes(cells: Ints, side_m: float) -> Shapes:
    angles = np.radians(np.arange(6) * 60.0 - 90.0)
    ring = side_m * np.column_stack([np.cos(angles), np.sin(angles)])
    corners = _centres(cells, side_m)[:, None, :] + ring[None, :, :]
    return np.asarray(shapely.polygons(corners), dtype=object)


def _hexagon_at(xy: Floats, side_m: float) -> Ints:
    """Return the hexagon that each point lies in, shape (N, 2): cube coordinates, rounded."""
    column = (xy[:, 0] * np.sqrt(3.0) / 3.0 - xy[:, 1] / 3.0) / side_m
    row = xy[:, 1] * 2.0 / 3.0 / side_m
    cube = np.column_stack([column, row, -column - row])
    rounded = np.rint(cube)
    away = np.abs(rounded - cube)
    worst = away.argmax(axis=1)
    every = np.arange(len(cube))
    rounded[every, worst] = -(rounded.sum(axis=1) - rounded[every, worst])
    return rounded[:, :2].astype(np.int64)


def _over(pieces: Shapes, side_m: float) -> Ints:
    """Return every hexagon that may touch one of `pieces`, shape (N, 2)."""
    bounds = shapely.bounds(pieces).reshape(-1, 4)
    found = [np.empty((0, 2), dtype=np.int64)]
    for west, south, east, north in bounds.tolist():
        rows = np.arange(np.floor(south / (1.5 * side_m)) - 1, np.ceil(north / (1.5 * side_m)) + 2)
        wide = np.arange(np.floor(west / (np.sqrt(3.0) * side_m)) - 1, np.ceil(east / (np.sqrt(3.0) * side_m)) + 2)
        row, across = (part.ravel() for part in np.meshgrid(rows, wide))
        found.append(np.column_stack([across - np.floor(row / 2.0), row]).astype(np.int64))
    return np.unique(np.concatenate(found), axis=0)
