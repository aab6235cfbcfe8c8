"""Least integer keys from many seeds at once, by compiled kernels or by scipy.

Everything that searches the network goes through `least_keys` (or, for pairs, `reach`): keys are whole
numbers, so that every correct engine agrees on them.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from lifecircle.engine import ready, uses_kernels
from lifecircle.errors import CutoffError
from lifecircle.model.network import WalkNetwork
from lifecircle.model.travel import Impedance

Ints = npt.NDArray[np.int64]
Nodes = npt.NDArray[np.int32]

UNREACHED = -1
# float64 holds every whole number up to here, and scipy adds in float64.
EXACT = 2**53
# Compiled searches keep weights in 32 bits: 49 days of walking in milliseconds.
NARROW = 2**32 - 1
# Keys handled in one go: so many mean arcs. Results do not depend on it; 3 to 8 are equally fast.
STEP_ARCS = 4


@dataclass(slots=True, eq=False)
class Scratch:
    """Memory that searches on V nodes share, one after another.

    Attributes
    ----------
    piles : uint32 (4, V)
        Any content.
    state : uint8 (V,)
        All 0 between searches.
    """

    piles: npt.NDArray[np.uint32]
    state: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, nodes: int) -> Scratch:
        """Return memory for searches on `nodes` nodes."""
        return cls(np.empty((4, nodes), dtype=np.uint32), np.zeros(nodes, dtype=np.uint8))


@dataclass(frozen=True, eq=False)
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
    _local: threading.local = field(default_factory=threading.local, init=False, repr=False)

    @cached_property
    def narrow(self) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
        """`offsets`, and ends and weights side by side (A, 2), as the kernels want them."""
        return self.offsets.astype(np.uint32), np.column_stack([self.end, self.weight]).astype(np.uint32)

    @cached_property
    def step(self) -> int:
        """Width of a band of keys that searches handle in one go, in units of weight."""
        return 1 if not len(self.weight) else max(1, STEP_ARCS * int(self.weight.mean()))

    @property
    def scratch(self) -> Scratch:
        """The memory of this thread's searches."""
        if not hasattr(self._local, "scratch"):
            self._local.scratch = Scratch.of(self.nodes)
        found: Scratch = self._local.scratch
        return found


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
    pair = start * network.nodes + end
    order = np.argsort(pair)
    start, end, pair = start[order], end[order], pair[order]
    first = np.flatnonzero(np.diff(pair, prepend=-1))
    least = np.minimum.reduceat(weight[order], first) if len(first) else weight
    counts = np.bincount(start[first], minlength=network.nodes)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return Arcs(network.nodes, offsets, end[first].astype(np.int32), least)


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
    near = seed_key <= limit
    node, key = seed_node[near], seed_key[near]
    if not len(node):
        return np.full(arcs.nodes, UNREACHED, dtype=np.int64)
    if uses_kernels() and limit // scale < NARROW:
        return _by_kernel(arcs, scale=scale, seed_node=node, seed_key=key, limit=limit)
    return _by_scipy(arcs, scale=scale, seed_node=node, seed_key=key, limit=limit)


def _by_kernel(arcs: Arcs, *, scale: int, seed_node: Ints, seed_key: Ints, limit: int) -> Ints:
    """Search with the compiled kernel; weights fit 32 bits."""
    from lifecircle.travel import kernels

    offsets, arc = arcs.narrow
    scratch = arcs.scratch
    order = np.argsort(seed_node, kind="stable")  # neighbours in memory start one after another
    keys = np.full(arcs.nodes, kernels.NO_KEY, dtype=np.uint64)
    ready(kernels.spread)(
        offsets,
        arc,
        np.uint64(scale),
        seed_node[order].astype(np.uint32),
        seed_key[order].astype(np.uint64),
        np.uint64(limit),
        np.uint64(arcs.step * scale),
        keys,
        scratch.piles[0],
        scratch.piles[1],
        scratch.piles[2],
        scratch.piles[3],
        scratch.state,
    )
    return keys.view(np.int64)  # all bits set, which is no key, reads -1


def _by_scipy(arcs: Arcs, *, scale: int, seed_node: Ints, seed_key: Ints, limit: int) -> Ints:
    """Search with scipy: the oracle, and the engine where kernels cannot be compiled."""
    keys = np.full(arcs.nodes, UNREACHED, dtype=np.int64)
    order = np.lexsort((seed_key, seed_node))
    node, key = seed_node[order], seed_key[order]
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
