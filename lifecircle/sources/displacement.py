"""The displacements of GCJ-02 and BD-09, and how they are undone.

The forward formulas are the public ones; their inverses are fixed points of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    Floats = npt.NDArray[np.float64]
    Shift = Callable[[Floats, Floats], tuple[Floats, Floats]]

# The box inside which the public algorithm displaces: west, south, east, north, in degrees; edges included.
GCJ_BOX: Final = (72.004, 0.8293, 137.8347, 55.8271)

_AXIS_M: Final = 6378245.0  # Krasovsky 1940, as the public algorithm has it
_ECCENTRICITY_2: Final = 0.00669342162296594323
_BD_LON, _BD_LAT = 0.0065, 0.006
_BD_TURN: Final = np.pi * 3000.0 / 180.0
_STILL_DEGREES: Final = 1e-13  # a hundredth of a micrometre: no further step can matter
_MAX_STEPS: Final = 60
_BEYOND_DEGREES: Final = 0.02  # no displacement is longer
_ON_EDGE_DEGREES: Final = 1e-9  # 0.1 mm


def in_gcj_box(lon: npt.ArrayLike, lat: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Return where a place lies in the box that GCJ-02 displaces; False for NaN."""
    return _in_box(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64), margin=0.0)


def _in_box(x: Floats, y: Floats, *, margin: float) -> npt.NDArray[np.bool_]:
    west, south, east, north = GCJ_BOX
    within = (x >= west - margin) & (x <= east + margin) & (y >= south - margin) & (y <= north + margin)
    return np.asarray(within)


def _gcj_shift(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return the displacement in degrees that the public formula gives, whether or not inside the box."""
    x, y = lon - 105.0, lat - 35.0
    root, product = np.sqrt(np.abs(x)), x * y
    common = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * product + 0.2 * root
    north += (common + 20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi * y / 3.0)) * 2.0 / 3.0
    north += (160.0 * np.sin(np.pi * y / 12.0) + 320.0 * np.sin(np.pi * y / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * product + 0.1 * root
    east += (common + 20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi * x / 3.0)) * 2.0 / 3.0
    east += (150.0 * np.sin(np.pi * x / 12.0) + 300.0 * np.sin(np.pi * x / 30.0)) * 2.0 / 3.0
    radians = np.radians(lat)
    flat = 1.0 - _ECCENTRICITY_2 * np.sin(radians) ** 2
    degree_lat = np.radians(_AXIS_M * (1.0 - _ECCENTRICITY_2) / (flat * np.sqrt(flat)))
    degree_lon = np.radians(_AXIS_M * np.cos(radians) / np.sqrt(flat))
    return east / degree_lon, north / degree_lat


def _bd_shift(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return the displacement in degrees from GCJ-02 to BD-09."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_TURN)
    return radius * np.cos(angle) + _BD_LON - lon, radius * np.sin(angle) + _BD_LAT - lat


def _unshifted(lon: Floats, lat: Floats, shift: Shift) -> tuple[Floats, Floats]:
    """Return the place that `shift` moves to (lon, lat): the fixed point of ``p = q - shift(p)``.

    Each step shrinks the error at least thirtyfold: the shifts change by less than 3 % of the way.
    """
    x, y = lon, lat
    for _ in range(_MAX_STEPS):
        east, north = shift(x, y)
        next_x, next_y = lon - east, lat - north
        moved = max(np.abs(next_x - x).max(initial=0.0), np.abs(next_y - y).max(initial=0.0))
        x, y = next_x, next_y
        if moved <= _STILL_DEGREES:
            break
    return x, y


def applied(
    lon: npt.ArrayLike, lat: npt.ArrayLike, *, change: Callable[[Floats, Floats], tuple[Floats, Floats]], boxed: bool
) -> tuple[Any, Any]:
    """Apply `change` to the finite places (in the box, where `boxed`) and leave the others as they are."""
    x, y = np.broadcast_arrays(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
    x, y = x.copy(), y.copy()
    where = in_gcj_box(x, y) if boxed else np.isfinite(x) & np.isfinite(y)
    x[where], y[where] = change(x[where], y[where])
    return x[()], y[()]


def gcj_inverse(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return the place in the box that is displaced to these degrees; far from the box, the degrees themselves."""
    x, y = lon.copy(), lat.copy()
    near = _in_box(lon, lat, margin=_BEYOND_DEGREES)
    place_x, place_y = _unshifted(lon[near], lat[near], _gcj_shift)
    inside = _in_box(place_x, place_y, margin=_ON_EDGE_DEGREES)
    west, south, east, north = GCJ_BOX
    place_x = np.where(inside, np.clip(place_x, west, east), place_x)
    place_y = np.where(inside, np.clip(place_y, south, north), place_y)
    moved = inside | in_gcj_box(lon[near], lat[near])
    x[near] = np.where(moved, place_x, lon[near])
    y[near] = np.where(moved, place_y, lat[near])
    return x, y


def gcj_forward(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Displace WGS-84 degrees to GCJ-02, wherever they are."""
    return _plus((lon, lat), _gcj_shift(lon, lat))


def bd_forward(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Displace GCJ-02 degrees to BD-09."""
    return _plus((lon, lat), _bd_shift(lon, lat))


def bd_inverse(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return the GCJ-02 degrees that BD-09 displaces to these."""
    return _unshifted(lon, lat, _bd_shift)


def _plus(place: tuple[Floats, Floats], shift: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    return place[0] + shift[0], place[1] + shift[1]
