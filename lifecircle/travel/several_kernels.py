"""Compiled search for the several nearest; its public wrapper is in `several`.

A label says that a facility reaches a node, and how far it is: ``value << 32 | facility``, so that labels are ordered
by value, then facility. A row of labels holds the least of them, ascending, one of a facility, `NO_LABEL` where there
are no more. A facility that is not among the k least of a node is not among those of any node reached over it either: k
others come nearer (or as near, with a smaller row) the same way. So k labels a node suffice.

Nodes are taken from near and far piles as in `kernels.spread`, but come back as long as they have labels to hand on.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lifecircle.engine import compiled

Labels = npt.NDArray[np.uint64]
Nodes = npt.NDArray[np.uint32]
Bytes = npt.NDArray[np.uint8]

# On which piles a node is: bits, as it may be on both.
NEAR, FAR = np.uint8(1), np.uint8(2)
NO_LABEL = np.uint64(2**64 - 1)
FACILITY = np.uint64(2**32 - 1)
WIDTH = np.uint64(32)
ZERO, ONE = np.uint64(0), np.uint64(1)


@compiled
def put(label: Labels, row: np.uint64, new: np.uint64) -> np.uint64:
    """Put a label into a row, instead of a greater one of the same facility; return its place, k if left out.

    Parameters
    ----------
    label : uint64 (N, k)
        The row is changed in place.
    row : uint64
    new : uint64
    """
    end = np.uint64(label.shape[1])
    if new >= label[row, end - ONE]:
        return end
    facility = new & FACILITY
    place = ZERO
    while label[row, place] < new:
        if label[row, place] & FACILITY == facility:
            return end
        place += ONE
    if label[row, place] == new:
        return end
    moved = new
    for later in range(place, end):
        label[row, later], moved = moved, label[row, later]
        if moved == NO_LABEL or moved & FACILITY == facility:
            break
    return place


@compiled
def spread_several(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917  # a kernel takes its arrays one by one
    offsets: Nodes,
    arc: Nodes,
    facility: Nodes,
    seed_offsets: Nodes,
    seed_node: Nodes,
    seed_value: Labels,
    limit: np.uint64,
    step: np.uint64,
    piles: Nodes,
    state: Bytes,
    handed: Nodes,
    label: Labels,
) -> None:
    """Find the least labels of every node.

    Parameters
    ----------
    offsets : uint32 (V + 1,)
    arc : uint32 (A, 2)
        End and weight of every arc.
    facility : uint32 (P,)
        Rows of the facilities searched from.
    seed_offsets, seed_node, seed_value
        Facility f starts from seeds ``seed_offsets[f]:seed_offsets[f + 1]``.
    limit : uint64
        The greatest label wanted.
    step : uint64
        Width of a band of labels; any above 0 gives the same result.
    piles : uint32 (4, V)
        Scratch, any content.
    state : uint8 (V,)
        Scratch, all 0 before and after.
    handed : uint32 (V,)
        Scratch, all 0: how many labels of a node its neighbours know.
    label : uint64 (V, k)
        All `NO_LABEL`; written.
    """
    near, next_near, far = piles[0], piles[1], piles[2]
    count = np.uint64(label.shape[1])
    near_count = ZERO
    far_count = ZERO
    for row in facility:
        for seed in range(np.uint64(seed_offsets[row]), np.uint64(seed_offsets[np.uint64(row) + ONE])):
            node, new = seed_node[seed], seed_value[seed] << WIDTH | np.uint64(row)
            if new <= limit and put(label, np.uint64(node), new) < count and state[node] == 0:
                state[node] = FAR
                far[far_count] = node
                far_count += ONE
    while far_count > ZERO:
        # Open the next band that holds anything: its nodes go to the near pile.
        lowest = NO_LABEL
        kept = ZERO
        for place in range(far_count):
            node = far[place]
            state[node] = 0
            if handed[node] < count and label[node, handed[node]] != NO_LABEL:
                lowest = min(lowest, label[node, handed[node]])
                far[kept] = node
                kept += ONE
        far_count = kept
        band = lowest + step
        kept = ZERO
        for place in range(far_count):
            node = far[place]
            if label[node, handed[node]] < band:
                state[node] = NEAR
                near[near_count] = node
                near_count += ONE
            else:
                state[node] = FAR
                far[kept] = node
                kept += ONE
        far_count = kept
        while near_count > ZERO:
            next_count = ZERO
            for place in range(near_count):
                node = near[place]
                state[node] &= FAR
                first = np.uint64(handed[node])
                last = first
                while last < count and label[node, last] < band:
                    last += ONE
                handed[node] = last
                for out in range(np.uint64(offsets[node]), np.uint64(offsets[np.uint64(node) + ONE])):
                    other, way = arc[out, ZERO], np.uint64(arc[out, ONE]) << WIDTH
                    for own in range(first, last):
                        new = label[node, own] + way
                        if new > limit or new >= label[other, count - ONE]:
                            break
                        at = put(label, np.uint64(other), new)
                        if at == count:
                            continue
                        handed[other] = min(np.uint64(handed[other]), at)
                        if new < band:
                            if not state[other] & NEAR:
                                state[other] |= NEAR
                                next_near[next_count] = other
                                next_count += ONE
                        elif state[other] == 0:
                            state[other] = FAR
                            far[far_count] = other
                            far_count += ONE
                if state[node] == 0 and last < count and label[node, last] != NO_LABEL:
                    state[node] = FAR
                    far[far_count] = node
                    far_count += ONE
            near, next_near = next_near, near
            near_count = next_count


@compiled
def leave(  # noqa: PLR0913, PLR0917  # a kernel takes its arrays one by one
    label: Labels,
    door_offsets: Nodes,
    door: Nodes,
    facility: Nodes,
    beside_offsets: Nodes,
    beside: Nodes,
    limit: np.uint64,
    found: Labels,
) -> None:
    """Find the least labels of every residence.

    Parameters
    ----------
    label : uint64 (V, k)
        Of the nodes.
    door_offsets : uint32 (V + 1,)
    door : uint32 (D, 2)
        Residence, and its way from the node, of every entrance that is left over a node.
    facility : uint32 (P,)
        Rows of the facilities searched from.
    beside_offsets : uint32 (F + 1,)
    beside : uint32 (N, 2)
        Residence, and its way, of every entrance on an edge of an entrance of a facility.
    limit : uint64
        The greatest label wanted.
    found : uint64 (R, k)
        All `NO_LABEL`; written.
    """
    for row in facility:
        for way in range(np.uint64(beside_offsets[row]), np.uint64(beside_offsets[np.uint64(row) + ONE])):
            put(found, np.uint64(beside[way, ZERO]), np.uint64(beside[way, ONE]) << WIDTH | np.uint64(row))
    for node in range(np.uint64(len(label))):
        for way in range(np.uint64(door_offsets[node]), np.uint64(door_offsets[node + ONE])):
            residence, part = np.uint64(door[way, ZERO]), np.uint64(door[way, ONE]) << WIDTH
            for place in range(np.uint64(label.shape[1])):
                new = label[node, place]
                if new > limit - part or new + part >= found[residence, -1]:
                    break
                put(found, residence, new + part)


@compiled
def told(  # noqa: PLR0917  # a kernel takes its arrays one by one
    found: Labels, first: int, value: npt.NDArray[np.float64], facility: npt.NDArray[np.int64]
) -> None:
    """Write labels as values and facility rows.

    Parameters
    ----------
    found : uint64 (R, k)
    first : int
        Of the k columns that are written.
    value : float64 (R, C)
        ``inf`` where there is no label.
    facility : int64 (R, C)
        -1 where there is none.
    """
    for row in range(np.uint64(len(found))):
        for place in range(np.uint64(found.shape[1])):
            column, one = np.uint64(first) + place, found[row, place]
            value[row, column] = np.inf if one == NO_LABEL else np.float64(one >> WIDTH)
            facility[row, column] = -1 if one == NO_LABEL else np.int64(one & FACILITY)
