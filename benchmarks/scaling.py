"""How times grow with the city: nearest facilities, pairs and snapping at three sizes."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable

import numpy as np

from benchmarks import nearest, pairs, snapping
from benchmarks.city import city
from benchmarks.places import arcs, some_nodes
from benchmarks.registry import Outcome, Size
from benchmarks.timing import environment, interleaved

TITLE = "Growth with V"
SIZES = (50_000, 300_000, 1_000_000)
PEER_FACILITIES = 60


def jobs(nodes: int) -> dict[str, Callable[[], object]]:
    """Return the work at one size: 25 types, V / 60 facilities in pairs, V / 3 points."""
    made = city(nodes)
    graph = arcs(made.network)
    facilities = some_nodes(made, max(20, nodes // PEER_FACILITIES))
    asked = pairs.question(made, facilities)
    xy = snapping.points(made.network, max(500, nodes // 3))
    return {
        "nearest of 25 types": lambda: nearest.ours(graph, made.facilities),
        "pairs of V / 60 facilities": lambda: pairs.answer(asked),
        "snapping of V / 3 points": lambda: snapping.ours(made.network, xy),
    }


def run(size: Size) -> Outcome:
    """Measure at every size; the exponent is the slope of log time against log V."""
    sizes = (500, 1_500, 4_500) if size.smoke else SIZES
    found: dict[str, list[float]] = {}
    nodes = []
    with environment(LIFECIRCLE_THREADS="1", LIFECIRCLE_ENGINE="numba"):
        for wanted in sizes:
            nodes.append(city(wanted).network.nodes)
            for name, times in interleaved(jobs(wanted), max(1, size.repetitions // 2)).items():
                found.setdefault(name, []).append(times.median)
    rows = []
    for name, seconds in found.items():
        slope = statistics.linear_regression(np.log(nodes).tolist(), [math.log(max(s, 1e-9)) for s in seconds]).slope
        rows.append((name, *(f"{s * 1000:.0f} ms" for s in seconds), f"{slope:.2f}"))
    return Outcome(
        ("job", *(f"V = {count:,}" for count in nodes), "exponent"),
        tuple(rows),
        remarks=("CPU time on one thread; 1 is linear.",),
    )
