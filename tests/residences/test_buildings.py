"""Which buildings are homes, how much floor they have, where one enters."""

import numpy as np
import pytest
import shapely
from residences.town import LAND, notes, prepare, square, starts
from shapely.geometry import LineString, Point, Polygon

from lifecircle.residences.buildings import building_class, mapped_levels

YES = {"building": "yes"}
HOUSE = {"building": "house"}


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"building": "apartments"}, "apartments"),
        ({"building": "residential"}, "residential"),
        ({"building": "dormitory", "name": "12号学生公寓"}, "dormitory"),
        ({"building": "garage;residential"}, "residential"),
        ({"building": "apartments", "shop": "convenience"}, "apartments"),
        ({"building": "retail", "building:use": "residential"}, "residential"),
        ({"building": "yes", "building:use": "retail; residential", "shop": "bakery"}, "residential"),
        ({"building": "yes"}, "yes"),
        ({"building": "cabin"}, "cabin"),
        ({"building": "yes", "amenity": "school"}, ""),
        ({"building": "yes", "shop": "bakery"}, ""),
        ({"building": "yes", "office": "company"}, ""),
        ({"building": "house", "abandoned": "yes"}, ""),
        ({"building": "house", "ruins": "yes"}, ""),
        ({"building": "no"}, ""),
        ({"building": "garage"}, ""),
        ({"building": "construction", "construction": "apartments"}, ""),
        ({"building:part": "residential"}, ""),
        ({"landuse": "residential"}, ""),
        ({}, ""),
    ],
)
def test_building_class(tags, expected):
    assert building_class(tags) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3", 3), ("2.5", 2.5), ("2,5", 2.5), (" 6 ", 6), ("1", 1), ("100", 100)],
)
def test_levels_are_read(text, expected):
    assert mapped_levels({"building:levels": text}) == expected


@pytest.mark.parametrize("text", ["0", "0.5", "101", "-2", "EG", "3-5", "2;3", "", "1e2", "٣", "nan", "9" * 40])
def test_implausible_levels_are_not_believed(text):
    assert np.isnan(mapped_levels({"building:levels": text, "roof:levels": "1"}))


def test_floor_area_is_footprint_times_levels():
    """10 x 10 m: 5 storeys mapped; apartments 4, house 2, bungalow 1 assumed."""
    made = prepare(
        {
            "w1": (square(0, 0, 10), {"building": "apartments", "building:levels": "5", "roof:levels": "2"}),
            "w2": (square(20, 0, 10), {"building": "apartments"}),
            "w3": (square(40, 0, 10), {"building": "house", "building:levels": "many"}),
            "w4": (square(60, 0, 10), {"building": "bungalow"}),
        }
    )
    assert made.table["floor_area_m2"].tolist() == [500.0, 400.0, 200.0, 100.0]
    assert made.table["floor_area_defaulted"].tolist() == [False, True, True, True]
    assert made.counts["levels_defaulted"] == 3
    assert notes(made)["residences.levels_defaulted"].startswith("3 of 4 residential buildings")
    assert made.table["land_m2"].isna().all()
    assert made.table["population"].isna().all()
    assert made.weight == "floor_area"


def test_a_plain_building_is_a_home_only_in_residential_land_above_40_m2():
    things = {
        "w1": (square(0, 0, 100), LAND),
        "w2": (square(10, 10, 7), YES),  # 49 m2
        "w3": (shapely.box(30, 30, 38, 35), YES),  # 40 m2: not above
        "w4": (square(200, 0, 10), YES),
        "w5": (square(60, 60, 10), {**YES, "amenity": "kindergarten"}),
        "w6": (square(300, 0, 5), HOUSE),  # a house counts at any size, anywhere
        "w7": (square(80, 80, 10), {"building": "hut"}),
        "w8": (square(400, 0, 10), {"building": "cabin"}),
    }
    made = prepare(things)
    assert made.table.index.tolist() == ["w2", "w6", "w7"]
    assert made.counts["buildings_doubtful"] == 2  # w4, w8
    assert "2 building=yes" in notes(made)["residences.buildings_doubtful"]


def test_the_representative_point_decides_what_is_inside_the_boundary():
    made = prepare({"w1": (square(990, 0, 30), HOUSE), "w2": (square(980, 50, 30), HOUSE)})
    assert made.table.index.tolist() == ["w2"]


def test_a_building_mapped_twice_counts_once():
    """The relation knows the courtyard: 20 x 20 m less 10 x 10 m is 300 m2, two storeys."""
    outline = square(0, 0, 20)
    ring = Polygon(outline.exterior, [square(5, 5, 10).exterior])
    made = prepare({"r9": (ring, HOUSE), "w1": (outline, HOUSE), "w2": (square(100, 0, 10), HOUSE)})
    assert made.table.index.tolist() == ["r9", "w2"]
    assert made.table.loc["r9", "floor_area_m2"] == 600.0
    assert made.counts["buildings_repeated"] == 1


def test_of_two_equal_outlines_the_first_stays_and_of_nested_ones_the_larger():
    made = prepare({"w1": (square(0, 0, 10), HOUSE), "w2": (square(0, 0, 10), HOUSE)})
    assert made.table.index.tolist() == ["w1"]
    made = prepare({"w1": (square(2, 2, 5), HOUSE), "w2": (square(0, 0, 10), HOUSE)})
    assert made.table.index.tolist() == ["w2"]


def test_neighbours_that_touch_are_two_buildings():
    made = prepare(
        {"w1": (square(0, 0, 10), HOUSE), "w2": (square(10, 0, 10), HOUSE), "w3": (square(19, 0, 10), HOUSE)}
    )
    assert len(made.table) == 3


def test_buildings_without_a_footprint_are_counted_as_lost():
    things = {
        "n1": (Point(0, 0), HOUSE),
        "n2": (Point(5000, 0), HOUSE),
        "w1": (LineString([(0, 0), (9, 9)]), HOUSE),
        "w2": (square(0, 20, 10), HOUSE),
    }
    made = prepare(things)
    assert made.table.index.tolist() == ["w2"]
    assert made.counts["buildings_without_footprint"] == 2  # n2 lies outside the boundary
    assert notes(made)["residences.buildings_without_footprint"].startswith("2 ")


def entrance(x, y, value):
    return (Point(x, y), {"entrance": value})


def test_people_start_at_mapped_entrances():
    made = prepare(
        {
            "n1": entrance(5, 0, "staircase"),
            "n2": entrance(10, 5.4, "yes"),  # on the wall
            "n3": entrance(0, 5, "garage"),
            "n4": entrance(5, 10.6, "yes"),  # 0.6 m off the wall
            "n5": entrance(5, 5, "yes"),  # 5 m inside
            "n6": entrance(0, 4, "side"),
            "w1": (square(0, 0, 10), HOUSE),
        }
    )
    assert starts(made, "w1") == {(5, 0), (10, 5.4)}
    assert made.table.loc["w1", "entrance_kind"] == "mapped"


def test_a_side_door_is_used_where_it_is_the_only_one_and_an_emergency_exit_never():
    things = {"n1": entrance(0, 5, "side"), "n2": entrance(5, 0, "emergency"), "w1": (square(0, 0, 10), HOUSE)}
    assert starts(prepare(things), "w1") == {(0, 5)}
    del things["n1"]
    made = prepare(things)
    assert starts(made, "w1") == {(5, 5)}
    assert made.table.loc["w1", "entrance_kind"] == "representative"


def test_an_entrance_on_a_shared_wall_opens_both_buildings():
    made = prepare({"n1": entrance(10, 5, "yes"), "w1": (square(0, 0, 10), HOUSE), "w2": (square(10, 0, 10), HOUSE)})
    assert starts(made, "w1") == starts(made, "w2") == {(10, 5)}


def test_buildings_that_overlap_by_less_than_half_are_two():
    """The middle of the bar lies in the square, but they share 40 of the square's 100 m2."""
    made = prepare({"w1": (shapely.box(0, 0, 40, 4), HOUSE), "w2": (square(15, 0, 10), HOUSE)})
    assert made.table.index.tolist() == ["w1", "w2"]
