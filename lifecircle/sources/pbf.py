"""OSM PBF files decoded in one go; whatever is unusual about a file is left to osmium.

A file is plain when its nodes are sorted by id and dense, its blocks are compressed with zlib or not at all, and it has
no history. So are the extracts of Geofabrik, BBBike, planet.osm and of the osmium tools.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lifecircle.engine import uses_kernels
from lifecircle.sources.pbf_block import (
    DEGREE,
    Block,
    Bytes,
    Ints,
    Things,
    Words,
    on_globe,
    spans,
)
from lifecircle.sources.pbf_fields import DENSE_NODES, MEMBER_WAY, RELATION, WAY
from lifecircle.sources.pbf_tags import TagSets

Floats = npt.NDArray[np.float64]

# Larger files would hold many nodes at once (24 bytes each): osmium streams them.
LARGEST = 150_000_000
# As in osmium: no block of a sound file is larger, packed or not.
LARGEST_HEAD, LARGEST_BLOCK = 64 * 1024, 32 * 1024 * 1024
FEATURES = frozenset({"OsmSchema-V0.6", "DenseNodes"})


class UnusualError(Exception):
    """Not a plain file: osmium reads it, or says what is wrong with it."""


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """Nodes with tags, ways or relations.

    Attributes
    ----------
    number, stamp : int64 (N,)
        Ids, and seconds since 1970 (0 where unknown).
    tags : TagSets
    offsets : int64 (N + 1,)
        Thing n has references ``offsets[n]:offsets[n + 1]``.
    refs : int64 (R,)
        Nodes of ways, ways of relations (other members are left out), and the nodes themselves.
    inner : bool (R,)
        Whether the role of the member is "inner"; of relations alone.
    """

    number: Ints
    stamp: Ints
    tags: TagSets
    offsets: Ints
    refs: Ints
    inner: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, things: Things, words: Words) -> Kind:
        """Return what the file says of all things of a kind."""
        if len(things.sort):
            things = things.only(things.sort == MEMBER_WAY)
        tags, offsets = TagSets(things, words.texts()), np.concatenate([[0], np.cumsum(things.members)])
        return cls(things.number, things.stamp, tags, offsets, things.refs, things.role == words.number(b"inner"))


@dataclass(frozen=True, slots=True, eq=False)
class Plain:
    """A plain file.

    Attributes
    ----------
    nodes, ways, relations : Kind
    node_id : int64 (N,)
        Of all nodes, ascending.
    place : int32 (N, 2)
        x and y of all nodes, 1e-7 degrees.
    """

    nodes: Kind
    ways: Kind
    relations: Kind
    node_id: Ints
    place: npt.NDArray[np.int32]

    def places_of(self, refs: Ints) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Return (lon, lat) in degrees of node references (N,), and whether each node is there."""
        if not len(self.node_id):
            return np.zeros((len(refs), 2)), np.zeros(len(refs), dtype=bool)
        row = np.minimum(np.searchsorted(self.node_id, refs), len(self.node_id) - 1)
        place = self.place[row]
        return place / DEGREE, (self.node_id[row] == refs) & on_globe(place)


def read_plain(path: Path) -> Plain:
    """Decode a plain PBF file.

    Raises
    ------
    UnusualError
        If the file is not plain, damaged, very large, or the kernels do not run.
    """
    if not uses_kernels() or path.stat().st_size > LARGEST:
        raise UnusualError(path.name)
    with _usual():
        return _decoded(path.read_bytes())


def _decoded(data: bytes) -> Plain:
    words = Words()
    found: dict[int, list[Things]] = {DENSE_NODES: [], WAY: [], RELATION: []}
    ids, places = [np.empty(0, dtype=np.int64)], [np.empty((0, 2), dtype=np.int32)]
    blobs = _blobs(data)
    _check_header(_unpacked(next(blobs)))
    for blob in blobs:
        block = Block(_unpacked(blob), words)
        for kind, start, end in block.groups():
            if kind == DENSE_NODES:
                number, place, things = block.nodes(start, end)
                ids.append(number)
                places.append(place)
            else:
                things = block.things(kind, start=start, end=end)
            found[kind].append(things)
    node_id = np.concatenate(ids)
    if np.any(np.diff(node_id, prepend=-1) <= 0):
        raise ValueError("nodes are not sorted by id")
    # The groups of a kind are let go of as soon as they are joined.
    nodes, ways, relations = (Kind.of(Things.joined(found.pop(kind)), words) for kind in (DENSE_NODES, WAY, RELATION))
    return Plain(nodes, ways, relations, node_id, np.concatenate(places))


@contextmanager
def _usual() -> Iterator[None]:
    """Turn whatever a file does to its reader into UnusualError."""
    try:
        yield
    except (ValueError, IndexError, KeyError, StopIteration, zlib.error, OverflowError, MemoryError) as error:
        raise UnusualError(str(error)) from error


def _blobs(data: bytes) -> Iterator[Bytes]:
    """Yield the packed blocks of a file, the header first."""
    at, kind = 0, b"OSMHeader"
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size > LARGEST_HEAD:
            raise ValueError("the head of a block is too large")
        head = np.frombuffer(data, dtype=np.uint8, count=size, offset=at + 4)
        fields = spans(head)
        (_, start, end), (length, _, _) = fields[1][-1], fields[3][-1]
        at += 4 + size
        if head[start:end].tobytes() != kind:
            raise ValueError("blocks of another kind")
        if not 0 < length <= LARGEST_BLOCK:
            raise ValueError("a block of an impossible size")
        blob = np.frombuffer(data, dtype=np.uint8, count=length, offset=at)
        at += length
        yield blob
        kind = b"OSMData"


def _unpacked(blob: Bytes) -> Bytes:
    fields = spans(blob)
    if 1 in fields:
        _, start, end = fields[1][-1]
        return blob[start:end].copy()
    if 3 not in fields:
        raise ValueError("another compression")
    _, start, end = fields[3][-1]
    unpacker = zlib.decompressobj()
    data = unpacker.decompress(blob[start:end].tobytes(), LARGEST_BLOCK)
    if not unpacker.eof:
        raise ValueError("a block that is cut short or too large")
    return np.frombuffer(bytearray(data), dtype=np.uint8)


def _check_header(data: Bytes) -> None:
    fields = spans(data)
    for _, start, end in fields.get(4, []):
        if data[start:end].tobytes().decode("utf-8") not in FEATURES:
            raise ValueError("another required feature")
