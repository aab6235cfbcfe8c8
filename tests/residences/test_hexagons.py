"""Hexagonal cells that hold land or buildings, against their geometry: equal areas, nearest middles, nothing lost."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from residences.town import LAND, prepare, square, starts

HOUSE = {"building": "house", "building:levels": "1"}
TOWN = {
    "w1": (square(-40, -40, 80), {**LAND, "name": "南村"}),
    "w2": (square(-10, -10, 20), HOUSE),
    "w3": (square(310, 310, 10), HOUSE),
    "w4": (square(330, 310, 10), HOUSE),
    "w5": (square(390, 310, 10), HOUSE),
}


def test_a_small_estate_lies_in_the_hexagon_around_the_origin():
    """Side 100 m: the inner radius is 86.6 m, so that the square of 80 m around the origin lies inside one cell."""
    made = prepare(TOWN, kind="hexagon", size_m=100)
    home = made.table.loc["h0_0"]
    assert home["land_m2"] == pytest.approx(6400)
    assert home["floor_area_m2"] == 400
    assert home["name"] == "南村"
    assert starts(made, "h0_0") == {(0, 0)}
    corners = shapely.get_coordinates(home.geometry)[:-1]
    assert sorted(np.hypot(*corners.T).round(6)) == [100.0] * 6
    assert corners[:, 1].max() == pytest.approx(100)  # it stands on a point


def test_cells_are_equal_and_do_not_overlap():
    shapes = prepare(TOWN, kind="hexagon", size_m=30).table.geometry.to_numpy()
    assert shapely.area(shapes) == pytest.approx(1.5 * math.sqrt(3) * 30**2)
    assert shapely.union_all(shapes).area == pytest.approx(shapely.area(shapes).sum(), rel=1e-9)


@pytest.mark.parametrize("size_m", [37.0, 100.0, 1000.0])
def test_land_and_floor_are_conserved(size_m):
    made = prepare(TOWN, kind="hexagon", size_m=size_m)
    assert math.fsum(made.table["land_m2"]) == pytest.approx(6400, rel=1e-9)
    assert math.fsum(np.nan_to_num(made.table["floor_area_m2"])) == pytest.approx(700, rel=1e-12)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(-45, 45), st.integers(-45, 45)), min_size=1, max_size=5, unique=True))
def test_a_building_belongs_to_the_nearest_middle(spots):
    """Hexagons are the places nearer to their own middle than to any other: brute force over all middles."""
    things = {f"w{n + 1}": (square(20 * x - 4, 20 * y - 4, 8), HOUSE) for n, (x, y) in enumerate(spots)}
    table = prepare(things, kind="hexagon", size_m=50).table
    rows = np.arange(-40, 41)
    column, row = (part.ravel() for part in np.meshgrid(rows, rows))
    middles = np.column_stack([50 * math.sqrt(3) * (column + row / 2), 75.0 * row])
    expected: dict[str, float] = {}
    for x, y in spots:
        away = np.hypot(*(middles - (20 * x, 20 * y)).T)
        first, second = np.partition(away, 1)[:2]
        if second - first < 1e-6:  # on a border either cell will do
            return
        nearest = int(away.argmin())
        name = f"h{column[nearest]}_{row[nearest]}"
        expected[name] = expected.get(name, 0.0) + 64.0
    assert table["floor_area_m2"].to_dict() == pytest.approx(expected)
