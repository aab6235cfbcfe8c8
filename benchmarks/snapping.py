"""G7: 100,000 points joined to the nearest edge, against shapely's STRtree."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import shapely

from benchmarks.city import city
from benchmarks.registry import Outcome, Size
from benchmarks.timing import environment, interleaved, ratio
from lifecircle.model.network import WalkNetwork
from lifecircle.network.edge_grid import EdgeGrid
from lifecircle.network.edge_tree import EdgeTree, Legs

TITLE = "Nearest edge, place on it and distance for 100,000 points"
REACH_M = 250.0
Floats = npt.NDArray[np.float64]
Places = tuple[npt.NDArray[np.int64], Floats, Floats]


def points(network: WalkNetwork, count: int) -> Floats:
    """Return points all over the city; always the same ones."""
    low, high = ((edge(network.node_x), edge(network.node_y)) for edge in (np.min, np.max))
    return np.random.default_rng(count).uniform(low, high, (count, 2))


def ours(network: WalkNetwork, xy: Floats) -> Legs:
    """Put the edges into the grid and search it."""
    reach = np.full(len(xy), int(REACH_M * 1000))
    return EdgeGrid.of(network, np.arange(network.edges)).nearest(xy, reach)


def theirs(lines: npt.NDArray[np.object_], xy: Floats) -> Places:
    """Build the tree and ask it for edges, then for places and distances; the lines are given."""
    dots = shapely.points(xy)
    point, line = shapely.STRtree(lines).query_nearest(dots, max_distance=REACH_M, all_matches=False)
    edge, place, distance = np.full(len(xy), -1), np.full(len(xy), np.nan), np.full(len(xy), np.inf)
    edge[point] = line
    place[point] = shapely.line_locate_point(lines[line], dots[point])
    distance[point] = shapely.distance(lines[line], dots[point])
    return edge, place, distance


def check(network: WalkNetwork, xy: Floats) -> float:
    """Return the share of points that are joined: alike by all, to the bit by the project's own STRtree."""
    legs = ours(network, xy)
    tree = EdgeTree.of(network, np.arange(network.edges)).nearest(xy, np.full(len(xy), int(REACH_M * 1000)))
    for name in ("edge", "length_mm", "reason"):
        assert np.array_equal(getattr(legs, name), getattr(tree, name))
    np.testing.assert_allclose(legs.end, tree.end, rtol=0, atol=1e-6)
    edge, _, distance = theirs(network.lines(), xy)
    joined = legs.edge >= 0
    assert np.array_equal(joined, edge >= 0)
    away = np.hypot(*(legs.end - xy).T)
    np.testing.assert_allclose(away[joined], distance[joined], rtol=0, atol=1e-6)
    return float(joined.mean())


def run(size: Size) -> Outcome:
    """Measure on one thread, the index built each time."""
    network = city(size.nodes).network
    xy = points(network, max(500, size.nodes // 3))
    share = check(network, xy)
    lines = network.lines()
    grid = EdgeGrid.of(network, np.arange(network.edges))
    tree = shapely.STRtree(lines)
    tree.nearest(shapely.points(xy[:1]))
    dots, reach = shapely.points(xy), np.full(len(xy), int(REACH_M * 1000))
    candidates: dict[str, Callable[[], object]] = {
        "lifecircle, grid built and searched": lambda: ours(network, xy),
        "shapely, STRtree built and searched, locate, distance": lambda: theirs(lines, xy),
        "lifecircle, search alone": lambda: grid.nearest(xy, reach),
        "shapely, `query_nearest` alone": lambda: tree.query_nearest(dots, max_distance=REACH_M, all_matches=False),
    }
    with environment(LIFECIRCLE_THREADS="1"):
        times = interleaved(candidates, size.repetitions)
    mine, other, alone, query = times.values()
    factors = (1.0, ratio(other, mine), ratio(alone, mine), ratio(query, mine))
    rows = tuple((name, found.text(), f"{f:.1f}") for (name, found), f in zip(times.items(), factors, strict=True))
    return Outcome(
        ("candidate", "CPU, median (range)", "times ours"),
        rows,
        ((f"G7 >= 10x STRtree + locate + distance: {factors[1]:.1f}x", factors[1] >= 10),),
        (f"{len(xy)} points, {network.edges} edges, {share:.1%} joined within {REACH_M:.0f} m; one thread.",),
    )
