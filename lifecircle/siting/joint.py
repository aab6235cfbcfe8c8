"""Units that count only when all of their requirements are met: choices of sites for several circles at once."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lifecircle.engine import in_threads, ready, uses_kernels
from lifecircle.errors import SchemaError
from lifecircle.siting.limits import Limit
from lifecircle.siting.relief import by_site

Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Chosen = tuple[int, ...]

# A unit that lacks m requirements is worth RATIO**m of one that lacks none: how far greedy choices look ahead.
RATIOS = (0.15, 0.35, 0.6, 0.85)
WORTH_BITS = 16


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """J sites, R rows (requirements not met) of U units.

    Attributes
    ----------
    offsets : int64 (J + 1,)
        Site j meets entries ``offsets[j]:offsets[j + 1]``.
    row : int32 (P,)
        Ascending within a site.
    unit : int32 (R,)
        Ascending: rows of one unit stand side by side.
    weight : int64 (U,)
    price : float64 (J,)
        Above 0.
    """

    offsets: Ints
    row: Rows
    unit: Rows
    weight: Ints
    price: Floats

    def __post_init__(self) -> None:
        """Check that the parts belong together; make the arrays read-only."""
        if len(self.offsets) != len(self.price) + 1 or self.offsets[-1] != len(self.row):
            raise SchemaError("Joint: offsets do not fit the sites and entries")
        if np.any(np.diff(self.unit) < 0) or np.any(self.price <= 0.0):
            raise SchemaError("Joint: units must ascend, prices be above 0")
        for array in (self.offsets, self.row, self.unit, self.weight, self.price):
            array.flags.writeable = False

    @property
    def sites(self) -> int:
        """J."""
        return len(self.price)

    @property
    def needs(self) -> Rows:
        """How many rows each unit has (U,)."""
        return np.bincount(self.unit, minlength=len(self.weight)).astype(np.int32)

    def rows(self, site: int) -> Rows:
        """Return the rows that a site meets."""
        return self.row[int(self.offsets[site]) : int(self.offsets[site + 1])]


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """How often each row is met, and how many rows each unit lacks."""

    met: Rows
    lacks: Rows

    @classmethod
    def of(cls, joint: Joint, chosen: Chosen) -> State:
        """Return the state when `chosen` are built."""
        met = np.zeros(len(joint.unit), dtype=np.int32)
        for site in chosen:
            met[joint.rows(site)] += 1
        lacks = np.bincount(joint.unit[met == 0], minlength=len(joint.weight)).astype(np.int32)
        return cls(met, lacks)

    def value(self, joint: Joint) -> int:
        """Return the weight of the units that lack nothing."""
        return int(joint.weight[self.lacks == 0].sum())


def worths(most: int, ratio: float) -> Ints:
    """Return what a unit is worth by how many rows it lacks (most + 1,)."""
    return np.rint(ratio ** np.arange(most + 1) * 2**WORTH_BITS).astype(np.int64)


def closing(joint: Joint, state: State, *, worth: Ints) -> Ints:
    """Return (J, 2): the weight that each site would complete, and by how much it would advance all by `worth`."""
    if uses_kernels():
        from lifecircle.siting import kernels

        out = np.zeros((joint.sites, 2), dtype=np.int64)
        ready(kernels.closing)(joint.offsets, joint.row, joint.unit, state.met, state.lacks, joint.weight, worth, out)
        return out
    unit = joint.unit[joint.row].astype(np.int64)
    site = np.repeat(np.arange(joint.sites), np.diff(joint.offsets))
    pair = site * len(joint.weight) + unit
    first = np.flatnonzero(np.diff(pair, prepend=-1))
    running = np.concatenate([[0], np.cumsum(state.met[joint.row] == 0)])
    fresh = running[np.append(first[1:], len(pair))] - running[first]
    one = unit[first]
    left = state.lacks[one] - fresh
    whole = np.where((left == 0) & (fresh > 0), joint.weight[one], 0)
    advance = joint.weight[one] * (worth[left] - worth[state.lacks[one]])
    bounds = np.searchsorted(site[first], np.arange(joint.sites + 1))
    return np.column_stack([by_site(bounds, whole), by_site(bounds, advance)])


def greedy(joint: Joint, limit: Limit, *, ratio: float, start: Chosen = ()) -> Chosen:
    """Choose the site that advances most for its price, again and again; of equals the first."""
    chosen, worth = list(start), worths(int(joint.needs.max(initial=0)), ratio)
    while True:
        count, budget = limit.room(used=len(chosen), spent=float(joint.price[chosen].sum()))
        if count < 1 or not joint.sites:
            return tuple(chosen)
        gain = closing(joint, State.of(joint, tuple(chosen)), worth=worth)[:, 1] / joint.price
        gain[joint.price > budget] = 0.0
        site = int(np.argmax(gain))
        if gain[site] <= 0.0:
            return tuple(chosen)
        chosen.append(site)


def swapped(joint: Joint, limit: Limit, *, start: Chosen, ratio: float, rounds: int = 1000) -> Chosen:
    """Exchange one chosen site for another while more units are completed, or as many and the others advanced."""
    chosen, worth = list(start), worths(int(joint.needs.max(initial=0)), ratio)
    for _ in range(rounds):
        state = State.of(joint, tuple(chosen))
        here = state.value(joint), int((joint.weight * worth[state.lacks]).sum())
        places = [*range(len(chosen)), *([len(chosen)] if _more(joint, limit, chosen) else [])]
        now = tuple(chosen)
        work = functools.partial(_replacement, joint, limit, chosen=now, worth=worth)
        found = in_threads(work, places)
        best = max(range(len(found)), key=lambda number: (*found[number][:2], -number), default=-1)
        if best < 0 or found[best][:2] <= here:
            break
        chosen[best : best + 1] = [found[best][2]]
    return tuple(chosen)


def _more(joint: Joint, limit: Limit, chosen: Sequence[int]) -> bool:
    count, budget = limit.room(used=len(chosen), spent=float(joint.price[list(chosen)].sum()))
    return count >= 1 and bool((joint.price <= budget).any())


def _replacement(joint: Joint, limit: Limit, out: int, *, chosen: Chosen, worth: Ints) -> tuple[int, int, int]:
    """Return what is completed and advanced with the best site in place `out` of `chosen`, and that site."""
    rest = chosen[:out] + chosen[out + 1 :]
    state = State.of(joint, rest)
    _, budget = limit.room(used=len(rest), spent=float(joint.price[list(rest)].sum()))
    gain = closing(joint, state, worth=worth)
    gain[joint.price > budget] = -1
    most = gain[:, 0].max()
    site = int(np.argmax(np.where(gain[:, 0] == most, gain[:, 1], -1)))
    value, advance = state.value(joint), int((joint.weight * worth[state.lacks]).sum())
    return value + int(gain[site, 0]), advance + int(gain[site, 1]), site


def value_of(joint: Joint, chosen: Chosen) -> int:
    """Return the weight of the units that `chosen` complete."""
    return State.of(joint, chosen).value(joint)
