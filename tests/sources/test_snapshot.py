"""The snapshot: whole or refused, never deleted."""

import gzip
import json

import pytest
import shapely

from lifecircle.errors import SourceError
from lifecircle.sources.snapshot import (
    Snapshot,
    SnapshotFiles,
    known_snapshot,
    read_snapshot,
    write_atomically,
    write_sidecar,
)
from lifecircle.sources.snapshot_parts import Parts

SHA_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
WHOLE = b'{"osm3s": {"timestamp_osm_base": "2026-11-01T00:00:00Z"}, "elements": []}'


@pytest.fixture
def files(tmp_path):
    found = SnapshotFiles(tmp_path / "鹤壁.yml")
    found.data.write_bytes(b"abc")
    snapshot = Snapshot(
        source="overpass",
        servers=("https://a.org",),
        query="q",
        timestamp="2026-11-01T00:00:00Z",
        newest="2026-11-02T00:00:00Z",
        fetched="2026-11-03T00:00:00+00:00",
        sha256=SHA_OF_ABC,
        extent=json.loads(shapely.to_geojson(shapely.box(114, 35, 115, 36))),
        lifecircle="0",
        boundaries={"鹤壁市": 5},
        tiles=({"name": "t"},),
    )
    write_sidecar(found.sidecar, snapshot)
    return found


def test_it_stands_beside_the_study_and_comes_back(files):
    assert (files.data.name, files.sidecar.name) == ("鹤壁.snapshot.osm.pbf", "鹤壁.snapshot.json")
    found = read_snapshot(files.study)
    assert found.boundaries == {"鹤壁市": 5}
    assert found.area.equals(shapely.box(114, 35, 115, 36))
    assert "ODbL" in found.licence
    assert "OpenStreetMap contributors" in found.attribution
    assert "鹤壁市" in files.sidecar.read_text(encoding="utf-8")


def test_none_yet(tmp_path):
    with pytest.raises(
        SourceError, match=r"there is no snapshot \(b\.snapshot\.osm\.pbf\) yet; run `lifecircle fetch .*b\.yml`"
    ):
        read_snapshot(tmp_path / "b.yml")


def test_half_of_it(files):
    files.sidecar.rename(files.sidecar.with_suffix(".away"))
    with pytest.raises(SourceError, match=r"鹤壁\.snapshot\.json: not there, although the rest"):
        read_snapshot(files.study)


def test_a_changed_file_is_not_the_one_described(files):
    files.data.write_bytes(b"abd")
    with pytest.raises(SourceError, match="its SHA-256 differs"):
        read_snapshot(files.study)
    assert known_snapshot(files.study) is None


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"format": 2}', '{"format": 1}', '{"format": 1, "servers": [], "tiles": [], "odd": 1}'],
)
def test_a_sidecar_that_is_none(files, text):
    files.sidecar.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match="not the description of a snapshot"):
        read_snapshot(files.study)


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a" / "b.json"
    write_atomically(path, b"1")
    write_atomically(path, b"2")
    assert path.read_bytes() == b"2"
    assert [child.name for child in path.parent.iterdir()] == ["b.json"]
    with pytest.raises(SourceError, match="cannot be written"):
        write_atomically(path / "c", b"3")


def test_parts_of_another_query_are_not_seen(tmp_path, monkeypatch):
    parts = Parts.of(tmp_path)
    parts.store("tile", WHOLE)
    assert Parts.of(tmp_path).has("tile")
    monkeypatch.setattr("lifecircle.sources.snapshot_parts.query_form", lambda: "another")
    assert not Parts.of(tmp_path).has("tile")


@pytest.mark.parametrize("damage", [lambda body: body[:-5], lambda _: b"", lambda body: body[:12] + b"xx" + body[14:]])
def test_a_damaged_part_is_put_aside_and_asked_for_again(tmp_path, damage):
    parts = Parts.of(tmp_path)
    parts.store("tile", WHOLE)
    path = parts.path("tile")
    path.write_bytes(damage(path.read_bytes()))
    assert not parts.has("tile")
    assert not path.exists()
    assert path.with_name(f"{path.name}.damaged").exists()


def test_a_part_that_is_no_answer_is_refused_when_read(tmp_path):
    parts = Parts.of(tmp_path)
    parts.store("tile", b'{"remark": "x", "elements": []}')
    with pytest.raises(SourceError, match="delete it and fetch again"):
        parts.read("tile")


def test_parts_are_the_same_bytes_for_the_same_answer(tmp_path):
    first, second = (Parts(tmp_path / name) for name in "ab")
    for parts in (first, second):
        parts.store("tile", WHOLE)
    assert first.path("tile").read_bytes() == second.path("tile").read_bytes()
    assert gzip.decompress(first.path("tile").read_bytes()) == WHOLE
