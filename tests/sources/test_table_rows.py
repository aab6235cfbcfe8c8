"""Rows of a list: each fault is put right, marked or refused, and the report says why."""

import numpy as np
import pytest
from sources.table_files import HEADER, csv_bytes, request, write, xlsx_bytes

from lifecircle.sources.datum import gcj02_to_wgs84
from lifecircle.sources.table_datum import Surroundings
from lifecircle.sources.tables import read_facility_list

BEIJING = Surroundings((116.344, 39.997, 116.360, 40.009))
GOOD = ("对照药房", "药店", "116.352104", "40.003187", "学清路1号", "")
X, Y = "116.351104", "40.002187"

# name, type, longitude, latitude, address, beds -> status, English reason
ROWS = {
    "good": (("甲", "药店", X, Y, "", "12"), "kept", ""),
    "full width": (
        ("甲", "药店", "１１６．３５１１０４", Y, "", ""),
        "fixed",
        "coordinates read from '116.351104, 40.00",
    ),
    "degrees": (
        ("甲", "药店", "116°21'03.97''", "40°00'07.87''", "", ""),
        "fixed",
        "coordinates read from \"116°21'03",
    ),
    "chinese degrees": (
        ("甲", "药店", "东经116度21分3.97秒", "北纬40度0分7.87秒", "", ""),
        "fixed",
        "coordinates read fr",
    ),
    "letters": (
        ("甲", "药店", "E116.351104", "N40.002187", "", ""),
        "fixed",
        "coordinates read from 'E116.351104, N40.0",
    ),
    "letters exchanged": (
        ("甲", "药店", "N40.002187", "E116.351104", "", ""),
        "fixed",
        "longitude and latitude were exc",
    ),
    "exchanged": (("甲", "药店", Y, X, "", ""), "fixed", "longitude and latitude were exchanged"),
    "decimal comma": (
        ("甲", "药店", '"116,351104"', '"40,002187"', "", ""),
        "fixed",
        "coordinates read from '116,3511",
    ),
    "both longitudes": (
        ("甲", "药店", "E116.35", "E40.0", "", ""),
        "needs_geocoding",
        "'E116.35, E40.0': both are on one axis",
    ),
    "coarse": (
        ("甲", "药店", "116.35", "40.00", "", ""),
        "kept",
        "coordinates 116.35, 40 are given to 100 m or less exactl",
    ),
    "zero": (("甲", "药店", "0", "0", "", ""), "needs_geocoding", "coordinates 0, 0 are a placeholder"),
    "zero, address": (
        ("甲", "药店", "0", "0", "学清路9号", ""),
        "needs_geocoding",
        "coordinates 0, 0 are a placeholder",
    ),
    "none": (("甲", "药店", "", "", "", ""), "needs_geocoding", "no coordinates"),
    "no clue": (("", "药店", "", "", "", ""), "refused", "no coordinates; it has neither name nor address"),
    "zero, no clue": (
        ("", "药店", "0", "0", "", ""),
        "refused",
        "coordinates 0, 0 are a placeholder; it has neither name nor address",
    ),
    "none, address": (("甲", "药店", "", "", "学清路9号", ""), "needs_geocoding", "no coordinates"),
    "words for none": (("甲", "药店", "待补", "无", "学清路9号", ""), "needs_geocoding", "no coordinates"),
    "one only": (("甲", "药店", X, "", "", ""), "needs_geocoding", "column D (纬度) is empty"),
    "one only, address": (("甲", "药店", "", Y, "学清路9号", ""), "needs_geocoding", "column C (经度) is empty"),
    "text": (("甲", "药店", "东门", Y, "", ""), "needs_geocoding", "column C (经度): '东门' is no coordinate"),
    "error value": (("甲", "药店", "#REF!", Y, "", ""), "needs_geocoding", "column C (经度): '#REF!' is no coordinate"),
    "seventy minutes": (
        ("甲", "药店", "116°77'", Y, "", ""),
        "needs_geocoding",
        'column C (经度): "116°77\'" is no coordinate',
    ),
    "two points": (
        ("甲", "药店", "116.35.11", Y, "", ""),
        "needs_geocoding",
        "column C (经度): '116.35.11' is no coordinate",
    ),
    "beyond the globe": (
        ("甲", "药店", "1163.51", Y, "", ""),
        "needs_geocoding",
        "1163.51, 40.0022 are no longitude and latitude",
    ),
    "unknown type": (
        ("甲", "咖啡馆", X, Y, "", ""),
        "refused",
        "column B (类型): '咖啡馆' is no type of the catalogue; sa",
    ),
    "no type, name tells": (("学清路幼儿园", "", X, Y, "", ""), "kept", "type kindergarten from the name"),
    "no type, name mute": (
        ("甲", "", X, Y, "", ""),
        "refused",
        "the name '甲' tells no type; give type or type_column",
    ),
    "nothing": (("", "", X, Y, "", ""), "refused", "neither type nor name"),
    "total": (("合计", "", "", "", "", "30"), "refused", "a total (合计), not a facility"),
    "footnote": (
        ("注:数据截至2024年底", "", "", "", "", ""),
        "refused",
        "the name '注:数据截至2024年底' tells no type",
    ),
    "beds with unit": (("甲", "养老院", X, Y, "", "１２０张"), "kept", ""),
    "beds in words": (("甲", "养老院", X, Y, "", "若干"), "fixed", "column F (床位): '若干' is no number, left empty"),
    "beds below zero": (("甲", "养老院", X, Y, "", "-3"), "fixed", "column F (床位): '-3' is no number, left empty"),
    "ditto": (("甲", "药店", "", "", "同上", ""), "needs_geocoding", "no coordinates"),
    "ditto type": (("甲", "同上", X, Y, "", ""), "fixed", "column B (类型): as in the row above (药店)"),
    "repeated": (("对照药房", "药店", "116.352204", "40.003187", "", ""), "refused", "repeats row 2"),
    "branch far away": (("对照药房", "药店", "116.356104", "40.003187", "", ""), "kept", ""),
    "too many cells": (
        ("甲", "药店", X, Y, "学清路9号", "", "二层"),
        "refused",
        "more cells than the header has (column G: '二层'",
    ),
    "amap code": (("甲", "090601", X, Y, "", ""), "kept", ""),
    "amap path": (("甲", "医疗保健服务;医药保健销售店;药房", X, Y, "", ""), "kept", ""),
    "overture": (("甲", "pharmacy", X, Y, "", ""), "kept", ""),
    "english": (("甲", "Pharmacy", X, Y, "", ""), "kept", ""),
}


@pytest.mark.parametrize("case", ROWS)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_becomes_of_a_row(tmp_path, case: str, kind: str) -> None:
    row, status, why = ROWS[case]
    unquoted = [cell.strip('"') for cell in row]
    cells = row if kind == "csv" else unquoted
    data = {"csv": csv_bytes, "xlsx": xlsx_bytes}[kind](HEADER, GOOD, cells)
    found = read_facility_list(write(tmp_path, f"a.{kind}", data), request=request(), about=BEIJING).rows
    first, read = found.iloc[0], found.iloc[1]
    assert (first["status"], first["why_en"]) == ("kept", "")
    assert read["status"] == status
    assert read["why_en"].startswith(why)
    assert bool(read["why_en"]) == bool(read["why_zh"]) == bool(why)
    assert read["row"] == 3
    assert read["object_id"] == "a/3"
    if status in ("kept", "fixed") and why and case != "coarse":
        assert read.geometry.distance(first.geometry) < 0.01


def test_every_way_to_write_a_place_is_the_same_place(tmp_path) -> None:
    """3.9744 and 7.8732 seconds beyond 116 degrees 21 minutes and 40 degrees: 116.351104 and 40.002187."""
    cells = [
        (X, Y),
        (Y, X),
        ("１１６．３５１１０４", "４０．００２１８７"),
        ("116°21'3.9744''", "40°0'7.8732''"),
        ("116:21:3.9744", "40:0:7.8732"),
        ("116-21-3.9744", "40-0-7.8732"),
        ("东经116度21分3.9744秒", "北纬40度0分7.8732秒"),
        ("N40.002187", "E116.351104"),
        ("116°21.06624'E", "40°0.13122'N"),
    ]
    rows = [(f"甲{n}", "药店", *pair, "", "") for n, pair in enumerate(cells)]
    found = read_facility_list(write(tmp_path, "a.xlsx", xlsx_bytes(HEADER, *rows)), request=request(), about=BEIJING)
    place = np.array(gcj02_to_wgs84(116.351104, 40.002187))
    off = np.abs(found.rows.get_coordinates().to_numpy() - place).max(axis=1)
    assert off.max() < 1e-9


def test_the_studys_own_words_for_types(tmp_path) -> None:
    path = write(tmp_path, "a.csv", csv_bytes(HEADER, ("甲", "便民店", X, Y, "", ""), ("乙", "药店", Y, X, "", "")))
    found = read_facility_list(path, request=request(own={"便民店": "grocery", "药店": "clinic"}), about=BEIJING).rows
    assert found["types"].tolist() == [("grocery",), ("clinic",)]


def test_one_school_of_two_levels_is_of_two_types(tmp_path) -> None:
    path = write(tmp_path, "a.csv", csv_bytes(HEADER, ("城东九年一贯制学校", "", X, Y, "", "")))
    found = read_facility_list(path, request=request(), about=BEIJING).rows
    assert found["types"].tolist() == [("primary_school", "middle_school")]


def test_capacities(tmp_path) -> None:
    beds = ["12", "１２０张", "约60个床位", "1,200", "", "无", "12.0"]
    rows = [(f"甲{n}", "养老院", X, Y, "", f'"{cell}"') for n, cell in enumerate(beds)]
    found = read_facility_list(write(tmp_path, "a.csv", csv_bytes(HEADER, *rows)), request=request()).rows
    np.testing.assert_array_equal(found["capacity"], [12, 120, 60, 1200, np.nan, np.nan, 12])


def test_many_names_on_one_spot_are_doubted(tmp_path) -> None:
    rows = [(f"甲{n}", "药店", X, Y, "", "") for n in range(5)]
    found = read_facility_list(write(tmp_path, "a.csv", csv_bytes(HEADER, *rows)), request=request())
    assert [note.code for note in found.notes if note.warning] == ["tables.piled"]
    assert "5 rows of different names share 1 spots (up to 5 on one)" in found.notes[-1].en
    assert "5 行名称不同的设施集中在 1 个坐标上" in found.notes[-1].zh


def test_a_row_that_repeats_a_refused_one_is_kept(tmp_path) -> None:
    """The first 甲 is refused for its surplus cell: the second is the only one left."""
    rows = [("甲", "药店", X, Y, "学清路9号", "", "二层"), ("甲", "药店", X, Y, "学清路9号", "")]
    found = read_facility_list(write(tmp_path, "a.csv", csv_bytes(HEADER, *rows)), request=request(), about=BEIJING)
    assert found.rows["status"].tolist() == ["refused", "kept"]


def test_rows_without_coordinates_repeat_only_with_the_same_address(tmp_path) -> None:
    rows = [
        ("甲", "药店", "", "", "学清路9号", ""),
        ("甲", "药店", "", "", "学清路10号", ""),
        ("甲", "药店", "", "", "学清路9号", ""),
    ]
    found = read_facility_list(write(tmp_path, "a.csv", csv_bytes(HEADER, GOOD, *rows)), request=request()).rows
    assert found["status"].tolist() == ["kept", "needs_geocoding", "needs_geocoding", "refused"]
    assert found["why_zh"].iloc[3] == "与第 3 行重复"
