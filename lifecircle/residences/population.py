"""People of grid cells, polygons or points, given to the residences they live in."""

from __future__ import annotations

import math
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from lifecircle.errors import ConfigError, SchemaError
from lifecircle.model.area import StudyArea
from lifecircle.residences.land import POLYGONAL, Floats, Ints, Shapes, inside, polygonal

POINT_REACH_M = 250.0


@dataclass(frozen=True, slots=True, eq=False)
class Allocation:
    """Where the people of a population table went; the three sums add up to the table's total.

    Attributes
    ----------
    people : float64 (R,)
        Per origin.
    outside : float
        People who live beyond the boundary.
    unplaced, empty_units : float, int
        People inside the boundary for whom no residence was found, and the cells or points they come from.
    edge, edge_units : float, int
        People placed from cells that reach beyond the whole data, and those cells: homes unknown to the data may share
        them.
    missing : int
        Rows of the table without a number; left out.
    units : int
        Rows used.
    """

    people: Floats
    outside: float
    unplaced: float
    empty_units: int
    edge: float
    edge_units: int
    missing: int
    units: int

    @property
    def placed(self) -> float:
        """Return the people given to origins."""
        return math.fsum(self.people)


@dataclass(frozen=True, slots=True, eq=False)
class _Given:
    """What a kind of unit (polygons, points) gave; per origin and per unit."""

    people: Floats
    outside: Floats
    unplaced: Floats
    edge: Floats


def allocate(
    population: gpd.GeoDataFrame,
    *,
    origins: gpd.GeoDataFrame,
    outside: gpd.GeoDataFrame,
    land: gpd.GeoDataFrame,
    area: StudyArea,
) -> Allocation:
    """Give the people of each unit to the origins in it, in proportion to floor area (dasymetric mapping).

    A polygon's people are shared over all residential floor whose representative point lies in it, on either side of
    the boundary; only what falls to origins is kept. Where a polygon holds no residential building, residential land
    takes the place of floor. A point's people go to the nearest origin within 250 m. Nobody is moved to another
    polygon.

    Parameters
    ----------
    population : GeoDataFrame
        Column ``population`` (people per row, at least 0) and polygons or points; metric CRS of the study.
    origins : GeoDataFrame
        R rows inside the boundary: ``point``, ``floor_area_m2``, ``land_m2``, ``geometry``.
    outside : GeoDataFrame
        Residential buildings of the loaded data outside the boundary: ``point``, ``floor_area_m2``.
    land : GeoDataFrame
        Disjoint residential land of the loaded data.
    area : StudyArea

    Returns
    -------
    Allocation

    Raises
    ------
    SchemaError
        If the column is missing, a value negative, the CRS another one, or a shape neither polygon nor point.
    ConfigError
        If no unit overlaps the study.

    References
    ----------
    Wright, J. K. (1936), A method of mapping densities of population, Geographical Review 26(1), 103-110;
    docs/methods/residences.md.
    """
    table, missing = _checked(population, area=area)
    shapes, people = table.geometry.to_numpy(), table["population"].to_numpy(dtype=float)
    flat = shapely.get_type_id(shapes) == 0
    given = [
        _from_polygons(shapes[~flat], people=people[~flat], origins=origins, outside=outside, around=(land, area)),
        _from_points(shapes[flat], people=people[flat], origins=origins, boundary=area.boundary),
    ]
    unplaced, edge = (np.concatenate([getattr(part, name) for part in given]) for name in ("unplaced", "edge"))
    return Allocation(
        people=given[0].people + given[1].people,
        outside=math.fsum(np.concatenate([part.outside for part in given])),
        unplaced=math.fsum(unplaced),
        empty_units=int((unplaced > 0).sum()),
        edge=math.fsum(edge),
        edge_units=int((edge > 0).sum()),
        missing=missing,
        units=len(table),
    )


def _checked(population: gpd.GeoDataFrame, *, area: StudyArea) -> tuple[gpd.GeoDataFrame, int]:
    if "population" not in population.columns:
        raise SchemaError(f"population: no column 'population'; the table has {list(population.columns)}")
    if population.crs != area.crs:
        raise SchemaError(f"population: coordinates are in {population.crs}, not in the study's metric CRS")
    values = population["population"].to_numpy(dtype=float, na_value=np.nan)
    if (values < 0).any() or np.isinf(values).any():
        row = int(np.flatnonzero((values < 0) | np.isinf(values))[0])
        raise SchemaError(
            f"population, row {row + 1}, column population: {values[row]:g} is no number of people: "
            "leave suppressed cells empty"
        )
    known = ~np.isnan(values)
    table = population[known].assign(population=values[known])
    shapes = table.geometry.to_numpy()
    odd = np.flatnonzero(~np.isin(shapely.get_type_id(shapes), (0, *POLYGONAL)))
    if len(odd):
        raise SchemaError(f"population: {len(odd)} rows are neither polygon nor point, first row {int(odd[0]) + 1}")
    if not shapely.intersects(area.boundary, shapes).any():
        raise ConfigError(
            f"population: none of its {len(table)} rows lies in the boundary of {area.name_en!r}: "
            "check its datum and CRS"
        )
    return table, int((~known).sum())


def _from_polygons(
    shapes: Shapes,
    *,
    people: Floats,
    origins: gpd.GeoDataFrame,
    outside: gpd.GeoDataFrame,
    around: tuple[gpd.GeoDataFrame, StudyArea],
) -> _Given:
    land, area = around
    shapes = polygonal(shapely.make_valid(shapes))
    tree, count = shapely.STRtree(shapes), len(shapes)
    origin, unit = tree.query(origins["point"].to_numpy(), predicate="intersects")
    beyond, beyond_unit = tree.query(outside["point"].to_numpy(), predicate="intersects")
    floor = np.nan_to_num(origins["floor_area_m2"].to_numpy())[origin]
    ground = np.nan_to_num(origins["land_m2"].to_numpy())[origin]
    floors = _sum(floor, by=unit, count=count)
    floors += _sum(outside["floor_area_m2"].to_numpy()[beyond], by=beyond_unit, count=count)
    grounds = _sum(ground, by=unit, count=count)
    landed = np.flatnonzero((floors == 0) & (grounds > 0))
    grounds[landed] += _land_beyond(shapes[landed], land=land, boundary=area.boundary)
    basis = np.where(floors > 0, floors, grounds)
    share = np.where(floors[unit] > 0, floor, ground) / np.where(basis > 0, basis, 1.0)[unit]
    given = people[unit] * share
    placed = _sum(given, by=unit, count=count)
    covered = shapely.area(shapely.intersection(shapes, area.boundary))
    unplaced = np.where(basis > 0, 0.0, people * covered / np.maximum(shapely.area(shapes), 1e-9))
    whole = shapely.covers(area.extent, shapes)
    return _Given(
        people=_sum(given, by=origin, count=len(origins)),
        outside=np.maximum(people - placed - unplaced, 0.0),
        unplaced=unplaced,
        edge=np.where(whole, 0.0, placed),
    )


def _sum(values: Floats, *, by: Ints, count: int) -> Floats:
    return np.bincount(by, weights=values, minlength=count).astype(float)


def _land_beyond(shapes: Shapes, *, land: gpd.GeoDataFrame, boundary: BaseGeometry) -> Floats:
    """Return the residential land in each shape that lies outside the boundary, in square metres."""
    beyond = shapely.difference(shapes, boundary)
    piece, shape = shapely.STRtree(beyond).query(land.geometry.to_numpy(), predicate="intersects")
    shared = shapely.area(shapely.intersection(land.geometry.to_numpy()[piece], beyond[shape]))
    return _sum(shared, by=shape, count=len(shapes))


def _from_points(shapes: Shapes, *, people: Floats, origins: gpd.GeoDataFrame, boundary: BaseGeometry) -> _Given:
    seen = inside(shapes, boundary=boundary)
    rows = np.flatnonzero(seen)
    tree = shapely.STRtree(origins.geometry.to_numpy())
    point, origin = tree.query_nearest(shapes[rows], max_distance=POINT_REACH_M, all_matches=True)
    order = np.lexsort((origin, point))
    point, first = np.unique(point[order], return_index=True)  # of equally near origins the first id
    nearest = np.full(len(shapes), -1, dtype=np.int64)
    nearest[rows[point]] = origin[order][first]
    found = nearest >= 0
    return _Given(
        people=_sum(people[found], by=nearest[found], count=len(origins)),
        outside=np.where(seen, 0.0, people),
        unplaced=np.where(seen & ~found, people, 0.0),
        edge=np.zeros(len(shapes)),
    )
