"""The grid of cells against the tree of lines: the same edges, places and lengths, ties and all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from grid_city import make_network
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecircle.model.area import local_crs
from lifecircle.model.network import Barriers, WalkNetwork
from lifecircle.model.travel import SNAP_REASONS, Snapped, WalkProfile
from lifecircle.network.barriers import find_barriers
from lifecircle.network.build import build_network
from lifecircle.network.edge_grid import EdgeGrid
from lifecircle.network.edge_tree import EdgeTree, Legs
from lifecircle.network.impedance import walkable_edges
from lifecircle.network.snapping import snap_points
from lifecircle.sources.osm_file import read_osm

# Whole tens make ties, points on lines, and edges drawn twice likely; one far place sticks out of the rest.
PLACES = st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda at: (at[0] * 10.0, at[1] * 10.0))
FAR_OUT = st.sampled_from([(0.3, 77.7), (3000.0, -2500.0)])


@st.composite
def networks(draw: st.DrawFn) -> WalkNetwork:
    nodes = draw(st.lists(PLACES | FAR_OUT, min_size=2, max_size=8))
    node = st.integers(0, len(nodes) - 1)
    edges = draw(st.lists(st.tuples(node, node), min_size=1, max_size=12))
    return make_network(nodes, edges)


@settings(max_examples=300, deadline=None)
@given(
    network=networks(),
    dots=st.lists(PLACES | FAR_OUT | st.tuples(st.floats(-99, 222), st.floats(-99, 222)), min_size=1, max_size=9),
    reach_m=st.sampled_from([5.0, 10.0, 35.0, 250.0]),
    data=st.data(),
)
def test_the_grid_finds_what_the_tree_finds(
    network: WalkNetwork, dots: list, reach_m: float, data: st.DataObject
) -> None:
    usable = data.draw(st.lists(st.booleans(), min_size=network.edges, max_size=network.edges).filter(any))
    edges, xy = np.flatnonzero(usable), np.array(dots)
    grid, tree = EdgeGrid.of(network, edges), EdgeTree.of(network, edges)
    reach_mm = np.full(len(xy), round(reach_m * 1000))
    legs = grid.nearest(xy, reach_mm)
    assert_alike(legs, tree.nearest(xy, reach_mm))
    for row, dot in enumerate(shapely.points(xy)):
        away = np.rint(shapely.distance(network.lines()[edges], dot) * 1000)
        if away.min() > reach_mm[row]:
            assert (legs.edge[row], SNAP_REASONS[legs.reason[row]]) == (-1, "too_far")
        else:
            assert (legs.length_mm[row], legs.edge[row] in edges) == (away.min(), True)
    for ours, theirs in zip(grid.within(xy, reach_mm), tree.within(xy, reach_mm), strict=True):
        assert ours.tolist() == theirs.tolist()


def assert_alike(ours: Legs, theirs: Legs) -> None:
    assert ours.edge.tolist() == theirs.edge.tolist()
    assert ours.length_mm.tolist() == theirs.length_mm.tolist()
    assert ours.reason.tolist() == theirs.reason.tolist()
    np.testing.assert_allclose(ours.share, theirs.share, rtol=0, atol=1e-9)
    np.testing.assert_allclose(ours.end, theirs.end, rtol=0, atol=1e-6)


@pytest.fixture(scope="module")
def town(real_data: Path) -> tuple[WalkNetwork, Barriers, np.ndarray]:
    data = read_osm(real_data / "selfoss.osm.pbf")
    crs = local_crs(shapely.box(-21.03, 63.92, -20.95, 63.95))
    network = build_network(data.ways, crs=crs).network
    objects = data.objects.to_crs(crs)
    buildings = objects[["building" in tags for tags in objects["tags"]]].geometry.representative_point()
    corners = np.column_stack([network.geometry_x, network.geometry_y])[::5]
    xy = np.vstack([np.column_stack([buildings.x, buildings.y]), corners])
    return network, find_barriers(objects, network), xy


def test_both_engines_snap_a_real_town_alike(
    town: tuple[WalkNetwork, Barriers, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    network, barriers, xy = town
    usable = walkable_edges(network, profile=WalkProfile("adult", 4.8), private=True)
    found = []
    for engine in ("numba", "scipy"):
        monkeypatch.setenv("LIFECIRCLE_ENGINE", engine)
        found.append(
            snap_points((np.arange(len(xy)), xy.copy()), network, usable=usable, barriers=barriers, max_access_m=250.0)
        )
    assert (found[0].edge >= 0).mean() > 0.9
    for name in Snapped.__slots__:
        assert np.array_equal(getattr(found[0], name), getattr(found[1], name)), name
