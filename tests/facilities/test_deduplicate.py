"""Identity resolution, drawn by hand."""

import random

import geopandas as gpd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, box

from lifecircle.facilities.deduplicate import deduplicate, stem

Thing = tuple[str, object, dict[str, str]]


def rows(things: list[Thing], *, kind: str = "kindergarten") -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "object_id": [name for name, _, _ in things],
            "type": [kind] * len(things),
            "lenient": [False] * len(things),
            "tags": [tags for _, _, tags in things],
        },
        geometry=[shape for _, shape, _ in things],
        crs=32633,
    )


def facilities(things: list[Thing], *, kind: str = "kindergarten") -> dict[str, set[str]]:
    """Survivor -> all its parts, by object id."""
    table = rows(things, kind=kind)
    ids = table["object_id"].tolist()
    same = deduplicate(table, suffix_re="有限公司$")
    groups: dict[str, set[str]] = {}
    for survivor, part in zip(same.survivor.tolist(), same.part.tolist(), strict=True):
        groups.setdefault(ids[survivor], set()).add(ids[part])
    return groups


GROUNDS = box(0, 0, 100, 100)


def test_node_inside_polygon_is_one() -> None:
    things = [("n1", Point(50, 50), {"name": "A"}), ("w2", GROUNDS, {})]
    assert facilities(things) == {"w2": {"w2", "n1"}}


def test_node_on_the_outline_is_inside_and_beside_it_is_not() -> None:
    things = [("n1", Point(100, 50), {}), ("n2", Point(101, 50), {}), ("w1", GROUNDS, {})]
    assert facilities(things) == {"w1": {"w1", "n1"}, "n2": {"n2"}}


def test_way_inside_way_unnamed_inside_named() -> None:
    things = [("w1", box(10, 10, 20, 20), {}), ("w2", GROUNDS, {"name": "A"}), ("w3", box(96, 0, 106, 10), {})]
    assert facilities(things) == {"w2": {"w2", "w1"}, "w3": {"w3"}}  # w3 lies to four tenths inside


def test_two_names_in_a_named_mall_stay_two_beside_the_mall() -> None:
    things = [
        ("n1", Point(20, 20), {"name": "永辉超市"}),
        ("n2", Point(30, 20), {"name": "丹尼斯"}),
        ("w1", GROUNDS, {"name": "万达广场"}),
    ]
    assert facilities(things, kind="grocery") == {"n1": {"n1"}, "n2": {"n2"}, "w1": {"w1"}}


def test_unnamed_grounds_of_two_are_a_part_of_both() -> None:
    things = [("n1", Point(20, 20), {"name": "Holtaborg"}), ("n2", Point(80, 80), {"name": "Sunnuborg"})]
    assert facilities([*things, ("w1", GROUNDS, {})]) == {"n1": {"n1", "w1"}, "n2": {"n2", "w1"}}


def test_six_buildings_of_one_name_are_one() -> None:
    things = [(f"w{k}", box(40 * k, 0, 40 * k + 20, 20 + k), {"name": "Hlíð", "building": "yes"}) for k in range(6)]
    assert facilities(things) == {"w5": {f"w{k}" for k in range(6)}}


@pytest.mark.parametrize(("gap_m", "count"), [(99.9, 1), (100.0, 1), (100.1, 2)])
def test_same_name_within_100_m(gap_m: float, count: int) -> None:
    things = [("n1", Point(0, 0), {"name": "Bónus"}), ("n2", Point(gap_m, 0), {"name": "BÓNUS "})]
    assert len(facilities(things, kind="grocery")) == count


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        ({"addr:street": "A", "addr:housenumber": "1"}, {"addr:street": "A", "addr:housenumber": "3"}, 2),
        ({"addr:street": "A", "addr:housenumber": "1"}, {"addr:street": "A", "addr:housenumber": "1"}, 1),
        ({"addr:street": "A", "addr:housenumber": "1"}, {}, 1),
        ({"addr:street": "A"}, {"addr:street": "B"}, 1),  # no number, no address
        ({"ref": "17"}, {"ref": "18"}, 2),
        ({"branch": "东"}, {"branch": "西"}, 2),
    ],
)
def test_nodes_of_a_chain_are_told_apart_by_ref_branch_and_address(
    first: dict[str, str], second: dict[str, str], count: int
) -> None:
    things = [("n1", Point(0, 0), {"name": "X", **first}), ("n2", Point(50, 0), {"name": "X", **second})]
    assert len(facilities(things, kind="pharmacy")) == count


def test_a_third_node_does_not_join_what_addresses_tell_apart() -> None:
    at = "addr:housenumber"
    things: list[Thing] = [
        ("n1", Point(0, 0), {"name": "X", at: "1"}),
        ("n2", Point(60, 0), {"name": "X", at: "2"}),
        ("n3", Point(20, 0), {"name": "X"}),
    ]
    assert facilities(things, kind="pharmacy") == {"n1": {"n1", "n3"}, "n2": {"n2"}}


def test_both_sides_of_a_stop_are_one_whatever_their_platform_number() -> None:
    things = [("n1", Point(0, 0), {"name": "Hof", "ref": "1"}), ("n2", Point(30, 0), {"name": "Hof", "ref": "2"})]
    assert facilities(things, kind="bus_stop") == {"n1": {"n1", "n2"}}


def test_longer_name_inside_is_the_same_unless_it_would_join_two() -> None:
    long, short, other = {"name": "Leikskólinn Hólmasól"}, {"name": "Hólmasól"}, {"name": "Leikskólinn"}
    house = box(10, 10, 20, 20)
    assert facilities([("w1", GROUNDS, long), ("w2", house, short)]) == {"w1": {"w1", "w2"}}
    assert len(facilities([("w1", GROUNDS, long), ("w2", house, other)])) == 2
    assert len(facilities([("w1", GROUNDS, long), ("n2", Point(120, 0), short)])) == 2  # beside, not inside
    two: list[Thing] = [("n1", Point(5, 5), {"name": "红星幼儿园"}), ("n2", Point(9, 9), {"name": "蓝天幼儿园"})]
    assert len(facilities([*two, ("w1", GROUNDS, {"name": "幼儿园"})])) == 3


def test_touching_unnamed_buildings_are_one_campus() -> None:
    house = {"building": "yes"}
    wings = [("w1", box(0, 0, 10, 10), house), ("w2", box(10, 0, 30, 10), house)]
    assert facilities(wings) == {"w2": {"w1", "w2"}}
    assert len(facilities([("w1", box(0, 0, 10, 10), house), ("w2", box(11, 0, 30, 10), house)])) == 2
    assert len(facilities([("w1", box(0, 0, 10, 10), {}), ("w2", box(10, 0, 30, 10), {})])) == 2  # two pitches
    one, two = {**house, "addr:housenumber": "1"}, {**house, "addr:housenumber": "2"}
    assert len(facilities([("w1", box(0, 0, 10, 10), one), ("w2", box(10, 0, 30, 10), two)])) == 2


def test_unnamed_building_touching_two_names_joins_neither() -> None:
    house = {"building": "yes"}
    things: list[Thing] = [
        ("w1", box(0, 0, 10, 10), {**house, "name": "A"}),
        ("w2", box(10, 0, 20, 10), house),
        ("w3", box(20, 0, 30, 10), {**house, "name": "B"}),
    ]
    assert len(facilities(things)) == 3


def test_survivor_is_the_largest_polygon_then_relation_way_node_then_named_then_smallest_id() -> None:
    name = {"name": "A"}
    ring = MultiPolygon([box(0, 0, 50, 100), box(50, 0, 100, 100)]).buffer(0)
    assert set(facilities([("w1", GROUNDS, name), ("r1", box(0, 0, 9, 9), name)])) == {"w1"}
    assert set(facilities([("w1", GROUNDS, name), ("r9", ring, name)])) == {"r9"}
    assert set(facilities([("n10", Point(0, 0), name), ("n9", Point(1, 0), name)])) == {"n9"}
    assert set(facilities([("w10", GROUNDS, {}), ("w11", GROUNDS, name)])) == {"w11"}


def test_types_and_readings_stay_apart() -> None:
    table = rows([("n1", Point(5, 5), {}), ("w1", GROUNDS, {})])
    for other in (table.assign(type=["nursery", "kindergarten"]), table.assign(lenient=[True, False])):
        assert deduplicate(other).survivor.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("鹤壁市第一中学教学楼", "鹤壁市第一中学"),
        ("人民医院2号门诊楼", "人民医院"),
        ("人民医院住院部", "人民医院"),
        ("永辉超市有限公司", "永辉超市"),
        ("Akureyri - Hof", "akureyrihof"),
        ("教学楼", "教学楼"),
        ("门诊部", "门诊部"),
    ],
)
def test_stem(name: str, expected: str) -> None:
    assert stem(name, suffix_re="有限公司$") == expected


spots = st.tuples(st.integers(0, 300), st.integers(0, 300))
drawn = st.lists(
    st.tuples(spots, st.integers(0, 60), st.sampled_from(["", "A", "B"]), st.booleans()), min_size=1, max_size=9
)


@settings(max_examples=60, deadline=None)
@given(drawn, st.randoms(use_true_random=False))
def test_row_order_and_ids_change_nothing_and_every_row_has_a_place(
    drawing: list[tuple[tuple[int, int], int, str, bool]], rng: random.Random
) -> None:
    things: list[Thing] = []
    for number, ((x, y), size, name, building) in enumerate(drawing):
        tags = ({"name": name} if name else {}) | ({"building": "yes"} if building else {})
        shape = box(x, y, x + size, y + size) if size else Point(x, y)
        things.append((f"{'w' if size else 'n'}{number}", shape, tags))
    found = facilities(things)
    assert set().union(*found.values()) == {name for name, _, _ in things}
    assert all(survivor in parts for survivor, parts in found.items())
    shuffled = things[:]
    rng.shuffle(shuffled)
    assert facilities(shuffled) == found
    numbers = list(range(len(things)))
    rng.shuffle(numbers)
    new_name = {name: f"{name[0]}{new}" for (name, _, _), new in zip(things, numbers, strict=True)}
    renamed = facilities([(new_name[name], shape, tags) for name, shape, tags in things])
    assert {frozenset(parts) for parts in renamed.values()} == {
        frozenset(new_name[part] for part in parts) for parts in found.values()
    }
