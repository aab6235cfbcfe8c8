"""Walls that shut a point in: every wall of small cell plans against a search for rings by hand."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lifecircle.network.enclosure import OUTSIDE, Enclosures

SIZE = 3
CELL_M = 10.0
CELLS = [(c, r) for r in range(SIZE) for c in range(SIZE)]
# A side is the frozen pair of the two cells it parts; cells beyond the plan are outside.
SIDES = sorted(
    {tuple(sorted([(c, r), (c + dc, r + dr)])) for c, r in CELLS for dc, dr in ((1, 0), (-1, 0), (0, 1), (0, -1))}
)


def neighbours(cell: tuple[int, int]) -> list[tuple[int, int]]:
    c, r = cell
    return [(c + 1, r), (c - 1, r), (c, r + 1), (c, r - 1)]


def connected(cells: set[tuple[int, int]]) -> bool:
    seen, todo = set(), [min(cells)]
    while todo:
        cell = todo.pop()
        if cell in cells and cell not in seen:
            seen.add(cell)
            todo += neighbours(cell)
    return seen == cells


@cache
def rings() -> list[tuple[frozenset, frozenset]]:
    """Every region a single ring of sides can surround (connected, no holes), with that ring."""
    frame = {(c, r) for c in range(-1, SIZE + 1) for r in range(-1, SIZE + 1)}
    found = []
    for bits in range(1, 2 ** len(CELLS)):
        region = {cell for i, cell in enumerate(CELLS) if bits >> i & 1}
        if connected(region) and connected(frame - region):
            rim = frozenset(side for side in SIDES if (side[0] in region) != (side[1] in region))
            found.append((frozenset(region), rim))
    return found


def middle(side: tuple) -> tuple[float, float]:
    (c0, r0), (c1, r1) = side
    return ((c0 + c1 + 1) / 2 * CELL_M, (r0 + r1 + 1) / 2 * CELL_M)


def wall(side: tuple) -> shapely.LineString:
    (c0, _), (c1, _) = side
    x, y = middle(side)
    across = (0.0, CELL_M / 2) if c0 != c1 else (CELL_M / 2, 0.0)
    return shapely.LineString([(x - across[0], y - across[1]), (x + across[0], y + across[1])])


def leg_across(side: tuple) -> shapely.LineString:
    """Cross the wall off its middle, where a gate would be."""
    (c0, _), (c1, _) = side
    x, y = middle(side)
    return shapely.LineString([(x - 1, y + 3), (x + 1, y + 3)] if c0 != c1 else [(x + 3, y - 1), (x + 3, y + 1)])


def objects(shapes: list) -> np.ndarray:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array


@st.composite
def plans(draw: st.DrawFn) -> tuple[set, set]:
    """Few walls missing, so that closed rooms in and beside others are common; few gates."""
    missing = draw(st.sets(st.sampled_from(SIDES), max_size=12))
    walls = set(SIDES) - missing
    return walls, draw(st.sets(st.sampled_from(sorted(walls)), max_size=3))


COURTYARD = {side for side in SIDES if (1, 1) in side or any(min(c) < 0 or max(c) >= SIZE for c in side)}


@settings(max_examples=300, deadline=None)
@example((COURTYARD, set()))
@example((COURTYARD, {((0, 1), (1, 1))}))
@example((COURTYARD, {((-1, 0), (0, 0))}))
@given(plans())
def test_a_wall_is_passed_exactly_when_it_lies_on_a_gateless_ring_around_the_point(case: tuple) -> None:
    walls, gates = case
    enclosures = Enclosures.of(
        objects([wall(side) for side in sorted(walls)]), objects([shapely.Point(middle(side)) for side in gates])
    )
    sealed = [(region, rim) for region, rim in rings() if rim <= walls and not rim & gates]
    centres = objects([shapely.Point((c + 0.5) * CELL_M, (r + 0.5) * CELL_M) for c, r in CELLS])
    blocks = enclosures.blocks_of(centres)
    for cell, centre, block in zip(CELLS, shapely.get_coordinates(centres), blocks, strict=True):
        around = [rim for region, rim in sealed if cell in region]
        assert (block != OUTSIDE) == bool(around)
        passed = set().union(*around)
        legs = objects([leg_across(side) for side in SIDES])
        crossed = enclosures.crossed_by(legs, xy=centre[None], start=np.zeros(len(legs), dtype=int))
        expected = [side in walls and side not in passed for side in SIDES]
        assert crossed.tolist() == expected


BOX = shapely.LineString([(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)])


@pytest.mark.parametrize(
    ("gate", "shut"),
    [(None, True), ((5, 0), False), ((5, 0.5), False), ((5, -0.6), True), ((5, 5), True)],
)
def test_a_gate_counts_within_half_a_metre_of_the_wall(gate: tuple | None, shut: bool) -> None:  # noqa: FBT001
    gates = objects([shapely.Point(gate)] if gate else [])
    found = Enclosures.of(objects([BOX]), gates).blocks_of(objects([shapely.Point(5, 5)]))
    assert (found[0] != OUTSIDE) == shut


def test_a_point_on_the_outer_wall_is_not_shut_in_but_one_on_an_inner_wall_is() -> None:
    inner = shapely.LineString([(5, 0), (5, 10)])
    enclosures = Enclosures.of(objects([BOX, inner]), objects([]))
    found = enclosures.blocks_of(objects([shapely.Point(10, 5), shapely.Point(5, 5), shapely.Point(20, 5)]))
    assert (found != OUTSIDE).tolist() == [False, True, False]


def test_a_spur_inside_a_garden_is_a_wall_like_any_other() -> None:
    spur = shapely.LineString([(5, 10), (5, 4)])
    enclosures = Enclosures.of(objects([BOX, spur]), objects([]))
    legs = objects([shapely.LineString([(2, 5), (8, 5)]), shapely.LineString([(2, 5), (-5, 5)])])
    assert enclosures.crossed_by(legs, xy=np.array([[2.0, 5.0]]), start=np.zeros(2, dtype=int)).tolist() == [
        True,
        False,
    ]


def test_no_walls_at_all() -> None:
    enclosures = Enclosures.of(objects([]), objects([shapely.Point(0, 0)]))
    assert enclosures.blocks_of(objects([shapely.Point(0, 0)])).tolist() == [OUTSIDE]
    assert enclosures.crossed_by(objects([BOX]), xy=np.zeros((1, 2)), start=np.zeros(1, dtype=int)).tolist() == [False]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(SIDES), unique=True, min_size=1), st.data())
def test_other_gates_in_the_same_walls(sides: list[tuple], data: st.DataObject) -> None:
    walls = np.array([wall(side) for side in sides], dtype=object)
    before, after = (
        shapely.points(
            np.array([middle(side) for side in data.draw(st.lists(st.sampled_from(SIDES), unique=True))]).reshape(-1, 2)
        )
        for _ in range(2)
    )
    known = Enclosures.of(walls, before)
    found, fresh = known.with_gates(after), Enclosures.of(walls, after)
    for name in ("face_room", "piece_room", "rim", "block", "around"):
        assert np.array_equal(getattr(found, name), getattr(fresh, name)), name
    boxes = shapely.box(*found.boxes_unlike(known).T)
    centres = np.array(
        [((c + 0.5) * CELL_M, (r + 0.5) * CELL_M) for c in range(-1, SIZE + 1) for r in range(-1, SIZE + 1)]
    )
    start, end = (places.ravel() for places in np.meshgrid(np.arange(len(centres)), np.arange(len(centres))))
    legs = shapely.linestrings(np.stack([centres[start], centres[end]], axis=1))
    same = np.setdiff1d(np.arange(len(legs)), shapely.STRtree(boxes).query(legs, predicate="intersects")[0])
    one, other = (walled.crossed_by(legs, xy=centres, start=start) for walled in (known, found))
    assert np.array_equal(one[same], other[same])
