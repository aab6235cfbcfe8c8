"""Weighted sums by status that follow changes and stay exact.

A float is a whole number times a power of two. All weights are written as whole numbers of one unit, the least of
their powers, in digits of base 2**30; sums of digits are exact in int64, whatever comes and goes. A sum is then one
whole number, and the float nearest to it is what ``math.fsum`` returns for the same weights: it rounds once, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]

DIGIT_BITS = 30
MANTISSA_BITS = 53
STATUSES = 3
EVERY = slice(None)


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
        """Return how to write `values` (N,), finite and at least 0."""
        _, exponent = np.frexp(values[values > 0])
        if not len(exponent):
            return cls(0, 3)
        low = int(exponent.min()) - MANTISSA_BITS
        return cls(low, -(-(int(exponent.max()) - low) // DIGIT_BITS) + 1)

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
        return self.rounded(self.sums(status.astype(np.intp), count=STATUSES))

    def sums(self, code: Ints, *, count: int, rows: Ints | slice = EVERY) -> Ints:
        """Return the sums of the digits of `rows` (by default all) by code 0 ... count - 1, int64 (D, count)."""
        # Digits are below 2**31 and so few that their sums are exact in float64, which is what bincount adds in.
        found = [np.bincount(code, weights=digit[rows], minlength=count) for digit in self._digits]
        return np.array(found).astype(np.int64).reshape(-1, count)

    def rounded(self, sums: Ints) -> ByStatus:
        """Return the weights that sums of digits (D, STATUSES) stand for, each rounded once."""
        wholes = [0] * STATUSES
        for place, row in zip(self._places, sums.tolist(), strict=True):
            wholes = [whole + (digit << DIGIT_BITS * place) for whole, digit in zip(wholes, row, strict=True)]
        fails, doubt, good = wholes
        return ByStatus(*map(self._how.number, (good, good + doubt, fails, doubt)))


class Tally:
    """The sums of one denominator: for each of C circles the weight of every status.

    Parameters
    ----------
    written : Written
        Weights (N,).
    status : int8 (N, C)
        Codes of `kleene`.
    """

    def __init__(self, written: Written, status: Codes) -> None:
        self._written = written
        self._sums = np.concatenate([written.sums(own.astype(np.intp), count=STATUSES) for own in status.T], axis=1)
        self._known: dict[int, ByStatus] = {}

    def move(self, rows: Ints, circle: Ints, *, before: Codes, after: Codes) -> None:
        """Follow origins `rows` (M,) from their status `before` in a circle (M,) to that `after`."""
        count = self._sums.shape[1]
        for status, sign in ((before, -1), (after, 1)):
            self._sums += sign * self._written.sums(circle * STATUSES + status, count=count, rows=rows)
        for number in set(circle.tolist()):
            self._known.pop(number, None)

    def weight_of(self, circle: int) -> ByStatus:
        """Return the weight of the origins of `circle` by status."""
        if circle not in self._known:
            own = self._sums[:, circle * STATUSES : (circle + 1) * STATUSES]
            self._known[circle] = self._written.rounded(own)
        return self._known[circle]
