"""Compiled search for the edges near a point, in a uniform grid of cells.

Each kernel has one public wrapper in `edge_grid`. Distances and places along edges follow GEOS operation by operation,
so that both give the same bits wherever the processor rounds every operation (x86-64).

References
----------
GEOS 3.13: ``Distance::pointToSegment``, ``LengthIndexOfPoint``, ``LengthLocationMap``.
Bentley, Weide and Yao (1980), Optimal expected-time algorithms for closest point problems, ACM TOMS 6 (uniform cells).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lifecircle.engine import compiled

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.uint32]
Grid = tuple[float, float, float, int, int]


@compiled
def _to_segment(x: float, y: float, segment: Floats) -> float:
    """Return the distance of a point from a segment (x0, y0, x1, y1)."""
    ax, ay, bx, by = segment[0], segment[1], segment[2], segment[3]
    dx, dy = bx - ax, by - ay
    length2 = dx * dx + dy * dy
    if length2 == 0.0:
        return np.sqrt((x - ax) * (x - ax) + (y - ay) * (y - ay))
    along = ((x - ax) * dx + (y - ay) * dy) / length2
    if along <= 0.0:
        return np.sqrt((x - ax) * (x - ax) + (y - ay) * (y - ay))
    if along >= 1.0:
        return np.sqrt((x - bx) * (x - bx) + (y - by) * (y - by))
    aside = ((ay - y) * dx - (ax - x) * dy) / length2
    return abs(aside) * np.sqrt(length2)


@compiled
def _is_beyond(x: float, y: float, segment: Floats, far: float) -> bool:  # noqa: PLR0917
    """Say whether the box of a segment is clearly farther from a point than `far`."""
    ax, ay, bx, by = segment[0], segment[1], segment[2], segment[3]
    aside = max(min(ax, bx) - x, x - max(ax, bx))
    above = max(min(ay, by) - y, y - max(ay, by))
    return max(aside, above) > far + 1e-6


@compiled
def _columns(segment: Floats, grid: Grid, row: int) -> tuple[int, int]:
    """Return the first and last column of cells that a segment may touch in a row of cells."""
    west, south, cell, columns, _ = grid
    ax, ay, bx, by = segment[0], segment[1], segment[2], segment[3]
    low, high = min(ax, bx), max(ax, bx)
    if ay != by:
        # Where the segment enters and leaves the row; a millimetre more than rounding can move it.
        one = ax + (south + row * cell - ay) * (bx - ax) / (by - ay)
        other = ax + (south + (row + 1) * cell - ay) * (bx - ax) / (by - ay)
        low = max(low, min(one, other) - 0.001)
        high = min(high, max(one, other) + 0.001)
    first = max(int(np.floor((low - west) / cell)), 0)
    return first, min(int(np.floor((high - west) / cell)), columns - 1)


@compiled
def fill_cells(segments: Floats, grid: Grid, offsets: Ints, entry: Numbers) -> None:  # noqa: PLR0917
    """Write into each cell the segments that may touch it; with an empty `entry` count them only.

    Parameters
    ----------
    segments : float64 (S, 4)
    grid : (west, south, cell size, columns, rows)
    offsets : int64 (C + 1,)
        Counting: all 0 before, the number of cell c in ``offsets[c + 1]`` after. Writing: where each
        cell starts before, where it ends after.
    entry : uint32 (N,)
    """
    _, south, cell, columns, rows = grid
    counting = len(entry) == 0
    for number in range(len(segments)):
        segment = segments[number]
        bottom = max(int(np.floor((min(segment[1], segment[3]) - south) / cell)), 0)
        top = min(int(np.floor((max(segment[1], segment[3]) - south) / cell)), rows - 1)
        for row in range(bottom, top + 1):
            first, last = _columns(segment, grid, row)
            for place in range(row * columns + first, row * columns + last + 1):
                if counting:
                    offsets[place + 1] += 1
                else:
                    entry[offsets[place]] = number
                    offsets[place] += 1


@compiled
def nearest_edges(  # noqa: C901, PLR0913, PLR0917  # a kernel takes its arrays one by one
    xy: Floats,
    order: Ints,
    reach_m: Floats,
    grid: Grid,
    offsets: Ints,
    entry: Numbers,
    segments: Floats,
    owner: Numbers,
    edge: Ints,
    distance: Floats,
) -> None:
    """Find the nearest edge of every point, the smallest number of equally near ones.

    Parameters
    ----------
    xy : float64 (N, 2)
    order : int64 (M,)
        Points to be sought, neighbours one after the other.
    reach_m : float64 (N,)
        Edges farther than this need not be found.
    grid, offsets, entry, segments
        As in `fill_cells`; cell c holds entries ``offsets[c]:offsets[c + 1]``.
    owner : uint32 (S,)
        Edge of every segment.
    edge : int64 (N,)
        Written where one is found.
    distance : float64 (N,)
        Written: infinite where nothing is found.
    """
    west, south, cell, columns, rows = grid
    for point in order:
        x, y = xy[point, 0], xy[point, 1]
        column, row = int(np.floor((x - west) / cell)), int(np.floor((y - south) / cell))
        # All within `margin` of the point lies in its own cell.
        margin = min(x - west - column * cell, y - south - row * cell)
        margin = max(0.0, min(margin, cell - (x - west - column * cell), cell - (y - south - row * cell)) - 1e-6)
        best, chosen, ring = np.inf, np.int64(-1), 0
        while True:
            for near_row in range(max(row - ring, 0), min(row + ring, rows - 1) + 1):
                step = 1 if abs(near_row - row) == ring or ring == 0 else 2 * ring
                for near_column in range(column - ring, column + ring + 1, step):
                    if near_column < 0 or near_column >= columns:
                        continue
                    place = near_row * columns + near_column
                    for at in range(offsets[place], offsets[place + 1]):
                        number = entry[at]
                        if _is_beyond(x, y, segments[number], best):
                            continue
                        away = _to_segment(x, y, segments[number])
                        if away < best or (away == best and owner[number] < chosen):
                            best, chosen = away, np.int64(owner[number])
            seen = margin + ring * cell
            if best <= seen or seen > reach_m[point]:
                break
            ring += 1
        if best <= reach_m[point]:
            edge[point] = chosen
            distance[point] = best


@compiled
def edges_within(  # noqa: PLR0913, PLR0917  # a kernel takes its arrays one by one
    xy: Floats,
    look_m: Floats,
    grid: Grid,
    offsets: Ints,
    entry: Numbers,
    segments: Floats,
    owner: Numbers,
    least: Floats,
    touched: Ints,
    point: Ints,
    edge: Ints,
    distance: Floats,
) -> int:
    """Find every edge within `look_m` of each point, in no order; with an empty `point` count them only.

    Parameters
    ----------
    xy : float64 (N, 2)
    look_m : float64 (N,)
        Inclusive.
    grid, offsets, entry, segments, owner
        As in `nearest_edges`.
    least : float64 (E,)
        Scratch, all infinite before and after.
    touched : int64 (E,)
        Scratch, any content.
    point, edge : int64 (P,)
    distance : float64 (P,)
        Written: one row for every pair.
    """
    west, south, cell, columns, rows = grid
    count = 0
    for here in range(len(xy)):
        x, y, look = xy[here, 0], xy[here, 1], look_m[here]
        first = max(int(np.floor((x - look - west) / cell)), 0)
        last = min(int(np.floor((x + look - west) / cell)), columns - 1)
        bottom = max(int(np.floor((y - look - south) / cell)), 0)
        top = min(int(np.floor((y + look - south) / cell)), rows - 1)
        found = 0
        for row in range(bottom, top + 1):
            for column in range(first, last + 1):
                place = row * columns + column
                for at in range(offsets[place], offsets[place + 1]):
                    number = entry[at]
                    away = _to_segment(x, y, segments[number])
                    if away <= look:
                        if least[owner[number]] == np.inf:
                            touched[found] = owner[number]
                            found += 1
                        least[owner[number]] = min(least[owner[number]], away)
        for at in range(found):
            if len(point):
                point[count], edge[count], distance[count] = here, touched[at], least[touched[at]]
            least[touched[at]] = np.inf
            count += 1
    return count


@compiled
def places_along(  # noqa: PLR0913, PLR0917  # a kernel takes its arrays one by one
    xy: Floats, edge: Ints, offsets: Ints, east: Floats, north: Floats, share: Floats, end: Floats
) -> None:
    """Find where edges come nearest to points.

    Parameters
    ----------
    xy : float64 (N, 2)
    edge : int64 (N,)
    offsets : int64 (E + 1,)
        Edge e owns vertices ``offsets[e]:offsets[e + 1]``.
    east, north : float64 (P,)
        Places of the vertices.
    share : float64 (N,)
        Written: the part of the edge before the place.
    end : float64 (N, 2)
        Written: the place.
    """
    segment = np.empty(4)
    for row in range(len(xy)):
        x, y = xy[row, 0], xy[row, 1]
        start, stop = offsets[edge[row]], offsets[edge[row] + 1] - 1
        least, along, total = np.inf, 0.0, 0.0
        for number in range(start, stop):
            segment[0], segment[1] = east[number], north[number]
            segment[2], segment[3] = east[number + 1], north[number + 1]
            dx, dy = segment[2] - segment[0], segment[3] - segment[1]
            length2 = dx * dx + dy * dy
            length = np.sqrt(length2)
            away = _to_segment(x, y, segment)
            if away < least:
                part = ((x - segment[0]) * dx + (y - segment[1]) * dy) / length2 if length2 > 0.0 else 0.0
                if x == segment[2] and y == segment[3] and length2 > 0.0:
                    part = 1.0
                least = away
                along = total + (0.0 if part <= 0.0 else part * length if part <= 1.0 else length)
            total += length
        share[row] = along / total if total > 0.0 else 0.0
        end[row, 0], end[row, 1] = east[stop], north[stop]
        total = 0.0
        for number in range(start, stop):
            dx, dy = east[number + 1] - east[number], north[number + 1] - north[number]
            length = np.sqrt(dx * dx + dy * dy)
            if total + length > along:
                part = max(0.0, (along - total) / length)
                end[row, 0], end[row, 1] = dx * part + east[number], dy * part + north[number]
                break
            total += length
