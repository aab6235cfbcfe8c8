"""The fewest (or cheapest) sites that meet every requirement that can be met."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lifecircle.siting.choose import Chosen, greedy
from lifecircle.siting.descent import Descent
from lifecircle.siting.joint import Joint
from lifecircle.siting.joint_bound import loads
from lifecircle.siting.limits import Limit
from lifecircle.siting.relief import Relief

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

ITERATIONS = 600
EVERY = 10  # iterations between choices that are guided by the multipliers
PRICE_BITS = 24  # prices as whole numbers: exact sums
ALMOST_WHOLE = 1e-6


@dataclass(frozen=True, slots=True)
class Covering:
    """Sites that meet every row, their price, and what no such choice goes below."""

    chosen: Chosen
    price: float
    bound: float


def cover(joint: Joint, *, iterations: int = ITERATIONS) -> Covering:
    """Choose few sites that meet every row.

    Greedy choices, at first by price, then by what the multipliers of the bound leave of it, each without the sites
    that others make superfluous; the cheapest is kept. The bound relaxes "every row is met": for multipliers m >= 0 no
    choice is cheaper than ``sum(m) + the sum over sites of min(0, price - their rows' m)``. Where prices are whole
    numbers it is rounded up.

    Parameters
    ----------
    joint : Joint
        Every row is met by some site.
    iterations : int

    Returns
    -------
    Covering

    References
    ----------
    Toregas et al. (1971); Beasley (1990), A Lagrangian heuristic for set-covering problems; docs/methods/siting.md.
    """
    rows = len(joint.unit)
    if rows == 0:
        return Covering((), 0.0, 0.0)
    scale = float(2**PRICE_BITS) / float(joint.price.max())
    price = np.rint(joint.price * scale).astype(np.int64)
    chosen = _thinned(joint, _greedy(joint, joint.price))
    best, lower = _price(joint, chosen), 0.0
    most = np.full(rows, int(price.max()), dtype=np.int64)
    descent = Descent(_first_multipliers(joint, price), most)
    whole = bool(np.all(joint.price == np.rint(joint.price)))
    for number in range(iterations):
        left = price - loads(joint, descent.multiplier)
        found = float(descent.multiplier.sum() + np.minimum(left, 0).sum()) / scale
        lower = max(lower, found)
        if number % EVERY == 0:
            guided = _thinned(joint, _greedy(joint, np.maximum(left / scale, 1e-9 * joint.price.max())))
            if _price(joint, guided) < best - 1e-12:
                chosen, best = guided, _price(joint, guided)
        if _rounded(lower, whole=whole) >= best * (1.0 - 1e-9):
            break
        slope = -np.ones(rows, dtype=np.int64)  # the bound is made large: its slopes are turned round
        for site in np.flatnonzero(left < 0).tolist():
            slope[joint.rows(site)] += 1
        if not descent.move(slope, bound=-found * scale, value=-1.02 * best * scale):
            break
    return Covering(chosen, best, min(_rounded(lower, whole=whole), best))


def _rounded(bound: float, *, whole: bool) -> float:
    return float(np.ceil(bound - ALMOST_WHOLE)) if whole else bound * (1.0 - 1e-12)


def _price(joint: Joint, chosen: Chosen) -> float:
    return float(joint.price[list(chosen)].sum())


def _greedy(joint: Joint, price: Floats) -> Chosen:
    """Choose the site that meets most rows for `price` (J,) until all are met."""
    ones = np.ones(len(joint.row), dtype=np.int64)
    relief = Relief(joint.offsets, joint.row, ones, len(joint.unit), np.maximum(price, 1e-12))
    return greedy(relief, Limit())


def _thinned(joint: Joint, chosen: Chosen) -> Chosen:
    """Leave out sites whose rows are all met by others, the dearest and the last chosen first."""
    met = np.zeros(len(joint.unit), dtype=np.int64)
    for site in chosen:
        met[joint.rows(site)] += 1
    kept = list(chosen)
    for place in sorted(range(len(chosen)), key=lambda place: (-joint.price[chosen[place]], -place)):
        rows = joint.rows(chosen[place])
        if len(rows) == 0 or met[rows].min() > 1:
            met[rows] -= 1
            kept.remove(chosen[place])
    return tuple(kept)


def _first_multipliers(joint: Joint, price: Ints) -> Ints:
    """Return, for every row, the least price a row of the sites that meet it."""
    counts = np.maximum(np.diff(joint.offsets), 1)
    per_row = np.repeat(price // counts, np.diff(joint.offsets))
    least = np.full(len(joint.unit), np.iinfo(np.int64).max)
    np.minimum.at(least, joint.row, per_row)
    return least
