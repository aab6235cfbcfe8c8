"""What must hold for every audit, on random small cities."""

from dataclasses import replace

import numpy as np
import pandas as pd
import shapely
from coverage_city import PLENTY, Fac, circle, make_case, need
from grid_city import grid_area
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifecircle.coverage.audit import audit_coverage
from lifecircle.coverage.case import Completeness
from lifecircle.model.audit import STATUSES

RANK = {"not_covered": 0, "unknown": 1, "covered": 2}
KINDS = ("shop", "clinic", "primary", "school")
POINT = st.tuples(st.integers(0, 40), st.integers(0, 40))
SPOTS = st.lists(POINT, min_size=1, max_size=6)
SITES = st.lists(st.builds(Fac, st.sampled_from(KINDS), POINT, st.booleans()), max_size=6)
EXTENT = shapely.box(0, 0, 3000, 3000)
quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def plans(minutes=8.0):
    return [
        circle("any", need("shop", "clinic", minutes=minutes)),
        circle("all", need("shop", minutes=minutes), need("primary", minutes=minutes), profile="elderly"),
        circle("metres", need("clinic", max_m=minutes * 80.0)),
    ]


@st.composite
def cities(draw):
    """Residences, land points, facilities, unsnapped origins, thin types: anything at once."""
    spots, land, sites = draw(SPOTS), draw(st.lists(POINT, max_size=4)), draw(SITES)
    count = len(spots) + len(land)
    snapped = draw(st.lists(st.booleans(), min_size=count, max_size=count))
    thin = {kind: Completeness("thin") for kind in draw(st.sets(st.sampled_from(KINDS), max_size=2))}
    return {
        "residences": spots,
        "land": land,
        "facilities": sites,
        "origin_snapped": np.array(snapped, dtype=bool),
        "completeness": thin,
        "area": replace(grid_area(41, 41), extent=EXTENT),
        "loaded_counts": PLENTY,
    }


def run(city, *, minutes=8.0, **changes):
    return audit_coverage(make_case(plans(minutes), **{**city, **changes}))


def ranks(audit):
    columns = [name for name in audit.residences if name.endswith("_status")]
    return audit.residences[columns].replace(RANK).to_numpy(dtype=int)


@quick
@given(cities())
def test_shares_are_parts_of_one_whole(city):
    audit = run(city)
    for frame in audit.readings.values():
        known = frame[frame["assessable"]]
        parts = known["share_population"] + known["not_covered_share"] + known["unknown_share"]
        assert np.allclose(parts, 1.0, atol=1e-12)
        for weight in ("population", "floor_area", "residences", "land"):
            low, high = known[f"share_{weight}"].dropna(), known[f"share_{weight}_upper"].dropna()
            assert (low <= high).all()
            assert low.between(0, 1).all()
        assert frame.loc[~frame["assessable"], "share_population"].isna().all()
    found = audit.headline
    if found.all_circles_share is not None:
        assert 0 <= found.all_circles_share <= found.all_circles_share_upper <= 1
        assert 0 <= found.mean_circles_covered <= len(found.circles_counted)


@quick
@given(cities())
def test_statuses_reasons_and_counts_agree(city):
    audit = run(city)
    table = audit.residences
    for name in ("any", "all", "metres"):
        assert set(table[f"{name}_status"]) <= set(STATUSES)
        assert ((table[f"{name}_status"] == "unknown") == (table[f"{name}_reason"] != "")).all()
    counted = [f"{name}_status" for name in audit.headline.circles_counted]
    assert (table["covered_count"] == (table[counted] == "covered").sum(axis=1)).all()
    assert table["weight"].sum() == 2 ** len(table) - 1


@quick
@given(cities(), st.sampled_from(("shop", "clinic", "primary")), POINT)
def test_another_facility_never_lowers_a_verdict(city, kind, at):
    more = run(city, facilities=[*city["facilities"], Fac(kind, at)])
    assert (ranks(more) >= ranks(run(city))).all()


@quick
@given(cities(), st.floats(1, 8))
def test_a_tighter_threshold_never_covers_more(city, minutes):
    """Only "covered" is compared: a shorter reach may turn an unknown at the edge into a certain failure."""
    tight, loose = run(city, minutes=minutes), run(city)
    assert ((ranks(tight) == 2) <= (ranks(loose) == 2)).all()


@quick
@given(cities())
def test_planner_speed_covers_no_more_than_the_adult(city):
    audit = run(city)
    if audit.headline.circles_counted:
        assert audit.planner_speed.all_circles_share <= audit.headline.all_circles_share
        assert audit.planner_speed.circles_counted == audit.headline.circles_counted


@quick
@given(cities(), st.randoms(use_true_random=False))
def test_row_order_changes_nothing(city, random):
    """Residences and facilities in another order: the same statuses, minutes, shares and gaps."""
    count = len(city["residences"])
    order = random.sample(range(count), count)
    kept = np.array([*order, *range(count, len(city["origin_snapped"]))])
    people = [float(2**i) for i in range(count)]
    first = run(city)
    second = run(
        city,
        residences=[city["residences"][i] for i in order],
        facilities=random.sample(city["facilities"], len(city["facilities"])),
        origin_snapped=city["origin_snapped"][kept],
        columns={"population": [people[i] for i in order]},
    )
    names = [name for name in first.residences if not name.endswith("facility_id")]
    again = second.residences[names].set_axis([f"r{i:02d}" for i in order]).sort_index()
    pd.testing.assert_frame_equal(first.residences[names], again, check_names=False)
    pd.testing.assert_frame_equal(first.circles, second.circles)
    assert first.headline == second.headline
    measures = ["gap", "circle", "homes", "weight", "missing", "minutes", "metres"]
    pd.testing.assert_frame_equal(first.gaps[measures], second.gaps[measures])


@quick
@given(cities())
def test_gaps_hold_each_uncovered_residence_once(city):
    audit = run(city)
    for name, row in audit.circles.iterrows():
        uncovered = (
            (audit.residences[f"{name}_status"] == "not_covered") if row["assessable"] else pd.Series(dtype=bool)
        )
        mine = audit.gaps[audit.gaps["circle"] == name]
        assert mine["homes"].sum() == uncovered.sum()
        assert mine["weight"].tolist() == sorted(mine["weight"], reverse=True)
        assert mine["gap"].tolist() == list(range(1, len(mine) + 1))


@quick
@given(cities())
def test_two_runs_are_equal(city):
    first, second = run(city), run(city)
    pd.testing.assert_frame_equal(first.residences, second.residences)
    pd.testing.assert_frame_equal(first.gaps, second.gaps)
    assert first.notes == second.notes
