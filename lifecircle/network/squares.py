"""Straight walks across squares and other walkable areas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from lifecircle.model.network import Bools, Floats, Ints, Permission
from lifecircle.network.contract import Segments
from lifecircle.network.runs import Runs

MAX_ENTRIES = 40


@dataclass(frozen=True, slots=True, eq=False)
class SquareEdges:
    """Straight edges between the entries of squares.

    Attributes
    ----------
    tail, head : int64
        Indexes into ``Runs.node_id``.
    kind, way_id : int64
    squares, capped, broken : int
        Areas crossed; with more than `MAX_ENTRIES` entries; with an outline that is no polygon.
    """

    tail: Ints
    head: Ints
    kind: Ints
    way_id: Ints
    squares: int
    capped: int
    broken: int


def _entries(runs: Runs, segments: Segments) -> Bools:
    """Return the nodes that two or more walkable ways share; shut gates are no entries."""
    open_ = np.array([found.permission != Permission.CLOSED for found in runs.classes], dtype=bool)
    count = len(runs.way_id)
    plain = segments.run < count
    plain[plain] = open_[segments.kind[plain]]
    visits = np.concatenate([segments.start[plain], segments.end[plain]])
    real = visits < len(runs.node_id)
    pairs = np.unique(visits[real] * count + np.tile(segments.run[plain], 2)[real])
    ways = np.bincount(pairs // count, minlength=len(runs.node_id))
    return (ways >= 2) & (runs.gate == Permission.PUBLIC)


def _rings(runs: Runs) -> dict[int, list[int]]:
    """Return the closed runs of every square, by way id."""
    opens, closes = runs.offsets[:-1], runs.offsets[1:] - 1
    open_ = np.array([found.permission != Permission.CLOSED for found in runs.classes], dtype=bool)
    closed = runs.square & (closes - opens >= 3) & (runs.refs[opens] == runs.refs[closes])
    found: dict[int, list[int]] = {}
    for run in np.flatnonzero(closed & open_[runs.kind]).tolist():
        found.setdefault(int(runs.way_id[run]), []).append(run)
    return found


def _spread(entries: Ints) -> Ints:
    """Return at most `MAX_ENTRIES` of the entries, evenly spread along the outline."""
    if len(entries) <= MAX_ENTRIES:
        return entries
    return entries[np.rint(np.linspace(0, len(entries) - 1, MAX_ENTRIES)).astype(np.int64)]


def _cross(runs: Runs, rings: list[int], *, entry: Bools) -> tuple[Ints, Ints, bool] | None:
    """Return the pairs of entries that see each other across one square, and whether it was capped.

    Rings inside others are holes (even-odd rule). A pair that is no nearer than along the outline is left out.
    None when an outline is not a valid polygon.
    """
    nodes: list[Ints] = []
    along: list[Floats] = []
    area = shapely.Polygon()
    for run in rings:
        ring = runs.refs[runs.offsets[run] : runs.offsets[run + 1]]
        shape = shapely.polygons(np.column_stack([runs.x[ring], runs.y[ring]]))
        if not shape.is_valid or shape.area == 0.0:
            return None
        area = shapely.symmetric_difference(area, shape)
        steps = np.hypot(np.diff(runs.x[ring]), np.diff(runs.y[ring]))
        nodes.append(ring[:-1])
        along.append(np.concatenate([[0.0], np.cumsum(steps)]))
    ring_of = np.repeat(np.arange(len(rings)), [len(part) for part in nodes])
    flat, place = np.concatenate(nodes), np.concatenate([part[:-1] for part in along])
    _, first = np.unique(flat, return_index=True)
    found = np.sort(first)
    found = found[entry[flat[found]]]
    chosen = _spread(found)
    one, other = (chosen[side] for side in np.triu_indices(len(chosen), k=1))
    tail, head = flat[one], flat[other]
    xy = np.stack([np.column_stack([runs.x[end], runs.y[end]]) for end in (tail, head)], axis=1)
    round_ = np.array([part[-1] for part in along])[ring_of[one]]
    walk = np.abs(place[one] - place[other])
    walk = np.where(ring_of[one] == ring_of[other], np.minimum(walk, round_ - walk), np.inf)
    nearer = np.hypot(*(xy[:, 0] - xy[:, 1]).T) < walk - 0.001
    shapely.prepare(area)
    sees = nearer & shapely.covers(area, shapely.linestrings(xy)) if len(xy) else nearer
    return tail[sees], head[sees], len(found) > MAX_ENTRIES


def cross_squares(runs: Runs, segments: Segments) -> SquareEdges:
    """Join the entries of every walkable area by the straight lines that stay inside it.

    Parameters
    ----------
    runs : Runs
    segments : Segments
        All of them, shut gates cut.

    Returns
    -------
    SquareEdges
        Sorted by way, then place on the outline.

    References
    ----------
    Visibility between entries only, as in Graser (2016), *Integrating open spaces into OpenStreetMap routing
    graphs for realistic crossing behaviour in pedestrian navigation*, GI_Forum 2016 (1), 217-230.
    """
    entry = _entries(runs, segments)
    lines = [np.zeros((0, 4), dtype=np.int64)]
    squares = capped = broken = 0
    for way, rings in _rings(runs).items():
        crossed = _cross(runs, rings, entry=entry)
        if crossed is None:
            broken += 1
            continue
        squares += 1
        tail, head, over = crossed
        capped += over
        same = np.full(len(tail), way, dtype=np.int64)
        lines.append(np.column_stack([tail, head, np.full_like(same, runs.kind[rings[0]]), same]))
    tail, head, kind, way_id = np.concatenate(lines).T.copy()
    return SquareEdges(tail, head, kind, way_id, squares, capped, broken)
