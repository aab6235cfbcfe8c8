"""What is kept of the relations, nodes and ways of an OSM file.

Relations come first, so that their untagged member ways are kept; nodes second, whatever
their order in the file, so that every way finds its places.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from shapely import LineString

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
Place = tuple[float, float]
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


class Shape(Protocol):
    """The nodes of a way."""

    def closed(self) -> bool:
        """Say whether the first and the last of at least two references are the same."""

    def line(self) -> bytes:
        """Return WKB with every node; empty when nodes are missing or fewer than two."""

    def refs(self) -> "array[int]":
        """Return the ids of all nodes."""

    def places(self) -> Iterator[tuple[int, Place | None]]:
        """Yield the id and, where it is present, the place of every node."""


class Collector:
    """Decides what is kept."""

    def __init__(self) -> None:
        self._members: set[int] = set()
        self._street_members: set[int] = set()
        self.collected = Collected()

    def _count_dead(self, tags: Tags) -> None:
        if is_dead(tags):
            self.collected.counts["dead_objects"] += 1

    def relation(self, number: int, tags: Tags, *, ways: Iterable[tuple[int, str]]) -> None:
        """Take a relation with its member ways."""
        self.collected.counts["relations"] += 1
        street = is_street(tags)
        if not (is_route(tags) or (is_area_relation(tags) and (street or is_object(tags)))):
            if is_area_relation(tags):
                self._count_dead(tags)
            return
        members = tuple(ways)
        self.collected.relations[number] = Relation(tags, members)
        self._members.update(ref for ref, _ in members)
        if street and not is_route(tags):
            self._street_members.update(ref for ref, _ in members)

    def node(self, number: int, tags: Tags, *, place: Place | None) -> None:
        """Take a tagged node; `place` is None where it lies nowhere on the globe."""
        self.collected.counts["nodes"] += 1
        thing = is_object(tags, node=True)
        if not thing:
            self._count_dead(tags)
        if place is None:
            return
        if thing or not is_beside_streets(tags):
            self.collected.nodes[number] = Node(tags, thing, *place)
        if not thing and is_address(tags):
            self.collected.addresses[number] = Node(tags, thing, *place)

    def way(self, number: int, tags: Tags, *, shape: Shape) -> None:
        """Take a way."""
        self.collected.counts["ways"] += 1
        street, thing = is_street(tags), is_object(tags)
        if not (street or thing or number in self._members):
            self._count_dead(tags)
            return
        with_refs = street or number in self._street_members
        line = shape.line()
        if not line:
            self.collected.ways[number] = Way(tags, thing, shape.closed(), b"", *self._cut(shape))
            return
        self.collected.ways[number] = Way(tags, thing, shape.closed(), line, (), (shape.refs(),) if with_refs else ())

    def _cut(self, shape: Shape) -> tuple[tuple[LineString, ...], tuple["array[int]", ...]]:
        """Return the runs of present nodes of a way that cannot be drawn whole, and their ids."""
        runs: list[list[tuple[int, Place]]] = [[]]
        missing = 0
        for ref, place in shape.places():
            if place is not None:
                runs[-1].append((ref, place))
            else:
                missing += 1
                runs.append([])
        kept = [run for run in runs if len(run) > 1]
        self.collected.counts["missing_nodes"] += missing
        self.collected.counts["cut_ways"] += missing > 0
        self.collected.counts["lost_ways"] += not kept
        lines = tuple(LineString([place for _, place in run]) for run in kept)
        return lines, tuple(array("q", [ref for ref, _ in run]) for run in kept)
