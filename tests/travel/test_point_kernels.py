"""Lists of points by edge against lists, and what looks somewhere against shapely."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from lifecircle.travel.journal import Journal, Table
from lifecircle.travel.live_arrays import Chains, Seen
from lifecircle.travel.point_kernels import chained, link, looking, unlink

EDGES, POINTS = 5, 40
SLACK_M = 0.002


def lists(chains: Chains) -> list[list[int]]:
    return [chained(chains, np.array([edge])).tolist() for edge in range(EDGES)]


@pytest.mark.parametrize("seed", range(20))
def test_points_come_first_leave_and_come_back_where_they_were(seed: int) -> None:
    """Every step is taken back in the end, the last one first; what is joined to nothing is in no list."""
    rng = np.random.default_rng(seed)
    edge = rng.integers(-1, EDGES, POINTS)
    chains = Chains(np.full(EDGES, -1), np.full(POINTS, -1), edge)
    expected: list[list[int]] = [[] for _ in range(EDGES)]
    inside, before = set[int](), []
    for _ in range(30):
        coming = rng.random() < 0.6
        possible = np.array([row for row in range(POINTS) if (row in inside) != coming], dtype=np.int64)
        rows = rng.permutation(possible)[: rng.integers(1, 6)]
        states = [list(own) for own in expected]
        for row in rows.tolist():
            if coming and edge[row] >= 0:
                expected[edge[row]].insert(0, row)
            elif edge[row] >= 0:
                expected[edge[row]].remove(row)
        if coming:
            link(chains, rows, np.full(len(rows), -1))
            before.append((states, rows, None))
        else:
            before.append((states, rows, unlink(chains, rows)))
        inside ^= set(rows.tolist())
        assert lists(chains) == expected
    assert chained(chains, np.arange(EDGES)).tolist() == [row for own in expected for row in own]
    for states, rows, after in reversed(before):
        if after is None:
            unlink(chains, rows[::-1].copy())
        else:
            link(chains, rows[::-1].copy(), after[::-1].copy())
        assert lists(chains) == states


@pytest.mark.parametrize("seed", range(10))
def test_a_point_looks_as_far_as_its_leg_is_long(seed: int) -> None:
    """One without a leg, or with one through a wall, as far as any may; one that is gone (owner -1) not at all."""
    rng = np.random.default_rng(seed)
    xy, reach_m = rng.uniform(0, 400, (POINTS, 2)), 120.0
    edge, access_mm = rng.integers(-1, EDGES, POINTS), rng.integers(0, 60_000, POINTS)
    walled, owner = rng.random(POINTS) < 0.2, np.where(rng.random(POINTS) < 0.2, -1, np.arange(POINTS))
    places = Table(Journal(), x=xy[:, 0], y=xy[:, 1])
    points = Table(Journal(), owner=owner, edge=edge, access_mm=access_mm, crosses_wall=walled)
    corner = rng.uniform(0, 400, (3, 2))
    boxes = np.hstack([corner, corner + rng.uniform(0, 50, (3, 2))])
    look_m = np.where((edge < 0) | walled, reach_m, access_mm / 1000.0 + SLACK_M)
    away_m = shapely.distance(shapely.points(xy)[:, None], shapely.box(*boxes.T)).min(axis=1)
    for count in (POINTS, POINTS // 2):
        expected = np.flatnonzero((away_m <= look_m) & (owner >= 0) & (np.arange(POINTS) < count))
        found = looking(Seen(places.rows, points.rows), count, boxes, reach_m, SLACK_M)
        assert found.tolist() == expected.tolist()
    assert len(expected)
    assert not len(looking(Seen(places.rows, points.rows), POINTS, np.empty((0, 4)), reach_m, SLACK_M))
