"""Plain PBF files decoded in one go give what osmium gives; everything else is left to osmium."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import osmium
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecircle.errors import SourceError
from lifecircle.model.osm import OsmData
from lifecircle.sources import osm_passes, pbf
from lifecircle.sources.osm_file import read_osm
from lifecircle.sources.pbf import UnusualError, read_plain

EXTRACTS = ("akureyri", "selfoss", "beijing_cau_20260322", "shenzhen_longgang_20191103", "helsinki_centre")
TAGS = st.dictionaries(
    st.sampled_from(["highway", "building", "amenity", "name", "addr:housenumber", "type", "natural", "disused:shop"]),
    st.sampled_from(["yes", "no", "footway", "school", "multipolygon", "鹤壁市", "route", "", "a=b,c %20"]),
    max_size=4,
)
NUMBER = st.integers(1, 12)
# Odd places: the poles, the date line, off the globe, a tenth of the smallest step.
DEGREE = st.sampled_from([0.0, 1.0, 1.0000001, -1.5, 89.9999999, 180.0, -180.0, 114.1234567, 200.0])


@st.composite
def files(draw: st.DrawFn) -> list:
    """Objects in any order, ids twice, references to absent nodes."""
    stamp = st.sampled_from([None, "2019-05-01T00:00:00Z", "2026-03-22T11:12:13Z"])
    nodes = draw(st.lists(st.tuples(NUMBER, DEGREE, DEGREE, TAGS, stamp), max_size=12))
    ways = draw(st.lists(st.tuples(NUMBER, st.lists(NUMBER, max_size=6), TAGS, stamp), max_size=6))
    members = st.lists(st.tuples(st.sampled_from("nwr"), NUMBER, st.sampled_from(["outer", "inner", ""])), max_size=4)
    relations = draw(st.lists(st.tuples(NUMBER, members, TAGS, stamp), max_size=3))
    kinds = osmium.osm.mutable
    objects = [kinds.Node(id=i, location=(x, y), tags=t, timestamp=s) for i, x, y, t, s in nodes]
    if draw(st.booleans()):
        objects = [*{node.id: node for node in sorted(objects, key=lambda node: node.id)}.values()]
    objects += [kinds.Way(id=i, nodes=r, tags=t, timestamp=s) for i, r, t, s in ways]
    objects += [kinds.Relation(id=i, members=m, tags=t, timestamp=s) for i, m, t, s in relations]
    return objects


def written(path: Path, objects: list, kind: str = "pbf") -> Path:
    writer = osmium.SimpleWriter(osmium.io.File(str(path), kind), overwrite=True)
    add = {"Node": writer.add_node, "Way": writer.add_way, "Relation": writer.add_relation}
    for thing in objects:
        add[type(thing).__name__](thing)
    writer.close()
    return path


def outcome(path: Path) -> OsmData | SourceError:
    try:
        return read_osm(path)
    except SourceError as error:
        return error


def by_both(path: Path, patch: pytest.MonkeyPatch) -> tuple[OsmData | SourceError, OsmData | SourceError]:
    ours = outcome(path)

    def refuse(_: Path) -> pbf.Plain:
        raise UnusualError("left to osmium")

    patch.setattr(osm_passes, "read_plain", refuse)
    return ours, outcome(path)


def assert_alike(ours: OsmData, theirs: OsmData) -> None:
    for name in ("way_id", "offsets", "node_id", "lon", "lat"):
        assert np.array_equal(getattr(ours.ways, name), getattr(theirs.ways, name)), name
    assert list(ours.ways.tags) == list(theirs.ways.tags)
    assert list(map(list, ours.ways.tags)) == list(map(list, theirs.ways.tags))
    assert ours.ways.node_tags == theirs.ways.node_tags
    for mine, other in ((ours.objects, theirs.objects), (ours.addresses, theirs.addresses)):
        assert list(mine.index) == list(other.index)
        assert list(mine["tags"]) == list(other["tags"])
        assert list(shapely.to_wkb(mine.geometry.to_numpy())) == list(shapely.to_wkb(other.geometry.to_numpy()))
    assert dict(ours.counts) == dict(theirs.counts)
    assert (ours.timestamp, ours.bounds) == (theirs.timestamp, theirs.bounds)


@settings(max_examples=150, deadline=None)
@given(objects=files(), kind=st.sampled_from(["pbf", "pbf,pbf_dense_nodes=false", "pbf,pbf_compression=none"]))
def test_random_files_are_read_alike(objects: list, kind: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = written(tmp_path_factory.mktemp("pbf") / "random.osm.pbf", objects, kind)
    with pytest.MonkeyPatch.context() as patch:
        assert_alike(*by_both(path, patch))


@pytest.mark.parametrize("name", EXTRACTS)
def test_real_extracts_are_read_alike(name: str, real_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = real_data / f"{name}.osm.pbf"
    read_plain(path)  # it is plain
    assert_alike(*by_both(path, monkeypatch))


def node(number: int) -> osmium.osm.mutable.Node:
    return osmium.osm.mutable.Node(id=number, location=(1.0, 2.0), tags={"amenity": "school"}, visible=True)


@pytest.mark.parametrize(
    ("objects", "kind"),
    [
        ([node(2), node(1)], "pbf"),
        ([node(1)], "pbf,pbf_dense_nodes=false"),
        ([node(1)], "pbf,history=true"),
        ([osmium.osm.mutable.Node(id=1, location=(1.0, 2.0), tags=[("shop", "no"), ("shop", "yes")])], "pbf"),
    ],
)
def test_what_is_not_plain_is_left_to_osmium(objects: list, kind: str, tmp_path: Path) -> None:
    path = written(tmp_path / "odd.osm.pbf", objects, kind)
    with pytest.raises(UnusualError):
        read_plain(path)
    assert len(read_osm(path).objects) == len(objects)


def test_a_file_cut_anywhere_is_never_taken_for_a_whole_one(real_data: Path, tmp_path: Path) -> None:
    whole = (real_data / "selfoss.osm.pbf").read_bytes()
    path = tmp_path / "cut.osm.pbf"
    for share in (0.001, 0.3, 0.7, 0.99, 0.99999):
        path.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(UnusualError):
            read_plain(path)
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 255
    path.write_bytes(bytes(flipped))
    with pytest.raises(UnusualError):
        read_plain(path)


def fields_of(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield (number, value) of a message whose fields are numbers and bytes."""

    def number() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte, at = message[at], at + 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    at = 0
    while at < len(message):
        head = number()
        value = number()
        if head & 7 == 2:
            at += value
            yield head >> 3, message[at - value : at]
        else:
            yield head >> 3, value


def blocks_of(data: bytes) -> Iterator[tuple[bytes, bytearray]]:
    """Yield (kind, content) of the blocks of a file."""
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        head = dict(fields_of(data[at + 4 : at + 4 + size]))
        at += 4 + size + head[3]
        yield head[1], bytearray(zlib.decompress(dict(fields_of(data[at - head[3] : at]))[3]))


def varint(number: int) -> bytes:
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + varint(number >> 7)


def packed(blocks: list[tuple[bytes, bytearray]]) -> bytes:
    """Write blocks as a file, without compression: no checksum tells that they were changed."""
    out = b""
    for kind, content in blocks:
        blob = b"\x0a" + varint(len(content)) + bytes(content)
        head = b"\x0a" + varint(len(kind)) + kind + b"\x18" + varint(len(blob))
        out += len(head).to_bytes(4, "big") + head + blob
    return out


CHANGES = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.sampled_from([0, 1, 127, 128, 255])), min_size=1, max_size=3
)


@settings(max_examples=300, deadline=None)
@given(block=st.integers(0, 2), changes=CHANGES)
def test_bytes_changed_behind_every_checksum_do_no_harm(
    block: int, changes: list, tmp_path_factory: pytest.TempPathFactory
) -> None:
    kinds = osmium.osm.mutable
    objects = [node(number) for number in range(1, 9)]
    objects += [kinds.Way(id=n, nodes=[n, n + 1, n + 2], tags={"highway": "footway"}) for n in range(1, 5)]
    objects += [kinds.Relation(id=1, members=[("w", 1, "outer")], tags={"type": "multipolygon", "building": "yes"})]
    path = written(tmp_path_factory.mktemp("pbf") / "changed.osm.pbf", objects)
    blocks = list(blocks_of(path.read_bytes()))
    content = blocks[block % len(blocks)][1]
    for place, byte in changes:
        content[int(place * len(content))] = byte
    path.write_bytes(packed(blocks))
    with pytest.MonkeyPatch.context() as patch:
        ours, theirs = by_both(path, patch)
    if isinstance(ours, OsmData) and isinstance(theirs, OsmData):  # osmium also minds what is not used here
        assert_alike(ours, theirs)
    else:
        assert isinstance(theirs, SourceError)
