"""The search kernel: least integer keys from many seeds at once.

Everything that searches the network goes through `least_keys`, so that a faster engine can take
its place without anyone noticing: keys are whole numbers and every correct engine agrees on them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from lifecircle.errors import CutoffError
from lifecircle.model.network import WalkNetwork
from lifecircle.model.travel import Impedance

Ints = npt.NDArray[np.int64]
Nodes = npt.NDArray[np.int32]

UNREACHED = -1
# float64 holds every whole number up to here, and scipy adds in float64.
EXACT = 2**53


@dataclass(frozen=True, slots=True, eq=False)
class Arcs:
    """Directed arcs of a search, at most one from any node to any other.

    Attributes
    ----------
    nodes : int
        V.
    offsets : int32 (V + 1,)
        Node v owns arcs ``offsets[v]:offsets[v + 1]``.
    end : int32 (A,)
        Ascending within a node.
    weight : int64 (A,)
        Above 0.
    """

    nodes: int
    offsets: Nodes
    end: Nodes
    weight: Ints


def arcs_to_facilities(network: WalkNetwork, impedance: Impedance, *, cutoff: int) -> Arcs:
    """Return the walkable arcs turned round, for a search from facilities back to residences.

    Of parallel edges the least stays; loops and edges above `cutoff` serve no search.

    Parameters
    ----------
    network : WalkNetwork
    impedance : Impedance
        Of the same E edges.
    cutoff : int
        In the impedance's unit.

    Returns
    -------
    Arcs
    """
    start = np.concatenate([network.head, network.tail]).astype(np.int64)
    end = np.concatenate([network.tail, network.head]).astype(np.int64)
    weight = np.concatenate([impedance.forward, impedance.backward])
    usable = (weight > 0) & (weight <= cutoff) & (start != end)
    start, end, weight = start[usable], end[usable], weight[usable]
    order = np.lexsort((weight, end, start))
    start, end, weight = start[order], end[order], weight[order]
    first = np.ones(len(start), dtype=bool)
    first[1:] = (start[1:] != start[:-1]) | (end[1:] != end[:-1])
    counts = np.bincount(start[first], minlength=network.nodes)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return Arcs(network.nodes, offsets, end[first].astype(np.int32), weight[first])


def least_keys(arcs: Arcs, *, scale: int, seed_node: Ints, seed_key: Ints, limit: int) -> Ints:
    """Return the least key with which a seed reaches each node.

    A key grows by ``scale * weight`` along an arc. With keys ``value * scale + rank`` and
    ``0 <= rank < scale`` the result is the lexicographic minimum of (value, rank): the least value and, among the
    seeds that attain it, the smallest rank.

    Parameters
    ----------
    arcs : Arcs
    scale : int
        At least 1.
    seed_node, seed_key : int64 (N,)
        Keys of at least 0; a node may be seeded several times.
    limit : int
        Largest key wanted, inclusive; below 2**53.

    Returns
    -------
    int64 (V,)
        `UNREACHED` where no key within `limit` exists.

    Raises
    ------
    CutoffError
        If `limit` is too large for exact sums.

    References
    ----------
    Dijkstra (1959), A note on two problems in connexion with graphs; Numerische Mathematik 1.
    """
    if limit + scale >= EXACT:
        raise CutoffError(
            f"a search to {limit // scale} over {scale} entrances has no exact sums: use a shorter cutoff"
        )
    keys = np.full(arcs.nodes, UNREACHED, dtype=np.int64)
    near = seed_key <= limit
    order = np.lexsort((seed_key[near], seed_node[near]))
    node, key = seed_node[near][order], seed_key[near][order]
    if not len(node):
        return keys
    first = np.ones(len(node), dtype=bool)
    first[1:] = node[1:] != node[:-1]
    node, key = node[first], key[first]
    # One more node reaches every seed in one step; keys are shifted by 1 since a stored 0 is no arc to scipy.
    graph = csr_array(
        (
            np.concatenate([arcs.weight * scale, key + 1]).astype(np.float64),
            np.concatenate([arcs.end, node]).astype(np.int32),
            np.concatenate([arcs.offsets, [len(arcs.end) + len(node)]]).astype(np.int32),
        ),
        shape=(arcs.nodes + 1, arcs.nodes + 1),
    )
    found = dijkstra(graph, indices=arcs.nodes, limit=float(limit + 1))[: arcs.nodes]
    reached = found <= limit + 1
    keys[reached] = found[reached].astype(np.int64) - 1
    return keys
