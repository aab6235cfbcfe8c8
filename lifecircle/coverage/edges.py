"""How near the origins lie to the edge of the data, in a straight line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from lifecircle.model.tables import ResidenceTable
    from lifecircle.model.travel import Floats


def edge_distance_m(residences: ResidenceTable, land_points: Floats, *, extent: shapely.Geometry) -> Floats:
    """Return the straight distance of each of R residences, then of L land points (L, 2), to the outside of `extent`.

    The least over a residence's entrances; 0 where an entrance lies outside.

    Returns
    -------
    float64 (R + L,), metres
    """
    entrances, owner = shapely.get_coordinates(
        np.asarray(residences["entrances"].array, dtype=object), return_index=True
    )
    points = np.vstack([entrances, land_points])
    owners = np.concatenate([owner, len(residences) + np.arange(len(land_points))])
    least = np.full(len(residences) + len(land_points), np.inf)
    if len(points):
        np.minimum.at(least, owners, _distance_m(points, extent))
    return least


def _distance_m(points: Floats, extent: shapely.Geometry) -> Floats:
    """Return the distance of points (S, 2) to the outside of `extent`, 0 outside."""
    shapely.prepare(extent)
    inside = shapely.contains_xy(extent, points[:, 0], points[:, 1])
    rim = shapely.boundary(extent)
    shapely.prepare(rim)
    return np.where(inside, shapely.distance(rim, shapely.points(points)), 0.0)
