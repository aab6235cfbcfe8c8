"""Multipolygons, boundaries and routes, whole and cut."""

import random

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from sources.conftest import EDGE

from lifecircle.sources.osm_areas import assemble, assemble_each, ring_surfaces

CELL = EDGE * EDGE
PARK = {"type": "multipolygon", "leisure": "park", "name": "公园"}
OUTER = [11, 14, 44, 41, 11]  # three cells by three
INNER = [22, 23, 33, 32, 22]  # its middle cell


def test_a_hole_is_no_part_of_the_surface(read_tiny) -> None:
    data = read_tiny({1: (OUTER, {}), 2: (INNER, {})}, relations={5: ([(1, "outer"), (2, "inner")], PARK)})
    assert list(data.objects.index) == ["r5"]
    park = data.objects.geometry["r5"]
    assert park.geom_type == "Polygon"
    assert park.area == pytest.approx(8 * CELL)
    assert data.objects.tags["r5"]["name"] == "公园"


def test_wrong_roles_and_open_outer_ways_in_any_direction_do_not_matter(read_tiny) -> None:
    ways = {1: ([11, 14, 44], {}), 2: ([11, 41, 44], {}), 3: (INNER, {})}
    data = read_tiny(ways, relations={5: ([(3, "outer"), (2, ""), (1, "inner")], PARK)})
    assert data.objects.geometry["r5"].area == pytest.approx(8 * CELL)


def test_two_outer_rings_make_a_multipolygon_and_an_island_in_a_hole_counts(read_tiny) -> None:
    """Nine cells, less the middle one, plus a cell apart: 8 + 1."""
    ways = {1: (OUTER, {}), 2: (INNER, {}), 3: ([66, 67, 77, 76, 66], {})}
    data = read_tiny(ways, relations={5: ([(1, "outer"), (2, "inner"), (3, "outer")], PARK)})
    assert data.objects.geometry["r5"].geom_type == "MultiPolygon"
    assert data.objects.geometry["r5"].area == pytest.approx(9 * CELL)


def test_a_shared_edge_joins_two_outer_rings(read_tiny) -> None:
    ways = {1: ([11, 12, 22, 21, 11], {}), 2: ([12, 13, 23, 22, 12], {})}
    data = read_tiny(ways, relations={5: ([(1, "outer"), (2, "outer")], PARK)})
    assert data.objects.geometry["r5"].area == pytest.approx(2 * CELL)
    assert data.objects.geometry["r5"].geom_type == "Polygon"


def test_a_tagged_outer_way_and_its_relation_are_two_objects_each_once(read_tiny) -> None:
    ways = {1: (OUTER, {"building": "yes"}), 2: (INNER, {})}
    data = read_tiny(ways, relations={5: ([(1, "outer"), (2, "inner")], PARK)})
    assert list(data.objects.index) == ["w1", "r5"]


@pytest.mark.parametrize("ring", [[11, 14, 44, 41], [11, 44, 14, 41, 11]])
def test_a_whole_relation_that_is_open_or_crosses_itself_is_broken(read_tiny, ring: list[int]) -> None:
    data = read_tiny({1: (ring, {})}, relations={5: ([(1, "outer")], PARK)})
    assert data.objects.empty
    assert (data.counts["broken_areas"], data.counts["incomplete_relations"]) == (1, 0)


def test_rings_that_cross_without_a_node_are_broken(read_tiny) -> None:
    ways = {1: ([11, 13, 33, 31, 11], {}), 2: ([22, 24, 44, 42, 22], {})}
    data = read_tiny(ways, relations={5: ([(1, "outer"), (2, "outer")], PARK)})
    assert data.counts["broken_areas"] == 1


def test_an_incomplete_relation_is_drawn_only_where_its_outer_rings_close(read_tiny) -> None:
    ways = {1: (OUTER, {}), 2: (INNER, {}), 3: ([11, 14], {})}
    data = read_tiny(
        ways,
        relations={
            5: ([(1, "outer"), (2, "inner"), (99, "outer")], PARK),  # one outer ring lies outside the file
            6: ([(2, "inner"), (99, "outer")], PARK),  # only the hole is here
            7: ([(3, "outer"), (99, "outer")], PARK),  # the ring is open
            8: ([(1, "outer"), (99, "outer")], {"type": "boundary", "boundary": "administrative", "name": "Half"}),
            9: ([], PARK),
        },
    )
    assert list(data.objects.index) == ["r5"]
    assert data.objects.geometry["r5"].area == pytest.approx(8 * CELL)
    assert (data.counts["partial_relations"], data.counts["incomplete_relations"]) == (1, 4)


def test_a_member_with_missing_nodes_makes_a_relation_incomplete(read_tiny) -> None:
    data = read_tiny({1: (OUTER, {})}, relations={5: ([(1, "outer")], PARK)}, absent=(44,))
    assert data.objects.empty
    assert (data.counts["incomplete_relations"], data.counts["missing_nodes"]) == (1, 1)


def test_relations_of_no_use_are_left_out(read_tiny) -> None:
    relations = {
        5: ([(1, "outer")], {"type": "multipolygon", "disused:leisure": "park"}),
        6: ([(1, "outer")], {"type": "site", "leisure": "park"}),
        7: ([(1, "")], {"type": "route", "route": "bus"}),
    }
    data = read_tiny({1: (OUTER, {})}, relations=relations)
    assert data.objects.empty
    assert data.counts["dead_objects"] == 1
    assert data.counts["relations"] == 3


def test_a_route_is_the_member_ways_that_are_present(read_tiny) -> None:
    ways = {1: ([11, 12], {"highway": "path"}), 2: ([12, 13, 14], {}), 3: ([14, 24, 34], {})}
    tags = {"type": "route", "route": "fitness_trail", "name": "健身步道"}
    members = [(2, ""), (1, "forward"), (2, ""), (98, ""), (3, "")]
    data = read_tiny(ways, relations={5: (members, tags), 6: ([(97, "")], tags)}, absent=(34,))
    route = data.objects.geometry["r5"]
    assert route.geom_type == "MultiLineString"
    assert [len(line.coords) for line in route.geoms] == [3, 2, 2]
    assert (data.counts["partial_relations"], data.counts["incomplete_relations"]) == (1, 1)
    assert data.ways.way_id.tolist() == [1]


@given(st.integers(3, 12), st.integers(0, 2**32 - 1))
def test_members_in_any_order_and_direction_give_the_same_surface(corners: int, seed: int) -> None:
    """A star-shaped ring and a hole, cut into pieces: shapely's own polygon is the oracle."""
    dice = random.Random(seed)  # noqa: S311 - a shuffle
    outer = shapely.Point(20, 50).buffer(1, quad_segs=corners).exterior
    inner = shapely.Point(20, 50).buffer(0.5, quad_segs=corners).exterior
    pieces = []
    for ring in (outer, inner):
        corner = list(ring.coords)
        cut = dice.randrange(1, len(corner) - 1)
        pieces += [shapely.LineString(corner[: cut + 1]), shapely.LineString(corner[cut:][::-1])]
    expected = shapely.normalize(shapely.Polygon(outer, [inner]))
    dice.shuffle(pieces)
    assert shapely.equals_identical(assemble(pieces), expected)


def test_many_relations_are_assembled_as_each_by_itself() -> None:
    square = shapely.box(0, 0, 4, 4).exterior
    twice = [square, shapely.box(1, 1, 2, 2).exterior, shapely.box(1, 1, 2, 2).exterior]
    touching = [shapely.box(0, 0, 1, 1).exterior, shapely.box(1, 1, 2, 2).exterior]
    crossing = [shapely.box(0, 0, 2, 2).exterior, shapely.box(1, 1, 3, 3).exterior]
    groups = [[shapely.LineString([(0, 0), (1, 0), (1, 1)])], [square], twice, [], touching, crossing, [square]]
    lines = np.array([shapely.LineString(line.coords) for group in groups for line in group], dtype=object)
    owner = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    shuffled = np.random.default_rng(5).permutation(len(lines))
    found = assemble_each(lines[shuffled], owner[shuffled], count=len(groups))
    areas = [None if surface is None else surface.area for surface in found]
    assert areas == [None, 16.0, 16.0, None, 2.0, None, 16.0]
    for group, surface in enumerate(found):
        assert surface == assemble(lines[owner == group])


def test_ring_surfaces_of_nothing_and_of_an_open_line() -> None:
    assert list(ring_surfaces(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 3]))) == [None]
    assert not len(ring_surfaces(np.empty((0, 2)), np.array([0])))
