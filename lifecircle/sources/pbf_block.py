"""One block of an OSM PBF file: its strings, and the objects that refer to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from lifecircle.engine import ready
from lifecircle.sources.pbf_fields import DENSE_NODES, LAST_KIND, PLAIN_NODE, RELATION, WAY

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int32]
Spans = dict[int, list[tuple[int, int, int]]]

# Coordinates in the file count nanodegrees, osmium's a hundred of them.
UNIT = 100
DEGREE = 10_000_000
LATEST = 2**32  # timestamps are 32 bits wide, places 31
_NONE = np.empty(0, dtype=np.int64)
_UNSAID = np.empty(0, dtype=np.int32)


class Words:
    """The distinct strings of a file, numbered in the order in which they come."""

    def __init__(self) -> None:
        self._number: dict[bytes, int] = {}

    def numbers(self, texts: list[bytes]) -> Numbers:
        """Return the number of every text."""
        number = self._number
        return np.array([number.setdefault(text, len(number)) for text in texts], dtype=np.int32)

    def number(self, text: bytes) -> int:
        """Return the number of a text, -1 when the file has none like it."""
        return self._number.get(text, -1)

    def texts(self) -> list[str]:
        """Return every string by its number."""
        return [text.decode("utf-8") for text in self._number]


@dataclass(frozen=True, slots=True, eq=False)
class Things:
    """Nodes with tags, ways or relations, N of them; strings by their numbers in `Words`.

    Attributes
    ----------
    number, stamp : int64 (N,)
        Ids, and seconds since 1970 (0 where unknown).
    tags, members : int64 (N,)
        How many tags and references each has.
    key, word : int32 (T,)
        Of all tags.
    refs : int64 (R,)
        Nodes of ways, members of relations, ids of the nodes themselves.
    role, sort : int32, int64 (R,)
        Of members of relations; else of length 0.
    """

    number: Ints
    stamp: Ints
    tags: Ints
    members: Ints
    key: Numbers
    word: Numbers
    refs: Ints
    role: Numbers
    sort: Ints

    @classmethod
    def joined(cls, parts: list[Things]) -> Self:
        """Return the things of several groups as one."""
        none = cls(_NONE, _NONE, _NONE, _NONE, _UNSAID, _UNSAID, _NONE, _UNSAID, _NONE)
        parts = [none, *parts]
        return cls(*(np.concatenate([getattr(part, column.name) for part in parts]) for column in fields(cls)))

    def only(self, members: npt.NDArray[np.bool_]) -> Things:
        """Return the same things with some of their members (R,) alone."""
        owner = np.repeat(np.arange(len(self.number)), self.members)[members]
        sizes = np.bincount(owner, minlength=len(self.number)).astype(np.int64)
        kept = {name: getattr(self, name)[members] for name in ("refs", "role", "sort")}
        return replace(self, members=sizes, **kept)


def table(data: Bytes, within: tuple[int, int] | None = None) -> Ints:
    """Return (number, value, start, end) of the fields of a message, (F, 4); it is all of `data`, or a part of it."""
    from lifecircle.sources import pbf_kernels as kernels

    start, stop = within or (0, len(data))
    out = np.empty(((stop - start) // 2 + 1, 4), dtype=np.int64)
    return out[: ready(kernels.fields)(_writeable(data), start, stop, out)]


def spans(data: Bytes, within: tuple[int, int] | None = None) -> Spans:
    """Return (value, start, end) of the fields of a message, by number."""
    found: Spans = {}
    for number, *span in table(data, within).tolist():
        found.setdefault(number, []).append(tuple(span))
    return found


def _writeable(data: Bytes) -> Bytes:
    """Return `data` as the kernels know it: a read-only array would be compiled for anew."""
    return np.require(data, requirements=["C", "W"])


class Block:
    """One block of objects; its strings are numbered by `words`."""

    def __init__(self, data: Bytes, words: Words) -> None:
        self._data = data
        self._fields = spans(data)
        _, begin, stop = self._fields[1][-1]
        strings, text = table(data, (begin, stop)), data[:stop].tobytes()
        self._words = words.numbers([text[start:end] for _, _, start, end in strings[strings[:, 0] == 1].tolist()])
        self._granularity = self._single(17, 100)
        self._offset = np.array([self._single(20, 0), self._single(19, 0)], dtype=np.int64)
        self._seconds = self._single(18, 1000) / 1000

    def _single(self, number: int, default: int) -> int:
        return self._fields[number][-1][0] if number in self._fields else default

    def groups(self) -> Iterator[tuple[int, int, int]]:
        """Yield kind, start and end of what every group holds: all its ways or relations, or its dense nodes."""
        for _, start, end in self._fields.get(2, []):
            inside = table(self._data, (start, end))
            if np.any(inside[:, 0] == PLAIN_NODE):
                raise ValueError("nodes that are not dense")
            yield from (
                (number, begin, stop) for number, _, begin, stop in inside[inside[:, 0] == DENSE_NODES].tolist()
            )
            yield from ((kind, start, end) for kind in (WAY, RELATION) if np.any(inside[:, 0] == kind))

    def _packed(self, fields: Spans, number: int, *, signed: bool = False) -> Ints:
        """Return the packed numbers of a field."""
        from lifecircle.sources import pbf_kernels as kernels

        if number not in fields:
            return _NONE
        if len(fields[number]) > 1:
            raise ValueError("a packed field in pieces")
        _, start, end = fields[number][0]
        out = np.empty(end - start, dtype=np.int64)
        return out[: ready(kernels.unpack)(self._data, start, end, signed, out)]

    def nodes(self, start: int, end: int) -> tuple[Ints, Numbers, Things]:
        """Return the ids and the places (N, 2) of dense nodes, and those that have tags."""
        fields = spans(self._data, (start, end))
        ids = np.cumsum(self._packed(fields, 1, signed=True))
        units = np.column_stack([np.cumsum(self._packed(fields, number, signed=True)) for number in (9, 8)])
        nano = units.astype(np.float64) * self._granularity + self._offset
        if len(units) != len(ids) or np.any(np.abs(nano) >= 2**31 * UNIT):
            raise ValueError("nodes without places")
        place = np.trunc(nano / UNIT).astype(np.int32)
        rows, sizes, key, word = self._dense_tags(self._packed(fields, 10), len(ids))
        stamp = self._stamps(fields, len(ids))[rows]
        own = ids[rows]
        return ids, place, Things(own, stamp, sizes, np.ones_like(own), key, word, own, _UNSAID, _NONE)

    def _dense_tags(self, mixed: Ints, count: int) -> tuple[Ints, Ints, Numbers, Numbers]:
        """Return rows and numbers of tags of the nodes that have any, and the tags; `mixed` is key, value ... 0."""
        if not len(mixed):
            return _NONE, _NONE, _UNSAID, _UNSAID
        # A 0 ends a node only in the place of a key; values are never 0, because string 0 is not used.
        ends = np.flatnonzero(mixed == 0)
        sizes = np.diff(ends, prepend=-1) - 1
        if len(ends) != count or np.any(sizes % 2):
            raise ValueError("tags of another number of nodes")
        said = self._numbered(mixed[: ends[-1]][mixed[: ends[-1]] != 0])
        rows = np.flatnonzero(sizes)
        return rows, sizes[rows] // 2, said[0::2], said[1::2]

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

    def things(self, kind: int, *, start: int, end: int) -> Things:
        """Return the ways, or the relations, of a group."""
        from lifecircle.sources import pbf_kernels as kernels

        size = end - start
        head = np.empty((size // 2 + 1, 4), dtype=np.int64)
        key, word, refs = (np.empty(size, dtype=np.int64) for _ in range(3))
        role, sort = (np.empty(size if kind == RELATION else 0, dtype=np.int64) for _ in range(2))
        found = ready(kernels.things)(self._data, start, end, kind, head, key, word, refs, role, sort)
        count, tags, members = found
        if np.any(sort[:members] > LAST_KIND):
            raise ValueError("a member of no known kind")
        return Things(
            head[:count, 0].copy(),
            self._dated(head[:count, 1]),
            np.diff(head[:count, 2], prepend=0),
            np.diff(head[:count, 3], prepend=0),
            self._numbered(key[:tags]),
            self._numbered(word[:tags]),
            refs[:members].copy(),
            self._numbered(role[:members]),
            sort[:members].copy(),
        )

    def _numbered(self, strings: Ints) -> Numbers:
        """Return the numbers of strings in the file, given those in this block."""
        if np.any(strings < 0):
            raise ValueError("a string of no number")
        return self._words[strings]


def on_globe(place: Numbers) -> npt.NDArray[np.bool_]:
    """Return which places (N, 2) lie on the globe."""
    return (np.abs(place[:, 0]) <= 180 * DEGREE) & (np.abs(place[:, 1]) <= 90 * DEGREE)
