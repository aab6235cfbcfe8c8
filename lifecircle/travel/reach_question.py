"""A question for pairs within a cutoff, in the form that both engines search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lifecircle.travel.search import Arcs

Ints = npt.NDArray[np.int64]
Nodes = npt.NDArray[np.uint32]
Rows = npt.NDArray[np.int32]
Pairs = tuple[Rows, Rows, Ints]


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """Ways grouped by the row that owns them: row n owns ways ``offsets[n]:offsets[n + 1]``.

    `node` is where a way leads (a junction, or a residence), `value` what it takes.
    """

    offsets: Ints
    node: Ints
    value: Ints

    @classmethod
    def of(cls, owner: Ints, node: Ints, *, value: Ints, rows: int, cutoff: int) -> Ways:
        """Group ways by `owner`, those above `cutoff` left out."""
        near = np.flatnonzero(value <= cutoff)
        near = near[np.argsort(owner[near], kind="stable")]
        offsets = np.concatenate([[0], np.cumsum(np.bincount(owner[near], minlength=rows))])
        return cls(offsets.astype(np.int64), node[near], value[near])

    def of_rows(self, rows: Ints) -> tuple[Ints, Ints]:
        """Return the ways of `rows`, one row after the other, and the position in `rows` that owns each."""
        counts = np.diff(self.offsets)[rows]
        position = np.repeat(np.arange(len(rows)), counts)
        within = np.arange(len(position)) - np.repeat(np.cumsum(counts) - counts, counts)
        return self.offsets[rows][position] + within, position

    def side_by_side(self) -> Nodes:
        """Return `node` and `value` as the kernel wants them, shape (N, 2)."""
        return np.column_stack([self.node, self.value]).astype(np.uint32)


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What the searches of all facilities share.

    `seeds` are the junctions that each facility is entered from, `doors` the residences that leave over each
    junction, `beside` the residences on the edges of each facility.
    """

    arcs: Arcs
    seeds: Ways
    doors: Ways
    beside: Ways
    residences: int
    facilities: int
    cutoff: int
