"""The ground that each of many groups of points stands on, for drawing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

if TYPE_CHECKING:
    from lifecircle.model.travel import Floats, Ints

    # Coordinates of every polygon, and how many of them each of its rings has.
    Outline = tuple[list[Floats], list[Ints]]

CELL_M = 30.0  # grid that the shape of a gap is drawn on
SHAPE_CELLS = 2  # drawn around each point of a gap: 60 m
MARGIN = SHAPE_CELLS + 1  # so that no outline touches the rim of its grid
SIMPLIFY_M = 22.0  # flattens the steps of the grid, 21.2 m


def ground_around(groups: Sequence[Floats]) -> npt.NDArray[np.object_]:
    """Return the ground within about 60 m of the points of each group.

    Dilated on a grid of cells, its outline drawn by marching squares: a union of discs takes many times as long.

    Parameters
    ----------
    groups : sequence of float64 (N, 2)
        Metric CRS; at least one point each.

    Returns
    -------
    object (len(groups),)
        Polygons, and MultiPolygons where the ground falls into parts.
    """
    known: dict[tuple[tuple[int, ...], bytes], Outline] = {}
    xy, rings, parts = [np.empty((0, 2))], [np.empty(0, dtype=np.int64)], []
    for points in groups:
        cells = np.floor(points / CELL_M).astype(np.int64)
        first = cells.min(axis=0)
        drawn, sizes = _outline(cells - first, known)
        # Whole multiples of half a cell: moved without rounding.
        xy += [part + first * CELL_M for part in drawn]
        rings += sizes
        parts.append(len(drawn))
    ring_at = np.cumsum([0, *np.concatenate(rings)])
    part_at = np.cumsum([0, *(len(sizes) for sizes in rings[1:])])
    polygons = shapely.from_ragged_array(shapely.GeometryType.POLYGON, np.concatenate(xy), (ring_at, part_at))
    group = np.repeat(np.arange(len(groups)), np.array(parts, dtype=np.int64))
    found = np.empty(len(groups), dtype=object)
    found[group] = polygons
    several = np.bincount(group, minlength=len(groups)) > 1
    rows = several[group]
    if several.any():
        found[several] = shapely.multipolygons(polygons[rows], indices=np.unique(group[rows], return_inverse=True)[1])
    return shapely.simplify(found, SIMPLIFY_M)


def _outline(cells: Ints, known: dict[tuple[tuple[int, ...], bytes], Outline]) -> Outline:
    """Return the outline of the ground around `cells` (N, 2), which begin at 0; `known` are those drawn before."""
    near = np.zeros(cells.max(axis=0) + 2 * MARGIN + 1, dtype=bool)
    across, up = _DISC
    near[cells[:, :1] + MARGIN + across, cells[:, 1:] + MARGIN + up] = True
    key = (near.shape, near.tobytes())
    if key not in known:
        known[key] = _drawn(near)
    return known[key]


def _drawn(near: npt.NDArray[np.bool_]) -> Outline:
    from contourpy import FillType, contour_generator

    east, north = ((np.arange(size) - MARGIN + 0.5) * CELL_M for size in near.shape)
    # Transposed: contours want rows from south to north.
    drawn = contour_generator(east, north, near.T.astype(float), fill_type=FillType.OuterOffset).filled(0.5, np.inf)
    outlines = [(points, offsets.astype(np.int64)) for points, offsets in zip(*drawn, strict=True)]
    return [points for points, _ in outlines], [offsets[1:] - offsets[:-1] for _, offsets in outlines]


def _disc() -> tuple[Ints, Ints]:
    """Return the cells within `SHAPE_CELLS` and a half of a cell, across and up."""
    across, up = np.mgrid[-SHAPE_CELLS : SHAPE_CELLS + 1, -SHAPE_CELLS : SHAPE_CELLS + 1]
    inside = np.hypot(across, up) < SHAPE_CELLS + 0.5
    return across[inside], up[inside]


_DISC = _disc()
