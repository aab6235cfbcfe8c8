"""Lists that cannot be read: every one is refused with its file, what was seen, and what to do."""

import gzip
import io
import json
import zipfile

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point
from sources.table_files import GOOD, HEADER, csv_bytes, inline, raw_xlsx, request, write, xls_bytes, xlsx_bytes

from lifecircle.errors import DatumError, LifecircleError, SchemaError, SourceError
from lifecircle.sources.table_datum import Surroundings
from lifecircle.sources.tables import read_facility_list

PLAIN = csv_bytes(HEADER, GOOD)
BOOK = xlsx_bytes(HEADER, GOOD)
ROW = inline(1, *HEADER) + inline(2, *GOOD)
NOWHERE = csv_bytes(("名称", "类型", "备注"), ("红莲药房", "药店", "好"))
METRES = csv_bytes(HEADER, ("红莲药房", "药店", 444786.4, 4428354.1, "", 1))
BEIJING = Surroundings((116.344, 39.997, 116.360, 40.009))


def zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), data)
    return stream.getvalue()


def geojson(*features: object, **more: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features, **more}).encode()


def spot(x: float, y: float) -> dict[str, object]:
    return {"type": "Feature", "properties": {"名称": "甲"}, "geometry": {"type": "Point", "coordinates": [x, y]}}


def plain_parquet() -> bytes:
    stream = io.BytesIO()
    pd.DataFrame({"名称": ["甲"]}).to_parquet(stream)
    return stream.getvalue()


def bomb() -> bytes:
    return raw_xlsx(ROW + "<row>" + '<c r="A3"/>' * 2_000_000 + "</row>")


FILES = {
    "empty": ("a.csv", b"", {}, SourceError, "a.csv: the file is empty (0 bytes)"),
    "blank": ("a.csv", b"\n\n \n", {}, SchemaError, "a.csv: one column only"),
    "one column": ("a.csv", "名称\n甲\n乙".encode(), {}, SchemaError, "a.csv: one column only ('名称'); separate"),
    "binary": ("a.csv", b"a,b\x00\x01\n1,2", {}, SourceError, "a.csv: binary data, not a text table"),
    "latin": ("a.csv", b"name,lon\nCaf\xe9 \xff,1", {}, SourceError, "a.csv: neither UTF-8 nor GB18030 text (byte 12)"),
    "quote": ("a.csv", PLAIN + b'\n"' + b"x" * 200_000, {}, SchemaError, "a.csv, row 3: field larger than field limit"),
    "open quote": (
        "a.csv",
        PLAIN + '\n"甲,药店,1,2\n乙,'.encode(),
        {},
        SchemaError,
        "a.csv, row 3: unexpected end of data; a",
    ),
    "html": ("a.xls", b"<html><table><tr><td>1", {}, SourceError, "a.xls: a web page or XML under an Excel name"),
    "xml": ("a.xls", b"<?xml version='1.0'?><Workbook/>", {}, SourceError, "a.xls: a web page or XML under an Excel"),
    "pdf": ("a.csv", b"%PDF-1.7", {}, SourceError, "a.csv: a PDF; copy its table into Excel"),
    "docx": ("a.xlsx", zipped(word__document_xml=b"x"), {}, SourceError, "a.xlsx: a Word document; copy its table"),
    "ods": ("a.xlsx", zipped(content_xml=b"x"), {}, SourceError, "a.xlsx: an OpenDocument file; save it as .xlsx"),
    "xlsb": ("a.xlsx", zipped(xl__workbook_bin=b"x"), {}, SourceError, "a.xlsx: a binary workbook (.xlsb); save it"),
    "zip": ("a.xlsx", zipped(readme=b"x"), {}, SourceError, "a.xlsx: a ZIP, but no Excel workbook (.xlsx)"),
    "cut xlsx": ("a.xlsx", BOOK[:900], {}, SourceError, "a.xlsx: damaged workbook (File is not a zip file)"),
    "bomb": ("a.xlsx", bomb(), {}, SourceError, "a.xlsx: xl/worksheets/s.xml unpacks to 22 MB, "),
    "entities": (
        *("a.xlsx", raw_xlsx(ROW, xl__workbook_xml="<!DOCTYPE a [<!ENTITY b 'c'>]><workbook/>"), {}),
        *(SourceError, "the workbook declares XML entities, which Excel never writes"),
    ),
    "comment": ("a.xlsx", raw_xlsx(f"<!-- x -->{ROW}"), {}, SourceError, "a.xlsx, sheet 'a': XML that Excel never wri"),
    "no sheets": (
        *("a.xlsx", raw_xlsx("", xl__workbook_xml="<workbook><sheets/></workbook>"), {}),
        *(SourceError, "a.xlsx: the workbook has no worksheet; put the list into one"),
    ),
    "broken xml": (
        "a.xlsx",
        raw_xlsx("", xl__workbook_xml="<workbook>"),
        {},
        SourceError,
        "a.xlsx: damaged workbook (",
    ),
    "far column": (
        "a.xlsx",
        raw_xlsx('<row><c r="ZZZ1"><v>1</v></c></row>'),
        {},
        SchemaError,
        "values beyond column 20",
    ),
    "empty sheet": ("a.xlsx", xlsx_bytes(), {}, SchemaError, "a.xlsx: it holds no rows"),
    "cut xls": ("a.xls", xls_bytes(HEADER, GOOD)[:700], {}, SourceError, "a.xls: cannot be read as .xls ("),
    "other ole": (
        "a.xls",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        {},
        SourceError,
        "a.xls: cannot be read as",
    ),
    "password": (
        *("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), {}),
        *(SourceError, "a.xlsx: protected by a password; save it in Excel without one"),
    ),
    "no such sheet": ("a.xlsx", BOOK, {"sheet": "药店"}, SchemaError, "a.xlsx: no sheet '药店'; it has 名单"),
    "sheet 2 of 1": ("a.xls", xls_bytes(HEADER, GOOD), {"sheet": 2}, SchemaError, "a.xls: no sheet 2; it has 名单"),
    "sheet of csv": (
        "a.csv",
        PLAIN,
        {"sheet": "x"},
        SchemaError,
        "a.csv: sheet 'x' was asked for, but a text table has",
    ),
    "two lists": (
        *("a.xlsx", xlsx_bytes(甲=[HEADER, GOOD], 乙=[HEADER, GOOD], 说明=[("a", "b")]), {}, SchemaError),
        "a.xlsx: 2 of its sheets hold lists (甲, 乙); name one as sheet",
    ),
    "no places": ("a.csv", NOWHERE, {}, SchemaError, "a.csv: none of the first 30 rows names a column of coordinates"),
    "lon only": ("a.csv", csv_bytes(("名称", "经度"), ("甲", 1)), {}, SchemaError, "a.csv: none of the first 30 rows"),
    "no rows": ("a.csv", csv_bytes(HEADER), {}, SchemaError, "a.csv: no rows below the header (row 1)"),
    "wrong column": (
        *("a.csv", PLAIN, {"columns": {"name": "设施名"}}, SchemaError),
        "a.csv: no column '设施名' (name_column); the first rows hold 名称, 类型",
    ),
    "near column": (
        *("a.xlsx", xlsx_bytes(("设施名称", *HEADER[1:]), GOOD), {"columns": {"name": "设施名"}}, SchemaError),
        "a.xlsx, sheet '名单': no column '设施名' (name_column); did you mean '设施名称'?",
    ),
    "two columns": (
        *("a.csv", csv_bytes(("x", "x", "y"), (1, 2, 3)), {"columns": {"lon": "x", "lat": "y"}, "datum": "wgs84"}),
        *(SchemaError, "a.csv: 2 columns are called 'x'; give each a name of its own"),
    ),
    "no datum": (
        "a.csv",
        PLAIN,
        {"datum": None},
        DatumError,
        "a.csv: 1 coordinates lie in China (the first: 116.352104,",
    ),
    "no datum, swapped": (
        *("a.csv", csv_bytes(("名称", "经度", "纬度"), ("甲", 40.003, 116.352)), {"datum": None}),
        *(DatumError, "a.csv: 1 coordinates lie in China (the first: 116.352000, 40.003000) and nothing says their"),
    ),
    "unknown datum": (
        "a.csv",
        PLAIN,
        {"datum": "mars"},
        DatumError,
        "a.csv: unknown datum 'mars'; write wgs84, cgcs20",
    ),
    "old datum": (
        "a.csv",
        METRES,
        {"datum": "EPSG:2383"},
        DatumError,
        "(Xian 1980 / 3-degree Gauss-Kruger CM 114E): no p",
    ),
    "two datums": (
        *("a.csv", csv_bytes(("名称", "lng_gcj02", "lat_gcj02"), GOOD[1:4]), {"datum": "wgs84"}, DatumError),
        "a.csv: the study says wgs84, the names of the columns say gcj02; correct one of them",
    ),
    "mixed datums": (
        *("a.csv", csv_bytes(("名称", "百度经度", "高德纬度"), GOOD[1:4]), {"datum": None}, DatumError),
        "a.csv: the columns' names say bd09, gcj02; state which one as datum",
    ),
    "detect what": (
        "a.csv",
        PLAIN,
        {"datum": "detect"},
        DatumError,
        "a.csv: datum: detect needs streets or boundaries",
    ),
    "metres": (
        "a.csv",
        METRES,
        {"datum": "wgs84"},
        DatumError,
        "a.csv: the coordinates (the first: 444786.4, 4428354.1",
    ),
    "wrong zone": (
        "a.csv",
        METRES,
        {"datum": "EPSG:4526"},
        DatumError,
        "do not fit EPSG:4526 (CGCS2000 / 3-degree Gauss",
    ),
    "next zone": (
        "a.csv",
        METRES,
        {"datum": "EPSG:4547"},
        DatumError,
        "none of its 1 places lies within a degree of the s",
    ),
    "elsewhere": (
        *("a.csv", csv_bytes(HEADER, ("甲", "药店", 114.2, 35.7, "", 1)), {}, DatumError),
        "a.csv: none of its 1 places lies within a degree of the study (the first: 114.1",
    ),
    "sheet of gis": (
        "a.geojson",
        b"{}",
        {"sheet": "x"},
        SchemaError,
        "a.geojson: sheet 'x' was asked for, but this file",
    ),
    "broken json": ("a.geojson", b'{"type": "Fea', {}, SourceError, "a.geojson: broken JSON ("),
    "fake gpkg": ("a.gpkg", b"SQLite format 3\x00" + bytes(600), {}, SourceError, "a.gpkg: not a GeoJSON, GeoPackage"),
    "fake parquet": ("a.parquet", b"PAR1" + bytes(60), {}, SourceError, "a.parquet: not a readable GeoParquet file"),
    "lone shp": ("a.shp", b"\x00\x00\x27\x0a" + bytes(96), {}, SourceError, "a.shp: its .shx file is missing; keep"),
    "picture": ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(99), {}, SourceError, "a.csv: binary data, not a text table"),
    "gzip": ("a.csv", gzip.compress(PLAIN), {}, SourceError, "a.csv: binary data, not a text table"),
    "kml": ("a.kml", b"<?xml version='1.0'?><kml>", {}, SourceError, "a.kml: KML, as Google Earth writes it; open it"),
    "too wide": ("a.csv", b"a," * 3000, {}, SchemaError, "a.csv, row 1: more than 500000 rows or 2000 columns; split"),
    "no such number": ("a.csv", PLAIN, {"datum": "EPSG:999999"}, DatumError, "a.csv: datum 'EPSG:999999' is not in"),
    "heights": ("a.csv", PLAIN, {"datum": "EPSG:5773"}, DatumError, "EPSG:5773 (EGM96 height): no public transform"),
    "off the globe": (
        *("a.csv", csv_bytes(HEADER, ("甲", "药店", 216.3, 95.0, "", 1)), {}, DatumError),
        "a.csv: the coordinates (the first: 216.3, 95) are no longitudes and latitudes",
    ),
    "no features": ("a.geojson", geojson(), {}, SchemaError, "a.geojson: it has no rows; give a file with at least"),
    "other json": ("a.geojson", b'{"type": "Topology"}', {}, SourceError, "JSON of type 'Topology' is not GeoJSON"),
    "gis, no datum": (
        *("a.geojson", geojson(spot(116.35, 40.0)), {"datum": None}, DatumError),
        "a.geojson: 1 coordinates lie in China (the first: 116.350000, 40.000000) and nothing says their datum",
    ),
    "gis, metres": (
        *("a.geojson", geojson(spot(444786.4, 4428354.1)), {}, DatumError),
        "are no longitudes and latitudes; if they are metres, state their system as datum (EPSG:<number>)",
    ),
    "gis, layer": (
        *("a.geojson", geojson(spot(116.35, 40.0)), {"layer": "x"}, SchemaError),
        "a.geojson: layer 'x' was asked for, but only a GeoPackage has layers; leave it out",
    ),
    "gis, unknown system": (
        *("a.geojson", geojson(spot(1, 2), crs={"type": "name", "properties": {"name": "EPSG:999999"}})),
        *({"datum": None}, DatumError, "a.geojson: its crs member"),
    ),
    "no geometries": ("a.parquet", plain_parquet(), {}, SourceError, "a.parquet: not a readable GeoParquet file"),
    "gis column": (
        *("a.geojson", json.dumps({"type": "Feature", "properties": {"n": 1}, "geometry": None}).encode()),
        *(
            {"columns": {"name": "名称"}},
            SchemaError,
            "a.geojson: no column '名称' (name_column); the first rows hold n",
        ),
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_refused_with_its_reason(tmp_path, case: str) -> None:
    name, data, said, error, text = FILES[case]
    path = write(tmp_path, name, data)
    with pytest.raises(LifecircleError) as caught:
        read_facility_list(path, request=request(**said), about=BEIJING if said.get("datum") != "detect" else None)
    assert type(caught.value) is error
    assert text in str(caught.value)


def test_there_are_enough_of_them() -> None:
    assert len(FILES) >= 60


def test_too_many_rows_stop_the_reading(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("lifecircle.sources.xlsx_sheet.MAX_ROWS", 5)
    monkeypatch.setattr("lifecircle.sources.csv_files.MAX_ROWS", 5)
    rows = [HEADER, *[GOOD] * 8]
    with pytest.raises(SchemaError, match=r"a.xlsx, sheet '名单': more than 5 rows; split the list"):
        read_facility_list(write(tmp_path, "a.xlsx", xlsx_bytes(*rows)), request=request())
    with pytest.raises(SchemaError, match=r"a.csv, row 6: more than 5 rows"):
        read_facility_list(write(tmp_path, "a.csv", csv_bytes(*rows)), request=request())


def test_large_files_are_not_opened(tmp_path, monkeypatch) -> None:
    for name, data in (("a.xlsx", BOOK), ("a.csv", PLAIN), ("a.xls", xls_bytes(HEADER, GOOD))):
        room = {"a.xlsx": "xlsx_files", "a.csv": "csv_files", "a.xls": "xls_files"}[name]
        monkeypatch.setattr(f"lifecircle.sources.{room}.MAX_FILE_BYTES", 10)
        with pytest.raises(SourceError, match=rf"{name}: .*split (it|the list)"):
            read_facility_list(write(tmp_path, name, data), request=request())


def test_layers_of_a_geopackage_must_be_named(tmp_path) -> None:
    path = tmp_path / "a.gpkg"
    frame = gpd.GeoDataFrame({"名称": ["甲"]}, geometry=[Point(116.35, 40.0)], crs="EPSG:4326")
    frame.to_file(path, layer="one")
    frame.to_file(path, layer="two")
    with pytest.raises(SchemaError, match=r"a.gpkg: it has 2 layers \(one, two\); name one as layer"):
        read_facility_list(path, request=request())


def test_a_folder_and_a_missing_file(tmp_path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        read_facility_list(tmp_path / "b.xlsx", request=request())
    with pytest.raises(SourceError, match="is a folder"):
        read_facility_list(tmp_path, request=request())
