"""A result folder holds one result: nothing of an older one is left to be mistaken for it."""

import errno
import os
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from outputs.views import small_view

from lifecircle.errors import SourceError
from lifecircle.model.audit import AuditView
from lifecircle.outputs.write import write_audit


def write(out: Path, *, maps: bool) -> set[str]:
    write_audit(small_view(), out, maps=maps, report=False, runtime={})
    return {path.name for path in out.iterdir()}


def test_an_old_map_does_not_stay_beside_new_tables(tmp_path: Path) -> None:
    (tmp_path / "map notes.html").write_text("mine", encoding="utf-8")
    assert "map.html" in write(tmp_path, maps=True)
    left = write(tmp_path, maps=False)
    assert "map.html" not in left
    assert "map notes.html" in left


def test_a_table_that_is_empty_now_does_not_stay(tmp_path: Path) -> None:
    view = small_view()
    rows = pd.DataFrame({"conflict": ["name"]})
    write_audit(replace(view, tables={"conflicts": rows}), tmp_path, maps=False, runtime={})
    assert (tmp_path / "conflicts.csv").exists()
    write_audit(replace(view, tables={"conflicts": rows.iloc[:0]}), tmp_path, maps=False, runtime={})
    assert not (tmp_path / "conflicts.csv").exists()


def test_a_file_that_somebody_changed_is_theirs(tmp_path: Path) -> None:
    write(tmp_path, maps=True)
    (tmp_path / "map.html").write_text("my own page", encoding="utf-8")
    write(tmp_path, maps=False)
    assert (tmp_path / "map.html").read_text(encoding="utf-8") == "my own page"


@pytest.mark.parametrize("text", ["", "[]", '{"files": 3}', '{"files": {"../other/map.html": "x"}}'])
def test_a_strange_provenance_takes_nothing_away(tmp_path: Path, text: str) -> None:
    (tmp_path / "map.html").write_text("old", encoding="utf-8")
    (tmp_path / "provenance.json").write_text(text, encoding="utf-8")
    assert "map.html" in write(tmp_path, maps=False)


def test_an_old_map_held_open_leaves_the_whole_previous_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, maps=True)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    move = os.replace

    def held(source: Path, final: Path) -> None:
        if Path(source) == tmp_path / "map.html":
            raise PermissionError(errno.EACCES, "held open by another program")
        move(source, final)

    monkeypatch.setattr("lifecircle.outputs.write.os.replace", held)
    with pytest.raises(SourceError, match=r"map\.html"):
        write(tmp_path, maps=False)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.fixture
def small_handover(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hand-over of two files instead of the real one, which takes seconds."""

    def written(view: AuditView, folder: Path) -> list[Path]:
        (folder / "figures").mkdir()
        files = [folder / "figures" / "sheet.png", folder / "report.docx"]
        for file in files:
            file.write_bytes(view.language.encode())
        return files

    monkeypatch.setattr("lifecircle.outputs.report.handover.write_handover", written)


@pytest.mark.usefixtures("small_handover")
def test_old_figures_go_with_their_folder_and_a_changed_one_stays(tmp_path: Path) -> None:
    write_audit(small_view(), tmp_path, maps=True, runtime={})
    assert (tmp_path / "figures" / "sheet.png").is_file()
    write(tmp_path, maps=True)
    assert not (tmp_path / "figures").exists()
    assert not (tmp_path / "report.docx").exists()
    write_audit(small_view(), tmp_path, maps=True, runtime={})
    (tmp_path / "figures" / "sheet.png").write_bytes(b"mine")
    write(tmp_path, maps=True)
    assert [path.name for path in (tmp_path / "figures").iterdir()] == ["sheet.png"]


@pytest.mark.usefixtures("small_handover")
@pytest.mark.parametrize("before", [False, True])
def test_a_report_held_open_leaves_the_whole_previous_result(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    before: bool,  # noqa: FBT001 - pytest's parameter
) -> None:
    write_audit(small_view(), tmp_path, maps=True, report=before, runtime={})
    kept = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    folders = [path for path in tmp_path.rglob("*") if path.is_dir()]
    move = os.replace

    def held(source: Path, final: Path) -> None:
        if Path(final) == tmp_path / "report.docx":
            raise PermissionError(errno.EACCES, "held open by another program")
        move(source, final)

    monkeypatch.setattr("lifecircle.outputs.write.os.replace", held)
    with pytest.raises(SourceError, match=r"report\.docx"):
        write_audit(small_view(language="zh"), tmp_path, maps=True, runtime={})
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == kept
    assert [path for path in tmp_path.rglob("*") if path.is_dir()] == folders
