"""Tiles of a fixed lattice, and queries that select as the reader of files does."""

import re

import pytest
import shapely

from lifecircle.errors import ConfigError
from lifecircle.sources.osm_tags import OBJECT_KEYS, ROUTES_ON_FOOT, STOP_HIGHWAYS
from lifecircle.sources.overpass_query import Tile, query_form, tile_query, tiles_over


def test_tiles_cover_the_area_and_only_it():
    area = shapely.box(114.05, 35.42, 114.31, 35.58)
    tiles = tiles_over(area)
    boxes = [shapely.box(*tile.bounds) for tile in tiles]
    assert shapely.union_all(boxes).covers(area)
    assert len(tiles) == 4 * 2  # 114.0 ... 114.4 by 35.4 ... 35.6
    assert all(box.intersects(area) for box in boxes)
    assert tiles == tuple(sorted(tiles))


def test_tiles_skip_what_a_slanting_area_leaves_out():
    slanting = shapely.LineString([(0.01, 0.01), (1.99, 1.99)]).buffer(0.01)
    assert len(tiles_over(slanting)) < 80
    assert len(tiles_over(shapely.box(*slanting.bounds))) == 400


def test_the_lattice_does_not_move_with_the_area():
    small, large = (set(tiles_over(shapely.box(0.21, 50.03, east, 50.1))) for east in (0.35, 0.72))
    assert small < large


def test_west_and_south_of_nought():
    (tile,) = tiles_over(shapely.box(-18.19, -0.05, -18.11, -0.01))
    assert tile.bounds == (-18.2, -0.1, -18.1, 0.0)


def test_quarters_make_up_their_tile_and_end():
    tile = Tile(35_500_000, 114_100_000, 100_000)
    quarters = tile.quarters()
    assert shapely.union_all([shapely.box(*q.bounds) for q in quarters]).equals(shapely.box(*tile.bounds))
    assert len({quarter.name for quarter in quarters}) == 4
    depth = 0
    while tile.quarters():
        tile, depth = tile.quarters()[0], depth + 1
    assert (depth, tile.size) == (4, 6250)


@pytest.mark.parametrize("degrees", [0.0, -1.0, 0.001, 2.0])
def test_odd_tiles_are_refused(degrees):
    with pytest.raises(ConfigError, match=r"give a side from 0\.005 to 1"):
        tiles_over(shapely.box(0, 0, 1, 1), degrees=degrees)


@pytest.mark.parametrize("side", [4.0, 9.0])
def test_a_country_is_too_much_to_ask(side):
    with pytest.raises(ConfigError, match=r"needs \d+ tiles, .* smaller boundary, or use an extract"):
        tiles_over(shapely.box(10, 10, 10 + side, 10 + side), degrees=0.02 if side > 5 else 0.1)


def test_the_query_asks_for_every_key_that_is_read():
    query = tile_query(Tile(0, 0, 100_000))
    ways = re.search(r'way\[~"\^\((.*?)\)\$"', query).group(1).split("|")
    nodes = re.search(r'node\[~"\^\((.*?)\)\$"', query).group(1).split("|")
    assert set(ways) == {*OBJECT_KEYS, "highway", "addr:housenumber", "addr:housename"}
    assert set(nodes) == {*OBJECT_KEYS, "addr:housenumber", "addr:housename"} - {"natural", "waterway"}
    for word in (*STOP_HIGHWAYS, *ROUTES_ON_FOOT, "multipolygon", "pier", "administrative"):
        assert word in query
    assert query.count("(0.000000,0.000000,0.100000,0.100000)") == 10
    assert query.startswith("[out:json][timeout:180]")


def test_the_form_of_the_queries_holds_no_place():
    assert "{{bbox}}" in query_form()
    assert "1.000000" not in query_form()
