"""What every site would give to every demand: the shared form of MCLP and p-median."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lifecircle.engine import ready, uses_kernels
from lifecircle.errors import SchemaError

Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

# Weights are whole numbers of which the total has at most so many bits: all sums are exact, in any order.
WEIGHT_BITS = 40


def whole_weights(weight: Floats) -> tuple[Ints, float]:
    """Return weights (U,) as whole numbers, and what one of them is worth.

    Whole weights of a total below 2**40 stay as they are; others are rounded to about 1e-12 of their total, so that
    plans are compared exactly and every engine finds the same one.

    Examples
    --------
    >>> whole_weights(np.array([3.0, 5.0]))
    (array([3, 5]), 1.0)
    """
    total = float(weight.sum())
    if total <= 0.0 or (total < 2**WEIGHT_BITS and np.array_equal(weight, np.rint(weight))):
        return np.rint(weight).astype(np.int64), 1.0
    unit = 2.0 ** np.ceil(np.log2(total)) / 2**WEIGHT_BITS
    return np.rint(weight / unit).astype(np.int64), float(unit)


@dataclass(frozen=True, slots=True, eq=False)
class Relief:
    """J sites and U demands: what a demand gets from the best of the chosen sites is added up.

    Attributes
    ----------
    offsets : int64 (J + 1,)
        Site j serves entries ``offsets[j]:offsets[j + 1]``.
    demand : int32 (P,)
        Ascending within a site.
    value : int64 (P,)
        Above 0: what the demand gets from the site. For MCLP the weight of the demand; for the p-median its weight
        times the time that it saves.
    demands : int
        U.
    price : float64 (J,)
        Above 0.
    """

    offsets: Ints
    demand: Rows
    value: Ints
    demands: int
    price: Floats

    def __post_init__(self) -> None:
        """Check that the parts belong together; make the arrays read-only."""
        if len(self.offsets) != len(self.price) + 1 or self.offsets[-1] != len(self.demand):
            raise SchemaError("Relief: offsets do not fit the sites and entries")
        if len(self.demand) != len(self.value) or np.any(self.price <= 0.0):
            raise SchemaError("Relief: every entry needs a value, every site a price above 0")
        for array in (self.offsets, self.demand, self.value, self.price):
            array.flags.writeable = False

    @property
    def sites(self) -> int:
        """J."""
        return len(self.price)

    def entries(self, site: int) -> slice:
        """Return where the entries of a site stand."""
        return slice(int(self.offsets[site]), int(self.offsets[site + 1]))

    def best(self) -> Ints:
        """Return the most that each demand can get (U,)."""
        most = np.zeros(self.demands, dtype=np.int64)
        np.maximum.at(most, self.demand, self.value)
        return most


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What each demand gets from a choice of sites: from its best one, from its second best, and which is the best."""

    first: Ints
    second: Ints
    owner: Ints

    @classmethod
    def of(cls, relief: Relief, chosen: tuple[int, ...]) -> Held:
        """Serve every demand from `chosen`; of equals the first."""
        first = np.zeros(relief.demands, dtype=np.int64)
        second, owner = first.copy(), np.full(relief.demands, -1, dtype=np.int64)
        for number, site in enumerate(chosen):
            at = relief.entries(site)
            row, value = relief.demand[at], relief.value[at]
            better = value > first[row]
            np.maximum.at(second, row, np.where(better, first[row], value))
            first[row[better]], owner[row[better]] = value[better], number
        return cls(first, second, owner)

    @property
    def total(self) -> int:
        """What all get."""
        return int(self.first.sum())


def over(relief: Relief, least: Ints) -> Ints:
    """Return, for every site (J,), the sum over its demands of what it gives beyond `least` (U,)."""
    if uses_kernels():
        from lifecircle.siting import kernels

        out = np.zeros(relief.sites, dtype=np.int64)
        ready(kernels.over)(relief.offsets, relief.demand, relief.value, least, out)
        return out
    return by_site(relief.offsets, np.maximum(relief.value - least[relief.demand], 0))


def shared(relief: Relief, held: Held, *, chosen: int) -> Ints:
    """Return (chosen, J) what each site gives back to the demands of a chosen one that goes.

    Of a demand that its best site leaves, a site gives what it has beyond the second best, up to what was held.
    """
    out = np.zeros((chosen, relief.sites), dtype=np.int64)
    if uses_kernels():
        from lifecircle.siting import kernels

        ready(kernels.shared)(relief.offsets, relief.demand, relief.value, held.first, held.second, held.owner, out)
        return out
    site = np.repeat(np.arange(relief.sites), np.diff(relief.offsets))
    row = relief.demand
    back = np.minimum(relief.value, held.first[row]) - held.second[row]
    used = (held.owner[row] >= 0) & (back > 0)
    np.add.at(out, (held.owner[row[used]], site[used]), back[used])
    return out


def by_site(offsets: Ints, value: Ints) -> Ints:
    """Return the sums (J,) of `value` (P,) over the entries of every site."""
    running = np.concatenate([[0], np.cumsum(value)])
    found: Ints = running[offsets[1:]] - running[offsets[:-1]]
    return found
