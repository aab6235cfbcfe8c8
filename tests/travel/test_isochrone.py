"""Isochrone polygons and grid points: exact values at the points, polygons that keep to them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from grid_city import Spot, grid_facilities, grid_impedance, grid_network, snapped_from
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecircle.errors import CutoffError
from lifecircle.model.network import Barriers
from lifecircle.network.snapping import snap_points
from lifecircle.travel.cells import Window, build_cells, cell_costs, cell_values
from lifecircle.travel.ends import FAR, ends_of
from lifecircle.travel.field import field_to, outbound, seed_box, values_at
from lifecircle.travel.isochrone import isochrone_polygons, level_polygon, quickest_rate, rim

REACH_M = 60.0


def ground(network, facilities, *, limit: int, impedance=None):
    """Return the field to the facilities and the grid points around the whole network."""
    impedance = impedance or grid_impedance(network)
    seeds = ends_of(facilities.snapped, network, impedance=impedance, leaving=False)
    field = field_to(seeds, network, impedance=impedance, limit=limit + rim(impedance))
    box = (network.node_x.min(), network.node_y.min(), network.node_x.max(), network.node_y.max())
    table = build_cells(Window.around(box, margin_m=REACH_M), lambda xy: join(network, xy))
    return field, cell_costs(table, network, impedance=impedance)


def join(network, xy):
    points = (np.arange(len(xy)), np.asarray(xy, dtype=float))
    every = np.ones(network.edges, dtype=bool)
    return snap_points(points, network, usable=every, barriers=Barriers.none(), max_access_m=REACH_M)


def test_a_search_cannot_be_negative() -> None:
    network = grid_network(2, 1)
    seeds = ends_of(
        grid_facilities(network, ["a"], [(0, 0)]).snapped, network, impedance=grid_impedance(network), leaving=False
    )
    with pytest.raises(CutoffError, match="at least 0"):
        field_to(seeds, network, impedance=grid_impedance(network), limit=-1)


def test_windows_lie_on_one_grid_and_cut_alike() -> None:
    whole = Window.around((-30.0, 5.0, 95.0, 61.0), margin_m=0.0)
    assert (whole.west_m, whole.south_m, whole.columns, whole.rows) == (-40.0, 0.0, 8, 5)
    part, rows, columns = whole.part(Window.around((0.0, 25.0, 500.0, 30.0), margin_m=0.0))
    assert (part.x.tolist(), part.y.tolist()) == ([0, 20, 40, 60, 80, 100], [20, 40])
    assert whole.cut(np.arange(40), rows=rows, columns=columns).tolist() == [
        10,
        11,
        12,
        13,
        14,
        15,
        18,
        19,
        20,
        21,
        22,
        23,
    ]
    assert whole.part(Window.around((900.0, 900.0, 950.0, 950.0), margin_m=0.0))[0].columns == 0


def test_grid_points_by_hand() -> None:
    """A street of 100 m along the x axis, facility at its western end, 0.75 ms a mm.

    The point 40 m east and 20 m north walks 20 m to the street and 40 m along it: 45 s.
    """
    network = grid_network(2, 1)
    field, costs = ground(network, grid_facilities(network, ["a"], [(0, 0)]), limit=60_000)
    value = cell_values(costs, field).reshape(costs.table.window.rows, costs.table.window.columns)
    column, row = costs.table.window.x.tolist().index(40.0), costs.table.window.y.tolist().index(20.0)
    assert value[row, column] == 45_000
    assert value[0, 0] == FAR  # 84 m from the street, more than may be walked off it


def test_the_way_out_against_a_one_way_is_the_way_in_along_it() -> None:
    """One-way east: from the middle one gets out to the east, and people get in from the west."""
    network = grid_network(2, 1, oneway={0: 1})
    there, back = grid_impedance(network), outbound(grid_impedance(network))
    place = grid_facilities(network, ["a"], [(0.5, 0)])
    edge = np.zeros(2, dtype=np.int64)
    spots = np.array([0, 100_000])
    for impedance, expected in ((there, [37_500, FAR]), (back, [FAR, 37_500])):
        field, _ = ground(network, place, limit=60_000, impedance=impedance)
        assert values_at(field, edge, offset_mm=spots).tolist() == expected


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_polygons_are_valid_nested_and_keep_to_the_exact_times(data) -> None:
    closed = data.draw(st.lists(st.integers(0, 23), max_size=6))
    network = grid_network(4, 4, permission=dict.fromkeys(closed, 2))
    rows = data.draw(
        st.lists(st.tuples(st.integers(0, 23), st.sampled_from([0.0, 30.0, 77.7])), min_size=1, max_size=3)
    )
    facilities = grid_facilities(network, ["a"] * len(rows), [(0, 0)] * len(rows))
    facilities = type(facilities)(
        facilities.ids, snapped_from([Spot(i, edge, along) for i, (edge, along) in enumerate(rows)]), facilities.type
    )
    limits = sorted(data.draw(st.lists(st.integers(0, 400_000), min_size=2, max_size=3)))
    field, costs = ground(network, facilities, limit=limits[-1])
    shapes = isochrone_polygons(field, costs, limits=limits)
    assert shapely.is_valid(shapes).all()
    for small, large in pairwise(shapes):
        assert shapely.difference(small, large).area < 1e-6
    # At the grid points themselves the polygons say exactly what the times say.
    window, value = costs.table.window, cell_values(costs, field)
    x, y = (part.ravel() for part in np.meshgrid(window.x, window.y))
    for limit, shape in zip(limits, shapes, strict=True):
        inside = shapely.contains_xy(shape, x, y)
        inner = (x > window.x[0]) & (x < window.x[-1]) & (y > window.y[0]) & (y < window.y[-1])
        assert (inside == (value <= limit))[inner].all()


def test_holes_stay_holes() -> None:
    """A block of 400 m, a facility on every side, 6 minutes: all streets, but nobody goes more than 60 m off them."""
    network = grid_network(
        2,
        2,
        block_m=400.0,
    )
    facilities = grid_facilities(network, ["a"] * 4, [(0, 0), (1, 0), (0, 1), (1, 1)])
    spots = [Spot(i, e, m) for i, (e, m) in enumerate([(0, 130.0), (1, 270.0), (2, 130.0), (3, 270.0)])]
    facilities = type(facilities)(facilities.ids, snapped_from(spots), facilities.type)
    field, costs = ground(network, facilities, limit=360_000)
    (shape,) = isochrone_polygons(field, costs, limits=[360_000])
    assert len(shape.geoms) == 1
    assert len(shape.geoms[0].interiors) == 1
    assert not shape.contains(shapely.Point(200, 200))


def test_nothing_reached_is_an_empty_shape() -> None:
    window = Window(0.0, 0.0, 3, 3)
    assert level_polygon(np.full(9, FAR), window, beyond=10).is_empty
    assert level_polygon(np.zeros(1, dtype=np.int64), Window(0.0, 0.0, 1, 1), beyond=10).is_empty
    full = level_polygon(np.zeros(9, dtype=np.int64), window, beyond=10)
    assert full.area == 1600.0


def test_how_far_a_walk_can_lead() -> None:
    network = grid_network(3, 1)
    assert quickest_rate(grid_impedance(network)) == 0.75
    field, _ = ground(network, grid_facilities(network, ["a"], [(0.25, 0)]), limit=1000)
    assert seed_box(field) == (25.0, 0.0, 25.0, 0.0)
