"""``lifecircle site`` and ``lifecircle score``: files, schema, repeatability, words in both languages."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path

import geopandas as gpd
import jsonschema
import pandas as pd
import pytest
from click.testing import CliRunner

from lifecircle.cli.score import command as score_command
from lifecircle.cli.site import command as site_command
from lifecircle.config.load import sample_study
from lifecircle.config.scenario_file import read_scenarios
from lifecircle.outputs.dictionary import TABLES

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs" / "schemas" / "plan.schema.json").read_text(encoding="utf-8"))
TABULAR = ("plan.json", "scenario.yml", "sites.csv", "sites.geojson", "tradeoff.csv", "plan.gpkg")


def ask(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(site_command, [str(sample_study()), *words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture(scope="module")
def joint(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("site") / "选址"
    code, text, _ = ask("--all-circles", "--count", "2", "--lang", "zh", "--out", str(folder))
    assert code == 0
    return folder, text


def test_plan_json_obeys_its_schema_and_names_no_machine(joint: tuple[Path, str]) -> None:
    text = (joint[0] / "plan.json").read_text(encoding="utf-8")
    plan = json.loads(text)
    jsonschema.validate(plan, SCHEMA)
    assert "seconds" not in plan
    assert not re.search(r"/(home|tmp|root|work)/", text)
    assert len(plan["sites"]) == 2
    assert [step["sites"] for step in plan["tradeoff"]] == [1, 2]


def test_the_built_place_is_audited_and_drawn(joint: tuple[Path, str]) -> None:
    folder, _ = joint
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    after = json.loads((folder / "after" / "audit.json").read_text(encoding="utf-8"))
    assert after["headline"]["all_circles_share"] == plan["reached"]["all_circles"]["share_after"]
    assert after["headline"]["mean_circles_covered"] == plan["reached"]["person_circles"]["share_after"]
    page = (folder / "map.html").read_text(encoding="utf-8")
    assert all(site["type"] in page for site in plan["sites"])
    assert (folder / "tradeoff.png").stat().st_size > 10_000
    assert "<svg" in (folder / "tradeoff.svg").read_text(encoding="utf-8")
    (scenario,) = read_scenarios(folder / "scenario.yml").scenarios
    assert scenario.id == plan["scenario"]["id"]


def test_tables_and_layers_hold_the_same_sites(joint: tuple[Path, str]) -> None:
    folder, _ = joint
    table = pd.read_csv(folder / "sites.csv", encoding="utf-8-sig")
    layer, shapes = gpd.read_file(folder / "plan.gpkg", layer="sites"), gpd.read_file(folder / "sites.geojson")
    assert list(table.columns) == list(TABLES["sites"])
    assert layer["candidate_id"].tolist() == shapes["candidate_id"].tolist() == table["candidate_id"].tolist()
    assert list(pd.read_csv(folder / "tradeoff.csv", encoding="utf-8-sig").columns) == list(TABLES["tradeoff"])


def test_the_summary_is_in_the_language_asked_for(joint: tuple[Path, str]) -> None:
    text = joint[1]
    assert text.startswith("选址建议：阿克雷里")
    assert "宽口径" in text
    assert "圈全部覆盖" in text
    assert "道路交叉口" in text
    assert "km/h" in text
    assert "{" not in text


def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    digests = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        code, text, _ = ask("--type", "clinic", "--count", "2", "--no-maps", "--lang", "en", "--out", str(folder))
        assert code == 0
        assert "claim reading" in text
        assert "floor area" in text
        assert {path.name for path in folder.iterdir()} == set(TABULAR)
        digests.append([hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in TABULAR])
    assert digests[0] == digests[1]


def test_a_new_plan_leaves_nothing_of_the_one_before(joint: tuple[Path, str], tmp_path: Path) -> None:
    folder = tmp_path / "again"
    shutil.copytree(joint[0], folder)
    (folder / "my notes.txt").write_text("mine", encoding="utf-8")
    (folder / "after" / "gaps.csv").write_text("changed since", encoding="utf-8")
    code, _, _ = ask("--type", "clinic", "--count", "2", "--no-maps", "--out", str(folder))
    assert code == 0
    left = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert left == {*TABULAR, "my notes.txt", "after/gaps.csv"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--type", "pharmcy", "--count", "1"], "pharmcy"),
        (["--type", "bus_stop", "--count", "1"], "--accept-unknown"),
        (["--type", "clinic"], "how many"),
        (["--count", "1"], "--all-circles"),
        (["--type", "clinic", "--count", "1", "--costs", "clinic"], "type=number"),
        (["--type", "clinic", "--count", "1", "--circle", "health", "--minutes", "8"], "minutes and circle"),
        (["--type", "clinic", "--count", "1", "--person-circles"], "person_circles counts all circles"),
        (["--all-circles", "--count", "1", "--minutes", "8"], "types that you name"),
        (["--type", "clinic", "--count", "1", "--candidates", "land", "--spacing", "90"], "spacing is for junctions"),
    ],
)
def test_bad_questions_end_with_code_2_and_a_remedy(words: list[str], said: str, tmp_path: Path) -> None:
    code, text, errors = ask(*words, "--out", str(tmp_path / "none"))
    assert code == 2
    assert said in errors
    assert text == ""
    assert not (tmp_path / "none").exists()


def test_rows_put_right_or_left_out_are_told(tmp_path: Path) -> None:
    plots = tmp_path / "plots.csv"
    rows = ["A,-18.117,65.669", "B,65.690,-18.131", "A,-18.117,65.669", "C,here,65.69"]
    plots.write_text("\n".join(["name,lon,lat", *rows]) + "\n", encoding="utf-8")
    done = CliRunner().invoke(score_command, [str(sample_study()), str(plots), "--type", "clinic", "--lang", "en"])
    assert done.exit_code == 0, done.stderr
    assert "plots/4: row left out: not scored" in done.stdout
    assert "plots/5: without a place: not scored" in done.stdout
    assert "3 rows left out or put right: 4 A: repeats row 2; 5 C: column B (lon): 'here'" in done.stdout
    assert "3 B: longitude and latitude were exchanged" in done.stdout


def test_the_datum_of_a_list_can_be_stated(tmp_path: Path) -> None:
    plots = tmp_path / "plots.csv"
    plots.write_text("name,lon,lat\nA,356219.13,7288938.67\n", encoding="utf-8")
    words = [str(sample_study()), str(plots), "--type", "clinic", "--lang", "en", "--out", str(tmp_path / "scores.csv")]
    assert CliRunner().invoke(score_command, words).exit_code == 2
    done = CliRunner().invoke(score_command, [*words, "--datum", "EPSG:32628"])
    assert done.exit_code == 0, done.stderr
    (row,) = pd.read_csv(tmp_path / "scores.csv", encoding="utf-8-sig").to_dict("records")
    assert (row["lon"], row["lat"]) == (pytest.approx(-18.131, abs=1e-6), pytest.approx(65.69, abs=1e-6))


def test_scores_of_ones_own_places(tmp_path: Path) -> None:
    plots = tmp_path / "地块.csv"
    rows = "名称,经度,纬度,坐标系\n甲,-18.117,65.669,WGS84\n乙,-18.131,65.690,WGS84\n远,-18.3,65.691,WGS84\n"
    plots.write_text(rows, encoding="utf-8")
    out = tmp_path / "scores.csv"
    words = [str(sample_study()), str(plots), "--type", "clinic", "--lang", "zh", "--out", str(out)]
    done = CliRunner().invoke(score_command, words)
    assert done.exit_code == 0, done.stderr
    table = pd.read_csv(out, encoding="utf-8-sig")
    assert list(table.columns) == list(TABLES["scores"])
    assert table["name"].tolist()[:2] == ["乙", "甲"]
    assert table["status"].tolist() == ["scored", "scored", "outside"]
    assert "备选点比较" in done.stdout
    assert "研究范围之外" in done.stdout


def test_another_walk_than_the_studys_is_told_beside_both_results(tmp_path: Path) -> None:
    code, text, _ = ask("--type", "pharmacy", "--count", "1", "--lang", "en", "--out", str(tmp_path / "site"))
    assert code == 0
    plan, scenario = (
        json.loads((tmp_path / "site" / f"{name}.json").read_text("utf-8")) for name in ("plan", "scenario")
    )
    (note,) = (note for note in plan["notes"] if note["code"] == "siting.other_walker")
    reached = plan["reached"]["requirement"]
    assert f"({reached['share_before']:.1%} → {reached['share_after']:.1%}) are of walks at 4 km/h" in note["en"]
    assert note in scenario["notes"]
    assert note["en"] in text
