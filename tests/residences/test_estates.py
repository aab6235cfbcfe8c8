"""Estates are entered by gates, path crossings, or along their outline."""

import pytest
import shapely
from residences.town import LAND, notes, paths, prepare, square, starts
from shapely.geometry import LineString, Point, Polygon

from lifecircle.model.network import EdgeFlag, Permission
from lifecircle.residences.estates import is_gate, sample_outline
from lifecircle.residences.land import Shapes

ESTATE = {"w1": (square(0, 0, 100), {**LAND, "name": "淇水花园"})}
BIG = {"w1": (square(0, 0, 450), LAND)}  # 20.25 ha
WEST_EAST = [(-50, 50), (150, 50)]


def gate(x, y, **tags):
    return (Point(x, y), {"barrier": "gate", **tags})


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"barrier": "gate"}, True),
        ({"barrier": "lift_gate", "access": "private"}, True),  # residents pass
        ({"barrier": "swing_gate", "access": "no", "foot": "yes"}, True),
        ({"barrier": "entrance"}, True),
        ({"entrance": "main"}, True),
        ({"barrier": "gate", "access": "no"}, False),
        ({"barrier": "gate", "foot": "no"}, False),
        ({"barrier": "gate", "locked": "yes"}, False),
        ({"barrier": "bollard"}, False),
        ({"entrance": "emergency"}, False),
        ({}, False),
    ],
)
def test_is_gate(tags, expected):
    assert is_gate(tags) is expected


def test_gates_within_a_metre_of_the_outline_are_the_entrances():
    things = {
        "n1": gate(0, 50),
        "n2": gate(100.9, 20),
        "n3": gate(101.2, 80),
        "n4": gate(50, 0, locked="yes"),
        **ESTATE,
    }
    made = prepare(things, kind="estate_gate")
    assert starts(made, "w1") == {(0, 50), (100.9, 20)}
    row = made.table.loc["w1"]
    assert (row["kind"], row["entrance_kind"], row["land_m2"], row["name"]) == (
        "estate_gate",
        "mapped",
        10_000,
        "淇水花园",
    )


def test_walkable_ways_enter_where_they_cross_the_outline():
    made = prepare(ESTATE, kind="estate_gate", network=paths([WEST_EAST]))
    assert starts(made, "w1") == {(0, 50), (100, 50)}
    assert made.table.loc["w1", "entrance_kind"] == "path"


def test_a_gate_and_a_crossing_at_the_same_spot_are_one_entrance():
    made = prepare({"n1": gate(0, 50.2), **ESTATE}, kind="estate_gate", network=paths([WEST_EAST]))
    assert starts(made, "w1") == {(0, 50.2), (100, 50)}
    assert made.table.loc["w1", "entrance_kind"] == "mapped"


@pytest.mark.parametrize(
    "shut",
    [{"permission": [Permission.CLOSED]}, {"flags": [EdgeFlag.BRIDGE]}, {"flags": [EdgeFlag.TUNNEL | EdgeFlag.STEPS]}],
)
def test_closed_ways_bridges_and_tunnels_are_no_entrance(shut):
    made = prepare(ESTATE, kind="estate_gate", network=paths([WEST_EAST], **shut))
    assert made.table.loc["w1", "entrance_kind"] == "sampled"


def test_private_ways_are_entrances():
    made = prepare(ESTATE, kind="estate_gate", network=paths([WEST_EAST], permission=[Permission.PRIVATE]))
    assert made.table.loc["w1", "entrance_kind"] == "path"


def test_a_road_along_the_outline_is_no_crossing():
    made = prepare(ESTATE, kind="estate_gate", network=paths([[(0, 0), (100, 0)]]))
    assert made.table.loc["w1", "entrance_kind"] == "sampled"


def test_without_gates_and_paths_the_outline_is_sampled_every_50_m():
    """400 m of outline: its four corners and the middles of its sides."""
    made = prepare(ESTATE, kind="estate_gate")
    assert starts(made, "w1") == {(x, y) for x in (0, 50, 100) for y in (0, 50, 100)} - {(50, 50)}
    assert made.counts["entrances_sampled"] == 1
    assert notes(made)["residences.estate_entrances"].startswith("1 estates: 0 entered by mapped gates")


def test_samples_are_at_most_50_m_apart_on_any_outline():
    rings: Shapes = shapely.multilinestrings([[[(0, 0), (0, 33)]], [[(0, 0), (101, 0)]]])
    points, owner = sample_outline(rings)
    assert owner.tolist() == [0, 1, 1, 1]
    assert shapely.get_x(points).round(2).tolist() == [0, 0, 33.67, 67.33]


def test_holes_are_no_way_in():
    ring = Polygon(square(0, 0, 100).exterior, [square(40, 40, 20).exterior])
    made = prepare({"n1": gate(40, 50), "w1": (ring, LAND)}, kind="estate_gate", network=paths([[(45, 50), (30, 50)]]))
    assert made.table.loc["w1", "entrance_kind"] == "sampled"


def test_land_above_20_ha_is_cut_unless_it_has_a_gate_or_a_wall():
    made = prepare(BIG, kind="estate_gate", network=paths([WEST_EAST]))
    assert set(made.table["kind"]) == {"residential_area"}
    assert len(made.table) == 25
    assert made.counts["estates_cut"] == 1
    wall = (LineString([(0, 0), (450, 0), (450, 450)]), {"barrier": "wall"})  # half of the outline
    short = (LineString([(0, 0), (450, 0), (450, 400)]), {"barrier": "wall"})
    walled = {"w1": (BIG["w1"][0], {**LAND, "barrier": "fence"})}
    for things, entrance in (
        ({"n1": gate(0, 50), **BIG}, "mapped"),
        ({"w2": wall, **BIG}, "path"),
        (walled, "path"),
        ({"w2": short, **BIG}, "representative"),
    ):
        made = prepare(things, kind="estate_gate", network=paths([WEST_EAST]))
        assert set(made.table["entrance_kind"]) == {entrance}


def test_exactly_20_ha_is_an_estate():
    made = prepare({"w1": (shapely.box(0, 0, 500, 400), LAND)}, kind="estate_gate")
    assert made.table.index.tolist() == ["w1"]


def test_of_an_estate_on_the_boundary_the_inner_part_counts_and_all_its_gates():
    things = {"n1": gate(1040, 50), "w1": (shapely.box(940, 0, 1040, 100), LAND)}
    made = prepare(things, kind="estate_gate")
    assert made.table.loc["w1", "land_m2"] == 6_000
    assert starts(made, "w1") == {(1040, 50)}
    strip = {
        "w1": (shapely.box(999.5, 0, 1100, 100), LAND),
        **{f"w{2 + k}": (square(k * 200, 0, 90), LAND) for k in (0, 1)},
    }
    assert prepare(strip, kind="estate_gate").table.index.tolist() == ["w2", "w3"]  # 50 m2 of w1 lie inside


def test_estates_and_cells_stand_in_one_table_and_share_no_land():
    inner = (square(100, 100, 100), {**LAND, "name": "内院"})
    house = (square(120, 120, 10), {"building": "house", "building:levels": "3"})
    made = prepare({**BIG, "w2": inner, "w3": house}, kind="estate_gate")
    assert made.table["land_m2"].sum() == pytest.approx(450**2)
    assert made.table.loc["w2", "kind"] == "estate_gate"
    assert made.table.loc["w2", "floor_area_m2"] == 300
    assert made.table["floor_area_m2"].notna().sum() == 1
    assert made.table.index.is_monotonic_increasing
