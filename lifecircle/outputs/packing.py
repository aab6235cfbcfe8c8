"""Shapes as short JSON: whole microdegrees, running differences."""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[np.object_]

MICRO = 1e6


def pack(shapes: Geometries, *, lines: bool = False) -> dict[str, Any]:
    """Return lon/lat shapes as rings per feature, vertices per ring and running differences.

    A hole has a negative number of vertices; the closing vertex of a ring is left out; a point is a ring of
    one vertex. With `lines` every feature is one line.

    Examples
    --------
    >>> pack(np.array([shapely.box(0, 0, 1e-6, 2e-6)]))
    {'parts': [1], 'points': [4], 'xy': [1, 0, 0, 2, -1, 0, 0, -2], 'lines': False}
    """
    rings, owner, hole = (shapes, np.arange(len(shapes)), np.zeros(len(shapes), bool)) if lines else _rings(shapes)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    counts = np.bincount(ring, minlength=len(rings))
    if not lines:
        closing = np.cumsum(counts)[counts > 1] - 1
        xy = np.delete(xy, closing, axis=0)
        counts = np.where(counts > 1, counts - 1, counts)
    whole = np.rint(xy * MICRO).astype(np.int64)
    steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), np.int64))
    return {
        "parts": np.bincount(owner, minlength=len(shapes)).tolist(),
        "points": np.where(hole, -counts, counts).tolist(),
        "xy": steps.ravel().tolist(),
        "lines": lines,
    }


def differences(values: npt.NDArray[Any]) -> list[int]:
    """Return whole numbers as the first one and the steps to each next.

    Examples
    --------
    >>> differences(np.array([7, 9, 4]))
    [7, 2, -5]
    """
    return np.diff(values.astype(np.int64), prepend=0).tolist()


def _rings(shapes: Geometries) -> tuple[Geometries, npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return every ring (or point), its feature and whether it is a hole; features keep their order."""
    parts, feature = shapely.get_parts(shapes, return_index=True)
    polygon = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    rings, part = shapely.get_rings(parts[polygon], return_index=True)
    part = np.flatnonzero(polygon)[part]
    hole = np.r_[False, part[1:] == part[:-1]] if len(part) else np.zeros(0, bool)
    loose = np.flatnonzero(~polygon)
    points = shapely.centroid(parts[loose])  # residences that are points, or (never expected) lines
    order = np.argsort(np.r_[part, loose], kind="stable")
    everything = np.r_[rings, points][order]
    return everything, feature[np.r_[part, loose][order]], np.r_[hole, np.zeros(len(loose), bool)][order]
