"""Entrances joined to a network that changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from lifecircle.errors import NetworkError
from lifecircle.model.travel import Snapped
from lifecircle.travel.changes import Cut, after_cuts
from lifecircle.travel.journal import Array, Journal, Table
from lifecircle.travel.live_streets import LiveStreets

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

ROUNDING_M = 0.002  # legs are rounded to the millimetre

_SNAPPED = tuple(name for name in Snapped.__slots__ if name != "owner")


class LivePoints:
    """Entrances of residences or of facilities, and for every edge the list of those that are joined to it.

    Attributes
    ----------
    table : Table
        The arrays of `Snapped`; ``following``, the next point on the same edge, -1 at the end of the list; for
        facilities ``kind`` and ``rank`` too.
    ends : tuple of Table
        For each walker ``leg``, ``by_tail``, ``by_head`` as in `ends.Ends`; 0 where unsnapped.
    """

    def __init__(
        self, journal: Journal, streets: LiveStreets, snapped: Snapped, *, side: str, **more: Array | float
    ) -> None:
        self._streets, self._side = streets, side
        columns = _columns(snapped) | {name: _filled(value, len(snapped)) for name, value in more.items()}
        self.table = Table(journal, owner=snapped.owner, following=_chains(columns["edge"]), **columns)
        self.ends = tuple(Table(journal, **own) for own in self._ends(snapped))
        on = np.flatnonzero(snapped.edge >= 0)
        # Written last to first, so that the first point of an edge stays; the chains run from each to the next.
        streets.edges[side][snapped.edge[on[::-1]]] = on[::-1]

    def add(self, snapped: Snapped, *, owner: int, **more: Array | float) -> int:
        """Add the points of one new owner and return the row of the first."""
        first = self.table.append(len(snapped), owner=owner, following=-1, **_columns(snapped), **more)
        for table, own in zip(self.ends, self._ends(snapped), strict=True):
            table.append(len(snapped), **own)
        self._link(np.arange(first, first + len(snapped)))
        return first

    def remove(self, rows: Ints) -> None:
        """Take points off their edges; their rows stay."""
        edges, gone = self.table["edge"][rows], set(rows.tolist())
        self._chain({edge: [row for row in self.on(edge) if row not in gone] for edge in set(edges.tolist()) - {-1}})

    def rejoin(self, rows: Ints, snapped: Snapped) -> None:
        """Join points elsewhere."""
        self.remove(rows)
        self.table.put(rows, **_columns(snapped))
        self._put_ends(rows, self._ends(snapped))
        self._link(rows)

    def on(self, edge: int) -> list[int]:
        """Return the rows of the points on an edge."""
        rows, row, following = [], int(self._streets.edges[self._side][edge]), self.table["following"]
        while row >= 0:
            rows.append(row)
            row = int(following[row])
        return rows

    def looking(self, boxes: Floats, *, reach_mm: int) -> Ints:
        """Return the rows of the points that look as far as one of some boxes (M, 4), ascending.

        A point looks as far as its leg is long: nothing farther away than that can be joined instead. One without a
        leg, or with one through a wall, looks `reach_mm` far.
        """
        used, reach_m = slice(len(self.table)), reach_mm / 1000.0 + ROUNDING_M
        x, y = self.table["x"][used], self.table["y"][used]
        west, south = boxes[:, :2].min(axis=0, initial=np.inf) - reach_m
        east, north = boxes[:, 2:].max(axis=0, initial=-np.inf) + reach_m
        rows = np.flatnonzero((x >= west) & (x <= east))
        rows = rows[(y[rows] >= south) & (y[rows] <= north) & (self.table["owner"][rows] >= 0)]
        if not len(rows):
            return rows
        far = (self.table["edge"][rows] < 0) | self.table["crosses_wall"][rows]
        look_m = np.where(far, reach_m, self.table["access_mm"][rows] / 1000.0 + ROUNDING_M)
        return rows[away_m(np.column_stack([x[rows], y[rows]]), boxes) <= look_m]

    def follow(self, edges: Sequence[int], cuts: Sequence[Cut] = ()) -> None:
        """Follow `edges` that cost other than before; of those that were cut, what lay beyond goes to the rest.

        The rests are among `edges`.
        """
        before = {edge: self.on(edge) for edge in edges}
        rows = np.array([row for own in before.values() for row in own], dtype=np.int64)
        if not len(rows):
            return
        edge, offset = after_cuts(self.table["edge"][rows], self.table["offset_mm"][rows], cuts=cuts)
        self.table.put(rows, edge=edge, offset_mm=offset)
        self._put_ends(rows, self._streets.parts(edge, offset, leaving=self._side == "origin"))
        after: dict[int, list[int]] = {one: [] for one in edges}
        for row, one in zip(rows.tolist(), edge.tolist(), strict=True):
            after[one].append(row)
        self._chain({one: own for one, own in after.items() if own != before[one]})

    def snapped(self, rows: Ints, owner: Ints) -> Snapped:
        """Return points as a table of `owner`."""
        return Snapped(owner=owner, **{name: self.table[name][rows] for name in _SNAPPED})

    def _ends(self, snapped: Snapped) -> list[dict[str, Ints]]:
        """Return for each walker the costs of the legs and parts of points (NetworkError if they are of elsewhere)."""
        edges, on = self._streets.edges, np.flatnonzero(snapped.edge >= 0)
        edge, offset = snapped.edge[on], snapped.offset_mm[on]
        if len(on) and (edge.max() >= len(edges) or np.any(offset > edges["length"][edge])):
            raise NetworkError("points were snapped to another network: snap them again")
        found = []
        parts = self._streets.parts(edge, offset, leaving=self._side == "origin")
        for rate_leg, own in zip(self._streets.rate_legs, parts, strict=True):
            ends = {"leg": np.rint(rate_leg * snapped.access_mm).astype(np.int64)}
            for name, values in own.items():
                ends[name] = np.zeros(len(snapped), dtype=np.int64)
                ends[name][on] = values
            found.append(ends)
        return found

    def _put_ends(self, rows: Ints, found: Sequence[Mapping[str, Ints]]) -> None:
        for table, own in zip(self.ends, found, strict=True):
            table.put(rows, **own)

    def _link(self, rows: Ints) -> None:
        """Put points on their edges, before those that are there."""
        chains: dict[int, list[int]] = {}
        for row, edge in zip(rows.tolist(), self.table["edge"][rows].tolist(), strict=True):
            if edge >= 0:
                chains.setdefault(edge, []).append(row)
        self._chain({edge: [*own, *self.on(edge)] for edge, own in chains.items()})

    def _chain(self, chains: Mapping[int, list[int]]) -> None:
        """Write the points of some edges, each one's in a row."""
        if chains:
            following = [after for rows in chains.values() for after in (*rows[1:], -1)[: len(rows)]]
            rows = np.array([row for own in chains.values() for row in own], dtype=np.int64)
            self.table.put(rows, following=np.array(following, dtype=np.int64))
            first = np.array([own[0] if own else -1 for own in chains.values()])
            self._streets.edges.put(np.array(list(chains)), **{self._side: first})


def away_m(xy: Floats, boxes: Floats) -> Floats:
    """Return how far points (N, 2) are from the nearest of some boxes (M, 4), inf where there is none; shape (N,)."""
    x, y = xy.T
    away_x = np.maximum(np.maximum(boxes[:, :1] - x, x - boxes[:, 2:3]), 0.0)
    away_y = np.maximum(np.maximum(boxes[:, 1:2] - y, y - boxes[:, 3:]), 0.0)
    return np.asarray(np.hypot(away_x, away_y).min(axis=0, initial=np.inf))


def _columns(snapped: Snapped) -> dict[str, Array]:
    return {name: getattr(snapped, name) for name in _SNAPPED}


def _filled(value: Array | float, count: int) -> Array:
    return value if isinstance(value, np.ndarray) else np.full(count, value)


def _chains(edge: Ints) -> Ints:
    """Return, for every point, the next one on the same edge, -1 for the last and the unsnapped."""
    following = np.full(len(edge), -1, dtype=np.int64)
    order = np.argsort(edge, kind="stable")
    same = (edge[order[1:]] == edge[order[:-1]]) & (edge[order[1:]] >= 0)
    following[order[:-1][same]] = order[1:][same]
    return following
