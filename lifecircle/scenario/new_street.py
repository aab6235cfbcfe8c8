"""A new street, crossing, footbridge or underpass, joined to the streets that are there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from math import dist
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.model.network import Crossing, EdgeFlag, Permission
from lifecircle.model.scenario import STREET_KINDS
from lifecircle.network.draft import Street
from lifecircle.scenario.cutting import Free, Stop, lay
from lifecircle.scenario.ground import RefusedError, hint
from lifecircle.scenario.ways import is_gate, nearest_line
from lifecircle.travel.changes import Joint

if TYPE_CHECKING:
    from lifecircle.model.network import WalkNetwork
    from lifecircle.model.scenario import AddStreet
    from lifecircle.scenario.ground import Ground
    from lifecircle.scenario.ways import Work

Ints = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]

JOIN_M = 30.0  # an end is joined to the nearest street within
OVERSHOOT_M = 5.0  # what an end sticks out beyond the last street that it crosses is left out
SAME_M = 0.05  # places along the way closer than this are one
FLIGHT_M = 10.0  # of stairs at either end of a bridge or an underpass, a third of it at most
ALOFT = {"footbridge": EdgeFlag.BRIDGE, "underpass": EdgeFlag.TUNNEL}
ON_FOOT = ("path", "crossing", "signals", *ALOFT)
CROSSINGS = {"crossing": Crossing.MARKED, "signals": Crossing.SIGNALS}


@dataclass(frozen=True, slots=True)
class _Meeting:
    """Where the new way meets an edge: how far along the way, and where on the edge."""

    along_m: float
    joint: Joint
    road: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Beside:
    """Edges near the new way, ascending, and how they are drawn."""

    network: WalkNetwork
    edges: Ints
    lines: Shapes


@dataclass(frozen=True, slots=True)
class _Foot:
    """Where an end of the new way is joined to a street, a row of those beside it."""

    point: shapely.Point
    row: int
    away_m: float
    start: bool


def add_street(work: Work, change: AddStreet, *, ground: Ground) -> Work:
    """Lay the street.

    Raises
    ------
    RefusedError
        If it meets no street, an end of a bridge is too far from any, it crosses water or a railway on the ground, or
        has no length.
    """
    if change.kind not in STREET_KINDS:
        raise RefusedError(f"unknown kind {change.kind!r}{hint(change.kind, STREET_KINDS)}; {', '.join(STREET_KINDS)}")
    xy = ground.metres(change.points)
    line = shapely.LineString(xy) if len(xy) > 1 else shapely.LineString()
    if line.length < SAME_M:
        raise RefusedError("a street needs two points apart from each other")
    network = work.network
    near = work.near(xy, within_m=JOIN_M)
    near = near[(network.permission[near] != Permission.CLOSED) & ~is_gate(network)[near]]
    beside = _Beside(network, near, network.lines(near))
    met = [] if change.kind in ALOFT else _crossed(beside, line)
    met, line = _with_ends(beside, line, met=met, aloft=change.kind in ALOFT)
    if change.kind in ("street", "path"):
        _check_dry(ground, line)
    stops, streets = _parts(line, met, change=change)
    return lay(work, stops, streets=streets)


def _crossed(beside: _Beside, line: shapely.LineString) -> list[_Meeting]:
    """Return where the line meets edges on the ground, one meeting a place."""
    aloft = beside.network.flags[beside.edges] & np.uint8(EdgeFlag.BRIDGE | EdgeFlag.TUNNEL)
    shapely.prepare(line)
    met = np.flatnonzero((aloft == 0) & shapely.intersects(line, beside.lines))
    cut = shapely.extract_unique_points(shapely.intersection(beside.lines[met], line))
    points, row = shapely.get_parts(cut, return_index=True)
    return _apart(_meetings(beside, line, rows=met[row], points=points))


def _meetings(beside: _Beside, line: shapely.LineString, *, rows: Ints, points: Shapes) -> list[_Meeting]:
    """Return where the line meets the edges in `rows` (N,) of `beside`, at points (N,)."""
    if not len(rows):
        return []
    network, edges, lines = beside.network, beside.edges[rows], beside.lines[rows]
    along, at = (shapely.line_locate_point(each, points) for each in (line, lines))
    roads = network.flags[edges] & np.uint8(EdgeFlag.FOOTWAY | EdgeFlag.GATE) == 0
    facts = (along, edges, network.length_mm[edges], at, shapely.length(lines), roads)
    found = []
    for along_m, edge, length, part, whole, road in zip(*(each.tolist() for each in facts), strict=True):
        offset = round(part / whole * length) if whole > 0 else 0
        found.append(_Meeting(along_m, Joint(edge=edge, offset_mm=min(max(offset, 0), length)), road))
    return found


def _apart(found: list[_Meeting]) -> list[_Meeting]:
    """Return meetings in order along the way; of those in one place the one on the smallest edge."""
    kept: list[_Meeting] = []
    for one in sorted(found, key=lambda meeting: (meeting.along_m, meeting.joint.edge)):
        if kept and one.along_m - kept[-1].along_m < SAME_M:
            first = min(kept[-1], one, key=lambda meeting: meeting.joint.edge)
            kept[-1] = replace(first, along_m=kept[-1].along_m, road=kept[-1].road or one.road)
        else:
            kept.append(one)
    return kept


def _with_ends(
    beside: _Beside, line: shapely.LineString, *, met: list[_Meeting], aloft: bool
) -> tuple[list[_Meeting], shapely.LineString]:
    """Trim or join both ends; return the meetings along the final line."""
    first, last = (met[0].along_m, met[-1].along_m) if met else (np.inf, -np.inf)
    low = first if first <= OVERSHOOT_M else 0.0
    high = last if line.length - last <= OVERSHOOT_M else line.length
    xy = [line.interpolate(low).coords[0], *_inner(_vertices(line), low, high), line.interpolate(high).coords[0]]
    ends = [
        (start, at) for start, at in ((True, low), (False, high)) if all(abs(one.along_m - at) >= SAME_M for one in met)
    ]
    feet = _feet(beside, line, ends=ends, aloft=aloft)
    rows, points = np.array([foot.row for foot in feet], dtype=np.int64), np.array([foot.point for foot in feet])
    added = zip(feet, _meetings(beside, line, rows=rows, points=points), strict=True)
    for foot in feet:
        if foot.away_m > SAME_M:
            xy.insert(0 if foot.start else len(xy), foot.point.coords[0])
    final = shapely.LineString(xy)
    moved = shapely.line_interpolate_point(line, [one.along_m for one in met])
    along = shapely.line_locate_point(final, moved).tolist()
    everything = [replace(one, along_m=at) for one, at in zip(met, along, strict=True)]
    everything += [replace(one, along_m=0.0 if foot.start else final.length) for foot, one in added]
    meetings = _apart(everything)
    if not meetings:
        raise RefusedError(
            f"it meets no street, and none lies within {JOIN_M:g} m of its ends: draw it from one to another"
        )
    if aloft and len({one.joint for one in meetings}) < 2:
        raise RefusedError("both ends are joined to one and the same place: draw it from one street to another")
    return meetings, final


def _feet(beside: _Beside, line: shapely.LineString, *, ends: list[tuple[bool, float]], aloft: bool) -> list[_Foot]:
    """Return where ends of the line, each at a place along it, are joined to the nearest street."""
    found = []
    for start, at in ends:
        point = line.interpolate(at)
        row, away_m = nearest_line(beside.lines, point=point)
        if away_m <= JOIN_M:
            own = beside.lines[row]
            found.append(_Foot(own.interpolate(own.project(point)), row, away_m, start))
        elif aloft:
            raise RefusedError(
                f"its {'start' if start else 'end'} lies more than {JOIN_M:g} m from any street that can be walked: "
                "draw it from one street to another"
            )
    return found


def _check_dry(ground: Ground, line: shapely.LineString) -> None:
    hard = ground.barriers.hard
    if shapely.intersects(hard, line).any():
        raise RefusedError(
            "it crosses water or a railway on the ground: make it a footbridge, an underpass or a crossing, or draw it "
            "elsewhere"
        )


def _parts(
    line: shapely.LineString, met: list[_Meeting], *, change: AddStreet
) -> tuple[list[Stop | Free], list[Street]]:
    """Return the places where the way is joined or ends, in order, and the street between each two."""
    places: list[tuple[float, Stop | Free]] = [(one.along_m, Stop(one.joint)) for one in met]
    if met[0].along_m > SAME_M:
        places.insert(0, (0.0, _free(line, 0.0)))
    if line.length - met[-1].along_m > SAME_M:
        places.append((line.length, _free(line, line.length)))
    stairs: list[float] = []
    if change.steps and change.kind in ALOFT:
        flight = min(FLIGHT_M, line.length / 3)
        stairs = [flight, line.length - flight]
        places = sorted([*places, *((at, _free(line, at)) for at in stairs)], key=lambda place: place[0])
    roads = {one.along_m for one in met[1:-1] if one.road}
    streets, vertices = [], _vertices(line)
    for (low, _), (high, _) in pairwise(places):
        span = bool(stairs) and low == stairs[0]
        via = tuple(_inner(vertices, low, high))
        streets.append(_street(change, via=via, stairs=change.steps and not span, halves=_halves(low, high, roads)))
    if change.kind in CROSSINGS and not roads:
        streets[0] = replace(streets[0], crossing=CROSSINGS[change.kind], halves=2)
    return [place for _, place in places], streets


def _halves(low: float, high: float, roads: set[float]) -> int:
    return (low in roads) + (high in roads)


def _street(change: AddStreet, *, via: tuple[tuple[float, float], ...], stairs: bool, halves: int) -> Street:
    """Return one part; a crossing counts a half for each end at a road that it crosses."""
    flags = EdgeFlag.FOOTWAY if change.kind in ON_FOOT else 0
    flags |= EdgeFlag.STEPS if stairs else ALOFT.get(change.kind, 0)
    crossing = CROSSINGS.get(change.kind, Crossing.NONE) if halves else Crossing.NONE
    return Street(crossing=int(crossing), flags=int(flags), name=change.name, via=via, halves=halves if crossing else 0)


def _free(line: shapely.LineString, along_m: float) -> Free:
    point = line.interpolate(along_m)
    return Free(point.x, point.y)


def _vertices(line: shapely.LineString) -> list[tuple[float, tuple[float, float]]]:
    """Return the vertices of a line between its ends, and how far along it each lies."""
    xy = list(line.coords)
    along = accumulate(dist(*each) for each in pairwise(xy))
    return list(zip(along, xy[1:-1], strict=False))


def _inner(vertices: list[tuple[float, tuple[float, float]]], low: float, high: float) -> list[tuple[float, float]]:
    """Return the vertices of a line that lie between `low` and `high` metres along it."""
    return [vertex for along, vertex in vertices if low + SAME_M < along < high - SAME_M]
