"""A few crossroads, and random changes of their streets: new ways over free ground, closed and opened ones."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
from grid_city import make_network

from lifecircle.model.network import EdgeFlag, Permission, WalkNetwork
from lifecircle.network.draft import Draft, Street, with_edges
from lifecircle.pipeline.scenarios.live_edges import LiveEdges
from lifecircle.scenario.cutting import Free, Stop, lay
from lifecircle.scenario.ways import Work
from lifecircle.travel.changes import Joint

SIZE, STEP_M = 5, 100.0
FLAGS = (EdgeFlag.FOOTWAY, EdgeFlag.BRIDGE, EdgeFlag.SQUARE)


def grid() -> WalkNetwork:
    """Return 5 x 5 crossroads, 100 m apart."""
    places = [(x * STEP_M, y * STEP_M) for y in range(SIZE) for x in range(SIZE)]
    along = [(y * SIZE + x, y * SIZE + x + 1) for y in range(SIZE) for x in range(SIZE - 1)]
    up = [(y * SIZE + x, (y + 1) * SIZE + x) for y in range(SIZE - 1) for x in range(SIZE)]
    return make_network(places, [*along, *up])


def changed(edges: LiveEdges, whole: WalkNetwork, rng: np.random.Generator) -> WalkNetwork:
    """Lay a way from a street over a free place to another, shut one and open one; return the whole network."""
    rows = np.arange(whole.edges)
    network, nodes = edges.streets(rows)
    one, other = rng.choice(whole.edges, 2, replace=False).tolist()
    stops = [
        Stop(Joint(edge=one, offset_mm=int(rng.integers(1, network.length_mm[one])))),
        Free(*rng.uniform(0, 400, 2).tolist()),
        Stop(Joint(edge=other, offset_mm=int(rng.integers(0, network.length_mm[other] + 1)))),
    ]
    work = lay(
        Work(Draft(network), gpd.GeoDataFrame()), stops, streets=[Street(), Street(flags=int(rng.choice(FLAGS)))]
    )
    shut, opened = rng.choice(whole.edges, 2, replace=False).tolist()
    work = work.with_permission(np.array([shut]), Permission.CLOSED)
    work = work.with_permission(np.array([opened]), Permission.PUBLIC)
    rework, _ = edges.follow(work, edges=rows, nodes=nodes)
    return with_edges(whole, rework.network, edges=rework.edges, nodes=rework.nodes)
