"""Walls that get openings, and lose them, while streets and gates change."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.network.barriers import barriers_among
from lifecircle.network.legs import Obstacles

if TYPE_CHECKING:
    import geopandas as gpd

    from lifecircle.pipeline.place import Place
    from lifecircle.pipeline.scenarios.live_edges import LiveEdges
    from lifecircle.pipeline.scenarios.undo import Undo

Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]

DECIDING = frozenset({"barrier", "entrance"})  # no opening without one of these keys
AROUND_M = 1.0  # what decides of an opening lies this near to it


class LiveBarriers:
    """The barriers of a place; only walls beside a change are looked at again.

    Attributes
    ----------
    obstacles : Obstacles
        As they are now.
    gates : GeoDataFrame
        Of the extract's objects the gates that can be opened or shut, as they are now.
    """

    def __init__(self, place: Place, gates: gpd.GeoDataFrame) -> None:
        self.obstacles, self.gates = Obstacles.of(place.barriers), gates
        self._walls = shapely.STRtree(place.barriers.walls)
        self._openings = shapely.get_coordinates(place.barriers.gates)
        deciding = [not DECIDING.isdisjoint(tags) for tags in place.objects["tags"]]
        objects = place.objects[np.array(deciding, dtype=bool)]
        self._shapes = objects.geometry.to_numpy()
        self._tags = objects["tags"].to_numpy(dtype=object)
        self._bounds = shapely.bounds(self._shapes)
        row = {str(name): row for row, name in enumerate(objects.index)}
        self._gate_rows = np.array([row[name] for name in gates.index], dtype=np.int64)

    def follow(self, lines: Shapes, *, gates: gpd.GeoDataFrame, edges: LiveEdges, undo: Undo) -> Floats:
        """Open and close the walls that changed ways go through.

        Parameters
        ----------
        lines : object array of LineStrings
            Ways that are new, closed, opened or cut.
        gates : GeoDataFrame
            As they are to be; the same object where none changes.
        edges : LiveEdges
            As they are to be.
        undo : list of callable
            Gets one more: how this is taken back.

        Returns
        -------
        float64 (N, 4)
            Boxes; legs that touch none of them cross what they crossed.
        """
        undo.append(functools.partial(self._restore, self.obstacles, self._openings, self.gates))
        line, wall = self._walls.query(lines, predicate="intersects")
        concerned = shapely.intersection(lines[line], self._walls.geometries[wall])
        if gates is not self.gates:
            other = [now is not was for now, was in zip(gates["tags"], self.gates["tags"], strict=True)]
            concerned = np.concatenate([concerned, gates.geometry.to_numpy()[np.array(other, dtype=bool)]])
            self.gates = gates
        if not len(concerned):
            return np.empty((0, 4))
        west, south, east, north = shapely.total_bounds(concerned)
        low, high = np.array([west, south]) - AROUND_M, np.array([east, north]) + AROUND_M
        inside, found = _inside(self._openings, low, high), self._found(low, high, edges=edges)
        before, now = ({*map(tuple, xy.tolist())} for xy in (self._openings[inside], found))
        if before == now:
            return np.empty((0, 4))
        self._openings, walls = np.vstack([self._openings[~inside], found]), self.obstacles.walls
        if not walls.parts_at(shapely.points(sorted(before ^ now))):
            return np.empty((0, 4))
        self.obstacles = replace(self.obstacles, walls=walls.with_gates(shapely.points(self._openings)))
        return self.obstacles.walls.boxes_unlike(walls)

    def _restore(self, obstacles: Obstacles, openings: Floats, gates: gpd.GeoDataFrame) -> None:
        self.obstacles, self._openings, self.gates = obstacles, openings, gates

    def _found(self, low: Floats, high: Floats, *, edges: LiveEdges) -> Floats:
        """Seek the openings in a box, given by two corners (2,), again."""
        corners = np.stack([low - AROUND_M, high + AROUND_M])
        west, south, east, north = self._bounds.T
        near = (west <= corners[1, 0]) & (east >= corners[0, 0]) & (south <= corners[1, 1]) & (north >= corners[0, 1])
        rows, tags = np.flatnonzero(near), self._tags.copy()
        tags[self._gate_rows] = self.gates["tags"].to_numpy()
        network, _ = edges.streets(edges.near(corners, within_m=0.0))
        new = shapely.get_coordinates(barriers_among(tags[rows], self._shapes[rows], network=network).gates)
        return new[_inside(new, low, high)]


def _inside(xy: Floats, low: Floats, high: Floats) -> npt.NDArray[np.bool_]:
    return np.asarray(((xy >= low) & (xy <= high)).all(axis=1))
