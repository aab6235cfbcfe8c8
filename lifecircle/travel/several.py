"""The several nearest facilities of every residence, chosen from pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lifecircle.engine import ready, uses_kernels

if TYPE_CHECKING:
    from lifecircle.model.travel import ReachPairs


def nearest_of(pairs: ReachPairs, *, count: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return the values and facility rows of the `count` nearest of every residence.

    Parameters
    ----------
    pairs : ReachPairs
        R residences.
    count : int
        k, at least 1.

    Returns
    -------
    float64 (R, k), int64 (R, k)
        By value, then facility row; ``inf`` and -1 beyond what is reached.
    """
    rows = len(pairs.residence_ids)
    value, facility = np.full((rows, count), np.inf), np.full((rows, count), -1, dtype=np.int64)
    if uses_kernels():
        from lifecircle.travel import several_kernels as kernels

        residence, other, walk = (
            np.array(column, dtype=np.int64) for column in (pairs.residence, pairs.facility, pairs.value)
        )
        ready(kernels.least)(residence, other, walk, value, facility)
        return value, facility
    order = np.lexsort((pairs.facility, pairs.value, pairs.residence))
    own = pairs.residence[order]
    each = np.bincount(own, minlength=rows)
    rank = np.arange(len(order)) - np.repeat(np.cumsum(each) - each, each)
    near = rank < count
    cell = (own[near], rank[near])
    value[cell], facility[cell] = pairs.value[order][near], pairs.facility[order][near]
    return value, facility
