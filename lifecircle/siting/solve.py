"""Choose the sites of a problem, bound the choice, prove it where asked for or easy, and trace the trade-off."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lifecircle.siting import bound, choose, exact, joint, joint_bound
from lifecircle.siting.choose import Chosen
from lifecircle.siting.demand import Problem
from lifecircle.siting.joint import Joint
from lifecircle.siting.limits import TOLERANCE, Limit
from lifecircle.siting.relief import Relief

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

EXCHANGES = 200  # at a step of the trade-off
JOINT_EXCHANGES = 20
NOTHING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """A choice of sites for most weight (or time), with its bound and trade-off.

    Attributes
    ----------
    chosen : tuple of int
        In the order in which each gives most.
    value, bound : float
        In units of the problem's whole weights.
    proven : bool
    method : tuple of str
    steps : float64 (S,)
        Numbers of sites, or budgets.
    curve : tuple of tuple of int
        The best choice found for every step.
    curve_bound : float64 (S,)
    """

    chosen: Chosen
    value: int
    bound: float
    proven: bool
    method: tuple[str, ...]
    steps: Floats
    curve: tuple[Chosen, ...]
    curve_bound: Floats

    @property
    def gap(self) -> float:
        """How far the value can be from the optimum, of the bound."""
        return 0.0 if self.proven or self.bound <= NOTHING else max(0.0, (self.bound - self.value) / self.bound)


def solve_relief(relief: Relief, limit: Limit, *, exact_s: float, cover: Joint | None = None) -> Solution:
    """Solve an MCLP or p-median; `cover` is the same MCLP, in the form that HiGHS proves sooner."""
    first = choose.greedy(relief, limit)
    steps = _steps(limit, relief.price, first)
    # who wants proof wants every start tried: a choice that meets its bound needs no HiGHS
    found = bound.solve(relief, limit, steps=steps, worth_kicking=0.0 if exact_s else bound.WORTH_KICKING)
    chosen, value, least, proven = found.chosen, found.value, found.bound, False
    method: tuple[str, ...] = ("greedy", "swaps", "lagrangian")
    effort = exact.effort_for(
        len(relief.demand), asked_s=exact_s, small=exact.SMALL_RELIEF if cover is None else exact.SMALL
    )
    if effort and least - value > NOTHING:
        answer = (
            exact.exact_relief(relief, limit, effort=effort)
            if cover is None
            else exact.exact_joint(cover, limit, effort=effort)
        )
        method = (*method, "highs")
        chosen, value, least, proven = _better(
            answer, (chosen, value, least), None if answer.chosen is None else choose.value_of(relief, answer.chosen)
        )
    order = choose.in_order(relief, _needed(chosen, functools.partial(choose.value_of, relief)))
    kept = _steps_kept(steps, limit, spent=float(relief.price[list(order)].sum()), count=len(order))
    steps = steps[kept]
    curve = _relief_curve(relief, limit, steps=steps, first=first, last=order)
    limits = [step_limit(limit, step) for step in steps.tolist()]
    most = bound.sharpened(relief, limits, choices=curve, steps=steps, curve=found.curve[kept])
    most[-1:] = np.minimum(most[-1:], least)
    return Solution(order, value, least, proven or least <= value, method, steps, curve, most)


def solve_joint(problem: Problem, limit: Limit, *, exact_s: float, starts: Sequence[Chosen] = ()) -> Solution:
    """Solve a problem of several requirements at once."""
    many = problem.joint
    first = joint.greedy(many, limit, ratio=joint.RATIOS[0])
    steps = _steps(limit, many.price, first)
    found = joint_bound.solve(many, limit, steps=steps, starts=starts)
    chosen, value, least, proven = found.chosen, found.value, found.bound, False
    method: tuple[str, ...] = ("look_ahead", "single_type_plans", "swaps", "lagrangian")
    effort = exact.effort_for(len(many.row), asked_s=exact_s, small=exact.SMALL)
    if effort and least - value > NOTHING:
        answer = exact.exact_joint(many, limit, effort=effort)
        method = (*method, "highs")
        chosen, value, least, proven = _better(
            answer, (chosen, value, least), None if answer.chosen is None else joint.value_of(many, answer.chosen)
        )
    order = _joint_order(problem, _needed(chosen, functools.partial(joint.value_of, many)))
    kept = _steps_kept(steps, limit, spent=float(many.price[list(order)].sum()), count=len(order))
    steps = steps[kept]
    curve = _joint_curve(problem, limit, steps=steps, first=first, last=order)
    most = found.curve[kept]
    for number, chosen_then in enumerate(curve[:-1]):
        own = step_limit(limit, float(steps[number]))
        _, sharper = joint_bound.upper_bound(
            many, own, steps=steps, value=joint.value_of(many, chosen_then), iterations=bound.MOST
        )
        most = np.minimum(most, sharper)
    most[-1:] = np.minimum(most[-1:], least)
    return Solution(order, value, least, proven or least <= value, method, steps, curve, most)


def _better(
    answer: exact.Proven, known: tuple[Chosen, int, float], value: int | None
) -> tuple[Chosen, int, float, bool]:
    """Return the better choice and the lower bound."""
    chosen, best, least = known
    if value is not None and answer.chosen is not None and value > best:
        chosen, best = answer.chosen, value
    if answer.optimal:
        return chosen, best, float(best), True
    return chosen, best, max(min(least, answer.bound), float(best)), False


def _steps(limit: Limit, price: Floats, first: Chosen) -> Floats:
    """Return the steps of the trade-off: every number of sites, or what the greedy choices cost one after another."""
    if limit.budget is None:
        return np.arange(1.0, (limit.count or len(first)) + 1.0)
    spent = np.cumsum(price[list(first)])
    return np.unique(np.append(spent, limit.budget))


def _needed(chosen: Chosen, value_of: Callable[[Chosen], int]) -> Chosen:
    """Return `chosen` without the sites that bring nothing beside the others, the last ones first."""
    kept, value = chosen, value_of(chosen)
    for site in reversed(chosen):
        rest = tuple(each for each in kept if each != site)
        if value_of(rest) == value:
            kept = rest
    return kept


def _steps_kept(steps: Floats, limit: Limit, *, spent: float, count: int) -> Bools:
    """Return which steps (S,) lie below a plan of `count` sites for the price `spent`, and its own (or the budget)."""
    kept = steps < (spent * (1.0 - TOLERANCE) if limit.budget is not None else count)
    kept[-1 if limit.budget is not None else max(count, 1) - 1] = True
    return kept


def step_limit(limit: Limit, step: float) -> Limit:
    """Return the limit of one step of the trade-off."""
    return Limit(count=int(step)) if limit.budget is None else Limit(count=limit.count, budget=float(step))


def _relief_curve(relief: Relief, limit: Limit, *, steps: Floats, first: Chosen, last: Chosen) -> tuple[Chosen, ...]:
    """Return a good choice for every step, each no worse than the one before."""
    curve: list[Chosen] = []
    best = -1
    for step in steps[:-1].tolist():
        own = step_limit(limit, step)
        start = _prefix(relief.price, first, own)
        found = choose.swapped(relief, own, start=start, rounds=EXCHANGES)
        value = choose.value_of(relief, found)
        curve.append(found if value > best or not curve else curve[-1])
        best = max(best, value)
    return (*curve, last)


def _joint_curve(problem: Problem, limit: Limit, *, steps: Floats, first: Chosen, last: Chosen) -> tuple[Chosen, ...]:
    many, curve, best = problem.joint, list[Chosen](), -1
    for step in steps[:-1].tolist():
        own = step_limit(limit, step)
        tries = [_prefix(many.price, start, own) for start in (last, first)]
        tries += [joint.greedy(many, own, ratio=ratio) for ratio in joint.RATIOS[:2]]
        values = [joint.value_of(many, each) for each in tries]
        found = joint.swapped(
            many, own, start=tries[int(np.argmax(values))], ratio=joint.RATIOS[0], rounds=JOINT_EXCHANGES
        )
        value = joint.value_of(many, found)
        curve.append(found if value > best or not curve else curve[-1])
        best = max(best, value)
    return (*curve, last)


def _prefix(price: Floats, chosen: Chosen, limit: Limit) -> Chosen:
    kept: list[int] = []
    for site in chosen:
        count, budget = limit.room(used=len(kept), spent=float(price[kept].sum()))
        if count < 1 or price[site] > budget:
            break
        kept.append(site)
    return tuple(kept)


def _joint_order(problem: Problem, chosen: Chosen) -> Chosen:
    """Return `chosen` in the order in which each next one completes or advances most."""
    many = problem.joint
    worth = joint.worths(int(many.needs.max(initial=0)), joint.RATIOS[0])
    left, order = list(chosen), list[int]()
    while left:
        gain = joint.closing(many, joint.State.of(many, tuple(order)), worth=worth)[left, 1] / many.price[left]
        order.append(left.pop(int(np.argmax(gain))))
    return tuple(order)
