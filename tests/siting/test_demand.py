"""Who lacks what: rows, groups, and merging that loses nothing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array
from siting_problems import choices

from lifecircle.siting import joint
from lifecircle.siting.allocations import shared_out, single_plans
from lifecircle.siting.demand import Lack, Problem, problem_of, rows_of
from lifecircle.siting.limits import Limit

EVERY = np.ones(4, dtype=bool)


def reach(rows: list[list[int]]) -> csr_array:
    """Return a reach matrix from 0 and 1."""
    return csr_array(np.array(rows))


def test_rows_of_a_single_requirement() -> None:
    lack = Lack((0,), np.array([True, True, False, True]), reach([[1, 0], [0, 0], [1, 1], [1, 1]]))
    rows = rows_of([lack], places=2, types=1, counted=EVERY)
    assert rows.origin.tolist() == [0, 3]
    assert rows.beyond.tolist() == [1]
    assert rows.meets.toarray().tolist() == [[1, 0], [1, 1]]


def test_an_origin_that_lacks_something_out_of_reach_is_left_out_jointly_and_kept_apart() -> None:
    one = Lack((0,), np.array([True, True, False, False]), reach([[1], [1], [1], [1]]))
    other = Lack((1,), np.array([True, False, True, False]), reach([[0], [1], [1], [1]]))
    joint_rows = rows_of([one, other], places=1, types=2, counted=EVERY)
    assert joint_rows.origin.tolist() == [1, 2]
    assert joint_rows.meets.toarray().tolist() == [[1, 0], [0, 1]]
    apart = rows_of([one, Lack(other.types, other.lacking, other.reach, 1)], places=1, types=2, counted=EVERY)
    assert apart.origin.tolist() == [0, 1, 2]
    assert apart.beyond.tolist() == [0]


def test_any_type_of_a_pool_meets_a_requirement_and_fixed_origins_are_beyond() -> None:
    pool = Lack((1, 0), np.array([True, True, False, False]), reach([[1, 0], [0, 1], [0, 0], [0, 0]]))
    rows = rows_of([pool], places=2, types=2, counted=EVERY, fixed=(np.array([False, True, False, False]),))
    assert rows.meets.toarray().tolist() == [[1, 0, 1, 0]]
    assert rows.beyond.tolist() == [1]


def random_task(seed: int) -> tuple[list[Lack], np.ndarray]:
    """Two types, six places, forty origins in few different situations."""
    rng = np.random.default_rng(seed)
    kinds = rng.integers(0, 6, 40)
    patterns = rng.random((2, 6, 6)) < 0.4
    lacking = rng.random((2, 6)) < 0.8
    lacks = [Lack((n,), lacking[n][kinds], csr_array(patterns[n][kinds].astype(int))) for n in range(2)]
    return lacks, rng.integers(1, 9, 40).astype(float)


def unmerged(lacks: list[Lack], weight: np.ndarray, chosen: set[int]) -> float:
    """Return the weight of origins that come to have all they lack, one by one."""
    total = 0.0
    for origin in range(len(weight)):
        wanted = [lack for lack in lacks if lack.lacking[origin]]
        served = [any(site // 6 in lack.types and lack.reach[origin, site % 6] for site in chosen) for lack in wanted]
        total += weight[origin] if wanted and all(served) else 0.0
    return total


@pytest.mark.parametrize("seed", range(8))
def test_merging_loses_nothing(seed: int) -> None:
    lacks, weight = random_task(seed)
    rows = rows_of(lacks, places=6, types=2, counted=np.ones(40, dtype=bool))
    problem = problem_of(rows, weight=weight[rows.origin], price=np.ones(12))
    assert problem.merged == len(rows.origin) - len(problem.joint.weight)
    rng = np.random.default_rng(seed)
    for _ in range(20):
        chosen = set(rng.choice(12, 3, replace=False).tolist())
        own = tuple(row for row, site in enumerate(problem.site.tolist()) if site in chosen)
        assert joint.value_of(problem.joint, own) * problem.worth == unmerged(lacks, weight, chosen)


@pytest.mark.parametrize("seed", range(4))
def test_the_best_share_among_single_type_plans_is_found(seed: int) -> None:
    lacks, weight = random_task(seed)
    every = np.ones(40, dtype=bool)
    rows = rows_of(lacks, places=6, types=2, counted=every)
    problem = problem_of(rows, weight=weight[rows.origin], price=np.ones(12))
    plans = []
    for lack in lacks:
        alone = rows_of([lack], places=6, types=2, counted=every)
        plans.append(single_plans(problem_of(alone, weight=weight[alone.origin], price=np.ones(12)), 4))
    best = max(
        unmerged(lacks, weight, {*plans[0][first], *plans[1][min(4 - first, len(plans[1]) - 1)]})
        for first in range(min(4, len(plans[0]) - 1) + 1)
    )
    found = shared_out(problem, plans, count=4)
    values = [value * problem.worth for value in (joint.value_of(problem.joint, chosen) for chosen in found)]
    assert max(values, default=0.0) == best


def test_a_problem_of_single_requirements_is_a_relief() -> None:
    lacks, weight = random_task(1)
    rows = rows_of(lacks[:1], places=6, types=1, counted=np.ones(40, dtype=bool))
    problem = problem_of(rows, weight=weight[rows.origin], price=np.ones(6))
    assert isinstance(problem, Problem)
    assert problem.single
    best = max(unmerged(lacks[:1], weight, set(chosen)) for chosen in choices(np.ones(6), Limit(count=2)))
    relief = problem.relief()
    from lifecircle.siting.solve import solve_relief

    assert solve_relief(relief, Limit(count=2), exact_s=0.0).value == best
