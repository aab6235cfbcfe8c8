"""Compiled work on the points that are joined to edges: their lists, and which of them look somewhere."""

# ruff: noqa: PLR0917  # kernels take their arrays one by one, and nothing by its name

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lifecircle.engine import compiled
from lifecircle.travel.live_arrays import Chains, Seen

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@compiled
def chained(chains: Chains, edges: Ints) -> Ints:
    """Return the points on edges (N,), edge by edge."""
    found = [0 for _ in range(0)]
    for edge in edges:
        point = chains.first[edge]
        while point >= 0:
            found.append(point)
            point = chains.following[point]
    return np.array(found)


@compiled
def link(chains: Chains, rows: Ints, after: Ints) -> None:
    """Put points (N,) into the lists of their edges, one by one: each after another one, -1 for the first place."""
    for place in range(len(rows)):
        row, edge, other = rows[place], chains.edge[rows[place]], after[place]
        if edge >= 0 and other >= 0:
            chains.following[row], chains.following[other] = chains.following[other], row
        elif edge >= 0:
            chains.following[row], chains.first[edge] = chains.first[edge], row


@compiled
def unlink(chains: Chains, rows: Ints) -> Ints:
    """Take points (N,) from the lists of their edges, one by one; return what each came after, as `link` takes it."""
    after = np.full(len(rows), -1)
    for place in range(len(rows)):
        row, edge = rows[place], chains.edge[rows[place]]
        if edge < 0:
            continue
        point = chains.first[edge]
        while point != row:
            after[place], point = point, chains.following[point]
        if after[place] >= 0:
            chains.following[after[place]] = chains.following[row]
        else:
            chains.first[edge] = chains.following[row]
        chains.following[row] = -1
    return after


@compiled
def looking(seen: Seen, count: int, boxes: Floats, reach_m: float, rounding_m: float) -> Ints:
    """Return which of the first `count` points look as far as one of some boxes (M, 4), ascending.

    No point looks farther than `reach_m`.
    """
    found = [0 for _ in range(0)]
    west, south, east, north = np.inf, np.inf, -np.inf, -np.inf
    for box in range(len(boxes)):
        west, south = min(west, boxes[box, 0] - reach_m), min(south, boxes[box, 1] - reach_m)
        east, north = max(east, boxes[box, 2] + reach_m), max(north, boxes[box, 3] + reach_m)
    for row in range(count):
        x, y = seen.places[row].x, seen.places[row].y
        if x < west or x > east or y < south or y > north or seen.points[row].owner < 0:
            continue
        point = seen.points[row]
        far = point.edge < 0 or point.crosses_wall
        look_m = reach_m if far else point.access_mm / 1000.0 + rounding_m
        for box in range(len(boxes)):
            away_x = max(boxes[box, 0] - x, x - boxes[box, 2], 0.0)
            away_y = max(boxes[box, 1] - y, y - boxes[box, 3], 0.0)
            if away_x * away_x + away_y * away_y <= look_m * look_m:
                found.append(row)
                break
    return np.array(found)
