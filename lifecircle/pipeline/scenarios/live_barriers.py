"""Walls that get openings, and lose them, while streets and gates change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.network.barriers import openings, roles_of
from lifecircle.network.legs import Obstacles

if TYPE_CHECKING:
    import geopandas as gpd

    from lifecircle.model.osm import Tags
    from lifecircle.pipeline.place import Place
    from lifecircle.pipeline.scenarios.live_edges import LiveEdges
    from lifecircle.pipeline.scenarios.undo import Undo

Told = Mapping[str, "Tags"]
Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]

DECIDING = ("wall", "gate", "shut", "entrance")  # roles of `barriers.roles_of` that decide of an opening
AROUND_M = 1.0  # what decides of an opening lies this near to it


class LiveBarriers:
    """The barriers of a place; only walls beside a change are looked at again.

    Attributes
    ----------
    obstacles : Obstacles
        As they are now.
    gates : GeoDataFrame
        Of the extract's objects the gates that can be opened or shut, as they were.
    told : Mapping
        What the tags of those that were opened or shut say now, as `Work.told`.
    """

    def __init__(self, place: Place, gates: gpd.GeoDataFrame) -> None:
        self.obstacles, self.gates = Obstacles.of(place.barriers), gates
        self.told: Told = {}
        self._walls = shapely.STRtree(place.barriers.walls)
        self._openings = shapely.get_coordinates(place.barriers.gates)
        shapes = place.objects.geometry.to_numpy()
        roles = roles_of(place.objects["tags"], shapes)
        deciding = np.isin(roles, DECIDING) | place.objects.index.isin(gates.index)
        self._roles, self._tree = roles[deciding], shapely.STRtree(shapes[deciding])
        self._row = {str(name): row for row, name in enumerate(place.objects.index[deciding])}

    def follow(self, lines: Shapes, *, told: Told, edges: LiveEdges, undo: Undo) -> Floats:
        """Open and close the walls that changed ways go through.

        Parameters
        ----------
        lines : object array of LineStrings
            Ways that are new, closed, opened or cut.
        told : Mapping
            As it is to be; the same object where no gate changes.
        edges : LiveEdges
            As they are to be.
        undo : list of callable
            Gets one more: how this is taken back.

        Returns
        -------
        float64 (N, 4)
            Boxes; legs that touch none of them cross what they crossed.
        """
        before = self.obstacles, self._openings, self.told, self._roles
        undo.append(lambda: self._restore(before))
        line, wall = self._walls.query(lines, predicate="intersects")
        concerned = shapely.intersection(lines[line], self._walls.geometries[wall])
        if told is not self.told:
            other = {name: tags for name, tags in told.items() if self.told.get(name) is not tags}
            rows = [self._row[name] for name in other]
            shapes, self.told, self._roles = self._tree.geometries[rows], told, self._roles.copy()
            self._roles[rows] = roles_of(other.values(), shapes)
            concerned = np.concatenate([concerned, shapes])
        if not len(concerned):
            return np.empty((0, 4))
        west, south, east, north = shapely.total_bounds(concerned)
        low, high = np.array([west, south]) - AROUND_M, np.array([east, north]) + AROUND_M
        inside, found = _inside(self._openings, low, high), self._found(low, high, edges=edges)
        were, are = ({*map(tuple, xy.tolist())} for xy in (self._openings[inside], found))
        if were == are:
            return np.empty((0, 4))
        self._openings, walls = np.vstack([self._openings[~inside], found]), self.obstacles.walls
        if not walls.parts_at(shapely.points(sorted(were ^ are))):
            return np.empty((0, 4))
        self.obstacles = replace(self.obstacles, walls=walls.with_gates(shapely.points(self._openings)))
        return self.obstacles.walls.boxes_unlike(walls)

    def _restore(self, before: tuple[Obstacles, Floats, Told, Shapes]) -> None:
        self.obstacles, self._openings, self.told, self._roles = before

    def _found(self, low: Floats, high: Floats, *, edges: LiveEdges) -> Floats:
        """Seek the openings in a box, given by two corners (2,), again."""
        corners = np.stack([low - AROUND_M, high + AROUND_M])
        rows = np.sort(self._tree.query(shapely.box(*corners.ravel())))
        network, _ = edges.streets(edges.near(corners, within_m=0.0))
        new = shapely.get_coordinates(openings(self._roles[rows], self._tree.geometries[rows], network=network))
        return new[_inside(new, low, high)]


def _inside(xy: Floats, low: Floats, high: Floats) -> npt.NDArray[np.bool_]:
    return np.asarray(((xy >= low) & (xy <= high)).all(axis=1))
