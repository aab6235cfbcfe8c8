"""Which single change would bring most uncovered residences within reach: who is waiting for what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from lifecircle.coverage.kleene import COVERED, NOT_COVERED
from lifecircle.coverage.measure import measure
from lifecircle.coverage.searches import item_limit, walker

if TYPE_CHECKING:
    from lifecircle.coverage.verdicts import CircleVerdict, Ground, ItemVerdict
    from lifecircle.model.rules import Item, Reading
    from lifecircle.model.travel import Floats, Ints, ReachPairs, WalkProfile

Bools: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """A requirement (or one pool of it) that M residences need met, and nothing else, to be covered.

    Attributes
    ----------
    circle : str
    item : Item
        Walked to, the nearest of its types decides.
    walks : WalkProfile
    lenient : bool
    limit : int
        Threshold in milliseconds or millimetres.
    rows : int64 (M,)
        Residences, ascending.
    """

    circle: str
    item: Item
    walks: WalkProfile
    lenient: bool
    limit: int
    rows: Ints


def find_wanted(verdicts: Sequence[CircleVerdict], ground: Ground) -> list[Wanted]:
    """Return what residences wait for, in the order of the circles and their items.

    Left out are residences that miss two things at once (no single change covers them) and rules that no new place on a
    street meets: inside a polygon, a straight line, a mean over several.
    """
    found: list[Wanted] = []
    count = ground.case.residence_count
    for verdict in verdicts:
        if not verdict.assessable or verdict.rule is None:
            continue
        missed = verdict.status[:count] == NOT_COVERED
        lacking = np.sum([item.status[:count] != COVERED for item in verdict.items], axis=0)
        for judged in verdict.items:
            only = missed & (lacking == 1) & (judged.status[:count] == NOT_COVERED)
            found += _of_item(judged, verdict, only=only, ground=ground)
    return [one for one in found if len(one.rows)]


def _of_item(judged: ItemVerdict, verdict: CircleVerdict, *, only: Bools, ground: Ground) -> list[Wanted]:
    item, case = judged.item, ground.case
    if item.straight_line or item.within or item.mean_of > 1 or verdict.rule is None:
        return []
    used = cast("Reading", verdict.used)
    walks, lenient = walker(verdict.circle, used, profile=case.profile, profiles=case.profiles), verdict.rule.lenient
    rows = np.flatnonzero(only)
    if not item.pools:
        return [Wanted(verdict.circle.id, item, walks, lenient, judged.limit, rows)]
    pools = [item.of_pool(pool) for pool in item.pools]
    limit = item_limit(item)
    met = [measure(pool, case, walks=walks, lenient=lenient, edge_m=ground.edge_m).value <= limit for pool in pools]
    nearly = np.sum(met, axis=0)[rows] == item.at_least - 1
    return [
        Wanted(verdict.circle.id, pool, walks, lenient, limit, rows[nearly & ~here[rows]])
        for pool, here in zip(pools, met, strict=True)
    ]


def gains(parts: Sequence[ReachPairs], wanted: Wanted, *, weight: Floats, groups: Ints) -> Gains:
    """Return what a facility at each candidate would gain, in all and for each group of residences.

    Parameters
    ----------
    parts : sequence of ReachPairs
        From residences to candidates, complete up to the threshold; candidates are numbered through all parts.
    wanted : Wanted
    weight : float64 (R,)
    groups : int64 (R,)
        Of each residence, -1 for none (the gap it lies in).

    Returns
    -------
    Gains
    """
    waiting = np.zeros(len(weight), dtype=bool)
    waiting[wanted.rows] = True
    residence, candidate, before = [], [], 0
    for pairs in parts:
        near = np.flatnonzero((pairs.value <= wanted.limit) & waiting[pairs.residence])
        residence.append(pairs.residence[near].astype(np.int32))
        candidate.append((pairs.facility[near] + before).astype(np.int32))
        before += len(pairs.facility_ids)
    return Gains(np.concatenate(residence), np.concatenate(candidate), before, weight, groups)


@dataclass(frozen=True, eq=False)
class Gains:
    """Who would be covered by a facility at which candidate; P pairs.

    Attributes
    ----------
    residence, candidate : int64 (P,)
    candidates : int
    weight : float64 (R,)
    groups : int64 (R,)
    """

    residence: Ints
    candidate: Ints
    candidates: int
    weight: Floats
    groups: Ints

    @cached_property
    def _by_candidate(self) -> tuple[Ints, Ints]:
        """Residences by candidate, and where those of each begin."""
        order = np.argsort(self.candidate, kind="stable")
        counts = np.bincount(self.candidate, minlength=self.candidates)
        return self.residence[order], np.concatenate([[0], np.cumsum(counts)])

    def best(self, count: int) -> list[int]:
        """Return up to `count` candidates, each the best for whom those before it leave out.

        By weight gained, then residences, then the order of the candidates. A place that gains nobody is none.
        """
        left, chosen = np.ones(len(self.weight), dtype=bool), list[int]()
        while len(chosen) < count:
            open_ = left[self.residence]
            at = _first(*self._sums(self.candidate[open_], self.residence[open_], self.candidates))
            if at < 0:
                break
            chosen.append(at)
            left[self.covered(at)] = False
        return chosen

    def best_of_groups(self) -> dict[int, int]:
        """Return the best candidate of every group for its own residences, by group."""
        own = self.groups[self.residence]
        rows = np.flatnonzero(own >= 0)
        if not len(rows):
            return {}
        names = np.flatnonzero(np.bincount(own[rows]))
        place = np.zeros(int(names.max()) + 1, dtype=np.int64)
        place[names] = np.arange(len(names))
        key = place[own[rows]] * self.candidates + self.candidate[rows]
        sums = self._sums(key, self.residence[rows], len(names) * self.candidates)
        heavy, many = (one.reshape(len(names), -1) for one in sums)
        return {int(group): _first(heavy[row], many[row]) for row, group in enumerate(names.tolist())}

    def covered(self, candidate: int, *, group: int | None = None) -> Ints:
        """Return the residences that a facility at `candidate` covers, ascending; only those of `group` if given."""
        residence, begin = self._by_candidate
        rows = np.unique(residence[begin[candidate] : begin[candidate + 1]])
        return rows if group is None else rows[self.groups[rows] == group]

    def _sums(self, key: Ints, residence: Ints, length: int) -> tuple[Floats, Ints]:
        """Return weight and residences of every key."""
        heavy = np.bincount(key, weights=self.weight[residence], minlength=length).astype(np.float64)
        return heavy.round(6), np.bincount(key, minlength=length).astype(np.int64)


def _first(heavy: Floats, many: Ints) -> int:
    """Return the heaviest, of equals the one with most residences, of equals the first; -1 where nobody is."""
    if not many.any():
        return -1
    top = np.flatnonzero((heavy == heavy[many > 0].max()) & (many > 0))
    return int(top[np.argmax(many[top])])
