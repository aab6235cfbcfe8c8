"""How near the origins lie to the edge of the data, in a straight line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.model.travel import Floats


def edge_distance_m(case: CoverageCase) -> Floats:
    """Return each origin's straight distance to the outside of the extent.

    The least over its entrances; 0 where an entrance lies outside.

    Returns
    -------
    float64 (R + L,), metres
    """
    entrances, owner = shapely.get_coordinates(
        np.asarray(case.residences["entrances"].array, dtype=object), return_index=True
    )
    points = np.vstack([entrances, case.land_points])
    owners = np.concatenate([owner, case.residence_count + np.arange(len(case.land_points))])
    least = np.full(case.origin_count, np.inf)
    if len(points):
        np.minimum.at(least, owners, _distance_m(points, case.area.extent))
    return least


def _distance_m(points: Floats, extent: shapely.Geometry) -> Floats:
    """Return the distance of points (S, 2) to the outside of `extent`, 0 outside."""
    shapely.prepare(extent)
    inside = shapely.contains_xy(extent, points[:, 0], points[:, 1])
    rim = shapely.boundary(extent)
    shapely.prepare(rim)
    return np.where(inside, shapely.distance(rim, shapely.points(points)), 0.0)
