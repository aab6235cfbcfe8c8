"""Networks small enough to be computed by hand."""

import numpy as np
import pytest
from network.hand_ways import CRS_HERE, FOOTWAY, hand_ways
from pyproj import CRS
from shapely.geometry import box

from lifecircle.errors import NetworkError
from lifecircle.model.network import Crossing, EdgeFlag, Permission
from lifecircle.network.build import build_network, clip_network
from lifecircle.network.components import component_report

ROAD = {"highway": "residential"}
# A plus sign with 100 m arms around node 5, and a far pair 10-11.
PLUS = {1: (-100, 0), 2: (100, 0), 3: (0, -100), 4: (0, 100), 5: (0, 0), 10: (500, 0), 11: (600, 0)}


def build(nodes, ways, node_tags=None):
    return build_network(hand_ways(nodes, ways, node_tags), crs=CRS_HERE)


def edge_set(network):
    """Edges as (end, end, millimetres) with OSM ids."""
    ends = zip(
        network.node_id[network.tail].tolist(), network.node_id[network.head].tolist(), network.length_mm, strict=True
    )
    return sorted((min(a, b), max(a, b), int(length)) for a, b, length in ends)


def test_degrees_are_refused():
    with pytest.raises(NetworkError, match="not in metres: use the study area's own CRS"):
        build_network(hand_ways(PLUS, [(1, [1, 2], ROAD)]), crs=CRS.from_epsg(4326))


def test_nothing_walkable_gives_an_empty_network_that_says_so():
    for ways in ([], [(1, [1, 2], {"highway": "motorway"})]):
        built = build(PLUS, ways)
        assert (built.network.nodes, built.network.edges) == (0, 0)
        assert [note.code for note in built.notes] == ["network.empty"]
        assert built.notes[0].warning
        assert clip_network(built.network, box(0, 0, 1, 1)).edges == 0


def test_closed_ways_alone_are_kept_but_said_to_lead_nowhere():
    built = build(PLUS, [(1, [1, 2], {"highway": "path", "foot": "no"})])
    assert built.network.edges == 1
    assert built.notes[0].code == "network.empty"


def test_ways_meet_at_a_shared_node():
    network = build(PLUS, [(1, [1, 5, 2], ROAD), (2, [3, 5, 4], ROAD)]).network
    assert edge_set(network) == [(1, 5, 100_000), (2, 5, 100_000), (3, 5, 100_000), (4, 5, 100_000)]


def test_a_bridge_does_not_meet_what_it_crosses():
    network = build(PLUS, [(1, [1, 2], ROAD), (2, [3, 4], {**ROAD, "bridge": "yes"})]).network
    assert edge_set(network) == [(1, 2, 200_000), (3, 4, 200_000)]
    assert network.has_flag(EdgeFlag.BRIDGE).tolist() == [False, True]


def test_a_way_keeps_its_vertices_and_direction():
    network = build(PLUS, [(3, [4, 5, 1], ROAD)]).network
    assert edge_set(network) == [(1, 4, 200_000)]
    vertices = np.column_stack([network.geometry_x, network.geometry_y])
    assert np.allclose(vertices, [(0, 100), (0, 0), (-100, 0)], atol=1e-6)


@pytest.mark.parametrize("other", [ROAD, {**ROAD, "name": "A"}, {**ROAD, "access": "private"}, {"highway": "steps"}])
def test_an_edge_is_of_one_way_only(other):
    """An edge is closed, opened and named by the id of its way: where ways meet is a node, however alike they are."""
    network = build(PLUS, [(1, [1, 5], ROAD), (2, [5, 2], other)]).network
    assert edge_set(network) == [(1, 5, 100_000), (2, 5, 100_000)]
    assert network.way_id.tolist() == [1, 2]


def test_oneway_streets_run_from_tail_to_head():
    one = {**FOOTWAY, "oneway:foot": "yes"}
    through = build(PLUS, [(1, [1, 5, 2], one)]).network
    assert (through.node_id[through.tail[0]], through.oneway.tolist()) == (1, [1])
    assert build(PLUS, [(1, [5, 1], {**one, "oneway:foot": "-1"})]).network.oneway.tolist() == [-1]


def test_loops_parallels_and_rings_stay():
    nodes = {1: (0, 0), 2: (30, 0), 3: (30, 40), 4: (0, 40)}
    ring = build(nodes, [(1, [1, 2, 3, 4, 1], FOOTWAY)]).network
    assert edge_set(ring) == [(1, 1, 140_000)]
    in_parts = build(nodes, [(5, [3, 4, 1], FOOTWAY), (2, [3, 2, 1], FOOTWAY)]).network
    assert edge_set(in_parts) == [(1, 3, 70_000), (1, 3, 70_000)]
    stem = build({**nodes, 9: (-50, 0)}, [(1, [1, 2, 3, 4, 1], FOOTWAY), (2, [9, 1], FOOTWAY)]).network
    assert edge_set(stem) == [(1, 1, 140_000), (1, 9, 50_000)]
    stems = build(
        {**nodes, 8: (30, 90), 9: (-50, 0)},
        [(1, [1, 2, 3, 4, 1], FOOTWAY), (2, [9, 1], FOOTWAY), (3, [3, 8], FOOTWAY)],
    ).network
    assert edge_set(stems) == [(1, 3, 70_000), (1, 3, 70_000), (1, 9, 50_000), (3, 8, 50_000)]


def test_repeated_nodes_and_places_have_at_least_a_millimetre():
    network = build({1: (0, 0), 2: (0, 0), 3: (10, 0)}, [(1, [1, 1, 2], FOOTWAY), (2, [2, 3], {"highway": "steps"})])
    assert edge_set(network.network) == [(1, 2, 1), (2, 3, 10_000)]
    assert build({1: (0, 0)}, [(1, [1, 1], FOOTWAY)]).network.edges == 0


def test_runs_of_a_cut_way_do_not_bridge_the_hole():
    network = build(PLUS, [(1, [1, 5], ROAD), (1, [10, 11], ROAD)]).network
    assert edge_set(network) == [(1, 5, 100_000), (10, 11, 100_000)]


def test_names_permissions_and_edge_order():
    network = build(
        PLUS,
        [
            (9, [1, 5], {**ROAD, "name": "九州路"}),
            (4, [5, 2], {**ROAD, "access": "private"}),
            (6, [3, 5], {**ROAD, "foot": "no"}),
            (5, [5, 10], {"highway": "motorway"}),
        ],
    ).network
    assert network.way_id.tolist() == [4, 6, 9]
    assert network.street.tolist() == ["", "", "九州路"]
    assert network.permission.tolist() == [Permission.PRIVATE, Permission.CLOSED, Permission.PUBLIC]


def test_a_foot_way_over_a_crossing_node_crosses_and_the_road_does_not():
    ways = [(1, [1, 5, 2], FOOTWAY), (2, [3, 5, 4], ROAD)]
    network = build(PLUS, ways, {5: {"highway": "crossing", "crossing": "marked"}}).network
    assert network.crossing.tolist() == [Crossing.MARKED, Crossing.MARKED, Crossing.NONE, Crossing.NONE]
    alone = build(PLUS, ways[:1], {5: {"highway": "crossing", "crossing": "marked"}}).network
    assert alone.crossing.tolist() == [Crossing.MARKED, Crossing.MARKED]
    rails = build(PLUS, ways[:1], {5: {"railway": "crossing", "crossing": "uncontrolled"}}).network
    assert rails.crossing.tolist() == [Crossing.NONE]
    road_only = build(PLUS, ways[1:], {5: {"highway": "crossing"}}).network
    assert edge_set(road_only) == [(3, 4, 200_000)]


def test_a_crossing_way_keeps_its_own_kind_or_the_stronger_of_its_nodes():
    way = {**FOOTWAY, "footway": "crossing", "crossing": "marked"}
    assert build(PLUS, [(1, [1, 2], way)]).network.crossing.tolist() == [Crossing.MARKED]
    lights = build(PLUS, [(1, [1, 2], way)], {2: {"highway": "crossing", "crossing": "traffic_signals"}}).network
    assert lights.crossing.tolist() == [Crossing.SIGNALS]


def test_islands_are_parts_under_two_kilometres():
    nodes = {1: (0, 0), 2: (2000, 0), 3: (0, 500), 4: (1999.999, 500), 5: (0, 600), 6: (50, 600)}
    ways = [(1, [1, 2], ROAD), (2, [3, 4], ROAD), (3, [2, 4], {**ROAD, "foot": "no"}), (4, [5, 6], ROAD)]
    built = build(nodes, ways)
    assert built.network.island.tolist() == [False, True, False, True]  # a closed way joins nothing
    assert (built.counts["components"], built.counts["islands"], built.counts["island_m"]) == (3, 2, 2050)
    report = component_report(built.network)
    assert report["length_m"].tolist() == [2000.0, 1999.999, 50.0]
    assert report["way_id"].tolist() == [1, 2, 4]
    note = next(note for note in built.notes if note.code == "network.islands")
    assert "2 of 3 connected parts" in note.en
    assert "3 个连通分量" in note.zh


def test_clip_keeps_whole_edges_that_touch_and_their_island_flags():
    nodes = {1: (0, 0), 2: (3000, 0), 3: (3000, 500), 4: (0, 900), 5: (40, 900)}
    built = build(nodes, [(1, [1, 2], ROAD), (2, [2, 3], FOOTWAY), (3, [4, 5], ROAD)])
    near = clip_network(built.network, box(-10, -10, 20, 20))
    assert edge_set(near) == [(1, 2, 3_000_000)]
    assert near.nodes == 2
    assert near.island.tolist() == [False]
    assert np.allclose(sorted(near.geometry_x), [0, 3000], atol=1e-6)
    assert clip_network(built.network, box(-10, 890, 20, 910)).island.tolist() == [True]
    assert clip_network(built.network, box(-10, -10, 5000, 5000)).edges == 3
    touching = clip_network(built.network, box(-10, -10, 0, 10))
    assert touching.edges == 1
