"""One block of an OSM PBF file: its strings, and the objects that refer to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from lifecircle.engine import ready

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Tags = dict[str, str]
Spans = dict[int, list[tuple[int, int, int]]]

# Coordinates in the file count nanodegrees, osmium's a hundred of them.
UNIT = 100
DEGREE = 10_000_000
MEMBER_WAY, LAST_KIND = 1, 2
LATEST = 2**32  # timestamps are 32 bits wide, places 31


@dataclass(frozen=True, slots=True, eq=False)
class PlainRelation:
    """A relation: `members` are (id, role) of its ways."""

    number: int
    stamp: int
    tags: Tags
    members: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class TaggedNodes:
    """The tagged nodes of one group; `valid` says whether the place lies on the globe."""

    number: list[int]
    stamp: Ints
    tags: list[Tags]
    lon: list[float]
    lat: list[float]
    valid: list[bool]


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """The ways of one group: way w has references ``offsets[w]:offsets[w + 1]``."""

    number: list[int]
    stamp: Ints
    tags: list[Tags]
    offsets: Ints
    refs: Ints


def spans(data: Bytes, within: tuple[int, int] | None = None) -> Spans:
    """Return (value, start, end) of the fields of a message, by number; it is all of `data`, or a part of it."""
    from lifecircle.sources import pbf_kernels as kernels

    start, stop = within or (0, len(data))
    out = np.empty(((stop - start) // 2 + 1, 4), dtype=np.int64)
    found: Spans = {}
    for number, *span in out[: ready(kernels.fields)(_writeable(data), start, stop, out)].tolist():
        found.setdefault(number, []).append(tuple(span))
    return found


def _writeable(data: Bytes) -> Bytes:
    """Return `data` as the kernels know it: a read-only array would be compiled for anew."""
    return np.require(data, requirements=["C", "W"])


class Block:
    """One block of objects, with its strings."""

    def __init__(self, data: Bytes) -> None:
        self._data = data
        self._fields = spans(data)
        _, start, end = self._fields[1][-1]
        texts = spans(data, (start, end)).get(1, [])
        text = data.tobytes()
        self._strings = [text[begin:stop].decode("utf-8") for _, begin, stop in texts]
        self._granularity = self._single(17, 100)
        self._offset = np.array([self._single(20, 0), self._single(19, 0)], dtype=np.int64)
        self._seconds = self._single(18, 1000) / 1000

    def _single(self, number: int, default: int) -> int:
        return self._fields[number][-1][0] if number in self._fields else default

    @property
    def has_ways(self) -> bool:
        """Whether any group of this block holds ways."""
        return any(3 in spans(self._data, (start, end)) for _, start, end in self._fields.get(2, []))

    def ways(self) -> Iterator[Ways]:
        """Yield the ways of every group."""
        for _, start, end in self._fields.get(2, []):
            yield self._ways(start, end)

    def nodes(self) -> Iterator[tuple[Ints, Ints, TaggedNodes]]:
        """Yield the ids, the places and the tagged ones of the nodes of every group."""
        for _, start, end in self._fields.get(2, []):
            groups = spans(self._data, (start, end))
            if 1 in groups:
                raise ValueError("nodes that are not dense")
            for _, begin, stop in groups.get(2, []):
                yield self._dense(begin, stop)

    def relations(self) -> Iterator[PlainRelation]:
        """Yield the relations of every group."""
        for _, start, end in self._fields.get(2, []):
            for _, begin, stop in spans(self._data, (start, end)).get(4, []):
                yield self._relation(begin, stop)

    def _packed(self, fields: Spans, number: int, *, signed: bool = False) -> Ints:
        """Return the packed numbers of a field."""
        from lifecircle.sources import pbf_kernels as kernels

        if number not in fields:
            return np.empty(0, dtype=np.int64)
        if len(fields[number]) > 1:
            raise ValueError("a packed field in pieces")
        _, start, end = fields[number][0]
        out = np.empty(end - start, dtype=np.int64)
        return out[: ready(kernels.unpack)(self._data, start, end, signed, out)]

    def _dense(self, start: int, end: int) -> tuple[Ints, Ints, TaggedNodes]:
        fields = spans(self._data, (start, end))
        ids = np.cumsum(self._packed(fields, 1, signed=True))
        units = np.column_stack([np.cumsum(self._packed(fields, number, signed=True)) for number in (9, 8)])
        nano = units.astype(np.float64) * self._granularity + self._offset
        if len(units) != len(ids) or np.any(np.abs(nano) >= 2**31 * UNIT):
            raise ValueError("nodes without places")
        place = np.trunc(nano / UNIT).astype(np.int64)
        rows, tags = self._dense_tags(self._packed(fields, 10), len(ids))
        stamp = self._stamps(fields, len(ids))[rows]
        lon, lat = (place[rows] / DEGREE).T.tolist() if len(rows) else ([], [])
        valid = on_globe(place[rows]).tolist()
        return ids, place, TaggedNodes(ids[rows].tolist(), stamp, tags, lon, lat, valid)

    def _dense_tags(self, mixed: Ints, count: int) -> tuple[Ints, list[Tags]]:
        """Return the rows of the nodes that have tags, and the tags; `mixed` is key, value ... 0 for each node."""
        if not len(mixed):
            return np.empty(0, dtype=np.int64), []
        # A 0 ends a node only in the place of a key; values are never 0, because string 0 is not used.
        ends = np.flatnonzero(mixed == 0)
        if len(ends) != count:
            raise ValueError("tags of another number of nodes")
        begins = np.concatenate([[0], ends[:-1] + 1])
        rows = np.flatnonzero(ends > begins)
        words = self._words(mixed)
        return rows, [
            dict(zip(words[begin:end:2], words[begin + 1 : end : 2], strict=True))
            for begin, end in zip(begins[rows].tolist(), ends[rows].tolist(), strict=True)
        ]

    def _stamps(self, fields: Spans, count: int) -> Ints:
        """Return the seconds since 1970 of every dense node, 0 where unknown."""
        if 5 not in fields:
            return np.zeros(count, dtype=np.int64)
        info = spans(self._data, fields[5][-1][1:])
        stamps = np.cumsum(self._packed(info, 2, signed=True))
        if 6 in info or len(stamps) not in (0, count):
            raise ValueError("nodes with a history")
        return self._dated(stamps) if len(stamps) else np.zeros(count, dtype=np.int64)

    def _dated(self, stamps: Ints) -> Ints:
        """Return timestamps in seconds since 1970."""
        seconds = stamps * self._seconds
        if np.any((seconds < 0) | (seconds >= LATEST)):
            raise ValueError("an impossible date")
        return seconds.astype(np.int64)

    def _ways(self, start: int, end: int) -> Ways:
        from lifecircle.sources import pbf_kernels as kernels

        size = end - start
        head = np.empty((size // 2 + 1, 4), dtype=np.int64)
        key, word, refs = (np.empty(size, dtype=np.int64) for _ in range(3))
        count, tags, nodes = ready(kernels.ways)(self._data, start, end, head, key, word, refs)
        keys, words = self._words(key[:tags]), self._words(word[:tags])
        ends = [0, *head[:count, 2].tolist()]
        return Ways(
            head[:count, 0].tolist(),
            self._dated(head[:count, 1]),
            [dict(zip(keys[begin:stop], words[begin:stop], strict=True)) for begin, stop in pairwise(ends)],
            np.concatenate([[0], head[:count, 3]]),
            refs[:nodes].copy(),
        )

    def _relation(self, start: int, end: int) -> PlainRelation:
        fields = spans(self._data, (start, end))
        keys, values = self._words(self._packed(fields, 2)), self._words(self._packed(fields, 3))
        info = spans(self._data, fields[4][-1][1:]) if 4 in fields else {}
        if 6 in info:
            raise ValueError("a relation with a history")
        stamp = info[2][-1][0] if 2 in info else 0
        members = np.cumsum(self._packed(fields, 9, signed=True)).tolist()
        roles, kinds = self._words(self._packed(fields, 8)), self._packed(fields, 10).tolist()
        if kinds and max(kinds) > LAST_KIND:
            raise ValueError("a member of no known kind")
        found = zip(members, roles, kinds, strict=True)
        return PlainRelation(
            fields[1][-1][0],
            int(self._dated(np.array([stamp]))[0]),
            dict(zip(keys, values, strict=True)),
            tuple((number, role) for number, role, kind in found if kind == MEMBER_WAY),
        )

    def _words(self, numbers: Ints) -> list[str]:
        if np.any(numbers < 0):
            raise ValueError("a string of no number")
        strings = self._strings
        return [strings[number] for number in numbers.tolist()]


def on_globe(place: Ints) -> npt.NDArray[np.bool_]:
    """Return which places (N, 2) lie on the globe."""
    return (np.abs(place[:, 0]) <= 180 * DEGREE) & (np.abs(place[:, 1]) <= 90 * DEGREE)
