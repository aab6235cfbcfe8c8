"""What leads into areas while streets and gates change: the same as on the changed map, found anew."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from changed_streets import changed, grid

from lifecircle.facilities.entrances import entrances_of, find_entrances, way_in_edges
from lifecircle.facilities.ways_in import Sites
from lifecircle.model.network import Permission
from lifecircle.pipeline.scenarios.live_edges import LiveEdges
from lifecircle.pipeline.scenarios.live_ways_in import LiveWaysIn

SHUT, OPEN = {"barrier": "gate", "locked": "yes"}, {"barrier": "gate"}


def areas(rng: np.random.Generator) -> np.ndarray:
    """Return areas of 25 m2 to 4 ha, some with a street through them, some around one; the last two meet none."""
    x, y = rng.uniform(0, 350, (2, 40))
    wide, high = rng.uniform(5, 200, (2, 40))
    return np.append(shapely.box(x, y, x + wide, y + high), [shapely.box(115, 115, 145, 145), shapely.box(1, 1, 9, 9)])


def some_gates(shapes: np.ndarray) -> gpd.GeoDataFrame:
    """Return a gate on every fourth outline, shut; the first of them opens."""
    at = [shape.exterior.interpolate(0.3, normalized=True) for shape in shapes[::4]]
    return gpd.GeoDataFrame({"tags": [SHUT] * len(at)}, geometry=at, index=[f"n{row}" for row in range(len(at))])


@pytest.mark.parametrize("seed", range(6))
def test_areas_are_entered_as_on_the_changed_map(seed: int) -> None:
    rng, seen = np.random.default_rng(seed), set[str]()
    island, shut = (rng.random(grid().edges) < 0.15 for _ in range(2))
    states = [replace(grid(), island=island, permission=np.where(shut, Permission.CLOSED, 0).astype(np.uint8))]
    shapes = areas(rng)
    sites, gates, edges = Sites.of(shapes), some_gates(shapes), LiveEdges(states[0])
    ways = LiveWaysIn(sites, objects=gates, gates=gates, edges=edges)
    for _ in range(5):
        states.append(changed(edges, states[-1], rng))
    while states:
        whole, told = states.pop(), {"n0": OPEN} if len(states) % 2 else {}
        rows = np.array([0, *np.sort(rng.choice(np.arange(1, 40), 20, replace=False)), 40, 41])
        found = entrances_of(sites, rows, ways=ways.now(told))
        nodes = gates.geometry.to_numpy()[: len(told)]
        assert found == find_entrances(shapes[rows], nodes=nodes, edges=way_in_edges(whole))
        seen |= {door.kind for door in found}
        if states:
            edges.take_back()
    assert {"mapped", "path", "sampled", "representative"} <= seen
