"""Squares of known shape, crossed in straight lines."""

import networkx as nx
import numpy as np
import pytest
from network.hand_ways import CRS_HERE, FOOTWAY, hand_ways

from lifecircle.model.network import EdgeFlag, Permission
from lifecircle.network.build import build_network
from lifecircle.network.squares import MAX_ENTRIES

SQUARE = {"highway": "pedestrian", "area": "yes"}
# 30 x 40 m, with a stub of 10 m at every corner
CORNERS = {1: (0, 0), 2: (30, 0), 3: (30, 40), 4: (0, 40)}
STUBS = {11: (-10, 0), 12: (40, 0), 13: (40, 40), 14: (-10, 40)}
NODES = {**CORNERS, **STUBS}
WAYS = [(50, [1, 2, 3, 4, 1], SQUARE), *[(60 + end, [end, end - 10], FOOTWAY) for end in (11, 12, 13, 14)]]


def straight(network):
    """Straight edges as (end, end, millimetres)."""
    chosen = network.has_flag(EdgeFlag.SQUARE)
    ends = np.sort(np.column_stack([network.node_id[network.tail], network.node_id[network.head]])[chosen], axis=1)
    return sorted((int(a), int(b), int(mm)) for (a, b), mm in zip(ends, network.length_mm[chosen], strict=True))


def build(nodes, ways, node_tags=None):
    return build_network(hand_ways(nodes, ways, node_tags), crs=CRS_HERE)


def test_both_diagonals_and_no_copy_of_the_sides():
    built = build(NODES, WAYS)
    assert straight(built.network) == [(1, 3, 50_000), (2, 4, 50_000)]
    assert (built.counts["squares"], built.counts["square_edges"], built.counts["square_m"]) == (1, 2, 100)
    assert built.counts["public_m"] == 140 + 4 * 10


def test_a_closed_pedestrian_street_is_no_square():
    ways = [(50, [1, 2, 3, 4, 1], {"highway": "pedestrian"}), *WAYS[1:]]
    assert straight(build(NODES, ways).network) == []


def test_place_square_is_one():
    ways = [(50, [1, 2, 3, 4, 1], {"highway": "pedestrian", "place": "square"}), *WAYS[1:]]
    assert len(straight(build(NODES, ways).network)) == 2


def test_an_open_area_way_is_a_line():
    ways = [(50, [1, 2, 3, 4], SQUARE), *WAYS[1:]]
    assert straight(build(NODES, ways).network) == []


def test_entries_are_nodes_shared_with_other_walkable_ways():
    assert straight(build(NODES, [WAYS[0], WAYS[1], WAYS[3]]).network) == [(1, 3, 50_000)]
    shut = [WAYS[0], WAYS[1], (63, [13, 3], {"highway": "path", "foot": "no"})]
    assert straight(build(NODES, shut).network) == []


def test_a_closed_square_is_not_crossed():
    ways = [(50, [1, 2, 3, 4, 1], {**SQUARE, "access": "no"}), *WAYS[1:]]
    assert straight(build(NODES, ways).network) == []


def test_a_private_square_is_crossed_privately():
    network = build(NODES, [(50, [1, 2, 3, 4, 1], {**SQUARE, "access": "private"}), *WAYS[1:]]).network
    assert set(network.permission[network.has_flag(EdgeFlag.SQUARE)].tolist()) == {Permission.PRIVATE}


def test_a_locked_gate_on_the_outline_is_no_entry():
    network = build(NODES, WAYS, {3: {"barrier": "gate", "locked": "yes"}}).network
    assert straight(network) == [(2, 4, 50_000)]


@pytest.mark.parametrize("way", [50, -50])
def test_lines_stay_inside_a_bent_square(way):
    # An L: the line between the two tips 13 and 15 would leave it.
    nodes = {1: (0, 0), 2: (40, 0), 3: (40, 10), 4: (10, 10), 5: (10, 40), 6: (0, 40)}
    nodes |= {11: (-5, -5), 13: (50, 10), 15: (10, 50)}
    tags = SQUARE if way > 0 else {"highway": "pedestrian", "type": "multipolygon"}
    ways = [(way, [1, 2, 3, 4, 5, 6, 1], tags), *[(60 + n, [n, n - 10], FOOTWAY) for n in (11, 13, 15)]]
    network = build(nodes, ways).network
    leg = round(np.hypot(40, 10) * 1000)
    assert straight(network) == [(1, 3, leg), (1, 5, leg)]


def test_a_hole_is_walked_around():
    hole = {21: (10, 10), 22: (20, 10), 23: (20, 30), 24: (10, 30)}
    ways = [(-7, [1, 2, 3, 4, 1], {"highway": "pedestrian"}), (-7, [21, 22, 23, 24, 21], {"highway": "pedestrian"})]
    network = build({**NODES, **hole}, [*ways, *WAYS[1:]]).network
    assert straight(network) == []


def test_an_outline_that_crosses_itself_is_only_walked_along():
    built = build(NODES, [(50, [1, 3, 2, 4, 1], SQUARE), *WAYS[1:]])
    assert straight(built.network) == []
    assert built.counts["squares_broken"] == 1
    assert "network.squares_broken" in [note.code for note in built.notes]


def test_many_entries_are_thinned_and_said_so():
    many = MAX_ENTRIES + 20
    angles = np.linspace(0, 2 * np.pi, many, endpoint=False)
    nodes = {n: (100 * np.cos(a), 100 * np.sin(a)) for n, a in enumerate(angles, 1)}
    nodes |= {n + 1000: (110 * np.cos(a), 110 * np.sin(a)) for n, a in enumerate(angles, 1)}
    ways = [(5, [*range(1, many + 1), 1], SQUARE), *[(100 + n, [n, n + 1000], FOOTWAY) for n in range(1, many + 1)]]
    built = build(nodes, ways)
    ends = {end for edge in straight(built.network) for end in edge[:2]}
    assert len(ends) == MAX_ENTRIES
    assert built.counts["squares_capped"] == 1
    assert "evenly spread" in next(note.en for note in built.notes if note.code == "network.squares_capped")


def test_a_straight_line_is_two_way_even_on_a_one_way_outline():
    network = build(NODES, [(50, [1, 2, 3, 4, 1], {**SQUARE, "oneway:foot": "yes"}), *WAYS[1:]]).network
    assert set(network.oneway[network.has_flag(EdgeFlag.SQUARE)].tolist()) == {0}
    assert nx.is_connected(network.to_networkx())
