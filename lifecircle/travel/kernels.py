"""Compiled searches: near-far, the sequential form of delta-stepping, on whole numbers.

Each kernel has one public wrapper, in `search`, `reach` or `private`. Indexes are unsigned where it matters, because a
signed one is checked for counting from the end at every access, which doubles the time.

References
----------
Meyer and Sanders (2003), Delta-stepping: a parallelizable shortest path algorithm, J. Algorithms 49.
Davidson et al. (2014), Work-efficient parallel GPU methods for single-source shortest paths (near-far piles).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lifecircle.engine import compiled

Ints = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
Nodes = npt.NDArray[np.uint32]
Rows = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]

# State of a node: on no pile, on the near pile, on the far pile.
IDLE, NEAR, FAR = np.uint8(0), np.uint8(1), np.uint8(2)
NO_KEY = np.uint64(2**64 - 1)
NO_VALUE = np.uint32(2**32 - 1)
ZERO, ONE = np.uint64(0), np.uint64(1)


@compiled
def spread(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917  # a kernel takes its arrays one by one
    offsets: Nodes,
    arc: Nodes,
    scale: np.uint64,
    seed_node: Nodes,
    seed_key: Keys,
    limit: np.uint64,
    step: np.uint64,
    key: Keys,
    near: Nodes,
    next_near: Nodes,
    far: Nodes,
    reached: Nodes,
    state: Bytes,
) -> np.uint64:
    """Lower the keys of all nodes that the seeds reach with less; return how many nodes are new.

    Parameters
    ----------
    offsets : uint32 (V + 1,)
    arc : uint32 (A, 2)
        End and weight of every arc.
    scale : uint64
        A key grows by ``scale * weight`` along an arc.
    seed_node : uint32 (N,)
    seed_key : uint64 (N,)
    limit : uint64
        Inclusive.
    step : uint64
        Width of a band of keys; any above 0 gives the same result.
    key : uint64 (V,)
        Lowered in place; `NO_KEY` is not reached.
    near, next_near, far : uint32 (V,)
        Scratch, any content.
    reached : uint32 (V,)
        Written: the nodes whose key was `NO_KEY` and is not any more, in no order that matters.
    state : uint8 (V,)
        Scratch, all `IDLE` before and after.
    """
    new_count = ZERO
    near_count = ZERO
    far_count = ZERO
    for seed in range(np.uint64(len(seed_node))):
        node = seed_node[seed]
        if seed_key[seed] <= limit and seed_key[seed] < key[node]:
            if key[node] == NO_KEY:
                reached[new_count] = node
                new_count += ONE
            key[node] = seed_key[seed]
            if state[node] == IDLE:
                state[node] = FAR
                far[far_count] = node
                far_count += ONE
    while far_count > ZERO:
        # Open the next band that holds anything: its nodes go to the near pile. A node that came
        # nearer since it was put on the far pile is on the near one, or done.
        lowest = NO_KEY
        for place in range(far_count):
            lowest = min(lowest, key[far[place]])
        band = lowest + step
        kept = ZERO
        for place in range(far_count):
            node = far[place]
            if state[node] == FAR:
                if key[node] < band:
                    state[node] = NEAR
                    near[near_count] = node
                    near_count += ONE
                else:
                    far[kept] = node
                    kept += ONE
        far_count = kept
        while near_count > ZERO:
            next_count = ZERO
            for place in range(near_count):
                node = near[place]
                start = key[node]
                state[node] = IDLE
                for out in range(np.uint64(offsets[node]), np.uint64(offsets[np.uint64(node) + ONE])):
                    other = arc[out, ZERO]
                    sum_ = start + np.uint64(arc[out, ONE]) * scale
                    if sum_ < key[other] and sum_ <= limit:
                        if key[other] == NO_KEY:
                            reached[new_count] = other
                            new_count += ONE
                        key[other] = sum_
                        if sum_ < band:
                            if state[other] != NEAR:
                                state[other] = NEAR
                                next_near[next_count] = other
                                next_count += ONE
                        elif state[other] == IDLE:
                            state[other] = FAR
                            far[far_count] = other
                            far_count += ONE
            near, next_near = next_near, near
            near_count = next_count
    return new_count


@compiled
def reach(  # noqa: PLR0913, PLR0917  # a kernel takes its arrays one by one
    offsets: Nodes,
    arc: Nodes,
    facility: tuple[np.uint64, np.uint64],
    seed_offsets: Nodes,
    seed_node: Nodes,
    seed_value: Keys,
    door_offsets: Nodes,
    door: Nodes,
    near_offsets: Nodes,
    near_door: Nodes,
    cutoff: np.uint64,
    step: np.uint64,
    piles: Nodes,
    state: Bytes,
    key: Keys,
    best: Nodes,
    pair: Nodes,
    counts: Ints,
) -> tuple[np.uint64, np.uint64]:
    """Find the residences within `cutoff` of one facility after the other.

    Parameters
    ----------
    offsets, arc, cutoff, step, state
        As in `spread`.
    facility : (uint64, uint64)
        First facility, and the first not to be searched.
    seed_offsets, seed_node, seed_value
        Facility f starts from seeds ``seed_offsets[f]:seed_offsets[f + 1]``.
    door_offsets : uint32 (V + 1,)
    door : uint32 (D, 2)
        Residence, and its way from the node, of every entrance that is left over a node.
    near_offsets : uint32 (F + 1,)
    near_door : uint32 (N, 2)
        Residence, and its way, of every entrance on an edge of an entrance of facility f.
    piles : uint32 (4, V)
        Scratch, any content.
    key : uint64 (V,)
        Scratch, all `NO_KEY` before and after.
    best : uint32 (R,)
        Scratch, all `NO_VALUE` before and after.
    pair : uint32 (P, 2)
        Written: residence and value, facility after facility.
    counts : int64 (F,)
        Written: how many pairs each facility has.

    Returns
    -------
    done : uint64
        The first facility that was not searched: its pairs might not have found room.
    pairs : uint64
        How many were written.
    """
    count = ZERO
    done = facility[0]
    room = np.uint64(len(best))
    while done < facility[1] and count + room <= np.uint64(len(pair)):
        first = count
        start, end = np.uint64(seed_offsets[done]), np.uint64(seed_offsets[done + ONE])
        new = spread(
            offsets, arc, ONE, seed_node[start:end], seed_value[start:end], cutoff, step,
            key, piles[0], piles[1], piles[2], piles[3], state,
        )  # fmt: skip
        for place in range(np.uint64(near_offsets[done]), np.uint64(near_offsets[done + ONE])):
            residence, value = near_door[place, ZERO], near_door[place, ONE]
            if best[residence] == NO_VALUE:
                pair[count, ZERO] = residence
                count += ONE
            best[residence] = min(best[residence], value)
        for place in range(np.uint64(new)):
            node = piles[3, place]
            so_far = key[node]
            key[node] = NO_KEY
            for way in range(np.uint64(door_offsets[node]), np.uint64(door_offsets[np.uint64(node) + ONE])):
                residence = door[way, ZERO]
                sum_ = so_far + np.uint64(door[way, ONE])
                if sum_ <= cutoff and sum_ < np.uint64(best[residence]):
                    if best[residence] == NO_VALUE:
                        pair[count, ZERO] = residence
                        count += ONE
                    best[residence] = np.uint32(sum_)
        for place in range(first, count):
            residence = pair[place, ZERO]
            pair[place, ONE] = best[residence]
            best[residence] = NO_VALUE
        counts[done] = count - first
        done += ONE
    return done, count


@compiled
def count_residences(pair: Nodes, counts: Ints) -> None:
    """Add to `counts` (R,) how many of the pairs (P, 2) each residence has."""
    for row in range(np.uint64(len(pair))):
        counts[pair[row, ZERO]] += 1


@compiled
def by_residence(  # noqa: PLR0913, PLR0917  # a kernel takes its arrays one by one
    pair: Nodes, first: int, counts: Ints, begin: Ints, residence: Rows, facility: Rows, value: Ints
) -> None:
    """Put pairs where they belong in the order of residences, then facilities; those of smaller facilities first.

    Parameters
    ----------
    pair : uint32 (P, 2)
        Residence and value, facility after facility.
    first : int
        The facility of the first pairs.
    counts : int64 (F,)
        Pairs of it and of those behind it.
    begin : int64 (R,)
        The next place of every residence; moved on. `residence`, `facility` and `value` are written.
    """
    end = ZERO
    for number in range(np.uint64(len(counts))):
        start = end
        end += np.uint64(counts[number])
        for row in range(start, end):
            owner = pair[row, ZERO]
            place = np.uint64(begin[owner])
            begin[owner] += 1
            residence[place] = owner
            facility[place] = first + number
            value[place] = pair[row, ONE]


@compiled
def tight_steps(  # noqa: PLR0913, PLR0917  # a kernel takes its arrays one by one
    tail: Rows,
    head: Rows,
    forward: Ints,
    backward: Ints,
    private: Bools,
    keys: Ints,
    scale: int,
    hop: Ints,
    step: Ints,
) -> None:
    """Write the next junction of every junction's canonical walk, and the private part of that step.

    Parameters
    ----------
    tail, head : int32 (E,)
    forward, backward : int64 (E,)
        What an edge takes either way; 0 is no way.
    private : bool (E,)
    keys : int64 (V,)
        Negative where nothing is reached.
    scale : int
    hop : int64 (V,)
        Each junction's own number; written where an edge is tight, that of the smallest id.
    step : int64 (V,)
        All 0; written likewise.
    """
    for edge in range(len(tail)):
        for back in range(2):
            start, end, weight = tail[edge], head[edge], forward[edge]
            if back:
                start, end, weight = end, start, backward[edge]
            if weight <= 0 or keys[start] < 0 or keys[end] < 0 or keys[start] != keys[end] + weight * scale:
                continue
            if hop[start] == start:
                hop[start] = end
                step[start] = weight if private[edge] else 0
