"""Who waits for what, and which place would cover most: worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from coverage_city import Fac, circle, make_case, need

from lifecircle.coverage.audit import judge_headline
from lifecircle.coverage.fixes import Gains, find_wanted, gains
from lifecircle.coverage.verdicts import Ground
from lifecircle.model.travel import ReachPairs, TravelMode, WalkProfile


def wanted(plan, residences, facilities):
    ground = Ground.of(make_case([plan], residences, facilities))
    return [(one.item.types, one.rows.tolist()) for one in find_wanted(judge_headline(ground), ground)]


def test_residences_that_miss_one_thing_wait_for_it():
    facilities = [Fac("shop", (0, 0)), Fac("clinic", (4, 0))]
    plan = circle("a", need("shop"), need("clinic"))
    # (2, 0): both; (6, 0): no shop; (0, 1): no clinic; (20, 0): neither, which no single change mends.
    assert wanted(plan, [(2, 0), (6, 0), (0, 1), (20, 0)], facilities) == [(("shop",), [1]), (("clinic",), [2])]


def test_of_pools_the_missing_ones_wait_where_one_more_is_enough():
    """Two of three: with one met either of the other two will do, with none no single change."""
    item = need("shop", "clinic", "hospital")
    item = type(item)(item.types, 5.0, pools=(("shop",), ("clinic",), ("hospital",)), at_least=2)
    facilities = [Fac("shop", (0, 0)), Fac("clinic", (30, 0)), Fac("hospital", (30, 0))]
    assert wanted(circle("a", item), [(2, 0), (15, 0)], facilities) == [(("clinic",), [0]), (("hospital",), [0])]


def test_rules_that_no_place_on_a_street_meets_wait_for_nothing():
    straight = need("shop", max_m=100)
    straight = type(straight)(("shop",), max_m=100.0, straight_line=True)
    assert wanted(circle("a", straight), [(9, 9)], [Fac("shop", (0, 0))]) == []


def example() -> Gains:
    """Candidates 0, 1, 2 cover residences {0, 1}, {1, 2}, {3}; weights 1, 2, 1, 2; groups 0, 0, 1, 1."""
    return Gains(
        np.array([0, 1, 1, 2, 3]),
        np.array([0, 2, 4, 5]),
        np.array([1.0, 2.0, 1.0, 2.0]),
        np.array([0, 0, 1, 1]),
    )


def test_the_heaviest_comes_first_and_the_next_is_for_whom_it_leaves_out():
    # 3 + 3 + 2: candidates 0 and 1 tie, the first wins; then 2 gains 2, candidate 1 only 1.
    assert example().best(3) == [0, 2, 1]
    assert example().covered(1).tolist() == [1, 2]


def test_every_group_has_its_own_best_place():
    assert example().best_of_groups() == {0: 0, 1: 2}
    assert example().covered(1, group=1).tolist() == [2]


def test_pairs_beyond_the_threshold_or_of_others_do_not_count():
    mode = TravelMode("ms", WalkProfile("adult", 4.8))
    plan, residences = circle("a", need("shop")), [(9, 0), (0, 0), (12, 0)]
    ground = Ground.of(make_case([plan], residences, [Fac("shop", (0, 0))]))
    (one,) = find_wanted(judge_headline(ground), ground)
    pairs = ReachPairs(
        mode,
        400_000,
        pd.Index(["r0", "r1", "r2"]),
        pd.Index(["j0"]),
        np.array(["candidate"], dtype=object),
        np.array([0, 1, 2], dtype=np.int32),
        np.zeros(3, dtype=np.int32),
        np.array([300_000, 10, 300_001]),
    )
    found = gains([pairs, pairs], one, weight=np.ones(3), groups=np.zeros(3, dtype=np.int64))
    assert found.covered(0).tolist() == found.covered(1).tolist() == [0]  # r1 is covered, r2 1 ms too far
    assert found.best(5) == [0]


@pytest.mark.parametrize("block", [1, 7, 1 << 20])
def test_few_pairs_at_a_time_give_what_all_at_once_give(monkeypatch: pytest.MonkeyPatch, block: int):
    """Against sums over whole tables: residences by candidates."""
    monkeypatch.setattr("lifecircle.coverage.fixes.BLOCK", block)
    random = np.random.default_rng(5)
    reached = random.random((30, 12)) < 0.3
    weight, groups = random.integers(1, 4, 30).astype(float), random.integers(-1, 3, 30)
    residence = np.nonzero(reached.T)[1]
    begin = np.concatenate([[0], np.cumsum(reached.sum(axis=0))])
    picked = Gains(residence.astype(np.int32), begin, weight, groups).picked(3)

    def best(rows: np.ndarray) -> int:
        gains = [(weight[rows & reached[:, one]].sum(), (rows & reached[:, one]).sum(), -one) for one in range(12)]
        return -max(gains)[2]

    left = np.ones(30, dtype=bool)
    for at, rows in picked.overall:
        assert at == best(left)
        assert rows.tolist() == np.flatnonzero(reached[:, at]).tolist()
        left &= ~reached[:, at]
    assert len(picked.overall) == 3
    assert {group: at for group, (at, _) in picked.of_groups.items()} == {one: best(groups == one) for one in range(3)}
    for group, (at, rows) in picked.of_groups.items():
        assert rows.tolist() == np.flatnonzero(reached[:, at] & (groups == group)).tolist()


def test_nobody_gains_nothing_is_chosen():
    empty = np.empty(0, dtype=np.int64)
    none = Gains(empty, np.zeros(5, dtype=np.int64), np.ones(2), np.zeros(2, dtype=np.int64))
    assert none.best(3) == []
    assert none.best_of_groups() == {}
