"""Covered streets against networkx from single places, and by hand in the grid city."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from grid_city import Spot, grid_facilities, grid_impedance, grid_network, snapped_from
from hypothesis import given, settings
from hypothesis import strategies as st
from walks import cases, expanded

from lifecircle.errors import CutoffError
from lifecircle.model.network import Permission
from lifecircle.travel.ends import FAR, ends_of
from lifecircle.travel.field import field_to, values_at
from lifecircle.travel.intervals import (
    Intervals,
    covered_at,
    covered_intervals,
    covered_lines,
    intersection,
    on_edges,
    union,
)
from lifecircle.travel.nearest import Endpoints


def field_of(network, impedance, facilities, limit):
    seeds = ends_of(facilities.snapped, network, impedance=impedance, leaving=False)
    return field_to(seeds, network, impedance=impedance, limit=limit)


def sampled_places(network, found: Intervals) -> list[tuple[int, int]]:
    """Return all places of short edges; of long ones some, and those around the ends of what was found."""
    places = set()
    for edge, length in enumerate(network.length_mm.tolist()):
        mine = found.edge == edge
        rims = np.concatenate([found.start_mm[mine], found.end_mm[mine]])
        near = (rims[:, None] + np.array([-2, -1, 0, 1, 2])).ravel().tolist()
        spread = range(length + 1) if length < 10 else np.linspace(0, length, 8).astype(int).tolist()
        places |= {(edge, place) for place in [*near, *spread] if 0 <= place <= length}
    return sorted(places)


@settings(max_examples=100, deadline=None)
@given(case=cases(), data=st.data())
def test_a_place_is_covered_exactly_when_networkx_reaches_a_facility_from_it(case, data) -> None:
    network, impedance, _, facilities = case
    limit = data.draw(st.sampled_from([0, 1, 2, 3, 750, 1500, 25_000, 75_000]) | st.integers(0, 100_000))
    field = field_of(network, impedance, facilities, limit)
    found = covered_intervals(field, limit=limit)
    probes = sampled_places(network, found)
    ids = pd.RangeIndex(len(probes)).astype(str)
    points = Endpoints(ids, snapped_from([Spot(i, e, place / 1000.0) for i, (e, place) in enumerate(probes)]))
    graph = expanded(network, impedance, points, facilities)
    backward = graph.reverse(copy=False)
    goals = [node for node in backward if isinstance(node, tuple) and node[0] == "f"]
    reach = nx.multi_source_dijkstra_path_length(backward, goals, cutoff=limit) if goals else {}
    expected = [("r", i) in reach for i in range(len(probes))]
    edge, place = (np.array(part, dtype=np.int64) for part in zip(*probes, strict=True))
    assert covered_at(found, edge, offset_mm=place).tolist() == expected
    value = values_at(field, edge, offset_mm=place)
    assert value.tolist() == [reach.get(("r", i), int(FAR)) for i in range(len(probes))]


@settings(max_examples=50, deadline=None)
@given(case=cases(), one=st.integers(0, 90_000), more=st.integers(0, 30_000))
def test_a_longer_limit_never_covers_less(case, one: int, more: int) -> None:
    network, impedance, _, facilities = case
    field = field_of(network, impedance, facilities, one + more)
    short, long = (covered_intervals(field, limit=limit) for limit in (one, one + more))
    both = intersection([short, long])
    assert all(np.array_equal(getattr(both, name), getattr(short, name)) for name in Intervals.__slots__)


def stretches(draw: st.DrawFn) -> tuple[Intervals, set[tuple[int, int]]]:
    rows = draw(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 12), st.integers(0, 5)), max_size=8))
    places = {(edge, start + i) for edge, start, size in rows for i in range(size + 1)}
    columns = np.array([(edge, start, start + size) for edge, start, size in rows], dtype=np.int64).reshape(-1, 3).T
    return union([Intervals(*columns)]), places


def places_of(found: Intervals) -> set[tuple[int, int]]:
    rows = zip(found.edge.tolist(), found.start_mm.tolist(), found.end_mm.tolist(), strict=True)
    return {(edge, place) for edge, start, end in rows for place in range(start, end + 1)}


@settings(max_examples=300)
@given(data=st.data())
def test_union_and_intersection_are_those_of_sets_of_places(data) -> None:
    (one, some), (other, others) = stretches(data.draw), stretches(data.draw)
    assert places_of(one) == some
    assert places_of(union([one, other])) == some | others
    both = intersection([one, other])
    assert places_of(both) == some & others
    for found in (one, both, union([one, other])):
        start, end, edge = found.start_mm, found.end_mm, found.edge
        apart = (edge[1:] > edge[:-1]) | (start[1:] > end[:-1] + 1)
        assert apart.all()


def test_nothing_has_no_intersection() -> None:
    with pytest.raises(ValueError, match="no coverage"):
        intersection([])


def test_the_search_must_have_run_as_far() -> None:
    network = grid_network(2, 1)
    field = field_of(network, grid_impedance(network), grid_facilities(network, ["a"], [(0, 0)]), 1000)
    with pytest.raises(CutoffError, match="search ran to 1000"):
        covered_intervals(field, limit=1001)


def test_a_facility_on_a_corner_by_hand() -> None:
    """Three blocks of 100 m in a row, 75 s each; a facility 6 m (4.5 s) off the western corner, 3 minutes.

    180 - 4.5 = 175.5 s is two blocks and 25.5 s, 34 m of the third: 234 m in all.
    """
    network = grid_network(4, 1)
    facilities = grid_facilities(network, ["a"], [(0, 0)], access_m=6.0)
    found = covered_intervals(field_of(network, grid_impedance(network), facilities, 180_000), limit=180_000)
    assert list(zip(found.edge, found.start_mm, found.end_mm, strict=True)) == [
        (0, 0, 100_000),
        (1, 0, 100_000),
        (2, 0, 34_000),
    ]
    assert found.length_mm == 234_000
    lines = covered_lines(found, network)
    assert lines[2].wkt == "LINESTRING (200 0, 234 0)"
    assert [round(line.length, 9) for line in lines] == [100, 100, 34]


def test_two_facilities_leave_the_middle_of_a_street_open() -> None:
    """100 m of street, a facility at each end, 30 s: 40 m from either, 20 m in the middle left."""
    network = grid_network(2, 1)
    facilities = grid_facilities(network, ["a", "a"], [(0, 0), (1, 0)])
    found = covered_intervals(field_of(network, grid_impedance(network), facilities, 30_000), limit=30_000)
    assert list(zip(found.start_mm, found.end_mm, strict=True)) == [(0, 40_000), (60_000, 100_000)]
    whole = covered_intervals(field_of(network, grid_impedance(network), facilities, 37_500), limit=37_500)
    assert list(zip(whole.start_mm, whole.end_mm, strict=True)) == [(0, 100_000)]


def test_walks_go_with_a_one_way_only() -> None:
    """The facility stands in the middle of a street one-way to the east: only its western half leads there."""
    network = grid_network(2, 1, oneway={0: 1})
    facilities = grid_facilities(network, ["a"], [(0.5, 0)])
    found = covered_intervals(field_of(network, grid_impedance(network), facilities, 75_000), limit=75_000)
    assert list(zip(found.start_mm, found.end_mm, strict=True)) == [(0, 50_000)]


def test_closed_streets_are_not_covered() -> None:
    network = grid_network(2, 2, permission={0: Permission.CLOSED})
    facilities = grid_facilities(network, ["a"], [(0, 1)])
    found = covered_intervals(field_of(network, grid_impedance(network), facilities, 10**6), limit=10**6)
    assert found.edge.tolist() == [1, 2, 3]
    assert on_edges(found, network.node_y[network.tail] > 0).edge.tolist() == [1]


def test_no_facility_covers_nothing() -> None:
    network = grid_network(2, 2)
    found = covered_intervals(field_of(network, grid_impedance(network), grid_facilities(network, [], []), 9), limit=9)
    assert found.length_mm == 0
    assert len(covered_lines(found, network)) == 0
    assert not covered_at(found, np.array([0]), offset_mm=np.array([0])).any()
