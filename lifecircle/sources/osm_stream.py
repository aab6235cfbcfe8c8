"""What is kept of an OSM file that osmium streams, once per kind of object."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from sys import intern
from typing import Any

import numpy as np

from lifecircle.sources.osm_collect import EPOCH, Collected, Nodes, Relation, Tags, Ways
from lifecircle.sources.osm_header import stream
from lifecircle.sources.osm_tags import (
    concerns_walkers,
    is_address,
    is_area_relation,
    is_dead,
    is_kept_relation,
    is_object,
    is_street,
    said,
)

# Bytes of the WKB of a line before its coordinates: order, kind and number of points.
_LINE_HEAD = 9


def collect_stream(path: Path, kind: str, *, dated: bool) -> Collected:
    """Read a file in three passes; see `lifecircle.sources.osm_passes.collect`."""
    import osmium

    taken = _Taken()
    newest = EPOCH
    locations = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
    locations.ignore_errors()
    kinds = osmium.osm
    passes = (
        (taken.relation, (), kinds.RELATION),
        (taken.node, (locations, osmium.filter.EmptyTagFilter()), kinds.NODE),
        (taken.way, (locations,), kinds.WAY),
    )
    for take, handlers, entities in passes:
        for item in stream(path, kind, *handlers, entities=entities):
            newest = newest if dated else max(newest, item.timestamp)
            take(item)
    ways = taken.ways.made()
    counts = taken.counts + ways.missing()
    return Collected(taken.relations, taken.nodes.made(), taken.addresses.made(), ways.latest(), counts, newest)


@dataclass(slots=True)
class _NodeColumns:
    """Nodes as they come."""

    number: array[int] = field(default_factory=lambda: array("q"))
    tags: list[Tags] = field(default_factory=list)
    thing: list[bool] = field(default_factory=list)
    xy: array[float] = field(default_factory=lambda: array("d"))

    def take(self, item: Any, tags: Tags, *, thing: bool) -> None:  # noqa: ANN401 - an osmium object
        self.number.append(item.id)
        self.tags.append(tags)
        self.thing.append(thing)
        self.xy.extend((item.location.lon, item.location.lat))

    def made(self) -> Nodes:
        number, xy = np.array(self.number, dtype=np.int64), np.array(self.xy, dtype=np.float64).reshape(-1, 2)
        return Nodes(number, self.tags, np.array(self.thing, dtype=bool), xy).latest()


@dataclass(slots=True)
class _WayColumns:
    """Ways as they come; their places as bytes of two floats each."""

    number: array[int] = field(default_factory=lambda: array("q"))
    tags: list[Tags] = field(default_factory=list)
    said: array[int] = field(default_factory=lambda: array("q"))
    ends: array[int] = field(default_factory=lambda: array("q", [0]))
    refs: array[int] = field(default_factory=lambda: array("q"))
    xy: bytearray = field(default_factory=bytearray)
    there: bytearray = field(default_factory=bytearray)

    def take(self, item: Any, tags: Tags, *, bits: int) -> None:  # noqa: ANN401 - an osmium object
        self.number.append(item.id)
        self.tags.append(tags)
        self.said.append(bits)
        self.refs.extend([node.ref for node in item.nodes])
        self.ends.append(len(self.refs))
        whole = _line(item)
        if whole:
            self.xy += whole
            self.there += b"\1" * len(item.nodes)
            return
        for node in item.nodes:
            there = node.location.valid()
            self.xy += np.array([node.lon, node.lat] if there else [0.0, 0.0]).tobytes()
            self.there.append(there)

    def made(self) -> Ways:
        ints = (np.array(column, dtype=np.int64) for column in (self.number, self.said, self.ends, self.refs))
        number, bits, ends, refs = ints
        xy = np.frombuffer(bytes(self.xy), dtype="<f8").reshape(-1, 2).astype(np.float64)
        return Ways(number, self.tags, bits, ends, refs, xy, np.frombuffer(bytes(self.there), dtype=bool))


class _Taken:
    """Decides what is kept of the objects that stream by; an object is valid only until the next one comes."""

    def __init__(self) -> None:
        self.relations: dict[int, Relation] = {}
        self.nodes, self.addresses, self.ways = _NodeColumns(), _NodeColumns(), _WayColumns()
        self.counts: Counter[str] = Counter()
        self._members: set[int] = set()
        self._shared: dict[tuple[tuple[str, str], ...], tuple[Tags, int]] = {}

    def _tags(self, item: Any) -> tuple[Tags, int]:  # noqa: ANN401 - an osmium object
        """Return the tags of an object, one dict for all that have the same, and what they say."""
        tags = {intern(tag.k): tag.v for tag in item.tags}
        same = tuple(tags.items())
        if same not in self._shared:
            bits = 0
            for pair in same:
                bits |= _said(*pair)
            self._shared[same] = tags, bits
        return self._shared[same]

    def relation(self, item: Any) -> None:  # noqa: ANN401 - an osmium object
        tags, bits = self._tags(item)
        self.counts["relations"] += 1
        if is_kept_relation(bits):
            members = tuple((member.ref, member.role == "inner") for member in item.members if member.type == "w")
            self.relations[item.id] = Relation(tags, bits, members)
            self._members.update(number for number, _ in members)
        else:
            self.counts["dead_objects"] += is_area_relation(bits) & is_dead(bits)

    def node(self, item: Any) -> None:  # noqa: ANN401 - an osmium object
        tags, bits = self._tags(item)
        thing = bool(is_object(bits, node=True))
        self.counts["nodes"] += 1
        self.counts["dead_objects"] += not thing and is_dead(bits)
        if not item.location.valid():
            return
        if thing or concerns_walkers(bits):
            self.nodes.take(item, tags, thing=thing)
        if not thing and is_address(bits):
            self.addresses.take(item, tags, thing=False)

    def way(self, item: Any) -> None:  # noqa: ANN401 - an osmium object
        tags, bits = self._tags(item)
        self.counts["ways"] += 1
        if is_street(bits) or is_object(bits) or item.id in self._members:
            self.ways.take(item, tags, bits=bits)
        else:
            self.counts["dead_objects"] += is_dead(bits)


_said = cache(said)


def _line(item: Any) -> bytes:  # noqa: ANN401 - an osmium object
    """Return the places of all nodes of a way, two floats each; empty when some are absent, or fewer than two."""
    import osmium

    try:
        return bytes.fromhex(_line_factory().create_linestring(item, osmium.geom.use_nodes.ALL))[_LINE_HEAD:]
    except (osmium.InvalidLocationError, RuntimeError):
        return b""


@cache
def _line_factory() -> Any:  # noqa: ANN401 - an osmium object
    import osmium

    return osmium.geom.WKBFactory()
