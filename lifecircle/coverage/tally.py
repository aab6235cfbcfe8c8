"""Weighted sums by status that follow changes and stay exact.

A float is a whole number times a power of two. All weights are written as whole numbers of one unit, the least of
their powers, in digits of base 2**30; sums of digits are exact in int64, whatever comes and goes. A sum is then one
whole number, and the float nearest to it is what ``math.fsum`` returns for the same weights: it rounds once, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]

DIGIT_BITS = 30
MANTISSA_BITS = 53
SPARE_BITS = 8  # room for a weight times a number of circles
STATUSES = 3


@dataclass(frozen=True, slots=True)
class Digits:
    """How weights are written.

    Attributes
    ----------
    unit : int
        The weights are whole numbers of ``2 ** unit``.
    count : int
        Digits of each.
    """

    unit: int
    count: int

    @classmethod
    def for_weights(cls, values: Floats) -> Self:
        """Return how to write `values` (N,), finite and at least 0, and up to 255 times as much."""
        _, exponent = np.frexp(values[values > 0])
        if not len(exponent):
            return cls(0, 3)
        low = int(exponent.min()) - MANTISSA_BITS
        return cls(low, -(-(int(exponent.max()) - low + SPARE_BITS) // DIGIT_BITS) + 1)

    def write(self, values: Floats) -> Ints:
        """Return the digits of `values` (N,), least first, int64 (N, D)."""
        share, exponent = np.frexp(values)
        whole = np.ldexp(share, MANTISSA_BITS).astype(np.int64)
        place, shift = np.divmod(np.where(whole > 0, exponent - MANTISSA_BITS - self.unit, 0), DIGIT_BITS)
        base, rows = (1 << DIGIT_BITS) - 1, np.arange(len(values))
        low, high = (whole & base) << shift, (whole >> DIGIT_BITS) << shift
        digits = np.zeros((len(values), self.count), dtype=np.int64)
        digits[rows, place] = low & base
        digits[rows, place + 1] = (low >> DIGIT_BITS) + (high & base)
        digits[rows, place + 2] = high >> DIGIT_BITS
        return digits

    def whole(self, digits: Sequence[int]) -> int:
        """Return the whole number of units that sums of digits stand for."""
        number = 0
        for digit in reversed(digits):
            number = (number << DIGIT_BITS) + digit
        return number

    def number(self, whole: int) -> float:
        """Return the float nearest to a whole number of units."""
        return whole / (1 << -self.unit) if self.unit < 0 else float(whole << self.unit)


class ByStatus(NamedTuple):
    """Weights of the covered, of those and the unknown, of the not covered, of the unknown."""

    covered: float
    upper: float
    not_covered: float
    unknown: float


class Written:
    """Weights (N,), finite and at least 0, written once to be summed by one status after another."""

    def __init__(self, values: Floats) -> None:
        self._how = Digits.for_weights(values)
        digits = self._how.write(values)
        self._places = np.flatnonzero(digits.any(axis=0)).tolist()
        self._digits = [digits[:, place].astype(np.float64) for place in self._places]

    def by_status(self, status: Codes) -> ByStatus:
        """Return the sums of the weights by `status` (N,), each rounded once."""
        code = status.astype(np.intp)
        sums = np.zeros((self._how.count, STATUSES), dtype=np.int64)
        for place, digit in zip(self._places, self._digits, strict=True):
            sums[place] = np.bincount(code, weights=digit, minlength=STATUSES)  # exact: see `Tally.move`
        fails, doubt, good = (self._how.whole(one) for one in sums.T.tolist())
        return ByStatus(*map(self._how.number, (good, good + doubt, fails, doubt)))


class Tally:
    """The sums of one denominator: for each of C circles the weight of every status, and the mean number covered.

    Parameters
    ----------
    values : float64 (N,)
        Weights.
    status : int8 (N, C)
        Codes of `kleene`.
    count : int64 (N,)
        Circles that cover each origin, at most 255.
    """

    def __init__(self, values: Floats, *, status: Codes, count: Ints) -> None:
        self._values, self._how = values, Digits.for_weights(values)
        self._digits = self._how.write(values)
        self._sums = np.stack([self._digits.T @ (status == code) for code in range(STATUSES)], axis=-1)
        self._counted = self._how.write(values * count).sum(axis=0)
        self._known: dict[int, ByStatus] = {}
        self.total = self._how.number(self._how.whole(self._digits.sum(axis=0).tolist()))

    def move(self, rows: Ints, *, before: tuple[Codes, Ints], after: tuple[Codes, Ints]) -> None:
        """Follow origins `rows` (M,) from their statuses (M, C) and counts (M,) `before` to those `after`."""
        changed, circle = np.nonzero(before[0] != after[0])
        digits = self._digits[rows[changed]].T
        for (status, _), sign in ((before, -1), (after, 1)):
            place = circle * STATUSES + status[changed, circle]
            # Digits are below 2**31 and so few that their sums are exact in float64, which is what bincount adds in.
            sums = [np.bincount(place, weights=digit, minlength=self._sums[0].size) for digit in digits]
            self._sums = self._sums + sign * np.array(sums).astype(np.int64).reshape(self._sums.shape)
        moved = np.flatnonzero(before[1] != after[1])
        weight = self._values[rows[moved]]
        written = self._how.write(np.concatenate([weight * after[1][moved], weight * before[1][moved]]))
        self._counted = self._counted + written[: len(moved)].sum(axis=0) - written[len(moved) :].sum(axis=0)
        for number in np.unique(circle).tolist():
            self._known.pop(number, None)

    def weight_of(self, circle: int) -> ByStatus:
        """Return the weight of the origins of `circle` by status."""
        if circle not in self._known:
            fails, doubt, good = (self._how.whole(digits) for digits in self._sums[:, circle].T.tolist())
            self._known[circle] = ByStatus(*map(self._how.number, (good, good + doubt, fails, doubt)))
        return self._known[circle]

    @property
    def covered_circles(self) -> float:
        """The sum over all origins of weight times circles that cover it, each product rounded."""
        return self._how.number(self._how.whole(self._counted.tolist()))

    def kept(self) -> tuple[Ints, Ints]:
        """Return what `restore` goes back to; sums are never changed in place."""
        return self._sums, self._counted

    def restore(self, kept: tuple[Ints, Ints]) -> None:
        """Go back to the sums of an earlier moment."""
        self._sums, self._counted = kept
        self._known = {}
