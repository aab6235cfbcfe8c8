"""All files or none; the same bytes again; odd folder names."""

import errno
import json
import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from outputs.town import minutes
from outputs.views import small_view

from lifecircle.errors import SchemaError, SourceError
from lifecircle.model.audit import BaseMap
from lifecircle.outputs.summary import summary_text
from lifecircle.outputs.tables import residence_table
from lifecircle.outputs.write import write_audit

RUNTIME = {"finished": "2026-11-22T10:00:00+00:00", "host": "desk"}
NAMES = ["audit.json", "residences.parquet", "facilities.parquet", "audit.gpkg", "gaps.csv", "provenance.json"]
NAMES += ["tables.xlsx"]


def _write(out: Path, *, language: str = "en", maps: bool = False, report: bool = False) -> list[Path]:
    return write_audit(small_view(language=language), out, maps=maps, report=report, runtime=RUNTIME)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    blocker = tmp_path / "file"
    blocker.write_text("x", encoding="utf-8")
    with pytest.raises(SourceError, match=r"output folder .*file.*cannot be written.*--out"):
        _write(blocker / "out")
    with pytest.raises(SourceError, match=r"output folder .*file: is a file; .*--out"):
        _write(blocker)


@pytest.mark.parametrize("failing", ["gaps.csv", "audit.json", "provenance.json"])
def test_a_file_held_open_leaves_the_whole_previous_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
):
    out = tmp_path / "结果"
    _write(out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    move = os.replace

    def held(source: Path, final: Path) -> None:
        if Path(final).name == failing and Path(final).parent == out:
            raise PermissionError(errno.EACCES, "held open by another program")
        move(source, final)

    monkeypatch.setattr("lifecircle.outputs.write.os.replace", held)
    with pytest.raises(SourceError, match=rf"{failing}.*open in another program.*close it"):
        _write(out, language="zh", maps=True)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["结果"]


def test_a_failure_while_drawing_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object) -> None:
        raise RuntimeError("no ink")

    monkeypatch.setattr("lifecircle.outputs.write.gaps_csv", broken)
    with pytest.raises(RuntimeError, match="no ink"):
        _write(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_an_audit_of_other_residences_is_refused():
    view = small_view()
    shorter = gpd.GeoDataFrame(view.residences.iloc[1:])
    object.__setattr__(view, "residences", shorter)
    with pytest.raises(SchemaError, match="30 rows that do not match the 29"):
        residence_table(view)


def test_chinese_folder_with_spaces_and_foreign_files(tmp_path: Path):
    out = tmp_path / "鹤壁 2026 结果"
    out.mkdir()
    (out / "mine.txt").write_text("kept", encoding="utf-8")
    written = _write(out, maps=True)
    assert sorted(path.name for path in out.iterdir()) == sorted([*NAMES, "map.html", "mine.txt"])
    assert sorted(path.name for path in written) == sorted([*NAMES, "map.html"])
    assert (out / "mine.txt").read_text(encoding="utf-8") == "kept"


def test_two_runs_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("lifecircle.outputs.report.handover.VECTORS", ("shares",))
    first = _write(tmp_path / "a", maps=True, report=True)
    second = _write(tmp_path / "b", maps=True, report=True)
    assert [one.name for one, two in zip(first, second, strict=True) if one.read_bytes() != two.read_bytes()] == []
    names = {path.relative_to(tmp_path / "a").as_posix() for path in first}
    assert names >= {
        *NAMES,
        "map.html",
        "report.docx",
        "report.html",
        "figures/shares.svg",
        "figures/circle_health.png",
    }
    assert set(json.loads((tmp_path / "a" / "provenance.json").read_text(encoding="utf-8"))["files"]) == names - {
        "provenance.json"
    }


def test_row_order_does_not_change_the_tables(tmp_path: Path):
    view = small_view()
    _write(tmp_path / "a")
    object.__setattr__(view, "residences", gpd.GeoDataFrame(view.residences.iloc[::-1]))
    object.__setattr__(view, "facilities", gpd.GeoDataFrame(view.facilities.iloc[::-1]))
    write_audit(view, tmp_path / "b", maps=False, runtime=RUNTIME)
    for name in ("residences.parquet", "facilities.parquet"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_parquet_holds_the_verdicts_in_wgs84(tmp_path: Path):
    _write(tmp_path)
    table = gpd.read_parquet(tmp_path / "residences.parquet").set_index("residence_id")
    assert table.crs.to_epsg() == 4326
    assert table.total_bounds == pytest.approx([114.0004, 36.0003, 114.0052, 36.0051], abs=2e-4)
    drawn = table.loc[[f"w{100 + row}" for row in range(30)]]
    assert drawn["health_min"].to_numpy() == pytest.approx(minutes())
    assert np.isinf(drawn["fitness_m"].iloc[-1])
    assert drawn["fitness_facility_id"].isna().sum() == 5
    assert drawn["municipal_min"].isna().all()
    assert table["entrances"].geom_type.eq("MultiPoint").all()
    assert len(gpd.read_parquet(tmp_path / "facilities.parquet")) == 3


def test_geopackage_layers_are_styled(tmp_path: Path):
    _write(tmp_path)
    path = tmp_path / "audit.gpkg"
    layers = gpd.list_layers(path)
    assert set(layers["name"]) >= {"residences", "facilities", "gaps"}
    assert len(gpd.read_file(path, layer="residences")) == 30
    assert list(gpd.read_file(path, layer="gaps")["gap"]) == [1, 2, 1]
    with closing(sqlite3.connect(path)) as database:
        styles = dict(database.execute("SELECT f_table_name, styleQML FROM layer_styles WHERE useAsDefault = 1"))
    assert set(styles) == {"residences", "facilities", "gaps"}
    assert 'attr="health_status"' in styles["residences"]


def test_gaps_csv_runs_nothing_in_a_spreadsheet(tmp_path: Path):
    _write(tmp_path)
    assert (tmp_path / "gaps.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    gaps = pd.read_csv(tmp_path / "gaps.csv", encoding="utf-8-sig", keep_default_na=False)
    assert list(zip(gaps["circle"], gaps["gap"], strict=True)) == [("health", 1), ("health", 2), ("fitness", 1)]
    assert gaps["place"].tolist() == ["Long Street", "'=1+1", ""]
    assert gaps["metres"].tolist() == ["", "", "inf"]


def test_a_town_without_facilities_or_gaps_is_written_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    view = small_view()
    verdicts = view.audit.residences.assign(health_facility_id=None, fitness_facility_id=None)
    audit = replace(view.audit, residences=verdicts, gaps=gpd.GeoDataFrame(view.audit.gaps.iloc[:0]))
    nothing = gpd.GeoSeries([], crs=view.area.crs)
    bare = replace(
        view,
        audit=audit,
        facilities=gpd.GeoDataFrame(view.facilities.iloc[:0]),
        base=BaseMap(nothing, nothing, nothing, nothing),
    )
    monkeypatch.setattr("lifecircle.outputs.report.handover.VECTORS", ())
    written = write_audit(bare, tmp_path, maps=True, runtime=RUNTIME)
    assert {path.name for path in written} >= {*NAMES, "map.html", "report.docx", "report.html", "circle_health.png"}
    assert len(gpd.read_parquet(tmp_path / "facilities.parquet")) == 0
    assert len(pd.read_csv(tmp_path / "gaps.csv")) == 0
    assert "No gaps" in summary_text(bare)


def test_provenance_names_every_file_and_the_run(tmp_path: Path):
    written = _write(tmp_path)
    provenance = json.loads((tmp_path / "provenance.json").read_text(encoding="utf-8"))
    assert provenance["runtime"] == RUNTIME
    assert set(provenance["files"]) == {path.name for path in written} - {"provenance.json"}
    assert provenance["counts"] == {"facilities.kept": 3}
