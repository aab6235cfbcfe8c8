"""Random small cities: what contraction must not change, against networkx on the uncontracted graph."""

import itertools
import math
from dataclasses import fields

import networkx as nx
import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from network.hand_ways import CRS_HERE, hand_ways

from lifecircle.model.network import EdgeFlag, Permission, WalkNetwork
from lifecircle.network.build import build_network

KINDS = (
    {"highway": "residential"},
    {"highway": "residential", "name": "A"},
    {"highway": "footway"},
    {"highway": "footway", "access": "private"},
    {"highway": "footway", "foot": "no"},
    {"highway": "footway", "oneway:foot": "yes"},
    {"highway": "footway", "oneway:foot": "-1"},
    {"highway": "motorway"},
)
NODE_KINDS = (
    {"barrier": "gate"},
    {"barrier": "gate", "locked": "yes"},
    {"highway": "crossing", "crossing": "marked"},
    {"barrier": "bollard"},
)


@st.composite
def cities(draw):
    """Nodes on a coarse raster (some in the same place), ways that loop and repeat, gates and crossings."""
    count = draw(st.integers(2, 9))
    place = st.tuples(st.integers(0, 4), st.integers(0, 4))
    nodes = {n: tuple(37.5 * v for v in draw(place)) for n in range(1, count + 1)}
    refs = st.lists(st.integers(1, count), min_size=2, max_size=6)
    # Mostly one kind of way, so that many nodes can be contracted.
    kind = st.one_of(st.just(KINDS[0]), st.sampled_from(KINDS))
    ways = [
        (100 + n, members, tags) for n, (members, tags) in enumerate(draw(st.lists(st.tuples(refs, kind), max_size=8)))
    ]
    tags = draw(st.dictionaries(st.integers(1, count), st.sampled_from(NODE_KINDS), max_size=2))
    return nodes, ways, tags


def metres(nodes, one, other):
    return math.dist(nodes[one], nodes[other])


def parts(nodes, ways):
    """Every stretch between consecutive nodes: (from, to, metres, direction, permission)."""
    for _, members, tags in ways:
        if tags["highway"] == "motorway":
            continue
        level = Permission.CLOSED if "foot" in tags else Permission(int("access" in tags))
        way = {"yes": 1, "-1": -1}.get(tags.get("oneway:foot"), 0)
        for one, other in itertools.pairwise(members):
            if one != other:
                yield one, other, metres(nodes, one, other), way, level


def plain_graph(nodes, ways, locked):
    """The uncontracted graph without closed ways and without what passes through a locked gate."""
    graph = nx.DiGraph()
    for one, other, length, way, level in parts(nodes, ways):
        if level == Permission.CLOSED or one in locked or other in locked:
            continue
        for start, end, directions in ((one, other, (0, 1)), (other, one, (0, -1))):
            if way in directions:
                known = graph.get_edge_data(start, end, {"weight": math.inf})["weight"]
                graph.add_edge(start, end, weight=min(length, known))
    return graph


def contracted_graph(network: WalkNetwork):
    graph = nx.DiGraph()
    graph.add_nodes_from(range(network.nodes))
    for edge in np.flatnonzero(network.permission != Permission.CLOSED):
        tail, head, way = int(network.tail[edge]), int(network.head[edge]), network.oneway[edge]
        for start, end, directions in ((tail, head, (0, 1)), (head, tail, (0, -1))):
            if way in directions:
                known = graph.get_edge_data(start, end, {"weight": math.inf})["weight"]
                graph.add_edge(start, end, weight=min(int(network.length_mm[edge]), known))
    return graph


def build(city):
    nodes, ways, tags = city
    return build_network(hand_ways(nodes, ways, tags), crs=CRS_HERE).network


@settings(max_examples=100, deadline=None)
@given(cities())
def test_shortest_paths_between_kept_nodes_are_unchanged(city):
    nodes, ways, tags = city
    network = build(city)
    locked = {node for node, found in tags.items() if "locked" in found}
    expected = dict(nx.all_pairs_dijkstra_path_length(plain_graph(nodes, ways, locked)))
    found = dict(nx.all_pairs_dijkstra_path_length(contracted_graph(network)))
    kept = [(place, int(number)) for place, number in enumerate(network.node_id) if int(number) not in locked]
    for start, start_id in kept:
        for end, end_id in kept:
            truth = expected.get(start_id, {start_id: 0.0}).get(end_id, math.inf) * 1000.0
            length = found[start].get(end, math.inf)
            # Each edge on the way is rounded once (and is at least 1 mm).
            assert length == truth or abs(length - truth) <= network.edges


@settings(max_examples=50, deadline=None)
@given(cities())
def test_no_length_is_lost_or_made(city):
    nodes, ways, _ = city
    network = build(city)
    real = ~network.has_flag(EdgeFlag.GATE)
    for level in Permission:
        truth = sum(length for _, _, length, _, found in parts(nodes, ways) if found == level) * 1000.0
        chosen = real & (network.permission == level)
        gates = 3 * len(ways) * 6  # a gate takes a millimetre from each way it parts
        assert abs(int(network.length_mm[chosen].sum()) - truth) <= chosen.sum() + gates


@settings(max_examples=50, deadline=None)
@given(cities())
def test_nothing_is_left_to_contract(city):
    """A node where two edges end is kept for a reason that can be named."""
    tags = city[2]
    network = build(city)
    ends = [[] for _ in range(network.nodes)]
    for edge in range(network.edges):
        ends[network.tail[edge]].append(edge)
        ends[network.head[edge]].append(edge)
    for node, met in enumerate(ends):
        if len(met) != 2 or met[0] == met[1] or int(network.node_id[node]) in tags:
            continue
        one, other = met
        members = next((refs for number, refs, _ in city[1] if number == network.way_id[one]), ())
        ends_here = int(network.node_id[node]) in members[:1] + members[-1:]
        assert network.way_id[one] != network.way_id[other] or ends_here


@settings(max_examples=50, deadline=None)
@given(cities())
def test_every_edge_is_a_stretch_of_its_own_way(city):
    nodes, ways, _ = city
    network = build(city)
    drawn = {number: shapely.LineString([nodes[ref] for ref in refs]) for number, refs, _ in ways}
    lines = network.lines()
    for edge in np.flatnonzero(~network.has_flag(EdgeFlag.GATE)):
        xy = shapely.get_coordinates(lines[edge])
        assert shapely.distance(drawn[int(network.way_id[edge])], shapely.points(xy)).max() < 0.002


@settings(max_examples=50, deadline=None)
@given(cities(), st.randoms(use_true_random=False))
def test_the_order_of_ways_changes_nothing(city, random):
    nodes, ways, tags = city
    shuffled = list(ways)
    random.shuffle(shuffled)
    one, other = build(city), build((nodes, shuffled, dict(reversed(tags.items()))))
    for field in fields(WalkNetwork):
        if field.name != "crs":
            assert np.array_equal(getattr(one, field.name), getattr(other, field.name)), field.name


@settings(max_examples=30, deadline=None)
@given(cities())
def test_networkx_keeps_every_node_and_edge(city):
    network = build(city)
    graph = network.to_networkx()
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (network.nodes, network.edges)
    for tail, head, edge, data in graph.edges(keys=True, data=True):
        assert {tail, head} == {int(network.tail[edge]), int(network.head[edge])}
        assert round(data["length_m"] * 1000) == network.length_mm[edge]
        assert data["length_m"] * 1000 >= data["geometry"].length * 1000 - 0.5 - 1e-6
        first = data["geometry"].coords[0]
        assert first == (network.node_x[network.tail[edge]], network.node_y[network.tail[edge]])
