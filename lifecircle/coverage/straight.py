"""Facilities as the crow flies, and polygons that origins lie in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.coverage.filters import passing
from lifecircle.units import MM_PER_M

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.model.rules import FacilityFilter, Item
    from lifecircle.model.travel import Floats, Ints

EQUALS = 8  # nearest entrances compared for ties
NONE = np.iinfo(np.int64).max


def admitted(
    item: Item, case: CoverageCase, *, types: tuple[str, ...], lenient: bool, asked: FacilityFilter
) -> npt.NDArray[np.int64]:
    """Return the rows of the facility table that count for `item`."""
    table = case.facilities
    chosen = np.isin(table["type"].to_numpy(dtype=object), list(types or item.types))
    if not lenient:
        chosen &= ~table["lenient"].to_numpy(dtype=bool)
    if asked:
        chosen &= passing(table, asked)
    return np.flatnonzero(chosen)


def straight_line(case: CoverageCase, rows: Ints) -> tuple[Floats, Ints]:
    """Return the Euclidean distance of every origin to the nearest of facilities `rows`.

    Between entrances, in whole millimetres; the least over the origin's entrances, ties by the smallest row.

    Returns
    -------
    value : float64 (N,)
        ``inf`` where `rows` is empty.
    facility : int64 (N,)
        Row of the facility table, -1 where none.
    """
    value, facility = np.full(case.origin_count, np.inf), np.full(case.origin_count, NONE, dtype=np.int64)
    if len(rows):
        from scipy.spatial import cKDTree

        doors, served = _coordinates(case, "facilities", rows)
        points, owner = _coordinates(case, "residences", np.arange(case.residence_count))
        points = np.vstack([points, case.land_points])
        owner = np.concatenate([owner, np.arange(case.residence_count, case.origin_count)])
        near = min(EQUALS, len(doors))
        metres, door = cKDTree(doors).query(points, k=list(range(1, near + 1)))
        length = np.rint(metres * MM_PER_M)
        row = np.where(length == length[:, :1], served[door], NONE).min(axis=1)
        np.minimum.at(value, owner, length[:, 0])
        least = length[:, 0] == value[owner]
        np.minimum.at(facility, owner[least], row[least])
    return value, np.where(facility == NONE, -1, facility)


def inside(case: CoverageCase, rows: Ints) -> tuple[Floats, Ints]:
    """Return 0 where an origin lies in the shape of one of facilities `rows`, else ``inf``; and the smallest row.

    A residence lies where the representative point of its geometry lies.
    """
    value, facility = np.full(case.origin_count, np.inf), np.full(case.origin_count, NONE, dtype=np.int64)
    if len(rows):
        shapes = np.asarray(case.facilities.geometry.array, dtype=object)[rows]
        homes = np.asarray(case.residences.geometry.array, dtype=object)
        points = np.concatenate([shapely.point_on_surface(homes), shapely.points(case.land_points)])
        origin, shape = shapely.STRtree(shapes).query(points, predicate="intersects")
        value[origin] = 0.0
        np.minimum.at(facility, origin, rows[shape])
    return value, np.where(facility == NONE, -1, facility)


def _coordinates(case: CoverageCase, table: str, rows: Ints) -> tuple[Floats, Ints]:
    entrances = np.asarray(getattr(case, table)["entrances"].array, dtype=object)[rows]
    xy, owner = shapely.get_coordinates(entrances, return_index=True)
    return xy, rows[owner]
