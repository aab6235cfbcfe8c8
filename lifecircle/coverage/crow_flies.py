"""How far residences are from facilities as the crow flies, for some residences only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.model.travel import Floats, Ints


def doors_of(case: CoverageCase, rows: Ints) -> tuple[Floats, Ints]:
    """Return the entrances of residences `rows`: xy (P, 2) in metres and the place in `rows` of each, ascending."""
    entrances = np.asarray(case.residences["entrances"].array, dtype=object)[rows]
    return shapely.get_coordinates(entrances, return_index=True)


def nearest_crow_m(points: tuple[Floats, Ints], doors: Floats, *, count: int) -> Floats:
    """Return the Euclidean distance of `count` owners to the nearest of `doors`.

    Parameters
    ----------
    points : (xy float64 (P, 2), owner int64 (P,))
        As `doors_of` returns them; the least over an owner's points counts.
    doors : float64 (D, 2)
    count : int

    Returns
    -------
    float64 (count,)
        Metres; ``inf`` where there is no door, or the owner has no point.
    """
    found = np.full(count, np.inf)
    xy, owner = points
    if len(doors) and len(xy):
        from scipy.spatial import cKDTree

        np.minimum.at(found, owner, cKDTree(doors).query(xy)[0])
    return found


def mean_crow_m(points: tuple[Floats, Ints], doors: tuple[Floats, Ints], *, count: int, mean_of: int) -> Floats:
    """Return the mean distance to the `mean_of` nearest facilities; ``inf`` where there are fewer.

    `doors` are entrances and the facility that each belongs to. As `nearest_crow_m` otherwise.
    """
    facilities = np.unique(doors[1])
    if len(facilities) < mean_of:
        return np.full(count, np.inf)
    nearest = np.stack([nearest_crow_m(points, doors[0][doors[1] == one], count=count) for one in facilities.tolist()])
    return np.sort(nearest, axis=0)[:mean_of].mean(axis=0)
