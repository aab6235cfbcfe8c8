"""Edited networks, by hand: an L-shaped street of 100 + 50 m beside a straight one."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from grid_city import make_network

from lifecircle.errors import NetworkError
from lifecircle.model.network import Crossing, EdgeFlag, Permission, WalkNetwork
from lifecircle.network.draft import Street, with_edges
from lifecircle.network.edits import add_street, edges_of, split_edge, with_permission


def bent() -> WalkNetwork:
    return make_network(
        [(0, 0), (100, 50), (0, 80)],
        [(0, 1), (0, 2)],
        lines={0: [(0, 0), (100, 0), (100, 50)]},
        permission=[Permission.PRIVATE, Permission.PUBLIC],
        oneway=[1, 0],
        crossing=[Crossing.SIGNALS, Crossing.NONE],
        flags=[EdgeFlag.STEPS, 0],
        street=["Long Lane", "Side"],
    )


def vertices(network: WalkNetwork, edge: int) -> list[tuple[float, float]]:
    own = slice(network.geometry_offsets[edge], network.geometry_offsets[edge + 1])
    return list(zip(network.geometry_x[own].tolist(), network.geometry_y[own].tolist(), strict=True))


@pytest.mark.parametrize(
    ("offset_mm", "place", "first", "second", "crossings"),
    [
        (40_000, (40, 0), [(0, 0), (40, 0)], [(40, 0), (100, 0), (100, 50)], [0, 3]),
        (100_000, (100, 0), [(0, 0), (100, 0), (100, 0)], [(100, 0), (100, 50)], [3, 0]),
        (120_000, (100, 20), [(0, 0), (100, 0), (100, 20)], [(100, 20), (100, 50)], [3, 0]),
        (75_000, (75, 0), [(0, 0), (75, 0)], [(75, 0), (100, 0), (100, 50)], [3, 0]),
    ],
)
def test_an_edge_is_cut_in_two(offset_mm: int, place: tuple, first: list, second: list, crossings: list[int]) -> None:
    network = split_edge(bent(), 0, offset_mm=offset_mm)
    assert (network.nodes, network.edges) == (4, 3)
    assert (network.node_x[3], network.node_y[3]) == place
    assert [(int(network.tail[e]), int(network.head[e])) for e in range(3)] == [(0, 3), (0, 2), (3, 1)]
    assert network.length_mm.tolist() == [offset_mm, 80_000, 150_000 - offset_mm]
    assert (vertices(network, 0), vertices(network, 2)) == (first, second)
    assert vertices(network, 1) == [(0, 0), (0, 80)]
    # Both parts are what the edge was; its crossing stays with the longer one.
    assert network.permission.tolist() == [Permission.PRIVATE, Permission.PUBLIC, Permission.PRIVATE]
    assert network.oneway.tolist() == [1, 0, 1]
    assert network.street.tolist() == ["Long Lane", "Side", "Long Lane"]
    assert [network.crossing[0], network.crossing[2]] == crossings
    assert network.has_flag(EdgeFlag.STEPS).tolist() == [True, False, True]
    assert network.node_id[3] < 0
    assert network.lines()[2].length == pytest.approx(150 - offset_mm / 1000)


def test_a_street_is_added_between_nodes() -> None:
    network = add_street(bent(), (2, 1), street=Street(name="Bridge", oneway=-1))
    assert network.length_mm.tolist() == [150_000, 80_000, 104_403]  # 100 and 30 m apart
    assert vertices(network, 2) == [(0, 80), (100, 50)]
    assert (network.street[2], network.oneway[2], network.permission[2], network.way_id[2]) == ("Bridge", -1, 0, 0)
    assert not network.island[2]
    assert add_street(bent(), (2, 1), street=Street(length_mm=200_000)).length_mm[2] == 200_000


def test_permission_changes_one_edge_of_a_new_network() -> None:
    before = bent()
    network = with_permission(before, 1, permission=Permission.CLOSED)
    assert network.permission.tolist() == [Permission.PRIVATE, Permission.CLOSED]
    assert before.permission.tolist() == [Permission.PRIVATE, Permission.PUBLIC]


def test_some_edges_alone() -> None:
    network = edges_of(bent(), [1, 0])
    assert network.nodes == 3
    assert network.length_mm.tolist() == [80_000, 150_000]
    assert vertices(network, 1) == [(0, 0), (100, 0), (100, 50)]
    alone = edges_of(bent(), [1])
    assert (alone.tail.tolist(), alone.head.tolist(), alone.node_y.tolist()) == ([0], [1], [0.0, 80.0])
    assert edges_of(bent(), []).nodes == 0


def test_edges_put_in_the_place_of_others() -> None:
    alone = edges_of(bent(), [0])
    part = split_edge(alone, 0, offset_mm=120_000)
    network = with_edges(bent(), part, edges=np.array([0, 2]), nodes=np.array([0, 1, 3]))
    expected = split_edge(bent(), 0, offset_mm=120_000)
    for field in fields(WalkNetwork):
        ours, theirs = getattr(network, field.name), getattr(expected, field.name)
        assert np.array_equal(ours, theirs) if isinstance(ours, np.ndarray) else ours == theirs, field.name


def test_cutting_twice_keeps_every_millimetre() -> None:
    network = split_edge(split_edge(bent(), 0, offset_mm=149_999), 0, offset_mm=1)
    assert network.length_mm.tolist() == [1, 80_000, 1, 149_998]
    assert np.diff(network.geometry_offsets).min() >= 2


@pytest.mark.parametrize("offset_mm", [0, 150_000, -1, 200_000])
def test_there_is_nothing_to_cut_at_the_ends(offset_mm: int) -> None:
    with pytest.raises(NetworkError, match="cannot be cut at"):
        split_edge(bent(), 0, offset_mm=offset_mm)


def test_what_is_not_there_is_refused() -> None:
    with pytest.raises(NetworkError, match="edges 0 to 1"):
        split_edge(bent(), 2, offset_mm=5)
    with pytest.raises(NetworkError, match="edges 0 to 1"):
        with_permission(bent(), -1, permission=Permission.CLOSED)
    with pytest.raises(NetworkError, match="two different nodes"):
        add_street(bent(), (0, 3), street=Street())
    with pytest.raises(NetworkError, match="two different nodes"):
        add_street(bent(), (1, 1), street=Street())
    with pytest.raises(NetworkError, match="shorter than its straight line"):
        add_street(bent(), (2, 1), street=Street(length_mm=104_000))
