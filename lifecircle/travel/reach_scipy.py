"""Pairs within a cutoff by scipy: the oracle, and the engine where kernels cannot be compiled."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from lifecircle.travel.reach_question import Pairs, Question

Ints = npt.NDArray[np.int64]
_Found = tuple[Ints, Ints, Ints]

# Values that one dense batch may hold.
DENSE = 1 << 23


def by_scipy(question: Question) -> Pairs:
    """Search, as many facilities at once as fit into one dense table."""
    batch = max(1, DENSE // max(question.arcs.nodes, 1))
    none = np.zeros(0, dtype=np.int64)
    parts: list[_Found] = [(none, none, none)]
    parts += [
        of_facilities(question, np.arange(first, min(first + batch, question.facilities)))
        for first in range(0, question.facilities, batch)
    ]
    residence, facility, value = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((facility, residence))
    return residence[order].astype(np.int32), facility[order].astype(np.int32), value[order]


def of_facilities(question: Question, facilities: Ints) -> _Found:
    """Return residence, facility and value of the pairs of some facilities, each started from a node of its own."""
    arcs, cutoff, nodes = question.arcs, question.cutoff, question.arcs.nodes
    seed, position = question.seeds.of_rows(facilities)
    # Values are shifted by 1 since a stored 0 is no arc to scipy; of double seeds the least counts.
    order = np.lexsort((question.seeds.value[seed], question.seeds.node[seed], position))
    seed, position = seed[order], position[order]
    node = question.seeds.node[seed]
    first = np.ones(len(seed), dtype=bool)
    first[1:] = (node[1:] != node[:-1]) | (position[1:] != position[:-1])
    node, weight, position = node[first], question.seeds.value[seed[first]] + 1, position[first]
    counts = np.bincount(position, minlength=len(facilities))
    graph = csr_array(
        (
            np.concatenate([arcs.weight, weight]).astype(np.float64),
            np.concatenate([arcs.end, node]).astype(np.int32),
            np.concatenate([arcs.offsets, len(arcs.end) + np.cumsum(counts)]).astype(np.int32),
        ),
        shape=(nodes + len(facilities), nodes + len(facilities)),
    )
    reached = dijkstra(graph, indices=nodes + np.arange(len(facilities)), limit=float(cutoff + 1))[:, :nodes]
    start, junction = np.nonzero(reached <= cutoff + 1)
    door, at = question.doors.of_rows(junction)
    over = reached[start[at], junction[at]].astype(np.int64) - 1 + question.doors.value[door]
    beside, by = question.beside.of_rows(facilities)
    residence = np.concatenate([question.doors.node[door], question.beside.node[beside]])
    facility = facilities[np.concatenate([start[at], by])]
    value = np.concatenate([over, question.beside.value[beside]])
    return _least(residence, facility, value=value, cutoff=cutoff)


def _least(residence: Ints, facility: Ints, *, value: Ints, cutoff: int) -> _Found:
    """Return every pair within `cutoff` once, with its least value."""
    near = np.flatnonzero(value <= cutoff)
    order = near[np.lexsort((value[near], facility[near], residence[near]))]
    residence, facility, value = residence[order], facility[order], value[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (residence[1:] != residence[:-1]) | (facility[1:] != facility[:-1])
    return residence[first], facility[first], value[first]
