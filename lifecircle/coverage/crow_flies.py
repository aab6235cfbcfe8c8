"""How far residences are from facilities as the crow flies, for some residences only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import geopandas as gpd
import numpy as np
import shapely

from lifecircle.engine import threads

if TYPE_CHECKING:
    from lifecircle.model.travel import Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Doors:
    """The entrances of N residences or facilities.

    Attributes
    ----------
    xy : float64 (P, 2)
        Metres, by owner.
    start : int64 (N + 1,)
        Where those of each owner begin.
    """

    xy: Floats
    start: Ints

    @classmethod
    def of(cls, table: gpd.GeoDataFrame) -> Self:
        """Return the entrances of a table with a MultiPoint column ``entrances``."""
        shapes = np.asarray(table["entrances"].array, dtype=object)
        return cls(
            shapely.get_coordinates(shapes), np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(shapes))])
        )

    def of_rows(self, rows: Ints) -> tuple[Floats, Ints]:
        """Return the entrances of owners `rows`: xy (Q, 2) and the place in `rows` of each, ascending."""
        count = self.start[rows + 1] - self.start[rows]
        place_of = np.repeat(np.arange(len(rows)), count)
        return self.xy[
            np.repeat(self.start[rows] - (np.cumsum(count) - count), count) + np.arange(len(place_of))
        ], place_of


def nearest_crow_m(points: tuple[Floats, Ints], doors: Floats, *, count: int) -> Floats:
    """Return the Euclidean distance of `count` owners to the nearest of `doors`.

    Parameters
    ----------
    points : (xy float64 (P, 2), owner int64 (P,))
        As `Doors.of_rows` returns them; the least over an owner's points counts.
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

        np.minimum.at(found, owner, cKDTree(doors).query(xy, workers=threads())[0])
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
