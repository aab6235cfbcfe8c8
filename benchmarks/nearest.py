"""G1, G1b: the nearest facility of each of 25 types for every junction, against scipy on the same graph."""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.city import city
from benchmarks.places import CUTOFF_MS, arcs
from benchmarks.registry import Outcome, Size
from benchmarks.timing import environment, free_cores, interleaved, ratio
from lifecircle.engine import in_threads
from lifecircle.travel.search import Arcs, least_keys

TITLE = "Nearest facility of 25 types within 1200 m, every junction"
Ints = npt.NDArray[np.int64]


def nearest(graph: Arcs, facilities: Ints) -> Ints:
    """Return, per junction, ``time * N + number`` of the nearest of N facilities, -1 beyond the cutoff."""
    count = len(facilities)
    return least_keys(
        graph,
        scale=count,
        seed_node=facilities,
        seed_key=np.arange(count),
        limit=CUTOFF_MS * count + count - 1,
    )


def ours(graph: Arcs, types: tuple[Ints, ...]) -> list[Ints]:
    """Search for all types, on as many threads as the environment says."""
    return in_threads(functools.partial(nearest, graph), types)


def theirs(matrix: csr_array, types: tuple[Ints, ...], *, sources: bool = False) -> list[object]:
    """Search for all types with scipy; with `sources` also for the facility that serves, as ours always does."""
    return [
        dijkstra(matrix, indices=nodes, min_only=True, limit=CUTOFF_MS, return_predecessors=sources) for nodes in types
    ]


def check(graph: Arcs, matrix: csr_array, types: tuple[Ints, ...]) -> None:
    """Every time equal, and every facility one that scipy's own time leads to."""
    plain = theirs(matrix, types)
    for facilities, keys, seconds in zip(types, ours(graph, types), plain, strict=True):
        reached = keys >= 0
        assert np.array_equal(reached, np.isfinite(seconds))
        assert np.array_equal(keys[reached] // len(facilities), seconds[reached].astype(np.int64))
    facilities, keys = types[0], nearest(graph, types[0])
    reached = np.flatnonzero(keys >= 0)
    single = dijkstra(matrix, indices=facilities, limit=CUTOFF_MS)
    least = single[:, reached]
    assert np.array_equal(least.argmin(axis=0), keys[reached] % len(facilities))


def run(size: Size) -> Outcome:
    """Measure one thread against scipy, and two threads against one."""
    made = city(size.nodes)
    graph = arcs(made.network)
    matrix = csr_array((graph.weight.astype(float), graph.end, graph.offsets), shape=(graph.nodes, graph.nodes))
    types = made.facilities
    check(graph, matrix, types)

    def on_threads(count: int) -> list[Ints]:
        with environment(LIFECIRCLE_THREADS=str(count), LIFECIRCLE_ENGINE="numba"):
            return ours(graph, types)

    times = interleaved(
        {
            "lifecircle, one thread": lambda: on_threads(1),
            "lifecircle, two threads": lambda: on_threads(2),
            "scipy `min_only` + `limit`, times only": lambda: theirs(matrix, types),
            "scipy `min_only` + `limit`, with the serving facility": lambda: theirs(matrix, types, sources=True),
        },
        size.repetitions,
    )
    one, two, plain, full = times.values()
    rows = tuple(
        (name, found.text(), f"{found.median_wall * 1000:.1f} ms", f"{ratio(found, one):.1f}")
        for name, found in times.items()
    )
    faster, same = ratio(plain, one), ratio(full, one)
    threads, free = one.median_wall / two.median_wall, free_cores()
    return Outcome(
        ("candidate", "CPU, median (range)", "wall, median", "times ours"),
        rows,
        (
            (f"G1 >= 4x scipy (stretch 6x): {faster:.1f}x; {same:.1f}x for the same answer", faster >= 4),
            (f"G1b two threads >= 1.7x one, on two free cores: {threads:.2f}x", threads >= 1.7),
        ),
        (
            f"V = {graph.nodes}, {len(graph.end)} arcs, {sum(map(len, types))} facilities.",
            f"Cores free for G1b, by two threads that only hash: {free:.1f} of 2.",
        ),
    )
