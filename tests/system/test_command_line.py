"""The command line as a user runs it: files, streams, encodings, exit codes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import jsonschema
import pytest
from click.testing import CliRunner, Result
from system.studies import write_study

from lifecircle.cli import group
from lifecircle.errors import SourceError
from lifecircle.pipeline.check import check

if TYPE_CHECKING:
    from lifecircle.pipeline.audit import Audit

ROOT = Path(__file__).resolve().parents[2]
FILES = (
    "audit.json",
    "audit.gpkg",
    "facilities.parquet",
    "gaps.csv",
    "map.html",
    "provenance.json",
    "residences.parquet",
    "tables.xlsx",
    "report.docx",
    "report.html",
    "figures/sheet.png",
    "figures/shares.png",
    "figures/minutes.pdf",
    "figures/lorenz.svg",
    "figures/circle_health.png",
)
# Without data of their own: see the tests of the six cities.
STUDIES = ("selfoss", "helsinki", "beijing_cau", "beijing_haidian", "shenzhen_longgang")
SHARED = ("demo", "bad_hersfeld", "reykjavik", "liechtenstein")

Run = tuple[Path, subprocess.CompletedProcess[bytes]]


def run(*words: str) -> Result:
    return CliRunner().invoke(group, list(words))


def demo(folder: Path, **environment: str) -> Run:
    """Run the demo as its own process, in Chinese, on a console that is not UTF-8."""
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "PYTHON", "LIFECIRCLE"))
    }
    command = [sys.executable, "-m", "lifecircle", "demo", "--lang", "zh", "--out", str(folder)]
    done = subprocess.run(command, capture_output=True, check=False, cwd=folder.parent, env=kept | environment)
    return folder, done


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Run]:
    folder = tmp_path_factory.mktemp("示例 demo")
    return (
        demo(folder / "结果 one", PYTHONHASHSEED="1", PYTHONIOENCODING="cp1252", LANG="C", LC_ALL="C"),
        demo(
            folder / "结果 two", PYTHONHASHSEED="2", PYTHONIOENCODING="ascii", PYTHONUTF8="0", LANG="en_US.ISO-8859-1"
        ),
    )


def test_the_demo_leaves_every_file(runs: tuple[Run, Run]) -> None:
    for folder, done in runs:
        assert done.returncode == 0, done.stderr.decode("utf-8")
        written = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        known = set(json.loads((folder / "provenance.json").read_text(encoding="utf-8"))["files"])
        assert written == known | {"provenance.json"}
        assert written >= set(FILES)
        assert all((folder / name).stat().st_size > 500 for name in FILES)
        assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []


def test_stdout_holds_the_summary_and_nothing_else(runs: tuple[Run, Run]) -> None:
    for _, done in runs:
        text = done.stdout.decode("utf-8")
        assert text.startswith("阿克雷里")
        assert "九" in text
        assert not re.search(r"^\[ *\d+\.\d s\]", text, flags=re.MULTILINE)
        progress = done.stderr.decode("utf-8").splitlines()
        assert progress
        assert all(re.match(r"\[ *\d+\.\d s\] ", line) for line in progress), progress


def test_two_runs_give_the_same_bytes(runs: tuple[Run, Run]) -> None:
    (one, _), (two, _) = runs
    for name in FILES:
        if name != "provenance.json":
            assert (one / name).read_bytes() == (two / name).read_bytes(), name


def test_audit_json_obeys_its_schema_and_names_no_machine(runs: tuple[Run, Run]) -> None:
    folder = runs[0][0]
    text = (folder / "audit.json").read_text(encoding="utf-8")
    schema = json.loads((ROOT / "docs" / "schemas" / "audit.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(text))
    assert str(folder.parent) not in text
    assert not re.search(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+", text)


def test_tables_of_the_demo_fit_its_summary(runs: tuple[Run, Run]) -> None:
    folder = runs[0][0]
    summary = json.loads((folder / "audit.json").read_text(encoding="utf-8"))
    residences = gpd.read_parquet(folder / "residences.parquet")
    facilities = gpd.read_parquet(folder / "facilities.parquet")
    assert len(residences) == summary["study"]["residences"]
    assert residences.crs.to_epsg() == facilities.crs.to_epsg() == 4326
    for circle in summary["circles"]:
        status = residences[f"{circle['id']}_status"]
        if circle["assessable"]:
            share = (status == "covered").mean(), (status != "not_covered").mean()
            assert share == pytest.approx((circle["share_residences"], circle["share_residences_upper"]))
            weighed = residences["floor_area_m2"][status == "covered"].sum() / residences["floor_area_m2"].sum()
            assert weighed == pytest.approx(circle["share_floor_area"])
        else:
            assert circle["share_residences"] is None
            assert set(status) == {"unknown"}
    served = residences["health_facility_id"].dropna()
    assert set(served) <= set(facilities["facility_id"])


def test_a_result_held_open_is_named_and_the_old_one_stays(
    audited: Callable[[str], Audit], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit, out = audited("demo"), tmp_path / "out"
    audit.write(out, maps=False)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    replace = os.replace

    def held(source: object, final: object) -> None:
        if Path(str(final)) == out / "gaps.csv":
            raise PermissionError(13, "used by another process", str(final))
        replace(source, final)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "replace", held)
    with pytest.raises(SourceError, match=r"gaps\.csv") as caught:
        audit.write(out, maps=False)
    assert "close it" in str(caught.value)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


@pytest.mark.parametrize("name", STUDIES)
def test_check_says_that_an_audit_would_run(name: str, real_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECIRCLE_DATA", str(real_data))
    result = run("check", str(ROOT / "configs" / f"{name}.yml"), "--lang", "en")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.rstrip().endswith("Ready: an audit of this study would run.")


@pytest.mark.parametrize("name", SHARED)
def test_check_of_the_larger_studies(audited: Callable[[str], Audit], name: str) -> None:
    text = check(audited(name).place)
    assert text.endswith("Ready: an audit of this study would run.")
    assert f"{len(audited(name).place.residences)} (from residential buildings)" in text


def test_standards_in_both_languages() -> None:
    for language, words in (
        ("en", ("Hebi nine functional circles", "not in the headline")),
        ("zh", ("鹤壁", "不计入")),
    ):
        listed, shown = (
            run("standards", "list", "--lang", language),
            run("standards", "show", "hebi-nine", "--lang", language),
        )
        assert listed.exit_code == shown.exit_code == 0
        assert "hebi-nine" in listed.stdout
        assert all(word in shown.stdout for word in words)
    valid = run("standards", "validate", str(ROOT / "lifecircle" / "data" / "standards" / "hebi-nine.yml"))
    assert valid.exit_code == 0
    assert valid.stdout.rstrip().endswith("valid")


@pytest.mark.parametrize(
    "words",
    [
        ["audit"],
        ["audit", "none.yml"],
        ["audit", "none.yml", "--rule", "strict"],
        ["check"],
        ["check", "none.yml"],
        ["demo", "--lang", "fr"],
        ["demo", "--out", " "],
        ["standards", "show", "hebi-ten"],
        ["standards", "validate", "none.yml"],
        ["audits"],
    ],
)
def test_bad_words_exit_with_two_and_leave_stdout_empty(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_standard_named_on_the_command_line_is_sought_where_the_command_runs(
    tmp_path: Path, real_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "studies").mkdir()
    (tmp_path / "here").mkdir()
    study = write_study(tmp_path / "studies", real_data / "selfoss.osm.pbf")
    own = (ROOT / "lifecircle" / "data" / "standards" / "hebi-nine.yml").read_text(encoding="utf-8")
    (tmp_path / "here" / "own.yml").write_text(own.replace("id: hebi-nine", "id: own-nine", 1), encoding="utf-8")
    monkeypatch.chdir(tmp_path / "here")
    result = run("audit", str(study), "--standard", "own.yml", "--no-maps", "--out", "out")
    assert result.exit_code == 0, result.stderr
    assert not (tmp_path / "here" / "out" / "map.html").exists()
    summary = json.loads((tmp_path / "here" / "out" / "audit.json").read_text(encoding="utf-8"))
    assert summary["standard"] == "own-nine"
    assert "own.yml" in [file["name"] for file in summary["provenance"]["inputs"]]
    monkeypatch.chdir(tmp_path)
    assert run("audit", str(study), "--standard", "own.yml").exit_code == 2
