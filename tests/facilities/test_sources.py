"""One facility, many sources: who is the same, who is believed, what is listed."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from facilities_rows import CRS, at, rows
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecircle.config.catalogue import load_catalogue
from lifecircle.errors import ConfigError
from lifecircle.facilities.sources import SourceRules, merge_sources, source_order

CATALOGUE = load_catalogue()


def merge(osm, *lists, precedence=(), complete=None):
    listed = gpd.GeoDataFrame(pd.concat(lists), geometry="geometry", crs=CRS)
    return merge_sources(
        rows("osm", *osm), listed, catalogue=CATALOGUE, rules=SourceRules(tuple(precedence), complete or {})
    )


def conflicts(found):
    return [tuple(row) for row in found.conflicts[["conflict", "other_id", "resolution"]].itertuples(index=False)]


def test_same_name_nearby_is_one_facility_that_keeps_every_id():
    found = merge(
        [("w7", "kindergarten", "阳光幼儿园", shapely.box(0, 0, 40, 40), np.nan, "mapped")],
        rows("kids.xlsx", ("kids/3", "kindergarten", "阳光幼儿园", at(90), 180.0)),
        rows("amap.csv", ("amap/9", "kindergarten", "阳光幼儿园有限公司", at(60), 150.0)),
    )
    (one,) = found.table.to_dict("records")
    assert found.table.index.tolist() == ["kids/3:kindergarten"]
    assert (one["sources"], one["merged"], one["capacity"]) == ("kids.xlsx;amap.csv;osm", "amap/9;w7", 180.0)
    # The map knows the gate; the list only a point 50 m away.
    assert one["entrance_kind"] == "mapped"
    assert one["geometry"].area == 1600.0
    assert conflicts(found) == [
        ("capacity", "amap/9:kindergarten", "merged"),
        ("name", "amap/9:kindergarten", "merged"),
    ]
    assert found.counts == {
        "listed": 2, "in_both": 1, "only_listed": 0, "only_osm": 0, "conflicts": 2, "not_in_list": 0
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "listed", "metres", "one"),
    [
        ("实验小学", "鹤壁市实验小学", 90, True),
        ("实验小学", "鹤壁市实验小学", 110, False),  # a longer name counts nearby only
        ("实验小学", "实验中学", 10, False),
        ("", "实验小学", 29, True),
        ("", "实验小学", 31, False),
        ("实验小学", "实验小学", 499, True),
        ("实验小学", "实验小学", 501, False),
    ],
)
def test_names_and_distances(name, listed, metres, one):
    found = merge([("n1", "primary_school", name, at(0))], rows("s.csv", ("s/1", "primary_school", listed, at(metres))))
    assert len(found.table) == (1 if one else 2)


def test_a_far_match_is_a_conflict_of_position_and_the_trusted_source_places_it():
    osm, listed = [("n1", "pharmacy", "仁和药店", at(0))], rows("p.csv", ("p/1", "pharmacy", "仁和药店", at(300)))
    by_list = merge(osm, listed)
    assert conflicts(by_list) == [("position", "n1:pharmacy", "merged")]
    assert by_list.conflicts["distance_m"].tolist() == [300.0]
    assert by_list.table.geometry.iloc[0].x == 300.0
    by_map = merge(osm, listed, precedence=["osm", "p"])
    assert by_map.table.index.tolist() == ["n1:pharmacy"]
    assert by_map.table.geometry.iloc[0].x == 0.0


def test_two_branches_of_a_chain_are_not_drawn_together_from_afar():
    found = merge(
        [("n1", "pharmacy", "仁和药店", at(0)), ("n2", "pharmacy", "仁和药店", at(400))],
        rows("p.csv", ("p/1", "pharmacy", "仁和药店", at(200))),
    )
    assert len(found.table) == 3


def test_the_nearer_of_two_takes_the_row():
    found = merge(
        [("n1", "pharmacy", "仁和药店", at(0)), ("n2", "pharmacy", "仁和药店", at(90))],
        rows("p.csv", ("p/1", "pharmacy", "仁和药店", at(70))),
    )
    assert sorted(found.table["merged"]) == ["", "n2"]


def test_a_list_that_knows_the_level_refines_a_school_and_is_no_conflict():
    found = merge(
        [("w1", "school_any", "兴鹤小学", shapely.box(0, 0, 50, 50), np.nan, "sampled")],
        rows("s.csv", ("s/1", "primary_school", "兴鹤小学", at(10, 10))),
        precedence=["osm", "s"],
    )
    assert found.table.index.tolist() == ["w1:primary_school"]
    assert conflicts(found) == []


def test_related_types_merge_under_the_trusted_one_and_are_listed():
    found = merge(
        [("n1", "hospital", "长风卫生服务", at(0))],
        rows("h.csv", ("h/1", "health_community", "长风卫生服务", at(5))),
    )
    assert found.table["type"].tolist() == ["health_community"]
    assert conflicts(found) == [("type", "n1:hospital", "merged")]
    assert found.conflicts[["used", "set_aside"]].iloc[0].tolist() == ["health_community", "hospital"]


def test_unrelated_types_of_one_name_stay_apart_and_are_listed_but_for_stops():
    found = merge(
        [("n1", "park", "人民公园", at(0)), ("n2", "bus_stop", "人民公园", at(20))],
        rows("t.csv", ("t/1", "toilets", "人民公园", at(10))),
    )
    assert len(found.table) == 3
    assert conflicts(found) == [("type", "n1:park", "kept_apart")]


def test_a_school_of_both_levels_matches_its_own_level_without_a_conflict():
    school = shapely.box(0, 0, 50, 50)
    found = merge(
        [("w1", "primary_school", "鹤翔学校", school), ("w1", "middle_school", "鹤翔学校", school)],
        rows("s.csv", ("s/1", "primary_school", "鹤翔学校", at(5))),
    )
    assert found.table.index.tolist() == ["s/1:primary_school", "w1:middle_school"]
    assert conflicts(found) == []


def test_another_name_inside_one_outline_is_listed():
    found = merge(
        [("w1", "park", "淇水湾公园", shapely.box(0, 0, 100, 100))],
        rows("p.csv", ("p/1", "park", "樱花园", at(50, 50))),
    )
    assert len(found.table) == 2
    assert conflicts(found) == [("name", "w1:park", "kept_apart")]


def test_what_a_complete_list_does_not_hold_counts_leniently_where_the_list_is_trusted_more():
    osm = [("n1", "kindergarten", "小天鹅", at(0)), ("n2", "park", "", at(50))]
    listed = rows("kids.xlsx", ("kids/1", "kindergarten", "阳光幼儿园", at(900)))
    found = merge(osm, listed, complete={"kindergarten": "kids.xlsx"})
    assert found.table["lenient"].to_dict() == {
        "kids/1:kindergarten": False, "n1:kindergarten": True, "n2:park": False
    }  # fmt: skip
    assert conflicts(found) == [("not_in_list", "", "lenient_only")]
    assert "facilities.not_in_list" in [note.code for note in found.notes]
    kept = merge(osm, listed, complete={"kindergarten": "kids"}, precedence=["osm"])
    assert not kept.table["lenient"].any()


def test_precedence_must_name_sources_that_are_there():
    with pytest.raises(ConfigError, match=r"facility_precedence: 'parks' is no source .* give one of kids.xlsx, osm"):
        source_order(["osm", "kids.xlsx"], ["parks"])
    with pytest.raises(ConfigError, match="named twice"):
        source_order(["osm", "kids.xlsx"], ["kids", "kids.xlsx"])


NAMES = st.sampled_from(["", "阳光", "小阳光", "仁和", "公园"])
PLACES = st.tuples(NAMES, st.integers(0, 12), st.sampled_from(["pharmacy", "hospital", "health_community"]))


@settings(max_examples=30, deadline=None)
@given(st.lists(PLACES, max_size=7), st.lists(PLACES, min_size=1, max_size=7), st.randoms(use_true_random=False))
def test_nothing_is_lost_doubled_or_dependent_on_row_order(mapped, listed, random):
    osm = [(f"n{i}", kind, name, at(x * 40.0)) for i, (name, x, kind) in enumerate(mapped)]
    table = [(f"l/{i}", kind, name, at(x * 40.0 + 7)) for i, (name, x, kind) in enumerate(listed)]
    found = merge(osm, rows("l.csv", *table))
    ids = [part for row in found.table.to_dict("records") for part in [row["object_id"], *row["merged"].split(";")]]
    assert sorted(part for part in ids if part) == sorted(one[0] for one in [*osm, *table])
    # At most one record of each source, and only of related types.
    assert (found.table["merged"].str.count(";") == 0).all()
    random.shuffle(osm)
    random.shuffle(table)
    again = merge(osm, rows("l.csv", *table))
    pd.testing.assert_frame_equal(pd.DataFrame(found.table), pd.DataFrame(again.table))
    pd.testing.assert_frame_equal(found.conflicts, again.conflicts)
