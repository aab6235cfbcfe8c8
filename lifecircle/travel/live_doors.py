"""Facilities that come, go and move, and the rank of each of their entrances."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from lifecircle.errors import CutoffError, NetworkError, SchemaError
from lifecircle.model.travel import Snapped
from lifecircle.travel.journal import Journal
from lifecircle.travel.live_points import LivePoints
from lifecircle.travel.live_streets import LiveStreets
from lifecircle.travel.nearest import Endpoints

Ints = npt.NDArray[np.int64]


@dataclass(slots=True)
class _Queue:
    """The snapped entrances of one type in order of rank: three lists side by side."""

    ranks: list[int] = field(default_factory=list)
    doors: list[int] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Renumbered:
    """Ranks of one type before and after, (N,) each, both ascending."""

    old: Ints
    new: Ints


class LiveDoors:
    """The facilities of a search, in the order of their ids.

    A rank orders an entrance among those of its type: by facility id, then as its facility lists them. Ranks leave room
    between them, so that an entrance that comes needs no other to change; where the room is used up, the ranks of the
    type are spread evenly again, in the same order.

    Attributes
    ----------
    points : LivePoints
        The entrances; those of facilities that are gone have ``kind`` and ``owner`` -1.
    scale : int
        Ranks lie in 0 ... scale - 1.
    """

    def __init__(
        self, journal: Journal, streets: LiveStreets, facilities: Endpoints, *, types: Sequence[str], scale: int
    ) -> None:
        if facilities.type is None:
            raise SchemaError("facilities carry no type; give Endpoints(ids, snapped, type)")
        if not (facilities.ids.is_unique and facilities.ids.is_monotonic_increasing):
            raise SchemaError("facilities are not in the order of their ids: sort the table by id, each once")
        self._journal, self.scale, self._name = journal, scale, facilities.ids.name
        self._kinds = {kind: number for number, kind in enumerate(types)}
        self._ids = [str(name) for name in facilities.ids]
        self._numbers, self._named = list(range(len(self._ids))), list(self._ids)
        snapped = facilities.snapped
        counts = np.bincount(snapped.owner, minlength=len(self._ids))
        self._spans = list(zip((np.cumsum(counts) - counts).tolist(), counts.tolist(), strict=True))
        self._types = [str(kind) for kind in facilities.type]
        self._queues = [_Queue() for _ in types]
        kind = np.array([self._kinds.get(name, -1) for name in self._types], dtype=np.int64)[snapped.owner]
        rank = np.zeros(len(snapped), dtype=np.int64)
        for number, queue in enumerate(self._queues):
            rows = np.flatnonzero((kind == number) & (snapped.edge >= 0))
            rank[rows] = self._spread(len(rows))
            queue.ranks, queue.doors = rank[rows].tolist(), rows.tolist()
            queue.ids = [self._ids[owner] for owner in snapped.owner[rows].tolist()]
        self.points = LivePoints(journal, streets, snapped, side="door", kind=kind, rank=rank)

    def kind(self, name: str) -> int:
        """Return the number of a facility's type, -1 where nobody asks for it."""
        return self._kinds.get(self._types[self._number(name)], -1)

    def edges(self, name: str) -> Ints:
        """Return the edges that a facility's entrances are joined to."""
        first, count = self._spans[self._number(name)]
        edges = self.points.table["edge"][first : first + count]
        return edges[edges >= 0].copy()

    def rows(self, name: str) -> Ints:
        """Return the rows of a facility's entrances among `points`."""
        first, count = self._spans[self._number(name)]
        return np.arange(first, first + count)

    def names_of(self, rows: Ints) -> list[str]:
        """Return the id of the facility that each of some `points` (N,), of none that is gone, belongs to."""
        return [self._named[number] for number in self.points.table["owner"][rows].tolist()]

    def add(self, name: str, kind: str, *, entrances: Snapped) -> Renumbered | None:
        """Add a facility (SchemaError when its id is taken)."""
        place = bisect_left(self._ids, name)
        if self._ids[place : place + 1] == [name]:
            raise SchemaError(f"facility {name!r} is already there: give it another id, or move it")
        number = len(self._types)
        self._named.append(name)
        self._ids.insert(place, name)
        self._numbers.insert(place, number)
        self._types.append(kind)
        self._spans.append((0, 0))
        self._journal.note(lambda: self._forget(place))
        return self._enter(name, number, entrances=entrances)

    def remove(self, name: str) -> None:
        """Take a facility away (SchemaError when there is none)."""
        self._number(name)
        place = bisect_left(self._ids, name)
        number = self._numbers[place]
        self._leave(name, number, span=self._spans[number])
        del self._ids[place], self._numbers[place]
        self._journal.note(lambda: self._bring_back(place, name, number))

    def move(self, name: str, *, entrances: Snapped) -> Renumbered | None:
        """Give a facility other entrances (SchemaError when there is none)."""
        number = self._number(name)
        before = self._spans[number]
        changed = self._enter(name, number, entrances=entrances)
        self._leave(name, number, span=before)
        return changed

    def rejoin(self, rows: Ints, *, entrances: Snapped) -> tuple[Ints, list[int]]:
        """Join entrances elsewhere, their ranks stay; return the edges and the types concerned.

        Raises
        ------
        NetworkError
            If one is joined to nothing, before or after: `move` gives ranks.
        """
        edges = np.concatenate([self.points.table["edge"][rows], entrances.edge])
        if np.any(edges < 0):
            raise NetworkError("an entrance of a facility is joined to nothing: move the facility instead")
        self.points.rejoin(rows, entrances)
        return edges, np.unique(self.points.table["kind"][rows]).tolist()

    def ranks(self, kind: int) -> Ints:
        """Return the ranks of a type, ascending."""
        return np.array(self._queues[kind].ranks, dtype=np.int64)

    def names(self, kind: int, rank: Ints) -> npt.NDArray[np.object_]:
        """Return the ids of the facilities whose entrances have these ranks."""
        ids = np.array(self._queues[kind].ids, dtype=object)
        return ids[np.searchsorted(self.ranks(kind), rank)]

    def endpoints(self) -> Endpoints:
        """Return the facilities as a table, in the order of their ids."""
        spans = [self._spans[number] for number in self._numbers]
        rows = [np.arange(first, first + count) for first, count in spans]
        owner = np.repeat(np.arange(len(spans)), [count for _, count in spans])
        joined = np.concatenate([np.empty(0, dtype=np.int64), *rows])
        kinds = np.array([self._types[number] for number in self._numbers], dtype=object)
        ids = pd.Index(self._ids, name=self._name, dtype=None if self._ids else object)
        return Endpoints(ids, self.points.snapped(joined, owner), kinds)

    def _number(self, name: str) -> int:
        place = bisect_left(self._ids, name)
        if self._ids[place : place + 1] != [name]:
            raise SchemaError(f"there is no facility {name!r}: give the id of one that is there")
        return self._numbers[place]

    def _enter(self, name: str, number: int, *, entrances: Snapped) -> Renumbered | None:
        """Give facility `number` its entrances and their ranks."""
        kind = self._kinds.get(self._types[number], -1)
        on = np.flatnonzero(entrances.edge >= 0)
        rank, changed = np.zeros(len(entrances), dtype=np.int64), None
        if kind >= 0 and len(on):
            queue = self._queues[kind]
            place = bisect_right(queue.ids, name)
            changed = self._make_room(kind, place, count=len(on))
            rank[on] = self._between(queue, place, count=len(on))
        first = self.points.add(entrances, owner=number, kind=kind, rank=rank)
        self._set_span(number, (first, len(entrances)))
        if kind >= 0 and len(on):
            queue.ranks[place:place] = rank[on].tolist()
            queue.doors[place:place] = (first + on).tolist()
            queue.ids[place:place] = [name] * len(on)
            self._journal.note(lambda: self._cut(queue, place, len(on)))
        return changed

    def _leave(self, name: str, number: int, *, span: tuple[int, int]) -> None:
        """Take entrances of facility `number` off the streets; they come before its others, if it has others."""
        rows = np.arange(span[0], sum(span))
        self.points.remove(rows)
        self.points.table.put(rows, kind=-1, owner=-1)
        kind = self._kinds.get(self._types[number], -1)
        if kind < 0:
            return
        queue = self._queues[kind]
        low = bisect_left(queue.ids, name)
        count = int(np.count_nonzero(self.points.table["edge"][rows] >= 0))
        own = slice(low, low + count)
        kept = _Queue(queue.ranks[own], queue.doors[own], queue.ids[own])
        self._cut(queue, low, count)
        self._journal.note(lambda: self._splice(queue, low, kept))

    def _between(self, queue: _Queue, place: int, *, count: int) -> Ints:
        """Return `count` ranks spread over the room before `place`; equal ones where there is too little."""
        low = queue.ranks[place - 1] if place else -1
        high = queue.ranks[place] if place < len(queue.ranks) else self.scale
        return low + (high - low) * np.arange(1, count + 1) // (count + 1)

    def _make_room(self, kind: int, place: int, *, count: int) -> Renumbered | None:
        """Spread the ranks of a type anew if `count` more do not fit before `place`."""
        queue = self._queues[kind]
        low = queue.ranks[place - 1] if place else -1
        high = queue.ranks[place] if place < len(queue.ranks) else self.scale
        if high - low > count:
            return None
        old = list(queue.ranks)
        new = self._spread(len(old) + count)
        new = np.delete(new, np.arange(place, place + count))
        queue.ranks[:] = new.tolist()
        self._journal.note(lambda: queue.ranks.__setitem__(slice(None), old))
        self.points.table.put(np.array(queue.doors, dtype=np.int64), rank=new)
        return Renumbered(np.array(old, dtype=np.int64), new)

    def _spread(self, count: int) -> Ints:
        if count + 1 >= self.scale:
            raise CutoffError(f"{count} entrances of one type leave no room for exact sums: use a shorter cutoff")
        return np.array([(place + 1) * self.scale // (count + 1) for place in range(count)], dtype=np.int64)

    def _set_span(self, number: int, span: tuple[int, int]) -> None:
        before = self._spans[number]
        self._spans[number] = span
        self._journal.note(lambda: self._spans.__setitem__(number, before))

    def _forget(self, place: int) -> None:
        del self._ids[place], self._numbers[place]
        for each in (self._named, self._types, self._spans):
            each.pop()

    def _bring_back(self, place: int, name: str, number: int) -> None:
        self._ids.insert(place, name)
        self._numbers.insert(place, number)

    @staticmethod
    def _cut(queue: _Queue, place: int, count: int) -> None:
        for part in (queue.ranks, queue.doors, queue.ids):
            del part[place : place + count]

    @staticmethod
    def _splice(queue: _Queue, place: int, kept: _Queue) -> None:
        queue.ranks[place:place] = kept.ranks
        queue.doors[place:place] = kept.doors
        queue.ids[place:place] = kept.ids
