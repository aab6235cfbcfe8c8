"""Gaps: who belongs together, in which order, and what is said of them."""

import geopandas as gpd
import numpy as np
import shapely
from coverage_city import Fac, circle, make_case, need
from grid_city import CRS_GRID

from lifecircle.coverage.audit import audit_coverage
from lifecircle.coverage.case import Completeness
from lifecircle.model.audit import GAP_COLUMNS

HERE = (20.0, 20.0)


def along(*blocks):
    return [(HERE[0] + block, HERE[1]) for block in blocks]


def gaps(plans, residences, facilities, **changes):
    return audit_coverage(make_case(plans, residences, facilities, **changes)).gaps


def test_no_gap_is_an_empty_table_with_its_columns():
    found = gaps([circle("a", need("shop"))], [HERE], [Fac("shop", HERE)])
    assert list(found.columns) == [*GAP_COLUMNS, "geometry"]
    assert len(found) == 0
    assert found.crs == CRS_GRID


def test_single_linkage_within_150_m():
    """Blocks 6, 7.5, 9 chain at 150 m each; 10.51 is 151 m further and alone. r00 is covered."""
    found = gaps([circle("a", need("shop"))], along(0, 6, 7.5, 9, 10.51), [Fac("shop", HERE)])
    assert found["homes"].tolist() == [1, 3]
    assert found["weight"].tolist() == [16.0, 14.0]
    assert found["weight_share"].tolist() == [16 / 31, 14 / 31]
    assert found["gap"].tolist() == [1, 2]


def test_any_entrance_links():
    """Two residences 1 km apart, each with a gate at the same corner."""
    corner = shapely.Point(2500, 2000)
    doors = [shapely.MultiPoint([shapely.Point(x, 2000), corner]) for x in (2900, 3900)]
    columns = {"entrances": gpd.GeoSeries(doors, index=["r00", "r01"], crs=CRS_GRID)}
    assert len(gaps([circle("a", need("shop"))], along(9, 19), [], columns=columns)) == 1


def test_equal_gaps_are_ordered_by_their_smallest_id():
    found = gaps([circle("a", need("shop"))], along(15, 9), [], weight="residences")
    assert found["gap"].tolist() == [1, 2]
    west_first = found["lon"].tolist()
    assert west_first[0] > west_first[1]  # r00 lies further east


def test_minutes_are_those_of_the_lower_median():
    """6, 7, 8 and 9 blocks take 7.5, 8.75, 10 and 11.25 min: the lower median is 8.75, 3.75 over 5."""
    row = gaps([circle("a", need("shop"))], along(9, 8, 7, 6), [Fac("shop", HERE)]).iloc[0]
    assert (row["minutes"], row["minutes_over"]) == (8.75, 3.75)
    assert (row["nearest_facility_id"], row["nearest_name"], row["missing"]) == ("f00:shop", "", "shop")
    assert np.isnan(row["metres"])
    assert np.isnan(row["metres_over"])


def test_metre_rules_give_metres():
    row = gaps([circle("a", need("shop", max_m=500))], along(6), [Fac("shop", HERE)]).iloc[0]
    assert (row["metres"], row["metres_over"]) == (600.0, 100.0)
    assert np.isnan(row["minutes"])
    assert np.isnan(row["minutes_over"])


def test_nothing_within_the_cutoff_is_infinite():
    row = gaps([circle("a", need("shop"))], along(6), []).iloc[0]
    assert (row["minutes"], row["minutes_over"], row["nearest_facility_id"]) == (np.inf, np.inf, "")


def test_missing_items_and_the_worst_one():
    """All four lack a clinic (weight 15), only r03 (weight 8) lacks the shop as well."""
    plan = circle("a", need("shop"), need("clinic", "hospital"))
    row = gaps([plan], along(1, 2, 3, 4.5), [Fac("shop", HERE)]).iloc[0]
    assert row["missing"] == "shop|clinic|hospital"
    assert row["minutes"] == np.inf


def test_unknown_residences_are_no_gap():
    thin = {"shop": Completeness("thin")}
    assert len(gaps([circle("a", need("shop"))], along(6), [Fac("shop", HERE)], completeness=thin)) == 0


def test_place_and_community():
    """Two of three carry the estate's name; community B has 4 of the 7 people, the street is not needed."""
    columns = {"name": ["绿苑", "绿苑", "东苑"], "community_id": ["A", "A", "B"]}
    streets = np.array(["Main", "Main", "Main"], dtype=object)
    row = gaps([circle("a", need("shop"))], along(6, 7, 8), [], columns=columns, street_names=streets).iloc[0]
    assert (row["place"], row["community"]) == ("绿苑", "B")
    bare = gaps([circle("a", need("shop"))], along(6, 7, 8), [], street_names=streets).iloc[0]
    assert (bare["place"], bare["community"]) == ("Main", "")
    assert gaps([circle("a", need("shop"))], along(6), []).iloc[0]["place"] == ""


def test_shape_holds_every_point_and_the_label_lies_in_the_study():
    case = make_case([circle("a", need("shop"))], along(6, 7, 8), [])
    row = audit_coverage(case).gaps.iloc[0]
    points = shapely.points([(2600.0, 2000.0), (2700.0, 2000.0), (2800.0, 2000.0)])
    assert shapely.contains(row["geometry"], shapely.buffer(points, 15)).all()
    assert row["geometry"].area < 380 * 180
    label = gpd.GeoSeries([shapely.Point(row["lon"], row["lat"])], crs=4326).to_crs(CRS_GRID).iloc[0]
    assert label.distance(points[1]) < 0.01  # people 1, 2, 4: the weighted centre lies at 7.43 blocks
