import numpy as np
import pytest
from network.hand_ways import CRS_HERE, FOOTWAY, hand_ways

from lifecircle.model.travel import TravelMode, WalkProfile
from lifecircle.network.build import build_network
from lifecircle.network.impedance import make_impedance, walkable_edges

NODES = {1: (0, 0), 2: (100, 0), 3: (100, 2500), 4: (0, 2500), 5: (0, 10), 6: (0, 0), 7: (900, 0), 8: (950, 0)}
# Sorted by way id, so edge k comes from way k + 1.
WAYS = [
    (1, [1, 2], FOOTWAY),
    (2, [2, 3], {**FOOTWAY, "access": "private"}),
    (3, [3, 4], {**FOOTWAY, "foot": "no"}),
    (4, [1, 5], {"highway": "steps"}),
    (5, [2, 4], {**FOOTWAY, "oneway:foot": "yes"}),
    (6, [5, 4], {**FOOTWAY, "oneway:foot": "-1"}),
    (7, [1, 6], {"highway": "residential"}),
    (8, [7, 8], FOOTWAY),
]
ADULT, WHEELCHAIR = WalkProfile("adult", 4.8), WalkProfile("wheelchair", 2.7, steps=False)
DIAGONAL_MM = round(np.hypot(100, 2500) * 1000)


@pytest.fixture(scope="module")
def network():
    return build_network(hand_ways(NODES, WAYS), crs=CRS_HERE).network


def test_adult_milliseconds_by_hand(network):
    """At 4.8 km/h a metre takes 750 ms: 100 m 75 s, 2500 m 1875 s, 10 m 7.5 s, 2490 m 1867.5 s."""
    cost = make_impedance(network, mode=TravelMode("ms", ADULT))
    one_way = round(DIAGONAL_MM * 0.75)
    assert cost.forward.tolist() == [75_000, 1_875_000, 0, 7_500, one_way, 0, 1, 37_500]
    assert cost.backward.tolist() == [75_000, 1_875_000, 0, 7_500, 0, 1_867_500, 1, 37_500]
    assert cost.rate_leg == 0.75
    assert cost.rate_forward.tolist() == [0.75, 0.75, 0, 0.75, 0.75, 0, 0.75, 0.75]
    assert cost.rate_backward.tolist() == [0.75, 0.75, 0, 0.75, 0, 0.75, 0.75, 0.75]


def test_millimetres_do_not_depend_on_the_speed_but_on_the_steps(network):
    adult = make_impedance(network, mode=TravelMode("mm", ADULT))
    assert adult.forward.tolist() == [100_000, 2_500_000, 0, 10_000, DIAGONAL_MM, 0, 1, 50_000]
    assert adult.rate_leg == 1.0
    slow = make_impedance(network, mode=TravelMode("mm", WHEELCHAIR))
    assert slow.forward.tolist() == [100_000, 2_500_000, 0, 0, DIAGONAL_MM, 0, 1, 50_000]


def test_private_ways_can_be_shut(network):
    cost = make_impedance(network, mode=TravelMode("ms", ADULT), private=False)
    assert (cost.forward[1], cost.backward[1], cost.rate_forward[1]) == (0, 0, 0.0)
    assert cost.forward[0] == 75_000


def test_time_is_rounded_once_per_edge():
    """10.001 m at 4.0 km/h: 10 001 * 0.9 = 9000.9 ms."""
    built = build_network(hand_ways({1: (0, 0), 2: (10.001, 0)}, [(1, [1, 2], FOOTWAY)]), crs=CRS_HERE)
    cost = make_impedance(built.network, mode=TravelMode("ms", WalkProfile("planner", 4.0)))
    assert cost.forward.tolist() == [9_001]


def test_what_may_be_snapped_to(network):
    every = walkable_edges(network, profile=ADULT, private=True)
    assert every.tolist() == [True, True, False, True, True, True, True, False]  # closed; island
    assert walkable_edges(network, profile=ADULT, private=False).tolist()[:3] == [True, False, False]
    assert not walkable_edges(network, profile=WHEELCHAIR, private=True)[3]


def test_an_empty_network_has_empty_costs():
    empty = build_network(hand_ways({}, []), crs=CRS_HERE).network
    assert len(make_impedance(empty, mode=TravelMode("ms", ADULT)).forward) == 0
    assert len(walkable_edges(empty, profile=ADULT, private=True)) == 0
