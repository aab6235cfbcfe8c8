"""One pass per kind through an OSM file: what is kept of relations, nodes and ways.

Relations come first, so that their untagged member ways are kept; nodes second, whatever
their order in the file, so that every way finds its places.
"""

from array import array
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from sys import intern
from typing import Any

from shapely import LineString

from lifecircle.sources.osm_header import stream
from lifecircle.sources.osm_tags import (
    is_address,
    is_area_relation,
    is_beside_streets,
    is_dead,
    is_object,
    is_route,
    is_street,
)

Tags = dict[str, str]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation worth a geometry; `members` are its ways ``(id, role)`` in order."""

    tags: Tags
    members: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A tagged node with its place in WGS-84 degrees; `thing` where it is an object by itself."""

    tags: Tags
    thing: bool
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Way:
    """A way as far as the file has it.

    Attributes
    ----------
    tags : dict
    thing : bool
        True where it is an object by itself, not only a street or a part of a relation.
    closed : bool
        First and last reference are the same node.
    line : bytes
        WKB with every referenced node; empty when nodes are missing.
    runs : tuple of LineString
        Where nodes are missing: the runs of at least two present nodes.
    refs : tuple of int64 arrays
        Node ids of the line or of each run; only of streets and of members of street areas.
    """

    tags: Tags
    thing: bool
    closed: bool
    line: bytes
    runs: tuple[LineString, ...]
    refs: tuple["array[int]", ...]


@dataclass(slots=True)
class Collected:
    """Everything kept from a file, by id; an id given twice keeps its last version.

    `addresses` are the nodes that carry a house number and are no object by themselves.
    `newest` is the newest date of an object, or `EPOCH` when none has a date or none was asked for.
    """

    relations: dict[int, Relation] = field(default_factory=dict)
    nodes: dict[int, Node] = field(default_factory=dict)
    addresses: dict[int, Node] = field(default_factory=dict)
    ways: dict[int, Way] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    newest: datetime = EPOCH


def collect(path: Path, kind: str, *, dated: bool) -> Collected:
    """Read a file in three streaming passes.

    Parameters
    ----------
    path, kind
        The file and its format, checked by ``osm_format``.
    dated : bool
        True when the header tells the date; else the newest date of an object is sought.
    """
    return _Collector(path, kind, dated=dated).collected


class _Collector:
    """The three passes and what they share."""

    def __init__(self, path: Path, kind: str, *, dated: bool) -> None:
        import osmium

        self._dated = dated
        self._line_factory = osmium.geom.WKBFactory()
        self._all_nodes = osmium.geom.use_nodes.ALL
        self._invalid_location = osmium.InvalidLocationError
        self._members: set[int] = set()
        self._street_members: set[int] = set()
        self.collected = Collected()
        locations = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
        locations.ignore_errors()
        kinds = osmium.osm
        for item in stream(path, kind, entities=kinds.RELATION):
            self._relation(item)
        for item in stream(path, kind, locations, osmium.filter.EmptyTagFilter(), entities=kinds.NODE):
            self._node(item)
        for item in stream(path, kind, locations, entities=kinds.WAY):
            self._way(item)

    def _seen(self, what: str, item: Any) -> None:  # noqa: ANN401 - an osmium object
        self.collected.counts[what] += 1
        if not self._dated:
            self.collected.newest = max(self.collected.newest, item.timestamp)

    def _count_dead(self, tags: Tags) -> None:
        if is_dead(tags):
            self.collected.counts["dead_objects"] += 1

    def _relation(self, item: Any) -> None:  # noqa: ANN401 - an osmium object
        self._seen("relations", item)
        tags = _tags(item)
        street = is_street(tags)
        if not (is_route(tags) or (is_area_relation(tags) and (street or is_object(tags)))):
            if is_area_relation(tags):
                self._count_dead(tags)
            return
        members = tuple((member.ref, member.role) for member in item.members if member.type == "w")
        self.collected.relations[item.id] = Relation(tags, members)
        self._members.update(ref for ref, _ in members)
        if street and not is_route(tags):
            self._street_members.update(ref for ref, _ in members)

    def _node(self, item: Any) -> None:  # noqa: ANN401 - an osmium object
        self._seen("nodes", item)
        tags = _tags(item)
        thing = is_object(tags, node=True)
        if not thing:
            self._count_dead(tags)
        place = item.location
        if place.valid() and (thing or not is_beside_streets(tags)):
            self.collected.nodes[item.id] = Node(tags, thing, place.lon, place.lat)
        if place.valid() and not thing and is_address(tags):
            self.collected.addresses[item.id] = Node(tags, thing, place.lon, place.lat)

    def _way(self, item: Any) -> None:  # noqa: ANN401 - an osmium object
        self._seen("ways", item)
        tags = _tags(item)
        street, thing = is_street(tags), is_object(tags)
        if not (street or thing or item.id in self._members):
            self._count_dead(tags)
            return
        nodes = item.nodes
        with_refs = street or item.id in self._street_members
        closed = len(nodes) > 1 and item.is_closed()
        try:
            line = bytes.fromhex(self._line_factory.create_linestring(item, self._all_nodes))
        except (self._invalid_location, RuntimeError):  # nodes absent, or fewer than two
            self.collected.ways[item.id] = Way(tags, thing, closed, b"", *self._cut(item))
            return
        refs = (array("q", [node.ref for node in nodes]),) if with_refs else ()
        self.collected.ways[item.id] = Way(tags, thing, closed, line, (), refs)

    def _cut(self, item: Any) -> tuple[tuple[LineString, ...], tuple["array[int]", ...]]:  # noqa: ANN401
        """Return the runs of present nodes of a way that cannot be drawn whole, and their ids."""
        runs: list[list[tuple[int, float, float]]] = [[]]
        missing = 0
        for node in item.nodes:
            if node.location.valid():
                runs[-1].append((node.ref, node.lon, node.lat))
            else:
                missing += 1
                runs.append([])
        kept = [run for run in runs if len(run) > 1]
        self.collected.counts["missing_nodes"] += missing
        self.collected.counts["cut_ways"] += missing > 0
        self.collected.counts["lost_ways"] += not kept
        lines = tuple(LineString([(lon, lat) for _, lon, lat in run]) for run in kept)
        return lines, tuple(array("q", [ref for ref, _, _ in run]) for run in kept)


def _tags(item: Any) -> Tags:  # noqa: ANN401 - an osmium object
    return {intern(tag.k): tag.v for tag in item.tags}
