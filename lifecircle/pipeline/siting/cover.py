"""LSCP for a place: the fewest sites for everybody who can be covered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lifecircle.errors import InfeasibleError
from lifecircle.pipeline.siting.plan import Outcome
from lifecircle.siting import exact, joint
from lifecircle.siting.demand import problem_of
from lifecircle.siting.joint_bound import upper_bound
from lifecircle.siting.limits import TOLERANCE, Limit
from lifecircle.siting.lscp import cover

if TYPE_CHECKING:
    from lifecircle.pipeline.siting.ground import Before
    from lifecircle.pipeline.siting.task import Task, TaskRows
    from lifecircle.siting.choose import Chosen
    from lifecircle.siting.demand import Problem

CURVE_ITERATIONS = 80


def cover_outcome(base: Before, task: Task, *, rows: TaskRows, limit: Limit, exact_s: float) -> Outcome:
    """Cover every row; InfeasibleError where the limit does not allow it."""
    problem = problem_of(rows.rows, weight=base.weights[rows.rows.origin], price=task.price(rows.places))
    many = problem.joint
    found = cover(many)
    chosen, price, bound = found.chosen, found.price, found.bound
    method: tuple[str, ...] = ("greedy", "lagrangian_heuristic", "lagrangian")
    effort = exact.effort_for(len(many.row), asked_s=exact_s, small=exact.SMALL)
    if effort and bound < price * (1 - TOLERANCE):
        answer = exact.exact_cover(many, effort=effort)
        method = (*method, "highs")
        if answer.chosen is not None and many.price[list(answer.chosen)].sum() < price * (1 - TOLERANCE):
            chosen, price = answer.chosen, float(many.price[list(answer.chosen)].sum())
        bound = price if answer.optimal else max(bound, min(answer.bound, price))
    _check(limit, chosen=chosen, price=price, bound=bound)
    order = _ordered(problem, chosen)
    steps = np.arange(1.0, len(order) + 1.0)
    curve = tuple(order[: int(step)] for step in steps)
    _, most = upper_bound(many, Limit(count=max(len(order), 1)), steps=steps, value=0, iterations=CURVE_ITERATIONS)
    return Outcome(
        chosen=tuple(problem.site[list(order)].tolist()),
        unit="price",
        value=price,
        bound=bound,
        gap=(price - bound) / price if price else 0.0,
        proven=bound >= price * (1 - TOLERANCE),
        method=method,
        steps=steps,
        curve=tuple(tuple(problem.site[list(each)].tolist()) for each in curve),
        curve_bound=most * problem.worth,
        out_of_reach=float(base.weights[rows.rows.beyond].sum()),
    )


def _check(limit: Limit, *, chosen: Chosen, price: float, bound: float) -> None:
    if limit.count is not None and len(chosen) > limit.count:
        raise InfeasibleError(
            f"{limit.count} sites do not cover everybody who can be covered: {len(chosen)} do (no choice costs less "
            f"than {bound:g}); ask for problem mclp to see what {limit.count} can cover"
        )
    if limit.budget is not None and price > limit.budget * (1 + TOLERANCE):
        raise InfeasibleError(
            f"a budget of {limit.budget:g} does not cover everybody who can be covered: the best plan found costs "
            f"{price:g}, none costs less than {bound:g}; ask for problem mclp to see what the budget can cover"
        )


def _ordered(problem: Problem, chosen: Chosen) -> Chosen:
    """Return the sites in the order in which each next one completes or advances most."""
    many = problem.joint
    worth = joint.worths(int(many.needs.max(initial=0)), joint.RATIOS[0])
    left, order = list(chosen), list[int]()
    while left:
        gain = joint.closing(many, joint.State.of(many, tuple(order)), worth=worth)[left, 1]
        order.append(left.pop(int(np.argmax(gain))))
    return tuple(order)
