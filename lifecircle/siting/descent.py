"""The steps of a subgradient method on whole-number multipliers within bounds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

PATIENCE = 15  # steps without progress before they are halved
MEMORY = 0.4  # of the last direction: damps the zigzag
PROGRESS = 1e-5
SHORTEST = 1e-4


class Descent:
    """Multipliers (R,) that are moved to make a bound small, and how far they go.

    Parameters
    ----------
    start : int64 (R,)
    most : int64 (R,)
        Multipliers stay between 0 and this.

    References
    ----------
    Held, Wolfe and Crowder (1974); Camerini, Fratta and Maffioli (1975) for the memory; slopes that lead out of the
    bounds are left out of the direction, which makes the steps far longer.
    """

    def __init__(self, start: Ints, most: Ints) -> None:
        self.multiplier = start
        self._most = most
        self._direction = np.zeros(len(start))
        self._theta, self._still, self._least = 1.0, 0, 2.0**62

    def move(self, slope: Ints, *, bound: float, value: float) -> bool:
        """Step against `slope` (R,) from a `bound` towards a `value` that is attained; False at the end."""
        self._still = 0 if bound < self._least - PROGRESS * abs(self._least) else self._still + 1
        self._least = min(self._least, bound)
        if self._still >= PATIENCE:
            self._theta, self._still = self._theta / 2.0, 0
        stuck = ((self.multiplier <= 0) & (slope > 0)) | ((self.multiplier >= self._most) & (slope < 0))
        self._direction = np.where(stuck, 0.0, slope) + MEMORY * self._direction
        norm = float((self._direction * self._direction).sum())
        if norm == 0.0 or self._theta < SHORTEST:
            return False
        length = self._theta * max(bound - value, 1.0) / norm
        moved = np.rint(self.multiplier - length * self._direction)
        self.multiplier = np.clip(moved, 0.0, self._most).astype(np.int64)
        return True
