"""How much may be chosen: a number of sites, a budget, or both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# Sums of prices are compared with so much room: 0.1 + 0.2 fits into a budget of 0.3.
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Limit:
    """A number of sites, a budget, or both.

    Attributes
    ----------
    count : int or None
    budget : float or None
    """

    count: int | None = None
    budget: float | None = None

    def room(self, *, used: int, spent: float) -> tuple[float, float]:
        """Return how many more sites and how much more money fit; ``inf`` where nothing limits them."""
        count = np.inf if self.count is None else float(self.count - used)
        budget = np.inf if self.budget is None else self.budget * (1.0 + TOLERANCE) - spent
        return count, budget

    def most(self, gain: Floats, price: Floats) -> tuple[float, Bools]:
        """Return at least the most that independent gains (J,) can add up to, and which sites attain it.

        The greater gains for a number of sites; the greater gains for their price for a budget, the last one in part
        (Dantzig 1957). With both the smaller of the two sums, which neither can exceed.
        """
        found: list[tuple[float, Bools]] = []
        if self.count is not None:
            order = np.argsort(-gain, kind="stable")[: self.count]
            order = order[gain[order] > 0.0]
            found.append((float(gain[order].sum()), _mask(order, len(gain))))
        if self.budget is not None:
            found.append(_fractional(gain, price, budget=self.budget * (1.0 + TOLERANCE)))
        if not found:
            return float(gain[gain > 0.0].sum()), gain > 0.0
        return min(found, key=lambda each: each[0])

    def curve(self, gain: Floats, price: Floats, *, steps: Floats) -> Floats:
        """Return `most` for every number of sites or budget in `steps` (ascending)."""
        if self.budget is None:
            total = np.concatenate([[0.0], np.cumsum(-np.sort(-np.maximum(gain, 0.0)))])
            return np.asarray(total[np.minimum(steps.astype(np.int64), len(gain))])
        order = np.argsort(-gain / price, kind="stable")
        order = order[gain[order] > 0.0]
        spent = np.concatenate([[0.0], np.cumsum(price[order])])
        total = np.concatenate([[0.0], np.cumsum(gain[order])])
        return np.interp(steps * (1.0 + TOLERANCE), spent, total)


def _fractional(gain: Floats, price: Floats, *, budget: float) -> tuple[float, Bools]:
    fits = price <= budget  # what does not fit at all is no part of any plan
    order = np.argsort(np.where(fits, -gain / price, np.inf), kind="stable")
    order = order[(gain[order] > 0.0) & fits[order]]
    spent = np.cumsum(price[order])
    whole = int(np.searchsorted(spent, budget, side="right"))
    total = float(gain[order[:whole]].sum())
    if whole < len(order):
        left = budget - (spent[whole - 1] if whole else 0.0)
        total += float(gain[order[whole]] * left / price[order[whole]])
    return total, _mask(order[:whole], len(gain))


def _mask(chosen: npt.NDArray[np.int64], length: int) -> Bools:
    mask = np.zeros(length, dtype=bool)
    mask[chosen] = True
    return mask
