"""Boundaries by name and extracts by region, fetched whole; and studies whose data is not there yet."""

import json
from pathlib import Path

import osmium
import pytest
from click.testing import CliRunner
from loopback_extracts import Extracts
from loopback_overpass import Loopback, World, serving

import lifecircle as lc
from lifecircle.cli import group
from lifecircle.pipeline.fetch import FetchOptions, fetch
from lifecircle.sources.http_client import Patience
from lifecircle.sources.snapshot import known_snapshot

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "lifecircle" / "data" / "akureyri" / "akureyri.osm.pbf"
QUICK = Patience(attempts=4, pause_s=0.01, timeout_s=5.0)
CORNERS = [(-18.12, 65.67), (-18.08, 65.67), (-18.08, 65.69), (-18.12, 65.69)]
LIVE = """\
study: {name: Town, boundary: {osm: "Brekka, Akureyri"}, buffer_m: 300}
osm: {download: true}
origin: {kind: building}
language: en
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The sample town with a district of our own drawn into it."""
    kinds, path = osmium.osm.mutable, tmp_path_factory.mktemp("town") / "town.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for item in osmium.FileProcessor(str(SAMPLE)):
            writer.add(item)
        for number, place in enumerate(CORNERS):
            writer.add_node(kinds.Node(id=9_000_000_000_000 + number, location=place))
        ring = [9_000_000_000_000 + number % 4 for number in range(5)]
        writer.add_way(kinds.Way(id=9_000_000_000_000, nodes=ring))
        tags = {"type": "boundary", "boundary": "administrative", "admin_level": "9", "name": "Brekka"}
        writer.add_relation(kinds.Relation(id=9_000_000_000, members=[("w", ring[0], "outer")], tags=tags))
    return World(path)


@pytest.fixture
def server(world, monkeypatch):
    monkeypatch.setattr("osmnx._nominatim.time.sleep", lambda _: None)
    with serving(Loopback(world), seconds=60) as running:
        running.places = [
            {
                "osm_type": "relation", "osm_id": 9_000_000_000, "class": "boundary", "type": "administrative",
                "display_name": "Brekka, Akureyri, Iceland", "importance": 0.3, "lat": "65.68", "lon": "-18.1",
                "boundingbox": ["65.67", "65.69", "-18.12", "-18.08"],
                "geojson": {"type": "Polygon", "coordinates": [[*CORNERS, CORNERS[0]]]},
            }
        ]  # fmt: skip
        yield running


@pytest.fixture
def study(tmp_path):
    path = tmp_path / "town.yml"
    path.write_text(LIVE, encoding="utf-8")
    return path


def options(server):
    return FetchOptions(server=server.url, nominatim=server.names_url, patience=QUICK)


def test_a_boundary_by_name_is_resolved_once_and_found_offline(server, study):
    found = fetch(study, options=options(server))
    assert found.boundaries == {"Brekka, Akureyri": 9_000_000_000}
    assert server.searches == ["Brekka, Akureyri"]
    fetch(study, options=options(server))
    assert server.searches == ["Brekka, Akureyri"]
    place = lc.load_place(study)
    assert place.area.to_wgs84(place.area.boundary).bounds == pytest.approx((-18.12, 65.67, -18.08, 65.69))
    assert "r9000000000" in place.inputs.osm.objects.index
    # The relation is inside the snapshot under its own name too, so that the file alone is enough.
    alone = study.with_name("alone.yml")
    alone.write_text(
        LIVE.replace("Brekka, Akureyri", "Brekka").replace("download: true", "file: town.snapshot.osm.pbf"),
        encoding="utf-8",
    )
    assert lc.load_place(alone).area.boundary.equals_exact(place.area.boundary, 1e-3)


def test_a_name_is_not_resolved_again_after_an_interruption(server, study):
    server.faults.extend(["", ""])  # the name, the boundary; then the server fails
    server.faults.extend(["504"] * 20)
    with pytest.raises(lc.errors.SourceError, match="HTTP 504"):
        fetch(study, options=options(server))
    server.faults.clear()
    fetch(study, options=options(server))
    assert len(server.searches) == 1
    assert sum("relation(9000000000)->" in query for query in server.asked) == 1


def test_an_unknown_relation(server, study):
    study.write_text(LIVE.replace('{osm: "Brekka, Akureyri"}', "{relation: 77}"), encoding="utf-8")
    with pytest.raises(lc.errors.ConfigError, match="relation 77: OpenStreetMap has none of this id"):
        fetch(study, options=options(server))


def test_an_extract_by_region(study):
    study.write_text(
        "study: {name: Akureyri, boundary: [-18.15, 65.66, -18.05, 65.70]}\n"
        "osm: {download: {geofabrik: europe/iceland}}\norigin: {kind: building}\nlanguage: en\n",
        encoding="utf-8",
    )
    import hashlib

    body = SAMPLE.read_bytes()
    base = "/europe/iceland"
    files = {
        f"{base}-latest.osm.pbf": body,
        f"{base}-latest.osm.pbf.md5": hashlib.md5(body, usedforsecurity=False).hexdigest().encode(),
        f"{base}.poly": b"x\n1\n -18.2 65.64\n -18.04 65.64\n -18.04 65.71\n -18.2 65.71\nEND\nEND\n",
    }
    with serving(Extracts(files), seconds=30) as extracts:
        for _ in range(2):
            run = CliRunner().invoke(group, ["fetch", str(study), "--server", extracts.url], catch_exceptions=False)
            assert run.exit_code == 0, run.output
        assert len(extracts.requests) == 3
    place = lc.load_place(study)
    bounds = place.area.to_wgs84(place.area.extent).bounds
    assert bounds == pytest.approx((-18.2, 65.64, -18.04, 65.71), abs=1e-9)


@pytest.mark.parametrize("city", ["baoding", "hebi", "hengshui", "shijiazhuang", "wuhai_hainan", "xingtai"])
def test_check_without_data_says_what_is_there_and_what_is_missing(city, tmp_path):
    study = tmp_path / f"{city}.yml"
    study.write_bytes((ROOT / "configs" / f"{city}.yml").read_bytes())
    run = CliRunner().invoke(group, ["check", str(study)])
    assert run.exit_code == 2
    assert known_snapshot(study) is None
    for word in ("按名称，下载时确定", "各功能圈", "公布数", "缺少", f"lifecircle fetch {study}", "osm: {file: ..."):
        assert word in run.stdout
    assert "无此图层则不可评估" in run.stdout
    assert "renovated_estate" in run.stdout
    (line,) = [line for line in run.stderr.splitlines() if line.startswith("lifecircle: ")]
    assert "there is no snapshot" in line


def test_check_of_hebi_counts_what_the_city_published():
    text = CliRunner().invoke(group, ["check", str(ROOT / "configs" / "hebi.yml"), "--lang", "en"]).stdout
    for number, counts in ((346, "works"), (550, "works"), (305, "stock"), (362, "works"), (294, "works")):
        assert f": {number} ({counts}): " in text
    assert text.count("judged from a layer of yours") == 1
    assert "official lists help" in text


def test_check_lists_every_missing_file(tmp_path):
    path = tmp_path / "town.yml"
    path.write_text(
        LIVE + "population: {file: people.gpkg, column: n}\ncommunities: {file: units.gpkg, id_column: id}\n",
        encoding="utf-8",
    )
    run = CliRunner().invoke(group, ["check", str(path)])
    assert run.exit_code == 2
    for name in ("town.snapshot.osm.pbf", "people.gpkg", "units.gpkg"):
        assert name in run.stdout
    assert run.stderr.count("not found; searched") == 2


def test_a_half_snapshot_is_explained(tmp_path):
    path = tmp_path / "town.yml"
    path.write_text(LIVE, encoding="utf-8")
    path.with_name("town.snapshot.json").write_text(json.dumps({"format": 1}), encoding="utf-8")
    run = CliRunner().invoke(group, ["check", str(path)])
    assert run.exit_code == 2
    assert "town.snapshot.osm.pbf: not there, although the rest of the snapshot is" in run.stdout
