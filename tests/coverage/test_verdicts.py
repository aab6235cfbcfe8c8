"""Statuses and reasons, each worked by hand on the grid city (4 blocks are 5 min for an adult)."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from coverage_city import Fac, circle, make_case, need
from grid_city import CRS_GRID, grid_area

from lifecircle.coverage.audit import audit_coverage
from lifecircle.coverage.case import Completeness
from lifecircle.errors import CutoffError, SchemaError
from lifecircle.model.standard import Rule

MID = 20.0  # far from every edge


def column(case, name):
    return list(audit_coverage(case).residences[name])


def statuses(case, name):
    table = audit_coverage(case).residences
    return list(zip(table[f"{name}_status"], table[f"{name}_reason"], strict=True))


def test_missing_search_is_refused():
    case = make_case([circle("a", need("shop"))], [(MID, MID)], [Fac("shop", (MID, MID))])
    with pytest.raises(CutoffError, match=r"no search for shop \(adult, ms, lenient=False\)"):
        audit_coverage(replace(case, times={}))


def test_search_that_ends_before_the_threshold_is_refused():
    case = make_case([circle("a", need("shop"))], [(MID, MID)], [Fac("shop", (MID, MID))])
    short = {key: replace(times, cutoff=299_999) for key, times in case.times.items()}
    with pytest.raises(CutoffError, match="ends at 299999 ms, before the threshold of 300000"):
        audit_coverage(replace(case, times=short))


def test_search_that_lacks_a_type_is_refused():
    case = make_case([circle("a", need("shop"))], [(MID, MID)], [Fac("shop", (MID, MID))])
    other = {key: replace(times, types=("clinic",)) for key, times in case.times.items()}
    with pytest.raises(CutoffError, match="lacks shop"):
        audit_coverage(replace(case, times=other))


def test_threshold_is_inclusive():
    """4 blocks take 300 s = 5 min exactly; 4.01 blocks take 300.75 s."""
    case = make_case([circle("a", need("shop"))], [(MID + 4, MID), (MID + 4.01, MID)], [Fac("shop", (MID, MID))])
    assert column(case, "a_status") == ["covered", "not_covered"]
    assert column(case, "a_min") == [5.0, 5.0125]


def test_any_pools_its_types_and_names_the_nearest():
    """Clinic 1 block, hospital 3 blocks from the first; hospital 2 blocks from the second."""
    sites = [Fac("hospital", (MID + 3, MID)), Fac("clinic", (MID - 1, MID))]
    case = make_case([circle("a", need("clinic", "hospital"))], [(MID, MID), (MID + 5, MID)], sites)
    assert column(case, "a_min") == [1.25, 2.5]
    assert column(case, "a_facility_id") == ["f01:clinic", "f00:hospital"]


def test_pool_ties_go_to_the_first_facility():
    sites = [Fac("hospital", (MID + 2, MID)), Fac("clinic", (MID - 2, MID))]
    case = make_case([circle("a", need("clinic", "hospital"))], [(MID, MID)], sites)
    assert column(case, "a_facility_id") == ["f00:hospital"]


def test_all_takes_the_greatest_and_fails_with_one_item():
    """Shop 1 block (1.25 min), clinic 4 blocks (5 min) from r00 and 5 blocks (6.25 min) from r01."""
    sites = [Fac("shop", (MID, MID)), Fac("clinic", (MID + 3, MID))]
    both = circle("a", need("shop"), need("clinic"))
    case = make_case([both], [(MID - 1, MID), (MID - 1, MID + 1)], sites)
    assert column(case, "a_status") == ["covered", "not_covered"]
    assert column(case, "a_min") == [5.0, 6.25]
    assert column(case, "a_facility_id") == ["f01:clinic", "f01:clinic"]


def test_optional_and_support_never_decide():
    plan = circle("a", need("shop"), need("clinic", optional=True), support=("hospital",))
    case = make_case([plan], [(MID, MID)], [Fac("shop", (MID, MID))])
    audit = audit_coverage(case)
    assert audit.residences["a_status"].tolist() == ["covered"]
    assert audit.residences["a_min"].tolist() == [0.0]
    assert [entry["optional"] for entry in audit.circles.at["a", "threshold"]] == [False, True]


def test_metre_rule_ignores_speed():
    """500 m are 5 blocks, inclusive; 4.8 or 4.0 km/h alike."""
    case = make_case(
        [circle("a", need("shop", max_m=500))], [(MID + 5, MID), (MID + 5.1, MID)], [Fac("shop", (MID, MID))]
    )
    audit = audit_coverage(case)
    assert audit.residences["a_status"].tolist() == ["covered", "not_covered"]
    assert audit.residences["a_m"].tolist() == [500.0, 510.0]
    assert audit.residences["a_min"].isna().all()
    assert audit.planner_speed.all_circles_share == audit.headline.all_circles_share == 1 / 3


def test_mixed_units_keep_both_columns():
    """Shop 2 blocks of 4 allowed (ratio .5), clinic 300 m of 400 (ratio .75): the clinic decides."""
    plan = circle("a", need("shop"), need("clinic", max_m=400))
    case = make_case([plan], [(MID, MID)], [Fac("shop", (MID + 2, MID)), Fac("clinic", (MID - 3, MID))])
    table = audit_coverage(case).residences
    assert table.loc["r00", ["a_min", "a_m", "a_facility_id"]].tolist() == [2.5, 300.0, "f01:clinic"]


def test_unsnapped_is_unknown_and_has_no_minutes():
    case = make_case([circle("a", need("shop"))], [(MID, MID)], [], origin_snapped=np.array([False]))
    assert statuses(case, "a") == [("unknown", "unsnapped")]
    assert np.isnan(column(case, "a_min")[0])


def test_nothing_reached_is_infinite():
    case = make_case([circle("a", need("shop"))], [(MID, MID)], [])
    assert statuses(case, "a") == [("not_covered", "")]
    assert column(case, "a_min") == [np.inf]
    assert audit_coverage(case).residences["a_facility_id"].isna().all()


def test_edge_of_data_by_straight_distance():
    """The extent ends at x = 2400 m. 5 min are 400 m: 399 m from the edge is unknown, 400 m is not covered,
    outside is unknown, and a covered residence at the edge stays covered."""
    area = replace(grid_area(41, 41), extent=shapely.box(0, 0, 2400, 4000))
    spots = [(20.01, MID), (20, MID), (34, MID), (23.9, MID)]
    case = make_case([circle("a", need("shop"))], spots, [Fac("shop", (24, MID)), Fac("shop", (34, MID))], area=area)
    assert statuses(case, "a") == [("covered", "")] * 4
    bare = make_case([circle("a", need("shop"))], spots, [], area=area)
    edge = ("unknown", "edge_of_data")
    assert statuses(bare, "a") == [edge, ("not_covered", ""), edge, edge]


def test_edge_uses_the_nearest_entrance_and_holes():
    """One of two entrances lies 100 m from a hole in the data."""
    hole = shapely.box(0, 0, 4000, 4000).difference(shapely.box(2100, 1900, 2200, 2100))
    far, near = shapely.Point(1000, 1000), shapely.Point(2000, 2000)
    doors = gpd.GeoSeries([shapely.MultiPoint([far, near])], index=["r00"], crs=CRS_GRID)
    case = make_case(
        [circle("a", need("shop"))],
        [(10, 10)],
        [],
        area=replace(grid_area(41, 41), extent=hole),
        columns={"entrances": doors},
    )
    assert statuses(case, "a") == [("unknown", "edge_of_data")]


def test_edge_distance_of_the_circles_own_speed():
    """5 min at 3.4 km/h are 283 m: 350 m from the edge is not covered for the elderly, unknown for an adult."""
    area = replace(grid_area(41, 41), extent=shapely.box(0, 0, 2350, 4000))
    circles = [circle("old", need("shop"), profile="elderly"), circle("all", need("shop"))]
    case = make_case(circles, [(20, MID)], [], area=area)
    assert statuses(case, "old") == [("not_covered", "")]
    assert statuses(case, "all") == [("unknown", "edge_of_data")]


def test_thin_never_erases_a_positive():
    thin = {"shop": Completeness("thin", "old survey")}
    case = make_case(
        [circle("a", need("shop"))], [(MID, MID), (MID + 9, MID)], [Fac("shop", (MID, MID))], completeness=thin
    )
    assert statuses(case, "a") == [("covered", ""), ("unknown", "thin_data")]


def test_facility_in_doubt_within_the_same_threshold():
    """An untyped school at 4 blocks makes "primary" unknown, at 5 blocks it does not."""
    case = make_case([circle("a", need("primary"))], [(MID + 4, MID), (MID + 5, MID)], [Fac("school", (MID, MID))])
    assert statuses(case, "a") == [("unknown", "thin_data"), ("not_covered", "")]


def test_type_in_doubt_inside_the_pool_is_no_doubt():
    case = make_case([circle("a", need("primary", "school"))], [(MID + 4, MID)], [Fac("school", (MID, MID))])
    assert statuses(case, "a") == [("covered", "")]


def test_one_failing_item_beats_an_unknown_one():
    thin = {"clinic": Completeness("thin")}
    plan = circle("a", need("shop"), need("clinic"))
    sites = [Fac("shop", (MID, MID))]
    case = make_case([plan], [(MID, MID), (MID + 9, MID)], sites, completeness=thin)
    assert statuses(case, "a") == [("unknown", "thin_data"), ("not_covered", "")]


def test_reason_order_over_items():
    """Thin clinics and, for the shop, the edge of data: the edge is named first."""
    area = replace(grid_area(41, 41), extent=shapely.box(0, 0, 2100, 4000))
    plan = circle("a", need("clinic"), need("shop"))
    case = make_case([plan], [(20, MID)], [], area=area, completeness={"clinic": Completeness("thin")})
    assert statuses(case, "a") == [("unknown", "edge_of_data")]


def test_lenient_facilities_count_in_lenient_rules_only():
    items = (need("shop"),)
    plan = circle("a", readings={"claim": Rule(items), "lenient": Rule(items, lenient=True)})
    site = [Fac("shop", (MID, MID), lenient=True)]
    audit = audit_coverage(make_case([plan], [(MID, MID)], site))
    assert audit.readings["claim"].at["a", "share_residences"] == 0.0
    assert audit.readings["lenient"].at["a", "share_residences"] == 1.0
    assert audit.readings["claim"].at["a", "facilities"] == 0
    assert audit.readings["lenient"].at["a", "facilities"] == 1


def renewal(*states, boxes=None):
    boxes = boxes or [shapely.box(100 * i - 40, -40, 100 * i + 40, 40) for i in range(len(states))]
    return {"renewal": gpd.GeoDataFrame({"state": list(states)}, geometry=boxes, crs=CRS_GRID)}


def test_user_layer_states():
    """Four residences: renovated, not needed, pending, in no polygon."""
    plan = circle("m", user_layer="renewal")
    spots = [(0, 0), (1, 0), (2, 0), (9, 9)]
    case = make_case([plan], spots, [], land=[(2, 0)], user_layers=renewal("renovated", "not_needed", "pending"))
    assert statuses(case, "m") == [("covered", ""), ("covered", ""), ("not_covered", ""), ("unknown", "thin_data")]
    row = audit_coverage(case).circles.loc["m"]
    assert (row["share_population"], row["share_population_upper"], row["share_land"]) == (3 / 15, 11 / 15, 0.0)
    assert row["threshold"] == []


def test_pending_wins_where_polygons_overlap():
    boxes = [shapely.box(-50, -50, 50, 50)] * 2
    for states in (("pending", "renovated"), ("renovated", "pending")):
        case = make_case([circle("m", user_layer="renewal")], [(0, 0)], [], user_layers=renewal(*states, boxes=boxes))
        assert statuses(case, "m") == [("not_covered", "")]


def test_layer_with_unknown_state_is_refused():
    with pytest.raises(SchemaError, match="1 rows have an unknown state, for example 'done' in row 1"):
        make_case([circle("m", user_layer="renewal")], [(0, 0)], [], user_layers=renewal("pending", "done"))
