"""OSM PBF files decoded in one go; whatever is unusual about a file is left to osmium.

A file is plain when its nodes are sorted by id and dense, its blocks are compressed with zlib or not at all, and it has
no history. So are the extracts of Geofabrik, BBBike, planet.osm and of the osmium tools.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lifecircle.engine import uses_kernels
from lifecircle.sources.pbf_block import DEGREE, Block, Bytes, Ints, PlainRelation, TaggedNodes, Ways, on_globe, spans

Floats = npt.NDArray[np.float64]

# Larger files would hold many nodes at once (24 bytes each): osmium streams them.
LARGEST = 150_000_000
# As in osmium: no block of a sound file is larger, packed or not.
LARGEST_HEAD, LARGEST_BLOCK = 64 * 1024, 32 * 1024 * 1024
FEATURES = frozenset({"OsmSchema-V0.6", "DenseNodes"})


class UnusualError(Exception):
    """Not a plain file: osmium reads it, or says what is wrong with it."""


@dataclass(slots=True, eq=False)
class Plain:
    """A plain file: its relations and nodes, and its ways as they are asked for.

    Nodes ascend by `node_id`, places count 1e-7 degrees; `packed` are the blocks that hold ways.
    """

    relations: list[PlainRelation] = field(default_factory=list)
    tagged: list[TaggedNodes] = field(default_factory=list)
    packed: list[Bytes] = field(default_factory=list)
    node_id: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    place: Ints = field(default_factory=lambda: np.empty((0, 2), dtype=np.int64))

    def ways(self) -> Iterator[Ways]:
        """Yield the ways, group by group.

        Raises
        ------
        UnusualError
            If they do not decode.
        """
        for blob in self.packed:
            with _usual():
                groups = list(Block(_unpacked(blob)).ways())
            yield from groups

    def places_of(self, refs: Ints) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Return (lon, lat) in degrees of node references (N,), and whether each node is there."""
        if not len(self.node_id):
            return np.zeros((len(refs), 2)), np.zeros(len(refs), dtype=bool)
        row = np.minimum(np.searchsorted(self.node_id, refs), len(self.node_id) - 1)
        return self.place[row] / DEGREE, (self.node_id[row] == refs) & on_globe(self.place[row])


def read_plain(path: Path) -> Plain:
    """Decode a plain PBF file.

    Raises
    ------
    UnusualError
        If the file is not plain, damaged, very large, or the kernels do not run.
    """
    if not uses_kernels() or path.stat().st_size > LARGEST:
        raise UnusualError(path.name)
    plain, nodes = Plain(), [(np.empty(0, dtype=np.int64), np.empty((0, 2), dtype=np.int64))]
    with _usual():
        blobs = _blobs(path.read_bytes())
        _check_header(_unpacked(next(blobs)))
        for blob in blobs:
            block = Block(_unpacked(blob))
            for ids, place, tagged in block.nodes():
                nodes.append((ids, place))
                plain.tagged.append(tagged)
            plain.relations += block.relations()
            if block.has_ways:
                plain.packed.append(blob)
    plain.node_id = np.concatenate([ids for ids, _ in nodes])
    plain.place = np.concatenate([place for _, place in nodes])
    if np.any(np.diff(plain.node_id, prepend=-1) <= 0):
        raise UnusualError(f"{path.name}: nodes are not sorted by id")
    return plain


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
