"""Residential land: overlaps, cells, slivers, sample points."""

import functools
import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from residences.town import LAND, notes, objects, prepare, square, starts, study
from shapely.geometry import Polygon

from lifecircle.residences.areas import cut, merge_slivers
from lifecircle.residences.land import land_points, residential_land

HOUSE = {"building": "house", "building:levels": "2"}


def named(name):
    return {**LAND, "name": name}


def test_an_estate_is_cut_along_the_hectares_of_the_grid():
    """150 x 150 m from (0, 0): one whole hectare, two halves, one quarter."""
    made = prepare({"w7": (square(0, 0, 150), named("金山小区"))}, kind="residential_area")
    assert dict(zip(made.table.index, made.table["land_m2"], strict=True)) == {
        "w7/0_0": 10_000.0,
        "w7/0_1": 5_000.0,
        "w7/1_0": 5_000.0,
        "w7/1_1": 2_500.0,
    }
    assert set(made.table["name"]) == {"金山小区"}
    assert set(made.table["object_id"]) == {"w7"}
    assert set(made.table["kind"]) == {"residential_area"}
    assert starts(made, "w7/1_1") == {(125, 125)}
    assert made.weight == "land"
    assert "floor_area" not in made.denominator_sources


def test_land_west_and_south_of_the_origin_has_negative_cells():
    made = prepare({"w7": (square(-50, -50, 40), LAND)}, kind="residential_area")
    assert made.table.index.tolist() == ["w7/-1_-1"]


def test_floor_area_goes_to_the_cell_of_the_representative_point():
    """Two storeys of 100 m2 each; w3 straddles the line x = 100 with its middle east of it."""
    things = {
        "w1": (shapely.box(0, 0, 200, 100), LAND),
        "w2": (square(10, 10, 10), HOUSE),
        "w3": (square(96, 50, 10), HOUSE),
        "w4": (square(30, 30, 10), HOUSE),
        "w5": (square(500, 500, 10), HOUSE),
    }
    made = prepare(things, kind="residential_area")
    assert made.table["floor_area_m2"].tolist() == [400.0, 200.0]
    assert made.weight == "floor_area"
    assert made.counts["buildings_in_no_origin"] == 1
    assert "1 of 4 residential buildings" in notes(made)["residences.buildings_in_no_origin"]


def test_cells_without_buildings_do_not_lose_their_weight_where_buildings_are_thin():
    things = {"w1": (shapely.box(0, 0, 300, 100), LAND), "w2": (square(10, 10, 10), HOUSE)}
    made = prepare(things, kind="residential_area")  # a third of the land lies in cells with buildings
    assert made.weight == "land"
    assert "residences.land_weight" in notes(made)


def test_land_beyond_the_boundary_is_left_out():
    made = prepare({"w1": (shapely.box(950, 0, 1050, 100), LAND)}, kind="residential_area")
    assert made.table["land_m2"].tolist() == [5_000.0]
    assert made.land_points.tolist() == [[975, 25], [975, 75]]


def test_overlaps_belong_to_the_smallest_and_take_the_name_of_the_smallest_named():
    """w1 100 x 100 named, w2 50 x 50 unnamed in its corner, w3 30 x 30 named in that one's corner."""
    things = {
        "w1": (square(0, 0, 100), named("大院")),
        "w2": (square(0, 0, 50), LAND),
        "w3": (square(0, 0, 30), named("小院")),
    }
    land = residential_land(objects(things))
    assert land.area.to_dict() == {"w1": 7_500.0, "w2": 1_600.0, "w3": 900.0}
    made = prepare(things, kind="residential_area")
    assert made.table["land_m2"].sum() == pytest.approx(10_000)
    assert made.table["name"].tolist() == ["大院", "大院", "小院"]
    assert len(made.land_points) == 4


def test_the_same_polygon_twice_is_one():
    made = prepare({"w1": (square(0, 0, 80), LAND), "w2": (square(0, 0, 80), LAND)}, kind="residential_area")
    assert made.table.index.tolist() == ["w1/0_0"]


def test_slivers_join_a_neighbour_that_stays_within_a_hectare():
    """x 0.5..100.5: a 50 m2 sliver in the next column, whose neighbour is 99.5 x 100 m."""
    cells = merge_slivers(cut(np.array([shapely.box(0.5, 0, 101, 100)]), size_m=100))
    assert [shapely.area(shape) for shape in cells["geometry"]] == [9_950.0, 100.0]  # 100 m2 is no sliver
    cells = merge_slivers(cut(np.array([shapely.box(0.5, 0, 100.5, 100)]), size_m=100))
    assert [shapely.area(shape) for shape in cells["geometry"]] == [10_000.0]
    cells = merge_slivers(cut(np.array([shapely.box(0, 0, 100.5, 100)]), size_m=100))
    assert [shapely.area(shape) for shape in cells["geometry"]] == [10_000.0, 50.0]  # nobody has room for it


def test_broken_outlines_are_repaired():
    bow_tie = Polygon([(0, 0), (60, 60), (60, 0), (0, 60)])  # two triangles of 900 m2
    made = prepare({"w1": (bow_tie, LAND)}, kind="residential_area")
    assert made.table["land_m2"].sum() == pytest.approx(1_800)


def test_sample_points_stand_in_the_middle_of_50_m_squares():
    points = land_points(
        residential_land(objects({"w1": (shapely.box(-60, 0, 80, 60), LAND)})), boundary=study().boundary
    )
    assert points.tolist() == [[-25, 25], [25, 25], [75, 25]]


corner = st.tuples(st.integers(-400, 400), st.integers(-400, 400))
star = (
    st.lists(corner, min_size=3, max_size=12)
    .map(lambda xy: shapely.make_valid(Polygon(xy)))
    .filter(lambda shape: shape.geom_type in ("Polygon", "MultiPolygon") and shape.area > 1)
)


@settings(max_examples=30, deadline=None)
@given(st.lists(star, min_size=1, max_size=4))
def test_land_is_conserved_and_no_cell_exceeds_a_hectare(shapes):
    things = {f"w{row}": (shape, LAND) for row, shape in enumerate(shapes)}
    made = prepare(things, kind="residential_area")
    union = functools.reduce(shapely.union, shapes)
    assert math.fsum(made.table["land_m2"]) == pytest.approx(union.area, rel=1e-6)
    assert made.table["land_m2"].max() <= 10_000 + 1e-6
    inner = shapely.intersection(made.table.geometry.to_numpy(), union)
    assert math.fsum(shapely.area(inner)) == pytest.approx(union.area, rel=1e-6)


def test_borders_that_nearly_coincide_lose_no_land():
    """Found by chance: 740 + 93,573.47 m2 share 352.06 m2, but a unary union of the two has 61,449 m2."""
    bow = shapely.make_valid(Polygon([(190, -306), (-339, -307), (83, 226), (0, -244), (-189, 1)]))
    shapes = [Polygon([(0, -156), (-189, 1), (190, -306)]), bow]
    made = prepare({f"w{row}": (shape, LAND) for row, shape in enumerate(shapes)}, kind="residential_area")
    assert math.fsum(made.table["land_m2"]) == pytest.approx(740 + 93_573.4717 - 352.0605, abs=1e-3)


@settings(max_examples=40, deadline=None)
@given(star)
def test_cells_stay_in_their_square_unless_they_took_a_sliver(shape):
    cells = cut(np.array([shape], dtype=object), size_m=100)
    assert not cells.duplicated(["owner", "col", "row"]).any()
    for cell in cells.itertuples():
        assert square(cell.col * 100, cell.row * 100, 100).buffer(1e-6).covers(cell.geometry)
    assert math.fsum(shapely.area(cells["geometry"].to_numpy())) == pytest.approx(shape.area, rel=1e-9)


def test_slices_lose_and_invent_no_land():
    """Found by chance: sliced plainly, 61,500 m2 too many. A scatter of points says 102,591 m2 +- 300."""
    first = shapely.make_valid(Polygon([(0, 0), (-24, -225), (217, 0), (0, 1), (392, 213), (0, -264)]))
    corners = [(0, 0), (0, 1), (-317, -400), (-351, 0), (217, 0), (0, -264), (392, 213)]
    things = {"w0": (first, LAND), "w1": (shapely.make_valid(Polygon(corners)), LAND)}
    made = prepare(things, kind="residential_area")
    assert math.fsum(made.table["land_m2"]) == pytest.approx(102_436.934, abs=1e-3)
