"""Nearest times in the grid city, by hand: a block of 100 m takes 75 s."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from grid_city import (
    Spot,
    blocks,
    grid_facilities,
    grid_impedance,
    grid_network,
    grid_residences,
    make_network,
    snapped_from,
)

from lifecircle.errors import CutoffError, NetworkError, SchemaError
from lifecircle.model.network import Permission, WalkNetwork
from lifecircle.model.travel import NearestTimes
from lifecircle.travel.nearest import Endpoints, nearest_times
from lifecircle.travel.search import arcs_to_facilities, least_keys

HALF_HOUR_MS = 1_800_000


def times(
    network: WalkNetwork, residences: Endpoints, facilities: Endpoints, *, cutoff: int = HALF_HOUR_MS, **how: object
) -> NearestTimes:
    types = tuple(sorted(set(facilities.type)))
    impedance = grid_impedance(network, **how)
    return nearest_times(network, impedance, residences=residences, facilities=facilities, types=types, cutoff=cutoff)


def endpoints(*spots: Spot, kinds: list[str] | None = None) -> Endpoints:
    rows = max((spot.owner for spot in spots), default=-1) + 1
    ids = pd.Index([f"x{i}" for i in range(rows)])
    return Endpoints(ids, snapped_from(spots), None if kinds is None else np.array(kinds, dtype=object))


def test_junctions_are_manhattan_blocks_apart() -> None:
    network = grid_network(5, 4)
    corners = [(c, r) for r in range(4) for c in range(5)]
    found = times(network, grid_residences(network, corners), grid_facilities(network, ["clinic"], [(3, 2)]))
    expected = [75_000 * blocks(corner, (3, 2)) for corner in corners]
    assert found.value[:, 0].tolist() == expected


def test_legs_and_parts_of_blocks_add_up() -> None:
    network = grid_network(3, 2)
    residences = grid_residences(network, [(0.25, 0)], access_m=12.0)
    facilities = grid_facilities(network, ["clinic"], [(2, 0.5)], access_m=20.0)
    found = times(network, residences, facilities)
    # 12 m leg, 75 + 100 m street, 50 m avenue, 20 m leg = 257 m at 0.75 s/m.
    assert found.value[0, 0] == 192_750
    assert (found.access_mm[0, 0], found.egress_mm[0, 0]) == (12_000, 20_000)
    assert times(network, residences, facilities, unit="mm").value[0, 0] == 257_000
    frame = found.to_frame()
    assert frame.loc[0, ["time_s", "facility_id", "access_m"]].tolist() == [192.75, "f00:clinic", 12.0]


def test_every_leg_and_part_is_rounded_once() -> None:
    # 3 mm of leg, 5 and 7 mm of edges, 1 mm of leg at 0.75 ms: rint of 2.25, 3.75, 5.25, 0.75 is 2 + 4 + 5 + 1,
    # where the 16 mm together would be 12.
    network = make_network([(0, 0), (0, 0), (0, 0)], [(0, 1), (1, 2)], length_m=[0.009, 0.009])
    residences = endpoints(Spot(0, 0, 0.004, 0.003))
    facilities = endpoints(Spot(0, 1, 0.007, 0.001), kinds=["clinic"])
    assert times(network, residences, facilities).value[0, 0] == 12
    # 2 + 2 + 2 mm: rint(1.5) is 2 each, halves to even; together they would be 4.5.
    residences, facilities = endpoints(Spot(0, 0, 0.007, 0.002)), endpoints(Spot(0, 1, 0.002), kinds=["clinic"])
    assert times(network, residences, facilities).value[0, 0] == 6


def test_the_cutoff_is_inclusive_and_beyond_it_is_infinite() -> None:
    network = grid_network(4, 1)
    residences, facilities = grid_residences(network, [(0, 0)]), grid_facilities(network, ["clinic"], [(2, 0)])
    assert times(network, residences, facilities, cutoff=150_000).value[0, 0] == 150_000
    beyond = times(network, residences, facilities, cutoff=149_999)
    assert beyond.value[0, 0] == np.inf
    assert beyond.facility[0, 0] == beyond.entrance[0, 0] == -1
    assert beyond.to_frame().loc[0, "facility_id"] is None or pd.isna(beyond.to_frame().loc[0, "facility_id"])


def test_on_one_block_the_direct_way_is_exact() -> None:
    network = grid_network(2, 1)
    residences, facilities = grid_residences(network, [(0.9, 0)]), grid_facilities(network, ["clinic"], [(0.7, 0)])
    assert times(network, residences, facilities).value[0, 0] == 15_000


def test_a_one_way_block_is_walked_its_own_way_only() -> None:
    network = grid_network(2, 2, oneway={0: 1})
    west, east = (0.2, 0), (0.8, 0)
    there = times(network, grid_residences(network, [west]), grid_facilities(network, ["clinic"], [east]))
    assert there.value[0, 0] == 45_000
    back = times(network, grid_residences(network, [east]), grid_facilities(network, ["clinic"], [west]))
    # On to the corner, round three blocks, and along again: 20 + 300 + 20 m.
    assert back.value[0, 0] == 255_000


def test_closed_and_private_blocks() -> None:
    # Straight on and half a block up, or round by the next street: 3.5 blocks.
    residence, facility = [(0, 0)], [(2, 0.5)]
    for permission, private, expected in (
        (Permission.CLOSED, True, 262_500),
        (Permission.PRIVATE, True, 187_500),
        (Permission.PRIVATE, False, 262_500),
    ):
        network = grid_network(3, 2, permission={1: permission})
        found = times(
            network, grid_residences(network, residence), grid_facilities(network, ["a"], facility), private=private
        )
        assert found.value[0, 0] == expected
        assert found.private[0, 0] == (75_000 if expected == 187_500 else 0)


def test_private_parts_of_both_ends_count_and_legs_do_not() -> None:
    network = grid_network(4, 1, permission={0: Permission.PRIVATE, 2: Permission.PRIVATE})
    residences = grid_residences(network, [(0.5, 0)], access_m=10.0)
    facilities = grid_facilities(network, ["a"], [(2.25, 0)], access_m=10.0)
    found = times(network, residences, facilities)
    assert (found.value[0, 0], found.private[0, 0]) == (7_500 + 131_250 + 7_500, 37_500 + 18_750)
    same_block = times(network, residences, grid_facilities(network, ["a"], [(0.1, 0)]))
    assert same_block.private[0, 0] == 30_000


def test_ties_go_to_the_facility_row_then_its_entrance_then_the_residence_entrance() -> None:
    network = grid_network(5, 1)
    middle = Spot(0, 1, 100.0)
    west, east = Spot(0, 0, 100.0), Spot(0, 2, 100.0)
    two_facilities = endpoints(east, Spot(1, 0, 100.0), kinds=["a", "a"])
    found = times(network, endpoints(middle), two_facilities)
    assert (found.value[0, 0], found.facility[0, 0], found.entrance[0, 0]) == (75_000, 0, 0)
    found = times(network, endpoints(middle), endpoints(east, west, kinds=["a"]))
    assert found.entrance[0, 0] == 0
    # Two entrances of the residence, 75 s each: one with a leg of 10 m and 90 m of street, listed first.
    two_entrances = endpoints(Spot(0, 1, 10.0, 10.0), Spot(0, 1, 100.0))
    found = times(network, two_entrances, endpoints(west, kinds=["a"]))
    assert (found.value[0, 0], found.access_mm[0, 0]) == (15_000, 10_000)
    equal = endpoints(Spot(0, 1, 90.0, 10.0), Spot(0, 1, 100.0))
    found = times(network, equal, endpoints(west, kinds=["a"]))
    assert (found.value[0, 0], found.access_mm[0, 0]) == (75_000, 10_000)


def test_types_are_searched_apart_and_rows_without_points_reach_nothing() -> None:
    network = grid_network(3, 1)
    facilities = grid_facilities(network, ["b", "a", "b"], [(0, 0), (1, 0), (2, 0)])
    residences = Endpoints(pd.Index(["r0", "r1", "r2"]), snapped_from([Spot(0, 1, 60.0), Spot(1, -1)]))
    found = times(network, residences, facilities)
    assert found.types == ("a", "b")
    assert found.facility.tolist() == [[1, 2], [-1, -1], [-1, -1]]
    assert found.value.tolist() == [[45_000, 30_000], [np.inf, np.inf], [np.inf, np.inf]]


def test_islands_are_not_reached() -> None:
    network = make_network([(0, 0), (100, 0), (500, 0), (600, 0)], [(0, 1), (2, 3)])
    found = times(network, endpoints(Spot(0, 0, 50.0)), endpoints(Spot(0, 1, 50.0), kinds=["a"]))
    assert found.value[0, 0] == np.inf


def test_errors_say_what_to_do() -> None:
    network = grid_network(3, 1)
    residences, facilities = grid_residences(network, [(0, 0)]), grid_facilities(network, ["a"], [(1, 0)])
    with pytest.raises(SchemaError, match="carry no type"):
        nearest_times(
            network, grid_impedance(network), residences=residences, facilities=residences, types=("a",), cutoff=1
        )
    with pytest.raises(CutoffError, match="must be above 0"):
        times(network, residences, facilities, cutoff=0)
    with pytest.raises(CutoffError, match="use a shorter cutoff"):
        times(network, residences, facilities, cutoff=2**53)
    with pytest.raises(NetworkError, match="rebuild it"):
        nearest_times(
            network,
            grid_impedance(grid_network(4, 1)),
            residences=residences,
            facilities=facilities,
            types=("a",),
            cutoff=1,
        )
    with pytest.raises(NetworkError, match="snap them again"):
        times(network, endpoints(Spot(0, 2, 1.0)), facilities)
    with pytest.raises(SchemaError, match="row 1 of a table of 1 rows"):
        Endpoints(pd.Index(["r0"]), snapped_from([Spot(1, 0)]))
    with pytest.raises(SchemaError, match="2 types for 1 rows"):
        Endpoints(pd.Index(["r0"]), snapped_from([]), np.array(["a", "b"], dtype=object))


def test_least_keys_carries_value_and_rank() -> None:
    network = grid_network(3, 1)
    arcs = arcs_to_facilities(network, grid_impedance(network), cutoff=10**6)
    # Ranks 0 and 1 of a scale of 2: the middle is 75 s from both and takes rank 0, wherever that is.
    for nodes in ([0, 2], [2, 0]):
        keys = least_keys(arcs, scale=2, seed_node=np.array(nodes), seed_key=np.array([0, 1]), limit=2 * 10**6)
        assert divmod(int(keys[1]), 2) == (75_000, 0)
    none = least_keys(arcs, scale=2, seed_node=np.array([0]), seed_key=np.array([99]), limit=98)
    assert none.tolist() == [-1, -1, -1]
