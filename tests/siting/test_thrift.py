"""No site of a plan is superfluous, and the trade-off goes no farther than the plan."""

from __future__ import annotations

import numpy as np
import pytest
from siting_problems import completed, random_joint, random_relief

from lifecircle.siting import choose
from lifecircle.siting.demand import Problem
from lifecircle.siting.limits import Limit
from lifecircle.siting.solve import solve_joint, solve_relief


@pytest.mark.parametrize("seed", range(6))
def test_every_site_of_a_joint_plan_is_needed(seed: int) -> None:
    many, meets = random_joint(seed, units=12, sites=14, density=0.35)
    problem = Problem(many, np.arange(many.sites), 1.0, 0)
    found = solve_joint(problem, Limit(count=14), exact_s=0.0)
    assert found.value == many.weight.sum()  # all sites together meet everything
    assert len(found.chosen) < 14
    for site in found.chosen:
        rest = tuple(each for each in found.chosen if each != site)
        assert completed(many, meets, rest) < found.value
    assert found.steps.tolist() == [float(step) for step in range(1, len(found.chosen) + 1)]
    assert len(found.curve) == len(found.curve_bound) == len(found.steps)
    assert found.curve[-1] == found.chosen


@pytest.mark.parametrize("seed", range(6))
def test_steps_of_a_budget_end_with_the_plan_and_repeat_no_price(seed: int) -> None:
    relief, _ = random_relief(seed, demands=12, sites=10, priced=True)
    limit = Limit(budget=7.5)  # prices are whole numbers
    found = solve_relief(relief, limit, exact_s=0.0)
    spent = [float(relief.price[list(chosen)].sum()) for chosen in found.curve]
    assert spent[-1] <= 7.5
    assert found.steps[-1] == 7.5
    assert (found.steps[:-1] < spent[-1]).all()
    assert len(found.curve_bound) == len(found.steps)


@pytest.mark.parametrize("seed", range(6))
def test_every_site_of_a_plan_for_one_requirement_is_needed(seed: int) -> None:
    relief, value = random_relief(seed, demands=12, sites=14)
    found = solve_relief(relief, Limit(count=14), exact_s=0.0)
    assert found.value == value.max(axis=1).sum()
    for site in found.chosen:
        rest = tuple(each for each in found.chosen if each != site)
        assert choose.value_of(relief, rest) < found.value
    assert len(found.curve) == len(found.curve_bound) == len(found.steps) == len(found.chosen)
