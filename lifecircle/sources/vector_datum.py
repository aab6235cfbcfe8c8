"""Coordinates of a vector file, in whatever datum, as WGS-84."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from lifecircle.errors import DatumError
from lifecircle.sources.datum import Datum
from lifecircle.sources.displacement import in_gcj_box

_LONLAT: Final = "EPSG:4326"
_SHIFTED: Final = ("gcj02", "bd09")
# Systems under which displaced coordinates are stored: WGS-84, CGCS2000, the web mercator of tiles.
_CARRIERS: Final = (4326, 4490, 3857)
WORDS: Final = "wgs84, cgcs2000, gcj02, bd09 or EPSG:<number>"


def to_lonlat(frame: gpd.GeoDataFrame, *, datum: str | None, file: str) -> gpd.GeoDataFrame:
    """Return `frame` in EPSG:4326, under the CRS of the file and the datum that the study states.

    Parameters
    ----------
    frame : GeoDataFrame
        As read; its CRS is None where the file does not say.
    datum : str or None
        What the study says; see ``Datum.parse``.
    file : str
        Named in errors.

    Raises
    ------
    DatumError
        If neither says, and the coordinates are no degrees or lie in China; if the two disagree; if coordinates are
        no longitudes and latitudes.
    """
    stated = None if datum is None else _parsed(datum, file)
    if stated is not None and stated.name in _SHIFTED:
        return _unshifted(frame, stated, file=file)
    if frame.crs is None:
        degrees = frame.set_crs(_stated_or_degrees(stated))
        if degrees.crs.is_geographic:
            _check_lonlat(degrees, file)
        if stated is None:
            refuse_undeclared(shapely.get_coordinates(frame.geometry.to_numpy()), file=file)
    else:
        degrees = frame
        if degrees.crs.is_geographic:
            _check_lonlat(degrees, file)
    crs = degrees.crs
    if frame.crs is not None and stated is not None and ":" in stated.name and stated.crs() != crs:
        raise DatumError(f"{file}: the file says {crs.name}, the study says {stated.crs().name}; correct one of them")
    lonlat = degrees.to_crs(_LONLAT) if crs.to_epsg() != 4490 else degrees.set_crs(_LONLAT, allow_override=True)
    _check_lonlat(lonlat, file)
    return lonlat


def in_datum(frame: gpd.GeoDataFrame, datum: Datum) -> gpd.GeoDataFrame:
    """Return `frame`, whose degrees are in `datum`, in WGS-84.

    Parameters
    ----------
    frame : GeoDataFrame
        Degrees as they are written.
    datum : Datum
        ``wgs84``, ``cgcs2000``, ``gcj02`` or ``bd09``.
    """
    moved = shapely.transform(frame.geometry.to_numpy(), lambda xy: np.column_stack(datum.to_wgs84(xy[:, 0], xy[:, 1])))
    return frame.set_geometry(gpd.GeoSeries(moved, index=frame.index, crs=_LONLAT))


def refuse_undeclared(xy: np.ndarray[tuple[int, int], np.dtype[np.float64]], *, file: str) -> None:
    """Refuse degrees without a datum where GCJ-02 and BD-09 are in use.

    Raises
    ------
    DatumError
        If any of the places (M, 2) lies in the box that GCJ-02 displaces.
    """
    inside = in_gcj_box(xy[:, 0], xy[:, 1])
    if inside.any():
        lon, lat = xy[np.flatnonzero(inside)[0]]
        raise DatumError(
            f"{file}: {int(inside.sum())} coordinates lie in China (the first: {lon:.6f}, {lat:.6f}) and nothing says "
            f"their datum; state datum: {WORDS}, or datum: detect; a wrong guess moves everything by up to 900 m"
        )


def _parsed(datum: str, file: str) -> Datum:
    try:
        return Datum.parse(datum)
    except DatumError as error:
        raise DatumError(f"{file}: {error}") from error


def _stated_or_degrees(stated: Datum | None) -> CRS:
    return CRS.from_user_input(_LONLAT) if stated is None else stated.crs()


def _unshifted(frame: gpd.GeoDataFrame, stated: Datum, *, file: str) -> gpd.GeoDataFrame:
    crs = frame.crs
    if crs is not None and crs.to_epsg() not in _CARRIERS and crs.to_authority() != ("OGC", "CRS84"):
        raise DatumError(
            f"{file}: the file says {crs.name}, the study says {stated.name}, which is written in degrees; "
            "correct one of them"
        )
    degrees = frame.set_crs(_LONLAT) if crs is None else frame.to_crs(_LONLAT)
    _check_lonlat(degrees, file)
    return in_datum(degrees, stated)


def _check_lonlat(frame: gpd.GeoDataFrame, file: str) -> None:
    west, south, east, north = (float(value) for value in frame.total_bounds)
    if np.isnan(west):
        return  # no row has a geometry
    if west >= -180 and east <= 180 and south >= -90 and north <= 90:
        return
    seen = f"x {west:g} to {east:g}, y {south:g} to {north:g}"
    if south >= -180 and north <= 180 and west >= -90 and east <= 90:
        raise DatumError(f"{file}: {seen}: longitude and latitude look swapped; write longitude first")
    raise DatumError(
        f"{file}: {seen} are no longitudes and latitudes; if they are metres, state their system as datum "
        "(EPSG:<number>)"
    )
