"""What must hold for walking times in any town."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from grid_city import Spot, grid_impedance, make_network, snapped_from
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecircle.model.network import Permission, WalkNetwork
from lifecircle.model.travel import NearestTimes
from lifecircle.travel.nearest import Endpoints, nearest_times

KINDS = ("a", "b")
CUTOFF = 400_000

Town = tuple[list[tuple[int, int]], dict, list[Spot], list[Spot], list[str]]


@st.composite
def towns(draw: st.DrawFn) -> Town:
    nodes = draw(st.integers(2, 7))
    node = st.integers(0, nodes - 1)
    edges = draw(st.lists(st.tuples(node, node), min_size=2, max_size=12))
    count = len(edges)

    def column(values: list) -> list:
        return draw(st.lists(st.sampled_from(values), min_size=count, max_size=count))

    columns = {
        "length_m": column([1.0, 2.0, 50.0, 100.0, 133.333]),
        "permission": column([0, 0, 1, 2]),
        "oneway": column([0, 0, 1, -1]),
    }

    def spots(rows: int) -> list[Spot]:
        found = []
        for owner in range(rows):
            for _ in range(draw(st.integers(1, 2))):
                edge = draw(st.integers(0, count - 1))
                share = draw(st.sampled_from([0.0, 0.3, 0.5, 1.0]))
                leg = draw(st.sampled_from([0.0, 7.0]))
                found.append(Spot(owner, edge, share * columns["length_m"][edge], leg))
        return found

    residences, places = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=places, max_size=places))
    return edges, columns, spots(residences), spots(places), kinds


def network_of(edges: list, columns: dict) -> WalkNetwork:
    nodes = max(max(edge) for edge in edges) + 1
    return make_network([(0.0, 0.0)] * nodes, edges, **columns)


def endpoints(spots: list[Spot], kinds: list[str] | None = None, *, prefix: str = "x") -> Endpoints:
    rows = len(kinds) if kinds is not None else max(spot.owner for spot in spots) + 1
    ids = pd.Index([f"{prefix}{i}" for i in range(rows)])
    return Endpoints(ids, snapped_from(spots), None if kinds is None else np.array(kinds, dtype=object))


def times(network: WalkNetwork, residences: Endpoints, facilities: Endpoints, cutoff: int = CUTOFF) -> NearestTimes:
    return nearest_times(
        network,
        grid_impedance(network),
        residences=residences,
        facilities=facilities,
        types=KINDS,
        cutoff=cutoff,
    )


@settings(max_examples=150, deadline=None)
@given(towns(), st.data())
def test_another_facility_never_raises_a_time(town: Town, data: st.DataObject) -> None:
    edges, columns, homes, places, kinds = town
    network = network_of(edges, columns)
    edge = data.draw(st.integers(0, len(edges) - 1))
    more = [*places, Spot(len(kinds), edge, columns["length_m"][edge] / 2)]
    before = times(network, endpoints(homes), endpoints(places, kinds))
    after = times(network, endpoints(homes), endpoints(more, [*kinds, data.draw(st.sampled_from(KINDS))]))
    assert (after.value <= before.value).all()
    # The new facility comes last: it wins no ties.
    same = after.value == before.value
    assert (after.facility[same] == before.facility[same]).all()


@settings(max_examples=150, deadline=None)
@given(towns(), st.data())
def test_another_link_never_raises_a_time(town: Town, data: st.DataObject) -> None:
    edges, columns, homes, places, kinds = town
    node = st.integers(0, max(max(edge) for edge in edges))
    link = data.draw(st.tuples(node, node))
    wider = {
        "length_m": [*columns["length_m"], data.draw(st.sampled_from([1.0, 40.0, 500.0]))],
        "permission": [*columns["permission"], 0],
        "oneway": [*columns["oneway"], data.draw(st.sampled_from([0, 1]))],
    }
    before = times(network_of(edges, columns), endpoints(homes), endpoints(places, kinds))
    after = times(network_of([*edges, link], wider), endpoints(homes), endpoints(places, kinds))
    assert (after.value <= before.value).all()


@settings(max_examples=150, deadline=None)
@given(towns(), st.integers(1, CUTOFF))
def test_a_longer_cutoff_only_adds(town: Town, cutoff: int) -> None:
    edges, columns, homes, places, kinds = town
    network = network_of(edges, columns)
    residences, facilities = endpoints(homes), endpoints(places, kinds)
    short, long = times(network, residences, facilities, cutoff), times(network, residences, facilities)
    assert (short.value == np.where(long.value <= cutoff, long.value, np.inf)).all()
    reached = short.facility >= 0
    for name in ("facility", "entrance", "access_mm", "egress_mm", "private"):
        assert (getattr(short, name)[reached] == getattr(long, name)[reached]).all()


@settings(max_examples=150, deadline=None)
@given(towns(), st.data())
def test_row_order_and_ids_change_nothing_but_ids(town: Town, data: st.DataObject) -> None:
    edges, columns, homes, places, kinds = town
    rows = max(spot.owner for spot in homes) + 1
    order = data.draw(st.permutations(range(rows)))
    edge_order = data.draw(st.permutations(range(len(edges))))
    moved = [
        replace(spot, owner=new, edge=edge_order.index(spot.edge))
        for new, old in enumerate(order)
        for spot in homes
        if spot.owner == old
    ]
    places_moved = [replace(spot, edge=edge_order.index(spot.edge)) for spot in places]
    columns_moved = {name: [values[old] for old in edge_order] for name, values in columns.items()}
    before = times(network_of(edges, columns), endpoints(homes), endpoints(places, kinds))
    after = times(
        network_of([edges[old] for old in edge_order], columns_moved),
        endpoints(moved, prefix="y"),
        endpoints(places_moved, kinds, prefix="z"),
    )
    for name in ("value", "facility", "entrance", "access_mm", "egress_mm"):
        assert (getattr(after, name) == getattr(before, name)[list(order)]).all()


@settings(max_examples=150, deadline=None)
@given(towns())
def test_closed_edges_are_never_used(town: Town) -> None:
    edges, columns, homes, places, kinds = town
    network = network_of(edges, columns)
    closed = network.permission == Permission.CLOSED
    # Making closed edges a millimetre long must change nothing for points that are not on them.
    shorter = {**columns, "length_m": np.where(closed, 0.001, columns["length_m"]).tolist()}

    def off(spots: list[Spot]) -> list[Spot]:
        return [replace(spot, edge=-1, along_m=0.0) if closed[spot.edge] else spot for spot in spots]

    before = times(network, endpoints(off(homes)), endpoints(off(places), kinds))
    after = times(network_of(edges, shorter), endpoints(off(homes)), endpoints(off(places), kinds))
    assert (before.value == after.value).all()
    on_closed = times(network, endpoints(homes), endpoints(off(places), kinds))
    assert (on_closed.value == before.value).all()
