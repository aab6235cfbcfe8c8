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

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]


def assemble(lines: Sequence[BaseGeometry]) -> BaseGeometry | None:
    """Return what `assemble_each` makes of one group of lines."""
    group = np.zeros(len(lines), dtype=np.int64)
    found: BaseGeometry | None = assemble_each(np.asarray(lines, dtype=object), group, count=1)[0]
    return found


def assemble_each(lines: Shapes, group: Ints, *, count: int) -> Shapes:
    """Return the (multi)polygon that the lines of every group enclose, or None where they do not close.

    Parameters
    ----------
    lines : object array (L,) of LineStrings
        Member ways in any order and direction; they meet at equal coordinates.
    group : int64 (L,)
        Of each line.
    count : int
        Number of groups.

    Returns
    -------
    object array (count,)
        Polygon, MultiPolygon or None; normalised (ring order and start do not depend on the members' order). None
        when a ring stays open, nothing is enclosed, or edges cross without a shared node.
    """
    segments, owner = _odd_segments(lines, group)
    ends = np.concatenate([segments[:, :2], segments[:, 2:]])
    corner, degree = _distinct(np.column_stack([np.tile(owner, 2), ends]))
    at = corner[:, 0].astype(np.int64)
    closed = np.bincount(at, minlength=count) > 0
    closed &= np.bincount(at, weights=degree % 2, minlength=count) == 0
    # Where no rings meet, the lines as they are drawn enclose what their segments do.
    steps = np.bincount(group, weights=shapely.get_num_points(lines) - 1, minlength=count)
    apart = np.bincount(at, weights=degree != 2, minlength=count) == 0
    apart &= np.bincount(owner, minlength=count) == steps
    whole, single = (closed & apart)[group], (closed & ~apart)[owner]
    drawn = np.concatenate([lines[whole], shapely.linestrings(segments[single].reshape(-1, 2, 2))])
    owners = np.concatenate([group[whole], owner[single]])
    order, rank = np.argsort(owners, kind="stable"), np.cumsum(closed) - 1
    found: Shapes = np.full(count, None, dtype=object)
    if len(order):
        found[closed] = shapely.build_area(shapely.multilinestrings(drawn[order], indices=rank[owners[order]]))
    lengths = np.hypot(*(segments[:, 2:] - segments[:, :2]).T)
    good = closed & ~shapely.is_empty(found) & shapely.is_valid(found)
    good &= _uses_all(found, np.bincount(owner, weights=lengths, minlength=count).astype(np.float64))
    found[good] = shapely.normalize(found[good])
    found[~good] = None
    return found


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


def ring_surfaces(corners: Floats, offsets: Ints) -> Shapes:
    """Turn closed lines into polygons; None where a ring encloses nothing or crosses itself.

    Rings that only touch or retrace themselves are mended as relations are.

    Parameters
    ----------
    corners : float64 (N, 2)
    offsets : int64 (R + 1,)
        Line r has the corners ``offsets[r]:offsets[r + 1]``, at least two.

    Returns
    -------
    object array (R,)
    """
    surfaces = np.full(len(offsets) - 1, None, dtype=object)
    sizes = np.diff(offsets)
    usable = (sizes >= 4) & (corners[offsets[:-1]] == corners[offsets[1:] - 1]).all(axis=1)
    ring = np.repeat(np.cumsum(usable) - 1, np.where(usable, sizes, 0))
    surfaces[usable] = shapely.polygons(shapely.linearrings(corners[np.repeat(usable, sizes)], indices=ring))
    for row in np.flatnonzero(~shapely.is_valid(surfaces) & usable):
        surfaces[row] = assemble([shapely.linestrings(corners[offsets[row] : offsets[row + 1]])])
    return surfaces


def _odd_segments(lines: Shapes, group: Ints) -> tuple[Floats, Ints]:
    """Return the segments, (S, 4), that occur an odd number of times in a group in any direction, and their groups."""
    coordinates, line = shapely.get_coordinates(lines, return_index=True)
    start, end = coordinates[:-1], coordinates[1:]
    joined = (line[:-1] == line[1:]) & (start != end).any(axis=1)
    start, end, owner = start[joined], end[joined], group[line[:-1][joined]]
    swap = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    ordered = np.where(swap[:, None], np.hstack([end, start]), np.hstack([start, end]))
    unique, count = _distinct(np.column_stack([owner, ordered]))
    odd = unique[count % 2 == 1]
    return odd[:, 1:], odd[:, 0].astype(np.int64)


def _distinct(rows: Floats) -> tuple[Floats, Ints]:
    """Return the distinct rows, ascending, and how often each occurs: ``np.unique`` with an axis, but quicker."""
    ordered = rows[np.lexsort(rows.T[::-1])]
    first = np.flatnonzero(np.append(True, (ordered[1:] != ordered[:-1]).any(axis=1))[: len(rows)])
    return ordered[first], np.diff(first, append=len(ordered))


def _uses_all(surfaces: Shapes, drawn: Floats) -> npt.NDArray[np.bool_]:
    """Tell which surfaces all of their segments, `drawn` long together, bound: crossing rings leave some out."""
    boundary = shapely.length(shapely.boundary(surfaces))
    near: npt.NDArray[np.bool_] = np.abs(boundary - drawn) <= 1e-9 * np.maximum(drawn, 1e-9) + 1e-12
    return near
