"""Which marked streets the least walks pass: closed gates, private ways, steps."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lifecircle.travel.ends import FAR, Ends
from lifecircle.travel.field import Field, over_junction
from lifecircle.travel.search import UNREACHED

Ints = npt.NDArray[np.int64]


def marks_on_way(field: Field, origins: Ends, *, mark: Ints) -> dict[int, frozenset[int]]:
    """Return the marks of the edges that a least walk of every owner passes.

    Where several walks are equally short, edges without a mark are taken first, then the smallest edge.

    Parameters
    ----------
    field : Field
        The walks to the nearest of some entrances.
    origins : Ends
        Where the walks begin (``leaving=True``).
    mark : int64 (E,)
        -1: no mark. Only junction to junction edges are looked at: who stands on a marked street has passed it.

    Returns
    -------
    dict
        By owner, those that reach an entrance over a junction within ``field.limit``.
    """
    by_tail = over_junction(field.value[origins.tail], origins.by_tail)
    by_head = over_junction(field.value[origins.head], origins.by_head)
    total = origins.leg + np.minimum(by_tail, by_head)
    first = np.where(by_tail <= by_head, origins.tail, origins.head)
    order = np.lexsort((total, origins.owner))
    owners, start = np.unique(origins.owner[order], return_index=True)
    best = order[start]
    walk = _Walks(field, mark)
    return {
        owner: walk.marks_from(int(first[row]))
        for owner, row in zip(owners.tolist(), best.tolist(), strict=True)
        if total[row] < FAR and total[row] <= field.limit
    }


class _Walks:
    """Follows walks from junction to junction; what was found once is kept."""

    def __init__(self, field: Field, mark: Ints) -> None:
        network = field.network
        ends = np.concatenate([network.tail, network.head]).astype(np.int64)
        self._order = np.argsort(ends, kind="stable")
        degree = np.bincount(ends, minlength=network.nodes)
        self._begin = np.concatenate([[0], np.cumsum(degree)])
        self._field, self._mark = field, mark
        self._known: dict[int, frozenset[int]] = {}

    def marks_from(self, node: int) -> frozenset[int]:
        """Return the marks on the walk from `node`."""
        path: list[tuple[int, int]] = []
        while node not in self._known:
            step = self._step(node)
            if step is None:
                self._known[node] = frozenset()
                break
            path.append((node, step[0]))
            node = step[1]
        found = self._known[node]
        for passed, mark in reversed(path):
            found = found | {mark} if mark >= 0 else found
            self._known[passed] = found
        return found

    def _step(self, node: int) -> tuple[int, int] | None:
        """Return mark and end of the next edge of the walk, None where it goes on to an entrance."""
        network, value, costs = self._field.network, self._field.value, self._field.impedance
        half = self._order[self._begin[node] : self._begin[node + 1]]
        edge = half % network.edges
        forward = half < network.edges
        cost = np.where(forward, costs.forward[edge], costs.backward[edge])
        end = np.where(forward, network.head[edge], network.tail[edge])
        tight = (cost > 0) & (value[end] != UNREACHED) & (value[node] == cost + value[end])
        if not tight.any():
            return None
        edge, end = edge[tight], end[tight]
        at = int(np.lexsort((edge, self._mark[edge] >= 0))[0])
        return int(self._mark[edge[at]]), int(end[at])
