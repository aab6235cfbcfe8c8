"""The prepared nouns of a place, as far as a scenario can change them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from pyproj import Transformer
from shapely.geometry import box

from lifecircle.model.area import WGS84

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd

    from lifecircle.facilities.prepare import Facilities
    from lifecircle.model.area import StudyArea
    from lifecircle.model.catalogue import Catalogue
    from lifecircle.model.hindrance import Hindrances
    from lifecircle.model.network import Barriers, WalkNetwork
    from lifecircle.model.scenario import Change, LonLat
    from lifecircle.model.travel import WalkProfile
    from lifecircle.residences.prepare import Residences

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class RefusedError(Exception):
    """One change cannot be made; caught and collected, never seen by a user."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A change that cannot be made.

    Attributes
    ----------
    number : int
        Of the change in its scenario, from 1.
    change : Change
    reason : str
        With the remedy.
    """

    number: int
    change: Change
    reason: str

    def __str__(self) -> str:
        """Return ``change 2 (add_street): reason``."""
        return f"change {self.number} ({self.change.KIND}): {self.reason}"


@dataclass(frozen=True, slots=True)
class Walker:
    """Who walks, and what legs and waits the study counts."""

    profile: WalkProfile
    private: bool
    max_access_m: float
    hindrances: Hindrances


class Lens:
    """From degrees to the metres of one study, made once for many positions.

    Parameters
    ----------
    area : StudyArea
    """

    def __init__(self, area: StudyArea) -> None:
        self._to_metres = Transformer.from_crs(WGS84, area.crs, always_xy=True)
        self._bounds = area.reach.bounds
        self._shown = ", ".join(f"{value:.3f}" for value in area.to_wgs84(box(*self._bounds)).bounds)

    def metres(self, points: Iterable[LonLat]) -> Floats:
        """Return positions (lon, lat) in metres, shape (N, 2).

        Raises
        ------
        RefusedError
            If one is no position, or lies beyond the streets of the study.
        """
        (west, south, east, north), xy = self._bounds, list[tuple[float, float]]()
        for lon, lat in points:
            x, y = self._to_metres.transform(lon, lat)
            if not (west <= x <= east and south <= y <= north):
                raise RefusedError(
                    f"{lon:g}, {lat:g} lies off the study and its streets ({self._shown}: west, south, east, north): "
                    "give longitude, then latitude, in degrees of WGS 84"
                )
            xy.append((x, y))
        return np.array(xy, dtype=float).reshape(-1, 2)


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What a scenario is made on.

    Attributes
    ----------
    area : StudyArea
    catalogue : Catalogue
    network : WalkNetwork
    barriers : Barriers
    objects : GeoDataFrame
        The extract's objects in the metric CRS; of gates, their tags are changed.
    facilities : Facilities
    residences : Residences
    communities : GeoDataFrame or None
    walker : Walker
    weight : str
        The audit's one weight.
    lens : Lens
    """

    area: StudyArea
    catalogue: Catalogue
    network: WalkNetwork
    barriers: Barriers
    objects: gpd.GeoDataFrame
    facilities: Facilities
    residences: Residences
    communities: gpd.GeoDataFrame | None
    walker: Walker
    weight: str
    lens: Lens

    def metres(self, points: Iterable[LonLat]) -> Floats:
        """Return positions (lon, lat) in the place's CRS, shape (N, 2); see `Lens.metres`."""
        return self.lens.metres(points)


def position(lon: float | None, lat: float | None) -> LonLat:
    """Return a position that must be given (RefusedError where it is not)."""
    if lon is None or lat is None:
        raise RefusedError("lon and lat are missing: give both, in degrees of WGS 84")
    return lon, lat


def hint(word: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the nearest of `known`, else nothing."""
    import difflib

    close = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else ""
