"""From chosen sites to a plan: what they bring, judged exactly as an audit of the built place judges."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from lifecircle.coverage.kleene import COVERED, NOT_COVERED, Statuses, kleene_and
from lifecircle.model.siting import SITE_COLUMNS, TRADEOFF_COLUMNS, Reached, SitedRequirement, SitingPlan
from lifecircle.pipeline.siting.notes import plan_notes
from lifecircle.pipeline.siting.reach import reach_of, some

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lifecircle.pipeline.siting.choice import Choice
    from lifecircle.pipeline.siting.ground import Before, Wanted
    from lifecircle.pipeline.siting.reach import Sites
    from lifecircle.siting.choose import Chosen
    from lifecircle.siting.demand import Problem
    from lifecircle.siting.solve import Solution

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """The answer, in the numbers of all sites (type * L + place).

    Attributes
    ----------
    chosen : tuple of int
    unit : str
        "weight", "price" or "minutes".
    value, bound, gap : float or None
        `value` is None where it is the weight that the judged plan covers.
    proven : bool
    method : tuple of str
    steps : float64 (S,)
    curve : tuple of tuples of int
        Of every step.
    curve_bound : float64 (S,)
        In `unit`; for LSCP in weight.
    out_of_reach : float
    means : tuple of float
        For the p-median: mean minutes before, then with the sites of every step; else empty.
    """

    chosen: Chosen
    unit: str
    value: float | None
    bound: float
    gap: float | None
    proven: bool
    method: tuple[str, ...]
    steps: Floats
    curve: tuple[Chosen, ...]
    curve_bound: Floats
    out_of_reach: float
    means: tuple[float, ...] = ()

    @classmethod
    def of(cls, found: Solution, problem: Problem, *, out_of_reach: float) -> Self:
        """Return a solution of most weight in the numbers of all sites."""

        def numbers(chosen: Chosen) -> Chosen:
            return tuple(problem.site[list(chosen)].tolist())

        return cls(
            chosen=numbers(found.chosen),
            unit="weight",
            value=None,
            bound=found.bound * problem.worth,
            gap=found.gap,
            proven=found.proven,
            method=found.method,
            steps=found.steps,
            curve=tuple(numbers(each) for each in found.curve),
            curve_bound=found.curve_bound * problem.worth,
            out_of_reach=out_of_reach,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """What any of some sites bring: statuses with them, from the reach of their places alone."""

    base: Before
    choice: Choice
    places: npt.NDArray[np.int64]
    length: int
    reached: dict[tuple[object, ...], Bools]

    @classmethod
    def of(cls, base: Before, choice: Choice, *, sites: Sites, used: Sequence[int]) -> Self:
        """Search from the places of the sites `used`."""
        places = np.unique(np.array(used, dtype=np.int64) % len(sites))
        wants = [*choice.wanted, *(want for _, want, _ in base.members())]
        everyone = base.weights > 0.0
        reached: dict[tuple[object, ...], Bools] = {}
        for want in wants:
            if not set(want.item.types) & set(choice.kinds) or not (want.item.plain or want.item.straight_line):
                continue
            key = _key(want)
            if key not in reached and len(places):
                reach = reach_of(base.place, want, ends=some(sites, places), lacking=everyone, limit=want.limit)
                reached[key] = reach.toarray() > 0
        return cls(base, choice, places, len(sites), reached)

    def status(self, want: Wanted, status: Statuses, *, chosen: Chosen) -> Statuses:
        """Return a requirement's statuses (N,) with `chosen` built."""
        kinds = {number for number, kind in enumerate(self.choice.kinds) if kind in want.item.types}
        columns = [
            int(np.searchsorted(self.places, site % self.length)) for site in chosen if site // self.length in kinds
        ]
        if not columns or _key(want) not in self.reached:
            return status
        return np.where(self.reached[_key(want)][:, columns].any(axis=1), COVERED, status).astype(np.int8)

    def circles(self, chosen: Chosen) -> list[Statuses]:
        """Return the statuses of the counted circles with `chosen` built."""
        items: dict[int, list[Statuses]] = {}
        for number, want, verdict in self.base.members():
            items.setdefault(number, []).append(self.status(want, verdict.status, chosen=chosen))
        return [
            verdict.status if number not in items else kleene_and(items[number], length=self.base.origins)
            for number, verdict in enumerate(self.base.verdicts)
        ]

    def columns(self, chosen: Chosen) -> list[Statuses]:
        """Return the statuses that the objective counts: of requirements, of all circles, or of each."""
        if self.choice.objective == "requirement":
            return [self.status(want, verdict.status, chosen=chosen) for want, verdict in self.base.asked]
        circles = self.circles(chosen)
        if self.choice.objective == "all_circles":
            return [kleene_and(circles, length=self.base.origins)]
        return circles

    def weight(self, chosen: Chosen) -> float:
        """Return the weight that the objective counts with `chosen` built."""
        rows, values = self.base.rows, self.base.counted
        count = np.sum([column[rows] == COVERED for column in self.columns(chosen)], axis=0)
        return math.fsum((values * count).tolist())

    def gained(self, earlier: Chosen, chosen: Chosen) -> tuple[float, float]:
        """Return the weight newly covered by `chosen` beyond `earlier`: known to lack it at first, and not known."""
        rows, values = self.base.rows, self.base.counted
        parts: dict[int, list[float]] = {0: [], 1: []}
        triples = zip(self.columns(()), self.columns(earlier), self.columns(chosen), strict=True)
        for first, before, after in triples:
            new = (after[rows] == COVERED) & (before[rows] != COVERED)
            for part, was in enumerate((first[rows] == NOT_COVERED, first[rows] != NOT_COVERED)):
                parts[part] += values[new & was].tolist()
        return math.fsum(parts[0]), math.fsum(parts[1])


def _key(want: Wanted) -> tuple[object, ...]:
    return want.mode, want.limit, want.item.straight_line


def make_plan(base: Before, choice: Choice, *, sites: Sites, outcome: Outcome) -> SitingPlan:
    """Judge the place with the chosen sites and say everything about them."""
    used = sorted({site for chosen in (outcome.chosen, *outcome.curve) for site in chosen})
    judge = Judge.of(base, choice, sites=sites, used=used)
    chosen, case = outcome.chosen, base.ground.case
    every, circles = base.joint([verdict.status for verdict in base.verdicts]), base.joint(judge.circles(chosen))
    reached = {"all_circles": Reached(every[0], circles[0]), "person_circles": Reached(every[1], circles[1])}
    if choice.objective == "requirement":
        reached = {"requirement": Reached(judge.weight(()), judge.weight(chosen)), **reached}
    known, unknown = judge.gained((), chosen)
    goal = reached[choice.objective]
    value = goal.gain if outcome.value is None else outcome.value
    bound = max(outcome.bound, value) if outcome.unit == "weight" else outcome.bound
    bound = value if outcome.proven else bound
    gap = outcome.gap if outcome.gap is not None else (bound - value) / bound if bound else 0.0
    candidates = {"source": sites.found.source, "count": len(sites), "left_out": dict(sites.found.left_out)}
    plan = SitingPlan(
        problem=choice.problem,
        objective=choice.objective,
        unit=outcome.unit,
        value=value,
        bound=bound,
        gap=gap,
        status="nothing_to_gain" if not chosen else "optimal" if outcome.proven or gap == 0.0 else "within_gap",
        method=outcome.method,
        sites=_site_frame(judge, choice, sites=sites, chosen=chosen),
        requirements=_told(base, choice),
        reached=reached,
        from_not_covered=known,
        from_unknown=unknown,
        out_of_reach=outcome.out_of_reach,
        rule=case.rule,
        weight=case.weight,
        origin_kind="|".join(sorted(set(case.residences["kind"]))),
        speed_kmh=case.profile.speed_kmh,
        circles_counted=tuple(verdict.circle.id for verdict in base.verdicts),
        total=base.weight.total,
        candidates=candidates,
        tradeoff=_tradeoff(judge, choice, outcome=outcome, places=len(sites)),
        minutes_before=outcome.means[0] if outcome.means else None,
    )
    return plan_notes(plan, choice, catalogue=base.place.question.catalogue, found=sites.found.notes)


def _told(base: Before, choice: Choice) -> tuple[SitedRequirement, ...]:
    verdicts = [*base.asked, *((want, verdict) for _, want, verdict in base.members())]
    thin = {want.key: "" if verdict.thin is None else verdict.thin.kind for want, verdict in verdicts}
    return tuple(want.told(choice.kinds, thin[want.key]) for want in choice.wanted)


def _site_frame(judge: Judge, choice: Choice, *, sites: Sites, chosen: Chosen) -> pd.DataFrame:
    rows = []
    for number, one in enumerate(chosen):
        kind, place = divmod(one, len(sites))
        known, unknown = judge.gained(chosen[:number], chosen[: number + 1])
        rows.append(
            {
                "order": number + 1,
                "candidate_id": str(sites.found.table.index[place]),
                "type": choice.kinds[kind],
                "name": str(sites.found.table["name"].iloc[place]),
                "lon": float(sites.lon[place]),
                "lat": float(sites.lat[place]),
                "price": float(choice.prices[kind]),
                "gain": math.fsum((known, unknown)),
                "gain_alone": math.fsum(judge.gained((), (one,))),
                "from_not_covered": known,
                "from_unknown": unknown,
                "total": judge.weight(chosen[: number + 1]),
            }
        )
    return pd.DataFrame(rows, columns=list(SITE_COLUMNS))


def _tradeoff(judge: Judge, choice: Choice, *, outcome: Outcome, places: int) -> pd.DataFrame:
    rows, start, total = [], judge.weight(()), judge.base.weight.total
    scale = total * (
        len(judge.base.verdicts) if choice.objective == "person_circles" else max(len(judge.base.asked), 1)
    )
    for number, (chosen, bound) in enumerate(zip(outcome.curve, outcome.curve_bound.tolist(), strict=True)):
        price = float(sum(choice.prices[site // places] for site in chosen))
        if outcome.means:
            value, saved, most = (
                outcome.means[number + 1],
                outcome.means[0] - outcome.means[number + 1],
                outcome.means[0] - bound,
            )
            gap = max(0.0, 1.0 - saved / most) if most > 0 else 0.0
            rows.append((len(chosen), price, value, math.nan, bound, math.nan, gap))
            continue
        value = judge.weight(chosen)
        most = max(start + bound, value)
        gap = (most - value) / (most - start) if most > start else 0.0
        share = (value / scale, most / scale) if scale else (math.nan, math.nan)
        rows.append((len(chosen), price, value, share[0], most, min(share[1], 1.0) if scale else share[1], gap))
    return pd.DataFrame(rows, columns=list(TRADEOFF_COLUMNS))
