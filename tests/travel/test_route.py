"""Routes: their parts add up to the time in the tables, exactly, whatever the network."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from grid_city import grid_facilities, grid_impedance, grid_network, grid_residences
from hypothesis import given, settings
from walks import KINDS, cases, part

from lifecircle.errors import CutoffError, SchemaError
from lifecircle.model.network import Crossing, EdgeFlag, Permission
from lifecircle.travel.nearest import nearest_times
from lifecircle.travel.route import trace_route


def traced(network, impedance, residences, facilities, *, types=("a",), cutoff=10**7, cell=(0, 0)):
    times = nearest_times(network, impedance, residences=residences, facilities=facilities, types=types, cutoff=cutoff)
    return trace_route(times, cell, network=network, impedance=impedance, residences=residences, facilities=facilities)


@settings(max_examples=100, deadline=None)
@given(case=cases())
def test_a_route_is_a_walk_and_costs_what_the_table_says(case) -> None:
    network, impedance, residences, facilities = case
    times = nearest_times(network, impedance, residences=residences, facilities=facilities, types=KINDS, cutoff=10**7)
    for row, column in np.argwhere(np.isfinite(times.value)).tolist():
        found = trace_route(
            times, (row, column), network=network, impedance=impedance, residences=residences, facilities=facilities
        )
        assert found.value == times.value[row, column]
        walked = list(zip(found.edge.tolist(), found.start_mm.tolist(), found.end_mm.tolist(), strict=True))
        # Every stretch by the definition, legs apart; each begins where the last one ended.
        assert found.part.tolist() == [part(network, impedance, *stretch) for stretch in walked]
        ends = [
            {network.tail[e] if at == 0 else network.head[e] for at in (a, b) if at in (0, network.length_mm[e])}
            for e, a, b in walked
        ]
        assert all(one & other for one, other in pairwise(ends))
        private = network.permission[found.edge] == Permission.PRIVATE
        assert found.part[private].sum() == times.private[row, column]
        entrance = times.entrance[row, column]
        if walked:
            assert (walked[-1][0], walked[-1][2]) == (
                facilities.snapped.edge[entrance],
                facilities.snapped.offset_mm[entrance],
            ) or walked[-1][2] in (0, network.length_mm[walked[-1][0]])


def test_round_the_block_by_hand() -> None:
    """From the middle of street 0 to that of avenue 2, legs 10 m: 50 + 100 + 50 m are 150 s, the legs 15 s."""
    network = grid_network(3, 2, street={0: "South", 1: "South", 6: "East"})
    found = traced(
        network,
        grid_impedance(network),
        grid_residences(network, [(0.5, 0)], access_m=10.0),
        grid_facilities(network, ["a"], [(2, 0.5)], access_m=10.0),
    )
    assert (found.value, found.access, found.egress) == (165_000, 7_500, 7_500)
    assert list(zip(found.edge, found.start_mm, found.end_mm, strict=True)) == [
        (0, 50_000, 100_000),
        (1, 0, 100_000),
        (6, 0, 50_000),
    ]
    assert found.streets == ("South", "East")
    assert found.length_m == 220.0
    assert found.minutes == 2.75
    assert found.line.wkt == "LINESTRING (50 0, 100 0, 200 0, 200 50)"


def test_what_is_met_on_the_way_is_counted_once() -> None:
    """A row of five blocks: a crossing cut by its road (two halves), a whole one, then steps and a private way."""
    network = grid_network(
        6,
        1,
        crossing={0: Crossing.SIGNALS, 1: Crossing.SIGNALS, 3: Crossing.MARKED},
        flags={0: EdgeFlag.FOOTWAY, 1: EdgeFlag.FOOTWAY, 4: EdgeFlag.STEPS | EdgeFlag.FOOTWAY},
        permission={2: Permission.PRIVATE},
    )
    network = replace(network, crossing_halves=np.array([1, 1, 0, 2, 0], dtype=np.uint8))
    found = traced(
        network,
        grid_impedance(network),
        grid_residences(network, [(0, 0)]),
        grid_facilities(network, ["a"], [(5, 0)]),
    )
    assert dict(found.crossings) == {"signals": 1, "marked": 1, "unmarked": 0}
    assert (found.footway_mm, found.private_mm, found.steps_mm) == (300_000, 100_000, 100_000)
    facts = found.facts()
    assert (facts["crossings"], facts["footway_share"], facts["private_share"]) == (2, 0.6, 0.2)
    frame = found.to_frame()
    assert (frame.crs.to_epsg(), frame["facility_id"].tolist()) == (4326, ["f00:a"])


def test_equal_ways_round_a_block_take_the_smallest_edge() -> None:
    """From corner 0 to the opposite corner 3: along street 0 or avenue 2, two blocks each."""
    network = grid_network(2, 2)
    found = traced(
        network,
        grid_impedance(network),
        grid_residences(network, [(0, 0)]),
        grid_facilities(network, ["a"], [(1, 1)]),
    )
    assert found.value == 150_000
    assert found.edge.tolist() == [0, 3]


def test_at_the_very_door() -> None:
    network = grid_network(2, 1)
    found = traced(
        network,
        grid_impedance(network),
        grid_residences(network, [(0.5, 0)]),
        grid_facilities(network, ["a"], [(0.5, 0)]),
    )
    assert (found.value, found.network_mm, len(found.edge), found.minutes) == (0, 0, 0, 0.0)
    assert found.share(found.footway_mm) == 0.0


def test_nothing_reached_and_other_endpoints_are_refused() -> None:
    network = grid_network(2, 1)
    impedance = grid_impedance(network)
    residences, facilities = grid_residences(network, [(0, 0)]), grid_facilities(network, ["a"], [(1, 0)])
    with pytest.raises(CutoffError, match=r"no a is within 1 min of 'r00'"):
        traced(network, impedance, residences, facilities, cutoff=60_000)
    times = nearest_times(network, impedance, residences=residences, facilities=facilities, types=("a",), cutoff=10**6)
    slow = grid_impedance(network, unit="mm")
    with pytest.raises(SchemaError, match="another impedance"):
        trace_route(times, (0, 0), network=network, impedance=slow, residences=residences, facilities=facilities)
