"""Population tables by cell or point."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import LineString, MultiPoint, Point, box, mapping

from lifecircle.errors import DatumError, SchemaError
from lifecircle.sources.population import read_population


def cells(path: Path, values: list[Any], geometry: Any = None) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {"id": n, "people": value},
            "geometry": mapping(geometry or box(20 + n, 50, 21 + n, 51)),
        }
        for n, value in enumerate(values)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_the_helsinki_grid_keeps_its_total(real_data) -> None:
    """The sum over the cells, asked of the file by SQL."""
    path = real_data / "population" / "helsinki_population_grid_2020.gpkg"
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    total, rows = connection.execute("select sum(population), count(*) from population_grid_2020").fetchone()
    connection.close()
    frame, notes = read_population(path, column="population")
    assert (frame["population"].sum(), len(frame)) == (total, rows)
    assert list(frame.columns) == ["population", "geometry"]
    assert frame.crs.to_epsg() == 4326
    assert notes == ()


def test_hidden_and_empty_cells_are_left_out_and_counted(tmp_path) -> None:
    frame, notes = read_population(cells(tmp_path / "a.geojson", [5, -1, "7", None, 99999999, 0]), column="people")
    assert frame["population"].tolist() == [5.0, 7.0, 0.0]
    assert [shape.bounds[0] for shape in frame.geometry] == [20.0, 22.0, 25.0]
    assert [note.code for note in notes] == ["population.suppressed", "population.empty"]
    assert "2 cells" in notes[0].en
    assert "2 个网格" in notes[0].zh
    assert all(note.warning for note in notes)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([3, -2, -7], "column 'people' holds -2 in 2 rows (2, 3); a population is 0 or more"),
        ([3, "many"], "column 'people' holds 'many', which is no number, in row 2"),
        ([True, False], "holds 'True', which is no number"),
        ([3, "inf"], "holds inf in row 2"),
        ([0, -1, None], "counts nobody in 3 rows"),
    ],
)
def test_values_that_are_no_population(tmp_path, values: list[Any], text: str) -> None:
    with pytest.raises(SchemaError) as caught:
        read_population(cells(tmp_path / "a.geojson", values), column="people")
    assert text in str(caught.value)
    assert str(caught.value).startswith("a.geojson: ")


def test_an_absent_column_lists_those_there_are(tmp_path) -> None:
    path = cells(tmp_path / "a.geojson", [1])
    for column in ("population", "geometry"):
        with pytest.raises(SchemaError, match=rf"a.geojson: no column '{column}'; it has id, people"):
            read_population(path, column=column)


def test_points_count_and_lines_do_not(tmp_path) -> None:
    frame, _ = read_population(cells(tmp_path / "a.geojson", [4], Point(20, 50)), column="people")
    assert frame.geometry[0].equals(Point(20, 50))
    frame, _ = read_population(cells(tmp_path / "c.geojson", [4], MultiPoint([(20, 50)])), column="people")
    assert frame.geom_type.tolist() == ["Point"]
    two = cells(tmp_path / "d.geojson", [4], MultiPoint([(20, 50), (21, 50)]))
    with pytest.raises(SchemaError, match="row 1 are neither points nor polygons"):
        read_population(two, column="people")
    with pytest.raises(SchemaError, match="row 1 are neither points nor polygons"):
        read_population(cells(tmp_path / "b.geojson", [4], LineString([(0, 0), (1, 1)])), column="people")


def test_a_grid_without_a_datum_is_refused_and_a_metric_one_converted(tmp_path) -> None:
    grid = gpd.GeoDataFrame({"people": [9]}, geometry=[box(25_496_000, 6_672_000, 25_496_250, 6_672_250)])
    grid.set_crs("EPSG:3879").to_file(tmp_path / "bare.shp")
    (tmp_path / "bare.prj").unlink()
    with pytest.raises(DatumError, match="does not say its coordinate reference system"):
        read_population(tmp_path / "bare.shp", column="people")
    frame, _ = read_population(tmp_path / "bare.shp", column="people", datum="EPSG:3879")
    assert frame.total_bounds == pytest.approx([24.93, 60.16, 24.93, 60.16], abs=0.02)
