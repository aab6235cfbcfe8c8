"""A result folder holds one result: nothing of an older one is left to be mistaken for it."""

import errno
import os
from pathlib import Path

import pytest
from outputs.views import small_view

from lifecircle.errors import SourceError
from lifecircle.outputs.write import write_audit


def write(out: Path, *, maps: bool) -> set[str]:
    write_audit(small_view(), out, maps=maps, runtime={})
    return {path.name for path in out.iterdir()}


def test_an_old_map_does_not_stay_beside_new_tables(tmp_path: Path) -> None:
    (tmp_path / "map notes.html").write_text("mine", encoding="utf-8")
    assert "map.html" in write(tmp_path, maps=True)
    left = write(tmp_path, maps=False)
    assert "map.html" not in left
    assert "map notes.html" in left


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
