"""Compiled choice of the nearest pairs; its public wrapper is in `several`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lifecircle.engine import compiled


@compiled
def least(  # noqa: PLR0917  # a kernel takes its arrays one by one
    residence: npt.NDArray[np.int64],
    facility: npt.NDArray[np.int64],
    value: npt.NDArray[np.int64],
    best: npt.NDArray[np.float64],
    who: npt.NDArray[np.int64],
) -> None:
    """Put the pairs into lists of the least values, one for each residence.

    Parameters
    ----------
    residence, facility, value : int64 (P,)
        Facilities of a residence ascend: of equal values the first stays first.
    best : float64 (R, k)
        All ``inf``; written, ascending.
    who : int64 (R, k)
        Written beside it: the facility.
    """
    last = best.shape[1] - 1
    for pair in range(len(residence)):
        row, walk = residence[pair], float(value[pair])
        if walk >= best[row, last]:
            continue
        place = last
        while place > 0 and best[row, place - 1] > walk:
            best[row, place], who[row, place] = best[row, place - 1], who[row, place - 1]
            place -= 1
        best[row, place], who[row, place] = walk, facility[pair]
