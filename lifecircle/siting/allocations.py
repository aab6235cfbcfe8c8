"""Plans of one type each, put together: what a joint plan must not fall behind."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lifecircle.siting.choose import Chosen, greedy, swapped
from lifecircle.siting.demand import Problem
from lifecircle.siting.joint import Joint, value_of
from lifecircle.siting.limits import Limit

Bools = npt.NDArray[np.bool_]

MOST = 20_000  # ways to share out a number of sites that are all tried
KEPT = 3


def single_plans(problem: Problem, most: int) -> list[Chosen]:
    """Return plans of 0, 1, ... `most` sites for the requirements of one type alone, by sites of all types' numbers."""
    relief = problem.relief()
    plans: list[Chosen] = [()]
    first = greedy(relief, Limit(count=most))
    plans += [swapped(relief, Limit(count=n), start=first[:n]) for n in range(1, len(first) + 1)]
    return [tuple(problem.site[list(plan)].tolist()) for plan in plans]


def shared_out(problem: Problem, plans: Sequence[Sequence[Chosen]], *, count: int) -> list[Chosen]:
    """Return the best ways to share `count` sites out among plans of one type each, the best first.

    All ways where they are few; else exchanges of one site between two types, from an even share.

    Parameters
    ----------
    problem : Problem
        Of all types.
    plans : sequence of sequences
        For every type its plans of 0, 1, ... sites (`single_plans`).
    count : int
    """
    joint = problem.joint
    number = {int(site): row for row, site in enumerate(problem.site)}
    own = [[tuple(number[site] for site in plan if site in number) for plan in each] for each in plans]
    ways = math.comb(count + len(own) - 1, len(own) - 1) if own else 0
    shares = _all_shares(joint, own, count=count) if 0 < ways <= MOST else _exchanged(joint, own, count=count)
    return [_together(own, share) for share in shares[:KEPT]]


def _together(own: Sequence[Sequence[Chosen]], share: Sequence[int]) -> Chosen:
    return tuple(dict.fromkeys(site for plans, sites in zip(own, share, strict=True) for site in plans[sites]))


def _met(joint: Joint, plan: Chosen) -> Bools:
    met = np.zeros(len(joint.unit), dtype=bool)
    for site in plan:
        met[joint.rows(site)] = True
    return met


def _all_shares(joint: Joint, own: Sequence[Sequence[Chosen]], *, count: int) -> list[tuple[int, ...]]:
    """Return the best shares, trying all: the last type takes what is left."""
    met = [[_met(joint, plan) for plan in plans] for plans in own]
    starts = np.flatnonzero(np.diff(joint.unit, prepend=-1))
    best: list[tuple[int, tuple[int, ...]]] = []

    def descend(share: tuple[int, ...], so_far: Bools) -> None:
        left, kind = count - sum(share), len(share)
        if kind == len(met) - 1:
            sites = min(left, len(met[kind]) - 1)
            whole = np.logical_and.reduceat(so_far | met[kind][sites], starts)
            best.append((int(joint.weight[whole].sum()), (*share, sites)))
            best.sort(key=lambda each: (-each[0], each[1]))
            del best[KEPT:]
            return
        for sites in range(min(left, len(met[kind]) - 1) + 1):
            descend((*share, sites), so_far | met[kind][sites])

    if len(starts):
        descend((), np.zeros(len(joint.unit), dtype=bool))
    return [share for _, share in best]


def _exchanged(joint: Joint, own: Sequence[Sequence[Chosen]], *, count: int) -> list[tuple[int, ...]]:
    if not own:
        return []
    even = [count // len(own) + (kind < count % len(own)) for kind in range(len(own))]
    share = [min(sites, len(plans) - 1) for sites, plans in zip(even, own, strict=True)]
    value = value_of(joint, _together(own, share))
    while True:
        tries = []
        for give in range(len(own)):
            for take in range(len(own)):
                if give != take and share[give] and share[take] + 1 < len(own[take]):
                    moved = [sites - (kind == give) + (kind == take) for kind, sites in enumerate(share)]
                    tries.append((value_of(joint, _together(own, moved)), moved))
        if not tries or max(tries, key=lambda each: each[0])[0] <= value:
            return [tuple(share)]
        value, share = max(tries, key=lambda each: each[0])
