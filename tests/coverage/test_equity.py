"""Coverage by group, by hand: equal groups have no gap, and every share is counted from the weights."""

from __future__ import annotations

import numpy as np
import pytest
from coverage_city import Fac, circle, make_case, need
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecircle.coverage.audit import audit_coverage
from lifecircle.coverage.equity import Group, binned, equity_by, equity_of_own, equity_of_people, in_order
from lifecircle.errors import SchemaError
from lifecircle.model.equity import EQUITY_COLUMNS, UNKNOWN_GROUP

NEAR, FAR = (1, 1), (9, 9)


def coverage(spots, *, people=None, **changes):
    """One circle: a shop at (0, 0) within 4 blocks; populations are 1, 2, 4 ... or `people`."""
    columns = None if people is None else {"population": people}
    return audit_coverage(
        make_case([circle("a", need("shop"))], spots, [Fac("shop", (0, 0))], columns=columns, **changes)
    )


def of(table, circle_id="a"):
    assert tuple(table.columns) == EQUITY_COLUMNS
    return table[table["circle"] == circle_id].set_index("group")


def test_shares_of_two_groups():
    """Old: 1 of 1 + 4 near; new: 2 of 2 + 8 near. All: 3 of 15."""
    labels = np.array(["old", "new", "old", "new"], dtype=object)
    found = of(equity_by(coverage([NEAR, NEAR, FAR, FAR]), "age", labels=labels))
    assert found.index.tolist() == ["new", "old"]
    assert found["residences"].tolist() == [2, 2]
    assert found["weight"].tolist() == [10.0, 5.0]
    assert found["weight_share"].tolist() == [pytest.approx(10 / 15), pytest.approx(5 / 15)]
    assert found["share"].tolist() == [pytest.approx(0.2), pytest.approx(0.2)]
    assert found["gap_to_mean"].tolist() == [pytest.approx(0), pytest.approx(0)]  # equal groups, no gap
    assert not found["worst_decile"].any()


def test_the_gap_is_the_share_less_that_of_everybody():
    found = of(equity_by(coverage([NEAR, FAR]), "side", labels=np.array(["w", "e"], dtype=object)))
    assert found["share"].to_dict() == {"e": 0.0, "w": 1.0}
    assert found["mean"].tolist() == [pytest.approx(1 / 3)] * 2
    assert found["gap_to_mean"].to_dict() == {"e": pytest.approx(-1 / 3), "w": pytest.approx(2 / 3)}


def test_unknown_verdicts_raise_the_upper_bound_alone():
    found = of(
        equity_by(
            coverage([NEAR, FAR], origin_snapped=np.array([True, False])),
            "x",
            labels=np.array(["g", "g"], dtype=object),
        )
    )
    assert (found["share"].item(), found["share_upper"].item()) == (pytest.approx(1 / 3), 1.0)


def test_residences_of_unknown_group_are_a_group_and_count_in_the_mean():
    found = of(equity_by(coverage([NEAR, FAR, FAR]), "x", labels=np.array(["g", "", None], dtype=object)))
    assert found.index.tolist() == ["g", UNKNOWN_GROUP]
    assert found.loc[UNKNOWN_GROUP, "residences"] == 2
    assert found["mean"].tolist() == [pytest.approx(1 / 7)] * 2


def test_the_worst_tenth_of_twenty_groups_are_two():
    spots = [NEAR if n % 2 else FAR for n in range(20)]
    labels = np.array([f"g{n:02d}" for n in range(20)], dtype=object)
    found = of(equity_by(coverage(spots, people=[1.0] * 20), "x", labels=labels))
    assert found.index[found["worst_decile"]].tolist() == ["g00", "g02"]


def test_the_joint_verdict_stands_beside_the_circles():
    table = equity_by(coverage([NEAR, FAR]), "x", labels=np.array(["g", "h"], dtype=object))
    assert table["circle"].unique().tolist() == ["a", "all_circles"]


def test_people_are_weighted_by_their_own_number():
    """Elderly: 1 near, 9 far; children: 5 near, 5 far; all people 10 near, 20 far."""
    groups = [Group("children", np.array([5.0, 5.0])), Group("elderly", np.array([1.0, 9.0]))]
    found = of(equity_of_people(coverage([NEAR, FAR]), groups, people=np.array([10.0, 20.0])))
    assert found["share"].to_dict() == {"children": 0.5, "elderly": 0.1}
    assert found["mean"].tolist() == [pytest.approx(1 / 3)] * 2
    assert found["weight_share"].to_dict() == {"children": pytest.approx(1 / 3), "elderly": pytest.approx(1 / 3)}


def test_a_circle_weighted_by_whom_it_is_for():
    found = of(equity_of_own(coverage([NEAR, FAR]), {"a": Group("elderly", np.array([1.0, 9.0]))}))
    assert found.loc["elderly", ["share", "mean"]].tolist() == [0.1, pytest.approx(1 / 3)]
    assert equity_of_own(coverage([NEAR]), {"z": Group("elderly", np.ones(1))}).empty


@pytest.mark.parametrize(
    ("labels", "said"), [(["a"], "1 values for 2 residences"), (["", None], "not known for any of the 2")]
)
def test_attributes_that_do_not_fit_are_refused(labels, said):
    with pytest.raises(SchemaError, match=said):
        equity_by(coverage([NEAR, FAR]), "x", labels=np.array(labels, dtype=object))


def test_numbers_are_cut_at_the_edges_given():
    values = np.array([1979, 1980, 1999.5, 2000, np.nan])
    assert binned(values, edges=[1980, 2000]).tolist() == ["<1980", "1980–2000", "1980–2000", "≥2000", ""]


def test_few_different_numbers_are_their_own_groups_and_many_are_fifths():
    assert binned(np.array([2.0, 1.0, 2.0])).tolist() == ["2", "1", "2"]
    many = binned(np.arange(100.0))
    assert [int((many == name).sum()) for name in in_order(set(many))] == [20, 20, 20, 20, 20]


def test_numbers_of_which_most_are_the_least_are_two_groups():
    found = binned(np.array([0.0] * 90 + [float(value) for value in range(1, 14)]))
    assert found.tolist() == ["<1"] * 90 + ["≥1"] * 13


def test_groups_come_by_number_then_by_name_and_the_unknown_last():
    assert in_order({"≥2000", "1980–2000", "<1980", "b", "a", UNKNOWN_GROUP, "10", "9"}) == [
        "9", "10", "<1980", "1980–2000", "≥2000", "a", "b", UNKNOWN_GROUP,
    ]  # fmt: skip


@settings(max_examples=15)
@given(st.lists(st.tuples(st.sampled_from("xyz"), st.booleans(), st.integers(0, 9)), min_size=1, max_size=12))
def test_weighted_shares_of_the_groups_add_up_to_the_mean(rows):
    people = [float(weight) for _, _, weight in rows]
    found = of(
        equity_by(
            coverage([NEAR if near else FAR for _, near, _ in rows], people=people),
            "x",
            labels=np.array([name for name, _, _ in rows], dtype=object),
        )
    )
    total = sum(people)
    if total:
        covered = sum(weight for (_, near, _), weight in zip(rows, people, strict=True) if near)
        assert found["mean"].iloc[0] == pytest.approx(covered / total)
        assert (found["share"].fillna(0) * found["weight"]).sum() == pytest.approx(covered)
