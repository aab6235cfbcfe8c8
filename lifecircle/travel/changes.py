"""Changes of a searched place, and what a change touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from lifecircle.model.network import Permission, WalkNetwork
from lifecircle.model.travel import Snapped
from lifecircle.network.draft import Street

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class AddFacility:
    """A new facility.

    Attributes
    ----------
    id : str
        Unlike every other; its row is where it stands among the ids in ascending order.
    type : str
    entrances : Snapped
        Its own points alone; ``owner`` is not looked at.
    """

    id: str
    type: str
    entrances: Snapped


@dataclass(frozen=True, slots=True)
class RemoveFacility:
    """A facility closes."""

    id: str


@dataclass(frozen=True, slots=True, eq=False)
class MoveFacility:
    """A facility gets other entrances and keeps its id, type and row."""

    id: str
    entrances: Snapped


@dataclass(frozen=True, slots=True)
class SetPermission:
    """An edge is closed, opened, or made private."""

    edge: int
    permission: Permission


@dataclass(frozen=True, slots=True)
class Joint:
    """Where a new street begins or ends: a node, or a point on an edge, which is cut there.

    Attributes
    ----------
    node : int
        -1: the place is on `edge`.
    edge : int
    offset_mm : int
        From the edge's tail; at its ends the place is a node.
    """

    node: int = -1
    edge: int = -1
    offset_mm: int = 0


@dataclass(frozen=True, slots=True)
class AddStreet:
    """A new street, crossing or footbridge between two joints.

    Points that are joined to an edge that is cut stay where they are: on the one part or the other.
    """

    start: Joint
    end: Joint
    street: Street = field(default_factory=Street)


@dataclass(frozen=True, slots=True)
class Cut:
    """Edge `edge` was cut `offset_mm` from its tail; `rest` is the part beyond, with what was joined to it there."""

    edge: int
    offset_mm: int
    rest: int


def after_cuts(edge: Ints, offset_mm: Ints, *, cuts: Sequence[Cut]) -> tuple[Ints, Ints]:
    """Return the edges of points (N,) and how far along these they are, once edges were cut: copies."""
    edge, offset_mm = edge.copy(), offset_mm.copy()
    own = set(edge.tolist())
    for cut in cuts:
        if cut.edge not in own:
            continue
        own.add(cut.rest)
        beyond = (edge == cut.edge) & (offset_mm > cut.offset_mm)
        if beyond.any():
            edge[beyond] = cut.rest
            offset_mm[beyond] -= cut.offset_mm
    return edge, offset_mm


@dataclass(frozen=True, slots=True, eq=False)
class Rework:
    """Streets as they came out of some work: closed, opened, cut, new.

    Attributes
    ----------
    network : WalkNetwork
        The edges that are others than before or new, alone.
    edges, nodes : int64 (E,), (V,)
        Their numbers, ascending; those of new ones follow the last.
    cuts : tuple of Cut
        In their order.
    """

    network: WalkNetwork
    edges: Ints
    nodes: Ints
    cuts: tuple[Cut, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Rejoin:
    """Entrances are joined to the network elsewhere, to a new street for instance.

    Attributes
    ----------
    points : int64 (N,)
        Rows of the residences' ``Snapped``, each once; of facilities, those that `LiveSearch.facility_rows` tells.
    entrances : Snapped
        N points in the same order; ``owner`` is not looked at.
    facilities : bool
        Whether they are entrances of facilities; joined before and after then, or move the facility.
    """

    points: Ints
    entrances: Snapped
    facilities: bool = False


Change: TypeAlias = AddFacility | RemoveFacility | MoveFacility | SetPermission | AddStreet | Rework | Rejoin


@dataclass(frozen=True, slots=True, eq=False)
class Touched:
    """Cells of the table of nearest times that a change has written.

    Attributes
    ----------
    residence, column : int64 (N,)
        Rows and types, each pair once, sorted by column, then residence.
    """

    residence: Ints
    column: Ints

    def rows(self, columns: tuple[int, ...] | None = None) -> Ints:
        """Return the residences touched in any of `columns` (by default all), ascending."""
        rows = self.residence if columns is None else self.residence[np.isin(self.column, columns)]
        return np.unique(rows)
