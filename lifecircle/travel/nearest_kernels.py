"""Compiled choice of the points that residences leave from; its public wrapper is in `nearest`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lifecircle.engine import compiled

Ints = npt.NDArray[np.int64]


@compiled
def choose(  # noqa: PLR0913, PLR0917  # a kernel takes its arrays one by one
    owner: Ints,
    leg: Ints,
    tail: Ints,
    head: Ints,
    by_tail: Ints,
    by_head: Ints,
    along: Ints,
    keys: Ints,
    scale: int,
    limit: int,
    best: Ints,
    key: Ints,
    via: Ints,
) -> int:
    """Write the first point with the least key of every owner that has one below `limit`; return how many have.

    Parameters
    ----------
    owner, leg, tail, head, by_tail, by_head : int64 (N,)
        Of points, as in `Ends`; `owner` ascends.
    along : int64 (N,)
        Keys of the walks that never leave the point's edge.
    keys : int64 (V,)
        Of the junctions; negative where nothing is reached.
    scale, limit : int
    best, key, via : int64 (N,)
        Written: the point, its key, and whether it is `along` (0), over the tail (1) or over the head (2).
    """
    count = 0
    for point in range(len(owner)):
        least, way = along[point], 0
        over_tail, over_head = keys[tail[point]], keys[head[point]]
        # A part of an edge that cannot be walked is `FAR`, more than any limit; scaled it would not fit.
        if over_tail >= 0 and by_tail[point] < limit:
            sum_ = (leg[point] + by_tail[point]) * scale + over_tail
            if sum_ < least:
                least, way = sum_, 1
        if over_head >= 0 and by_head[point] < limit:
            sum_ = (leg[point] + by_head[point]) * scale + over_head
            if sum_ < least:
                least, way = sum_, 2
        if least >= limit:
            continue
        if count == 0 or owner[best[count - 1]] != owner[point]:
            count += 1
        elif least >= key[count - 1]:
            continue
        best[count - 1], key[count - 1], via[count - 1] = point, least, way
    return count
