"""What access legs cross: water and rail, walls, the outlines of residential land."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.model.network import Barriers, WalkNetwork
from lifecircle.model.travel import Snapped
from lifecircle.network.enclosure import Enclosures

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Geometries = npt.NDArray[np.object_]

# Touching at a leg's end is not crossing: so much of either end is left out, in metres.
END_M = 0.001


def without_ends(start: Floats, end: Floats) -> Geometries:
    """Return the legs as lines, 1 mm shorter at both ends; None where nothing is left.

    `start` and `end` have shape (N, 2), metres.
    """
    step = end - start
    length = np.hypot(step[:, 0], step[:, 1])
    lines = np.full(len(start), None, dtype=object)
    long = np.flatnonzero(length > 2 * END_M)
    trim = step[long] * (END_M / length[long])[:, None]
    lines[long] = shapely.linestrings(np.stack([start[long] + trim, end[long] - trim], axis=1))
    return lines


def _as_lines(shapes: Geometries) -> Geometries:
    """Return the parts of `shapes` as lines: areas by their outline; points are left out."""
    parts = shapely.get_parts(shapes)
    areal = shapely.get_dimensions(parts) == 2
    parts = np.concatenate([parts[~areal], shapely.get_parts(shapely.boundary(parts[areal]))])
    return parts[(shapely.get_dimensions(parts) == 1) & ~shapely.is_empty(parts)]


def _crossings(legs: Geometries, barriers: Geometries, tree: shapely.STRtree) -> tuple[Ints, Ints]:
    """Return the pairs (leg, barrier) that meet; `barriers` are prepared and indexed by `tree`."""
    leg, barrier = tree.query(legs)
    meet = shapely.intersects(barriers[barrier], legs[leg])
    return leg[meet], barrier[meet]


@dataclass(frozen=True, slots=True, eq=False)
class Obstacles:
    """Barriers made ready for many legs.

    Attributes
    ----------
    hard : object array of prepared geometries
        Water and rail.
    hard_tree : STRtree
    walls : Enclosures
    """

    hard: Geometries
    hard_tree: shapely.STRtree
    walls: Enclosures

    @classmethod
    def of(cls, barriers: Barriers) -> Obstacles:
        """Prepare `barriers`."""
        hard = shapely.get_parts(barriers.hard)
        hard = hard[~shapely.is_empty(hard)]
        shapely.prepare(hard)
        return cls(hard, shapely.STRtree(hard), Enclosures.of(_as_lines(barriers.walls), barriers.gates))

    def hard_crossed_by(self, legs: Geometries) -> Bools:
        """Return, per leg (without its ends), whether it crosses water or rail."""
        crossed = np.zeros(len(legs), dtype=bool)
        crossed[_crossings(legs, self.hard, self.hard_tree)[0]] = True
        return crossed


def leg_lines(snapped: Snapped, network: WalkNetwork) -> Geometries:
    """Return the access legs from entrance to network.

    Parameters
    ----------
    snapped : Snapped
        S points.
    network : WalkNetwork
        The one they were snapped to.

    Returns
    -------
    object (S,)
        LineStrings of two points, None where unsnapped.
    """
    lines = np.full(len(snapped), None, dtype=object)
    on = np.flatnonzero(snapped.edge >= 0)
    lines[on] = shapely.linestrings(np.stack(_leg_ends(snapped, network), axis=1))
    return lines


def _leg_ends(snapped: Snapped, network: WalkNetwork) -> tuple[Floats, Floats]:
    """Return both ends, shape (N, 2), of the legs of the points that are snapped."""
    on = np.flatnonzero(snapped.edge >= 0)
    edge = snapped.edge[on]
    joined = shapely.line_interpolate_point(
        network.lines()[edge], snapped.offset_mm[on] / network.length_mm[edge], normalized=True
    )
    return np.column_stack([snapped.x[on], snapped.y[on]]), shapely.get_coordinates(joined)


def legs_across_outlines(
    snapped: Snapped, network: WalkNetwork, *, outlines: Geometries, gates: Geometries, gate_m: float = 10.0
) -> Bools:
    """Say which access legs cross an outline of residential land away from its gates.

    Parameters
    ----------
    snapped : Snapped
        S points.
    network : WalkNetwork
        The one they were snapped to.
    outlines : object array of Polygons or lines
        Metric CRS.
    gates : object array of Points
    gate_m : float
        A crossing within `gate_m` metres of a gate is a way in, inclusive.

    Returns
    -------
    bool (S,)
        False for the unsnapped. A leg that only starts or ends on an outline does not cross it.
    """
    across = np.zeros(len(snapped), dtype=bool)
    rims = _as_lines(np.asarray(outlines, dtype=object))
    on = np.flatnonzero(snapped.edge >= 0)
    if not len(rims) or not len(on):
        return across
    legs = without_ends(*_leg_ends(snapped, network))
    shapely.prepare(rims)
    leg, rim = _crossings(legs, rims, shapely.STRtree(rims))
    places, source = shapely.get_parts(shapely.intersection(legs[leg], rims[rim]), return_index=True)
    at_gate = np.zeros(len(places), dtype=bool)
    at_gate[shapely.STRtree(gates).query(places, predicate="dwithin", distance=gate_m)[0]] = True
    across[on[leg[source[~at_gate]]]] = True
    return across
