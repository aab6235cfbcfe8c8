"""G2: pairs of 5,000 facilities and every junction within 1200 m, against scipy per facility and on cropped graphs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.city import City, city
from benchmarks.places import CUTOFF_MS, arcs, endpoints, impedance, some_nodes
from benchmarks.registry import Outcome, Size
from benchmarks.timing import environment, interleaved, ratio
from lifecircle.travel.reach import answer, ask
from lifecircle.travel.reach_question import Question

TITLE = "Pairs within 1200 m, 5,000 facilities and every junction"
Ints = npt.NDArray[np.int64]
Table = tuple[Ints, Ints, Ints]

# No walk is shorter than the straight line, so that this halo loses nothing.
HALO_M = 1200.0
TILE_M = 2400.0
# Scipy's dense rows are timed for every tenth facility.
SAMPLE = 10


def question(made: City, facilities: Ints) -> Question:
    """Return what is searched: facilities at junctions, and at every junction a residence."""
    network = made.network
    return ask(
        network,
        impedance(network),
        residences=endpoints(network, np.arange(network.nodes)),
        facilities=endpoints(network, facilities, kind="a"),
        cutoff=CUTOFF_MS,
    )


def sorted_table(parts: list[Table]) -> Table:
    """Return the parts as one table, by residence, then facility."""
    residence, facility, value = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((facility, residence))
    return residence[order], facility[order], value[order]


def per_facility(matrix: csr_array, facilities: Ints) -> Table:
    """Search from one facility after the other over the whole graph, as far as the cutoff."""
    parts = []
    for number, node in enumerate(facilities):
        seconds = dijkstra(matrix, indices=node, limit=CUTOFF_MS)
        near = np.flatnonzero(np.isfinite(seconds))
        parts.append((near, np.full(len(near), number), seconds[near].astype(np.int64)))
    return sorted_table(parts)


def tiles(made: City, facilities: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Yield the facilities of each tile (positions in `facilities`), and the nodes in it and around it."""
    x, y = made.network.node_x, made.network.node_y
    column, row = ((place - place.min()) // TILE_M for place in (x, y))
    tile = row * 100_000 + column
    for number in np.unique(tile[facilities]):
        own = np.flatnonzero(tile[facilities] == number)
        west, south = (place.min() + TILE_M * part for place, part in ((x, number % 100_000), (y, number // 100_000)))
        near = (x >= west - HALO_M) & (x <= west + TILE_M + HALO_M)
        near &= (y >= south - HALO_M) & (y <= south + TILE_M + HALO_M)
        yield own, np.flatnonzero(near)


def cropped(matrix: csr_array, made: City, facilities: Ints) -> Table:
    """Search all facilities of a tile at once, over the part of the graph in reach of the tile."""
    parts = []
    for own, nodes in tiles(made, facilities):
        part = matrix[nodes][:, nodes]
        seconds = dijkstra(part, indices=np.searchsorted(nodes, facilities[own]), limit=CUTOFF_MS)
        start, near = np.nonzero(np.isfinite(seconds))
        parts.append((nodes[near], own[start], seconds[start, near].astype(np.int64)))
    return sorted_table(parts)


def check(asked: Question, made: City, *, matrix: csr_array, facilities: Ints) -> int:
    """Return the number of pairs, the same pairs and times from all three."""
    pairs = answer(asked)
    for mine, other in zip(pairs, cropped(matrix, made, facilities), strict=True):
        assert np.array_equal(mine, other)
    sampled = pairs[1] % (SAMPLE * 10) == 0
    near, facility, value = per_facility(matrix, facilities[:: SAMPLE * 10])
    assert np.array_equal(pairs[0][sampled], near)
    assert np.array_equal(pairs[1][sampled], facility * SAMPLE * 10)
    assert np.array_equal(pairs[2][sampled], value)
    return len(pairs[0])


def run(size: Size) -> Outcome:
    """Measure the pairs on one thread."""
    made = city(size.nodes)
    graph = arcs(made.network)
    matrix = csr_array((graph.weight.astype(float), graph.end, graph.offsets), shape=(graph.nodes, graph.nodes))
    facilities = some_nodes(made, max(20, size.nodes // 60))
    asked = question(made, facilities)
    count = check(asked, made, matrix=matrix, facilities=facilities)
    alone = replace(asked, doors=replace(asked.doors, offsets=np.zeros_like(asked.doors.offsets)))
    with environment(LIFECIRCLE_THREADS="1", LIFECIRCLE_ENGINE="numba"):
        times = interleaved(
            {
                "lifecircle, near-far per facility": lambda: answer(asked),
                "of this, the search without residences": lambda: answer(alone),
                "lifecircle, from the network on": lambda: answer(question(made, facilities)),
                f"scipy per facility with `limit`, 1 in {SAMPLE}": lambda: per_facility(matrix, facilities[::SAMPLE]),
                "scipy on cropped graphs, all of a tile at once": lambda: cropped(matrix, made, facilities),
            },
            size.repetitions,
        )
    mine, bare, built, dense, crop = times.values()
    whole, tiled = ratio(dense, mine) * len(facilities) / len(facilities[::SAMPLE]), ratio(crop, mine)
    rows = tuple(
        (name, found.text(), f"{factor:.1f}")
        for (name, found), factor in zip(
            times.items(), (1.0, ratio(bare, mine), ratio(built, mine), whole, tiled), strict=True
        )
    )
    return Outcome(
        ("candidate", "CPU, median (range)", "times ours, all facilities"),
        rows,
        (
            (f"G2 >= 40x scipy per facility: {whole:.0f}x", whole >= 40),
            (f"G2 >= 5x scipy on cropped graphs: {tiled:.1f}x", tiled >= 5),
        ),
        (
            f"V = {graph.nodes}, {len(facilities)} facilities, {count} pairs; one thread.",
            "All give one table, sorted by residence and facility.",
            (
                f"Without residences, one junction in reach takes {1e9 * bare.median / count:.0f} ns; scipy takes "
                f"{1e6 * dense.median / len(facilities[::SAMPLE]):.0f} us a facility."
            ),
            "The goals count from the graph on, as for scipy; the row from the network on also builds it.",
            (
                f"The search alone is {whole / ratio(bare, mine):.0f}x scipy per facility; the rest finds the "
                "residences at every junction and writes the pairs in order, each once: memory traffic, not search."
            ),
        ),
    )
