"""Compiled judging of many origins: which pools they reach, and the circles that rest on these."""

# ruff: noqa: PLR0917  # kernels take nothing by its name

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lifecircle.engine import compiled

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]

COVERED = 2  # as in `kleene`


@compiled
def reach(key: Ints, rows: Ints, asks: Ints, pools: Codes) -> None:
    """Raise the status of pools that are reached along one search.

    Parameters
    ----------
    key : int64 (R, K)
        Of the residences of the search.
    rows : int64 (M,)
        Residences.
    asks : int64 (A, 4)
        Pool, column of `key`, the key that it must be below, and the status that this gives.
    pools : int8 (M, P)
        Changed in place.
    """
    for place in range(len(rows)):
        for ask in range(len(asks)):
            pool = asks[ask, 0]
            if key[rows[place], asks[ask, 1]] < asks[ask, 2]:
                pools[place, pool] = max(pools[place, pool], asks[ask, 3])


@compiled
def judge(pools: Codes, needs: Ints, counted: Ints, status: Codes) -> None:
    """Judge circles by the status of their pools.

    Parameters
    ----------
    pools : int8 (M, P)
    needs : int64 (N, 4)
        Requirements, circle by circle: circle, first pool, the pool after the last, and how many of them it takes.
    counted : int64 (H,)
        Circles of the joint verdict.
    status : int8 (M, C + 1)
        Of each circle, and of all that count; changed in place, circles without requirements stay.
    """
    for row in range(len(pools)):
        for need in range(len(needs)):
            circle, sure, possible = needs[need, 0], 0, 0
            for pool in range(needs[need, 1], needs[need, 2]):
                sure += pools[row, pool] == COVERED
                possible += pools[row, pool] != 0
            found = (sure >= needs[need, 3]) + (possible >= needs[need, 3])  # 2 covered, 1 unknown, 0 not covered
            first = need == 0 or needs[need - 1, 0] != circle
            status[row, circle] = found if first else min(status[row, circle], found)
        joint = COVERED
        for circle in counted:
            joint = min(joint, status[row, circle])
        status[row, -1] = joint
