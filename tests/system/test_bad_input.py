"""Every mistake that a user is likely to make has one line that says what, where and what to do."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lifecircle.cli import group

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "lifecircle" / "data" / "akureyri" / "akureyri.osm.pbf"
STUDY = """\
study:
  name: Town
  boundary: {boundary}
osm:
  file: {file}
{more}
"""
TOWN = "[-18.15, 65.66, -18.05, 65.70]"


def run(*words: str) -> Result:
    return CliRunner().invoke(group, list(words))


def study(folder: Path, *, boundary: str = TOWN, file: str = "akureyri.osm.pbf", more: str = "language: en") -> str:
    path = folder / "study.yml"
    path.write_text(STUDY.format(boundary=boundary, file=file, more=more), encoding="utf-8")
    return str(path)


def fails(result: Result, *words: str, code: int = 2) -> None:
    assert result.exit_code == code, result.output
    lines = [line for line in result.stderr.splitlines() if line.startswith("lifecircle: ")]
    assert len(lines) == 1, result.stderr
    for word in words:
        assert word in result.stderr, result.stderr
    assert "Traceback" not in result.output


def test_missing_study_file(tmp_path: Path) -> None:
    fails(run("audit", str(tmp_path / "none.yml")), "none.yml")


def test_missing_osm_file_names_the_folders_searched(tmp_path: Path) -> None:
    fails(run("check", study(tmp_path, file="city.osm.pbf")), "city.osm.pbf", str(tmp_path), "LIFECIRCLE_DATA")


def test_truncated_extract(tmp_path: Path) -> None:
    (tmp_path / "half.osm.pbf").write_bytes(SAMPLE.read_bytes()[:200_000])
    fails(run("check", study(tmp_path, file="half.osm.pbf")), "half.osm.pbf", "download it again")


def test_a_picture_is_not_an_extract(tmp_path: Path) -> None:
    (tmp_path / "photo.osm.pbf").write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 5000)
    fails(run("check", study(tmp_path, file="photo.osm.pbf")), "photo.osm.pbf", "not an OSM PBF file", "PNG")


def test_empty_boundary(tmp_path: Path) -> None:
    (tmp_path / "empty.geojson").write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    fails(run("check", study(tmp_path, boundary="empty.geojson")), "empty.geojson")


def test_boundary_outside_the_extract(tmp_path: Path) -> None:
    fails(run("check", study(tmp_path, boundary="[10.0, 50.0, 10.1, 50.1]")), "outside the data", "akureyri.osm.pbf")


def test_swapped_lon_lat_is_recognised(tmp_path: Path) -> None:
    fails(run("check", study(tmp_path, boundary="[65.66, -18.15, 65.70, -18.05]")), "swapped")


def test_unknown_standard(tmp_path: Path) -> None:
    fails(run("audit", study(tmp_path), "--standard", "hebi-nein"), "hebi-nein", "hebi-nine")


def test_negative_speed(tmp_path: Path) -> None:
    fails(run("audit", study(tmp_path, more="walk: {speed_kmh: -4}")), "-4", "0.5")


def test_unknown_key_suggests_the_nearest(tmp_path: Path) -> None:
    fails(run("audit", study(tmp_path, more="standart: hebi-nine")), "standart", "standard", "study.yml:6")


def test_no_residences(tmp_path: Path) -> None:
    sea = "[-18.13, 65.700, -18.12, 65.705]"
    result = run("check", study(tmp_path, boundary=sea, more="origin: {kind: building}"))
    assert result.exit_code == 2, result.output
    assert "residen" in result.stderr or "no walkable street" in result.stderr


def test_unwritable_output_folder(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder", encoding="utf-8")
    fails(run("demo", "--out", str(tmp_path / "taken" / "out")), "taken", "--out", code=1)


@pytest.mark.parametrize("command", ["map", "geocode", "equity", "measure"])
def test_a_result_file_that_cannot_be_written(tmp_path: Path, command: str) -> None:
    """Its folder is a file: the input was good, the run failed, and says so in a line."""
    table, wall = tmp_path / "list.csv", tmp_path / "wall"
    table.write_text("name,type,lon,lat\nA,clinic,-18.09,65.68\n", encoding="utf-8")
    wall.write_text("", encoding="utf-8")
    town = study(tmp_path, file=str(SAMPLE))
    words = {
        "map": (str(table), "--out", str(wall / "a.html")),
        "geocode": (str(table), "--config", town, "--out", str(wall / "a.csv")),
        "equity": (town, "--by", "kind", "--out", str(wall / "a.csv")),
        "measure": (town, "--type", "clinic", "--out", str(wall / "a.csv")),
    }[command]
    fails(run(command, *words), "cannot be written", code=1)


def test_unknown_profile(tmp_path: Path) -> None:
    fails(run("audit", study(tmp_path), "--profile", "runner"), "runner")


@pytest.mark.parametrize("name", ["no-such.yml", "standard.yml"])
def test_validate_explains_mistakes(tmp_path: Path, name: str) -> None:
    (tmp_path / "standard.yml").write_text("id: x\ntitle: x\ncircles: 3\n", encoding="utf-8")
    result = run("standards", "validate", str(tmp_path / name))
    assert result.exit_code == 2
    assert name in result.stderr


def test_a_file_in_place_of_the_output_folder(tmp_path: Path) -> None:
    out = tmp_path / "list.xlsx"
    out.touch()
    fails(run("audit", study(tmp_path), "--out", str(out), "--no-maps"), "list.xlsx", "is a file", "--out", code=1)


def test_unknown_type_of_a_measure_suggests_the_nearest(tmp_path: Path) -> None:
    words = ("measure", study(tmp_path), "--measure", "cumulative", "--type", "pharmasy")
    fails(run(*words), "unknown facility type 'pharmasy'", "did you mean 'pharmacy'?")


def test_a_start_that_is_neither_residence_nor_place(tmp_path: Path) -> None:
    fails(
        run("route", study(tmp_path), "--from", "here", "--type", "pharmacy"), "'here'", "residences.parquet", "lon,lat"
    )


def with_list(tmp_path: Path, text: str) -> tuple[str, Path]:
    """Audit a study with a list of facilities of this text; return what was said, and the folder of the results."""
    (tmp_path / "list.csv").write_text(text, "utf-8")
    config, out = study(tmp_path, more="facilities: [{file: list.csv}]\nlanguage: en"), tmp_path / "out"
    result = run("audit", config, "--out", str(out), "--no-maps")
    assert result.exit_code == 0, result.output
    return result.output, out


def test_a_list_without_a_column_of_types_says_which_key_names_one(tmp_path: Path) -> None:
    said, _ = with_list(tmp_path, "name,what,lon,lat\nA,pharmacy,-18.1%,65.68\nB,clinic,-18.1,65.68\n")
    assert "no column of types was found" in said
    assert "type_column" in said


def test_a_row_that_is_not_placed_keeps_what_was_wrong_with_it(tmp_path: Path) -> None:
    _, out = with_list(tmp_path, "name,type,lon,lat\nA,pharmacy,-18.1%,65.68\n")
    assert "'-18.1%' is no coordinate; no place found" in (out / "rows.csv").read_text("utf-8")
