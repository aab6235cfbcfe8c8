"""A table of points every 20 m, each joined to the street it is reached from: what isochrone polygons are drawn on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lifecircle.model.network import WalkNetwork
from lifecircle.model.travel import Impedance, Snapped
from lifecircle.travel.ends import FAR, part_of_edge
from lifecircle.travel.field import Field, over_junction, same_edge

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Join = Callable[[Floats], Snapped]

CELL_M = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """A block of grid points: corners in metres on the grid, numbers of columns and rows."""

    west_m: float
    south_m: float
    columns: int
    rows: int
    cell_m: float = CELL_M

    @classmethod
    def around(cls, bounds: tuple[float, float, float, float], *, margin_m: float, cell_m: float = CELL_M) -> Window:
        """Return the window of all grid points within `margin_m` of a box (west, south, east, north)."""
        low = np.floor((np.array(bounds[:2]) - margin_m) / cell_m)
        high = np.ceil((np.array(bounds[2:]) + margin_m) / cell_m)
        columns, rows = (high - low + 1).astype(int).tolist()
        return cls(float(low[0] * cell_m), float(low[1] * cell_m), columns, rows, cell_m)

    @property
    def x(self) -> Floats:
        """Eastings of the columns; shape (columns,)."""
        return self.west_m + self.cell_m * np.arange(self.columns, dtype=np.float64)

    @property
    def y(self) -> Floats:
        """Northings of the rows; shape (rows,)."""
        return self.south_m + self.cell_m * np.arange(self.rows, dtype=np.float64)

    def part(self, wanted: Window) -> tuple[Window, slice, slice]:
        """Return what this window has of the grid points of `wanted`, and their rows and columns here."""
        left, low = (
            round((theirs - mine) / self.cell_m)
            for theirs, mine in ((wanted.west_m, self.west_m), (wanted.south_m, self.south_m))
        )
        right, high = min(left + wanted.columns, self.columns), min(low + wanted.rows, self.rows)
        left, low = max(left, 0), max(low, 0)
        west, south = self.west_m + self.cell_m * left, self.south_m + self.cell_m * low
        columns, rows = max(right - left, 0), max(high - low, 0)
        return Window(west, south, columns, rows, self.cell_m), slice(low, low + rows), slice(left, left + columns)

    def cut(self, values: Ints, *, rows: slice, columns: slice) -> Ints:
        """Return the `values` (C,) of this window's grid points in some rows and columns."""
        return values.reshape(self.rows, self.columns)[rows, columns].ravel()


@dataclass(frozen=True, slots=True, eq=False)
class CellTable:
    """The edge that every grid point of a window is reached from; C points, row by row from the south-west.

    Attributes
    ----------
    window : Window
    edge : int64 (C,)
        -1 where no street is in reach.
    offset_mm : int64 (C,)
        From the edge's tail.
    off_mm : int64 (C,)
        Way off the network, charged at the walker's speed.
    """

    window: Window
    edge: Ints
    offset_mm: Ints
    off_mm: Ints

    def part(self, wanted: Window) -> CellTable:
        """Return the grid points of `wanted` that are here."""
        window, rows, columns = self.window.part(wanted)
        cut = (
            self.window.cut(getattr(self, name), rows=rows, columns=columns) for name in ("edge", "offset_mm", "off_mm")
        )
        return CellTable(window, *cut)


@dataclass(frozen=True, slots=True, eq=False)
class CellCosts:
    """A `CellTable` under one impedance: from every grid point to the junctions of its edge.

    Attributes
    ----------
    table : CellTable
    impedance : Impedance
    tail, head : int64 (C,)
        Junctions; 0 where there is no edge.
    by_tail, by_head, off : int64 (C,)
        In the impedance's unit, the way off the network included in the first two; `FAR` where there is none.
    """

    table: CellTable
    impedance: Impedance
    tail: Ints
    head: Ints
    by_tail: Ints
    by_head: Ints
    off: Ints

    def part(self, wanted: Window) -> CellCosts:
        """Return the grid points of `wanted` that are here."""
        _, rows, columns = self.table.window.part(wanted)
        names = ("tail", "head", "by_tail", "by_head", "off")
        cut = (self.table.window.cut(getattr(self, name), rows=rows, columns=columns) for name in names)
        return CellCosts(self.table.part(wanted), self.impedance, *cut)


def build_cells(window: Window, join: Join) -> CellTable:
    """Join every grid point of `window` to its street.

    Parameters
    ----------
    window : Window
    join : callable
        Gives `Snapped` for points (C, 2); unsnapped ones are reached from nowhere.

    Returns
    -------
    CellTable
    """
    x, y = np.meshgrid(window.x, window.y)
    found = join(np.column_stack([x.ravel(), y.ravel()]))
    return CellTable(window, found.edge, found.offset_mm, found.access_mm)


def cell_costs(table: CellTable, network: WalkNetwork, *, impedance: Impedance) -> CellCosts:
    """Return what the parts of edges between grid points and junctions cost under `impedance`."""
    joined = table.edge >= 0
    edge = np.where(joined, table.edge, 0)
    length = network.length_mm[edge]
    off = np.where(joined, np.rint(impedance.rate_leg * table.off_mm).astype(np.int64), FAR)
    back = np.zeros(len(edge), dtype=bool)
    by_tail = part_of_edge(impedance, edge, part_mm=table.offset_mm, length_mm=length, forward=back)
    by_head = part_of_edge(impedance, edge, part_mm=length - table.offset_mm, length_mm=length, forward=~back)
    by_tail, by_head = (np.where(joined & (part < FAR), part + off, FAR) for part in (by_tail, by_head))
    tail, head = (network.tail[edge].astype(np.int64), network.head[edge].astype(np.int64))
    return CellCosts(table, impedance, tail, head, by_tail, by_head, off)


def cell_values(costs: CellCosts, field: Field) -> Ints:
    """Return the least walk between every grid point and the seeds of `field`.

    The same walk as that of a residence at the grid point: off the network, along its edge, over a junction
    or straight to a seed on the same edge.

    Parameters
    ----------
    costs : CellCosts
        Under the field's impedance.
    field : Field

    Returns
    -------
    int64 (C,)
        `FAR` where no walk within ``field.limit`` to a junction exists.
    """
    value = np.minimum(
        over_junction(field.value[costs.tail], costs.by_tail), over_junction(field.value[costs.head], costs.by_head)
    )
    table, seeds = costs.table, field.seeds
    seeded = np.zeros(field.network.edges + 1, dtype=bool)  # the last one stands for no edge, -1
    seeded[seeds.edge] = True
    near = np.flatnonzero(seeded[table.edge])
    row, seed = same_edge(table.edge[near], seeds)
    cell = near[row]
    ahead = seeds.offset_mm[seed] - table.offset_mm[cell]
    edge = table.edge[cell]
    length = field.network.length_mm[edge]
    walk = part_of_edge(field.impedance, edge, part_mm=np.abs(ahead), length_mm=length, forward=ahead > 0)
    np.minimum.at(value, cell, np.where(walk < FAR, walk + seeds.leg[seed] + costs.off[cell], FAR))
    return value
