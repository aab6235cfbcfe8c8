"""Straight lines across squares are walked, but nobody mapped them: they open no wall, no house, no estate."""

import geopandas as gpd
import numpy as np
from network.hand_ways import CRS_HERE, FOOTWAY, hand_ways
from shapely.geometry import LineString, box

from lifecircle.facilities.entrances import way_in_edges
from lifecircle.model.network import EdgeFlag
from lifecircle.network.barriers import find_barriers
from lifecircle.network.build import build_network

# A square of 30 x 40 m with a stub at two opposite corners, and the diagonal between them.
NODES = {1: (0, 0), 2: (30, 0), 3: (30, 40), 4: (0, 40), 11: (-3000, 0), 13: (60, 40)}
WAYS = [
    (50, [1, 2, 3, 4, 1], {"highway": "pedestrian", "area": "yes"}),
    (61, [11, 1], FOOTWAY),
    (63, [13, 3], FOOTWAY),
]
NETWORK = build_network(hand_ways(NODES, WAYS), crs=CRS_HERE).network
KIOSK = box(12, 17, 18, 23)  # on the diagonal


def test_the_square_has_its_diagonal() -> None:
    across = NETWORK.lines()[NETWORK.has_flag(EdgeFlag.SQUARE)]
    assert np.isclose([line.length for line in across], [50.0]).all()
    assert across[0].crosses(KIOSK)


def test_a_wall_on_the_square_is_not_opened() -> None:
    wall = LineString([(12, 17), (18, 17), (18, 23), (12, 23), (12, 17)])
    frame = gpd.GeoDataFrame({"tags": [{"barrier": "wall"}]}, geometry=[wall], index=["w1"], crs=CRS_HERE)
    found = find_barriers(frame, NETWORK)
    assert len(found.walls) == 1
    assert len(found.gates) == 0


def test_a_house_on_the_square_is_not_entered_through_its_walls() -> None:
    assert len(way_in_edges(NETWORK)) == NETWORK.edges - 1
    assert not any(line.intersects(KIOSK) for line in way_in_edges(NETWORK))
