"""Edge-exact coverage: which stretch of every street lies within a threshold.

Places on an edge are whole millimetres from its tail. A stretch is covered when every place on it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt
import shapely
from shapely.ops import substring

from lifecircle.errors import CutoffError
from lifecircle.model.network import Bools, WalkNetwork
from lifecircle.model.travel import Impedance
from lifecircle.travel.ends import part_of_edge
from lifecircle.travel.field import Field
from lifecircle.travel.search import UNREACHED

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """Stretches of edges, sorted by edge and place; no two of an edge touch.

    Attributes
    ----------
    edge : int64 (N,)
    start_mm, end_mm : int64 (N,)
        First and last covered place, both covered; equal where only one place is.
    """

    edge: Ints
    start_mm: Ints
    end_mm: Ints

    @property
    def length_mm(self) -> int:
        """Covered length in millimetres."""
        return int((self.end_mm - self.start_mm).sum())


def covered_intervals(field: Field, *, limit: int) -> Intervals:
    """Return the stretches of all edges from which a seed of `field` is within `limit`.

    From either end of an edge the walk over that junction covers a stretch, and every seed on the edge covers
    one to both of its sides; the result is their union.

    Parameters
    ----------
    field : Field
    limit : int
        Inclusive, in the field's unit; at most ``field.limit``.

    Returns
    -------
    Intervals

    Raises
    ------
    CutoffError
        If the field was searched less far.

    References
    ----------
    docs/methods/isochrones.md
    """
    if limit > field.limit:
        raise CutoffError(f"covered streets within {limit}: the search ran to {field.limit} only")
    edge, start, end = zip(_from_tails(field, limit), _from_heads(field, limit), _from_seeds(field, limit), strict=True)
    return _merged(*(np.concatenate(part) for part in (edge, start, end)))


def _reach(impedance: Impedance, edge: Ints, *, length_mm: Ints, budget: Ints, forward: Bools) -> Ints:
    """Return the longest part of each edge that costs at most `budget`; -1 where not even standing is allowed.

    Inverts `part_of_edge`, which grows with the part: the estimate is at most a step of rounding off.
    """
    rate = np.where(forward, impedance.rate_forward[edge], impedance.rate_backward[edge])
    room = np.maximum(budget, 0) + 0.5
    estimate = np.divide(room, rate, out=np.zeros(len(edge)), where=rate > 0)
    part = np.minimum(estimate, length_mm - 1).astype(np.int64) + 2
    while True:
        part = np.minimum(part, length_mm)
        walk = part_of_edge(impedance, edge, part_mm=part, length_mm=length_mm, forward=forward)
        over = (walk > budget) & (part >= 0)
        # No part but 0 of a direction that is shut; a negative part asks for no place at all.
        part = np.where(over, np.where(rate > 0, part - 1, np.where(part > 0, 0, -1)), part)
        if not over.any():
            return np.where(budget < 0, -1, part)


def _from_tails(field: Field, limit: int) -> tuple[Ints, Ints, Ints]:
    edge = np.flatnonzero(field.value[field.network.tail] != UNREACHED)
    budget = limit - field.value[field.network.tail[edge]]
    back = np.zeros(len(edge), dtype=bool)
    length = field.network.length_mm[edge]
    reach = _reach(field.impedance, edge, length_mm=length, budget=budget, forward=back)
    kept = reach >= 0
    return edge[kept], np.zeros(int(kept.sum()), dtype=np.int64), reach[kept]


def _from_heads(field: Field, limit: int) -> tuple[Ints, Ints, Ints]:
    edge = np.flatnonzero(field.value[field.network.head] != UNREACHED)
    budget = limit - field.value[field.network.head[edge]]
    ahead = np.ones(len(edge), dtype=bool)
    length = field.network.length_mm[edge]
    reach = _reach(field.impedance, edge, length_mm=length, budget=budget, forward=ahead)
    kept = reach >= 0
    return edge[kept], (length - reach)[kept], length[kept]


def _from_seeds(field: Field, limit: int) -> tuple[Ints, Ints, Ints]:
    seeds, edge = field.seeds, field.seeds.edge
    length, budget = field.network.length_mm[edge], limit - seeds.leg
    sides = [
        _reach(field.impedance, edge, length_mm=length, budget=budget, forward=np.full(len(edge), forward))
        for forward in (True, False)
    ]
    start = np.maximum(seeds.offset_mm - sides[0], 0)
    end = np.minimum(seeds.offset_mm + sides[1], length)
    kept = np.minimum(*sides) >= 0
    return edge[kept], start[kept], end[kept]


def _merged(edge: Ints, start: Ints, end: Ints) -> Intervals:
    """Return the union of stretches in any order."""
    if not len(edge):
        return Intervals(edge, start, end)
    order = np.lexsort((end, start, edge))
    edge, start, end = edge[order], start[order], end[order]
    # Edges laid end to end, two places apart, so that one running maximum serves them all.
    shift = edge * (int(end.max()) + 2)
    last = np.maximum.accumulate(end + shift)
    opens = np.ones(len(edge), dtype=bool)
    opens[1:] = (start + shift)[1:] > last[:-1] + 1
    first = np.flatnonzero(opens)
    closes = np.append(first[1:], len(edge)) - 1
    return Intervals(edge[first], start[first], (last - shift)[closes])


def union(parts: Sequence[Intervals]) -> Intervals:
    """Return the places that any of `parts` covers."""
    empty = np.zeros(0, dtype=np.int64)
    return _merged(
        np.concatenate([empty, *(part.edge for part in parts)]),
        np.concatenate([empty, *(part.start_mm for part in parts)]),
        np.concatenate([empty, *(part.end_mm for part in parts)]),
    )


def intersection(parts: Sequence[Intervals]) -> Intervals:
    """Return the places that all of `parts` cover.

    Raises
    ------
    ValueError
        If `parts` is empty: everything would be covered.
    """
    if not parts:
        raise ValueError("intersection of no coverage at all")
    return reduce(_common, parts)


def _common(one: Intervals, other: Intervals) -> Intervals:
    if not len(one.edge) or not len(other.edge):
        empty = np.zeros(0, dtype=np.int64)
        return Intervals(empty, empty, empty)
    span = int(max(one.end_mm.max(), other.end_mm.max())) + 2
    shift = one.edge * span
    low = np.searchsorted(other.edge * span + other.end_mm, shift + one.start_mm, side="left")
    high = np.searchsorted(other.edge * span + other.start_mm, shift + one.end_mm, side="right")
    count = np.maximum(high - low, 0)
    mine = np.repeat(np.arange(len(count)), count)
    theirs = np.repeat(low, count) + np.arange(len(mine)) - np.repeat(np.cumsum(count) - count, count)
    start = np.maximum(one.start_mm[mine], other.start_mm[theirs])
    end = np.minimum(one.end_mm[mine], other.end_mm[theirs])
    return Intervals(one.edge[mine], start, end)


def on_edges(intervals: Intervals, kept: Bools) -> Intervals:
    """Return the stretches of the edges where `kept` (E,) is true."""
    chosen = kept[intervals.edge]
    return Intervals(intervals.edge[chosen], intervals.start_mm[chosen], intervals.end_mm[chosen])


def covered_lines(intervals: Intervals, network: WalkNetwork) -> npt.NDArray[np.object_]:
    """Return the stretches as LineStrings from tail to head, metric CRS; shape (N,).

    A stretch of a single place has no length and becomes an empty line.
    """
    lines = network.lines(intervals.edge)
    length = network.length_mm[intervals.edge]
    partial = np.flatnonzero((intervals.start_mm > 0) | (intervals.end_mm < length))
    drawn = shapely.length(lines[partial])
    begin, finish = (drawn * place[partial] / length[partial] for place in (intervals.start_mm, intervals.end_mm))
    # Cut one by one: only streets on the rim of the coverage are partly covered.
    for row, line, a, b in zip(partial.tolist(), lines[partial], begin.tolist(), finish.tolist(), strict=True):
        lines[row] = substring(line, a, b) if b > a else shapely.LineString()
    return lines


def covered_at(intervals: Intervals, edge: Ints, *, offset_mm: Ints) -> Bools:
    """Return whether places (N,) on edges lie in `intervals`."""
    if not len(intervals.edge):
        return np.zeros(len(edge), dtype=bool)
    span = int(max(intervals.end_mm.max(), offset_mm.max(initial=0))) + 2
    place = edge * span + offset_mm
    row = np.searchsorted(intervals.edge * span + intervals.start_mm, place, side="right") - 1
    return (row >= 0) & ((intervals.edge * span + intervals.end_mm)[np.maximum(row, 0)] >= place)
