"""The objects of an OSM file, handed on in the order in which they are collected.

Plain PBF files are decoded in one go (`pbf`), all others are streamed by osmium, once per kind; both give the same.
"""

from array import array
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from sys import intern
from typing import Any

import numpy as np
import numpy.typing as npt

from lifecircle.errors import SourceError
from lifecircle.sources.osm_collect import EPOCH, Collected, Collector, Place, Tags
from lifecircle.sources.osm_header import stream
from lifecircle.sources.pbf import Plain, UnusualError, read_plain
from lifecircle.sources.pbf_block import Ways

# WKB of a line, little-endian, before the number of its points.
_LINE_HEAD = b"\x01\x02\x00\x00\x00"


def collect(path: Path, kind: str, *, dated: bool) -> Collected:
    """Read a file: relations, then nodes, then ways.

    Parameters
    ----------
    path, kind
        The file and its format, checked by ``osm_format``.
    dated : bool
        True when the header tells the date; else the newest date of an object is sought.
    """
    if kind == "pbf":
        with suppress(UnusualError):
            return _collect_plain(read_plain(path), dated=dated)
    try:
        return _collect_stream(path, kind, dated=dated)
    except UnicodeDecodeError as error:
        raise SourceError(f"{path.name}: a text in it is not UTF-8 ({error}); the file may be damaged") from error


def _collect_plain(plain: Plain, *, dated: bool) -> Collected:
    """Take the objects of a decoded file."""
    collector = Collector()
    for relation in plain.relations:
        collector.relation(relation.number, relation.tags, ways=relation.members)
    for group in plain.tagged:
        for row, number in enumerate(group.number):
            place = (group.lon[row], group.lat[row]) if group.valid[row] else None
            collector.node(number, group.tags[row], place=place)
    stamps = [group.stamp for group in plain.tagged]
    for ways in plain.ways():
        stamps.append(ways.stamp)
        shapes = _PlainShapes(ways, *plain.places_of(ways.refs))
        for row, (number, tags) in enumerate(zip(ways.number, ways.tags, strict=True)):
            collector.way(number, tags, shape=_PlainShape(shapes, row))
    stamps.append(np.array([relation.stamp for relation in plain.relations], dtype=np.int64))
    newest = max(int(stamp.max(initial=0)) for stamp in stamps)
    found = collector.collected
    found.newest = EPOCH if dated else datetime.fromtimestamp(newest, UTC)
    return found


def _collect_stream(path: Path, kind: str, *, dated: bool) -> Collected:
    """Read a file in three streaming passes."""
    import osmium

    collector = Collector()
    newest = EPOCH
    locations = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
    locations.ignore_errors()
    kinds = osmium.osm
    for item in stream(path, kind, entities=kinds.RELATION):
        newest = newest if dated else max(newest, item.timestamp)
        members = ((member.ref, member.role) for member in item.members if member.type == "w")
        collector.relation(item.id, _tags(item), ways=members)
    for item in stream(path, kind, locations, osmium.filter.EmptyTagFilter(), entities=kinds.NODE):
        newest = newest if dated else max(newest, item.timestamp)
        place = item.location
        collector.node(item.id, _tags(item), place=(place.lon, place.lat) if place.valid() else None)
    for item in stream(path, kind, locations, entities=kinds.WAY):
        newest = newest if dated else max(newest, item.timestamp)
        collector.way(item.id, _tags(item), shape=_StreamedShape(item))
    collector.collected.newest = newest
    return collector.collected


class _PlainShapes:
    """What the ways of one group share: looked up for all at once."""

    def __init__(self, ways: Ways, places: npt.NDArray[np.float64], there: npt.NDArray[np.bool_]) -> None:
        first, last = ways.offsets[:-1], ways.offsets[1:] - 1
        self.ends = ways.offsets.tolist()
        self.refs = array("q", ways.refs.tobytes())
        self.places, self.there, self.text = places, there, places.tobytes()
        absent = np.concatenate([[0], np.cumsum(~there)])
        many = last > first
        self.whole = (many & (absent[last + 1] == absent[first])).tolist()
        self.closed = np.zeros(len(first), dtype=bool)
        self.closed[many] = ways.refs[first[many]] == ways.refs[last[many]]


class _PlainShape:
    """Nodes of one decoded way."""

    __slots__ = ("_all", "_row")

    def __init__(self, shapes: _PlainShapes, row: int) -> None:
        self._all, self._row = shapes, row

    def _own(self) -> slice:
        return slice(self._all.ends[self._row], self._all.ends[self._row + 1])

    def closed(self) -> bool:
        return bool(self._all.closed[self._row])

    def line(self) -> bytes:
        if not self._all.whole[self._row]:
            return b""
        start, end = self._all.ends[self._row], self._all.ends[self._row + 1]
        return _LINE_HEAD + (end - start).to_bytes(4, "little") + self._all.text[16 * start : 16 * end]

    def refs(self) -> "array[int]":
        return self._all.refs[self._own()]

    def places(self) -> Iterator[tuple[int, Place | None]]:
        own, shapes = self._own(), self._all
        found = zip(shapes.refs[own], shapes.places[own].tolist(), shapes.there[own].tolist(), strict=True)
        return ((ref, (lon, lat) if there else None) for ref, (lon, lat), there in found)


class _StreamedShape:
    """Nodes of a way that streams by; valid until the next one is asked for."""

    __slots__ = ("_item",)

    def __init__(self, item: Any) -> None:  # noqa: ANN401 - an osmium object
        self._item = item

    def closed(self) -> bool:
        return len(self._item.nodes) > 1 and bool(self._item.is_closed())

    def line(self) -> bytes:
        import osmium

        try:
            return bytes.fromhex(_line_factory().create_linestring(self._item, osmium.geom.use_nodes.ALL))
        except (osmium.InvalidLocationError, RuntimeError):  # nodes absent, or fewer than two
            return b""

    def refs(self) -> "array[int]":
        return array("q", [node.ref for node in self._item.nodes])

    def places(self) -> Iterator[tuple[int, Place | None]]:
        for node in self._item.nodes:
            yield node.ref, (node.lon, node.lat) if node.location.valid() else None


@cache
def _line_factory() -> Any:  # noqa: ANN401 - an osmium object
    import osmium

    return osmium.geom.WKBFactory()


def _tags(item: Any) -> Tags:  # noqa: ANN401 - an osmium object
    return {intern(tag.k): tag.v for tag in item.tags}
