"""MCLP and p-median: found choices against every choice there is."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csc_array
from siting_problems import choices, completed, given, random_relief, towns_and_sites

from lifecircle.errors import SchemaError
from lifecircle.siting import bound, choose, exact
from lifecircle.siting.exact import Effort
from lifecircle.siting.limits import Limit
from lifecircle.siting.relief import Held, Relief, over, shared, whole_weights
from lifecircle.siting.solve import solve_relief

LIMITS = (Limit(count=1), Limit(count=3), Limit(count=4), Limit(budget=5.0), Limit(count=3, budget=6.0))


@pytest.mark.parametrize("limit", LIMITS, ids=str)
def test_optimum_of_every_small_problem(limit: Limit) -> None:
    for seed in range(12):
        relief, value = random_relief(seed, priced=limit.budget is not None)
        best = max(given(value, chosen) for chosen in choices(relief.price, limit))
        found = solve_relief(relief, limit, exact_s=0.0)
        assert found.value == given(value, found.chosen) == best
        assert found.proven
        assert found.bound == best
        assert limit.count is None or len(found.chosen) <= limit.count
        assert limit.budget is None or relief.price[list(found.chosen)].sum() <= limit.budget + 1e-9


@pytest.mark.parametrize("limit", LIMITS, ids=str)
def test_no_choice_beats_the_bound_and_no_step_of_the_curve(limit: Limit) -> None:
    for seed in range(8):
        relief, value = random_relief(seed, priced=limit.budget is not None)
        steps = np.arange(1.0, 5.0)
        found = bound.solve(relief, limit, steps=steps)
        best = max(given(value, chosen) for chosen in choices(relief.price, limit))
        assert choose.value_of(relief, choose.greedy(relief, limit)) <= found.value <= best <= found.bound + 1e-6
        for step, most in zip(steps.tolist(), found.curve.tolist(), strict=True):
            own = Limit(count=int(step)) if limit.budget is None else Limit(limit.count, step)
            reachable = max((given(value, chosen) for chosen in choices(relief.price, own)), default=0)
            assert reachable <= most + 1e-6


def test_curve_of_a_solution_is_within_its_bounds_and_ends_at_the_solution() -> None:
    relief, value = random_relief(3, demands=200, sites=40)
    found = solve_relief(relief, Limit(count=8), exact_s=0.0)
    values = [given(value, chosen) for chosen in found.curve]
    assert values == sorted(values)
    assert values[-1] == found.value
    assert [len(chosen) for chosen in found.curve] == list(range(1, 9))
    assert np.all(np.array(values) <= found.curve_bound + 1e-6)


def test_middle_sized_optimum_is_proven_by_highs_and_met() -> None:
    for seed, reach in ((1, 0.1), (2, 0.15), (3, 0.2)):
        many, meets = towns_and_sites(seed, reach=reach)
        proven = exact.exact_joint(many, Limit(count=8), effort=Effort(seconds=60))
        assert proven.optimal
        assert proven.chosen is not None
        optimum = completed(many, meets, proven.chosen)
        relief = Relief(many.offsets, many.row, many.weight[many.row], len(many.weight), many.price)
        found = bound.solve(relief, Limit(count=8), steps=np.array([8.0]))
        assert found.value <= optimum <= found.bound + 1e-6
        assert optimum <= 1.01 * found.value
        assert found.bound <= 1.03 * optimum


def test_middle_sized_p_median_is_proven_by_highs_and_met() -> None:
    rng = np.random.default_rng(5)
    away = np.hypot(*(rng.random((100, 1, 2)) - rng.random((1, 50, 2))).transpose(2, 0, 1))
    value = np.rint(1000 * np.maximum(0.4 - away, 0) * rng.integers(1, 20, (100, 1))).astype(np.int64)
    columns = csc_array(value)
    columns.sort_indices()
    offsets, demand = columns.indptr.astype(np.int64), columns.indices.astype(np.int32)
    relief = Relief(offsets, demand, columns.data.astype(np.int64), 100, np.ones(50))
    proven = exact.exact_relief(relief, Limit(count=6), effort=Effort(seconds=60))
    assert proven.optimal
    assert proven.chosen is not None
    optimum = given(value, proven.chosen)
    found = bound.solve(relief, Limit(count=6), steps=np.array([6.0]))
    assert found.value <= optimum <= found.bound + 1e-6
    assert optimum <= 1.01 * found.value
    assert found.bound <= 1.02 * optimum


def test_a_swap_that_gains_is_never_left() -> None:
    relief, value = random_relief(7, demands=60, sites=15)
    chosen = choose.swapped(relief, Limit(count=4), start=(0, 1, 2, 3))
    here = given(value, chosen)
    for out in range(4):
        for site in range(15):
            assert given(value, (*chosen[:out], *chosen[out + 1 :], site)) <= here


def test_engines_choose_the_same_sites_and_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(4):
        relief, _ = random_relief(seed, demands=120, sites=30, priced=seed % 2 == 1)
        limit = Limit(budget=9.0) if seed % 2 else Limit(count=5)
        compiled = bound.solve(relief, limit, steps=np.arange(1.0, 6.0))
        monkeypatch.setenv("LIFECIRCLE_ENGINE", "scipy")
        plain = bound.solve(relief, limit, steps=np.arange(1.0, 6.0))
        monkeypatch.delenv("LIFECIRCLE_ENGINE")
        assert (compiled.chosen, compiled.value, compiled.bound) == (plain.chosen, plain.value, plain.bound)
        assert np.array_equal(compiled.curve, plain.curve)


def test_sums_over_sites_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    # site 0 serves demands 0 and 1 with 5 and 3, site 1 demand 1 with 4
    relief = Relief(np.array([0, 2, 3]), np.array([0, 1, 1], np.int32), np.array([5, 3, 4]), 2, np.ones(2))
    held = Held.of(relief, (0, 1))
    assert (held.first.tolist(), held.second.tolist(), held.owner.tolist()) == ([5, 4], [0, 3], [0, 1])
    for engine in ("numba", "scipy"):
        monkeypatch.setenv("LIFECIRCLE_ENGINE", engine)
        assert over(relief, np.array([1, 3])).tolist() == [4, 1]
        assert shared(relief, held, chosen=2).tolist() == [[5, 0], [0, 1]]


def test_every_start_is_tried_where_proof_is_asked_for() -> None:
    many, meets = towns_and_sites(40, towns=600, sites=200, reach=0.1)
    relief = Relief(many.offsets, many.row, many.weight[many.row], len(many.weight), many.price)
    limit, steps = Limit(count=20), np.array([20.0])
    usual = bound.solve(relief, limit, steps=steps)
    every = bound.solve(relief, limit, steps=steps, worth_kicking=0.0)
    assert usual.value < every.value == completed(many, meets, every.chosen) <= usual.bound == every.bound


def test_ties_go_to_the_first_site() -> None:
    relief = Relief(np.array([0, 1, 2]), np.array([0, 1], np.int32), np.array([7, 7]), 2, np.ones(2))
    assert choose.greedy(relief, Limit(count=1)) == (0,)


def test_nothing_to_gain_is_an_empty_choice() -> None:
    empty = np.zeros(0, dtype=np.int64)
    relief = Relief(np.zeros(1, dtype=np.int64), empty.astype(np.int32), empty, 3, np.zeros(0))
    found = solve_relief(relief, Limit(count=2), exact_s=0.0)
    assert (found.chosen, found.value, found.bound) == ((), 0, 0.0)


def test_weights_are_whole_numbers_that_add_up_exactly() -> None:
    whole, worth = whole_weights(np.array([0.1, 0.2, 0.3]))
    assert whole.sum() * worth == pytest.approx(0.6, rel=1e-11)
    same, one = whole_weights(np.array([4.0, 9.0]))
    assert (same.tolist(), one) == ([4, 9], 1.0)


def test_parts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(SchemaError):
        Relief(np.array([0, 1]), np.array([0], np.int32), np.array([1]), 1, np.array([0.0]))
