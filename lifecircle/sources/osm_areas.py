"""Surfaces from rings: closed ways and multipolygon relations.

Roles of members are not trusted when every member is there: the surface is what an
odd number of rings enclose, after segments drawn twice cancelled each other (the rule
of the OpenStreetMap wiki, *Relation:multipolygon*, made robust as in Topf, *libosmium*).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry


def assemble(lines: Sequence[BaseGeometry]) -> BaseGeometry | None:
    """Return the (multi)polygon that lines enclose, or None where they do not close.

    Parameters
    ----------
    lines : sequence of LineString
        Member ways in any order and direction; they meet at equal coordinates.

    Returns
    -------
    Polygon, MultiPolygon or None
        Normalised (ring order and start do not depend on the members' order). None when a
        ring stays open, nothing is enclosed, or edges cross without a shared node.
    """
    segments = _odd_segments(lines)
    if not len(segments):
        return None
    _, degree = _distinct(segments.reshape(-1, 2))
    if (degree % 2).any():
        return None
    # Where no rings meet, the lines as they are drawn enclose what their segments do.
    apart = (degree == 2).all() and len(segments) == _drawn(lines)
    edges = lines if apart else shapely.linestrings(segments.reshape(-1, 2, 2))
    surface = shapely.build_area(shapely.multilinestrings(edges))
    if surface.is_empty or not surface.is_valid or not _uses_all(surface, segments):
        return None
    return shapely.normalize(surface)


def assemble_partial(outer: Sequence[BaseGeometry], inner: Sequence[BaseGeometry]) -> BaseGeometry | None:
    """Return what the present members of an incomplete relation enclose, or None.

    With members missing, evenness cannot tell holes from surfaces: roles do.
    """
    surface = assemble(outer)
    if surface is None or not inner:
        return surface
    holes = assemble(inner)
    if holes is None:
        return None
    left = shapely.difference(surface, holes)
    return None if left.is_empty else shapely.normalize(left)


def ring_surfaces(rings: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Turn closed lines into polygons; None where a ring encloses nothing or crosses itself.

    Rings that only touch or retrace themselves are mended as relations are.
    """
    surfaces = np.full(len(rings), None, dtype=object)
    usable = shapely.is_closed(rings) & (shapely.get_num_points(rings) >= 4)
    corners, ring = shapely.get_coordinates(rings[usable], return_index=True)
    surfaces[usable] = shapely.polygons(shapely.linearrings(corners, indices=ring))
    for row in np.flatnonzero(~shapely.is_valid(surfaces) & usable):
        surfaces[row] = assemble([rings[row]])
    return surfaces


def _odd_segments(lines: Sequence[BaseGeometry]) -> npt.NDArray[np.float64]:
    """Return the segments, (S, 4), that occur an odd number of times in any direction."""
    coordinates, line = shapely.get_coordinates(np.asarray(lines, dtype=object), return_index=True)
    start, end = coordinates[:-1], coordinates[1:]
    joined = (line[:-1] == line[1:]) & (start != end).any(axis=1)
    start, end = start[joined], end[joined]
    if not len(start):
        return np.empty((0, 4))
    swap = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    ordered = np.where(swap[:, None], np.hstack([end, start]), np.hstack([start, end]))
    unique, count = _distinct(ordered)
    return unique[count % 2 == 1]


def _drawn(lines: Sequence[BaseGeometry]) -> int:
    """Return how many segments the lines have, those of no length among them."""
    return int(shapely.get_num_points(np.asarray(lines, dtype=object)).sum()) - len(lines)


def _distinct(rows: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return the distinct rows, ascending, and how often each occurs: ``np.unique`` with an axis, but quicker."""
    ordered = rows[np.lexsort(rows.T[::-1])]
    first = np.flatnonzero(np.concatenate([[True], (ordered[1:] != ordered[:-1]).any(axis=1)]))
    return ordered[first], np.diff(first, append=len(ordered))


def _uses_all(surface: BaseGeometry, segments: npt.NDArray[np.float64]) -> bool:
    """Tell whether every segment bounds the surface: crossing rings leave some out."""
    boundary = shapely.length(shapely.boundary(surface))
    drawn = float(np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1]).sum())
    return bool(abs(boundary - drawn) <= 1e-9 * max(drawn, 1e-9) + 1e-12)
