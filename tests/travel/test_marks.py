"""Marked streets on the least walks: the grid city with two gates."""

from __future__ import annotations

import numpy as np
import pytest
from grid_city import grid_impedance, grid_network, grid_snapped

from lifecircle.travel.ends import ends_of
from lifecircle.travel.field import field_to
from lifecircle.travel.marks import marks_on_way

NETWORK = grid_network(4, 3)  # edges 0, 1, 2 are the southern street, 3, 4, 5 the middle one


def passed(origins, doors, marked: dict[int, int], *, limit=10_000_000):
    impedance = grid_impedance(NETWORK)
    mark = np.full(NETWORK.edges, -1, dtype=np.int64)
    mark[list(marked)] = list(marked.values())
    seeds = ends_of(grid_snapped(NETWORK, [doors]), NETWORK, impedance=impedance, leaving=False)
    starts = ends_of(grid_snapped(NETWORK, [[spot] for spot in origins]), NETWORK, impedance=impedance, leaving=True)
    return marks_on_way(field_to(seeds, NETWORK, impedance=impedance, limit=limit), starts, mark=mark)


def test_marks_are_those_of_the_walk():
    # Along the southern street from (0, 0) to (3, 0): edges 0, 1, 2; its neighbours are 2 blocks longer.
    assert passed([(0, 0)], [(3, 0)], {0: 7, 2: 9, 4: 5}) == {0: frozenset({7, 9})}


def test_of_equal_walks_the_one_without_marks_is_taken():
    # (0, 0) to (1, 1): over edge 0 or over the avenue; only edge 0 is marked.
    assert passed([(0, 0)], [(1, 1)], {0: 7}) == {0: frozenset()}


def test_walks_beyond_the_limit_are_left_out():
    assert passed([(0, 0), (2, 0)], [(3, 0)], {2: 9}, limit=100_000) == {1: frozenset({9})}


def test_an_edge_with_the_entrance_on_it_is_no_passage():
    """(0, 0) to the middle of edge 1: the walk passes edge 0 and ends on edge 1."""
    assert passed([(0, 0)], [(1.5, 0)], {0: 7, 1: 8}) == {0: frozenset({7})}


@pytest.mark.parametrize("spot", [(0.5, 0), (0.25, 2)])
def test_starts_along_a_street(spot):
    found = passed([spot], [(3, spot[1])], {1: 3, 7: 4})
    assert found == {0: frozenset({3 if spot[1] == 0 else 4})}
