"""tables.xlsx: the audit's numbers as numbers, nothing that a spreadsheet would run, every header in words."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from outputs.town import Names, minutes
from outputs.views import small_view

from lifecircle.coverage.provision import PROVISION_COLUMNS
from lifecircle.facilities.conflicts import CONFLICT_COLUMNS
from lifecircle.outputs.document import audit_document, to_json
from lifecircle.outputs.tables import main_tables
from lifecircle.outputs.workbook import _cells, _digits, filled_workbook

if TYPE_CHECKING:
    from lifecircle.model.audit import AuditView
    from lifecircle.pipeline.audit import Audit

SHEETS = {
    "en": ["Summary", "Circles", "Residences", "Gaps", "Facilities", "Provenance"],
    "zh": ["汇总", "分圈", "住处", "缺口", "设施", "来源"],
}


def book(view: "AuditView", folder: Path) -> openpyxl.Workbook:
    path = folder / "tables.xlsx"
    filled_workbook(view, path, tables=main_tables(view)).close()
    return openpyxl.load_workbook(path)


def rows(sheet: Any) -> list[dict[str, Any]]:
    head, *body = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in body]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_sheet_is_frozen_filtered_and_named_in_words(tmp_path: Path, language: str):
    found = book(small_view(language=language), tmp_path)
    assert found.sheetnames == SHEETS[language]
    for sheet in found.worksheets[1:]:
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref == sheet.dimensions
        heads = [cell.value for cell in sheet[1]]
        assert all(heads)
        assert [head for head in heads if "_" in head] == []
        if language == "zh":
            assert [head for head in heads if head.isascii()] == []


@pytest.mark.parametrize("name", ["provision", "conflicts"])
def test_tables_that_not_every_study_has_speak_chinese_too(tmp_path: Path, name: str):
    columns = {"provision": PROVISION_COLUMNS, "conflicts": CONFLICT_COLUMNS}[name]
    row = dict.fromkeys(columns, 1) | {"circle": "health", "state": "lacking", "types": "pharmacy", "name": "名"}
    row |= {"conflict": "not_in_list", "resolution": "kept_apart"}
    table = pd.DataFrame([{column: row[column] for column in columns}])
    sheet = book(replace(small_view(language="zh"), tables={name: table}), tmp_path)[
        {"provision": "配建要求", "conflicts": "来源不一致"}[name]
    ]
    head, values = ([cell.value for cell in line] for line in sheet.iter_rows())
    assert all(re.search("[\u4e00-\u9fff]", text) for text in head), head
    assert ("未配置" if name == "provision" else "分别计入") in values
    assert not {"lacking", "kept_apart", "not_in_list"} & set(values)


def test_numbers_are_numbers_with_formats_and_units(tmp_path: Path):
    view = small_view()
    found = book(view, tmp_path)
    residences = rows(found["Residences"])
    said = {row["Residence id"]: row for row in residences}
    assert [said[f"w{100 + n}"]["Health: minutes"] for n in range(30)] == pytest.approx(list(minutes()))
    assert said["w129"]["Fitness: metres"] == "beyond the search"
    assert said["w100"]["Health: verdict"] == "covered"
    circles = {row["Circle"]: row for row in rows(found["Circles"])}
    assert circles["Fitness"]["Covered, of population"] == pytest.approx(14 / 30, abs=1e-6)
    assert circles["Municipal upgrading"]["Covered, of population"] is None
    assert circles["Municipal upgrading"]["Reason"] == "not assessable: needs the user's own list (layer)"
    cell = found["Circles"].cell(2, [one.value for one in found["Circles"][1]].index("Covered, of population") + 1)
    assert (cell.data_type, cell.number_format) == ("n", "0.0%")


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", '=cmd|"/C calc"!A0', "<b>&amp;\x07</b>"])
def test_nothing_runs(tmp_path: Path, name: str):
    view = small_view(names=Names(study=name, residence=name, facility=name, place=name))
    found = book(view, tmp_path)
    cells = [cell for sheet in found.worksheets for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"n", "s"}
    text = [cell.value for cell in cells if isinstance(cell.value, str)]
    assert not [value for value in text if value.startswith(("=", "+", "@")) or value == name == "-1"]
    clean = name.replace("\x07", "")
    shown = clean if clean.startswith("<") else f"'{clean}"
    assert shown in text


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False)), st.integers(1, 6))
def test_digits_are_those_that_python_writes(numbers: list[float], decimals: int):
    """Rounded as columns are, and as they come."""
    rounded = np.round(np.array(numbers, dtype=float), decimals)
    for values in (rounded, rounded[np.abs(rounded) < 1e10] / 1e9):
        shown = np.round(values, decimals)
        assert _digits(shown).to_pylist() == [f"{number:.15g}" for number in shown]


def test_odd_cells_of_a_column():
    values = pd.Series([0.25, np.nan, np.inf, 0.000012, 12345678901.5, -0.0])
    cells = _cells(values, "decimal", styles=(3,), beyond="far")(slice(0, 6)).to_pylist()
    assert cells == [
        '<c s="3"><v>0.25</v></c>',
        '<c s="3"/>',
        '<c s="3" t="inlineStr"><is><t xml:space="preserve">far</t></is></c>',
        '<c s="3"><v>1.2e-05</v></c>',
        '<c s="3"><v>12345678901.5</v></c>',
        '<c s="3"><v>-0</v></c>',
    ]
    texts = pd.Series(["a", None, "=1", "a", "  b", "x<y"], dtype=object)
    shown = [None, "a", "'=1", "a", "  b", "x&lt;y"]
    found = _cells(texts, "text", styles=(1,), beyond="")(slice(1, 6)).to_pylist()
    assert found[0] == '<c s="1"/>'
    assert [cell.split(">")[3].removesuffix("</t") for cell in found[1:]] == shown[2:]


def test_a_table_longer_than_a_sheet_is_cut_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("lifecircle.outputs.workbook.MAX_ROWS", 10)
    found = book(small_view(), tmp_path)
    assert found["Residences"].max_row == 11
    assert found["Residences"].auto_filter.ref.endswith("11")
    assert found["Summary"]["B1"].value == (
        "This sheet holds the first 10 of 30 rows, as many as a sheet can: all are in residences.parquet."
    )


def test_refused_rows_and_no_rows(tmp_path: Path):
    report = pd.DataFrame(
        {"file": ["a.xlsx", "a.xlsx"], "row": [3, 4], "status": ["kept", "refused"], "why": ["", "no place"]}
    )
    found = book(replace(small_view(), tables={"rows": report}), tmp_path)
    assert [(row["Row"], row["Reason"]) for row in rows(found["Refused rows"])] == [(4, "no place")]
    kept = replace(small_view(), tables={"rows": report.iloc[:1]})
    assert rows(book(kept, tmp_path)["Refused rows"]) == []


def test_the_sample_town_agrees_with_audit_json(audited: "Callable[[str], Audit]", tmp_path: Path):
    view = replace(audited("demo").view, language="zh")
    said = json.loads(to_json(audit_document(view)))
    found = book(view, tmp_path)
    circles = {row["功能圈"]: row for row in rows(found["分圈"])}
    for circle in said["circles"]:
        row = circles[circle["name_zh"]]
        assert row["设施数"] == circle["facilities"]
        if circle["assessable"]:
            assert row["覆盖率（住宅建筑面积）"] == pytest.approx(circle["share_floor_area"], abs=1e-6)
            assert row["覆盖率上限（住宅建筑面积）"] == pytest.approx(circle["share_floor_area_upper"], abs=1e-6)
            assert row["未覆盖"] == pytest.approx(circle["not_covered_share"], abs=1e-6)
    assert found["住处"].max_row == said["study"]["residences"] + 1
    residences = rows(found["住处"])
    weight = sum(row["权重"] for row in residences)
    covered = sum(row["权重"] for row in residences if row["健康医疗：结论"] == "已覆盖")
    (health,) = [circle for circle in said["circles"] if circle["id"] == "health"]
    assert covered / weight == pytest.approx(health["share_floor_area"], abs=1e-6)
    assert found["缺口"].max_row == len(view.audit.gaps) + 1


def test_a_share_of_nearly_none_or_nearly_all_is_not_shown_as_none_or_all(tmp_path: Path):
    view = small_view()
    circles = view.audit.circles.copy()
    circles[f"share_{view.audit.weight}"] = [0.9996, 0.0004, 0.5]
    found = book(replace(view, audit=replace(view.audit, circles=circles)), tmp_path)["Circles"]
    column = next(cell.column for cell in found[1] if str(cell.value).startswith("Covered"))
    cells = [found.cell(row, column) for row in (2, 3, 4)]
    assert [cell.value for cell in cells] == [0.9996, 0.0004, 0.5]
    assert [cell.number_format for cell in cells] == ['"99.9%"', '"<0.1%"', "0.0%"]
