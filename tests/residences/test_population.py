"""People of cells and points, given to residences and never lost or made up."""

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from residences.town import CRS_TOWN, LAND, notes, objects, prepare, square, study
from shapely.geometry import LineString, Point

from lifecircle.errors import ConfigError, SchemaError
from lifecircle.residences.buildings import building_origins, residential_buildings
from lifecircle.residences.land import residential_land
from lifecircle.residences.population import allocate

CELL = square(0, 0, 100)


def house(x, y, levels=1):
    return (square(x, y, 10), {"building": "house", "building:levels": str(levels)})


def people(rows):
    """(shape, people) pairs as a user's table."""
    return gpd.GeoDataFrame(
        {"population": [count for _, count in rows]}, geometry=[shape for shape, _ in rows], crs=CRS_TOWN
    )


def test_a_cell_is_shared_by_floor_area():
    """Floors 100, 200 and 500 m2 share 80 people."""
    town = {"w1": house(0, 0), "w2": house(20, 0, 2), "w3": house(40, 0, 5), "w4": house(300, 0)}
    made = prepare(town, population=people([(CELL, 80)]))
    assert made.table["population"].tolist() == [10.0, 20.0, 50.0, 0.0]
    assert made.weight == "population"
    assert made.denominator_sources["population"].en == "population table of the study: 1 rows"
    assert notes(made)["residences.population"].startswith("80 people placed")


def test_people_of_homes_beyond_the_boundary_stay_there():
    """The cell spans the boundary at x = 1000: two of its three equal houses are outside, so 40 of 60 people are."""
    town = {"w1": house(950, 0), "w2": house(1010, 0), "w3": house(1030, 0)}
    cell = shapely.box(940, -10, 1040, 90)
    made = prepare(town, area=study(extent=square(-2000, -2000, 4000)), population=people([(cell, 60)]))
    assert made.table["population"].tolist() == [20.0]
    assert "40 of the table live beyond" in notes(made)["residences.population"]
    assert "residences.population_edge" not in notes(made)


def test_cells_that_reach_beyond_the_data_are_told():
    made = prepare({"w1": house(950, 0)}, population=people([(shapely.box(940, -10, 1040, 90), 60)]))
    assert made.table["population"].tolist() == [60.0]
    assert notes(made)["residences.population_edge"].startswith("60 people come from 1 cells")


def test_cells_without_a_residence_are_reported_and_moved_nowhere():
    """Of the second cell 40 % of the area lies inside the boundary: 20 of its 50 people."""
    cells = people([(CELL, 80), (square(200, 0, 100), 30), (shapely.box(960, 0, 1060, 100), 50)])
    made = prepare({"w1": house(0, 0)}, population=cells)
    assert made.table["population"].tolist() == [80.0]
    assert notes(made)["residences.population_unplaced"].startswith("50 people in 2 cells or points")
    assert made.counts["population_units_empty"] == 2
    assert "30 of the table live beyond" in notes(made)["residences.population"]


def test_without_buildings_land_takes_the_place_of_floor():
    """Cells of 1 ha and half a hectare inside the boundary, half a hectare outside: 60 people as 30, 15, 15."""
    made = prepare(
        {"w1": (shapely.box(850, 0, 1050, 100), LAND)},
        kind="residential_area",
        area=study(shapely.box(-1000, -1000, 1000, 1000)),
        population=people([(shapely.box(840, 0, 1060, 100), 60)]),
    )
    assert made.table["land_m2"].tolist() == [5_000.0, 10_000.0]
    assert made.table["population"].tolist() == [15.0, 30.0]


def test_in_cells_people_follow_the_floor():
    town = {"w1": (shapely.box(0, 0, 200, 100), LAND), "w2": house(10, 10, 3), "w3": house(110, 10, 1)}
    made = prepare(town, kind="residential_area", population=people([(shapely.box(0, 0, 200, 100), 80)]))
    assert made.table["population"].tolist() == [60.0, 20.0]


def test_points_go_to_the_nearest_residence_within_250_m():
    town = {"w1": house(0, 0), "w2": house(100, 0)}
    rows = [
        (Point(5, 5), 3),
        (Point(54, 5), 4),
        (Point(56, 5), 5),
        (Point(55, 5), 7),  # halfway: the first id
        (Point(360, 5), 11),  # 250 m from w2
        (Point(360.1, 5), 13),
        (Point(1001, 0), 17),
    ]
    made = prepare(town, population=people(rows))
    assert made.table["population"].tolist() == [14.0, 16.0]
    assert notes(made)["residences.population_unplaced"].startswith("13 people in 1 cells or points")
    assert "17 of the table live beyond" in notes(made)["residences.population"]


def test_rows_without_a_number_are_told():
    made = prepare({"w1": house(0, 0)}, population=people([(CELL, 80), (CELL, None)]))
    assert made.table["population"].tolist() == [80.0]
    assert notes(made)["residences.population_missing"].startswith("1 rows of the population table")


@pytest.mark.parametrize(
    ("table", "error", "message"),
    [
        (
            people([(CELL, 5), (CELL, -1)]),
            SchemaError,
            "population, row 2, column population: -1 is no number of people",
        ),
        (people([(CELL, math.inf)]), SchemaError, "row 1, column population: inf"),
        (
            people([(CELL, 5)]).rename(columns={"population": "pop"}),
            SchemaError,
            "no column 'population'; the table has",
        ),
        (people([(LineString([(0, 0), (1, 1)]), 5)]), SchemaError, "1 rows are neither polygon nor point, first row 1"),
        (people([(square(5000, 0, 100), 5)]), ConfigError, "none of its 1 rows lies in the boundary of 'Hebi'"),
        (people([(square(500, 0, 100), 5)]), ConfigError, "none of its people could be given to the 1 residences"),
        (people([(CELL, 5)]).to_crs(4326), SchemaError, "population: coordinates are in EPSG:4326"),
    ],
)
def test_bad_tables_are_refused(table, error, message):
    with pytest.raises(error, match=message):
        prepare({"w1": house(0, 0)}, population=table)


spot = st.tuples(st.integers(-70, 70), st.integers(-70, 70), st.integers(1, 9))
unit = st.tuples(st.integers(-9, 8), st.integers(-9, 8), st.integers(0, 10**6), st.booleans())


@settings(max_examples=50, deadline=None)
@given(st.lists(spot, min_size=1, max_size=25, unique_by=lambda s: s[:2]), st.lists(unit, min_size=1, max_size=20))
def test_everybody_is_placed_outside_or_reported(spots, units):
    """Houses on a lattice of 20 m, cells and points on one of 150 m, a boundary that cuts both."""
    area = study(square(-333, -333, 900), extent=square(-2000, -2000, 4000))
    things = objects({f"w{row}": house(20 * x, 20 * y, n) for row, (x, y, n) in enumerate(spots)})
    land = residential_land(things)
    buildings = residential_buildings(things, land=land)
    origins = building_origins(buildings, objects=things, boundary=area.boundary)
    outside = buildings.frame[~buildings.frame.index.isin(origins.index)]
    shapes = [Point(150 * x, 150 * y) if dot else square(150 * x, 150 * y, 150) for x, y, _, dot in units]
    table = people([(shape, count) for shape, (_, _, count, _) in zip(shapes, units, strict=True)])
    if not table.intersects(area.boundary).any():
        return
    found = allocate(table, origins=origins, outside=outside, land=land, area=area)
    total = math.fsum(table["population"])
    assert found.people.min(initial=0) >= 0
    assert math.fsum([found.placed, found.outside, found.unplaced]) == pytest.approx(total, rel=1e-12, abs=1e-6)


def test_the_helsinki_grid_agrees_with_a_plain_recount(real_data):
    """Every cell, by loops: its people times the share of its floor that belongs to homes inside the boundary."""
    pyogrio = pytest.importorskip("pyogrio")
    from lifecircle.model.area import StudyArea
    from lifecircle.sources.osm_file import read_osm

    data = read_osm(real_data / "helsinki_centre.osm.pbf")
    frame = shapely.box(*data.bounds)
    core = shapely.box(24.937, 60.160, 24.950, 60.170)
    area = StudyArea.from_wgs84(core, extent=frame, names=("赫尔辛基", "Helsinki"), buffer_m=500)
    grid = pyogrio.read_dataframe(real_data / "population" / "helsinki_population_grid_2020.gpkg").to_crs(area.crs)
    things = data.objects.to_crs(area.crs)
    land = residential_land(things)
    buildings = residential_buildings(things, land=land)
    origins = building_origins(buildings, objects=things, boundary=area.boundary)
    outside = buildings.frame[~buildings.frame.index.isin(origins.index)]
    found = allocate(grid, origins=origins, outside=outside, land=land, area=area)

    expected = dict.fromkeys(origins.index, 0.0)
    for cell, count in zip(grid.geometry, grid["population"], strict=True):
        floor = {i: row.floor_area_m2 for i, row in buildings.frame.iterrows() if cell.intersects(row["point"])}
        for i in floor.keys() & expected.keys():
            expected[i] += count * floor[i] / math.fsum(floor.values())
    assert len(origins) > 10
    assert len(outside) > 10
    assert found.people == pytest.approx(np.array(list(expected.values())), rel=1e-9)
    total = math.fsum(grid["population"])
    assert math.fsum([found.placed, found.outside, found.unplaced]) == pytest.approx(total, rel=1e-12)
