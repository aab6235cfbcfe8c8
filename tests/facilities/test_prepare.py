"""The facility table from objects to rows, on a town of a few shapes."""

import math

import geopandas as gpd
import numpy as np
import pytest
from pyproj import CRS
from shapely import Point, box

from lifecircle.config.catalogue import load_catalogue
from lifecircle.errors import SchemaError
from lifecircle.facilities.prepare import Facilities, prepare_facilities
from lifecircle.model.network import WalkNetwork
from lifecircle.model.tables import FACILITY_COLUMNS, check_facilities

METRIC = CRS.from_epsg(32633)
REACH = box(0, 0, 1000, 1000)
GROUNDS = box(100, 100, 200, 200)

Things = dict[str, tuple[object, dict[str, str]]]
TOWN: Things = {
    "n1": (Point(150, 150), {"amenity": "kindergarten", "name": " Álfaborg ", "capacity": "80"}),
    "n2": (Point(400, 400), {"shop": "convenience", "name": "<b>Búð</b>"}),
    "n3": (Point(2000, 400), {"amenity": "pharmacy"}),
    "n4": (Point(110, 100), {"barrier": "gate"}),
    "n5": (Point(700, 700), {"amenity": "parking", "capacity": "about 20"}),
    "w1": (GROUNDS, {"amenity": "kindergarten"}),
    "w2": (box(120, 120, 130, 130), {"leisure": "pitch"}),
    "w3": (box(950, 500, 1100, 600), {"leisure": "park", "name": "Garður"}),
    "w4": (box(300, 300, 310, 310), {"building": "yes"}),
}


def objects(things: Things) -> gpd.GeoDataFrame:
    shapes, tags = [shape for shape, _ in things.values()], [tags for _, tags in things.values()]
    return gpd.GeoDataFrame({"tags": tags}, geometry=shapes, index=list(things), crs=METRIC)


def street() -> WalkNetwork:
    """One street along y = 550 from x = 0 to x = 1000; it crosses the park's west side at (950, 550)."""
    return WalkNetwork(
        crs=METRIC,
        node_x=np.array([0.0, 1000.0]),
        node_y=np.array([550.0, 550.0]),
        node_id=np.array([1, 2]),
        tail=np.array([0], dtype=np.int32),
        head=np.array([1], dtype=np.int32),
        length_mm=np.array([1_000_000]),
        permission=np.zeros(1, dtype=np.uint8),
        oneway=np.zeros(1, dtype=np.int8),
        crossing=np.zeros(1, dtype=np.uint8),
        flags=np.zeros(1, dtype=np.uint8),
        way_id=np.array([7]),
        street=np.array(["Gata"], dtype=object),
        island=np.zeros(1, dtype=bool),
        geometry_offsets=np.array([0, 2]),
        geometry_x=np.array([0.0, 1000.0]),
        geometry_y=np.array([550.0, 550.0]),
    )


def prepared(things: Things = TOWN) -> Facilities:
    return prepare_facilities(objects(things), catalogue=load_catalogue(), network=street(), reach=REACH)


def test_objects_in_another_crs_are_refused() -> None:
    frame = objects(TOWN).to_crs(4326)
    with pytest.raises(SchemaError, match="reproject the objects"):
        prepare_facilities(frame, catalogue=load_catalogue(), network=street(), reach=REACH)


def test_table_has_its_columns_and_order() -> None:
    table = check_facilities(prepared().table)
    assert set(table.columns) == set(FACILITY_COLUMNS)
    assert list(table.index) == [
        "n2:convenience",
        "n2:grocery",
        "n5:parking",
        "w1:kindergarten",
        "w2:fitness_outdoor",
        "w3:park",
    ]
    assert table.index.name == "facility_id"
    assert table.crs == METRIC


def test_merged_kindergarten_takes_name_capacity_and_gate() -> None:
    row = prepared().table.loc["w1:kindergarten"]
    assert (row["name"], row["capacity"], row["merged"], row["area_m2"]) == ("Álfaborg", 80.0, "n1", 10_000.0)
    assert row["entrance_kind"] == "mapped"
    assert [(point.x, point.y) for point in row["entrances"].geoms] == [(110.0, 100.0), (150.0, 150.0)]
    assert row.geometry.equals(GROUNDS)


def test_park_half_outside_is_kept_and_entered_by_the_street() -> None:
    row = prepared().table.loc["w3:park"]
    assert row["entrance_kind"] == "path"
    assert [(point.x, point.y) for point in row["entrances"].geoms] == [(950.0, 550.0)]


def test_names_are_kept_as_mapped_and_odd_capacities_dropped() -> None:
    table = prepared().table
    assert table.loc["n2:grocery", "name"] == "<b>Búð</b>"
    assert math.isnan(table.loc["n5:parking", "capacity"])


def test_loaded_counts_see_the_whole_data_before_merging() -> None:
    counts = prepared().loaded_counts
    assert counts["pharmacy"] == 1  # outside the reach
    assert counts["kindergarten"] == 2  # before merging
    assert counts["fitness_outdoor"] == 1  # inside the kindergarten
    assert counts["hospital"] == 0


def test_counts_add_up_and_losses_are_noted() -> None:
    """Rows: 2 kindergarten, 2 shop, pharmacy, parking, pitch, park = 8; one merged, one outside."""
    found = prepared()
    assert dict(found.counts) == {
        "classified": 8,
        "merged": 1,
        "facilities": 7,
        "outside": 1,
        "kept": 6,
        "institutional": 1,
        "sampled": 0,
    }
    assert [note.code for note in found.notes] == ["facilities.merged", "facilities.institutional"]
    assert all("1" in note.en and "1" in note.zh for note in found.notes)


def test_institutional_pitch_is_lenient() -> None:
    assert prepared().table["lenient"].to_dict()["w2:fitness_outdoor"] is True
    assert prepared().table["lenient"].sum() == 1


def test_row_order_changes_nothing() -> None:
    turned = dict(reversed(TOWN.items()))
    assert prepared(turned).table.equals(prepared().table)


def test_inputs_are_left_alone() -> None:
    frame = objects(TOWN)
    before = frame.copy(deep=True)
    prepare_facilities(frame, catalogue=load_catalogue(), network=street(), reach=REACH)
    assert frame.equals(before)


@pytest.mark.parametrize("things", [{"w4": TOWN["w4"]}, {"n3": TOWN["n3"]}])
def test_no_facility_gives_an_empty_table(things: Things) -> None:
    table = prepared(things).table
    assert len(table) == 0
    assert set(FACILITY_COLUMNS) == set(table.columns)
