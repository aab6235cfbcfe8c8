"""One piece of data in four formats, and files that are not what they say."""

import bz2
import gzip
from pathlib import Path

import osmium
import pytest
import shapely
from sources.conftest import osm_xml

from lifecircle.errors import SourceError
from lifecircle.model.osm import OsmData
from lifecircle.sources.osm_file import read_osm

WAYS = {
    1: ([11, 14, 44, 41, 11], {"leisure": "park", "name": "人民公园"}),
    2: ([1, 2, 3], {"highway": "footway"}),
    3: ([22, 23, 33, 32, 22], {}),
    4: ([55, 56], {"highway": "steps", "name": "é <&>"}),
}
RELATIONS = {5: ([(1, "outer"), (3, "inner")], {"type": "multipolygon", "landuse": "grass"})}
NODES = {2: {"highway": "crossing"}, 66: {"amenity": "pharmacy", "name": "药店"}}
HEAD = '<bounds minlat="50.0" minlon="20.0" maxlat="50.009" maxlon="20.009"/>'


def tiny() -> str:
    return osm_xml(WAYS, relations=RELATIONS, node_tags=NODES, absent=(3,), head=HEAD)


def write_all(folder: Path) -> list[Path]:
    text = tiny().encode()
    plain, packed, bzipped, pbf = (folder / f"小城 a.{suffix}" for suffix in ("osm", "osm.gz", "osm.bz2", "osm.pbf"))
    plain.write_bytes(text)
    packed.write_bytes(gzip.compress(text))
    bzipped.write_bytes(bz2.compress(text))
    header = osmium.io.Header()
    header.add_box(osmium.osm.Box(20.0, 50.0, 20.009, 50.009))
    with osmium.SimpleWriter(str(pbf), header=header) as writer:
        for item in osmium.FileProcessor(str(plain)):
            writer.add(item)
    return [plain, packed, bzipped, pbf]


def fingerprint(data: OsmData) -> tuple[object, ...]:
    ways = data.ways
    return (
        [array.tolist() for array in (ways.way_id, ways.offsets, ways.node_id, ways.lon, ways.lat)],
        list(ways.tags),
        dict(ways.node_tags),
        list(data.objects.index),
        list(data.objects["tags"]),
        shapely.to_wkb(data.objects.geometry.to_numpy()).tolist(),
        data.bounds,
        dict(data.counts),
    )


def test_the_same_data_in_four_formats_and_twice(tmp_path) -> None:
    files = write_all(tmp_path)
    first, *others = [fingerprint(read_osm(path)) for path in [*files, files[0]]]
    assert first[3] == ["n66", "w1", "r5"]
    assert all(other == first for other in others)
    assert first[6] == (20.0, 50.0, 20.009, 50.009)


def test_nodes_that_come_after_the_ways_are_found(tmp_path) -> None:
    lines = tiny().splitlines()
    moved = [line for line in lines if line.startswith("<node")]
    rest = [line for line in lines if not line.startswith("<node")]
    path = tmp_path / "turbo.osm"
    path.write_text("\n".join([*rest[:-1], *moved, rest[-1]]), encoding="utf-8")
    (tmp_path / "plain.osm").write_text(tiny(), encoding="utf-8")
    assert fingerprint(read_osm(path)) == fingerprint(read_osm(tmp_path / "plain.osm"))


def test_date_name_and_hash_of_the_data(tmp_path) -> None:
    path = tmp_path / "A.OSM"
    path.write_text(
        tiny().replace('id="2" version="1"', 'id="2" version="1" timestamp="2020-02-03T04:05:06Z"'), "utf-8"
    )
    data = read_osm(path)
    assert data.timestamp == "2020-02-03T04:05:06Z"
    assert data.file_name == "A.OSM"
    assert len(data.sha256) == 64
    path.write_text(tiny().replace(HEAD, '<meta osm_base="2021-10-27T14:42:29Z"/>'), encoding="utf-8")
    dated = read_osm(path)
    assert (dated.timestamp, dated.bounds) == ("2021-10-27T14:42:29Z", None)
    path.write_text(tiny(), encoding="utf-8")
    assert read_osm(path).timestamp == ""


def test_an_extract_without_any_object_is_empty_not_wrong(tmp_path) -> None:
    path = tmp_path / "empty.osm"
    path.write_text('<osm version="0.6"></osm>', encoding="utf-8")
    data = read_osm(path)
    assert data.objects.empty
    assert data.objects.crs.to_epsg() == 4326
    assert data.counts["ways"] == 0


XML = b'<?xml version="1.0"?>'
BAD = {
    "empty.osm.pbf": (b"", "the file is empty (0 bytes); download it again"),
    "png.osm.pbf": (b"\x89PNG\r\n\x1a\n" + bytes(900), "not an OSM PBF file (it is a PNG picture)"),
    "page.osm.pbf": (b"<!DOCTYPE html><html>", "not an OSM PBF file (it is a web page)"),
    "page.osm": (b"<html><body>", "not OSM XML (it is a web page)"),
    "gpx.osm": (XML + b"<gpx></gpx>", "not OSM XML (its first element is <gpx>)"),
    "plain.osm.gz": (b"hello", "not OSM XML"),
    "cut.osm": (tiny().encode()[:900], "reading stopped"),
    "cut.osm.gz": (gzip.compress(tiny().encode())[:-300], "the file may be cut short or damaged; download it again"),
    "cut.osm.bz2": (bz2.compress(tiny().encode() * 900)[:-300], "download it again"),
    "map.geojson": (b"{}", "the suffix '.geojson' is not one of an OSM file (.osm.pbf, .pbf, .osm.gz, .osm.bz2, .osm)"),
}


@pytest.mark.parametrize("name", BAD)
def test_files_that_are_not_what_they_say(tmp_path, name: str) -> None:
    content, text = BAD[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError) as caught:
        read_osm(tmp_path / name)
    assert text in str(caught.value)
    assert str(caught.value).startswith(f"{name}: ")


def test_a_cut_pbf(real_data, tmp_path) -> None:
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes((real_data / "selfoss.osm.pbf").read_bytes()[:60_000])
    with pytest.raises(SourceError, match=r"^cut.osm.pbf: reading stopped \(PBF error.*download it again"):
        read_osm(path)


def test_missing_files_folders_and_addresses(tmp_path) -> None:
    with pytest.raises(SourceError, match=r"nowhere.osm.pbf: no such file at .*set LIFECIRCLE_DATA"):
        read_osm(tmp_path / "nowhere.osm.pbf")
    with pytest.raises(SourceError, match="is a folder; give the file inside it"):
        read_osm(tmp_path)
    for address in ("https://example.org/a.osm.pbf", "/vsizip/a.zip/a.osm"):
        with pytest.raises(SourceError, match="not a local file"):
            read_osm(Path(address))
