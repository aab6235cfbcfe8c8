"""How much any choice of sites could give at most: a Lagrangian bound, and the choices it suggests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lifecircle.siting.choose import Chosen, greedy, swapped, value_of
from lifecircle.siting.descent import Descent
from lifecircle.siting.limits import Limit
from lifecircle.siting.relief import Held, Relief, over

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

ITERATIONS = 300
LEAST, MOST = 5, 40  # iterations for one step of the trade-off
TRIES = 12  # choices of the relaxation that are tried as starts of swaps
WORTH_KICKING = 2e-3
KICKS, KICK_SEED = 30, 7
CLOSE = 1e-4  # a gap below this is not worth more iterations
ROUND_UP = 1.0 + 1e-12  # sums of sites are added in floats


@dataclass(frozen=True, slots=True, eq=False)
class Bounded:
    """A choice of sites and what no choice can exceed.

    Attributes
    ----------
    chosen : tuple of int
    value : int
        What it gives.
    bound : float
        No choice within the limit gives more.
    curve : float64 (S,)
        The same for every step asked for.
    """

    chosen: Chosen
    value: int
    bound: float
    curve: Floats


def solve(
    relief: Relief,
    limit: Limit,
    *,
    steps: Floats,
    iterations: int = ITERATIONS,
    worth_kicking: float = WORTH_KICKING,
) -> Bounded:
    """Choose sites by greedy and swaps, and bound every choice from above.

    The bound relaxes "a demand is served once": with multipliers m >= 0 no choice gives more than
    ``sum(m) + max over choices of the sum of what each site gives beyond m``, for any m; a subgradient method makes it
    small. Its optimum is that of the linear relaxation. Choices that the relaxation makes on the way are improved by
    swaps, and the best one is kept.

    Parameters
    ----------
    relief : Relief
    limit : Limit
    steps : float64 (S,)
        Numbers of sites (or budgets) for which a bound is wanted, ascending.
    iterations : int
    worth_kicking : float
        A gap above this, of the bound, is worth a search from other starts.

    Returns
    -------
    Bounded

    References
    ----------
    Galvao and ReVelle (1996), A Lagrangean heuristic for the maximal covering location problem; Held, Wolfe and Crowder
    (1974); docs/methods/siting.md.
    """
    chosen = swapped(relief, limit, start=greedy(relief, limit))
    value = value_of(relief, chosen)
    search = Relaxation(relief, steps=steps, held=Held.of(relief, chosen).first)
    tried, worth_trying = {frozenset(chosen)}, 0
    for _ in range(iterations):
        picked = search.step(limit, value=value)
        if picked is not None and worth_trying < TRIES and search.improved:
            start = fitting(relief.price, limit, picked=picked)
            if frozenset(start) not in tried and value_of(relief, start) > 0.9 * value:
                tried.add(frozenset(start))
                worth_trying += 1
                found = swapped(relief, limit, start=greedy(relief, limit, start=start))
                if (gained := value_of(relief, found)) > value:
                    chosen, value = found, gained
        if picked is None or search.bound - value <= CLOSE * search.bound:
            break
    if search.bound - value > worth_kicking * search.bound:
        chosen, value = _kicked(relief, limit, chosen=chosen)
    return Bounded(chosen, value, max(search.bound, float(value)), search.curve)


def _kicked(relief: Relief, limit: Limit, *, chosen: Chosen) -> tuple[Chosen, int]:
    """Take some sites away at random (the same ones in every run), fill up again and swap; keep what is better."""
    rng = np.random.default_rng(KICK_SEED)
    value = value_of(relief, chosen)
    for number in range(KICKS):
        gone = rng.choice(len(chosen), min(len(chosen), 2 + number % 3), replace=False)
        kept = tuple(site for place, site in enumerate(chosen) if place not in gone)
        others = rng.choice(relief.sites, min(relief.sites, len(gone)), replace=False).tolist()
        start = fitting(relief.price, limit, picked=(*kept, *(site for site in others if site not in chosen)))
        found = swapped(relief, limit, start=greedy(relief, limit, start=start))
        if (gained := value_of(relief, found)) > value:
            chosen, value = found, gained
    return chosen, value


def sharpened(
    relief: Relief, limits: Sequence[Limit], *, choices: Sequence[Chosen], steps: Floats, curve: Floats
) -> Floats:
    """Return `curve` (S,), every step's bound made smaller from the choice that was found for it."""
    each = max(LEAST, min(MOST, ITERATIONS // max(len(steps), 1)))
    for number, (limit, chosen) in enumerate(zip(limits, choices, strict=True)):
        held = Held.of(relief, chosen)
        search = Relaxation(relief, steps=steps, held=held.first)
        search.curve = np.minimum(search.curve, curve)
        for _ in range(each):
            bound = search.curve[number]
            if bound - held.total <= CLOSE * bound or search.step(limit, value=held.total) is None:
                break
        curve = search.curve
    return np.maximum.accumulate(curve)


class Relaxation:
    """The multipliers (U,) of a relief, and the best bounds so far.

    Parameters
    ----------
    relief : Relief
    steps : float64 (S,)
    held : int64 (U,)
        What a good choice gives each demand: multipliers start at half of it, or of what could be had.
    """

    def __init__(self, relief: Relief, *, steps: Floats, held: Ints) -> None:
        self._relief, self._steps = relief, steps
        self._most = relief.best()
        self._descent = Descent(np.where(held > 0, self._most // 2, 0), self._most)
        self.bound, self.curve = float(self._most.sum()), np.full(len(steps), float(self._most.sum()))
        self.improved = False

    def step(self, limit: Limit, *, value: float) -> Chosen | None:
        """Compute the bounds of the multipliers and move them; return what the relaxation chooses, None at its end."""
        relief, multiplier = self._relief, self._descent.multiplier
        gain = over(relief, multiplier).astype(float)
        base = float(multiplier.sum())
        found, picked = limit.most(gain, relief.price)
        found = (found + base) * ROUND_UP
        self.curve = np.minimum(self.curve, (limit.curve(gain, relief.price, steps=self._steps) + base) * ROUND_UP)
        self.improved = found < self.bound
        self.bound = min(self.bound, found)
        chosen = tuple(np.flatnonzero(picked).tolist())
        slope = np.ones(relief.demands, dtype=np.int64)
        for site in chosen:
            at = relief.entries(site)
            row = relief.demand[at]
            slope[row] -= relief.value[at] > multiplier[row]
        return chosen if self._descent.move(slope, bound=found, value=value) else None


def fitting(price: Floats, limit: Limit, *, picked: Chosen) -> Chosen:
    """Return as many of `picked` as both limits allow, the first ones first."""
    kept: list[int] = []
    for site in picked:
        count, budget = limit.room(used=len(kept), spent=float(price[kept].sum()))
        if count >= 1 and price[site] <= budget:
            kept.append(site)
    return tuple(kept)
