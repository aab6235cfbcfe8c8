"""What is kept of the relations, nodes and ways of an OSM file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

Tags = dict[str, str]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation worth a geometry: its tags, what they say, and its ways ``(id, whether a hole)`` in order."""

    tags: Tags
    said: int
    members: Sequence[tuple[int, bool]]


@dataclass(frozen=True, slots=True, eq=False)
class Nodes:
    """Tagged nodes, N of them: ids, tags, whether each is an object by itself, and lon and lat in WGS-84 (N, 2)."""

    number: Ints
    tags: list[Tags]
    thing: Bools
    xy: Floats

    def take(self, rows: Ints) -> Nodes:
        """Return some of them."""
        return Nodes(self.number[rows], [self.tags[row] for row in rows.tolist()], self.thing[rows], self.xy[rows])

    def latest(self) -> Nodes:
        """Return the nodes by id; an id given twice keeps its last version."""
        return self.take(latest(self.number))


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Runs of at least two present nodes of ways, by way and place: run r has references ``start[r]:end[r]``."""

    way: Ints
    start: Ints
    end: Ints

    def of(self, ways: Bools) -> Runs:
        """Return the runs of some of the ways (W,)."""
        kept = ways[self.way]
        return Runs(self.way[kept], self.start[kept], self.end[kept])

    def references(self) -> tuple[Ints, Ints]:
        """Return the places of all references, run after run, and where each run begins and ends among them."""
        return spread(self.start, self.end - self.start)


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """Ways, W of them, ids ascending.

    Attributes
    ----------
    number : int64 (W,)
    tags : list of W dicts
    said : int64 (W,)
        What their tags say: see `lifecircle.sources.osm_tags.said`.
    offsets : int64 (W + 1,)
        Way w has references ``offsets[w]:offsets[w + 1]``.
    refs : int64 (R,)
        Node ids.
    xy : float64 (R, 2)
        Longitude and latitude in WGS-84 degrees; arbitrary where the node is absent.
    there : bool (R,)
        Whether the node is present.
    """

    number: Ints
    tags: list[Tags]
    said: Ints
    offsets: Ints
    refs: Ints
    xy: Floats
    there: Bools

    def closed(self) -> Bools:
        """Say whether the first and the last of at least two references are the same; (W,)."""
        first, last = self.offsets[:-1], self.offsets[1:] - 1
        found = last > first
        found[found] = self.refs[first[found]] == self.refs[last[found]]
        return found

    def runs(self) -> Runs:
        """Return the runs of present nodes of every way."""
        linked = self.there[:-1] & self.there[1:]
        first = self.offsets[(self.offsets > 0) & (self.offsets < len(self.there))]
        linked[first - 1] = False  # from the last node of a way to the first of the next
        edge = np.diff(linked.astype(np.int8), prepend=np.int8(0), append=np.int8(0))
        start, end = np.flatnonzero(edge == 1), np.flatnonzero(edge == -1) + 1
        return Runs(np.searchsorted(self.offsets, start, side="right") - 1, start, end)

    def whole(self, runs: Runs) -> Bools:
        """Say which ways have at least two nodes and lack none; (W,). `runs` are theirs."""
        sizes = np.diff(self.offsets)
        found = np.zeros(len(sizes), dtype=bool)
        found[runs.way[runs.end - runs.start == sizes[runs.way]]] = True
        return found

    def missing(self) -> Counter[str]:
        """Count ``missing_nodes``, ``cut_ways`` and ``lost_ways``."""
        runs = self.runs()
        absent = np.diff(np.concatenate([[0], np.cumsum(~self.there)])[self.offsets])
        cut, lost = int((absent > 0).sum()), len(self.number) - len(np.unique(runs.way))
        return Counter(missing_nodes=int(absent.sum()), cut_ways=cut, lost_ways=lost)

    def latest(self) -> Ways:
        """Return the ways by id; an id given twice keeps its last version."""
        rows = latest(self.number)
        if len(rows) == len(self.number) and not np.any(np.diff(rows) != 1):
            return self
        places, offsets = spread(self.offsets[rows], np.diff(self.offsets)[rows])
        tags = [self.tags[row] for row in rows.tolist()]
        return Ways(
            self.number[rows], tags, self.said[rows], offsets, self.refs[places], self.xy[places], self.there[places]
        )


@dataclass(frozen=True, slots=True)
class Collected:
    """Everything kept from a file, by id.

    `nodes` are objects, or say something about walking past them; `addresses` carry a house number and are no object
    by themselves. `newest` is the newest date of an object, or `EPOCH` when none has one or none was asked for.
    """

    relations: dict[int, Relation]
    nodes: Nodes
    addresses: Nodes
    ways: Ways
    counts: Counter[str] = field(default_factory=Counter)
    newest: datetime = EPOCH


def latest(number: Ints) -> Ints:
    """Return the rows of ids in ascending order, of each id the last row."""
    order = np.argsort(number, kind="stable")
    ordered = number[order]
    return order[np.append(ordered[1:] != ordered[:-1], True)[: len(order)]]


def spread(start: Ints, size: Ints) -> tuple[Ints, Ints]:
    """Return the numbers ``start[i] ... start[i] + size[i] - 1`` of all i, and where those of each begin and end."""
    offsets = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    return np.arange(offsets[-1]) + np.repeat(start - offsets[:-1], size), offsets
