"""From a question to rows: which requirements sites of which types are to meet, and who lacks them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lifecircle.coverage.kleene import COVERED
from lifecircle.errors import ConfigError, InfeasibleError
from lifecircle.model.standard import Circle
from lifecircle.pipeline.siting.choice import Choice
from lifecircle.pipeline.siting.ground import Before, Wanted
from lifecircle.pipeline.siting.reach import Sites, reach_of
from lifecircle.siting.demand import Lack, Rows, rows_of

if TYPE_CHECKING:
    from lifecircle.coverage.verdicts import ItemVerdict
    from lifecircle.model.siting_options import SitingOptions

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """Which requirements are to be met by sites of which types.

    Attributes
    ----------
    kinds : tuple of str
        Types of site, in order.
    members : tuple of (int, Wanted, ItemVerdict)
        Requirements that sites can meet, each with its group.
    fixed : tuple of bool (N,)
        By group: origins that lack something that no site meets.
    objective : str
    prices : float64 (T,)
    alone : tuple of (Circle, str)
        Circles of which a requirement was left alone, and why: thinness of the map, "" for its rule.
    """

    kinds: tuple[str, ...]
    members: tuple[tuple[int, Wanted, ItemVerdict], ...]
    fixed: tuple[Bools, ...]
    objective: str
    prices: npt.NDArray[np.float64]
    alone: tuple[tuple[Circle, str], ...] = ()

    def price(self, places: int) -> npt.NDArray[np.float64]:
        """Return the price of every site (T * L,)."""
        return np.repeat(self.prices, places)

    def lacks(self, base: Before, sites: Sites) -> list[Lack]:
        """Return who lacks each requirement, and who reaches each place."""
        counted = base.weights > 0.0
        lacking = [(verdict.status != COVERED) & counted for _, _, verdict in self.members]
        reach = {}
        for _, want, _ in self.members:
            key = want.mode, want.limit, want.item.straight_line
            if key not in reach:
                same = [
                    other
                    for (_, each, _), other in zip(self.members, lacking, strict=True)
                    if (each.mode, each.limit, each.item.straight_line) == key
                ]
                everyone = np.logical_or.reduce(same)
                reach[key] = reach_of(base.place, want, ends=sites.ends, lacking=everyone, limit=want.limit)
        return [
            Lack(
                tuple(self.kinds.index(kind) for kind in want.item.types if kind in self.kinds),
                mask,
                reach[want.mode, want.limit, want.item.straight_line],
                group,
            )
            for (group, want, _), mask in zip(self.members, lacking, strict=True)
        ]

    def rows(self, base: Before, sites: Sites) -> TaskRows:
        """Return the rows of the problem."""
        lacks = self.lacks(base, sites)
        counted = base.weights > 0.0
        rows = rows_of(lacks, places=len(sites), types=len(self.kinds), counted=counted, fixed=self.fixed)
        return TaskRows(rows, lacks, len(sites))

    def choice(self, problem: str) -> Choice:
        """Return what the plan says of the question."""
        return Choice(
            problem, self.objective, self.kinds, self.prices, tuple(want for _, want, _ in self.members), self.alone
        )


@dataclass(frozen=True, slots=True, eq=False)
class TaskRows:
    """The rows of a task, and the requirements that they were made of."""

    rows: Rows
    lacks: list[Lack]
    places: int


def make_task(base: Before, kinds: tuple[str, ...], *, options: SitingOptions) -> Task:
    """Return which requirements sites of which types are to meet; without `kinds` those of all counted circles.

    Raises
    ------
    ConfigError
        If a price is for a type that is not built, or a requirement is of a kind that sites are not chosen for.
    InfeasibleError
        If the map of a type is thin, nobody lacks anything, or the budget buys nothing.
    """
    task = _of_types(base, kinds, options=options) if kinds else _of_circles(base, options=options)
    priced = kinds or tuple(dict.fromkeys(kind for _, want, _ in task.members for kind in want.item.types))
    strange = sorted(set(options.prices) - set(priced))
    if strange:
        raise ConfigError(f"price of {strange[0]!r}: it is not among the types to be built ({', '.join(priced)})")
    cheapest = float(task.prices.min())
    if options.budget is not None and cheapest > options.budget:
        kind = task.kinds[int(np.argmin(task.prices))]
        raise InfeasibleError(
            f"a budget of {options.budget:g} buys nothing: the cheapest site is a {kind} for {cheapest:g}"
        )
    _check_promise(base, task)
    return task


def refuse_thin(base: Before, *, options: SitingOptions) -> None:
    """Refuse types asked for of which the map is thin (InfeasibleError), unless that is accepted."""
    for want, verdict in base.asked:
        if verdict.thin is not None and not options.accept_unknown:
            names = "/".join(want.item.types)
            raise InfeasibleError(
                f"{names}: the map of it is thin ({verdict.thin.kind}), so nobody can be said to lack it; declare it "
                "complete under completeness (with the list that proves it), or accept that what is gained may be "
                "there already (--accept-unknown)"
            )


def _of_types(base: Before, kinds: tuple[str, ...], *, options: SitingOptions) -> Task:
    refuse_thin(base, options=options)
    members = tuple((number, want, verdict) for number, (want, verdict) in enumerate(base.asked))
    prices = np.array([options.prices.get(kind, 1.0) for kind in kinds])
    return Task(kinds, members, (), "requirement", prices)


def _of_circles(base: Before, *, options: SitingOptions) -> Task:
    """Return the requirements of all counted circles; types that serve no more than a dearer or later one are left."""
    members, alone = [], list[tuple[Circle, str]]()
    counted = base.weights > 0.0
    groups = len(base.verdicts) if options.objective == "person_circles" else 1
    fixed = [np.zeros(base.origins, dtype=bool) for _ in range(groups)]
    for number, want, verdict in base.members():
        group = number if options.objective == "person_circles" else 0
        lacking = (verdict.status != COVERED) & counted
        if not lacking.any():
            continue
        trusted = verdict.thin is None or options.accept_unknown
        if (want.item.plain or want.item.straight_line) and trusted:
            members.append((group, want, verdict))
            continue
        fixed[group] |= lacking
        alone.append((base.verdicts[number].circle, "" if verdict.thin is None else verdict.thin.kind))
    for number, circle in enumerate(base.verdicts):
        if circle.rule is None:  # a layer of the user's: no site changes it
            fixed[number if groups > 1 else 0] |= (circle.status != COVERED) & counted
    if not members:
        raise InfeasibleError(
            "all circles: nobody lacks anything that a new site could give; there is nothing to choose"
        )
    kinds = _useful_types(members, options=options)
    prices = np.array([options.prices.get(kind, 1.0) for kind in kinds])
    return Task(kinds, tuple(members), tuple(fixed), options.objective, prices, tuple(alone))


def _useful_types(members: Sequence[tuple[int, Wanted, object]], *, options: SitingOptions) -> tuple[str, ...]:
    """Return the types to build: of those that serve the same the cheapest, of equals the first in the standard."""
    order = list(dict.fromkeys(kind for _, want, _ in members for kind in want.item.types))
    serves = {kind: {n for n, (_, want, _) in enumerate(members) if kind in want.item.types} for kind in order}
    price = {kind: options.prices.get(kind, 1.0) for kind in order}
    kept: list[str] = []
    for kind in sorted(order, key=lambda each: (-len(serves[each]), price[each], order.index(each))):
        if not any(serves[kind] <= serves[other] and price[other] <= price[kind] for other in kept):
            kept.append(kind)
    return tuple(sorted(kept, key=order.index))


def _check_promise(base: Before, task: Task) -> None:
    """Refuse types that change a requirement in a way that is not followed: the plan could not promise its numbers."""
    for _, want, _ in base.members():
        item = want.item
        if (item.pools or item.mean_of > 1) and set(item.types) & set(task.kinds):
            circle = "" if want.circle is None else want.circle.id
            raise ConfigError(
                f"circle {circle!r} asks for several of {'/'.join(item.types)} at once (a mean, or k of n): sites are "
                "not chosen for such rules; choose another --standard, or --type with --minutes under one"
            )
