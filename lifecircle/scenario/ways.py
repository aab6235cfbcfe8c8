"""A network while a scenario changes it, and the edges near a place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.model.network import EdgeFlag, Permission, WalkNetwork
from lifecircle.network.components import joined_islands
from lifecircle.network.draft import Draft
from lifecircle.travel.changes import Cut

if TYPE_CHECKING:
    import geopandas as gpd

    from lifecircle.model.osm import Tags

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """A network under work.

    Attributes
    ----------
    draft : Draft
        Of the network; never written once it is here.
    objects : GeoDataFrame
        The extract's objects, as they were.
    ways : tuple of int
        Edges that are new, closed or opened.
    numbers : tuple of int
        The change that each of `ways` comes from.
    cuts : tuple of Cut
        In their order.
    told : Mapping
        What the tags of gates that were opened or closed say now, by object id.
    """

    draft: Draft
    objects: gpd.GeoDataFrame
    ways: tuple[int, ...] = field(default=())
    numbers: tuple[int, ...] = field(default=())
    cuts: tuple[Cut, ...] = field(default=())
    told: Mapping[str, Tags] = field(default_factory=dict)

    @property
    def network(self) -> WalkNetwork:
        """The network as it is now, built when it is asked for; edges keep their numbers, new ones come last."""
        return self.draft.network()

    @property
    def told_objects(self) -> gpd.GeoDataFrame:
        """The objects with the tags that they have now."""
        if not self.told:
            return self.objects
        tags = self.objects["tags"].to_numpy(copy=True)
        for name, own in self.told.items():
            tags[self.objects.index.get_loc(name)] = own
        return self.objects.assign(tags=tags)

    def tags(self, name: str) -> Tags:
        """Return what the tags of an object say now, nothing where there is none."""
        if name in self.told:
            return self.told[name]
        found: Tags = self.objects.at[name, "tags"] if name in self.objects.index else {}
        return found

    def near(self, xy: Floats, *, within_m: float) -> Ints:
        """Return the edges, ascending, whose boxes come within `within_m` of the box of points (N, 2)."""
        return in_box(edge_boxes(self.network), xy, within_m=within_m)

    def with_permission(self, edges: Ints, permission: Permission) -> Self:
        """Return the work with another permission on edges (N,)."""
        draft, rows = self.draft.copy(), edges.tolist()
        draft.permit(rows, permission)
        return replace(self, draft=draft, ways=(*self.ways, *rows))

    def numbered(self, number: int) -> Self:
        """Return the work with its latest ways ascribed to the `number`-th change, and joined to what they meet.

        Islands that a new or opened way joins to the rest are islands no more.
        """
        latest = np.array(self.ways[len(self.numbers) :], dtype=np.int64)
        network = self.network
        opened = latest[network.permission[latest] != Permission.CLOSED]
        if len(opened):
            network = replace(network, island=joined_islands(network, opened))
        return replace(self, draft=Draft(network), numbers=(*self.numbers, *[number] * len(latest)))


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


def nearest_edge(network: WalkNetwork, xy: Floats, *, among: Ints) -> tuple[int, float]:
    """Return the edge of `among` nearest to a point (2,), the smallest of equals, and its distance; -1 and inf."""
    row, away = nearest_line(network.lines(among), point=shapely.Point(xy))
    return (int(among[row]), away) if row >= 0 else (row, away)


def nearest_line(lines: npt.NDArray[np.object_], *, point: shapely.Point) -> tuple[int, float]:
    """Return which of some lines (N,) is nearest to a point, the first of equals, and its distance; -1 and inf."""
    if not len(lines):
        return -1, float("inf")
    distance = shapely.distance(lines, point)
    best = int(np.argmin(distance))
    return best, float(distance[best])


def is_gate(network: WalkNetwork) -> npt.NDArray[np.bool_]:
    """Return, per edge, whether it is a gate's own."""
    return network.has_flag(EdgeFlag.GATE)
