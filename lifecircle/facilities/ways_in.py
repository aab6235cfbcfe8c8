"""What leads into facilities: entrances on their outlines, ways across them, ways wholly inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import shapely

Shapes = npt.NDArray[np.object_]
Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# A mapped entrance this close to an outline is an entrance of it.
ON_OUTLINE_M = 0.5
# An outline or a trail without mapped entrances or paths is entered at points at most this far apart.
SAMPLE_M = 50.0
# A sampled outline reaches ways this close.
SAMPLED_REACH_M = 30.0


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """Shapes (N,) that are ready to be sought entrances for.

    Attributes
    ----------
    shapes : object (N,)
        Valid.
    outlines : object (N,)
        Of areas their outer rings as MultiLineStrings: a courtyard's edge is no way in. None of others.
    sizes : float64 (N,)
        Square metres.
    """

    shapes: Shapes
    outlines: Shapes
    sizes: Floats

    @classmethod
    def of(cls, shapes: Shapes) -> Sites:
        """Make geometries (N,) valid and find their outlines."""
        shapes = shapely.make_valid(shapes)
        sizes = shapely.area(shapes)
        return cls(shapes, _outlines(shapes, rows=np.flatnonzero(sizes > 0)), sizes)


@dataclass(frozen=True, slots=True, eq=False)
class Meetings:
    """Points (P,) where sites meet ways or entrances.

    Attributes
    ----------
    site : int64 (P,)
        Row of the site.
    way : int64 (P,)
        Row of the way or entrance among those that were looked at.
    xy : float64 (P, 2)
    """

    site: Rows
    way: Rows
    xy: Floats

    def rows(self, rows: Rows | Bools) -> Meetings:
        """Return some of them."""
        return Meetings(self.site[rows], self.way[rows], self.xy[rows])

    @classmethod
    def joined(cls, parts: Sequence[Meetings]) -> Meetings:
        """Return those of several."""
        site, way, xy = (np.concatenate([getattr(part, name) for part in parts]) for name in cls.__slots__)
        return cls(site, way, xy)


class WaysIn(Protocol):
    """What leads into sites; `rows` (N,), ascending, are those asked for, of areas alone."""

    def mapped(self, rows: Rows) -> Meetings:
        """Return the mapped entrances on outlines."""

    def crossings(self, rows: Rows) -> Meetings:
        """Return the points where ways meet outlines; of a stretch along one points at most ``SAMPLE_M`` apart."""

    def landings(self, rows: Rows) -> Meetings:
        """Return the ends of ways that lie wholly inside: what a bridge or a tunnel leads to."""

    def reach(self, shapes: Shapes) -> Rows:
        """Return which of some shapes have a way within ``SAMPLED_REACH_M``; any number of times."""


class Ways:
    """Ways, and where they meet `sites`.

    Parameters
    ----------
    sites : Sites
    tree : STRtree of LineStrings
    """

    def __init__(self, sites: Sites, tree: shapely.STRtree) -> None:
        self._sites, self._tree = sites, tree

    def crossings(self, rows: Rows) -> Meetings:
        """See `WaysIn`."""
        outlines = self._sites.outlines[rows]
        own, hits = self._tree.query(outlines, predicate="intersects")
        common = shapely.intersection(outlines[own], self._tree.geometries[hits])
        along = shapely.length(common) > 0
        common[along] = shapely.segmentize(common[along], SAMPLE_M)
        xy, pair = shapely.get_coordinates(common, return_index=True)
        return Meetings(rows[own[pair]], hits[pair], xy)

    def landings(self, rows: Rows) -> Meetings:
        """See `WaysIn`."""
        own, hits = self._tree.query(self._sites.shapes[rows], predicate="contains")
        inside = self._tree.geometries[hits]
        ends = np.concatenate([shapely.get_point(inside, 0), shapely.get_point(inside, -1)])
        return Meetings(np.tile(rows[own], 2), np.tile(hits, 2), shapely.get_coordinates(ends))

    def reach(self, shapes: Shapes) -> Rows:
        """See `WaysIn`."""
        return self._tree.query(shapes, predicate="dwithin", distance=SAMPLED_REACH_M)[0]


class MappedWays(Ways):
    """What leads into `sites` of some ways and entrances; see `WaysIn`.

    Parameters
    ----------
    sites : Sites
    ways : STRtree of LineStrings
    nodes : STRtree of Points
    """

    def __init__(self, sites: Sites, ways: shapely.STRtree, *, nodes: shapely.STRtree) -> None:
        super().__init__(sites, ways)
        self._nodes = nodes

    def mapped(self, rows: Rows) -> Meetings:
        """See `WaysIn`."""
        own, hits = self._nodes.query(self._sites.outlines[rows], predicate="dwithin", distance=ON_OUTLINE_M)
        return Meetings(rows[own], hits, shapely.get_coordinates(self._nodes.geometries[hits]))


def _outlines(shapes: Shapes, *, rows: Rows) -> Shapes:
    """Return the outer rings of the areas in `rows` as MultiLineStrings, None for others."""
    outlines = np.full(len(shapes), None, dtype=object)
    polygons, owner = shapely.get_parts(shapes[rows], return_index=True)
    polygons, inner = shapely.get_parts(polygons, return_index=True)  # collections left by make_valid
    owner = owner[inner]
    is_polygon = shapely.get_type_id(polygons) == 3
    rings = shapely.get_exterior_ring(polygons[is_polygon])
    order = owner[is_polygon]
    if len(order):
        found = np.unique(order)
        outlines[rows[found]] = shapely.multilinestrings(rings, indices=np.searchsorted(found, order))
    return outlines
