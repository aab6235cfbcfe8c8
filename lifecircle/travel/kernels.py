"""Compiled searches: near-far, the sequential form of delta-stepping, on integer keys.

Kernels are cached on disk by numba and release the GIL. Each has one public wrapper elsewhere.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Nodes = npt.NDArray[np.int32]

UNREACHED = -1


@numba.njit(cache=True, nogil=True)
def near_far(  # noqa: PLR0913, PLR0915, PLR0917, C901  # a kernel takes its arrays one by one
    offsets: Nodes, end: Nodes, weight: Ints, seed_node: Nodes, seed_key: Ints, limit: int, step: int
) -> Ints:
    """Return the least key of every node, -1 beyond `limit`.

    Parameters
    ----------
    offsets : int32 (V + 1,)
    end : int32 (A,)
    weight : int64 (A,)
        In key units, above 0.
    seed_node : int32 (N,)
    seed_key : int64 (N,)
    limit : int
        Inclusive.
    step : int
        Width of a band of keys; any value above 0 gives the same result, a typical arc weight is fast.

    Returns
    -------
    int64 (V,)

    References
    ----------
    Meyer and Sanders (2003), Delta-stepping: a parallelizable shortest path algorithm, J. Algorithms 49.
    Davidson et al. (2014), Work-efficient parallel GPU methods for single-source shortest paths (near-far piles).
    """
    nodes = len(offsets) - 1
    far_off = np.int64(2**62)
    key = np.full(nodes, far_off, dtype=np.int64)
    near = np.empty(nodes, dtype=np.int32)
    next_near = np.empty(nodes, dtype=np.int32)
    far = np.empty(nodes, dtype=np.int32)
    in_near = np.zeros(nodes, dtype=np.bool_)
    in_far = np.zeros(nodes, dtype=np.bool_)
    near_count = 0
    far_count = 0
    for seed in range(len(seed_node)):
        node = seed_node[seed]
        if seed_key[seed] <= limit and seed_key[seed] < key[node]:
            key[node] = seed_key[seed]
            if not in_far[node]:
                in_far[node] = True
                far[far_count] = node
                far_count += 1
    band = np.int64(0)
    while far_count > 0:
        # Settle the next band that holds anything: move its nodes to the near pile, keep the rest far.
        lowest = far_off
        for place in range(far_count):
            lowest = min(lowest, key[far[place]])
        band = lowest + step
        kept = 0
        for place in range(far_count):
            node = far[place]
            if key[node] < band:
                in_far[node] = False
                in_near[node] = True
                near[near_count] = node
                near_count += 1
            else:
                far[kept] = node
                kept += 1
        far_count = kept
        while near_count > 0:
            next_count = 0
            for place in range(near_count):
                in_near[near[place]] = False
            for place in range(near_count):
                node = near[place]
                start = key[node]
                for arc in range(offsets[node], offsets[node + 1]):
                    reached = start + weight[arc]
                    other = end[arc]
                    if reached < key[other] and reached <= limit:
                        key[other] = reached
                        if reached < band:
                            if not in_near[other]:
                                in_near[other] = True
                                next_near[next_count] = other
                                next_count += 1
                        elif not in_far[other]:
                            in_far[other] = True
                            far[far_count] = other
                            far_count += 1
            near, next_near = next_near, near
            near_count = next_count
    for node in range(nodes):
        if key[node] == far_off:
            key[node] = -1
    return key
