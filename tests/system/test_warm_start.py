"""A place from the cache is the place: same bytes in every result, and never a stale one."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lifecircle.cli import group
from lifecircle.pipeline.place import Overrides, demo_study, load_place, read_question
from lifecircle.pipeline.warm_start import place_key
from lifecircle.sources.place_cache import entries

STUDY = """\
study: {name: Town, boundary: [-18.12, 65.67, -18.08, 65.69]}
osm: {file: town.osm.pbf, extent: [-18.20, 65.64, -18.04, 65.71]}
standard: hebi-nine
origin: {kind: building}
language: en
"""
CACHED = "taken from the cache"


def run(*words: str) -> Result:
    return CliRunner().invoke(group, list(words), catch_exceptions=False)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "town.osm.pbf").write_bytes((demo_study().parent / "akureyri.osm.pbf").read_bytes())
    path = tmp_path / "town.yml"
    path.write_text(STUDY, encoding="utf-8")
    return path


def key(path: Path, **said: str) -> str:
    return place_key(*read_question(path, overrides=Overrides(**said)))


def test_a_second_audit_starts_from_the_cache_and_writes_the_same_bytes(study: Path, tmp_path: Path) -> None:
    out = {name: tmp_path / name for name in ("fresh", "filled", "cached", "zh")}
    fresh = run("audit", str(study), "--out", str(out["fresh"]), "--no-maps", "--no-cache")
    assert fresh.exit_code == 0
    assert not list(entries())
    assert CACHED not in run("audit", str(study), "--out", str(out["filled"]), "--no-maps").stderr
    assert len(list(entries())) == 1
    cached = run("audit", str(study), "--out", str(out["cached"]), "--no-maps")
    assert CACHED in cached.stderr
    assert "reading town.osm.pbf" not in cached.stderr
    assert cached.stdout.replace("cached", "fresh") == fresh.stdout
    names = sorted(path.name for path in out["fresh"].iterdir())
    assert {"audit.json", "residences.parquet", "facilities.parquet", "gaps.csv"} <= set(names)
    for name in names:
        if name != "provenance.json":  # it holds the clock
            for other in ("filled", "cached"):
                assert (out[other] / name).read_bytes() == (out["fresh"] / name).read_bytes(), (other, name)
    # Another language is another result, not another place.
    chinese = run("audit", str(study), "--out", str(out["zh"]), "--no-maps", "--lang", "zh")
    assert "已从缓存读取准备好的数据" in chinese.stderr


def test_the_key_is_that_of_what_the_place_depends_on(study: Path) -> None:
    before = key(study)
    assert key(study) == before
    assert key(study, language="zh") == before
    assert key(study, rule="standard") == before
    assert key(study, profile="wheelchair") != before
    study.write_text("# a remark\n" + STUDY, encoding="utf-8")
    assert key(study) == before
    study.write_text(STUDY.replace("building", "grid, size_m: 100"), encoding="utf-8")
    assert key(study) != before
    study.write_text(STUDY.replace("65.69]", "65.68]"), encoding="utf-8")
    assert key(study) != before
    study.write_text(STUDY + "walk: {private: false}\n", encoding="utf-8")
    assert key(study) != before
    study.write_text(STUDY, encoding="utf-8")
    assert key(study) == before
    extract = study.with_name("town.osm.pbf")
    extract.write_bytes(extract.read_bytes() + b"\0")
    assert key(study) != before


def test_files_that_belong_to_the_study_or_to_a_shapefile_count(study: Path) -> None:
    before = key(study)
    study.with_name("town.geocode.csv").write_text("address,lon,lat\n", encoding="utf-8")
    beside = key(study)
    assert beside != before
    study.with_name("other.geocode.csv").write_text("address,lon,lat\n", encoding="utf-8")
    assert key(study) == beside
    for suffix in ("shp", "dbf"):
        study.with_name(f"area.{suffix}").write_text(suffix, encoding="utf-8")
    study.write_text(STUDY.replace("[-18.12, 65.67, -18.08, 65.69]", "{file: area.shp}"), encoding="utf-8")
    shape = key(study)
    study.with_name("area.dbf").write_text("other columns", encoding="utf-8")
    assert key(study) != shape


def test_a_damaged_place_is_prepared_anew(study: Path, caplog: pytest.LogCaptureFixture) -> None:
    first = load_place(study)
    (entry,) = entries()
    entry.path.write_bytes(entry.path.read_bytes()[:-2000])
    # The command line tests hand the library's log to a stream of their own.
    logger = logging.getLogger("lifecircle")
    logger.propagate = True
    with caplog.at_level(logging.WARNING, logger="lifecircle"):
        again = load_place(study)
    assert "damaged" in caplog.text
    assert again.facilities.equals(first.facilities)
    (entry,) = entries()
    third = load_place(study)
    assert third.residences.equals(first.residences)
    assert third.joined.network is third.network
    assert third.network.to_networkx().number_of_edges() == first.network.edges


def test_cache_list_and_clear(study: Path) -> None:
    assert "in 0 places" in run("cache", "list").stdout
    load_place(study)
    listed = run("cache", "list").stdout
    assert "Town" in listed
    assert "in 1 places" in listed
    (entry,) = entries()
    os.truncate(entry.path, 100)
    assert "damaged" in run("cache", "list").stdout
    assert run("cache", "clear").stdout.startswith("1 places dropped")
    assert not list(entries())


@pytest.mark.parametrize("name", ["selfoss", "beijing_cau"])
def test_real_places_fit_into_the_cache(real_data: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECIRCLE_DATA", str(real_data))
    config = Path(__file__).resolve().parents[2] / "configs" / f"{name}.yml"
    first = load_place(config)
    assert len(list(entries())) == 1
    again = load_place(config)
    for table in ("facilities", "residences", "objects"):
        assert getattr(again, table).equals(getattr(first, table)), table
    assert again.notes == first.notes
