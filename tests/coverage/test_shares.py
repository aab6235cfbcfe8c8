"""Shares, headlines and readings, counted by hand: populations are 1, 2, 4, 8 ..."""

import math
from itertools import product

import numpy as np
import pandas as pd
import pytest
from coverage_city import PROFILES, Fac, circle, make_case, need
from hypothesis import given
from hypothesis import strategies as st

from lifecircle.coverage import kleene
from lifecircle.coverage.audit import audit_coverage
from lifecircle.coverage.case import Completeness
from lifecircle.coverage.shares import Weight, bounds
from lifecircle.errors import ConfigError, SchemaError
from lifecircle.model.standard import Rule

HERE = (20.0, 20.0)
TRUTH = {  # Kleene's strong AND, written out
    ("covered", "covered"): "covered",
    ("covered", "unknown"): "unknown",
    ("covered", "not_covered"): "not_covered",
    ("unknown", "covered"): "unknown",
    ("unknown", "unknown"): "unknown",
    ("unknown", "not_covered"): "not_covered",
    ("not_covered", "covered"): "not_covered",
    ("not_covered", "unknown"): "not_covered",
    ("not_covered", "not_covered"): "not_covered",
}
CODE = {"covered": kleene.COVERED, "unknown": kleene.UNKNOWN, "not_covered": kleene.NOT_COVERED}


def along(*blocks):
    return [(HERE[0] + block, HERE[1]) for block in blocks]


def test_wrong_parts_are_refused():
    plan = [circle("a", need("shop"))]
    with pytest.raises(ConfigError, match="rule is 'loose'"):
        make_case(plan, [HERE], [], rule="loose", times={})
    with pytest.raises(ConfigError, match="weight is 'people'"):
        make_case(plan, [HERE], [], weight="people")
    with pytest.raises(SchemaError, match=r"origin_snapped has 2 values for 1 origins \(1 residences and 0 land"):
        make_case(plan, [HERE], [], origin_snapped=np.ones(2, dtype=bool))
    with pytest.raises(SchemaError, match="street_names has 3 values"):
        make_case(plan, [HERE], [], street_names=np.array(["a", "b", "c"], dtype=object))
    other = make_case(plan, [HERE, HERE], []).times
    with pytest.raises(SchemaError, match=r"times \(adult, ms\): rows must be the 1 residences"):
        make_case(plan, [HERE], [], times=other)


def test_kleene_truth_table():
    pairs = list(product(CODE, CODE))
    left = np.array([CODE[a] for a, _ in pairs], dtype=np.int8)
    right = np.array([CODE[b] for _, b in pairs], dtype=np.int8)
    found = kleene.status_names(kleene.kleene_and([left, right], length=9))
    assert dict(zip(pairs, found, strict=True)) == TRUTH
    assert kleene.status_names(kleene.kleene_and([], length=1)).tolist() == ["covered"]


def test_statuses_are_read_from_their_words_and_no_others():
    words = pd.Series(["covered", "unknown", "not_covered"], name="shop_status")
    assert kleene.status_codes(words).tolist() == [CODE[word] for word in words]
    with pytest.raises(SchemaError, match="shop_status: 'perhaps' is no status"):
        kleene.status_codes(words.replace("unknown", "perhaps"))


def test_shares_are_bounds_of_the_whole():
    """Population 1 covered, 2 not covered, 4 unsnapped; floor areas 50, 30, 20."""
    case = make_case(
        [circle("a", need("shop"))],
        along(0, 9, 9),
        [Fac("shop", HERE)],
        land=along(0, 9, 9, 9),
        columns={"floor_area_m2": [50.0, 30.0, 20.0]},
        origin_snapped=np.array([True, True, False, True, True, False, False]),
    )
    row = audit_coverage(case).circles.loc["a"]
    assert (row["share_population"], row["share_population_upper"]) == (1 / 7, 5 / 7)
    assert (row["share_floor_area"], row["share_floor_area_upper"]) == (0.5, 0.7)
    assert (row["share_residences"], row["share_residences_upper"]) == (1 / 3, 2 / 3)
    assert (row["share_land"], row["share_land_upper"]) == (1 / 4, 3 / 4)
    assert (row["not_covered_share"], row["unknown_share"]) == (2 / 7, 4 / 7)


def test_missing_denominators_are_null():
    case = make_case(
        [circle("a", need("shop"))],
        along(0, 9),
        [Fac("shop", HERE)],
        columns={"population": [np.nan, np.nan], "floor_area_m2": [100.0, np.nan]},
        weight="floor_area",
    )
    audit = audit_coverage(case)
    row = audit.circles.loc["a"]
    assert np.isnan(row["share_population"])
    assert np.isnan(row["share_population_upper"])
    assert np.isnan(row["share_land"])
    assert row["share_floor_area"] == 1.0
    assert audit.residences["weight"].tolist() == [100.0, 0.0]
    assert {"coverage.no_denominator", "coverage.weightless"} <= {note.code for note in audit.notes}


def test_study_without_its_weight_has_no_headline():
    case = make_case([circle("a", need("shop"))], [HERE], [], columns={"population": [np.nan]})
    found = audit_coverage(case).headline
    assert (found.all_circles_share, found.all_circles_share_upper, found.mean_circles_covered) == (None, None, None)
    assert found.circles_counted == ("a",)


def test_everybody_covered_is_exactly_one():
    """0.1 ten times: a plain sum misses 1.0."""
    status = np.full(10, kleene.COVERED)
    found = bounds(status, Weight(slice(0, 10), np.full(10, 0.1)))
    assert (found.covered, found.upper, found.not_covered, found.unknown) == (1.0, 1.0, 0.0, 0.0)


@given(st.lists(st.tuples(st.floats(0.0, 1e6), st.sampled_from([0, 1, 2])), max_size=30))
def test_sums_by_status_are_those_of_fsum(weighed: list[tuple[float, int]]):
    weight = Weight(slice(0, len(weighed)), np.array([value for value, _ in weighed], dtype=float))
    found = weight.written.by_status(np.array([code for _, code in weighed], dtype=np.int8))
    for part, codes in (("covered", {2}), ("upper", {1, 2}), ("not_covered", {0}), ("unknown", {1})):
        assert getattr(found, part) == math.fsum(value for value, code in weighed if code in codes)


def test_land_weight_counts_points():
    case = make_case(
        [circle("a", need("shop"))],
        along(0, 9),
        [Fac("shop", HERE)],
        land=along(0, 1, 2, 9),
        weight="land",
        columns={"land_m2": [10.0, 30.0]},
    )
    audit = audit_coverage(case)
    assert audit.headline.all_circles_share == audit.circles.loc["a", "share_land"] == 0.75
    assert audit.circles.loc["a", "not_covered_share"] == 0.25
    assert audit.residences["weight"].tolist() == [10.0, 30.0]


def test_joint_headline():
    """Shop: r00 r01 covered, r02 not. Clinic (thin): r00 covered, r01 r02 unknown. "extra" does not count.

    Joint: r00 covered, r01 unknown, r02 not covered; mean circles (1*2 + 2*1 + 4*0) / 7.
    """
    plans = [
        circle("a", need("shop")),
        circle("b", need("clinic")),
        circle("extra", need("hospital"), headline=False),
    ]
    sites = [Fac("shop", HERE), Fac("clinic", (14, 20))]
    case = make_case(plans, along(-2, 4, 9), sites, completeness={"clinic": Completeness("thin")})
    audit = audit_coverage(case)
    found = audit.headline
    assert (found.all_circles_share, found.all_circles_share_upper) == (1 / 7, 3 / 7)
    assert found.mean_circles_covered == 4 / 7
    assert (found.circles_counted, found.circles_total) == (("a", "b"), 2)
    assert (found.speed_kmh, found.rule) == (4.8, "claim")
    assert audit.residences["covered_count"].tolist() == [2, 1, 0]


def test_planner_speed_is_the_slower_of_planner_and_the_circles_own():
    """Adult reaches 4 blocks in 5 min, planner 3.33, elderly 2.83."""
    plans = [circle("a", need("shop")), circle("old", need("shop"), profile="elderly")]
    audit = audit_coverage(make_case(plans, along(2, 3, 4, 5), [Fac("shop", HERE)]))
    assert audit.circles["speed_kmh"].tolist() == [4.8, 3.4]
    assert audit.circles["share_population"].tolist() == [7 / 15, 1 / 15]
    assert audit.headline.mean_circles_covered == (1 * 2 + 2 + 4) / 15
    assert audit.planner_speed.mean_circles_covered == (1 * 2 + 2) / 15
    assert (audit.planner_speed.speed_kmh, audit.planner_speed.rule) == (4.0, "claim")


def test_readings_and_their_speeds():
    """Claim 5 min: 4 blocks at 4.8; standard 4 min at the planner's 4.0: 2.67 blocks; lenient falls back to claim."""
    plan = circle("a", readings={"claim": Rule((need("shop"),)), "standard": Rule((need("shop", minutes=4.0),))})
    only = circle("b", readings={"standard": Rule((need("shop", minutes=4.0),))})
    audit = audit_coverage(make_case([plan, only], along(2, 3, 4, 5), [Fac("shop", HERE)]))
    shares = {name: frame["share_population"].tolist() for name, frame in audit.readings.items()}
    assert shares == {"claim": [7 / 15, 1 / 15], "standard": [1 / 15, 1 / 15], "lenient": [7 / 15, 1 / 15]}
    used = {name: frame["rule"].tolist() for name, frame in audit.readings.items()}
    assert used == {"claim": ["claim", "standard"], "standard": ["standard"] * 2, "lenient": ["claim", "standard"]}
    assert audit.readings["standard"]["speed_kmh"].tolist() == [4.0, 4.0]
    assert {name: found.speed_kmh for name, found in audit.reading_headlines.items()} == {
        "claim": 4.8,
        "standard": 4.0,
        "lenient": 4.8,
    }
    assert audit.circles.equals(audit.readings["claim"])
    assert audit.headline == audit.reading_headlines["claim"]


def test_slow_walker_stays_slow_in_the_standard_reading():
    plan = circle("a", readings={"standard": Rule((need("shop"),))})
    case = make_case([plan], along(2), [Fac("shop", HERE)], profile=PROFILES["wheelchair"], rule="standard")
    audit = audit_coverage(case)
    assert audit.circles.loc["a", "speed_kmh"] == audit.headline.speed_kmh == 2.7
    assert audit.planner_speed.speed_kmh == 4.0
