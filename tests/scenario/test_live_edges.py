"""The streets of a place while they change: any part of them is what the whole network, built anew, says."""

from __future__ import annotations

from dataclasses import fields, replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from changed_streets import STEP_M, changed, grid
from grid_city import make_network

from lifecircle.model.network import WalkNetwork
from lifecircle.network.draft import Draft, Street
from lifecircle.network.edits import edges_of
from lifecircle.pipeline.scenarios.live_edges import LiveEdges
from lifecircle.scenario.cutting import Stop, lay
from lifecircle.scenario.ways import Work, edge_boxes
from lifecircle.travel.changes import Joint


def same_but_ids(one: WalkNetwork, other: WalkNetwork) -> None:
    for field in fields(WalkNetwork):
        if field.name not in ("crs", "node_id"):
            assert getattr(one, field.name).tolist() == getattr(other, field.name).tolist(), field.name


@pytest.mark.parametrize("seed", range(4))
def test_any_streets_are_those_of_the_network_built_anew(seed: int) -> None:
    rng, states = np.random.default_rng(seed), [grid()]
    edges = LiveEdges(states[0])
    for _ in range(4):
        states.append(changed(edges, states[-1], rng))
    while states:
        whole = states.pop()
        some = np.sort(rng.choice(whole.edges, 12, replace=False))
        network, nodes = edges.streets(some)
        same_but_ids(network, edges_of(whole, some))
        assert network.node_x.tolist() == whole.node_x[nodes].tolist()
        assert shapely.equals_exact(edges.table["line"][some], whole.lines(some)).all()
        if states:
            edges.take_back()


@pytest.mark.parametrize("seed", range(4))
def test_no_edge_near_is_missed(seed: int) -> None:
    rng, whole = np.random.default_rng(seed), grid()
    edges = LiveEdges(whole)
    for _ in range(3):
        whole = changed(edges, whole, rng)
    boxes = edge_boxes(whole)
    for within_m in (0.0, 35.0):
        xy = rng.uniform(-50, 450, (2, 2))
        low, high = xy.min(axis=0) - within_m, xy.max(axis=0) + within_m
        near = (boxes[:, :2] <= high).all(axis=1) & (boxes[:, 2:] >= low).all(axis=1)
        found = edges.near(xy, within_m=within_m)
        assert np.isin(np.flatnonzero(near), found).all()
        assert (np.diff(found) > 0).all()
        around = edges.around(np.array([[*xy.min(axis=0), *xy.max(axis=0)], [0, 0, 1, 1]]), within_m=within_m)
        assert np.isin(found, around).all()
        # What is found beside it is what is left of streets that were cut.
        beside = np.setdiff1d(found, np.flatnonzero(near))
        assert (shapely.length(edges.table["line"][beside]) < STEP_M).all()


@pytest.mark.parametrize("told", [False, True])
def test_a_way_between_islands_stays_one_until_they_reach_the_streets(*, told: bool) -> None:
    """Whether it is told what may be near, or has to look for it."""
    places = [(0, 0), (100, 0), (0, 300), (100, 300), (0, 600), (3000, 600)]
    network = make_network(places, [(0, 1), (2, 3), (4, 5)])
    edges = LiveEdges(replace(network, island=np.array([True, True, False])))
    small, nodes = edges.streets(np.arange(3))
    work = lay(Work(Draft(small), gpd.GeoDataFrame()), [Stop(Joint(edge=0)), Stop(Joint(edge=1))], streets=[Street()])
    _, ways = edges.follow(work, edges=np.arange(3), nodes=nodes)
    assert edges.join_islands(ways, near=np.arange(len(edges.table)) if told else None).tolist() == []
    assert edges.table["island"][:4].tolist() == [True, True, False, True]
    small, nodes = edges.streets(np.arange(4))
    work = lay(Work(Draft(small), gpd.GeoDataFrame()), [Stop(Joint(edge=1)), Stop(Joint(edge=2))], streets=[Street()])
    _, ways = edges.follow(work, edges=np.arange(4), nodes=nodes)
    assert edges.join_islands(ways, near=np.arange(len(edges.table)) if told else None).tolist() == [0, 1, 3]
    assert not edges.table["island"][:5].any()
