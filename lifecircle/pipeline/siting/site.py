"""``lc.site``: the best places for the next facilities, and what is known of how good they are."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from lifecircle.errors import ConfigError
from lifecircle.model.siting import SitingPlan
from lifecircle.model.siting_options import PROBLEMS, SitingOptions
from lifecircle.pipeline.siting.ground import Before, before
from lifecircle.pipeline.siting.plan import Outcome, make_plan
from lifecircle.pipeline.siting.reach import candidate_sites
from lifecircle.pipeline.siting.task import Task, TaskRows, make_task
from lifecircle.siting.allocations import shared_out, single_plans
from lifecircle.siting.demand import Problem, problem_of, rows_of
from lifecircle.siting.limits import Limit
from lifecircle.siting.solve import solve_joint, solve_relief

if TYPE_CHECKING:
    from lifecircle.pipeline.place import Place
    from lifecircle.siting.choose import Chosen

log = logging.getLogger("lifecircle")

Candidates = str | Path | pd.DataFrame | None


def site(
    place: Place,
    *,
    type: str | Sequence[str] | None = None,  # noqa: A002  # the word of the field, and of the command line
    count: int | None = None,
    problem: str = "mclp",
    candidates: Candidates = None,
    options: SitingOptions | None = None,
) -> SitingPlan:
    """Choose places for new facilities; those that exist count.

    Parameters
    ----------
    place : Place
    type : str or sequence of str, optional
        What is built: the people who come to have it within its threshold count. Without it sites of all types that
        the counted circles lack are chosen together, for the people who come to have all circles.
    count : int, optional
        At most so many sites. LSCP finds the number itself; a budget may stand instead.
    problem : str
        "mclp" (most people newly covered), "lscp" (fewest sites for everybody who can be covered), "p-median" (least
        mean minutes; one type).
    candidates : str, Path, DataFrame, optional
        "junctions" (the default), "grid", "land", "buildings", "gates", a file, or a table with ``lon`` and ``lat``.
    options : SitingOptions, optional

    Returns
    -------
    SitingPlan
        Building it (``as_scenario``) and auditing again gives the numbers in ``reached``, exactly.

    Raises
    ------
    ConfigError
        If the question makes no sense.
    InfeasibleError
        If no plan can answer it; the message says what would be possible.

    References
    ----------
    Church and ReVelle (1974); Toregas et al. (1971); Hakimi (1964); docs/methods/siting.md.
    """
    started = time.monotonic()
    options = options or SitingOptions()
    kinds = (type,) if isinstance(type, str) else tuple(dict.fromkeys(type or ()))
    _check_question(problem, count, kinds=kinds, options=options)
    limit = Limit(count, options.budget)
    base = before(place, kinds, options=options)
    task = make_task(base, kinds, options=options)
    sites = candidate_sites(place, candidates, kinds=task.kinds, options=options)
    log.info("choosing among %d candidates", len(sites))
    if problem == "p-median":
        from lifecircle.pipeline.siting.median import median_outcome

        outcome = median_outcome(base, task, sites=sites, limit=limit, exact_s=options.exact_s)
    else:
        rows = task.rows(base, sites)
        if problem == "lscp":
            from lifecircle.pipeline.siting.cover import cover_outcome

            outcome = cover_outcome(base, task, rows=rows, limit=limit, exact_s=options.exact_s)
        else:
            outcome = _most_covered(base, task, rows=rows, limit=limit, exact_s=options.exact_s)
    plan = make_plan(base, task.choice(problem), sites=sites, outcome=outcome)
    return replace(plan, seconds=time.monotonic() - started)


def _check_question(problem: str, count: int | None, *, kinds: tuple[str, ...], options: SitingOptions) -> None:
    """Refuse what is unknown, missing, or contradicts itself."""
    if problem not in PROBLEMS:
        raise ConfigError(f"problem is {problem!r}: give one of {', '.join(PROBLEMS)}")
    if count is not None and count < 1:
        raise ConfigError(f"count is {count}: give 1 or more sites")
    if problem != "lscp" and count is None and options.budget is None:
        raise ConfigError("say how many sites (count), or how much they may cost (a budget with prices)")
    if not kinds and (options.minutes is not None or options.circle is not None):
        raise ConfigError("minutes and circle are for types that you name: all circles have their own thresholds")
    if kinds and options.objective == "person_circles":
        raise ConfigError("person_circles counts all circles: name no type, or leave it out")
    if problem == "p-median" and len(kinds) != 1:
        raise ConfigError("the p-median takes one type: its minutes are those to the nearest facility of it")


def _most_covered(base: Before, task: Task, *, rows: TaskRows, limit: Limit, exact_s: float) -> Outcome:
    problem = problem_of(rows.rows, weight=base.weights[rows.rows.origin], price=task.price(rows.places))
    if problem.single:
        found = solve_relief(problem.relief(), limit, exact_s=exact_s, cover=problem.joint)
    else:
        starts = _single_type_starts(base, task, rows=rows, problem=problem, limit=limit)
        found = solve_joint(problem, limit, exact_s=exact_s, starts=starts)
    return Outcome.of(found, problem, out_of_reach=_beyond(base, rows))


def _beyond(base: Before, rows: TaskRows) -> float:
    return float(base.weights[rows.rows.beyond].sum())


def _single_type_starts(base: Before, task: Task, *, rows: TaskRows, problem: Problem, limit: Limit) -> list[Chosen]:
    """Return the best joint uses of plans that are made for each type alone."""
    if limit.count is None or limit.budget is not None:
        return []
    plans = []
    for number in range(len(task.kinds)):
        own = [
            replace(lack, group=place, types=(number,))
            for place, lack in enumerate(lack for lack in rows.lacks if number in lack.types)
        ]
        alone = rows_of(own, places=rows.places, types=len(task.kinds), counted=base.weights > 0.0)
        part = problem_of(alone, weight=base.weights[alone.origin], price=task.price(rows.places))
        plans.append(single_plans(part, limit.count))
    return shared_out(problem, plans, count=limit.count)
