"""A table geocoded against the sample town's own extract: every row is answered for."""

import csv
from pathlib import Path

import openpyxl
import pytest

import lifecircle as lc
from lifecircle.pipeline.lists.geocode_table import geocode_table

ROWS = """\
name,type,address,lon,lat
Apótekið,pharmacy,,,
My bank,bank,Strandgata 3,,
Lyf og heilsa,pharmacy,,-18.09,65.68
=1+1,bank,Nowhere Boulevard 77,,
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(ROWS, encoding="utf-8")
    (tmp_path / "study.yml").write_text(Path(lc.demo_study()).read_text(encoding="utf-8"), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECIRCLE_DATA", str(Path(lc.demo_study()).parent))


def test_names_and_addresses_are_placed_and_nothing_is_lost(table: Path) -> None:
    out = table.with_name("out.csv")
    report = geocode_table(table, config=table.with_name("study.yml"), out=out)
    with out.open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    assert [row["geocode_status"] for row in found] == ["accepted", "accepted", "given", "not_found"]
    assert report.counts == {"given": 1, "accepted": 2, "not_found": 1}
    assert report.open_rows == 1
    place = lc.load_place(lc.demo_study())
    pharmacy = place.facilities[place.facilities["name"] == "Apótekið"].to_crs(4326).geometry.iloc[0].centroid
    assert float(found[0]["geocode_lon"]) == pytest.approx(pharmacy.x, abs=1e-4)
    assert float(found[0]["geocode_lat"]) == pytest.approx(pharmacy.y, abs=1e-4)
    assert found[1]["geocode_matched"].startswith("Strandgata 3")
    assert found[3]["name"] == "'=1+1"  # inert in a spreadsheet
    assert found[3]["geocode_reason"]
    assert "rows: 4" in report.text()


def test_an_excel_answer_holds_the_same(table: Path) -> None:
    out = table.with_name("out.xlsx")
    geocode_table(table, config=table.with_name("study.yml"), out=out)
    sheet = openpyxl.load_workbook(out).active
    head, *rows = ([cell.value for cell in row] for row in sheet.iter_rows())
    assert head[:5] == ["name", "type", "address", "lon", "lat"]
    assert head[5] == "geocode_status"
    assert [row[5] for row in rows] == ["accepted", "accepted", "given", "not_found"]
    assert rows[3][0] == "=1+1"
    assert sheet.cell(5, 1).data_type == "s"  # text, never a formula


def test_without_anything_to_look_into(table: Path) -> None:
    with pytest.raises(lc.LifecircleError, match="name a study whose extract is the gazetteer"):
        geocode_table(table, out=table.with_name("out.csv"))
