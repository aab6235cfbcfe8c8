"""Which single change would bring most uncovered residences within reach: who is waiting for what."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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

BLOCK = 1 << 20  # pairs that are added up at a time


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
    residence, begin = [], [np.zeros(1, dtype=np.int64)]
    for pairs in parts:
        near = np.flatnonzero((pairs.value <= wanted.limit) & waiting[pairs.residence])
        order = near[np.argsort(pairs.facility[near], kind="stable")]
        residence.append(pairs.residence[order].astype(np.int32))
        counts = np.bincount(pairs.facility[near], minlength=len(pairs.facility_ids))
        begin.append(begin[-1][-1] + np.cumsum(counts))
    return Gains(np.concatenate(residence), np.concatenate(begin), weight, groups)


@dataclass(frozen=True, slots=True, eq=False)
class Picked:
    """The best candidates and whom each would cover: residences, ascending.

    Attributes
    ----------
    overall : tuple of (candidate, residences)
        Each the best for whom those before it leave out.
    of_groups : Mapping[int, (candidate, residences of the group)]
        The best for each group's own residences.
    """

    overall: tuple[tuple[int, Ints], ...]
    of_groups: Mapping[int, tuple[int, Ints]]


@dataclass(frozen=True, slots=True, eq=False)
class Gains:
    """Who would be covered by a facility at which of C candidates; P pairs, of which there are many.

    Attributes
    ----------
    residence : int32 (P,)
        By candidate.
    begin : int64 (C + 1,)
        Where those of each candidate begin.
    weight : float64 (R,)
    groups : int64 (R,)
    """

    residence: Ints
    begin: Ints
    weight: Floats
    groups: Ints

    def picked(self, count: int) -> Picked:
        """Return up to `count` best candidates, and the best of every group: little, where the pairs are many."""
        overall = tuple((at, self.covered(at)) for at in self.best(count))
        return Picked(
            overall, {group: (at, self.covered(at, group=group)) for group, at in self.best_of_groups().items()}
        )

    def best(self, count: int) -> list[int]:
        """Return up to `count` candidates, each the best for whom those before it leave out.

        By weight gained, then residences, then the order of the candidates. A place that gains nobody is none.
        """
        left, chosen = np.ones(len(self.weight), dtype=bool), list[int]()
        while len(chosen) < count:
            sums = [
                self._sums(candidate[left[residence]], residence[left[residence]], size)
                for _, size, candidate, residence in self._blocks()
            ]
            at = _first(*(np.concatenate(one) for one in zip(*sums, strict=True))) if sums else -1
            if at < 0:
                break
            chosen.append(at)
            left[self.covered(at)] = False
        return chosen

    def best_of_groups(self) -> dict[int, int]:
        """Return the best candidate of every group for its own residences, by group."""
        found: dict[int, tuple[float, int, int]] = {}
        for first, size, candidate, residence in self._blocks():
            own = self.groups[residence]
            rows = np.flatnonzero(own >= 0)
            names = np.flatnonzero(np.bincount(own[rows]))
            place = np.zeros(names.max(initial=0) + 1, dtype=np.int64)
            place[names] = np.arange(len(names))
            sums = self._sums(place[own[rows]] * size + candidate[rows], residence[rows], len(names) * size)
            heavy, many = (one.reshape(len(names), size) for one in sums)
            for row, name in enumerate(names.tolist()):
                at = _first(heavy[row], many[row])
                gained = float(heavy[row, at]), int(many[row, at])
                if name not in found or gained > found[name][:2]:
                    found[name] = (*gained, first + at)
        return {name: found[name][2] for name in sorted(found)}

    def covered(self, candidate: int, *, group: int | None = None) -> Ints:
        """Return the residences that a facility at `candidate` covers, ascending; only those of `group` if given."""
        rows = np.unique(self.residence[self.begin[candidate] : self.begin[candidate + 1]])
        return rows if group is None else rows[self.groups[rows] == group]

    def _blocks(self) -> Iterator[tuple[int, int, Ints, Ints]]:
        """Yield some candidates at a time: the first and how many; of their pairs the candidate, from 0, and residence.

        Sums over all pairs at once would take many times the memory of the pairs.
        """
        last = np.searchsorted(self.begin, np.arange(BLOCK, len(self.residence), BLOCK))
        bounds = np.unique(np.concatenate([[0], last, [len(self.begin) - 1]])).tolist()
        for first, end in itertools.pairwise(bounds):
            begin = self.begin[first : end + 1]
            candidate = np.repeat(np.arange(end - first), np.diff(begin))
            yield first, end - first, candidate, self.residence[begin[0] : begin[-1]]

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
