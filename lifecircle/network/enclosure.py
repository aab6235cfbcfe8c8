"""Walls and fences: which of them a leg crosses, and which shut its starting point in without a gate.

A wall that encloses a point without a mapped gate says that the gate was not mapped, not that nobody can leave.
Such a wall is one that lies on some ring of walls around the point with no gate in it. Walls part
the plane into faces; a gate makes one room of the faces on its two sides; rooms that are not joined to
the outside are closed. The rings around a closed room are its own outer rim and that of any group of closed rooms
around or beside it, hence:

- closed rooms side by side (back gardens in a row) form a block, each of whose outer walls counts as
  enclosing for all of it;
- a block that stands inside a closed room passes the walls of that room's block too;
- a closed room inside another (a fenced playground in an estate) stays in the way of the outer one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Geometries = npt.NDArray[np.object_]

# Closer than this is touching, in metres.
TOUCH_M = 0.001
# A gate this close to a wall is in it.
GATE_M = 0.5
OUTSIDE = 0
# Rooms in rooms in rooms: no map goes deeper, and the walk outwards is sure to end.
DEPTH = 16


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """What lies on the two sides of pieces of wall, whatever gates there are.

    Attributes
    ----------
    middle : object (P,) of Points
        Of each piece.
    face : int64 (P, 2)
        Counted from 1; 0 is outside all faces.
    """

    middle: Geometries
    face: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Enclosures:
    """Walls cut at their crossings into pieces, and the rooms between them.

    Attributes
    ----------
    pieces : object (P,) of prepared LineStrings
    piece_tree : STRtree
    face_tree : STRtree
        What walls enclose, whether or not a gate leads out.
    sides : Sides
    face_room : int64 (faces,)
        Room of each face; `OUTSIDE` if a gate leads out.
    piece_room : int64 (P, 2)
        Rooms on the two sides of each piece.
    rim : bool (P, 2)
        The piece is part of the outer rim of the closed room on that side.
    block : int64 (rooms,)
        Block of each room; `OUTSIDE` is alone in its own.
    around : int64 (blocks,)
        Block of the closed room a block stands in, `OUTSIDE` if it stands in none.
    """

    pieces: Geometries
    piece_tree: shapely.STRtree
    face_tree: shapely.STRtree
    sides: Sides
    face_room: Ints
    piece_room: Ints
    rim: Bools
    block: Ints
    around: Ints

    @classmethod
    def of(cls, walls: Geometries, gates: Geometries) -> Enclosures:
        """Cut `walls` (lines) and join what the `gates` (points) connect."""
        pieces = shapely.get_parts(shapely.unary_union(walls)) if len(walls) else walls
        faces = shapely.get_parts(shapely.polygonize(pieces)) if len(pieces) else pieces
        shapely.prepare(pieces)
        piece_tree, face_tree = shapely.STRtree(pieces), shapely.STRtree(faces)
        middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
        return cls._joined(piece_tree, face_tree, gates, sides=Sides(middle, _faces_beside(middle, faces)))

    def parts_at(self, gates: Geometries) -> bool:
        """Say whether some of `gates` lie in walls that part anything: others connect what is one already."""
        pieces = self.pieces[np.unique(self.piece_tree.query(gates, predicate="dwithin", distance=GATE_M)[1])]
        return bool(len(self.face_tree.query(pieces, predicate="dwithin", distance=TOUCH_M)[0]))

    def with_gates(self, gates: Geometries) -> Enclosures:
        """Return the same walls, where other `gates` connect what they part."""
        return self._joined(self.piece_tree, self.face_tree, gates, sides=self.sides)

    @classmethod
    def _joined(
        cls, piece_tree: shapely.STRtree, face_tree: shapely.STRtree, gates: Geometries, *, sides: Sides
    ) -> Enclosures:
        pieces, faces = piece_tree.geometries, face_tree.geometries
        gated = np.zeros(len(pieces), dtype=bool)
        gated[piece_tree.query(gates, predicate="dwithin", distance=GATE_M)[1]] = True
        room = _labels(len(faces) + 1, sides.face[gated])
        piece_room = room[sides.face]
        rim = _on_rim(sides.middle, piece_room, _rims(faces, room[1:]))
        block, around = _blocks(piece_room, rim)
        return cls(pieces, piece_tree, face_tree, sides, room[1:], piece_room, rim, block, around)

    def boxes_unlike(self, other: Enclosures) -> npt.NDArray[np.float64]:
        """Return the boxes (N, 4) of the pieces and faces that mean something else in `other`, the same walls.

        A leg from outside the boxes that enters none of them crosses the same walls in both.
        """
        ours, theirs = self._meaning(), other._meaning()
        found = [
            shapely.bounds(shapes[(one != two).any(axis=1)]).reshape(-1, 4)
            for shapes, one, two in zip((self.pieces, self.face_tree.geometries), ours, theirs, strict=True)
        ]
        return np.vstack(found)

    def _meaning(self) -> tuple[Ints, Ints]:
        """Return what decides of every piece and face, with blocks known by their first face; `OUTSIDE` by 0."""
        face_block = self.block[self.face_room]
        first = np.full(len(self.around), len(face_block) + 1, dtype=np.int64)
        np.minimum.at(first, face_block, np.arange(1, len(face_block) + 1))
        first[OUTSIDE] = 0
        pieces = np.hstack([first[self.block[self.piece_room]], self.rim])
        return pieces, np.column_stack([first[face_block], first[self.around[face_block]]])

    def blocks_of(self, points: Geometries) -> Ints:
        """Return the block of closed rooms each point lies in, `OUTSIDE` if a way leads out.

        A point on a wall lies on both sides of it and is shut in only if both are closed.
        """
        found = np.full(len(points), OUTSIDE, dtype=np.int64)
        free = np.zeros(len(points), dtype=bool)
        point, face = self.face_tree.query(points, predicate="dwithin", distance=TOUCH_M)
        found[point] = self.block[self.face_room[face]]
        free[point[self.face_room[face] == OUTSIDE]] = True
        point, piece = self.piece_tree.query(points, predicate="dwithin", distance=TOUCH_M)
        free[point[(self.piece_room[piece] == OUTSIDE).any(axis=1)]] = True
        found[free] = OUTSIDE
        return found

    def crossed_by(self, legs: Geometries, *, xy: npt.NDArray[np.float64], start: Ints) -> Bools:
        """Return, per leg, whether it crosses a wall that does not shut its point in.

        `legs` (N,) leave out their ends; leg n comes from the point in row ``start[n]`` of `xy` (M, 2).
        """
        crossed = np.zeros(len(legs), dtype=bool)
        leg, piece = self.piece_tree.query(legs)
        meet = shapely.intersects(self.pieces[piece], legs[leg])
        leg, piece = leg[meet], piece[meet]
        if not len(leg):
            return crossed
        points, row = np.unique(start[leg], return_inverse=True)
        level, passed = self.blocks_of(shapely.points(xy[points]))[row], np.zeros(len(leg), dtype=bool)
        beside, rim = self.block[self.piece_room[piece]], self.rim[piece]
        for _ in range(DEPTH):
            if (level == OUTSIDE).all():
                break
            own = (beside == level[:, None]) & rim
            passed |= own.any(axis=1) & (level != OUTSIDE)
            level = self.around[level]
        crossed[leg[~passed]] = True
        return crossed


def _labels(count: int, joined: Ints) -> Ints:
    """Return the connected component of each of `count` nodes; that of node 0 is 0. `joined` is (N, 2)."""
    graph = coo_array((np.ones(len(joined)), (joined[:, 0], joined[:, 1])), shape=(count, count))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def _faces_beside(middle: Geometries, faces: Geometries) -> Ints:
    """Return the faces, counted from 1, on the two sides of each piece (given by its middle); 0 is outside all."""
    sides = np.full((len(middle), 2), OUTSIDE, dtype=np.int64)
    piece, face = shapely.STRtree(faces).query(middle)
    borders = shapely.boundary(faces)
    shapely.prepare(borders)
    beside = shapely.dwithin(borders[face], middle[piece], TOUCH_M)
    piece, face = piece[beside], face[beside]
    order = np.lexsort((face, piece))
    piece, face = piece[order], face[order]
    first = np.ones(len(piece), dtype=bool)
    first[1:] = piece[1:] != piece[:-1]
    sides[piece[first], 0] = face[first] + 1
    sides[piece[~first], 1] = face[~first] + 1
    # A piece that ends freely is no border: both its sides are the face it stands in.
    free = np.flatnonzero((sides == OUTSIDE).all(axis=1))
    piece, face = shapely.STRtree(faces).query(middle[free], predicate="within")
    sides[free[piece]] = (face + 1)[:, None]
    return sides


def _rims(faces: Geometries, face_room: Ints) -> Geometries:
    """Return the outer rim of every room, holes filled; None for `OUTSIDE`."""
    rims = np.full(int(face_room.max(initial=0)) + 1, None, dtype=object)
    sizes = np.bincount(face_room, minlength=len(rims))
    alone = (face_room != OUTSIDE) & (sizes[face_room] == 1)
    rims[face_room[alone]] = shapely.get_exterior_ring(faces[alone])
    for room in np.flatnonzero(sizes > 1):
        if room != OUTSIDE:
            rims[room] = shapely.get_exterior_ring(shapely.unary_union(faces[face_room == room]))
    return rims


def _on_rim(middle: Geometries, piece_room: Ints, rims: Geometries) -> Bools:
    """Return, per piece and side, whether the piece lies on the outer rim of that side's room."""
    shapely.prepare(rims)
    border = piece_room[:, 0] != piece_room[:, 1]
    near = np.column_stack([shapely.dwithin(rims[piece_room[:, side]], middle, TOUCH_M) for side in (0, 1)])
    return near & border[:, None]


def _blocks(piece_room: Ints, rim: Bools) -> tuple[Ints, Ints]:
    """Return the block of every room, and the block that each block stands in."""
    rooms = int(piece_room.max(initial=0)) + 1
    block = _labels(rooms, piece_room[rim.all(axis=1)])
    around = np.full(int(block.max()) + 1, OUTSIDE, dtype=np.int64)
    for inner, outer in ((0, 1), (1, 0)):
        # Only one side's rim: the other room lies around it.
        inside = rim[:, inner] & ~rim[:, outer] & (piece_room[:, outer] != OUTSIDE)
        around[block[piece_room[inside, inner]]] = block[piece_room[inside, outer]]
    return block, around
