"""Lists of facilities in an audit: whatever their datum, the verdicts are the same, and every row is accounted for."""

import io
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from sources.table_files import csv_bytes, request, write, xlsx_bytes

import lifecircle as lc
from lifecircle.errors import DatumError
from lifecircle.model.tables import check_facilities
from lifecircle.pipeline.lists.rows import facility_rows, report_in
from lifecircle.sources.datum import Datum
from lifecircle.sources.tables import read_facility_list

HEADER = ("名称", "类型", "经度", "纬度", "地址")
KINDS = (
    "药店",
    "便利店",
    "社区书屋",
    "养老驿站",
    "幼儿园",
    "小学",
    "公交站",
    "健身广场",
    "社区卫生服务站",
    "社区服务站",
)
WEST, SOUTH, EAST, NORTH = 116.34403, 39.99767, 116.35974, 40.00888
STUDY = """
study: {{name: 测试, boundary: [116.34403, 39.99767, 116.35974, 40.00888]}}
osm: {{file: beijing_cau_20260322.osm.pbf, extent: [116.34403, 39.99767, 116.35974, 40.00888]}}
standard: hebi-nine
rule: standard
facilities: [{{file: {file}{more}}}]
{extra}
"""


@pytest.fixture
def study(tmp_path: Path, real_data: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LIFECIRCLE_DATA", str(real_data))

    def make(file: str, more: str = "", extra: str = "") -> Path:
        path = tmp_path / f"{file}.yml"
        path.write_text(STUDY.format(file=file, more=more and f", {more}", extra=extra), encoding="utf-8")
        return path

    return make


def listed(datum: str, *, count: int = 40, beside: gpd.GeoDataFrame | None = None) -> list[tuple[object, ...]]:
    """Rows at fixed places inside the patch (or beside its streets), written in `datum` to a centimetre."""
    rng = np.random.default_rng(3)
    spots = rng.uniform((WEST, SOUTH), (EAST, NORTH), (count, 2))
    if beside is not None:
        doors = shapely.line_interpolate_point(beside.geometry.to_numpy(), 0.4, normalized=True)
        inside = doors[shapely.within(doors, shapely.box(WEST, SOUTH, EAST, NORTH))]
        spots = shapely.get_coordinates(inside) + 0.00008
    x, y = Datum.parse(datum).from_wgs84(*spots.T)
    decimals = 7 if Datum.parse(datum).in_degrees else 2
    places = zip(np.round(x, decimals).tolist(), np.round(y, decimals).tolist(), strict=True)
    return [(f"甲{n}", KINDS[n % len(KINDS)], *place, "") for n, place in enumerate(places)]


def verdicts(audit: lc.Audit) -> pd.DataFrame:
    columns = [name for name in audit.coverage.residences.columns if name.endswith(("_status", "_min", "_m"))]
    return audit.coverage.residences[columns]


@pytest.fixture
def in_wgs84(study, tmp_path: Path) -> lc.Audit:
    write(tmp_path, "a.xlsx", xlsx_bytes(HEADER, *listed("wgs84")))
    return lc.audit(lc.load_place(study("a.xlsx", "datum: wgs84")))


@pytest.mark.parametrize("datum", ["gcj02", "bd09", "EPSG:4548"])
def test_the_same_list_in_another_datum_gives_the_same_verdicts(study, tmp_path, in_wgs84, datum: str) -> None:
    write(tmp_path, "b.xlsx", xlsx_bytes(HEADER, *listed(datum)))
    audit = lc.audit(lc.load_place(study("b.xlsx", f"datum: '{datum}'")))
    expected, found = verdicts(in_wgs84), verdicts(audit)
    statuses = [name for name in expected.columns if name.endswith("_status")]
    pd.testing.assert_frame_equal(found[statuses], expected[statuses])
    others = [name for name in expected.columns if name not in statuses]
    pd.testing.assert_frame_equal(found[others], expected[others], atol=0.05, rtol=0)  # the cells hold centimetres


def test_the_list_makes_a_difference_and_in_the_wrong_datum_another(study, tmp_path, in_wgs84) -> None:
    write(tmp_path, "b.xlsx", xlsx_bytes(HEADER, *listed("gcj02")))
    wrong = lc.audit(lc.load_place(study("b.xlsx", "datum: wgs84")))
    assert not verdicts(wrong).equals(verdicts(in_wgs84))
    sources = in_wgs84.place.facilities["source"]
    assert set(sources) == {"osm", "a.xlsx"}
    assert len(set(in_wgs84.place.facilities.index[sources == "a.xlsx"])) >= 35


def test_every_row_is_in_the_report(study, tmp_path) -> None:
    rows = [*listed("gcj02", count=3), ("乙", "药店", "", "", "学清路9号"), ("丙", "咖啡馆", 116.35, 40.0, "")]
    write(tmp_path, "c.csv", csv_bytes(HEADER, *rows))
    audit = lc.audit(lc.load_place(study("c.csv", "datum: gcj02")))
    audit.write(tmp_path / "out", maps=False)
    data = (tmp_path / "out" / "rows.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    report = pd.read_csv(io.BytesIO(data), encoding="utf-8-sig", keep_default_na=False)
    assert report["status"].tolist() == ["kept"] * 3 + ["needs_geocoding", "refused"]
    assert report["object_id"].tolist() == [f"c/{row}" for row in range(2, 7)]
    assert report["why"].tolist()[4] == "B 列（类型）：类型目录中没有“咖啡馆”，请在 type_names 中说明其含义"
    notes = [note for note in audit.coverage.notes if note.code.startswith("tables.")]
    assert notes[1].en == "c.csv: 5 rows: 3 kept, 0 put right, 1 refused, 1 need geocoding (see rows.csv)."
    assert notes[1].warning
    assert [file.name for file in audit.view.provenance.inputs if file.role == "facilities"] == ["c.csv"]


def test_the_datum_of_a_list_is_detected_and_a_wrong_one_doubted(study, tmp_path) -> None:
    write(tmp_path, "seed.csv", csv_bytes(HEADER, *listed("wgs84", count=2)))
    place = lc.load_place(study("seed.csv", "datum: wgs84"))
    streets = gpd.GeoDataFrame(geometry=place.network.lines(), crs=place.area.crs).to_crs(4326)
    write(tmp_path, "d.csv", csv_bytes(HEADER, *listed("gcj02", beside=streets)))
    found = lc.load_place(study("d.csv", "datum: detect"))
    note = next(note for note in found.notes if note.code == "tables.datum.detected")
    assert note.en.startswith("d.csv: datum detected as gcj02; mean distance to the nearest street or boundary: gcj02 ")
    doubted = lc.load_place(study("d.csv", "datum: wgs84"))
    note = next(note for note in doubted.notes if note.code == "tables.datum.doubted")
    assert note.en.startswith("d.csv: stated as wgs84, but its places lie closer to the streets as gcj02: gcj02 ")
    assert note.warning
    right = lc.load_place(study("d.csv", "datum: gcj02"))
    assert not [note for note in right.notes if note.code.startswith("tables.datum")]
    with pytest.raises(DatumError, match=r"d.csv: \d+ coordinates lie in China"):
        lc.load_place(study("d.csv"))
    with pytest.raises(DatumError, match=r"seed.csv: the datum cannot be told from the streets: .*; state it"):
        lc.load_place(study("seed.csv", "datum: detect"))


def test_facility_rows_are_facilities(tmp_path) -> None:
    frame = gpd.GeoDataFrame(
        {"name": ["甲学校", "乙公园"], "type": ["九年一贯制学校", "公园"]},
        geometry=[shapely.Point(116.35, 40.0), shapely.box(116.352, 40.001, 116.353, 40.002)],
        crs="EPSG:4326",
    )
    frame.to_file(tmp_path / "f.gpkg")
    found = read_facility_list(tmp_path / "f.gpkg", request=request(datum="wgs84"))
    rows = facility_rows(found).to_crs("EPSG:32650")
    entrances = gpd.GeoSeries(rows["entrances"], crs=4326).to_crs(rows.crs)
    table = check_facilities(rows.assign(entrances=entrances))
    assert table.index.tolist() == ["f/1:primary_school", "f/1:middle_school", "f/2:park"]
    assert table["source"].unique().tolist() == ["f.gpkg"]
    assert table["area_m2"].tolist() == pytest.approx([0, 0, 85.4 * 111.0], rel=0.01)
    assert table["entrance_kind"].tolist() == ["point", "point", "representative"]
    nothing = replace(found, rows=found.rows.assign(status="refused"))
    assert len(facility_rows(nothing)) == 0


def test_the_report_speaks_one_language() -> None:
    report = pd.DataFrame({"row": [1], "why_en": ["no"], "why_zh": ["没有"]})
    assert report_in(report, "zh").to_dict("list") == {"row": [1], "why": ["没有"]}
    assert report_in(report, "en").to_dict("list") == {"row": [1], "why": ["no"]}
    assert report_in(pd.DataFrame(), "en").empty


def test_a_row_with_only_a_name_is_placed_at_the_place_of_that_name(study, tmp_path) -> None:
    rows = [*listed("gcj02", count=3), ("富润家园", "社区服务站", "", "", ""), ("", "药店", "", "", "")]
    write(tmp_path, "d.csv", csv_bytes(HEADER, *rows))
    inputs = lc.load_place(study("d.csv", "datum: gcj02")).inputs
    report = inputs.list_rows
    assert report["status"].tolist() == ["kept"] * 3 + ["geocoded", "refused"]
    assert "离线地名库，按名称" in report["why_zh"][3]
    estate = inputs.osm.objects.geometry["w594891968"]
    assert estate.buffer(1e-4).contains(shapely.Point(report["lon"][3], report["lat"][3]))
