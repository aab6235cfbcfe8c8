"""The sea, from the coastline: OpenStreetMap maps its shore, not its surface."""

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

ASIDE_M = 0.5  # how far beside the shore a point is probed; water lies to the right of the direction drawn


def sea_within(coast: npt.NDArray[np.object_], *, reach: BaseGeometry) -> list[BaseGeometry]:
    """Return the parts of `reach` that are sea.

    Parameters
    ----------
    coast : object array of LineStrings
        ``natural=coastline`` in its own direction, metric CRS.
    reach : (Multi)Polygon
        In the same CRS.

    Returns
    -------
    list of Polygon
        Empty without a shore, and where the coastline is broken off inside `reach`: a shore with a hole
        in it would flood the land.
    """
    merged = shapely.line_merge(shapely.union_all(coast), directed=True)
    shore = [line for line in shapely.get_parts(merged) if line.intersects(reach)]
    ends = [line.coords[end] for line in shore if not line.is_closed for end in (0, -1)]
    if not shore or (ends and bool(np.any(shapely.contains(reach, shapely.points(ends))))):
        return []
    cut = shapely.node(shapely.union_all([*shore, *shapely.get_parts(shapely.boundary(reach))]))
    pieces = [
        piece for piece in shapely.get_parts(shapely.polygonize([cut])) if reach.contains(piece.representative_point())
    ]
    return [piece for piece in pieces if _is_sea(piece, np.array(shore, dtype=object))]


def _is_sea(piece: BaseGeometry, shore: npt.NDArray[np.object_]) -> bool:
    """Say whether most of the shore along `piece` has it on its right-hand side."""
    near = shore[shapely.dwithin(shore, piece, ASIDE_M / 2)]
    shapely.prepare(piece)
    right, left = (
        sum(int(np.count_nonzero(shapely.contains_xy(piece, _right_of(line)))) for line in lines)
        for lines in (near, shapely.reverse(near))
    )
    return right > left


def _right_of(line: BaseGeometry) -> npt.NDArray[np.float64]:
    """Return a point beside the middle of every segment of `line`, to its right; shape (n, 2)."""
    xy = shapely.get_coordinates(line)
    step = np.diff(xy, axis=0)
    length = np.hypot(step[:, 0], step[:, 1])
    step, middle = step[length > 0] / length[length > 0, None], (xy[:-1] + xy[1:])[length > 0] / 2
    return middle + ASIDE_M * np.column_stack([step[:, 1], -step[:, 0]])
