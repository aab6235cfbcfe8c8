"""Entrances of shapes drawn by hand, with coordinates worked out on paper."""

import geopandas as gpd
import numpy as np
import pytest
from pyproj import CRS
from shapely import LineString, MultiPolygon, Point, Polygon, box

from lifecircle.facilities.entrances import (
    Door,
    as_shapes,
    combined,
    entrance_nodes,
    find_entrances,
    is_entrance,
    way_in_edges,
)
from lifecircle.model.network import EdgeFlag, Permission, WalkNetwork

PARK = box(0, 0, 200, 100)  # 2 ha


def array(*shapes: object) -> np.ndarray:
    result = np.empty(len(shapes), dtype=object)
    result[:] = shapes
    return result


def door(shape: object, *, nodes: tuple[object, ...] = (), edges: tuple[object, ...] = ()) -> Door:
    return find_entrances(array(shape), nodes=array(*nodes), edges=array(*edges))[0]


def points(found: Door) -> list[tuple[float, float]]:
    return [(round(x, 3), round(y, 3)) for x, y in found.points]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"entrance": "yes"}, True),
        ({"entrance": "main"}, True),
        ({"entrance": "no"}, False),
        ({"entrance": "emergency"}, False),
        ({"entrance": "yes", "access": "private"}, False),
        ({"barrier": "gate"}, True),
        ({"barrier": "gate", "locked": "yes"}, False),
        ({"barrier": "gate", "foot": "no"}, False),
        ({"barrier": "bollard"}, False),
        ({"name": "x"}, False),
    ],
)
def test_what_lets_a_walker_in(tags: dict[str, str], *, expected: bool) -> None:
    assert is_entrance(tags) is expected


def test_entrance_nodes_are_points_only() -> None:
    frame = gpd.GeoDataFrame(
        {"tags": [{"barrier": "gate"}, {"barrier": "gate"}, {"shop": "x"}]},
        geometry=[Point(0, 0), LineString([(0, 0), (1, 1)]), Point(2, 2)],
        crs=32633,
    )
    assert entrance_nodes(frame).tolist() == [Point(0, 0)]


def test_a_point_is_its_own_entrance() -> None:
    found = door(Point(3, 4), edges=(LineString([(0, 0), (9, 9)]),))
    assert (points(found), found.kind) == ([(3.0, 4.0)], "point")


def test_mapped_entrances_within_half_a_metre_of_the_outline_come_first() -> None:
    path = LineString([(100, -50), (100, 50)])
    found = door(PARK, nodes=(Point(50, 0.5), Point(60, 0.51), Point(100, 50)), edges=(path,))
    assert (points(found), found.kind) == ([(50.0, 0.5)], "mapped")


def test_paths_enter_where_they_cross_or_touch() -> None:
    across = LineString([(20, -10), (20, 110)])
    ends_on_it = LineString([(-50, 30), (0, 30)])
    inside = LineString([(50, 50), (60, 50)])
    found = door(PARK, edges=(across, ends_on_it, inside))
    assert (points(found), found.kind) == ([(0.0, 30.0), (20.0, 0.0), (20.0, 100.0)], "path")


def test_a_street_along_the_outline_enters_every_50_m() -> None:
    found = door(PARK, edges=(LineString([(0, 0), (200, 0)]),))
    assert points(found) == [(0.0, 0.0), (50.0, 0.0), (100.0, 0.0), (150.0, 0.0), (200.0, 0.0)]


def test_paths_wholly_inside_enter_at_their_ends() -> None:
    found = door(PARK, edges=(LineString([(50, 50), (60, 50)]),))
    assert (points(found), found.kind) == ([(50.0, 50.0), (60.0, 50.0)], "path")


def test_a_hole_is_no_way_in() -> None:
    ring = Polygon(PARK.exterior, holes=[box(50, 25, 150, 75).exterior])
    found = door(ring, edges=(LineString([(40, 50), (60, 50)]), LineString([(10, -5), (10, 5)])))
    assert points(found) == [(10.0, 0.0)]


def test_small_shape_is_entered_at_a_point_inside() -> None:
    found = door(box(0, 0, 20, 19.9))
    assert found.kind == "representative"
    assert len(points(found)) == 1
    assert box(0, 0, 20, 19.9).contains(Point(found.points))
    assert door(box(0, 0, 20, 20), edges=(LineString([(0, -30), (20, -30)]),)).kind == "sampled"


def test_outline_is_sampled_at_most_50_m_apart() -> None:
    """Circumference 600 m: twelve points from the corner (0, 0), 50 m apart."""
    found = door(PARK)
    corners = [(0, 0), (0, 50), (0, 100), (50, 100), (100, 100), (150, 100), (200, 100), (200, 50), (200, 0)]
    assert sorted(points(found)) == sorted(
        [(float(x), float(y)) for x, y in corners] + [(50.0, 0.0), (100.0, 0.0), (150.0, 0.0)]
    )
    assert found.kind == "sampled"


def test_where_a_ring_starts_does_not_matter() -> None:
    odd = [(0, 0), (170, 10), (205, 90), (30, 120)]
    turned = Polygon([*odd[2:], *odd[:2]])
    assert points(door(Polygon(odd))) == points(door(turned)) == points(door(Polygon(odd[::-1])))


def test_never_the_middle_of_a_large_area() -> None:
    found = door(PARK, edges=(LineString([(0, -200), (200, -200)]),))
    assert found.kind == "sampled"
    assert all(PARK.exterior.distance(Point(point)) == 0 for point in found.points)


@pytest.mark.parametrize(("away_m", "kind"), [(30.0, "sampled"), (30.1, "representative")])
def test_middling_shape_far_from_every_way_is_entered_like_a_building(away_m: float, kind: str) -> None:
    assert door(box(0, 0, 50, 50), edges=(LineString([(0, -away_m), (50, -away_m)]),)).kind == kind


def test_parts_are_each_sampled() -> None:
    far = box(1000, 0, 1200, 100)
    assert len(points(door(MultiPolygon([PARK, far])))) == 24


def test_a_trail_is_entered_along_it() -> None:
    found = door(LineString([(0, 0), (120, 0)]))
    assert (points(found), found.kind) == ([(0.0, 0.0), (40.0, 0.0), (80.0, 0.0), (120.0, 0.0)], "sampled")


def test_a_bowtie_is_repaired() -> None:
    assert door(Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])).kind == "representative"


def test_parts_keep_their_entrances_and_the_best_evidence_names_them() -> None:
    node, small = door(Point(5, 5)), door(box(0, 0, 10, 10))
    path = door(PARK, edges=(LineString([(20, -10), (20, 10)]),))
    sampled = door(PARK)
    assert combined([node, small]).kind == "representative"
    assert len(combined([node, small]).points) == 1  # the point inside is the node's own place
    assert combined([node, sampled]).kind == "sampled"
    assert len(combined([node, sampled]).points) == 13
    assert points(combined([sampled, path, node])) == [(5.0, 5.0), (20.0, 0.0)]


def network(*, permission: list[int], flags: list[int], island: list[bool]) -> WalkNetwork:
    edges = len(permission)
    x = np.arange(2.0 * edges)
    return WalkNetwork(
        crs=CRS.from_epsg(32633),
        node_x=x * 10,
        node_y=np.zeros(2 * edges),
        node_id=np.arange(2 * edges),
        tail=np.arange(0, 2 * edges, 2, dtype=np.int32),
        head=np.arange(1, 2 * edges, 2, dtype=np.int32),
        length_mm=np.full(edges, 10_000),
        permission=np.array(permission, dtype=np.uint8),
        oneway=np.zeros(edges, dtype=np.int8),
        crossing=np.zeros(edges, dtype=np.uint8),
        flags=np.array(flags, dtype=np.uint8),
        way_id=np.arange(edges),
        street=np.full(edges, "", dtype=object),
        island=np.array(island),
        geometry_offsets=np.arange(0, 2 * edges + 1, 2),
        geometry_x=x * 10,
        geometry_y=np.zeros(2 * edges),
    )


def test_only_open_ways_on_the_ground_lead_in() -> None:
    """Edge k runs from x = 20k to 20k + 10: public, private, closed, bridge, tunnel, island, steps."""
    public, private, closed = (int(kind) for kind in Permission)
    ways = network(
        permission=[public, private, closed, public, public, public, public],
        flags=[0, 0, 0, int(EdgeFlag.BRIDGE), int(EdgeFlag.TUNNEL), 0, int(EdgeFlag.STEPS)],
        island=[False, False, False, False, False, True, False],
    )
    assert [line.coords[0][0] for line in way_in_edges(ways)] == [0.0, 20.0, 120.0]


def test_what_has_no_place_has_no_entrance() -> None:
    """Empty geometries keep their row, wherever they stand."""
    doors = find_entrances(array(Point(), Point(3, 4), Point()), nodes=array(), edges=array())
    assert [shape.wkt for shape in as_shapes(doors)] == ["MULTIPOINT EMPTY", "MULTIPOINT ((3 4))", "MULTIPOINT EMPTY"]
    assert as_shapes([]).shape == (0,)
