"""Isochrones, covered streets and routes in the sample town."""

from __future__ import annotations

import json
import math
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner

import lifecircle as lc
from lifecircle.cli import group
from lifecircle.coverage.case import TimesKey
from lifecircle.coverage.searches import LENGTH
from lifecircle.model.area import WGS84
from lifecircle.model.travel import TravelMode
from lifecircle.network.impedance import walkable_edges
from lifecircle.pipeline.walking.anywhere import to_metres
from lifecircle.travel.ends import ends_of
from lifecircle.travel.field import field_to, outbound, values_at

SQUARE = {"lon": -18.0906, "lat": 65.6826}
CELL_DIAGONAL_M = 20.0 * math.sqrt(2.0)


@pytest.fixture(scope="module")
def place():
    return lc.load_place(lc.demo_study())


@pytest.fixture(scope="module")
def field(place):
    """The exact times from the square outward, to 20 minutes."""
    xy = to_metres(place, **SQUARE)
    impedance = outbound(place.joined.impedance(TravelMode("ms", place.question.profile)))
    start = place.snap(xy)
    seeds = ends_of(start, place.network, impedance=impedance, leaving=False)
    return field_to(seeds, place.network, impedance=impedance, limit=1_200_000)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lc.isochrone, "either lon and lat, or around"),
        (lambda place: lc.isochrone(place, **SQUARE, around="health"), "either lon and lat, or around"),
        (lambda place: lc.isochrone(place, **SQUARE, minutes=(0, 5)), "numbers above 0"),
        (lambda place: lc.isochrone(place, lon=65.68, lat=-18.09), "lies outside the streets of the study"),
        (lambda place: lc.isochrone(place, lon=-18.065, lat=65.69), "nobody can start at"),
        (lambda place: lc.isochrone(place, around="helth"), "did you mean 'health'"),
        (lambda place: lc.isochrone(place, around="municipal"), "judged from a layer"),
        (lambda place: lc.covered_streets(place, ("pharmacy", "chemist")), "'chemist' is no circle"),
        (lambda place: lc.route(place, type="pharmacie", **SQUARE), "did you mean 'pharmacy'"),
        (lambda place: lc.route(place, type="pharmacy"), "either residence_id, or lon and lat"),
        (lambda place: lc.route(place, type="pharmacy", residence_id="w0"), "unknown residence 'w0'"),
    ],
)
def test_what_cannot_be_answered_says_why(place, call, message: str) -> None:
    with pytest.raises(lc.errors.ConfigError, match=message):
        call(place)


def test_polygons_are_valid_nested_and_keep_to_the_exact_times_on_the_streets(place, field) -> None:
    bands = lc.isochrone(place, **SQUARE)
    assert bands["minutes"].tolist() == [5, 10, 15]
    assert bands.geometry.is_valid.all()
    assert (bands.crs, bands["at_edge"].any()) == (WGS84, False)
    shapes = bands.to_crs(place.area.crs).geometry.to_numpy()
    for small, large in pairwise(shapes):
        assert shapely.difference(small, large).area < 1.0
    network = place.network
    rng = np.random.default_rng(1)
    usable = np.flatnonzero(walkable_edges(network, profile=place.question.profile, private=True))
    edge = rng.choice(usable, 20_000)
    offset = (rng.random(20_000) * network.length_mm[edge]).astype(np.int64)
    lines = network.lines(edge)
    dots = shapely.line_interpolate_point(lines, offset / network.length_mm[edge], normalized=True)
    value = values_at(field, edge, offset_mm=offset)
    for minutes, shape in zip(bands["minutes"], shapes, strict=True):
        shapely.prepare(shape)
        away = shapely.distance(shape, dots)
        covered = value <= minutes * 60_000
        assert covered.sum() > 100
        assert (away[covered] <= CELL_DIAGONAL_M).all()
        # Clearly unreached places, more than a cell's walk beyond the limit, lie outside or at the very rim.
        unreached = value > minutes * 60_000 + 2 * 0.75 * CELL_DIAGONAL_M * 1000
        inside = shapely.distance(shapely.boundary(shape), dots)
        wrong = unreached & (away == 0) & (inside > CELL_DIAGONAL_M)
        assert not wrong.any()


def test_few_places_are_on_the_wrong_side_of_the_rim(place, field) -> None:
    rng = np.random.default_rng(2)
    middle = to_metres(place, **SQUARE)
    xy = middle + rng.uniform(-1300, 1300, (6_000, 2))
    found = place.snap(xy)
    on = np.flatnonzero(found.edge >= 0)
    legs = np.rint(0.75 * found.access_mm[on]).astype(np.int64)
    value = values_at(field, found.edge[on], offset_mm=found.offset_mm[on]) + legs
    shapes = lc.isochrone(place, **SQUARE).to_crs(place.area.crs)
    for minutes, shape in zip(shapes["minutes"], shapes.geometry, strict=True):
        truly = np.zeros(len(xy), dtype=bool)
        truly[on] = value <= minutes * 60_000
        drawn = shapely.contains_xy(shape, xy[:, 0], xy[:, 1])
        assert np.count_nonzero(drawn != truly) <= 0.03 * len(xy)


def test_lines_measure_what_polygons_only_show(place) -> None:
    areas, lines = lc.isochrone(place, **SQUARE), lc.isochrone(place, **SQUARE, lines=True)
    assert areas["street_km"].tolist() == lines["street_km"].tolist()
    drawn_km = lines.to_crs(place.area.crs).length / 1000
    # The millimetre of a gate's edge is longer than its drawing; lengths are rounded once an edge.
    assert np.allclose(drawn_km, lines["street_km"], rtol=1e-4)


def test_the_place_wide_table_draws_the_same_as_a_window(place) -> None:
    alone = lc.isochrone(lc.load_place(lc.demo_study()), **SQUARE)
    assert place.cells.window.columns > 100
    assert alone.equals(lc.isochrone(place, **SQUARE))


def test_circles_ask_all_their_items_and_nothing_beyond_their_thresholds(place) -> None:
    health = lc.isochrone(place, around="health", minutes=(5, 15))
    assert health["street_km"].is_monotonic_increasing
    streets = lc.covered_streets(place, "health")
    assert 0 < streets.attrs["covered_km"] < streets.attrs["street_km"]
    assert streets["length_m"].sum() / 1000 == pytest.approx(streets.attrs["covered_km"])
    shorter = lc.covered_streets(place, "health", minutes=5)
    assert shorter.attrs["covered_km"] < streets.attrs["covered_km"]
    longer = lc.covered_streets(place, "health", minutes=60)
    assert longer.attrs["covered_km"] == streets.attrs["covered_km"]
    either = lc.covered_streets(place, ("clinic", "pharmacy")).attrs["covered_km"]
    assert either >= max(lc.covered_streets(place, kind).attrs["covered_km"] for kind in ("clinic", "pharmacy"))


@pytest.mark.parametrize("kind", ["pharmacy", "kindergarten", "bus_stop"])
def test_every_route_costs_what_the_table_says(place, kind: str) -> None:
    times = lc.nearest_times(place, types=(kind,))
    reached = np.flatnonzero(np.isfinite(times.value[:, 0]))[::60]
    assert len(reached) > 20
    for row in reached.tolist():
        residence = times.residence_ids[row]
        found = lc.route(place, type=kind, residence_id=residence)
        assert found.value == times.value[row, 0]
        assert found.facility_id == times.facility_ids[times.facility[row, 0]]
        private = place.network.permission[found.edge] == 1
        assert found.part[private].sum() == times.private[row, 0]
        assert found.line.length == pytest.approx(found.length_m, abs=0.05)
        doors = place.residences.loc[residence, "entrances"]
        assert doors.distance(shapely.Point(found.line.coords[0])) < 1e-6
        to = place.facilities.loc[found.facility_id, "entrances"]
        assert to.distance(shapely.Point(found.line.coords[-1])) < 1e-6


def test_a_route_of_least_length_is_that_of_the_metres(place) -> None:
    key = TimesKey(LENGTH, lenient=False)
    found = lc.route(place, type="bus_stop", **SQUARE, search=key)
    assert found.value == round(found.length_m * 1000)
    assert math.isnan(found.minutes)
    assert found.facts()["time_s"] is None


def test_a_walk_by_hand(place) -> None:
    """From the bus shelter in Skipagata over Radhustorg to the pharmacy in Hafnarstraeti.

    The corners of that walk as the extract draws them, in degrees, so that lengths and speed are checked, not the
    choice of way: the start, the kerb of Skipagata, its end at the square, the far side of the
    square, a bend of Hafnarstraeti, the street before the pharmacy, its door. A degree of latitude is 111,503 m here,
    one of longitude 45,969 m (WGS-84 ellipsoid at 65.682 N): 9.4 + 3.1 + 42.6 + 29.7 + 101.5 + 8.0 = 194.3 m, at
    4.8 km/h 145.7 s.
    """
    corners = [
        (-18.0906, 65.6826),
        (-18.0907940, 65.6825729),
        (-18.0907721, 65.6825463),
        (-18.0915157, 65.6823178),
        (-18.0911678, 65.6820935),
        (-18.0900591, 65.6813065),
        (-18.0902089, 65.6812706),
    ]
    metres = sum(math.hypot((b[0] - a[0]) * 45_969, (b[1] - a[1]) * 111_503) for a, b in pairwise(corners))
    assert metres == pytest.approx(194.3, abs=0.1)
    found = lc.route(place, type="pharmacy", **SQUARE)
    assert place.facilities.loc[found.facility_id, "name"] == "Apótekarinn"
    assert found.streets == ("Skipagata", "Ráðhústorg", "Hafnarstræti")
    assert found.value / 1000 == pytest.approx(metres / 4.8 * 3.6, abs=0.3)


def test_the_command_line_writes_geojson_and_geopackage(tmp_path) -> None:
    run = CliRunner()
    study, out = str(lc.demo_study()), tmp_path / "结果 of a walk" / "iso.geojson"
    done = run.invoke(group, ["isochrone", study, "--at", "-18.0906,65.6826", "--out", str(out)])
    assert done.exit_code == 0, done.output
    document = json.loads(out.read_text(encoding="utf-8"))
    assert [feature["properties"]["minutes"] for feature in document["features"]] == [5, 10, 15]
    assert "OpenStreetMap contributors" in document["attribution"]
    assert document["provenance"]["inputs"][0]["sha256"]
    line = tmp_path / "walk.gpkg"
    done = run.invoke(group, ["route", study, "--from", "-18.0906,65.6826", "--type", "pharmacy", "--out", str(line)])
    assert done.exit_code == 0, done.output
    assert "Apótekarinn" in done.output
    assert line.stat().st_size > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["isochrone", "STUDY", "--at", "here"], "is no LON,LAT"),
        (["isochrone", "STUDY", "--at", "1,2", "--minutes", "five"], "are no minutes"),
        (["isochrone", "STUDY", "--at", "1,2", "--out", "walk.shp"], "end the name in .geojson or .gpkg"),
        (["isochrone", "STUDY"], "either --at LON,LAT or --around ID"),
        (["route", "STUDY", "--from", "w0", "--type", "pharmacy"], "unknown residence"),
    ],
)
def test_bad_arguments_are_told_apart_from_failures(arguments: list[str], message: str) -> None:
    given = [str(lc.demo_study()) if part == "STUDY" else part for part in arguments]
    done = CliRunner().invoke(group, given)
    assert done.exit_code == 2
    assert message in done.output


def test_measured_walks_are_compared(place) -> None:
    """The pharmacy is 2.43 min from the square; a measured 16 min would flip at 15, a measured 2 min would not."""
    pharmacy = lc.route(place, type="pharmacy", **SQUARE).facility_id
    times = lc.nearest_times(place, types=("pharmacy",))
    row = int(np.flatnonzero(np.isfinite(times.value[:, 0]))[0])
    residence, served = times.residence_ids[row], times.facility_ids[times.facility[row, 0]]
    modelled = times.value[row, 0] / 60_000
    table = pd.DataFrame(
        {
            "origin": ["-18.0906,65.6826", "-18.0906,65.6826", residence],
            "destination": [pharmacy, pharmacy, served],
            "minutes": [2.0, 16.0, modelled],
        }
    )
    found = lc.validate_times(place, table)
    assert found.walks["modelled_min"].tolist() == pytest.approx([2.42883, 2.42883, modelled], abs=1e-4)
    assert (found.compared, found.flips) == (3, 1)
    assert found.bias_min == pytest.approx((0.42883 - 13.57117 + 0) / 3, abs=1e-4)
    assert found.mae_min == pytest.approx((0.42883 + 13.57117) / 3, abs=1e-4)
    assert "3 measured walks" in found.summary()
    assert "15 分钟阈值上结论相反 1 条" in found.summary("zh")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"origin": ["a"], "minutes": [1]}, "no column destination"),
        ({"origin": ["a"], "destination": ["b"], "minutes": ["soon"]}, "row 1: minutes are 'soon'"),
        ({"origin": ["a"], "destination": ["b"], "minutes": [1]}, "row 1: unknown origin 'a'"),
    ],
)
def test_tables_of_measured_walks_are_checked(place, table: dict, message: str) -> None:
    with pytest.raises(lc.errors.SchemaError, match=message):
        lc.validate_times(place, pd.DataFrame(table))


def test_an_audit_takes_the_bands_of_every_circle_along_when_asked(tmp_path, place) -> None:
    lc.audit(place).write(tmp_path, maps=False, isochrones=True)
    bands = gpd.read_file(tmp_path / "audit.gpkg", layer="isochrones", engine="pyogrio")
    plain = {c.id: all(item.plain for item in c.readings["claim"].items) for c in place.standard.circles if c.readings}
    walked = [circle for circle, is_plain in plain.items() if is_plain]
    assert bands["circle"].tolist() == [circle for circle in walked for _ in range(3)]
    assert bands["minutes"].tolist() == [5, 10, 15] * len(walked)
