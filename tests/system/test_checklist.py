"""A field check from the list to the audit, on the sample town."""

import json
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

from lifecircle.cli import group
from lifecircle.model.field_check import ACTIONS, COLUMNS
from lifecircle.pipeline.audit import audit
from lifecircle.pipeline.checklist import doubtful_facilities, write_checklist
from lifecircle.pipeline.place import load_place
from lifecircle.sources.corrections import read_corrections

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "lifecircle" / "data" / "akureyri" / "demo.yml"


def study(folder: Path, more: str = "") -> Path:
    path = folder / "town.yml"
    path.write_text(SAMPLE.read_text(encoding="utf-8") + more, encoding="utf-8")
    return path


def fill(path: Path, answers: dict[str, dict[str, object]], *, language: str, add: dict[str, object]) -> None:
    """Answer the rows of some facilities, and add one facility below the list, as a checker would in Excel."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    head = {cell.value: cell.column for cell in sheet[1]}
    at = {column: head[words[language][0]] for column, words in COLUMNS.items()}
    for row in range(2, sheet.max_row + 1):
        answer = answers.pop(str(sheet.cell(row, at["facility_id"]).value), {})
        for column, value in answer.items():
            sheet.cell(row, at[column], value)
    for column, value in add.items():
        sheet.cell(sheet.max_row + (column == "result"), at[column], value)
    assert not answers
    book.save(path)


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    return audit(load_place(study(tmp_path_factory.mktemp("before")), cache=False))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_round_trip(before, tmp_path, language):
    path = write_checklist(before, tmp_path / "list.xlsx")
    if language == "zh":
        runner = CliRunner().invoke(group, ["checklist", str(study(tmp_path)), "--lang", "zh", "--out", str(path)])
        assert runner.exit_code == 0, runner.output
    words = {action: known[language][0] for action, known in ACTIONS.items()}
    table = before.place.facilities
    doubts = [doubt.facility_id for doubt in doubtful_facilities(before.place)]
    schools = [name for name in doubts if name.endswith((":primary_school", ":school_any"))]
    dropped, confirmed = [name for name in doubts if name.endswith(":community_service")], schools[0]
    place = before.gaps[before.gaps["circle"] == "elderly"].iloc[0]  # the largest: 915 residences
    fill(
        path,
        {name: {"result": words["drop"], "checker": "王"} for name in dropped}
        | {confirmed: {"result": words["confirm"]}},
        language=language,
        add={
            "result": words["add"],
            "new_type": "elder_community 日间照料",
            "new_name": "日间照料中心",
            "new_lon": float(place["lon"]),
            "new_lat": float(place["lat"]),
            "date": "2026-05-01",
        },
    )
    answers, blank = read_corrections(path, types=before.place.question.catalogue.types)
    assert len(answers) == len(dropped) + 2
    assert blank == len(before.gaps) + len(doubts) + _unknown_rows(before) - len(dropped) - 1

    after = audit(load_place(study(tmp_path, "corrections: list.xlsx\n"), cache=False))
    assert set(table.index) - set(after.place.facilities.index) == set(dropped)
    (new,) = set(after.place.facilities.index) - set(table.index)
    assert new.startswith("list/")
    assert after.place.facilities.loc[new, "name"] == "日间照料中心"
    # The town's one service centre is gone, day care is new; besides, the quality trades alone ask for care.
    assert after.circles.loc["comprehensive", "share_residences"] == 0.0
    for circle in set(before.circles.index) - {"comprehensive", "elderly", "quality30"}:
        assert after.residences[f"{circle}_status"].equals(before.residences[f"{circle}_status"])
    won = after.residences["elderly_status"] != before.residences["elderly_status"]
    assert won.sum() > 200
    assert set(after.residences.loc[won, "elderly_facility_id"]) == {new}
    assert set(after.residences.loc[won, "elderly_status"]) == {"covered"}
    assert after.coverage.without_corrections == before.coverage.headline
    assert confirmed not in [doubt.facility_id for doubt in doubtful_facilities(after.place)]


def _unknown_rows(result) -> int:
    circles, residences = result.circles, result.coverage.residences
    return int((~circles["assessable"]).sum()) + sum(
        residences.loc[residences[f"{name}_status"] == "unknown", f"{name}_reason"].nunique()
        for name in circles.index[circles["assessable"]]
    )


def test_the_files_of_a_corrected_audit(before, tmp_path):
    (tmp_path / "list.csv").write_text(
        "facility_id,result,new_type,new_lon,new_lat\n,add,toilets,-18.1,65.68\n", encoding="utf-8"
    )
    result = audit(load_place(study(tmp_path, "corrections: list.csv\n"), cache=False))
    result.write(tmp_path / "out", maps=False)
    document = json.loads((tmp_path / "out" / "audit.json").read_text(encoding="utf-8"))
    shares = document["without_corrections"]["all_circles_share"], document["headline"]["all_circles_share"]
    assert shares[0] == before.coverage.headline.all_circles_share
    (input_,) = [file for file in document["provenance"]["inputs"] if file["role"] == "corrections"]
    assert input_["name"] == "list.csv"
    assert document["provenance"]["counts"]["facilities.corrections_add"] == 1
    assert document["provenance"]["config_sha256"] != result.place.study.path.name
    codes = [note["code"] for note in document["notes"]]
    assert {"corrections.read", "corrections.applied", "corrections.headline"} <= set(codes)
    for language, words in (("en", "Without the field check's corrections"), ("zh", "不采用现场核查结果时")):
        assert words in result.summary(language)


def test_a_bad_list_stops_the_audit_with_its_rows(tmp_path):
    (tmp_path / "list.csv").write_text("设施编号,核实结果\nn1:pharmacy,是\n,删除\n", encoding="utf-8")
    found = CliRunner().invoke(
        group, ["audit", str(study(tmp_path, "corrections: list.csv\n")), "--out", str(tmp_path)]
    )
    assert found.exit_code == 2
    assert "list.csv: 2 bad rows: row 2: '是' is no result" in found.stderr
    assert "row 3: drop needs a facility id" in found.stderr


def test_the_same_audit_writes_the_same_list_and_no_formula(before, tmp_path):
    one, two = write_checklist(before, tmp_path / "a.xlsx"), write_checklist(before, tmp_path / "b.xlsx")
    assert one.read_bytes() == two.read_bytes()
    sheet = openpyxl.load_workbook(one).worksheets[1]
    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref.startswith("A1:")
    rules = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert rules["L2"] == '"confirm,drop,retype,move,add"'
    assert rules["M2"].startswith("'Types'!$A$2:")
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_lists_of_facilities_reach_the_audit(before, tmp_path):
    """A register that knows the town hall by name and one more; the merged one keeps both ids."""
    hall = before.place.facilities.loc["w423916998:community_service"]
    point = before.place.facilities.loc[[hall.name]].to_crs("EPSG:4326").geometry.iloc[0].representative_point()
    pd.DataFrame(
        [(hall["name"], point.x, point.y, 20), ("Annex", point.x - 0.03, point.y, 5), ("Far", -18.1, 65.2, 5)],
        columns=["name", "lon", "lat", "capacity"],
    ).to_csv(tmp_path / "centres.csv", index=False)
    more = "facilities:\n- {file: centres.csv, type: community_service, datum: wgs84}\nfacility_precedence: [centres]\n"
    result = audit(load_place(study(tmp_path, more), cache=False))
    rows = result.place.facilities[result.place.facilities["type"] == "community_service"]
    assert sorted(rows["sources"]) == ["centres.csv", "centres.csv;osm"]
    assert "w423916998" in rows["merged"].str.cat(sep=";")
    said = {note.code: note.en for note in result.place.notes}
    assert said["facilities.listed_outside"].startswith("1 rows of centres.csv lie beyond the reach")
    assert "1 are known to several sources and counted once, 1 stand in a list only" in said["facilities.sources"]
    written = [path.name for path in result.write(tmp_path / "out", maps=False)]
    assert "facilities.parquet" in written
    shutil.rmtree(tmp_path / "out")
