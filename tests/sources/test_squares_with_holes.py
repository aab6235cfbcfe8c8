"""A square around a building: nobody walks through the building."""

import numpy as np
from sources.conftest import EDGE

from lifecircle.model.area import local_crs
from lifecircle.model.network import EdgeFlag
from lifecircle.network.build import build_network

SQUARE = {"type": "multipolygon", "highway": "pedestrian"}
OUTER = [11, 14, 44, 41, 11]  # three cells by three
INNER = [22, 23, 33, 32, 22]  # its middle cell
STUB = {"highway": "footway"}


def test_rings_of_holes_are_handed_on_with_their_own_nodes(read_tiny) -> None:
    data = read_tiny({1: (OUTER, {}), 2: (INNER, {})}, relations={5: ([(1, "outer"), (2, "inner")], SQUARE)})
    runs = np.split(data.ways.node_id, data.ways.offsets[1:-1])
    assert list(data.ways.way_id) == [-5, -5]
    assert sorted(set(run.tolist()) for run in runs) == [{11, 14, 44, 41}, {22, 23, 33, 32}]


def test_the_straight_walk_goes_round_the_hole(read_tiny) -> None:
    """Stubs at opposite corners: the diagonal would cross the building, so only the outlines are walked."""
    ways = {1: (OUTER, {}), 2: (INNER, {}), 3: ([1, 11], STUB), 4: ([44, 55], STUB), 5: ([14, 5], STUB)}
    data = read_tiny(ways, relations={5: ([(1, "outer"), (2, "inner")], SQUARE)})
    network = build_network(data.ways, crs=local_crs_of_lattice()).network
    assert not network.has_flag(EdgeFlag.SQUARE).any()


def local_crs_of_lattice():
    import shapely

    return local_crs(shapely.box(20, 50, 20 + 10 * EDGE, 50 + 10 * EDGE))
