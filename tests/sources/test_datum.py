"""Datums against published values, against the public algorithm of another package, and back again."""

import numpy as np
import prcoords
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lifecircle.errors import DatumError
from lifecircle.sources.datum import Datum, bd09_to_gcj02, gcj02_to_bd09, gcj02_to_wgs84, wgs84_to_gcj02
from lifecircle.sources.displacement import GCJ_BOX

WEST, SOUTH, EAST, NORTH = GCJ_BOX
M_PER_DEGREE = 111_320.0

in_china = st.tuples(st.floats(WEST, EAST), st.floats(SOUTH, NORTH))
anywhere = st.tuples(st.floats(-180, 180), st.floats(-85, 85))


def metres(one: tuple[object, object], other: tuple[object, object]) -> np.ndarray:
    east = (np.asarray(one[0]) - np.asarray(other[0])) * np.cos(np.radians(np.asarray(one[1], dtype=float)))
    return np.hypot(east, np.asarray(one[1]) - np.asarray(other[1])) * M_PER_DEGREE


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [  # test values of the widely ported public implementation: Shanghai, Shenzhen, Beijing
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
)
def test_published_values_of_gcj02(wgs84, gcj02) -> None:
    assert wgs84_to_gcj02(*wgs84) == pytest.approx(gcj02, abs=1e-12)
    assert metres(gcj02_to_wgs84(*gcj02), wgs84) < 1e-6


def test_published_value_of_bd09() -> None:
    """Its inverse in circulation gives 116.397627, 39.908657 for the same numbers, 0.1 m off."""
    assert gcj02_to_bd09(116.404, 39.915) == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-12)
    assert metres(bd09_to_gcj02(116.41036949371029, 39.92133699351021), (116.404, 39.915)) < 1e-6


@given(in_china)
def test_forward_equals_another_implementation(place) -> None:
    lon, lat = place
    theirs = prcoords.wgs_gcj((lat, lon))
    assert metres(wgs84_to_gcj02(lon, lat), (theirs.lon, theirs.lat)) < 1e-6
    theirs = prcoords.gcj_bd((lat, lon))
    assert metres(gcj02_to_bd09(lon, lat), (theirs.lon, theirs.lat)) < 1e-6


@given(in_china)
@example((WEST, SOUTH))
@example((EAST, NORTH))
@example((EAST, SOUTH))
@example((105.0, 35.0))
def test_every_place_in_the_box_comes_back(place) -> None:
    assert metres(gcj02_to_wgs84(*wgs84_to_gcj02(*place)), place) < 1e-3
    assert metres(bd09_to_gcj02(*gcj02_to_bd09(*place)), place) < 1e-3
    for name in ("wgs84", "cgcs2000", "gcj02", "bd09"):
        datum = Datum(name)
        assert metres(datum.to_wgs84(*datum.from_wgs84(*place)), place) < 1e-3


def test_a_grid_over_china_its_edge_and_beyond() -> None:
    lon, lat = (axis.ravel() for axis in np.meshgrid(np.linspace(WEST, EAST, 300), np.linspace(SOUTH, NORTH, 300)))
    edge = (lon == WEST) | (lon == EAST) | (lat == SOUTH) | (lat == NORTH)
    assert edge.sum() == 4 * 299
    assert metres(gcj02_to_wgs84(*wgs84_to_gcj02(lon, lat)), (lon, lat)).max() < 1e-3
    away = np.array([[71.9, 30], [137.9, 30], [100, 0.8], [100, 55.9], [2.35, 48.85], [-21.9, 64.1], [139.7, 35.7]]).T
    for convert in (wgs84_to_gcj02, gcj02_to_wgs84):
        np.testing.assert_array_equal(np.array(convert(*away)), away)


@given(anywhere)
def test_outside_nothing_moves_and_what_is_moved_is_moved_back(place) -> None:
    shown = gcj02_to_wgs84(*place)
    moved = metres(shown, place) > 0
    in_strip = WEST <= place[0] <= EAST + 0.02 and SOUTH <= place[1] <= NORTH + 0.02
    assert in_strip or not moved
    assert metres(bd09_to_gcj02(*gcj02_to_bd09(*place)), place) < 1e-3


def test_shapes_scalars_and_holes() -> None:
    lon, lat = wgs84_to_gcj02(np.array([[116.0, np.nan], [0.0, 117.0]]), 39.0)
    assert lon.shape == lat.shape == (2, 2)
    assert np.isnan(lon[0, 1])
    assert lat[0, 1] == 39.0
    assert (lon[1, 0], lat[1, 0]) == (0.0, 39.0)
    assert np.isscalar(wgs84_to_gcj02(116.0, 39.0)[0])
    assert [len(axis) for axis in gcj02_to_wgs84([], [])] == [0, 0]
    given_lon = np.array([116.0, 117.0])
    wgs84_to_gcj02(given_lon, np.array([39.0, 39.0]))
    assert given_lon.tolist() == [116.0, 117.0]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *[(text, "wgs84") for text in ("wgs84", "WGS-84", " wgs 84 ", "EPSG:4326", "GPS")],
        *[(text, "gcj02") for text in ("gcj02", "GCJ-02", "gcj_02", "高德", "火星坐标", "高德坐标系")],
        *[(text, "bd09") for text in ("bd09", "BD-09", "百度坐标", "百度", "bd09ll")],
        *[(text, "cgcs2000") for text in ("CGCS2000", "国家2000坐标系", "epsg:4490")],
        ("epsg:4547", "EPSG:4547"),
    ],
)
def test_datums_as_people_write_them(text: str, name: str) -> None:
    assert Datum.parse(text).name == name


def gauss_kruger(lon: float, lat: float, *, meridian: float) -> tuple[float, float]:
    """Easting and northing by the series of the textbooks (good to a centimetre half a degree from the meridian)."""
    axis, flat = 6_378_137.0, 1 / 298.257222101
    e2 = flat * (2 - flat)
    phi, away = np.radians(lat), np.radians(lon - meridian)
    second = e2 / (1 - e2) * np.cos(phi) ** 2
    tan2 = np.tan(phi) ** 2
    radius = axis / np.sqrt(1 - e2 * np.sin(phi) ** 2)
    across = away * np.cos(phi)
    steps = np.linspace(0, phi, 200_001)
    arc = np.trapezoid(axis * (1 - e2) / (1 - e2 * np.sin(steps) ** 2) ** 1.5, steps)
    east = radius * (across + across**3 / 6 * (1 - tan2 + second))
    return 500_000 + east, arc + radius * np.tan(phi) * (across**2 / 2 + across**4 / 24 * (5 - tan2 + 9 * second))


def test_gauss_kruger_zones() -> None:
    """Zone 38 has the meridian 114 E; its eastings begin with 38 (EPSG:4526) or do not (EPSG:4547)."""
    plain, numbered = Datum.parse("EPSG:4547"), Datum.parse("EPSG:4526")
    x, y = plain.from_wgs84(114.3, 35.7)
    assert (x, y) == pytest.approx(gauss_kruger(114.3, 35.7, meridian=114), abs=0.01)
    assert numbered.from_wgs84(114.3, 35.7) == pytest.approx((38_000_000 + x, y), abs=1e-6)
    assert metres(plain.to_wgs84(x, y), (114.3, 35.7)) < 1e-3
    assert not plain.in_degrees
    assert plain.plausible(114.3, 35.7)
    assert not plain.plausible(118.0, 35.7)


@given(st.floats(112.5, 115.5), st.floats(21.6, 45.4))
def test_gauss_kruger_round_trip(lon: float, lat: float) -> None:
    for code in ("EPSG:4547", "EPSG:4526"):
        datum = Datum.parse(code)
        assert metres(datum.to_wgs84(*datum.from_wgs84(lon, lat)), (lon, lat)) < 1e-3


@pytest.mark.parametrize("text", ["mars", "", "EPSG:1", "epsg:999999", "4547"])
def test_unknown_datums(text: str) -> None:
    with pytest.raises(DatumError, match=r"unknown datum|not in the EPSG register"):
        Datum.parse(text)


@pytest.mark.parametrize("code", ["EPSG:4610", "EPSG:2383", "EPSG:4214", "EPSG:21480"])
def test_old_systems_without_public_parameters_are_no_guess(code: str) -> None:
    with pytest.raises(DatumError, match="no public transformation to WGS-84 is known; ask the surveying office"):
        Datum.parse(code).to_wgs84(114.0, 35.0)
