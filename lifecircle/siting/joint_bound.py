"""How many units any choice of sites could complete at most, and good choices for several circles at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lifecircle.engine import ready, uses_kernels
from lifecircle.siting.bound import CLOSE, KICK_SEED, ROUND_UP, Bounded, fitting
from lifecircle.siting.descent import Descent
from lifecircle.siting.joint import RATIOS, Chosen, Joint, greedy, swapped, value_of
from lifecircle.siting.limits import Limit
from lifecircle.siting.relief import by_site

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

ITERATIONS = 400
WORTH_KICKING = 0.02  # a gap above this is worth a search from other starts
KICKS, ROUNDS = 16, 20


def solve(
    joint: Joint, limit: Limit, *, steps: Floats, starts: Sequence[Chosen] = (), iterations: int = ITERATIONS
) -> Bounded:
    """Choose sites that complete most units, and bound every choice from above.

    Greedy choices that look ahead differently far, and `starts`, are improved by swaps; the best one is kept. The bound
    relaxes "a unit is complete when each of its rows is met" with a multiplier a row; its optimum is that of the
    linear relaxation.

    Parameters
    ----------
    joint : Joint
    limit : Limit
    steps : float64 (S,)
        Numbers of sites (or budgets) for which a bound is wanted, ascending.
    starts : sequence of tuples of int
        Further choices within the limit, the most promising first.
    iterations : int

    Returns
    -------
    Bounded
    """
    chosen: Chosen = ()
    value = 0
    begun = [(start, RATIOS[0]) for start in starts]
    begun += [(greedy(joint, limit, ratio=ratio), ratio) for ratio in RATIOS]
    known: set[frozenset[int]] = set()
    for start, ratio in begun:
        if frozenset(start) in known:
            continue
        known.add(frozenset(start))
        found = swapped(joint, limit, start=start, ratio=ratio)
        known.add(frozenset(found))
        if (gained := value_of(joint, found)) > value:
            chosen, value = found, gained
    bound, curve = upper_bound(joint, limit, steps=steps, value=value, iterations=iterations)
    if bound - value > WORTH_KICKING * bound and chosen:
        chosen, value = _kicked(joint, limit, chosen=chosen)
    return Bounded(chosen, value, max(bound, float(value)), curve)


def _kicked(joint: Joint, limit: Limit, *, chosen: Chosen) -> tuple[Chosen, int]:
    """Take some sites away at random (the same ones in every run), fill up again and swap; keep what is better."""
    rng = np.random.default_rng(KICK_SEED)
    value = value_of(joint, chosen)
    for number in range(KICKS):
        ratio = RATIOS[number % len(RATIOS)]
        gone = rng.choice(len(chosen), min(len(chosen), 1 + number % 3), replace=False)
        kept = tuple(site for place, site in enumerate(chosen) if place not in gone)
        other = tuple(rng.choice(joint.sites, 1).tolist()) if number % 2 else ()
        start = fitting(joint.price, limit, picked=tuple(dict.fromkeys((*kept, *other))))
        found = swapped(joint, limit, start=greedy(joint, limit, ratio=ratio, start=start), ratio=ratio, rounds=ROUNDS)
        if (gained := value_of(joint, found)) > value:
            chosen, value = found, gained
    return chosen, value


def upper_bound(
    joint: Joint, limit: Limit, *, steps: Floats, value: int, iterations: int = ITERATIONS
) -> tuple[float, Floats]:
    """Return what no choice within the limit exceeds, and the same for every step.

    For any multipliers m >= 0 of the rows: the sum over units of what their weight has beyond their rows' multipliers,
    and the most that the sites' sums of multipliers can add up to.
    """
    weight, needs = joint.weight, joint.needs
    descent = Descent((weight // np.maximum(needs, 1))[joint.unit], weight[joint.unit])
    least = float(weight.sum())
    curve = np.full(len(steps), least)
    for _ in range(iterations):
        multiplier = descent.multiplier
        gain = loads(joint, multiplier).astype(float)
        used = np.bincount(joint.unit, weights=multiplier, minlength=len(weight)).astype(np.int64)
        base = float(np.maximum(weight - used, 0).sum())
        found, picked = limit.most(gain, joint.price)
        found = (found + base) * ROUND_UP
        curve = np.minimum(curve, (limit.curve(gain, joint.price, steps=steps) + base) * ROUND_UP)
        least = min(least, found)
        slope = -(weight > used)[joint.unit].astype(np.int64)
        for site in np.flatnonzero(picked).tolist():
            slope[joint.rows(site)] += 1
        if least - value <= CLOSE * least or not descent.move(slope, bound=found, value=value):
            break
    return least, curve


def loads(joint: Joint, multiplier: Ints) -> Ints:
    """Return, for every site (J,), the sum of the multipliers (R,) of its rows."""
    if uses_kernels():
        from lifecircle.siting import kernels

        out = np.zeros(joint.sites, dtype=np.int64)
        ready(kernels.loads)(joint.offsets, joint.row, multiplier, out)
        return out
    return by_site(joint.offsets, multiplier[joint.row])
