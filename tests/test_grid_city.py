"""The grid city keeps what its drawing promises."""

import numpy as np
import pytest
from grid_city import (
    BLOCK_M,
    CRS_GRID,
    blocks,
    facility_table,
    grid_area,
    grid_edges,
    grid_impedance,
    grid_network,
    grid_ways,
    place_on_grid,
    residence_table,
)
from pyproj import Transformer

from lifecircle.model.area import WGS84
from lifecircle.model.network import Permission


def test_the_drawing() -> None:
    edges = grid_edges(4, 3)
    assert len(edges) == 17
    assert (edges[4], edges[8], edges[9], edges[16]) == ((5, 6), (10, 11), (0, 4), (7, 11))
    network = grid_network(4, 3)
    assert (network.nodes, network.edges) == (12, 17)
    assert grid_impedance(network).forward.tolist() == [75_000] * 17
    assert (network.node_x[7], network.node_y[7]) == (300.0, 100.0)


def test_positions_and_distances() -> None:
    assert place_on_grid(4, 3, (2.5, 1)) == (5, 0.5)
    assert place_on_grid(4, 3, (3, 2)) == (8, 1.0)
    assert place_on_grid(4, 3, (1, 1.25)) == (12, 0.25)
    assert blocks((0, 0), (3, 2)) == 5
    with pytest.raises(ValueError, match="not on a street"):
        place_on_grid(4, 3, (0.5, 0.5))


def test_single_edges_can_differ() -> None:
    network = grid_network(3, 2, permission={1: Permission.CLOSED}, oneway={0: -1}, length_m={2: 150.0})
    impedance = grid_impedance(network)
    assert (impedance.forward[1], impedance.backward[1]) == (0, 0)
    assert (impedance.forward[0], impedance.backward[0]) == (0, 75_000)
    assert network.length_mm[2] == 150_000


def test_tables_pass_their_checks_and_weigh_powers_of_two() -> None:
    assert residence_table([(0, 0), (1, 0)])["population"].tolist() == [1.0, 2.0]
    facilities = facility_table(["a", "b", "a"], [(0, 0), (1, 0), (2, 0)])
    assert facilities.index.tolist() == ["f00:a", "f01:b", "f02:a"]
    assert facilities["capacity"].tolist() == [1.0, 2.0, 4.0]


def test_the_ways_are_the_same_city_in_degrees() -> None:
    ways, network = grid_ways(4, 3), grid_network(4, 3)
    assert len(ways.way_id) == 3 + 4
    x, y = Transformer.from_crs(WGS84, CRS_GRID, always_xy=True).transform(ways.lon, ways.lat)
    assert np.allclose(x, network.node_x[ways.node_id - 1], atol=1e-6)
    assert np.allclose(y, network.node_y[ways.node_id - 1], atol=1e-6)
    assert grid_area(4, 3).boundary.bounds == (-50.0, -50.0, 3 * BLOCK_M + 50, 2 * BLOCK_M + 50)
