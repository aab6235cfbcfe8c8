"""A network while a scenario changes it, and the edges near a place."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.model.network import EdgeFlag, Permission, WalkNetwork
from lifecircle.network.components import joined_islands
from lifecircle.network.edits import with_permission
from lifecircle.travel.changes import Change as Step
from lifecircle.travel.changes import SetPermission

if TYPE_CHECKING:
    import geopandas as gpd

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """A network under work.

    Attributes
    ----------
    network : WalkNetwork
        As it is now; edges keep their numbers, new ones come last.
    objects : GeoDataFrame
        The extract's objects; of gates that were opened or closed, the tags say so.
    steps : tuple of lifecircle.travel.changes
        How it came about, for a search that follows changes.
    followed : bool
        Whether `steps` say everything that was done.
    ways : tuple of int
        Edges that are new, closed or opened.
    numbers : tuple of int
        The change that each of `ways` comes from.
    cut : tuple of int
        Edges that were cut, both parts.
    boxes : float64 (E, 4)
        West, south, east, north of every edge of a network that it was made for.
    """

    network: WalkNetwork
    objects: gpd.GeoDataFrame
    steps: tuple[Step, ...] = ()
    followed: bool = True
    ways: tuple[int, ...] = field(default=())
    numbers: tuple[int, ...] = field(default=())
    cut: tuple[int, ...] = field(default=())
    boxes: Floats = field(default_factory=lambda: np.empty((0, 4)))

    def near(self, xy: Floats, *, within_m: float) -> Ints:
        """Return the edges, ascending, whose boxes come within `within_m` of the box of points (N, 2)."""
        known = len(self.boxes) == self.network.edges
        return in_box(self.boxes if known else edge_boxes(self.network), xy, within_m=within_m)

    def with_permission(self, edges: Ints, permission: Permission) -> Self:
        """Return the work with another permission on edges (N,)."""
        rows = edges.tolist()
        network = with_permission(self.network, rows, permission=permission)
        followed = self.followed
        if permission != Permission.CLOSED:
            island = joined_islands(network, edges)
            followed = followed and bool(np.array_equal(island, network.island))
            network = replace(network, island=island)
        return replace(
            self,
            network=network,
            steps=(*self.steps, *(SetPermission(edge, permission) for edge in rows)),
            followed=followed,
            ways=(*self.ways, *rows),
        )

    def numbered(self, number: int) -> Self:
        """Return the work with its latest ways ascribed to the `number`-th change."""
        return replace(self, numbers=(*self.numbers, *[number] * (len(self.ways) - len(self.numbers))))


def edge_boxes(network: WalkNetwork) -> Floats:
    """Return west, south, east, north of every edge, shape (E, 4)."""
    if not network.edges:
        return np.empty((0, 4))
    begin = network.geometry_offsets[:-1]
    x, y = network.geometry_x, network.geometry_y
    return np.column_stack(
        [
            np.minimum.reduceat(x, begin),
            np.minimum.reduceat(y, begin),
            np.maximum.reduceat(x, begin),
            np.maximum.reduceat(y, begin),
        ]
    )


def in_box(boxes: Floats, around: Floats, *, within_m: float) -> Ints:
    """Return the rows of `boxes` (N, 4) that touch the box of points `around` (M, 2), widened by `within_m`."""
    west, south = around.min(axis=0) - within_m
    east, north = around.max(axis=0) + within_m
    return np.flatnonzero(
        (boxes[:, 0] <= east) & (boxes[:, 2] >= west) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
    )


def boxes_after(work: Work, boxes: Floats) -> Floats:
    """Return the boxes of the network of `work`, from those of the network before it."""
    changed = sorted({*work.cut, *range(len(boxes), work.network.edges)})
    if not changed:
        return boxes
    lines = work.network.lines(np.array(changed, dtype=np.int64))
    more = np.empty((work.network.edges - len(boxes), 4))
    result = np.vstack([boxes, more])
    result[changed] = shapely.bounds(lines)
    return result


def nearest_edge(network: WalkNetwork, xy: Floats, *, among: Ints) -> tuple[int, float]:
    """Return the edge of `among` nearest to a point (2,), the smallest of equals, and its distance; -1 and inf."""
    if not len(among):
        return -1, float("inf")
    distance = shapely.distance(network.lines(among), shapely.Point(xy))
    best = int(np.argmin(distance))
    return int(among[best]), float(distance[best])


def is_gate(network: WalkNetwork) -> npt.NDArray[np.bool_]:
    """Return, per edge, whether it is a gate's own."""
    return network.has_flag(EdgeFlag.GATE)
