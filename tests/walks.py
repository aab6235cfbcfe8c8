"""Random small networks with entrances on them, and the same as a networkx graph to be searched by its own means."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
from grid_city import Spot, grid_impedance, make_network, snapped_from
from hypothesis import strategies as st

from lifecircle.model.network import Permission, WalkNetwork
from lifecircle.model.travel import Impedance, WalkProfile
from lifecircle.travel.nearest import Endpoints

KINDS = ("clinic", "market")


@st.composite
def networks(draw: st.DrawFn) -> WalkNetwork:
    """Islands, parallel edges, loops, one-ways, private and closed edges; all nodes in one place: any length goes."""
    nodes = draw(st.integers(1, 7))
    node = st.integers(0, nodes - 1)
    edges = draw(st.lists(st.tuples(node, node), min_size=1, max_size=12))
    count = len(edges)
    metres = st.sampled_from([0.001, 0.002, 0.004, 1.0, 1.0, 2.0, 3.0, 33.333, 100.0])

    def per_edge(values: st.SearchStrategy) -> list:
        return draw(st.lists(values, min_size=count, max_size=count))

    return make_network(
        [(0.0, 0.0)] * nodes,
        edges,
        length_m=per_edge(metres),
        permission=per_edge(st.sampled_from([0, 0, 0, 1, 2])),
        oneway=per_edge(st.sampled_from([0, 0, 0, 1, -1])),
    )


def spots(draw: st.DrawFn, network: WalkNetwork, *, rows: int, most: int) -> list[Spot]:
    """Several entrances a row, some unsnapped, some rows without any; ends and equal positions are common."""
    found = []
    for owner in range(rows):
        for _ in range(draw(st.integers(0, most))):
            edge = draw(st.integers(-1, network.edges - 1))
            share = draw(st.sampled_from([0.0, 0.25, 0.5, 1.0])) if edge >= 0 else 0.0
            access = draw(st.sampled_from([0.0, 0.0, 0.001, 1.5, 10.0]))
            found.append(Spot(owner, edge, share * float(network.length_mm[edge]) / 1000.0, access))
    return found


@st.composite
def cases(draw: st.DrawFn) -> tuple[WalkNetwork, Impedance, Endpoints, Endpoints]:
    network = draw(networks())
    profile = WalkProfile("w", draw(st.sampled_from([4.8, 3.4, 7.2])))
    impedance = grid_impedance(
        network, unit=draw(st.sampled_from(["ms", "mm"])), private=draw(st.booleans()), profile=profile
    )
    homes, places = draw(st.integers(1, 4)), draw(st.integers(0, 5))
    residences = Endpoints(
        pd.Index([f"r{i}" for i in range(homes)]), snapped_from(spots(draw, network, rows=homes, most=2))
    )
    kinds = np.array(draw(st.lists(st.sampled_from(KINDS), min_size=places, max_size=places)), dtype=object)
    facilities = Endpoints(
        pd.Index([f"f{i}" for i in range(places)]), snapped_from(spots(draw, network, rows=places, most=3)), kinds
    )
    return network, impedance, residences, facilities


def part(network: WalkNetwork, impedance: Impedance, edge: int, start: int, end: int) -> int | None:
    """Walk along one edge from offset to offset, by the definition: None where the direction is shut."""
    whole, back = int(impedance.forward[edge]), int(impedance.backward[edge])
    if start == end:
        return 0 if whole or back else None
    rate = float(impedance.rate_forward[edge])
    if end < start:
        whole, rate = back, float(impedance.rate_backward[edge])
    if not whole:
        return None
    return whole if abs(end - start) == network.length_mm[edge] else round(rate * abs(end - start))


def expanded(
    network: WalkNetwork, impedance: Impedance, residences: Endpoints, facilities: Endpoints
) -> nx.MultiDiGraph:
    """Junctions, every residence entrance ("r", s) and every facility entrance ("f", s)."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(network.nodes))

    def arc(start: object, end: object, *, edge: int, walk: int | None, legs: int = 0) -> None:
        if walk is not None:
            private = walk if network.permission[edge] == Permission.PRIVATE else 0
            graph.add_edge(start, end, weight=walk + legs, private=private)

    for edge, (tail, head) in enumerate(zip(network.tail.tolist(), network.head.tolist(), strict=True)):
        length = int(network.length_mm[edge])
        arc(tail, head, edge=edge, walk=part(network, impedance, edge, 0, length))
        arc(head, tail, edge=edge, walk=part(network, impedance, edge, length, 0))
        starts, goals = on_edge(residences, impedance, edge), on_edge(facilities, impedance, edge)
        for s, at, leg in starts:
            arc(("r", s), tail, edge=edge, walk=part(network, impedance, edge, at, 0), legs=leg)
            arc(("r", s), head, edge=edge, walk=part(network, impedance, edge, at, length), legs=leg)
            for f, to, last in goals:
                arc(("r", s), ("f", f), edge=edge, walk=part(network, impedance, edge, at, to), legs=leg + last)
        for f, to, leg in goals:
            arc(tail, ("f", f), edge=edge, walk=part(network, impedance, edge, 0, to), legs=leg)
            arc(head, ("f", f), edge=edge, walk=part(network, impedance, edge, length, to), legs=leg)
    return graph


def on_edge(points: Endpoints, impedance: Impedance, edge: int) -> list[tuple[int, int, int]]:
    """List (row of the point, offset, cost of the leg) of the points on an edge."""
    snapped = points.snapped
    return [
        (int(s), int(snapped.offset_mm[s]), round(impedance.rate_leg * int(snapped.access_mm[s])))
        for s in np.flatnonzero(snapped.edge == edge)
    ]
