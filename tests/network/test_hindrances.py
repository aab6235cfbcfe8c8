"""Slope, steps and crossings by hand; off by default."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from grid_city import WALKER, grid_network
from network.hand_ways import CRS_HERE, FOOTWAY, hand_ways

from lifecircle.errors import ConfigError, NetworkError
from lifecircle.model.hindrance import NO_HINDRANCES, Hindrances
from lifecircle.model.network import Crossing, EdgeFlag
from lifecircle.model.travel import TravelMode, WalkProfile
from lifecircle.network.build import build_network
from lifecircle.network.hindrances import tobler_factor, with_heights
from lifecircle.network.impedance import make_impedance
from lifecircle.network.permissions import incline

WALK, LENGTH = TravelMode("ms", WALKER), TravelMode("mm", WALKER)
EVERYTHING = Hindrances(slope=True, steps_factor=3.0, signals_s=20.0, unsignalised_s=5.0, stairs_s=30.0)
ROAD = {"highway": "residential"}
ZEBRA = {"highway": "footway", "footway": "crossing", "crossing": "zebra"}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"signals_s": -1}, "signals_s is -1 s"), ({"steps_factor": 0.5}, "steps_factor is 0.5")],
)
def test_impossible_hindrances_are_refused(wrong: dict, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Hindrances(**wrong)


def test_tobler_by_hand() -> None:
    """6 exp(-3.5 |s + 0.05|) km/h: level 5.037, down 5 % 6, up 10 % 3.549, down 10 % 5.037 again."""
    kmh = 5.036743 / tobler_factor(np.array([0.0, -0.05, 0.10, -0.10]))
    assert np.allclose(kmh, [5.0367, 6.0, 3.5493, 5.0367], atol=1e-4)
    assert tobler_factor(np.array([3.0])) == tobler_factor(np.array([0.4]))


def test_up_and_down_differ_and_a_return_trip_has_both() -> None:
    """75 s level; up 10 % exp(3.5 * 0.10) = 1.41907, 106,430 ms; down 10 % exp(0) = 1, 75,000 ms."""
    network = replace(grid_network(2, 1), gradient=np.array([0.10]))
    sloped = make_impedance(network, mode=WALK, hindrances=Hindrances(slope=True))
    assert (sloped.forward.tolist(), sloped.backward.tolist()) == ([106_430], [75_000])
    assert sloped.rate_forward[0] == pytest.approx(0.75 * 1.4190675)
    assert sloped.rate_leg == 0.75
    assert make_impedance(network, mode=WALK).forward.tolist() == [75_000]


def test_lengths_know_no_hindrance() -> None:
    network = replace(grid_network(3, 1, crossing={0: 3}, flags={1: EdgeFlag.STEPS}), gradient=np.array([0.2, 0.0]))
    assert make_impedance(network, mode=LENGTH, hindrances=EVERYTHING).forward.tolist() == [100_000, 100_000]


def test_waits_are_whole_and_spread_over_the_edge() -> None:
    """Signals 20 s: 95 s for the block; who joins it half way pays half, 47.5 s."""
    network = grid_network(4, 1, crossing={0: Crossing.SIGNALS, 1: Crossing.MARKED, 2: Crossing.UNMARKED})
    cost = make_impedance(network, mode=WALK, hindrances=Hindrances(signals_s=20.0, unsignalised_s=5.0))
    assert cost.forward.tolist() == cost.backward.tolist() == [95_000, 80_000, 80_000]
    assert cost.rate_forward.tolist() == [0.95, 0.8, 0.8]


def test_two_halves_are_one_wait_exactly_and_the_elderly_wait_longer() -> None:
    """An odd wait of 5.001 s is twice 2,500 ms (a half rounds to the even); for the elderly 1.5 times, twice 3,751."""
    network = grid_network(3, 1, crossing={0: Crossing.MARKED, 1: Crossing.MARKED})
    network = replace(network, crossing_halves=np.array([1, 1], dtype=np.uint8))
    waits = Hindrances(unsignalised_s=5.001)
    assert make_impedance(network, mode=WALK, hindrances=waits).forward.sum() == 150_000 + 2 * 2_500
    slow = TravelMode("ms", WalkProfile("elderly", 4.8, delay_factor=1.5))
    assert make_impedance(network, mode=slow, hindrances=waits).forward.sum() == 150_000 + 2 * 3_751


def test_stairs_of_a_footbridge_cost_the_dearer_of_factor_and_toll() -> None:
    """Steps of 100 m at three times 75 s are dearer than 75 + 15 s; without the factor the toll counts, 90 s.

    Edge 0 leads up to the bridge (edge 1); edge 3 is steps elsewhere.
    """
    foot = EdgeFlag.FOOTWAY
    network = grid_network(
        5, 1, flags={0: foot | EdgeFlag.STEPS, 1: foot | EdgeFlag.BRIDGE, 2: foot, 3: foot | EdgeFlag.STEPS}
    )
    toll = make_impedance(network, mode=WALK, hindrances=Hindrances(stairs_s=30.0))
    assert toll.forward.tolist() == [90_000, 75_000, 75_000, 75_000]
    both = make_impedance(network, mode=WALK, hindrances=Hindrances(stairs_s=30.0, steps_factor=3.0))
    assert both.forward.tolist() == [225_000, 75_000, 75_000, 225_000]


def test_nothing_is_charged_by_default() -> None:
    network = replace(grid_network(2, 1, crossing={0: 3}), gradient=np.array([0.2]))
    plain, off = make_impedance(network, mode=WALK), make_impedance(network, mode=WALK, hindrances=NO_HINDRANCES)
    assert plain.forward.tolist() == off.forward.tolist() == [75_000]


def built(nodes: dict, ways: list, **node_tags: dict):
    tagged = {int(name[1:]): tags for name, tags in node_tags.items()}
    return build_network(hand_ways(nodes, ways, tagged), crs=CRS_HERE).network


def halves_by_way(network) -> dict[int, list[int]]:
    return {way: network.crossing_halves[network.way_id == way].tolist() for way in set(network.way_id.tolist())}


def test_a_crossing_cut_by_its_road_is_two_halves() -> None:
    """Kerb 2 - road node 3 - kerb 4; the road runs 1 - 3 - 5, pavements beyond the kerbs."""
    nodes = {1: (-50, 0), 2: (0, -5), 3: (0, 0), 4: (0, 5), 5: (50, 0), 6: (0, -50), 7: (0, 50)}
    ways = [(1, [1, 3, 5], ROAD), (2, [2, 3, 4], ZEBRA), (3, [6, 2], FOOTWAY), (4, [4, 7], FOOTWAY)]
    found = halves_by_way(built(nodes, ways, n3={"highway": "crossing", "crossing": "zebra"}))
    assert (sorted(found[2]), found[1], found[3], found[4]) == ([1, 1], [0, 0], [0], [0])


def test_a_footpath_over_a_crossing_node_is_two_halves_whatever_its_other_ends() -> None:
    """Path 1 - 3 - 5 crosses road 2 - 3 - 4 at a tagged node; at 5 it ends on another road, which is no crossing."""
    nodes = {1: (0, -50), 2: (-50, 0), 3: (0, 0), 4: (50, 0), 5: (0, 50), 6: (50, 50)}
    ways = [(1, [1, 3, 5], FOOTWAY), (2, [2, 3, 4], ROAD), (3, [5, 6], ROAD)]
    found = halves_by_way(built(nodes, ways, n3={"highway": "crossing", "crossing": "traffic_signals"}))
    assert found[1] == [1, 1]


def test_path_to_path_waits_for_nobody() -> None:
    nodes = {1: (0, -50), 2: (-50, 0), 3: (0, 0), 4: (50, 0), 5: (0, 50)}
    ways = [(1, [1, 3, 5], ZEBRA), (2, [2, 3, 4], {"highway": "cycleway"})]
    found = halves_by_way(built(nodes, ways, n3={"highway": "crossing"}))
    assert found[1] == [0, 0]


def test_a_crossing_that_nothing_cuts_is_whole() -> None:
    """Its road is not in the network, as motorways are not."""
    nodes = {1: (0, -50), 2: (0, 0), 3: (0, 10), 4: (0, 50)}
    ways = [(1, [1, 2], FOOTWAY), (2, [2, 3], ZEBRA), (3, [3, 4], FOOTWAY)]
    assert halves_by_way(built(nodes, ways))[2] == [2]


@pytest.mark.parametrize(
    ("written", "gradient"),
    [
        ("5%", 0.05),
        ("-3 %", -0.03),
        ("2,5%", 0.025),
        ("45°", 1.0),
        ("up", 0.0),
        ("0.05", 0.0),
        ("steep", 0.0),
        ("", 0.0),
    ],
)
def test_incline_tags(written: str, gradient: float) -> None:
    assert incline({"incline": written}) == pytest.approx(gradient)


def test_ways_of_opposite_direction_keep_their_own_incline() -> None:
    """Both ways climb towards node 2: read from either side they must not become one slope of 5 % throughout."""
    nodes = {1: (0, 0), 2: (100, 0), 3: (200, 0)}
    up = {**FOOTWAY, "incline": "5%"}
    ways = hand_ways(nodes, [(1, [1, 2], up), (2, [3, 2], up)])
    network = build_network(ways, crs=CRS_HERE, inclines=True).network
    climb = {
        tuple(sorted((int(t), int(h)))): g for t, h, g in zip(network.tail, network.head, network.gradient, strict=True)
    }
    assert len(climb) == 2
    assert network.gradient.tolist() == [0.05, 0.05]
    top = int(np.flatnonzero(network.node_id == 2)[0])
    assert (network.head == top).all()
    assert build_network(ways, crs=CRS_HERE).network.gradient.tolist() == [0.0, 0.0]


def test_heights_give_gradients_but_tags_know_better() -> None:
    network = replace(grid_network(4, 1), gradient=np.array([0.0, 0.2, 0.0]))
    graded = with_heights(network, np.array([10.0, 15.0, 15.0, np.nan]))
    assert graded.gradient.tolist() == [0.05, 0.2, 0.0]
    with pytest.raises(NetworkError, match="2 heights for 4 junctions"):
        with_heights(network, np.zeros(2))
