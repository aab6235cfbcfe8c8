"""Every kind of rule, by hand on the grid city.

A block is 100 m and takes an adult 75 s (4.8 km/h). Residence 0 stands at (10, 10), residence 1 ten blocks farther
east at (20, 10); residence populations are 1 and 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from coverage_city import CATALOGUE, PROFILES, Fac, circle, make_case, manhattan_times, need
from grid_city import facility_table

from lifecircle.coverage.audit import audit_coverage
from lifecircle.coverage.case import CoverageCase, nth
from lifecircle.coverage.filters import passing
from lifecircle.coverage.searches import cutoff, needed_searches
from lifecircle.errors import ConfigError
from lifecircle.model.rules import FacilityFilter, Item, Rule
from lifecircle.model.standard import Section, Standard
from lifecircle.model.travel import NearestTimes

HOMES = [(10, 10), (20, 10)]


def statuses(case: CoverageCase, name: str = "a") -> list[str]:
    return audit_coverage(case).residences[f"{name}_status"].tolist()


def test_straight_line_metres():
    """A shop 3 blocks east and 4 north of residence 0: 500 m as the crow flies, 700 m on foot; 7 and 4: 806 m."""
    spots = [Fac("shop", (13, 14))]
    crow = circle("a", Item(("shop",), max_m=500, straight_line=True))
    foot = circle("b", need("shop", max_m=500))
    case = make_case([crow, foot], HOMES, spots)
    found = audit_coverage(case).residences
    assert found["a_status"].tolist() == ["covered", "not_covered"]
    assert found["b_status"].tolist() == ["not_covered", "not_covered"]
    assert found["a_m"].round(3).tolist() == [500.0, 806.226]
    assert found["a_facility_id"].iloc[0] == case.facilities.index[0]
    assert found["a_min"].isna().all()


def test_straight_line_is_inclusive_to_the_millimetre_and_needs_no_network():
    near = circle("a", Item(("shop",), max_m=499.999, straight_line=True))
    assert statuses(make_case([near], HOMES, [Fac("shop", (13, 14))])) == ["not_covered", "not_covered"]
    far = circle("a", Item(("shop",), max_m=500, straight_line=True))
    case = make_case([far], HOMES, [Fac("shop", (13, 14))], origin_snapped=np.zeros(2, dtype=bool))
    assert statuses(case) == ["covered", "not_covered"]


def test_within_a_polygon():
    """A park from (9.5, 9.5) to (12, 12) blocks holds residence 0 alone."""
    case = make_case([circle("a", Item(("shop",), within=True))], HOMES, [Fac("shop", (11, 11)), Fac("shop", (30, 30))])
    shapes = [shapely.box(950, 950, 1200, 1200), shapely.box(2900, 2900, 3100, 3100)]
    table = case.facilities.assign(geometry=shapes)
    case = replace(case, facilities=table.set_geometry("geometry", crs=case.facilities.crs))
    assert statuses(case) == ["covered", "not_covered"]


def test_at_least_two_of_three():
    """Residence 0: shop and clinic at 4 blocks (5 min) of three pools; residence 1: the hospital alone.

    The value is that of the second nearest pool: the clinic's 5 min; for residence 1 the clinic's 10 blocks, 12.5 min.
    """
    pools = (("shop",), ("clinic",), ("hospital",))
    item = Item(("shop", "clinic", "hospital"), 5.0, pools=pools, at_least=2)
    spots = [Fac("shop", (10, 11)), Fac("clinic", (14, 10)), Fac("hospital", (20, 11))]
    audit = audit_coverage(make_case([circle("a", item)], HOMES, spots))
    assert audit.residences["a_status"].tolist() == ["covered", "not_covered"]
    assert audit.residences["a_min"].tolist() == [5.0, 7.5]


def test_at_least_counts_the_unknown_as_possible():
    """No hospital in the data: with the shop in reach the second of three is unknown; with none it cannot be met."""
    pools = (("shop",), ("clinic",), ("hospital",))
    item = Item(("shop", "clinic", "hospital"), 5.0, pools=pools, at_least=2)
    counts = {"shop": 1, "clinic": 1, "hospital": 0}
    case = make_case([circle("a", item)], HOMES, [Fac("shop", (10, 11)), Fac("clinic", (30, 30))], loaded_counts=counts)
    assert statuses(case) == ["unknown", "not_covered"]


def test_least_area_and_the_point_whose_area_is_unknown():
    """Two shops with 400 and 90 m2 and a point: 100 m2 is met by the first, not by the second, perhaps by the point."""
    item = Item(("shop",), 5.0, admits=FacilityFilter(min_area_m2=100))
    for area, expected in ((400.0, "covered"), (90.0, "not_covered"), (0.0, "unknown")):
        case = filtered_case(item, [Fac("shop", (12, 10))], area_m2=[area])
        assert statuses(case) == [expected, "not_covered"]


def test_least_capacity_never_takes_the_unknown_for_one():
    item = Item(("shop",), 5.0, admits=FacilityFilter(min_capacity=50))
    for beds, expected in ((50.0, "covered"), (49.0, "not_covered"), (np.nan, "unknown")):
        assert statuses(filtered_case(item, [Fac("shop", (12, 10))], capacity=[beds])) == [expected, "not_covered"]


def test_where_an_attribute_has_a_value():
    """``where`` reads a column, else a key of ``attributes``; what nobody gave may or may not be."""
    item = Item(("shop",), 5.0, admits=FacilityFilter(where=(("tier", "普惠"),)))
    for said, expected in (('{"tier": "普惠"}', "covered"), ('{"tier": "民办"}', "not_covered"), ("", "unknown")):
        assert statuses(filtered_case(item, [Fac("shop", (12, 10))], attributes=[said])) == [expected, "not_covered"]
    table = facility_table(["shop"] * 3, [(0, 0)] * 3).assign(tier=["普惠", "", None])
    assert passing(table, item.admits).tolist() == [True, False, False]
    assert passing(table, item.admits.with_unknown()).tolist() == [True, True, True]


def filtered_case(item: Item, spots: Sequence[Fac], **columns: Sequence[object]) -> CoverageCase:
    """Return a case whose searches see only the facilities that each key admits."""
    plain = make_case([circle("a", item)], HOMES, spots, times={})
    table = plain.facilities.assign(**columns)
    standard = plain.standard
    asked = needed_searches(standard, CATALOGUE, profile=PROFILES["adult"], profiles=PROFILES, rule="claim")
    times = {}
    for key, types in asked.items():
        kept = [
            spot if passes else Fac("none", spot.spot)
            for spot, passes in zip(spots, passing(table, key.admits), strict=True)
        ]
        limit = cutoff(standard, key)
        times[key] = manhattan_times(key, types, origins=(plain.residences.index, HOMES), facilities=kept, limit=limit)
    return replace(plain, facilities=table, times=times)


def mean_case(values: list[list[float]], *, counts: int, edge: bool = False) -> CoverageCase:
    """Return a case with the minutes to the two nearest shops written down."""
    item = Item(("shop",), 15.0, mean_of=2)
    plain = make_case([circle("a", item)], HOMES, [Fac("shop", (1, 1))] * 2, times={})
    asked = needed_searches(plain.standard, CATALOGUE, profile=PROFILES["adult"], profiles=PROFILES, rule="claim")
    minutes = np.array(values) * 60_000
    none = np.zeros(minutes.shape, dtype=np.int64)
    times = {
        key: NearestTimes(
            key.mode,
            cutoff(plain.standard, key),
            plain.residences.index,
            (nth("shop", 1), nth("shop", 2)),
            pd.Index(["f0", "f1"], dtype=object),
            minutes.copy(),
            np.where(np.isinf(minutes), -1, np.array([0, 1])),
            *(none.copy() for _ in range(4)),
        )
        for key in asked
    }
    homes = [(0, 10), (20, 10)] if edge else HOMES
    return make_case([circle("a", item)], homes, [Fac("shop", (1, 1))] * 2, times=times, loaded_counts={"shop": counts})


def test_mean_of_the_two_nearest():
    """10 and 20 min are 15 on average, inclusive; 14 and 17 are 15.5. Searched to 60 minutes."""
    audit = audit_coverage(mean_case([[10, 20], [14, 17]], counts=2))
    assert audit.residences["a_status"].tolist() == ["covered", "not_covered"]
    assert audit.residences["a_min"].tolist() == [15.0, 15.5]
    assert {found.cutoff for found in mean_case([[1, 1], [1, 1]], counts=2).times.values()} == {3_600_000}


def test_mean_with_too_few_in_the_data_is_not_assessable():
    audit = audit_coverage(mean_case([[10, np.inf], [np.inf, np.inf]], counts=1))
    assert not audit.circles.loc["a", "assessable"]
    assert audit.circles.loc["a", "reason"] == "fewer_than_k"
    assert np.isnan(audit.circles.loc["a", "share_population"])


def test_mean_near_the_edge_counts_the_best_that_may_lie_beyond():
    """Residence 0 stands nearer to the edge of the data: unseen shops there could halve its mean of 30 min."""
    found = audit_coverage(mean_case([[5, 55], [30, 30]], counts=2, edge=True)).residences
    edge = found["a_status"].tolist()
    assert edge[0] == "unknown"
    assert found["a_reason"].iloc[0] == "edge_of_data"


def test_an_item_that_is_not_judged_is_reported():
    rule = {"standard": Rule((Item(("shop",), judged=False),))}
    audit = audit_coverage(make_case([circle("a", readings=rule, headline=False)], HOMES, [Fac("shop", (12, 10))]))
    assert audit.circles.loc["a", ["assessable", "reason"]].tolist() == [False, "not_judged"]
    assert audit.residences["a_min"].tolist() == [3.0, 12.0]  # 2 and 8 blocks of 90 s at the planner's speed
    assert audit.gaps.empty


def test_sections_have_a_joint_verdict_and_a_score():
    """Weights 1 and 2. Shop reaches both (3/3), clinic residence 0 alone (1/3): joint 1/3, score (1 + 1/3) / 2."""
    circles = [circle("a", need("shop", minutes=15), section="one"), circle("b", need("clinic"), section="one")]
    circles.append(circle("c", need("hospital"), section="two", headline=False))
    case = make_case(circles, HOMES, [Fac("shop", (15, 10)), Fac("clinic", (10, 11)), Fac("hospital", (20, 11))])
    sections = (Section("one", "甲", "One", share_of_types=True), Section("two", "乙", "Two"))
    standard = Standard("test", "测试", "Test", tuple(circles), sections=sections)
    audit = audit_coverage(replace(case, standard=standard))
    assert audit.sections.loc["one", "circles_counted"] == ["a", "b"]
    assert audit.sections.loc["one", ["all_circles_share", "score"]].tolist() == pytest.approx([1 / 3, 2 / 3])
    assert audit.sections.loc["two", "all_circles_share"] == pytest.approx(2 / 3)
    assert np.isnan(audit.sections.loc["two", "score"])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"minutes": 5.0, "within": True}, "within has no threshold"),
        ({"minutes": 5.0, "straight_line": True}, "straight_line belongs to max_m"),
        ({"minutes": 5.0, "pools": (("shop",),), "at_least": 2}, "at_least is 2 of 1"),
        ({"max_m": 500.0, "mean_of": 20}, "mean_of takes one type and min"),
        ({}, "give one of min and max_m"),
    ],
)
def test_items_that_contradict_themselves_are_refused(fields, message):
    with pytest.raises(ConfigError, match=message):
        Item(("shop",), **fields)
