"""Population rasters, age groups and communities, from the study file to the written result."""

import json
import math
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from lifecircle.pipeline.audit import audit
from lifecircle.pipeline.place import load_place

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "lifecircle" / "data" / "akureyri" / "demo.yml"
CENTRE = [24.9351762, 60.164155, 24.9534145, 60.179113]
HELSINKI = f"""\
study: {{name: Helsinki, boundary: {CENTRE}}}
osm: {{file: helsinki_centre.osm.pbf, extent: {CENTRE}}}
standard: hebi-nine
origin: {{kind: building}}
language: en
"""


def place_with(folder: Path, text: str, monkeypatch, data: Path | None = None):
    if data is not None:
        monkeypatch.setenv("LIFECIRCLE_DATA", str(data))
    path = folder / "study.yml"
    path.write_text(text, encoding="utf-8")
    return load_place(path, cache=False)


def notes(place) -> dict[str, str]:
    return {note.code: note.en for note in place.notes}


def number(text: str, before: str) -> float:
    """The number that stands before some words of a note."""
    return float(re.search(rf"([\d,]+) {before}", text)[1].replace(",", ""))


def test_the_real_grid_with_a_group_conserves_both_totals(tmp_path, real_data, monkeypatch):
    """Helsinki's grid, to which a group of a third of each cell was added."""
    grid = pyogrio.read_dataframe(real_data / "population" / "helsinki_population_grid_2020.gpkg")
    grid.assign(old=grid["population"] // 3).to_file(tmp_path / "grid.gpkg", driver="GPKG", engine="pyogrio")
    more = "population: {file: grid.gpkg, column: population, groups: {elderly: old}}\n"
    place = place_with(tmp_path, HELSINKI + more, monkeypatch, real_data)
    said = notes(place)
    for column, total, code in (
        ("population", grid["population"].sum(), "residences.population"),
        ("population_elderly", (grid["population"] // 3).sum(), "residences.population_elderly"),
    ):
        placed = number(said[code], "people placed")
        beyond = number(said[code], "of the table live" if column == "population" else "beyond")
        unplaced = re.search(r"([\d,]+) (people in \d+ cells|without)", said.get("residences.population_unplaced", ""))
        lost = float(unplaced[1].replace(",", "")) if unplaced else 0.0
        if column != "population":
            lost = number(said[code], "without a residence")
        assert placed + beyond + lost == pytest.approx(total, abs=2)  # three figures rounded to one person
        assert place.residences[column].sum() == pytest.approx(placed, abs=0.5)
    assert (place.residences["population_elderly"] <= place.residences["population"] / 3 + 1e-9).all()


def test_a_raster_feeds_residences_and_conserves_its_total(tmp_path, real_data, monkeypatch):
    rasterio = pytest.importorskip("rasterio")
    point = gpd.GeoSeries([shapely.Point(CENTRE[0], CENTRE[3])], crs="EPSG:4326").to_crs("ESRI:54009").iloc[0]
    people = np.random.default_rng(3).gamma(2.0, 30.0, (40, 30)).astype("float32")
    people[:3] = -200.0
    transform = rasterio.Affine(100.0, 0.0, point.x - 500, 0.0, -100.0, point.y + 500)
    about = {"driver": "GTiff", "height": 40, "width": 30, "count": 1, "dtype": "float32", "crs": "ESRI:54009"}
    with rasterio.open(tmp_path / "ghs.tif", "w", transform=transform, nodata=-200.0, **about) as file:
        file.write(people, 1)
    place = place_with(tmp_path, HELSINKI + "population: {raster: ghs.tif}\n", monkeypatch, real_data)
    cells = place.inputs.population
    said = notes(place)
    placed, beyond = (number(said["residences.population"], text) for text in ("people placed", "of the table live"))
    unplaced = number(said["residences.population_unplaced"], "people in")
    assert placed + beyond + unplaced == pytest.approx(math.fsum(cells["population"]), abs=2)
    assert place.residence_set.weight == "population"
    # Area-weighted by loops: what the note says lies inside the boundary.
    metric = cells.to_crs("ESRI:54009")
    inside = (
        gpd.GeoSeries([shapely.segmentize(shapely.box(*CENTRE), 1e-4)], crs="EPSG:4326").to_crs("ESRI:54009").iloc[0]
    )
    expected = sum(
        count * shape.intersection(inside).area / shape.area
        for shape, count in zip(metric.geometry, metric["population"], strict=True)
    )
    assert number(said["population.inside"], "people inside") == pytest.approx(expected, rel=1e-3)
    file = next(file for file in place.inputs.files if file.role == "population")
    assert (file.name, len(file.sha256)) == ("ghs.tif", 64)


def test_communities_of_a_file_reach_every_output(tmp_path, monkeypatch):
    """Four quarters of the sample town, one drawn 5 m too wide, with official codes joined by name."""
    west, south, east, north = -18.175, 65.654, -18.075, 65.706
    x, y = -18.115, 65.68
    shapes = [
        shapely.box(west, south, x + 1e-4, y),
        shapely.box(x, south, east, y),
        shapely.box(west, y, x, north),
        shapely.box(x, y, east, north),
    ]
    names = ["南山社区", "海港社区", "北坡社区", "牧场村"]
    frame = gpd.GeoDataFrame({"no": [11, 12, 13, 14], "name": names}, geometry=shapes, crs="EPSG:4326")
    frame.to_file(tmp_path / "quarters.geojson", driver="GeoJSON", engine="pyogrio")
    official = "code,name\n9001,南山社区居民委员会\n9002,海港居委会\n9003,北坡村民委员会\n9004,牧场村村民委员会\n"
    (tmp_path / "codes.csv").write_text(official, encoding="gb18030")
    more = (
        "communities:\n  file: quarters.geojson\n  id_column: no\n  name_column: name\n"
        "  codes: {file: codes.csv, prefix: 9}\n"
    )
    result = audit(place_with(tmp_path, SAMPLE.read_text(encoding="utf-8") + more, monkeypatch))
    result.write(tmp_path / "out", maps=False)
    table = pd.read_csv(tmp_path / "out" / "communities.csv", dtype={"code": str, "community_id": str})
    assert table["community_id"].tolist() == ["11", "12", "13", "14"]
    assert table["code"].fillna("").tolist() == ["9001", "9002", "", "9004"]
    assert table["residences"].sum() == len(result.place.residences)
    total = math.fsum(table["weight"])
    share = math.fsum(table["weight"] * table["health_share"]) / total
    assert share == pytest.approx(result.circles.loc["health", "share_floor_area"], abs=1e-6)
    review = pd.read_csv(tmp_path / "out" / "communities_review.csv")
    assert review[["community_id", "match"]].to_numpy().tolist() == [[13, "none"]]
    layer = pyogrio.read_dataframe(tmp_path / "out" / "audit.gpkg", layer="communities")
    assert layer["health_state"].tolist() == table["health_state"].tolist()
    assert set(layer.geom_type) == {"MultiPolygon"}
    codes = {note["code"] for note in json.loads((tmp_path / "out" / "audit.json").read_text("utf-8"))["notes"]}
    assert {"communities.overlaps", "communities.codes", "communities.rollup"} <= codes
    assert set(result.gaps["community"]) <= {"", "11", "12", "13", "14"}
