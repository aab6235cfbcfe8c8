"""Coordinates of a list's rows: read, put right where that is certain, brought to WGS-84, or left out with a reason."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from lifecircle.errors import DatumError
from lifecircle.sources.datum import Datum
from lifecircle.sources.grids import Cell, text_of
from lifecircle.sources.table_header import Header
from lifecircle.sources.table_report import FIXED, KEPT, LACKING, Remark
from lifecircle.sources.table_values import Number, read_coordinate, read_pair

if TYPE_CHECKING:
    Floats = npt.NDArray[np.float64]
    Mask = npt.NDArray[np.bool_]

Bounds = tuple[float, float, float, float]
Rows = Sequence[Sequence[Cell]]

_TURNED: Final = {("lat", "lon"), ("lat", ""), ("", "lon")}
# A place this far (degrees) outside the study is not meant when its coordinates exchanged lie inside.
_AROUND_DEGREES: Final = 1.0
_ROUGH_DECIMALS: Final = 3  # 0.001 degrees are 100 m


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Coordinates of N rows, and what is to be said about them.

    Attributes
    ----------
    x, y : float64 arrays, shape (N,)
        Longitude and latitude, or easting and northing; NaN where a row has none that can be used.
    remarks : tuple of Remark
    """

    x: Floats
    y: Floats
    remarks: tuple[Remark, ...] = ()


def read_places(rows: Rows, header: Header) -> Places:
    """Read the coordinate columns of `rows`, or the one column that holds pairs."""
    if "location" in header.columns:
        pairs = [_pair(position, _cell(row, header, "location"), header) for position, row in enumerate(rows)]
        return _gathered(pairs, len(rows))
    if "lon" not in header.columns or "lat" not in header.columns:
        missing = [Remark(n, LACKING, "no coordinates", "没有坐标") for n in range(len(rows))]
        return Places(np.full(len(rows), np.nan), np.full(len(rows), np.nan), tuple(missing))
    return _gathered([_two(position, row, header) for position, row in enumerate(rows)], len(rows))


def _gathered(found: Sequence[tuple[float, float, tuple[Remark, ...]]], size: int) -> Places:
    x = np.fromiter((entry[0] for entry in found), dtype=np.float64, count=size)
    y = np.fromiter((entry[1] for entry in found), dtype=np.float64, count=size)
    return Places(x, y, tuple(remark for entry in found for remark in entry[2]))


def _cell(row: Sequence[Cell], header: Header, role: str) -> Cell:
    column = header.columns[role]
    return row[column] if column < len(row) else None


def _plain(cell: Cell) -> float | None:
    """Return a cell that is simply a number, the rule among a hundred thousand rows; None for all else."""
    if isinstance(cell, float):
        return cell
    if cell is None or not cell.isascii() or "_" in cell:
        return None
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _two(position: int, row: Sequence[Cell], header: Header) -> tuple[float, float, tuple[Remark, ...]]:
    cells = {role: _cell(row, header, role) for role in ("lon", "lat")}
    x, y = _plain(cells["lon"]), _plain(cells["lat"])
    if x is not None and y is not None:
        return x, y, ()
    read = {role: read_coordinate(cell) for role, cell in cells.items()}
    bad = [role for role, number in read.items() if number is None]
    if bad:
        seen, zh = text_of(cells[bad[0]]), header.column_zh(bad[0])
        why = Remark(
            position, LACKING, f"{header.column(bad[0])}: {seen!r} is no coordinate", f"{zh}：“{seen}”不是坐标"
        )
        return math.nan, math.nan, (why,)
    lon, lat = read["lon"], read["lat"]
    assert lon is not None  # noqa: S101 - nothing is bad
    assert lat is not None  # noqa: S101 - as above
    empty = [role for role, number in (("lon", lon), ("lat", lat)) if math.isnan(number.value)]
    if empty:
        lone = len(empty) == 1
        named = f"{header.column(empty[0])} is empty", f"{header.column_zh(empty[0])}为空"
        en, zh = named if lone else ("no coordinates", "没有坐标")
        return math.nan, math.nan, (Remark(position, LACKING, en, zh),)
    return _lettered(position, lon, lat, shown=f"{text_of(cells['lon'])}, {text_of(cells['lat'])}")


def _lettered(position: int, lon: Number, lat: Number, *, shown: str) -> tuple[float, float, tuple[Remark, ...]]:
    """Heed letters (E, 北纬) in the cells, which say which is which."""
    remarks = []
    if (lon.axis, lat.axis) in _TURNED:
        lon, lat = lat, lon
        remarks.append(_exchanged(position))
    elif lon.axis and lon.axis == lat.axis:
        both = Remark(position, LACKING, f"{shown!r}: both are on one axis", f"“{shown}”：两个值同为经度或纬度")
        return math.nan, math.nan, (both,)
    if lon.rewritten or lat.rewritten:
        remarks.append(Remark(position, FIXED, f"coordinates read from {shown!r}", f"由“{shown}”读出坐标"))
    return lon.value, lat.value, tuple(remarks)


def _exchanged(position: int) -> Remark:
    return Remark(position, FIXED, "longitude and latitude were exchanged", "经度与纬度颠倒，已对调")


def _pair(position: int, cell: Cell, header: Header) -> tuple[float, float, tuple[Remark, ...]]:
    pair = read_pair(cell, latitude_first=header.latitude_first)
    if pair is None:
        seen, zh = text_of(cell), header.column_zh("location")
        en = f"{header.column('location')}: {seen!r} is no pair of coordinates"
        why = Remark(position, LACKING, en, f"{zh}：“{seen}”不是一对坐标")
        return math.nan, math.nan, (why,)
    if math.isnan(pair[0].value):
        return math.nan, math.nan, (Remark(position, LACKING, "no coordinates", "没有坐标"),)
    return pair[0].value, pair[1].value, ()


def locate_places(places: Places, datum: Datum, *, around: Bounds | None, file: str) -> Places:
    """Bring coordinates to WGS-84 and exchange those that are exchanged.

    Parameters
    ----------
    places : Places
        As written.
    datum : Datum
    around : (west, south, east, north), optional
        The study's bounds in degrees: tells which of two possible orders is meant.
    file : str
        Named in errors.

    Returns
    -------
    Places
        Longitudes and latitudes; with remarks on rows whose coordinates are a placeholder (0, 0), lie nowhere on
        earth or outside the area that the datum's system is used in, or are coarse.

    Raises
    ------
    DatumError
        If no row's coordinates fit the datum in either order, or none lies anywhere near the study.
    """
    x, y = places.x, places.y
    given = ~np.isnan(x) & ~np.isnan(y)
    blank = given & (x == 0.0) & (y == 0.0)
    straight, turned = _placed(datum, x, y), _placed(datum, y, x)
    fits, turned_fits = _fits(datum, straight, around), _fits(datum, turned, around)
    swap = given & ~blank & ~fits & turned_fits
    placed = np.where(swap, turned, straight)
    sound = given & ~blank & (swap | datum.plausible(*straight))
    usable = given & ~blank
    _check_any(usable, sound, first=(x[usable][:1], y[usable][:1]), datum=datum, file=file)
    _check_near(placed[:, sound], around, datum=datum, file=file)
    empty = "coordinates 0, 0 are a placeholder", "坐标 0, 0 为占位值"
    remarks = [Remark(n, LACKING, *empty) for n in np.flatnonzero(blank).tolist()]
    remarks += [_exchanged(n) for n in np.flatnonzero(swap).tolist()]
    remarks += [_nowhere(n, (x[n], y[n]), datum) for n in np.flatnonzero(usable & ~sound).tolist()]
    if datum.in_degrees:
        remarks += [_coarse(n, x[n], y[n]) for n in np.flatnonzero(sound & _is_rough(x, y)).tolist()]
    return Places(np.where(sound, placed[0], np.nan), np.where(sound, placed[1], np.nan), (*places.remarks, *remarks))


def _placed(datum: Datum, x: Floats, y: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        lon, lat = datum.to_wgs84(x, y)
    return np.stack([np.where(np.isfinite(lon), lon, np.nan), np.where(np.isfinite(lat), lat, np.nan)])


def _fits(datum: Datum, place: Floats, around: Bounds | None) -> Mask:
    plausible = datum.plausible(*place)
    if around is None:
        return plausible
    return plausible & _is_near(place, around)


def _is_near(place: Floats, around: Bounds) -> Mask:
    west, south, east, north = around
    near = (place[0] >= west - _AROUND_DEGREES) & (place[0] <= east + _AROUND_DEGREES)
    return np.asarray(near & (place[1] >= south - _AROUND_DEGREES) & (place[1] <= north + _AROUND_DEGREES))


def _is_rough(x: Floats, y: Floats) -> Mask:
    scale = 10.0**_ROUGH_DECIMALS
    return np.asarray(
        (np.abs(np.round(x * scale) - x * scale) < 1e-6) & (np.abs(np.round(y * scale) - y * scale) < 1e-6)
    )


def _coarse(position: int, x: float, y: float) -> Remark:
    return Remark(
        position,
        KEPT,
        f"coordinates {x:g}, {y:g} are given to 100 m or less exactly",
        f"坐标 {x:g}, {y:g} 的精度不高于 100 米",
    )


def _nowhere(position: int, xy: tuple[float, float], datum: Datum) -> Remark:
    x, y = xy
    if datum.in_degrees:
        en, zh = f"{x:g}, {y:g} are no longitude and latitude", f"{x:g}, {y:g} 不是经纬度"
    else:
        name = datum.crs().name
        en, zh = f"{x:g}, {y:g} lie outside {name}", f"{x:g}, {y:g} 不在 {name} 的适用范围内"
    return Remark(position, LACKING, en, zh)


def _check_any(usable: Mask, sound: Mask, *, first: tuple[Floats, Floats], datum: Datum, file: str) -> None:
    if not usable.any() or (sound & usable).any():
        return
    seen = f"{file}: the coordinates (the first: {first[0][0]:.10g}, {first[1][0]:.10g})"
    if datum.in_degrees:
        raise DatumError(
            f"{seen} are no longitudes and latitudes; if they are metres, state their system as datum (EPSG:<number>)"
        )
    raise DatumError(f"{seen} do not fit {datum.name} ({datum.crs().name}); check the datum{_zone_hint(datum)}")


def _check_near(place: Floats, around: Bounds | None, *, datum: Datum, file: str) -> None:
    if around is None or place.shape[1] == 0 or _is_near(place, around).any():
        return
    lon, lat = place[0, 0], place[1, 0]
    raise DatumError(
        f"{file}: none of its {place.shape[1]} places lies within a degree of the study (the first: {lon:.4f}, "
        f"{lat:.4f}); check the file and its datum ({datum.name}){_zone_hint(datum)}"
    )


def _zone_hint(datum: Datum) -> str:
    if datum.in_degrees or "Gauss-Kruger" not in datum.crs().name:
        return ""
    return (
        ": every three-degree zone has a number of its own; an easting of eight digits begins with the zone's "
        "(EPSG:4513 to 4533), one of six digits does not (EPSG:4534 to 4554)"
    )
