"""Entrances joined to a network that changes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lifecircle.errors import NetworkError
from lifecircle.model.travel import Snapped
from lifecircle.travel.journal import Array, Journal, Table
from lifecircle.travel.live_streets import LiveStreets

Ints = npt.NDArray[np.int64]

_SNAPPED = tuple(name for name in Snapped.__slots__ if name != "owner")


class LivePoints:
    """Entrances of residences or of facilities, and for every edge the list of those that are joined to it.

    Attributes
    ----------
    table : Table
        The arrays of `Snapped`; ``leg``, ``by_tail``, ``by_head`` as in `ends.Ends`; ``following``, the next point on
        the same edge, -1 at the end of the list; for facilities ``kind`` and ``rank`` too.
    """

    def __init__(
        self, journal: Journal, streets: LiveStreets, snapped: Snapped, *, side: str, **more: Array | float
    ) -> None:
        self._streets, self._side = streets, side
        columns = self._columns(snapped) | {name: _filled(value, len(snapped)) for name, value in more.items()}
        self.table = Table(journal, owner=snapped.owner, following=_chains(columns["edge"]), **columns)
        on = np.flatnonzero(snapped.edge >= 0)
        # Written last to first, so that the first point of an edge stays; the chains run from each to the next.
        streets.edges[side][snapped.edge[on[::-1]]] = on[::-1]

    def add(self, snapped: Snapped, *, owner: int, **more: Array | float) -> int:
        """Add the points of one new owner and return the row of the first."""
        columns = self._columns(snapped) | more
        first = self.table.append(len(snapped), owner=owner, following=-1, **columns)
        for row in range(first, first + len(snapped)):
            self._link(row)
        return first

    def remove(self, rows: Ints) -> None:
        """Take points off their edges; their rows stay."""
        for row in rows.tolist():
            self._unlink(row)

    def rejoin(self, rows: Ints, snapped: Snapped) -> None:
        """Join points elsewhere."""
        self.remove(rows)
        self.table.put(rows, **self._columns(snapped))
        for row in rows.tolist():
            self._link(row)

    def on(self, edge: int) -> Ints:
        """Return the rows of the points on an edge."""
        rows, row = [], int(self._streets.edges[self._side][edge])
        while row >= 0:
            rows.append(row)
            row = int(self.table["following"][row])
        return np.array(rows, dtype=np.int64)

    def weigh_again(self, edge: int) -> None:
        """Work out the parts of an edge whose costs have changed."""
        self._weigh(self.on(edge))

    def move_beyond(self, edge: int, rest: int, *, offset_mm: int) -> None:
        """Follow a cut of `edge` at `offset_mm`: points beyond it go to the edge `rest`."""
        rows = self.on(edge)
        beyond = rows[self.table["offset_mm"][rows] > offset_mm]
        if len(beyond):
            self.remove(beyond)
            self.table.put(beyond, edge=rest, offset_mm=self.table["offset_mm"][beyond] - offset_mm)
            for row in beyond.tolist():
                self._link(row)
        self._weigh(rows)

    def _weigh(self, rows: Ints) -> None:
        """Work out the costs between points and the ends of their edges."""
        if len(rows):
            edge, offset = self.table["edge"][rows], self.table["offset_mm"][rows]
            by_tail, by_head = self._streets.parts(edge, offset, leaving=self._side == "origin")
            self.table.put(rows, by_tail=by_tail, by_head=by_head)

    def snapped(self, rows: Ints, owner: Ints) -> Snapped:
        """Return points as a table of `owner`."""
        return Snapped(owner=owner, **{name: self.table[name][rows] for name in _SNAPPED})

    def _columns(self, snapped: Snapped) -> dict[str, Array]:
        """Return what `snapped` says of its points, and the costs of their legs and parts; 0 where unsnapped."""
        edges, on = self._streets.edges, np.flatnonzero(snapped.edge >= 0)
        edge, offset = snapped.edge[on], snapped.offset_mm[on]
        if len(on) and (edge.max() >= len(edges) or np.any(offset > edges["length"][edge])):
            raise NetworkError("points were snapped to another network: snap them again")
        by_tail, by_head = np.zeros(len(snapped), dtype=np.int64), np.zeros(len(snapped), dtype=np.int64)
        by_tail[on], by_head[on] = self._streets.parts(edge, offset, leaving=self._side == "origin")
        leg = np.rint(self._streets.rate_leg * snapped.access_mm).astype(np.int64)
        return {name: getattr(snapped, name) for name in _SNAPPED} | {
            "leg": leg,
            "by_tail": by_tail,
            "by_head": by_head,
        }

    def _link(self, row: int) -> None:
        edge = int(self.table["edge"][row])
        if edge >= 0:
            self.table.put(row, following=int(self._streets.edges[self._side][edge]))
            self._streets.edges.put(edge, **{self._side: row})

    def _unlink(self, row: int) -> None:
        edge = int(self.table["edge"][row])
        if edge < 0:
            return
        after, before = int(self.table["following"][row]), int(self._streets.edges[self._side][edge])
        if before == row:
            self._streets.edges.put(edge, **{self._side: after})
            return
        while (following := int(self.table["following"][before])) != row:
            before = following
        self.table.put(before, following=after)


def _filled(value: Array | float, count: int) -> Array:
    return value if isinstance(value, np.ndarray) else np.full(count, value)


def _chains(edge: Ints) -> Ints:
    """Return, for every point, the next one on the same edge, -1 for the last and the unsnapped."""
    following = np.full(len(edge), -1, dtype=np.int64)
    order = np.argsort(edge, kind="stable")
    same = (edge[order[1:]] == edge[order[:-1]]) & (edge[order[1:]] >= 0)
    following[order[:-1][same]] = order[1:][same]
    return following
