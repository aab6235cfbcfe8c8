"""Any place on the map, given in degrees, as a start of walks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Transformer

from lifecircle.errors import ConfigError
from lifecircle.model.area import WGS84
from lifecircle.model.travel import SNAP_REASONS, WalkProfile
from lifecircle.travel.nearest import Endpoints

if TYPE_CHECKING:
    from lifecircle.pipeline.place import Place

WHY = {
    "too_far": "no street is within {metres:g} m of it",
    "water_or_rail": "every way to a street within {metres:g} m crosses water or a railway",
    "no_network": "the study has no walkable street",
}


def to_metres(place: Place, *, lon: npt.ArrayLike, lat: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return degrees (WGS-84) as metres in the place's CRS; shape (N, 2).

    Raises
    ------
    ConfigError
        If a position is no position, or lies outside the streets of the study.
    """
    lons, lats = np.atleast_1d(np.asarray(lon, dtype=float)), np.atleast_1d(np.asarray(lat, dtype=float))
    west, south, east, north = place.area.reach.bounds
    xy = np.column_stack(Transformer.from_crs(WGS84, place.area.crs, always_xy=True).transform(lons, lats))
    outside = ~np.isfinite(xy).all(axis=1)
    outside |= (xy[:, 0] < west) | (xy[:, 0] > east) | (xy[:, 1] < south) | (xy[:, 1] > north)
    if outside.any():
        first = int(np.flatnonzero(outside)[0])
        back = Transformer.from_crs(place.area.crs, WGS84, always_xy=True)
        box = [round(value, 3) for value in back.transform_bounds(west, south, east, north)]
        raise ConfigError(
            f"{lons[first]:g},{lats[first]:g} lies outside the streets of the study, {box} "
            "(west, south, east, north): give longitude, then latitude, in degrees of WGS-84"
        )
    return xy


def start_at(place: Place, *, lon: float, lat: float, profile: WalkProfile) -> Endpoints:
    """Return one place as the start of walks.

    Raises
    ------
    ConfigError
        If it lies outside the study, or no street is in reach.
    """
    snapped = place.snap(to_metres(place, lon=lon, lat=lat), profile=profile)
    name = f"{lon:g},{lat:g}"
    if snapped.edge[0] < 0:
        why = WHY[SNAP_REASONS[int(snapped.reason[0])]].format(metres=place.question.walk.max_access_m)
        raise ConfigError(f"nobody can start at {name}: {why}; choose a place nearer to a street")
    return Endpoints(pd.Index([name], dtype=object), snapped)
