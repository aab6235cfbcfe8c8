"""Snapping against brute force over every edge, and the law's special cases by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from grid_city import grid_network, make_network
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecircle.errors import NetworkError
from lifecircle.model.network import Barriers, WalkNetwork
from lifecircle.model.travel import SNAP_REASONS, Snapped
from lifecircle.network.legs import leg_lines, legs_across_outlines
from lifecircle.network.snapping import entrance_points, snap_points

OPEN = Barriers.none()


def objects(*shapes: object) -> np.ndarray:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array


def line(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString(points)


def snap(
    network: WalkNetwork, *points: tuple[float, float], barriers: Barriers = OPEN, reach: object = 250.0
) -> Snapped:
    """Join points, one a row, to any edge."""
    xy = np.array(points, dtype=float).reshape(-1, 2)
    usable = np.ones(network.edges, dtype=bool)
    return snap_points((np.arange(len(xy)), xy), network, usable=usable, barriers=barriers, max_access_m=reach)


def crosses(leg: shapely.LineString, barrier: shapely.Geometry) -> bool:
    """Meets the barrier anywhere farther than 1 mm from the leg's ends."""
    if leg.length <= 0.002:
        return False
    ends = shapely.union_all([shapely.Point(end).buffer(0.001) for end in leg.coords])
    return not leg.intersection(barrier).difference(ends).is_empty


def brute_force(network: WalkNetwork, point: shapely.Point, *, usable: np.ndarray, barriers: Barriers, reach: float):
    """Try every edge: (reason, edge, crosses_wall, metres)."""
    if not usable.any():
        return "no_network", -1, False, 0.0
    lines = network.lines()
    offers = sorted((shapely.distance(point, lines[e]), e) for e in np.flatnonzero(usable))
    offers = [(metres, int(e)) for metres, e in offers if round(metres * 1000) <= round(reach * 1000)]
    if not offers:
        return "too_far", -1, False, 0.0
    dry = []
    for metres, edge in offers:
        joined = lines[edge].interpolate(lines[edge].project(point))
        leg = shapely.LineString([point, joined])
        if not any(crosses(leg, barrier) for barrier in barriers.hard):
            dry.append((any(crosses(leg, barrier) for barrier in barriers.walls), metres, edge))
    if not dry:
        return "water_or_rail", -1, False, 0.0
    walled, metres, edge = min(dry, key=lambda offer: offer[0])
    return "snapped", edge, walled, metres


place = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda xy: (xy[0] * 10.0, xy[1] * 10.0))
segment = st.tuples(place, place).filter(lambda ends: ends[0] != ends[1])
# Off the lattice and in no direction of it, so that barriers rarely end within a millimetre of a leg.
barrier = st.tuples(segment, st.sampled_from([0.37, 3.1])).map(
    lambda s: shapely.LineString([(x + s[1], y + s[1] * 0.4371) for x, y in s[0]])
)
lake = st.tuples(place, st.integers(5, 60)).map(lambda s: shapely.Point(s[0]).buffer(s[1] + 0.123, quad_segs=2))


@st.composite
def towns(draw: st.DrawFn) -> tuple:
    segments = draw(st.lists(segment, min_size=1, max_size=10))
    nodes = [end for ends in segments for end in ends]
    network = make_network(nodes, [(2 * i, 2 * i + 1) for i in range(len(segments))])
    usable = np.array(draw(st.lists(st.sampled_from([True, True, True, False]), min_size=10, max_size=10)))
    # Two straight walls make no ring: nothing is enclosed here (test_enclosure.py does that).
    barriers = Barriers(
        objects(*draw(st.lists(barrier | lake, max_size=3))), objects(*draw(st.lists(barrier, max_size=2))), objects()
    )
    points = draw(st.lists(place, min_size=1, max_size=8))
    reach = draw(st.lists(st.sampled_from([10.0, 30.0, 50.0, 250.0]), min_size=8, max_size=8))
    return network, usable[: len(segments)], barriers, np.array(points), np.array(reach[: len(points)])


@settings(max_examples=400, deadline=None)
@given(towns())
def test_equal_to_brute_force_over_every_edge(town: tuple) -> None:
    network, usable, barriers, xy, reach = town
    snapped = snap_points((np.arange(len(xy)), xy), network, usable=usable, barriers=barriers, max_access_m=reach)
    for row, point in enumerate(shapely.points(xy)):
        reason, edge, walled, metres = brute_force(
            network, point, usable=usable, barriers=barriers, reach=float(reach[row])
        )
        assert SNAP_REASONS[snapped.reason[row]] == reason
        assert (snapped.edge[row], snapped.crosses_wall[row]) == (edge, walled)
        assert snapped.access_mm[row] == round(metres * 1000)
        if edge >= 0:
            joined = network.lines()[edge].interpolate(float(snapped.offset_mm[row]) / 1000.0)
            assert joined.distance(point) == pytest.approx(metres, abs=0.001)


def test_positions_are_exact_and_scaled_to_the_edge_length() -> None:
    # A bent edge of 60 + 40 m drawn, but 120 m long: 30 m along the drawing is 36 m of walking.
    network = make_network([(0, 0), (60, 40)], [(0, 1)], lines={0: [(0, 0), (60, 0), (60, 40)]}, length_m=[120.0])
    snapped = snap(network, (30, 7.0004), (60, -5), (70, 50), (-3, -4))
    assert snapped.offset_mm.tolist() == [36_000, 72_000, 120_000, 0]
    assert snapped.access_mm.tolist() == [7000, 5000, 14_142, 5000]


def test_equally_near_edges_the_smallest_id_wins() -> None:
    network = grid_network(3, 3)
    # In the middle of a block four edges are 50 m away; at junction 4 four edges meet.
    assert snap(network, (50, 50), (100, 100), (150, 150)).edge.tolist() == [0, 2, 3]


def test_only_usable_edges_are_joined() -> None:
    network = grid_network(2, 2)
    usable = np.array([False, True, True, True])
    snapped = snap_points(
        (np.array([0]), np.array([[50.0, 10.0]])), network, usable=usable, barriers=OPEN, max_access_m=250.0
    )
    assert (snapped.edge[0], snapped.access_mm[0]) == (2, 50_000)


def test_the_longest_leg_is_inclusive_to_the_millimetre_and_per_point() -> None:
    network = grid_network(2, 1)
    reach = np.array([30.0, 30.0, 30.0, 250.0])
    snapped = snap(network, (50, 30), (50, 30.0004), (50, 30.001), (50, 30.001), reach=reach)
    assert snapped.edge.tolist() == [0, 0, -1, 0]
    assert snapped.reason.tolist() == [0, 0, SNAP_REASONS.index("too_far"), 0]
    assert snapped.access_mm.tolist() == [30_000, 30_000, 0, 30_001]


NEAR_WALL = line((40, 5), (60, 5))


def test_a_wall_gives_way_to_the_next_edge() -> None:
    network = grid_network(3, 3)
    snapped = snap(network, (50, 10), barriers=Barriers(objects(), objects(NEAR_WALL), objects()))
    # The street is 10 m away behind the wall; both avenues are 50 m away: the smaller id.
    assert (snapped.edge[0], snapped.access_mm[0], snapped.crosses_wall[0]) == (6, 50_000, False)


def test_where_every_leg_crosses_a_wall_the_nearest_is_taken_and_flagged() -> None:
    network = grid_network(3, 3)
    box = line((20, 5), (80, 5), (80, 90), (20, 90), (20, 5))
    gate = objects(shapely.Point(50, 90))
    snapped = snap(network, (50, 10), barriers=Barriers(objects(), objects(box), gate))
    assert (snapped.edge[0], snapped.access_mm[0], snapped.crosses_wall[0]) == (0, 10_000, True)


def test_a_wall_without_a_gate_around_the_point_is_ignored() -> None:
    network = grid_network(3, 3)
    box = shapely.box(20, 5, 80, 90)  # fences often arrive as areas: their outline is the wall
    snapped = snap(network, (50, 10), barriers=Barriers(objects(), objects(box), objects()))
    assert (snapped.edge[0], snapped.access_mm[0], snapped.crosses_wall[0]) == (0, 10_000, False)


def test_inside_a_gateless_garden_another_wall_still_counts() -> None:
    network = grid_network(3, 3)
    walls = objects(shapely.box(20, 5, 80, 90), line((30, 2), (70, 2)))
    snapped = snap(network, (50, 10), barriers=Barriers(objects(), walls, objects()))
    assert (snapped.edge[0], snapped.crosses_wall[0]) == (6, False)


def test_water_and_rail_are_never_crossed() -> None:
    network = grid_network(3, 3)
    rail = Barriers(objects(NEAR_WALL), objects(), objects())
    assert snap(network, (50, 10), barriers=rail).edge[0] == 6
    moat = Barriers(objects(shapely.box(20, 5, 80, 90).boundary), objects(), objects())
    island = snap(network, (50, 10), barriers=moat)
    assert (island.edge[0], SNAP_REASONS[island.reason[0]]) == (-1, "water_or_rail")
    afloat = snap(network, (50, 10), barriers=Barriers(objects(shapely.box(20, 5, 80, 90)), objects(), objects()))
    assert (afloat.edge[0], SNAP_REASONS[afloat.reason[0]]) == (-1, "water_or_rail")


def test_water_before_walls_a_dry_leg_over_a_wall_is_better_than_none() -> None:
    network = grid_network(2, 1)
    barriers = Barriers(objects(), objects(NEAR_WALL), objects())
    snapped = snap(network, (50, 10), barriers=barriers, reach=30.0)
    assert (snapped.edge[0], snapped.crosses_wall[0]) == (0, True)


def test_touching_at_the_ends_of_a_leg_is_not_crossing() -> None:
    network = grid_network(2, 2)
    on_the_wall = line((0, 10), (100, 10))
    ends_at_the_road = line((50, 0), (50, -40))
    for hard, walls in ((objects(), objects(on_the_wall, ends_at_the_road)), (objects(ends_at_the_road), objects())):
        snapped = snap(network, (50, 10), (30, 10), barriers=Barriers(hard, walls, objects()))
        assert snapped.edge.tolist() == [0, 0]
        assert snapped.access_mm.tolist() == [10_000, 10_000]
        assert not snapped.crosses_wall.any()


def test_errors_say_what_to_do() -> None:
    network = grid_network(2, 2)
    with pytest.raises(NetworkError, match="usable has 3 values for 4 edges"):
        snap_points(
            (np.array([0]), np.zeros((1, 2))), network, usable=np.ones(3, bool), barriers=OPEN, max_access_m=9.0
        )
    with pytest.raises(NetworkError, match="row 1 has no finite coordinates"):
        snap(network, (0, 0), (np.nan, 0))


def test_without_network_or_points() -> None:
    nothing = snap(make_network([], []), (0, 0))
    assert SNAP_REASONS[nothing.reason[0]] == "no_network"
    assert len(snap(grid_network(2, 2))) == 0


def test_entrances_keep_their_order_and_owner() -> None:
    rows = gpd.GeoSeries(
        [shapely.MultiPoint([(5, 5), (1, 1)]), shapely.MultiPoint(), shapely.Point(2, 3)], crs="EPSG:32650"
    )
    owner, xy = entrance_points(rows)
    assert owner.tolist() == [0, 0, 2]
    assert xy.tolist() == [[5, 5], [1, 1], [2, 3]]


def test_leg_lines_run_from_the_entrance_to_the_network() -> None:
    network = grid_network(2, 2)
    lines = leg_lines(snap(network, (50, 10), (5000, 0), (20, 0)), network)
    assert shapely.get_coordinates(lines[0]).tolist() == [[50, 10], [50, 0]]
    assert lines[1] is None
    assert lines[2].length == 0


def test_legs_across_an_outline_away_from_its_gates() -> None:
    network = grid_network(2, 2)
    estate = objects(shapely.box(10, 5, 90, 60))
    gates = objects(shapely.Point(40, 5))
    # In at 30 m (10 m from the gate, inclusive), at 29 m (11 m away), from the outline itself, from outside.
    snapped = snap(network, (30, 20), (29, 20), (29, 5), (29, 4), (5000, 0))
    across = legs_across_outlines(snapped, network, outlines=estate, gates=gates)
    assert across.tolist() == [False, True, False, False, False]
    assert not legs_across_outlines(snapped, network, outlines=objects(), gates=gates).any()
