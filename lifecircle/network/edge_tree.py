"""The edges near a point, by an STRtree: the oracle of `edge_grid`, and the engine where kernels cannot be compiled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.model.network import WalkNetwork
from lifecircle.model.travel import SNAP_REASONS

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Geometries = npt.NDArray[np.object_]

TOO_FAR = SNAP_REASONS.index("too_far")
# Most points have an edge this near; each further look reaches so many times as far.
FIRST_LOOK_MM = 25_000
WIDEN = 3


@dataclass(frozen=True, slots=True, eq=False)
class Legs:
    """One leg a point: the edge (-1 none), which part of it lies before the place where it is joined, how it fared."""

    edge: Ints
    share: Floats
    length_mm: Ints
    end: Floats
    reason: npt.NDArray[np.uint8]
    walled: Bools

    @classmethod
    def none(cls, count: int, reason: int) -> Legs:
        """Return `count` legs that lead nowhere."""
        return cls(
            edge=np.full(count, -1, dtype=np.int64),
            share=np.zeros(count),
            length_mm=np.zeros(count, dtype=np.int64),
            end=np.full((count, 2), np.nan),
            reason=np.full(count, reason, dtype=np.uint8),
            walled=np.zeros(count, dtype=bool),
        )

    @classmethod
    def to(cls, edge: Ints, length_mm: Ints, *, share: Floats, end: Floats) -> Legs:
        """Return legs that lead to edges."""
        return cls(edge, share, length_mm, end, np.zeros(len(edge), dtype=np.uint8), np.zeros(len(edge), dtype=bool))

    def rows(self, keep: Ints) -> Legs:
        """Return the legs at positions `keep`."""
        return Legs(**{name: getattr(self, name)[keep] for name in Legs.__slots__})

    def with_rows(self, rows: Ints, new: Legs) -> Legs:
        """Return self with `rows` replaced by those of `new`."""
        merged = {name: getattr(self, name).copy() for name in Legs.__slots__}
        for name, values in merged.items():
            values[rows] = getattr(new, name)
        return Legs(**merged)


class NearEdges(Protocol):
    """Usable edges, made ready for many points."""

    def nearest(self, xy: Floats, reach_mm: Ints) -> Legs:
        """Return the leg of every point (N, 2) to the nearest edge within reach; equally near ones: the smallest id."""

    def within(self, xy: Floats, look_mm: Ints) -> tuple[Ints, Ints, Ints]:
        """Return (point, edge, leg length) of all pairs within `look_mm`, by point, then distance, then edge."""

    def legs_to(self, xy: Floats, edge: Ints, *, length_mm: Ints) -> Legs:
        """Return the legs from points (N, 2) to the nearest place of one edge each."""


@dataclass(frozen=True, slots=True, eq=False)
class EdgeTree:
    """Usable edges, ascending, as lines in a tree."""

    edges: Ints
    lines: Geometries
    tree: shapely.STRtree

    @classmethod
    def of(cls, network: WalkNetwork, edges: Ints) -> EdgeTree:
        """Build the tree of `edges`, ascending."""
        lines = network.lines()[edges]
        return cls(edges, lines, shapely.STRtree(lines))

    def nearest(self, xy: Floats, reach_mm: Ints) -> Legs:
        """See `NearEdges`."""
        legs = Legs.none(len(xy), TOO_FAR)
        todo, look_mm = np.arange(len(xy)), np.minimum(FIRST_LOOK_MM, reach_mm)
        while len(todo):
            point, edge, length_mm = self.within(xy[todo], look_mm[todo])
            found, first = np.unique(point, return_index=True)
            rows = todo[found]
            legs = legs.with_rows(rows, self.legs_to(xy[rows], edge[first], length_mm=length_mm[first]))
            settled = look_mm[todo] >= reach_mm[todo]
            settled[found] = True
            todo = todo[~settled]
            look_mm = np.minimum(look_mm * WIDEN, reach_mm)
        return legs

    def within(self, xy: Floats, look_mm: Ints) -> tuple[Ints, Ints, Ints]:
        """See `NearEdges`."""
        dots = shapely.points(xy)
        # Half a millimetre more than the reach still rounds to it.
        point, line = self.tree.query(dots, predicate="dwithin", distance=look_mm / 1000.0 + 0.0005)
        distance = shapely.distance(dots[point], self.lines[line])
        return sorted_pairs(point, self.edges[line], distance=distance, look_mm=look_mm)

    def legs_to(self, xy: Floats, edge: Ints, *, length_mm: Ints) -> Legs:
        """See `NearEdges`."""
        lines = self.lines[np.searchsorted(self.edges, edge)]
        along, drawn_m = shapely.line_locate_point(lines, shapely.points(xy)), shapely.length(lines)
        share = np.divide(along, drawn_m, out=np.zeros(len(edge)), where=drawn_m > 0)
        end = shapely.get_coordinates(shapely.line_interpolate_point(lines, along)).reshape(-1, 2)
        return Legs.to(edge, length_mm, share=share, end=end)


def sorted_pairs(point: Ints, edge: Ints, *, distance: Floats, look_mm: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the pairs within `look_mm` of their point, to the millimetre, and their lengths.

    Sorted by point, then distance, then edge.
    """
    length_mm = np.rint(distance * 1000.0).astype(np.int64)
    order = np.lexsort((edge, distance, point))
    order = order[length_mm[order] <= look_mm[point[order]]]
    return point[order], edge[order], length_mm[order]
