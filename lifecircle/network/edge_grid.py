"""The edges near a point, by compiled search in a uniform grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lifecircle.engine import in_threads, ready
from lifecircle.model.network import WalkNetwork
from lifecircle.network.edge_tree import TOO_FAR, Legs, sorted_pairs

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.uint32]

# Cells about as wide as this many mean segments are fastest; results do not depend on it.
CELL_SEGMENTS = 1.0
LEAST_CELL_M = 20.0
# A way that sticks far out of a cut file must not cost memory for the empty land around it.
CELLS_PER_SEGMENT = 8
# Points searched in one go in each thread.
SHARE = 16_384


@dataclass(frozen=True, slots=True, eq=False)
class EdgeGrid:
    """Usable edges in a uniform grid; see `lifecircle.network.edge_tree.NearEdges`.

    Attributes
    ----------
    grid : (west, south, cell size, columns, rows)
    offsets : int64 (cells + 1,)
    entry : uint32
        Segments that may touch each cell.
    segments : float64 (S, 4)
        Ends of every segment.
    owner : uint32 (S,)
        Edge of every segment.
    network : WalkNetwork
    """

    grid: tuple[float, float, float, int, int]
    offsets: Ints
    entry: Numbers
    segments: Floats
    owner: Numbers
    network: WalkNetwork

    @classmethod
    def of(cls, network: WalkNetwork, edges: Ints) -> EdgeGrid:
        """Put `edges`, at least one, into cells."""
        from lifecircle.network import grid_kernels as kernels

        start, owner = _segments(network, edges)
        segments = np.empty((len(start), 4))
        for column, values in enumerate((network.geometry_x, network.geometry_y)):
            segments[:, column], segments[:, column + 2] = values[start], values[start + 1]
        grid = _grid(segments)
        counts = np.zeros(grid[3] * grid[4] + 1, dtype=np.int64)
        ready(kernels.fill_cells)(segments, grid, counts, np.empty(0, dtype=np.uint32))
        offsets = np.cumsum(counts)
        entry = np.empty(offsets[-1], dtype=np.uint32)
        kernels.fill_cells(segments, grid, offsets[:-1].copy(), entry)
        return cls(grid, offsets, entry, segments, owner.astype(np.uint32), network)

    def nearest(self, xy: Floats, reach_mm: Ints) -> Legs:
        """See `NearEdges`."""
        from lifecircle.network import grid_kernels as kernels

        xy = _as_kernels_want(xy)
        edge, distance = np.full(len(xy), -1, dtype=np.int64), np.full(len(xy), np.inf)
        reach_m = (reach_mm + 1) / 1000.0
        order = np.argsort(_cell_of(xy, self.grid))  # neighbours one after another
        cells = (self.grid, self.offsets, self.entry, self.segments, self.owner)
        ready(kernels.nearest_edges)

        def search(part: Ints) -> None:
            kernels.nearest_edges(xy, part, reach_m, *cells, edge, distance)

        in_threads(search, [order[first : first + SHARE] for first in range(0, len(order), SHARE)])
        length_mm = np.rint(np.where(edge >= 0, distance, 0.0) * 1000.0).astype(np.int64)
        found = np.flatnonzero((edge >= 0) & (length_mm <= reach_mm))
        legs = self.legs_to(xy[found], edge[found], length_mm=length_mm[found])
        return legs if len(found) == len(xy) else Legs.none(len(xy), TOO_FAR).with_rows(found, legs)

    def within(self, xy: Floats, look_mm: Ints) -> tuple[Ints, Ints, Ints]:
        """See `NearEdges`."""
        from lifecircle.network import grid_kernels as kernels

        xy, edges = _as_kernels_want(xy), self.network.edges
        look_m = (look_mm + 1) / 1000.0
        cells = (self.grid, self.offsets, self.entry, self.segments, self.owner)
        scratch = np.full(edges, np.inf), np.empty(edges, dtype=np.int64)
        count, none = 0, np.empty(0, dtype=np.int64)
        count = ready(kernels.edges_within)(xy, look_m, *cells, *scratch, none, none, np.empty(0))
        point, edge = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
        distance = np.empty(count)
        kernels.edges_within(xy, look_m, *cells, *scratch, point, edge, distance)
        return sorted_pairs(point, edge, distance=distance, look_mm=look_mm)

    def legs_to(self, xy: Floats, edge: Ints, *, length_mm: Ints) -> Legs:
        """See `NearEdges`."""
        from lifecircle.network import grid_kernels as kernels

        share, end = np.zeros(len(edge)), np.empty((len(edge), 2))
        network = self.network
        ready(kernels.places_along)(
            _as_kernels_want(xy), edge, network.geometry_offsets, network.geometry_x, network.geometry_y, share, end
        )
        return Legs.to(edge, length_mm, share=share, end=end)


def _as_kernels_want(xy: Floats) -> Floats:
    """Return `xy` in one layout, read-only or not: every other one would be compiled anew."""
    return np.require(xy, requirements=["C", "W"])


def _segments(network: WalkNetwork, edges: Ints) -> tuple[Ints, Ints]:
    """Return the first vertex of every segment of `edges`, and the edge it belongs to."""
    counts = np.diff(network.geometry_offsets)[edges] - 1
    owner = np.repeat(edges, counts)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    return network.geometry_offsets[owner] + within, owner


def _grid(segments: Floats) -> tuple[float, float, float, int, int]:
    """Return (west, south, cell size, columns, rows) of cells that cover all segments."""
    west, south = (min(segments[:, axis].min(), segments[:, axis + 2].min()) for axis in (0, 1))
    east, north = (max(segments[:, axis].max(), segments[:, axis + 2].max()) for axis in (0, 1))
    wide, high = east - west, north - south
    mean = float(np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1]).mean())
    cell = max(LEAST_CELL_M, CELL_SEGMENTS * mean)
    # Never more cells than memory for the segments themselves would take.
    most = CELLS_PER_SEGMENT * len(segments)
    cell = max(cell, float(np.sqrt(wide * high / most)), float(max(wide, high)) / most)
    return float(west), float(south), cell, int(wide // cell) + 1, int(high // cell) + 1


def _cell_of(xy: Floats, grid: tuple[float, float, float, int, int]) -> Ints:
    """Return the cell of each point; of points outside that of the nearest border."""
    west, south, cell, columns, rows = grid
    column = np.clip((xy[:, 0] - west) // cell, 0, columns - 1).astype(np.int64)
    row = np.clip((xy[:, 1] - south) // cell, 0, rows - 1).astype(np.int64)
    return row * columns + column
