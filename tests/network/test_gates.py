"""Shut gates: nobody passes without walking the gate's own edge."""

import networkx as nx
import numpy as np
import pytest
from network.hand_ways import CRS_HERE, FOOTWAY, hand_ways

from lifecircle.model.network import EdgeFlag, Permission
from lifecircle.network.build import build_network

NODES = {1: (-100, 0), 2: (100, 0), 3: (0, -100), 4: (0, 100), 5: (0, 0)}
LOCKED = {5: {"barrier": "gate", "locked": "yes"}}
PRIVATE = {5: {"barrier": "gate", "access": "private"}}


def build(ways, node_tags):
    return build_network(hand_ways(NODES, ways, node_tags), crs=CRS_HERE)


def reaches(network, *, start, end, allowed):
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(network.nodes))
    for tail, head, level in zip(network.tail, network.head, network.permission, strict=True):
        if level <= allowed:
            graph.add_edge(int(tail), int(head))
    where = {int(number): place for place, number in enumerate(network.node_id)}
    return nx.has_path(graph, where[start], where[end])


@pytest.mark.parametrize(
    ("tags", "passed"),
    [(LOCKED, Permission.CLOSED), (PRIVATE, Permission.PRIVATE), ({5: {"barrier": "gate"}}, Permission.PUBLIC)],
)
def test_who_passes(tags, passed):
    network = build([(1, [1, 5, 2], FOOTWAY)], tags).network
    for allowed in Permission:
        assert reaches(network, start=1, end=2, allowed=allowed) is (allowed >= passed)


def test_the_gate_is_an_edge_of_one_millimetre_and_adds_no_length():
    built = build([(8, [1, 5, 2], FOOTWAY)], LOCKED)
    network = built.network
    gate = np.flatnonzero(network.has_flag(EdgeFlag.GATE))
    assert network.length_mm[gate].tolist() == [1]
    assert network.permission[gate].tolist() == [Permission.CLOSED]
    assert network.way_id[gate].tolist() == [8]
    assert network.node_id[network.tail[gate]].tolist() == network.node_id[network.head[gate]].tolist() == [5]
    assert int(network.length_mm.sum()) == 200_000
    assert (built.counts["gates_closed"], built.counts["gates_private"]) == (1, 0)
    assert "network.gates" in [note.code for note in built.notes]


def test_an_open_gate_stays_a_node_and_a_bollard_does_not():
    assert build([(1, [1, 5, 2], FOOTWAY)], {5: {"barrier": "gate"}}).network.edges == 2
    assert build([(1, [1, 5, 2], FOOTWAY)], {5: {"barrier": "bollard"}}).network.edges == 1


def test_a_gate_where_several_ways_meet_parts_them_all():
    network = build([(1, [1, 5, 2], FOOTWAY), (2, [3, 5, 4], FOOTWAY)], LOCKED).network
    assert int(network.has_flag(EdgeFlag.GATE).sum()) == 3
    for other in (2, 3, 4):
        assert not reaches(network, start=1, end=other, allowed=Permission.PRIVATE)
        assert reaches(network, start=1, end=other, allowed=Permission.CLOSED)


def test_a_gate_at_a_dead_end_needs_no_edge():
    network = build([(1, [1, 5], FOOTWAY)], LOCKED).network
    assert network.edges == 1
    assert not network.has_flag(EdgeFlag.GATE).any()


def test_a_gate_at_a_repeated_place_still_has_an_edge_with_length():
    nodes = {**NODES, 2: (0, 0)}
    network = build_network(hand_ways(nodes, [(1, [1, 5, 2], FOOTWAY)], LOCKED), crs=CRS_HERE).network
    assert network.length_mm.tolist() == [100_000, 1, 1]


def test_gates_at_both_ends_of_one_segment():
    tags = {1: {"barrier": "gate", "access": "no"}, **LOCKED}
    network = build([(1, [3, 1, 5, 2], FOOTWAY)], tags).network
    assert int(network.has_flag(EdgeFlag.GATE).sum()) == 2
    assert not reaches(network, start=3, end=2, allowed=Permission.PRIVATE)
    # 3-1 and 5-2 keep their lengths, 1-5 gives two millimetres to its gates
    assert abs(int(network.length_mm.sum()) - round(100_000 * (2**0.5 + 2))) <= 2
