"""Lists of facilities in every format, with every kind of header."""

import json
import random
import shutil
import time

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box
from sources.table_files import GOOD, HEADER, csv_bytes, inline, raw_xlsx, request, write, xls_bytes, xlsx_bytes

from lifecircle.errors import DatumError, LifecircleError
from lifecircle.sources.datum import gcj02_to_wgs84
from lifecircle.sources.table_datum import Surroundings
from lifecircle.sources.tables import read_facility_list

SECOND = ("学院路养老驿站", "养老驿站", 116.3491, 40.0042, "学院路5号", None)
PLACE = np.array(gcj02_to_wgs84(GOOD[2], GOOD[3]))
BEIJING = Surroundings((116.344, 39.997, 116.360, 40.009))

CELLS = {
    "utf8.csv": csv_bytes(HEADER, GOOD, SECOND),
    "bom.csv": csv_bytes(HEADER, GOOD, SECOND, encoding="utf-8-sig"),
    "gbk.csv": csv_bytes(HEADER, GOOD, SECOND, encoding="gb18030"),
    "utf16.csv": csv_bytes(HEADER, GOOD, SECOND, encoding="utf-16", separator="\t"),
    "tab.txt": csv_bytes(HEADER, GOOD, SECOND, separator="\t"),
    "semicolon.csv": csv_bytes(HEADER, GOOD, SECOND, separator=";"),
    "hint.csv": csv_bytes(("sep=;",)) + b"\n" + csv_bytes(HEADER, GOOD, SECOND, separator=";"),
    "crlf.csv": csv_bytes(HEADER, GOOD, SECOND).replace(b"\n", b"\r\n"),
    "new.xlsx": xlsx_bytes(HEADER, GOOD, SECOND),
    "old.xls": xls_bytes(HEADER, GOOD, SECOND),
    "no references.xlsx": raw_xlsx(inline(1, *HEADER) + inline(2, *GOOD) + inline(3, *[cell or "" for cell in SECOND])),
    "disguised.csv": xlsx_bytes(HEADER, GOOD, SECOND),
}


@pytest.mark.parametrize("name", CELLS)
def test_every_format_gives_the_same_rows(tmp_path, name: str) -> None:
    found = read_facility_list(write(tmp_path, name, CELLS[name]), request=request(), about=BEIJING).rows
    assert found["name"].tolist() == [GOOD[0], SECOND[0]]
    assert found["types"].tolist() == [("pharmacy",), ("elder_community",)]
    assert found["status"].tolist() == ["kept", "kept"]
    np.testing.assert_array_equal(found["capacity"], [12, np.nan])
    assert np.abs(found.get_coordinates().to_numpy()[0] - PLACE).max() < 1e-9
    assert found.crs.to_epsg() == 4326


def places() -> gpd.GeoDataFrame:
    names = {"名称": ["红莲药房", "学院路公园"], "类型": ["药店", "公园"]}
    shapes = [Point(*PLACE), box(116.348, 40.001, 116.350, 40.002)]
    return gpd.GeoDataFrame(names, geometry=shapes, crs="EPSG:4326")


def test_a_workbook_with_any_bytes_changed_is_read_or_refused(tmp_path) -> None:
    chance = random.Random(5)  # noqa: S311 - the same bytes every time
    book, refused = xlsx_bytes(HEADER, GOOD), 0
    for _ in range(200):
        data = bytearray(book)
        for _ in range(3):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            read_facility_list(write(tmp_path, "a.xlsx", bytes(data)), request=request(), about=BEIJING)
        except LifecircleError:
            refused += 1
    assert refused > 100


@pytest.mark.parametrize("kind", ["geojson", "gpkg", "parquet"])
def test_gis_files_keep_their_shapes(tmp_path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    places().to_parquet(path) if kind == "parquet" else places().to_file(path)
    found = read_facility_list(path, request=request(datum="wgs84"), about=BEIJING).rows
    assert found["types"].tolist() == [("pharmacy",), ("park",)]
    assert found["row"].tolist() == [1, 2]
    assert found.geometry.iloc[1].equals(places().geometry.iloc[1])


@pytest.mark.parametrize("kind", ["geojson", "parquet"])
def test_cells_of_gis_files_that_no_spreadsheet_holds(tmp_path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    frame = places().assign(tags=[["24 h", "chain"], ["green"]], open=[True, False])
    frame.to_parquet(path) if kind == "parquet" else path.write_text(frame.to_json(), encoding="utf-8")
    said = read_facility_list(path, request=request(datum="wgs84"), about=BEIJING).rows["attributes"].map(json.loads)
    assert [row["tags"] for row in said] == ["24 h;chain", "green"]
    assert [row["open"] for row in said] == ["TRUE", "FALSE"]


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8", "cpg"])
def test_shapefiles_with_and_without_a_stated_encoding(tmp_path, encoding: str) -> None:
    path = tmp_path / "a.shp"
    points = places().iloc[:1].rename(columns={"名称": "name", "类型": "type"})
    points.to_file(path, encoding="GBK" if encoding == "cpg" else encoding)
    if encoding != "cpg":
        path.with_suffix(".cpg").unlink()
    found = read_facility_list(path, request=request(datum="wgs84"), about=BEIJING).rows
    assert found["name"].tolist() == ["红莲药房"]
    assert found["types"].tolist() == [("pharmacy",)]


def test_a_gis_row_without_geometry_needs_geocoding(tmp_path) -> None:
    frame = gpd.GeoDataFrame(
        {"名称": ["甲", "乙", "丙", None], "地址": ["学院路1号", "学院路2号", None, None]},
        geometry=[Point(*PLACE), None, None, None],
        crs=4326,
    )
    frame.to_file(tmp_path / "a.geojson")
    found = read_facility_list(tmp_path / "a.geojson", request=request(type="bank", datum="wgs84")).rows
    assert found["status"].tolist() == ["kept", "needs_geocoding", "needs_geocoding", "refused"]


HEADERS = {
    "plain": ([HEADER], 2),
    "title": ([("海淀区设施名单(2025年)",), (), HEADER], 4),
    "two titles": ([("附件1",), ("海淀区设施名单", "", "", "", "", "单位:张"), HEADER], 4),
    "english": ([("Name", "Category", "Longitude", "Latitude", "Address", "Beds")], 2),
    "map export": ([("name", "type", "lng", "lat", "address", "capacity")], 2),
    "with datum": ([("设施名称", "设施类型", "经度(GCJ02)", "纬度(GCJ02)", "详细地址", "床位数(张)")], 2),
    "marks": ([("机 构 名 称", "类 别", "经度（°E）", "纬度（°N）", "所在位置:", "核定床位数")], 2),
    "two rows": ([("名称", "类型", "坐标", "", "地址", "床位"), ("", "", "经度", "纬度", "", "")], 3),
    "x and y": ([("点位名称", "小类", "X坐标", "Y坐标", "地点", "容量")], 2),
    "more names": ([("所属街道名称\t", "类型", "经度", "纬度", "地址", "床位")], 2),
}


@pytest.mark.parametrize("case", HEADERS)
def test_headers_are_recognised(tmp_path, case: str) -> None:
    header, first = HEADERS[case]
    found = read_facility_list(
        write(tmp_path, "a.xlsx", xlsx_bytes(*header, GOOD)), request=request(type="pharmacy")
    ).rows
    assert found["row"].tolist() == [first]
    assert found["name"].tolist() == ["" if case == "more names" else GOOD[0]]
    assert found["capacity"].tolist() == [12.0]
    assert np.abs(found.get_coordinates().to_numpy()[0] - PLACE).max() < 1e-9


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_merged_cells_hold_their_value_everywhere(tmp_path, kind: str) -> None:
    rows = [("海淀区设施名单",), ("类型", "名称", "坐标", None), (None, None, "经度", "纬度")]
    rows += [("药店", "甲", 116.3521, 40.0032), (None, "乙", 116.3531, 40.0032)]
    if kind == "xlsx":
        data = xlsx_bytes(*rows, merged=["A1:D1", "A2:A3", "B2:B3", "C2:D2", "A4:A5"])
    else:
        data = xls_bytes(*rows, merged=[(0, 0, 0, 3), (1, 2, 0, 0), (1, 2, 1, 1), (1, 1, 2, 3), (3, 4, 0, 0)])
    found = read_facility_list(write(tmp_path, f"a.{kind}", data), request=request()).rows
    assert found["types"].tolist() == [("pharmacy",)] * 2
    assert found["name"].tolist() == ["甲", "乙"]


def test_blank_rows_and_repeated_headers_count_but_are_no_facilities(tmp_path) -> None:
    data = xlsx_bytes(HEADER, GOOD, (), HEADER, (" ", None), SECOND)
    found = read_facility_list(write(tmp_path, "a.xlsx", data), request=request()).rows
    assert found["row"].tolist() == [2, 6]


def test_columns_that_the_study_names_win(tmp_path) -> None:
    header = ("名称", "简称", "经度", "纬度", "标绘经度", "标绘纬度")
    data = csv_bytes(header, ("甲药房", "甲", 100, 30, *GOOD[2:4]))
    named = {"name": "简称", "lon": "标绘经度", "lat": "标绘纬度"}
    found = read_facility_list(write(tmp_path, "a.csv", data), request=request(type="pharmacy", columns=named))
    assert found.rows["name"].tolist() == ["甲"]
    assert np.abs(found.rows.get_coordinates().to_numpy()[0] - PLACE).max() < 1e-9
    assert found.notes[0].en == (
        "a.csv: columns read as name = 简称, lon = 标绘经度, lat = 标绘纬度; coordinates as gcj02."
    )


def test_of_two_pairs_of_coordinates_the_stated_datum_chooses(tmp_path) -> None:
    header = ("名称", "lng_wgs84", "lat_wgs84", "lng_gcj02", "lat_gcj02")
    path = write(tmp_path, "a.csv", csv_bytes(header, ("甲", *PLACE.tolist(), *GOOD[2:4])))
    for datum in ("gcj02", "wgs84"):
        found = read_facility_list(path, request=request(type="bank", datum=datum))
        assert np.abs(found.rows.get_coordinates().to_numpy()[0] - PLACE).max() < 1e-9


def test_columns_may_say_the_datum(tmp_path) -> None:
    path = write(tmp_path, "a.csv", csv_bytes(("名称", "高德经度", "高德纬度"), ("甲", *GOOD[2:4])))
    found = read_facility_list(path, request=request(type="bank", datum=None))
    assert found.datum == "gcj02"
    assert any("the names of its columns say that the coordinates are gcj02" in note.en for note in found.notes)


@pytest.mark.parametrize("header", ["坐标", "经纬度", "location", "纬经度"])
def test_both_coordinates_in_one_column(tmp_path, header: str) -> None:
    pair = "40.003187,116.352104" if header == "纬经度" else "116.352104,40.003187"
    path = write(tmp_path, "a.xlsx", xlsx_bytes(("名称", header), ("甲", pair), ("乙", "东门")))
    found = read_facility_list(path, request=request(type="bank")).rows
    assert np.abs(found.get_coordinates().to_numpy()[0] - PLACE).max() < 1e-9
    assert found["why_en"].tolist()[1].startswith(f"column B ({header}): '东门' is no pair of coordinates")


def test_a_location_of_words_is_an_address(tmp_path) -> None:
    path = write(tmp_path, "a.csv", csv_bytes(("name", "location"), ("甲", "学院路5号"), ("乙", "学院路6号")))
    found = read_facility_list(path, request=request(type="bank")).rows
    assert found["address"].tolist() == ["学院路5号", "学院路6号"]
    assert found["status"].tolist() == ["needs_geocoding"] * 2


def test_gauss_kruger_in_either_order(tmp_path) -> None:
    """China's surveyors call the northing X."""
    east, north = 359_140.0, 4_430_000.0
    for number, cells in enumerate([(east, north), (north, east)]):
        path = write(tmp_path, f"{number}.csv", csv_bytes(("名称", "X", "Y"), ("甲", *cells)))
        found = read_facility_list(path, request=request(type="bank", datum="EPSG:4548"), about=None).rows
        assert found["status"].tolist() == [["kept", "fixed"][number]]
        assert found.total_bounds[:2] == pytest.approx([115.35, 40.0], abs=0.02)


def test_outside_china_wgs84_needs_no_words(tmp_path) -> None:
    path = write(tmp_path, "a.csv", csv_bytes(("name", "lon", "lat"), ("Apótek", -21.9301, 64.1402)))
    found = read_facility_list(path, request=request(type="pharmacy", datum=None))
    assert found.datum == "wgs84"
    assert found.rows.total_bounds[:2] == pytest.approx([-21.9301, 64.1402])
    with pytest.raises(DatumError, match="lie in China"):
        read_facility_list(write(tmp_path, "b.csv", CELLS["utf8.csv"]), request=request(datum=None))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(116.30, 116.39).map(lambda x: round(x, 7)), st.floats(39.96, 40.04).map(lambda y: round(y, 7))
        ),
        min_size=1,
        max_size=12,
        unique=True,
    ),
    st.sampled_from(["csv", "xlsx", "xls"]),
)
def test_what_is_written_is_read(tmp_path_factory, spots: list[tuple[float, float]], kind: str) -> None:
    rows = [(f"甲{n}", *spot) for n, spot in enumerate(spots)]
    data = {"csv": csv_bytes, "xlsx": xlsx_bytes, "xls": xls_bytes}[kind](("名称", "经度", "纬度"), *rows)
    path = write(tmp_path_factory.mktemp("lists"), f"a.{kind}", data)
    found = read_facility_list(path, request=request(type="bank", datum="cgcs2000")).rows
    assert [tuple(pair) for pair in found.get_coordinates().to_numpy()] == spots
    shutil.rmtree(path.parent)


def test_a_hundred_thousand_rows_are_read_quickly(tmp_path) -> None:
    """Reading, converting and judging every row; the time is the processor's, on two slow cores."""
    rng = np.random.default_rng(7)
    spots = np.round(rng.uniform((116.2, 39.8), (116.5, 40.1), (100_000, 2)), 7)
    body = "".join(
        inline(n + 2, f"药房{n}", "药店", *spot, f"学院路{n}号", n % 90) for n, spot in enumerate(spots.tolist())
    )
    path = write(tmp_path, "a.xlsx", raw_xlsx(inline(1, *HEADER) + body))
    started = time.process_time()
    found = read_facility_list(path, request=request(), about=BEIJING)
    seconds = time.process_time() - started
    assert (found.rows["status"] == "kept").sum() == 100_000
    assert seconds < 10.0
