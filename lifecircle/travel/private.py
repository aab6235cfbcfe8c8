"""How much of every walk runs on private ways."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lifecircle.engine import ready, uses_kernels
from lifecircle.model.network import Permission, WalkNetwork
from lifecircle.model.travel import Impedance
from lifecircle.travel.ends import Ends
from lifecircle.travel.search import UNREACHED

Ints = npt.NDArray[np.int64]


def _next_hops(network: WalkNetwork, impedance: Impedance, *, keys: Ints, scale: int) -> tuple[Ints, Ints]:
    """Return, per junction, the next junction of its canonical walk and the private part of that step.

    An edge is tight when the keys at its ends differ by exactly its cost; the tight edge with the
    smallest id is taken. Junctions without one stay where they are.
    """
    if uses_kernels():
        from lifecircle.travel import kernels

        hop, step = np.arange(network.nodes), np.zeros(network.nodes, dtype=np.int64)
        private = network.permission == Permission.PRIVATE
        ready(kernels.tight_steps)(
            network.tail, network.head, impedance.forward, impedance.backward, private, keys, scale, hop, step
        )
        return hop, step
    edge = np.tile(np.arange(network.edges), 2)
    start = np.concatenate([network.tail, network.head]).astype(np.int64)
    end = np.concatenate([network.head, network.tail]).astype(np.int64)
    weight = np.concatenate([impedance.forward, impedance.backward])
    tight = (weight > 0) & (keys[start] != UNREACHED) & (keys[end] != UNREACHED)
    tight &= keys[start] == keys[end] + weight * scale
    chosen = np.flatnonzero(tight)
    chosen = chosen[np.lexsort((edge[chosen], start[chosen]))]
    begin, first = np.unique(start[chosen], return_index=True)
    chosen = chosen[first]
    hop = np.arange(network.nodes)
    hop[begin] = end[chosen]
    step = np.zeros(network.nodes, dtype=np.int64)
    step[begin] = np.where(network.permission[edge[chosen]] == Permission.PRIVATE, weight[chosen], 0)
    return hop, step


def private_to_facility(
    network: WalkNetwork, impedance: Impedance, *, keys: Ints, scale: int, facilities: Ends
) -> Ints:
    """Return the private part of the canonical least walk from every junction to its facility.

    The canonical walk enters the facility's own edge as soon as that is tight, else follows the tight edge
    with the smallest id.

    Parameters
    ----------
    network : WalkNetwork
    impedance : Impedance
    keys : int64 (V,)
        Result of `least_keys`, seeded with `facilities` in order of rank.
    scale : int
    facilities : Ends

    Returns
    -------
    int64 (V,)
        0 where nothing is reached.
    """
    hop, step = _next_hops(network, impedance, keys=keys, scale=scale)
    last = np.zeros(network.nodes, dtype=np.int64)
    rank = np.arange(len(facilities.point))
    for junction, part in ((facilities.head, facilities.by_head), (facilities.tail, facilities.by_tail)):
        ends_here = keys[junction] == (facilities.leg + part) * scale + rank
        hop[junction[ends_here]] = junction[ends_here]
        step[junction[ends_here]] = 0
        last[junction[ends_here]] = np.where(facilities.private, part, 0)[ends_here]
    # Pointer doubling: after n rounds every junction has walked 2**n steps of its way.
    while True:
        further = hop[hop]
        if np.array_equal(further, hop):
            return step + last[hop]
        step, hop = step + step[hop], further
