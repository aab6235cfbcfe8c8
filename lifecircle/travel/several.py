"""The several nearest facilities of every residence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lifecircle.engine import in_threads, ready, uses_kernels
from lifecircle.travel.reach_question import Question
from lifecircle.travel.reach_scipy import DENSE, of_facilities

Ints = npt.NDArray[np.int64]
Found = tuple[npt.NDArray[np.float64], Ints]

# Labels keep values in the upper half of 64 bits, and sums of two of them must fit.
HALF = 2**31


def several_nearest(question: Question, pools: Sequence[Ints], *, count: int) -> Found:
    """Return the walks from every residence to the `count` nearest facilities of each of some pools.

    Walks are those of `reach_pairs`: a facility counts once, with its least walk over all entrances of both.

    Parameters
    ----------
    question : Question
        From `reach.ask`; R residences.
    pools : sequence of P arrays
        Rows of the question's facilities, ascending.
    count : int
        k, at least 1.

    Returns
    -------
    float64 (R, P * k), int64 (R, P * k)
        Values and facility rows, k columns a pool, by value, then facility row; ``inf`` and -1 beyond what is reached.

    References
    ----------
    docs/methods/walking-times.md; Dijkstra (1959).
    """
    shape = (question.residences, len(pools) * count)
    found = np.empty(shape), np.empty(shape, dtype=np.int64)
    search = _by_kernel if uses_kernels() and question.cutoff < HALF else _by_scipy
    in_threads(
        lambda number: search(question, pools[number], count=count, first=number * count, found=found),
        range(len(pools)),
    )
    return found


def _by_kernel(question: Question, pool: Ints, *, count: int, first: int, found: Found) -> None:
    """Search from all facilities at once with the compiled kernels, and write the columns from `first` on."""
    from lifecircle.travel import several_kernels as kernels

    arcs, seeds, doors, beside = question.arcs, question.seeds, question.doors, question.beside
    rows = pool.astype(np.uint32)
    limit = (np.uint64(question.cutoff) << kernels.WIDTH) + kernels.FACILITY
    step = np.uint64(min(arcs.step, question.cutoff)) << kernels.WIDTH
    label = np.full((arcs.nodes, count), kernels.NO_LABEL)
    nearest = np.full((question.residences, count), kernels.NO_LABEL)
    ready(kernels.spread_several)(
        *arcs.narrow, rows,
        seeds.offsets.astype(np.uint32), seeds.node.astype(np.uint32), seeds.value.astype(np.uint64),
        limit, step, arcs.scratch.piles, arcs.scratch.state, np.zeros(arcs.nodes, dtype=np.uint32), label,
    )  # fmt: skip
    ready(kernels.leave)(
        label, doors.offsets.astype(np.uint32), doors.side_by_side(),
        rows, beside.offsets.astype(np.uint32), beside.side_by_side(), limit, nearest,
    )  # fmt: skip
    ready(kernels.told)(nearest, first, *found)


def _by_scipy(question: Question, pool: Ints, *, count: int, first: int, found: Found) -> None:
    """Search pairs, as many facilities at once as fit into one dense table, and keep the nearest so far."""
    batch = max(1, DENSE // max(question.arcs.nodes, question.residences, 1))
    value, facility = np.full((question.residences, count), np.inf), np.full((question.residences, count), -1)
    for begin in range(0, len(pool), batch):
        rows = pool[begin : begin + batch]
        residence, other, walk = of_facilities(question, rows)
        walks = np.full((question.residences, len(rows)), np.inf)
        walks[residence, np.searchsorted(rows, other)] = walk
        values = np.hstack([value, walks])
        owners = np.hstack([facility, np.where(np.isinf(walks), -1, rows)])
        nearest = np.argsort(values, axis=1, kind="stable")[:, :count]
        value, facility = (np.take_along_axis(table, nearest, axis=1) for table in (values, owners))
    columns = slice(first, first + count)
    found[0][:, columns], found[1][:, columns] = value, facility
