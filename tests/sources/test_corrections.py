"""A filled checklist, read back: every answer, and every mistake with its row."""

import openpyxl
import pytest

from lifecircle.errors import DatumError, SchemaError, SourceError
from lifecircle.sources.corrections import read_corrections

TYPES = ("pharmacy", "primary_school", "park")
ZH = ("设施编号", "核实结果", "新类型", "新名称", "新经度", "新纬度", "日期", "核实人")


def workbook(folder, *rows, head=ZH, title=None):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [*([title] if title else []), head, *rows]:
        sheet.append(row)
    book.create_sheet("设施类型").append(["新类型"])
    book.save(folder / "list.xlsx")
    return folder / "list.xlsx"


def read(path, **more):
    return read_corrections(path, types=TYPES, **more)


def test_answers_in_chinese(tmp_path):
    path = workbook(
        tmp_path,
        ("n1:pharmacy", "删除", None, None, None, None, "2026-05-01", "王"),
        ("n2:pharmacy", None, None, None, None, None, None, None),
        ("w3:school_any", "改类型", "primary_school 小学", "实验小学", None, None, None, None),
        ("w4:park", "移位", None, None, 114.3, "35.7", None, None),
        (None, "新增", "park 公园", "口袋公园", 114.31, 35.71, None, None),
        (None, "确认", None, None, None, None, None, None),
    )
    found, blank = read(path)
    assert blank == 1
    assert [(one.row, one.action, one.facility_id, one.type, one.name) for one in found] == [
        (2, "drop", "n1:pharmacy", "", ""),
        (4, "retype", "w3:school_any", "primary_school", "实验小学"),
        (5, "move", "w4:park", "", ""),
        (6, "add", "", "park", "口袋公园"),
        (7, "confirm", "", "", ""),
    ]
    assert [(one.lon, one.lat) for one in found if one.lon] == [(114.3, 35.7), (114.31, 35.71)]
    assert {one.source for one in found} == {"list.xlsx"}


def test_english_csv_and_a_title_above_the_header(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("Facility id,Result,New type\nn1:pharmacy,Confirmed,\n", encoding="utf-8-sig")
    assert [one.action for one in read(path)[0]] == ["confirm"]
    path = workbook(tmp_path, ("n1:pharmacy", "不存在", *[None] * 6), title=("现场核查", None))
    assert [(one.row, one.action) for one in read(path)[0]] == [(3, "drop")]


def test_coordinates_in_another_datum(tmp_path):
    """Gcj02 lies some 500 m south-east of wgs84 in Hebi; the value is that of an independent implementation."""
    prcoords = pytest.importorskip("prcoords")
    lat, lon = prcoords.wgs_gcj((35.7, 114.3))
    path = workbook(tmp_path, (None, "新增", "park", "", lon, lat, None, None))
    (one,), _ = read(path, datum="gcj02")
    assert (one.lon, one.lat) == pytest.approx((114.3, 35.7), abs=1e-6)
    with pytest.raises(DatumError, match="mars"):
        read(path, datum="mars")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("n1:pharmacy", "是"), "row 2: '是' is no result: give one of confirm / 确认, drop / 删除"),
        ((None, "删除"), "row 2: drop needs a facility id"),
        (("n1:pharmacy", "改类型"), "row 2: retype needs a new type"),
        (("n1:pharmacy", "改类型", "药店"), "row 2: '药店' is no facility type: give an id such as pharmacy"),
        (("n1:pharmacy", "移位", None, None, 114.3), "row 2: move needs a new longitude and latitude"),
        ((None, "新增", None, None, 114.3, 35.7), "row 2: add needs a new type"),
        (("n1:pharmacy", "移位", None, None, "东经", 35.7), "row 2: .* are no coordinates: write 114.2951 and 35.7482"),
        (("n1:pharmacy", "移位", None, None, 35.7, 114.3), "row 2: .* is no place in wgs84: longitude first"),
        (("n1:pharmacy", None, "park"), "row 2: a new type or place without a result"),
    ],
)
def test_bad_rows_are_refused_with_their_number(tmp_path, row, message):
    with pytest.raises(SchemaError, match=rf"list.xlsx, sheet 'Sheet': 1 bad rows: {message}"):
        read(workbook(tmp_path, row))


def test_every_bad_row_is_named_at_once(tmp_path):
    with pytest.raises(SchemaError, match=r"2 bad rows: row 2: .*; row 4: "):
        read(workbook(tmp_path, ("a", "是"), ("n1:park", "确认"), (None, "删除")))


def test_a_file_that_is_no_list(tmp_path):
    with pytest.raises(SchemaError, match="no header row with Facility id / Result"):
        read(workbook(tmp_path, ("a", "b"), head=("名称", "地址")))
    with pytest.raises(SchemaError, match="two columns of one meaning, B and C"):
        read(workbook(tmp_path, head=("设施编号", "核实结果", "Result")))
    (tmp_path / "list.xlsx").write_bytes(b"PK\x03\x04 cut short")
    with pytest.raises(SourceError, match=r"list.xlsx: damaged workbook"):
        read(tmp_path / "list.xlsx")
