"""Square cells that hold land or buildings."""

import math

import numpy as np
import pytest
from residences.town import LAND, prepare, square, starts

HOUSE = {"building": "house", "building:levels": "1"}
TOWN = {
    "w1": (square(50, 50, 100), {**LAND, "name": "南村"}),  # 50 x 50 m in each of four cells of 100 m
    "w2": (square(60, 60, 20), HOUSE),
    "w3": (square(310, 310, 10), HOUSE),
    "w4": (square(330, 310, 10), HOUSE),
    "w5": (square(390, 310, 10), HOUSE),
}


def test_cells_hold_land_or_buildings():
    made = prepare(TOWN, kind="grid", size_m=100)
    assert made.table.index.tolist() == ["g0_0", "g0_1", "g1_0", "g1_1", "g3_3"]
    assert made.table["land_m2"].tolist() == [2500, 2500, 2500, 2500, 0]
    assert made.table["floor_area_m2"].fillna(-1).tolist() == [400, -1, -1, -1, 300]
    assert made.table["name"].tolist() == ["南村"] * 4 + [""]
    assert made.table.geometry["g3_3"].equals(square(300, 300, 100))
    assert made.weight == "land"  # a quarter of the land lies in cells with buildings


def test_trips_start_where_people_live():
    """In g3_3 the buildings stand at x = 315, 335 and 395, middle 348.3: the nearest is 335."""
    made = prepare(TOWN, kind="grid", size_m=100)
    assert starts(made, "g0_0") == {(75, 75)}
    assert starts(made, "g3_3") == {(335, 315)}


def test_the_largest_piece_of_land_is_the_start_and_equal_ones_go_by_id():
    things = {"w1": (square(10, 10, 10), LAND), "w2": (square(50, 50, 20), LAND), "w3": (square(80, 80, 20), LAND)}
    assert starts(prepare(things, kind="grid", size_m=100), "g0_0") == {(60, 60)}


def test_the_default_side_is_250_m():
    made = prepare(TOWN, kind="grid")
    assert made.table.index.tolist() == ["g0_0", "g1_1"]
    assert made.weight == "floor_area"


@pytest.mark.parametrize("size_m", [37.0, 100.0, 1000.0])
def test_land_and_floor_are_conserved(size_m):
    made = prepare(TOWN, kind="grid", size_m=size_m)
    assert math.fsum(made.table["land_m2"]) == pytest.approx(10_000, rel=1e-9)
    assert math.fsum(np.nan_to_num(made.table["floor_area_m2"])) == pytest.approx(700, rel=1e-12)


def test_buildings_suffice_where_no_land_is_mapped():
    made = prepare({"w2": TOWN["w2"], "w3": TOWN["w3"]}, kind="grid", size_m=100)
    assert made.table["floor_area_m2"].to_dict() == {"g0_0": 400, "g3_3": 100}
    assert made.table["land_m2"].tolist() == [0, 0]
