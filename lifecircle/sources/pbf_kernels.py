"""Compiled reading of the protocol buffers inside an OSM PBF file; one public wrapper each in `pbf_block`.

References
----------
OpenStreetMap wiki, *PBF Format*; Protocol Buffers, *Encoding* (varints, zigzag, length-delimited fields).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lifecircle.engine import compiled
from lifecircle.sources.pbf_fields import RELATION, WAY

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

# Wire types; the others are obsolete groups.
VARINT, FIXED64, SIZED, FIXED32 = 0, 1, 2, 5


@compiled
def _varint(data: Bytes, at: int) -> tuple[int, int]:
    """Return the number at a place, and the place behind it; ValueError where there is none."""
    value, shift = np.uint64(0), np.uint64(0)
    while True:
        if at >= len(data) or shift > np.uint64(63):
            raise ValueError("cut short")
        byte = np.uint64(data[at])
        at += 1
        value |= (byte & np.uint64(127)) << shift
        if byte < np.uint64(128):
            return np.int64(value), at  # type: ignore[return-value]
        shift += np.uint64(7)


@compiled
def _meant(value: int) -> int:
    """Return a zigzag number as it is meant."""
    bits = np.uint64(value)
    return np.int64(bits >> np.uint64(1)) ^ -np.int64(bits & np.uint64(1))  # type: ignore[return-value]


@compiled
def unpack(data: Bytes, start: int, stop: int, signed: bool, out: Ints) -> int:  # noqa: FBT001, PLR0917
    """Write the packed numbers between two places into `out` and return how many there are."""
    count = 0
    while start < stop:
        value, start = _varint(data, start)
        out[count] = _meant(value) if signed else value
        count += 1
    if start > stop:
        raise ValueError("cut short")
    return count


@compiled
def field(data: Bytes, at: int) -> tuple[int, int, int, int]:
    """Return (number, value, start, end) of the field at a place.

    A sized field lies between `start` and `end`; another has its `value`, and the next field begins at `end`.
    """
    head, at = _varint(data, at)
    wire = head & 7
    if head >> 3 <= 0:
        raise ValueError("a field without a number")
    if wire == VARINT:
        value, end = _varint(data, at)
        return head >> 3, value, end, end
    if wire == SIZED:
        size, start = _varint(data, at)
        end = start + size
    else:
        start = at
        end = at + (8 if wire == FIXED64 else 4)
    if (wire not in (FIXED64, SIZED, FIXED32)) or end > len(data) or end < start:
        raise ValueError("cut short")
    return head >> 3, 0, start, end


@compiled
def fields(data: Bytes, at: int, stop: int, out: Ints) -> int:  # noqa: PLR0917
    """Write (number, value, start, end) of every field between two places into `out`; return how many."""
    count = 0
    while at < stop:
        number, value, start, at = field(data, at)
        if at > stop:
            raise ValueError("cut short")
        out[count, 0], out[count, 1], out[count, 2], out[count, 3] = number, value, start, at
        count += 1
    return count


@compiled
def things(  # noqa: C901, PLR0912, PLR0913, PLR0917  # a kernel takes its arrays one by one
    data: Bytes,
    at: int,
    stop: int,
    kind: int,
    head: Ints,
    key: Ints,
    word: Ints,
    refs: Ints,
    role: Ints,
    sort: Ints,
) -> tuple[int, int, int]:
    """Read the ways or the relations of a group of objects.

    Parameters
    ----------
    data : uint8 (N,)
    at, stop : int
        Where the group lies.
    kind : int
        ``WAY`` or ``RELATION``.
    head : int64 (W, 4)
        Written for each: id, timestamp (0 without), and how many tags and references end with it.
    key, word : int64
        Written: numbers of strings, of all tags.
    refs : int64
        Written: ids of the nodes of all ways, or of the members of all relations.
    role, sort : int64
        Written for relations: number of the string and kind of object of every member.

    Returns
    -------
    Numbers of objects, tags and references.
    """
    count, tags, words, found, roles, sorts = 0, 0, 0, 0, 0, 0
    ids = 8 if kind == WAY else 9
    while at < stop:
        number, _, inner, at = field(data, at)
        if at > stop:  # nothing may lie outside of what holds it: the arrays are no longer than that
            raise ValueError("cut short")
        if number != kind:
            continue
        head[count, 0] = head[count, 1] = seen = 0
        while inner < at:
            part, value, start, end = field(data, inner)
            if end > at or (part in (2, 3, 8, 9, 10) and seen >> part & 1):
                raise ValueError("cut short, or a packed field in pieces")
            seen |= 1 << min(part, 62)
            if part == 1:
                head[count, 0] = value
            elif part == 2:
                tags += unpack(data, start, end, False, key[tags:])
            elif part == 3:
                words += unpack(data, start, end, False, word[words:])
            elif part == 4:
                while start < end:
                    what, stamp, _, start = field(data, start)
                    if start > end or what == 6:
                        raise ValueError("cut short, or with a history")
                    if what == 2:
                        head[count, 1] = stamp
            elif part == ids:
                more = unpack(data, start, end, True, refs[found:])
                for place in range(found + 1, found + more):
                    refs[place] += refs[place - 1]
                found += more
            elif kind == RELATION and part == 8:
                roles += unpack(data, start, end, False, role[roles:])
            elif kind == RELATION and part == 10:
                sorts += unpack(data, start, end, False, sort[sorts:])
            inner = end
        if tags != words or (kind == RELATION and (roles != found or sorts != found)):
            raise ValueError("keys without values, or members without roles")
        head[count, 2], head[count, 3] = tags, found
        count += 1
    return count, tags, found
