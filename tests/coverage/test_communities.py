"""Communities: shares as bounds, and the state that they decide, against sums by hand."""

from dataclasses import replace
from fractions import Fraction

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from outputs.views import small_view

from lifecircle.coverage.communities import community_note, community_rollup

VIEW = small_view()
COUNT = len(VIEW.residences)
STATUSES = ("covered", "not_covered", "unknown")


def rollup(health, fitness=None, *, weight=1.0, community="a", ids=("a",)):
    """Roll up the drawn town with these statuses; `municipal` is not assessable there."""
    size = len(health)
    verdicts = VIEW.audit.residences.iloc[:size].assign(
        health_status=health, fitness_status=fitness or health, weight=weight
    )
    residences = VIEW.residences.iloc[:size].assign(community_id=community)
    shapes = [shapely.box(1000 * n, 0, 1000 * n + 500, 200) for n in range(len(ids))]
    areas = gpd.GeoDataFrame({"id": list(ids), "name": list(ids)}, geometry=shapes, crs=residences.crs)
    found = community_rollup(replace(VIEW.audit, residences=verdicts), residences, communities=areas)
    return found.set_index("community_id")


def states(covered, missed, unknown):
    health = ["covered"] * covered + ["not_covered"] * missed + ["unknown"] * unknown
    return rollup(health).loc["a", "health_state"]


@pytest.mark.parametrize(
    ("covered", "missed", "unknown", "state"),
    [
        (19, 1, 0, "wholly"),  # 95 % exactly
        (18, 2, 0, "partly"),
        (19, 0, 1, "wholly"),
        (18, 0, 2, "unknown"),  # wholly or partly
        (18, 1, 1, "unknown"),  # 90 to 95 %
        (17, 2, 1, "partly"),  # 85 to 90 %
        (0, 20, 0, "not_covered"),
        (0, 19, 1, "unknown"),  # not at all, or partly
        (0, 0, 20, "unknown"),
    ],
)
def test_the_bounds_decide_the_state(covered, missed, unknown, state):
    assert states(covered, missed, unknown) == state


def test_every_column_of_two_communities_by_hand():
    health = ["covered", "not_covered", "covered", "unknown"]
    fitness = ["covered", "covered", "not_covered", "covered"]
    found = rollup(health, fitness, weight=[3.0, 1.0, 4.0, 4.0], community=["a", "a", "b", "b"], ids=("b", "a", "c"))
    assert found.index.tolist() == ["a", "b", "c"]
    assert found["residences"].tolist() == [2, 2, 0]
    assert found["weight"].tolist() == [4.0, 8.0, 0.0]
    assert found["area_km2"].tolist() == [0.1] * 3
    assert found["health_share"].tolist()[:2] == [0.75, 0.5]
    assert found["health_share_upper"].tolist()[:2] == [0.75, 1.0]
    assert found["health_state"].tolist() == ["partly", "unknown", ""]
    assert found["fitness_state"].tolist() == ["wholly", "partly", ""]
    # Jointly (Kleene): a covered 3 of 4; b not covered, unknown.
    assert found["all_circles_share"].tolist()[:2] == [0.75, 0.0]
    assert found["all_circles_share_upper"].tolist()[:2] == [0.75, 0.5]
    assert found["all_circles_state"].tolist() == ["partly", "unknown", ""]
    assert found["municipal_state"].tolist() == [""] * 3
    assert found[["municipal_share", "municipal_share_upper"]].isna().all(axis=None)
    assert np.isnan(found.loc["c", "health_share"])


def test_residences_without_weight_or_community_weigh_nothing():
    found = rollup(["not_covered", "covered", "covered"], weight=[0.0, 2.0, 9.0], community=["a", "a", ""])
    assert found.loc["a", ["residences", "weight", "health_share", "health_state"]].tolist() == [2, 2.0, 1.0, "wholly"]


def test_the_note_counts_states_in_both_languages():
    note = community_note(rollup(["covered"] * 3, community=["a", "a", "b"], ids=("a", "b", "c")).reset_index())
    assert "Of 3 communities 2 are wholly covered" in note.en
    assert "3 个社区中" in note.zh


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(STATUSES), st.integers(0, 5), st.sampled_from(["a", "b", ""])),
        min_size=1,
        max_size=COUNT,
    )
)
def test_sums_equal_exact_fractions(homes):
    status, weight, community = (list(column) for column in zip(*homes, strict=True))
    found = rollup(status, weight=[float(one) for one in weight], community=community, ids=("a", "b"))
    for name, row in found.iterrows():
        mine = [(said, heavy) for said, heavy, where in homes if where == name]
        total = sum(heavy for _, heavy in mine)
        covered = sum(heavy for said, heavy in mine if said == "covered")
        possible = sum(heavy for said, heavy in mine if said != "not_covered")
        assert (row["weight"], row["residences"]) == (total, len(mine))
        if total == 0:
            assert row["health_state"] == ""
            assert pd.isna(row["health_share"])
            continue
        assert row["health_share"] == float(Fraction(covered, total))
        wholly, open_ = Fraction(covered, total) >= Fraction(19, 20), Fraction(possible, total) >= Fraction(19, 20)
        expected = "wholly" if wholly else "not_covered" if possible == 0 else "unknown"
        expected = "partly" if not wholly and covered and not open_ else expected
        assert row["health_state"] == expected
