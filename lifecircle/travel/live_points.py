"""Entrances joined to a network that changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from lifecircle.engine import ready
from lifecircle.errors import NetworkError
from lifecircle.model.travel import Snapped
from lifecircle.travel import point_kernels as kernels
from lifecircle.travel.changes import Cut, after_cuts
from lifecircle.travel.journal import Array, Journal, Table
from lifecircle.travel.live_arrays import Chains, Seen
from lifecircle.travel.live_streets import LiveStreets

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# A point as it is joined, in one row: all of `Snapped` but the owner.
POINT = np.dtype(
    [
        ("x", float),
        ("y", float),
        ("edge", np.int64),
        ("offset_mm", np.int64),
        ("access_mm", np.int64),
        ("reason", np.uint8),
        ("crosses_wall", bool),
    ]
)
Points: TypeAlias = npt.NDArray[np.void]  # of `POINT`

ROUNDING_M = 0.002  # legs are rounded to the millimetre

_PLACE = ("x", "y")
_JOINED = tuple(name for name in POINT.names or () if name not in _PLACE)


class LivePoints:
    """Entrances of residences or of facilities, and for every edge the list of those that are joined to it.

    Attributes
    ----------
    places : Table
        ``x``, ``y``; by themselves, for all of them are looked through.
    table : Table
        The other arrays of `Snapped`; ``following``, the next point on the same edge, -1 at the end of the list; for
        facilities ``kind`` and ``rank`` too.
    ends : tuple of Table
        For each walker ``leg``, ``by_tail``, ``by_head`` as in `ends.Ends`; 0 where unsnapped.
    """

    def __init__(
        self, journal: Journal, streets: LiveStreets, snapped: Snapped, *, side: str, **more: Array | float
    ) -> None:
        self._journal, self._streets, self._side = journal, streets, side
        self.places = Table(journal, **_columns(snapped, _PLACE))
        columns = _columns(snapped, _JOINED) | {name: _filled(value, len(snapped)) for name, value in more.items()}
        self.table = Table(journal, owner=snapped.owner, following=_filled(-1, len(snapped)), **columns)
        self.ends = tuple(Table(journal, **own) for own in self._ends(snapped))
        self._link(np.arange(len(snapped)))

    def add(self, snapped: Snapped, *, owner: int, **more: Array | float) -> int:
        """Add the points of one new owner and return the row of the first."""
        self.places.append(len(snapped), **_columns(snapped, _PLACE))
        first = self.table.append(len(snapped), owner=owner, following=-1, **_columns(snapped, _JOINED), **more)
        for table, own in zip(self.ends, self._ends(snapped), strict=True):
            table.append(len(snapped), **own)
        self._link(np.arange(first, first + len(snapped)))
        return first

    def remove(self, rows: Ints) -> None:
        """Take points off their edges; their rows stay."""
        after = ready(kernels.unlink)(self._chains, rows)
        self._journal.note(lambda: kernels.link(self._chains, rows[::-1].copy(), after[::-1].copy()))

    def rejoin(self, rows: Ints, snapped: Snapped) -> None:
        """Join points elsewhere."""
        self.remove(rows)
        self.places.put(rows, **_columns(snapped, _PLACE))
        self.table.put(rows, **_columns(snapped, _JOINED))
        self._put_ends(rows, self._ends(snapped))
        self._link(rows)

    def on(self, edges: Ints) -> Ints:
        """Return the rows of the points on edges (N,), edge by edge."""
        return ready(kernels.chained)(self._chains, edges)

    def looking(self, boxes: Floats, *, reach_mm: int) -> Ints:
        """Return the rows of the points that look as far as one of some boxes (M, 4), ascending.

        A point looks as far as its leg is long: nothing farther away than that can be joined instead. One without a
        leg, or with one through a wall, looks `reach_mm` far.
        """
        seen = Seen(self.places.rows, self.table.rows)
        return ready(kernels.looking)(seen, len(self.table), boxes, reach_mm / 1000.0 + ROUNDING_M, ROUNDING_M)

    def follow(self, edges: Ints, cuts: Sequence[Cut] = ()) -> None:
        """Follow `edges` (N,) that cost other than before; of those that were cut, what lay beyond goes to the rest.

        The rests are among `edges`.
        """
        rows = self.on(edges)
        if not len(rows):
            return
        before = self.table["edge"][rows]
        edge, offset = after_cuts(before, self.table["offset_mm"][rows], cuts=cuts)
        beyond = np.flatnonzero(edge != before)
        if len(beyond):
            other = rows[beyond]
            self.remove(other)
            self.table.put(other, edge=edge[beyond], offset_mm=offset[beyond])
            self._link(other)
        self._put_ends(rows, self._streets.parts(edge, offset, leaving=self._side == "origin"))

    def snapped(self, rows: Ints, owner: Ints) -> Snapped:
        """Return points as a table of `owner`."""
        places = {name: self.places[name][rows] for name in _PLACE}
        return Snapped(owner=owner, **places, **{name: self.table[name][rows] for name in _JOINED})

    def points(self, rows: Ints) -> Points:
        """Return points (N,) as they are joined now."""
        found = np.empty(len(rows), dtype=POINT)
        places, joined = self.places.rows[rows], self.table.rows[rows]
        for name in _PLACE:
            found[name] = places[name]
        for name in _JOINED:
            found[name] = joined[name]
        return found

    def _ends(self, snapped: Snapped) -> list[dict[str, Ints]]:
        """Return for each walker the costs of the legs and parts of points (NetworkError if they are of elsewhere)."""
        edges, on = self._streets.edges, snapped.edge >= 0
        edge = snapped.edge[on]
        if len(edge) and (edge.max() >= len(edges) or np.any(snapped.offset_mm[on] > edges["length"][edge])):
            raise NetworkError("points were snapped to another network: snap them again")
        parts = self._streets.parts(snapped.edge, snapped.offset_mm, leaving=self._side == "origin")
        return [
            {"leg": np.rint(rate_leg * snapped.access_mm).astype(np.int64), **own}
            for rate_leg, own in zip(self._streets.rate_legs, parts, strict=True)
        ]

    def _put_ends(self, rows: Ints, found: Sequence[Mapping[str, Ints]]) -> None:
        for table, own in zip(self.ends, found, strict=True):
            table.put(rows, **own)

    def _link(self, rows: Ints) -> None:
        """Put points on their edges, before those that are there."""
        ready(kernels.link)(self._chains, rows, np.full(len(rows), -1))
        self._journal.note(lambda: kernels.unlink(self._chains, rows[::-1].copy()))

    @property
    def _chains(self) -> Chains:
        return Chains(self._streets.edges[self._side], self.table["following"], self.table["edge"])


def away_m(xy: Floats, boxes: Floats) -> Floats:
    """Return how far points (N, 2) are from the nearest of some boxes (M, 4), inf where there is none; shape (N,)."""
    x, y = xy.T
    away_x = np.maximum(np.maximum(boxes[:, :1] - x, x - boxes[:, 2:3]), 0.0)
    away_y = np.maximum(np.maximum(boxes[:, 1:2] - y, y - boxes[:, 3:]), 0.0)
    return np.asarray(np.hypot(away_x, away_y).min(axis=0, initial=np.inf))


def as_points(snapped: Snapped) -> Points:
    """Return a table of points as rows."""
    found = np.empty(len(snapped), dtype=POINT)
    for name in POINT.names or ():
        found[name] = getattr(snapped, name)
    return found


def as_snapped(points: Points) -> Snapped:
    """Return points (N,) as a table, each its own owner."""
    return Snapped(owner=np.arange(len(points)), **{name: points[name].copy() for name in POINT.names or ()})


def _columns(snapped: Snapped, names: Sequence[str]) -> dict[str, Array]:
    return {name: getattr(snapped, name) for name in names}


def _filled(value: Array | float, count: int) -> Array:
    return value if isinstance(value, np.ndarray) else np.full(count, value)
