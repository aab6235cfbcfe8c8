"""The walk behind any time in the tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.ops import substring

from lifecircle.errors import CutoffError, SchemaError
from lifecircle.model.network import Crossing, EdgeFlag, Permission, WalkNetwork
from lifecircle.model.route import Route
from lifecircle.model.travel import Impedance, NearestTimes
from lifecircle.travel.ends import FAR, Ends, ends_of, part_of_edge, subset
from lifecircle.travel.field import Field, field_to, over_junction, same_edge
from lifecircle.travel.nearest import Endpoints
from lifecircle.travel.search import UNREACHED

Ints = npt.NDArray[np.int64]

CROSSING_NAMES = {Crossing.SIGNALS: "signals", Crossing.MARKED: "marked", Crossing.UNMARKED: "unmarked"}


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A stretch of one edge from `start` to `end`, millimetres from its tail."""

    edge: int
    start: int
    end: int


def trace_route(
    times: NearestTimes,
    cell: tuple[int, int],
    *,
    network: WalkNetwork,
    impedance: Impedance,
    residences: Endpoints,
    facilities: Endpoints,
) -> Route:
    """Return the walk behind one cell of `times`.

    Among equally quick walks the canonical one: it leaves its own edge as late, and enters the facility's edge as
    soon, as it can, and otherwise follows the edge with the smallest id.

    Parameters
    ----------
    times : NearestTimes
        As `nearest_times` found them for these endpoints under `impedance`.
    cell : (int, int)
        Row of the residence and column of the type.
    network : WalkNetwork
    impedance : Impedance
    residences, facilities : Endpoints

    Returns
    -------
    Route
        Its value is ``times.value[cell]``, exactly.

    Raises
    ------
    CutoffError
        If nothing was reached.
    SchemaError
        If the endpoints or the impedance are not those of `times`.
    """
    row, column = cell
    found, kind = times.value[row, column], times.types[column]
    if not np.isfinite(found):
        unit, what = (times.cutoff / 60_000, "min") if times.mode.unit == "ms" else (times.cutoff / 1000, "m")
        raise CutoffError(
            f"no {kind} is within {unit:g} {what} of {times.residence_ids[row]!r}: raise walk.cutoff_min, or ask for "
            "another type"
        )
    value = int(found)
    entrances = ends_of(facilities.snapped, network, impedance=impedance, leaving=False)
    seed = subset(entrances, np.flatnonzero(entrances.point == times.entrance[row, column]))
    doors = ends_of(residences.snapped, network, impedance=impedance, leaving=True)
    doors = subset(doors, np.flatnonzero(doors.owner == row))
    if not len(seed.point) or not len(doors.point):
        raise SchemaError("trace_route: the times belong to other endpoints: search them again")
    field = field_to(seed, network, impedance=impedance, limit=value)
    door, stretches = _walk(field, doors, value=value)
    tips = _tips((residences, facilities), int(doors.point[door]), int(seed.point[0]))
    return _route(times, cell, field=field, door=subset(doors, np.array([door])), stretches=stretches, tips=tips)


def trace_routes(
    times: NearestTimes,
    cells: Sequence[tuple[int, int]],
    *,
    network: WalkNetwork,
    impedance: Impedance,
    residences: Endpoints,
    facilities: Endpoints,
) -> list[Route]:
    """Return the walks behind many cells of `times`, each as `trace_route` gives it; every one must be finite.

    One search back from every facility entrance serves all walks that end there.
    """
    entrances = ends_of(facilities.snapped, network, impedance=impedance, leaving=False)
    leaving = ends_of(residences.snapped, network, impedance=impedance, leaving=True)
    by_entrance: dict[int, list[int]] = {}
    for number, cell in enumerate(cells):
        by_entrance.setdefault(int(times.entrance[cell]), []).append(number)
    found: dict[int, Route] = {}
    for entrance, numbers in by_entrance.items():
        seed = subset(entrances, np.flatnonzero(entrances.point == entrance))
        limit = int(max(times.value[cells[number]] for number in numbers))
        field = field_to(seed, network, impedance=impedance, limit=limit)
        onward = _tight(field)
        for number in numbers:
            row, column = cells[number]
            doors = subset(leaving, np.flatnonzero(leaving.owner == row))
            door, stretches = _walk(field, doors, value=int(times.value[row, column]), onward=onward)
            tips = _tips((residences, facilities), int(doors.point[door]), int(seed.point[0]))
            own = subset(doors, np.array([door]))
            found[number] = _route(times, (row, column), field=field, door=own, stretches=stretches, tips=tips)
    return [found[number] for number in range(len(cells))]


def _tips(ends: tuple[Endpoints, Endpoints], here: int, there: int) -> npt.NDArray[np.float64]:
    """Return the entrances that a walk runs between; (2, 2)."""
    start, end = (one.snapped for one in ends)
    return np.array([[start.x[here], start.y[here]], [end.x[there], end.y[there]]])


def _walk(
    field: Field, doors: Ends, *, value: int, onward: Mapping[int, tuple[int, bool]] | None = None
) -> tuple[int, list[_Stretch]]:
    """Return which of `doors` the walk of `value` leaves by, and its stretches; `field` has one seed.

    `onward` is `_tight` of the field, where it is known already.
    """
    seed, network = field.seeds, field.network
    along = np.full(len(doors.point), FAR)
    row, _ = same_edge(doors.edge, seed)
    ahead = seed.offset_mm[0] - doors.offset_mm[row]
    edge = doors.edge[row]
    length = network.length_mm[edge]
    part = part_of_edge(field.impedance, edge, part_mm=np.abs(ahead), length_mm=length, forward=ahead > 0)
    along[row] = np.where(part < FAR, part + seed.leg[0], FAR)
    ways = doors.leg + np.stack(
        [
            along,
            over_junction(field.value[doors.tail], doors.by_tail),
            over_junction(field.value[doors.head], doors.by_head),
        ]
    )
    least = ways.min(axis=0)
    if least.min() != value:
        raise SchemaError("trace_route: the times belong to another impedance: search them again")
    door = int(least.argmin())
    start, own = int(doors.offset_mm[door]), int(doors.edge[door])
    via = int(ways[:, door].argmin())
    if via == 0:
        return door, [_Stretch(own, start, int(seed.offset_mm[0]))]
    junction, end = (doors.tail[door], 0) if via == 1 else (doors.head[door], int(network.length_mm[own]))
    steps = _tight(field) if onward is None else onward
    return door, [_Stretch(own, start, end), *_from_junction(field, int(junction), onward=steps)]


def _tight(field: Field) -> dict[int, tuple[int, bool]]:
    """Return, by junction, the smallest edge that leads on along a least walk, and whether it is walked forward."""
    network, value = field.network, field.value
    tail, head = value[network.tail], value[network.head]
    reached = np.flatnonzero((tail != UNREACHED) & (head != UNREACHED))
    chosen: dict[int, tuple[int, bool]] = {}
    for forward in (True, False):
        price = (field.impedance.forward if forward else field.impedance.backward)[reached]
        here, there = (tail, head) if forward else (head, tail)
        begin = network.tail if forward else network.head
        for edge in reached[(price > 0) & (here[reached] == there[reached] + price)].tolist():
            junction = int(begin[edge])
            if junction not in chosen or edge < chosen[junction][0]:
                chosen[junction] = (edge, forward)
    return chosen


def _from_junction(field: Field, junction: int, *, onward: Mapping[int, tuple[int, bool]]) -> list[_Stretch]:
    """Follow the canonical walk from a reached junction to the one seed."""
    seed, network = field.seeds, field.network
    last, place = int(seed.edge[0]), int(seed.offset_mm[0])
    stretches: list[_Stretch] = []
    while True:
        left = field.value[junction] - seed.leg[0]
        if junction == seed.tail[0] and left == seed.by_tail[0]:
            return [*stretches, _Stretch(last, 0, place)]
        if junction == seed.head[0] and left == seed.by_head[0]:
            return [*stretches, _Stretch(last, int(network.length_mm[last]), place)]
        edge, forward = onward[junction]
        length = int(network.length_mm[edge])
        stretches.append(_Stretch(edge, 0, length) if forward else _Stretch(edge, length, 0))
        junction = int((network.head if forward else network.tail)[edge])


def _route(
    times: NearestTimes,
    cell: tuple[int, int],
    *,
    field: Field,
    door: Ends,
    stretches: list[_Stretch],
    tips: npt.NDArray[np.float64],
) -> Route:
    """Put the parts of the walk together; `tips` (2, 2) are the entrances it runs between."""
    row, column = cell
    network, impedance = field.network, field.impedance
    walked = [stretch for stretch in stretches if stretch.start != stretch.end]
    edge, start, end = (
        np.array([getattr(stretch, name) for stretch in walked], dtype=np.int64) for name in ("edge", "start", "end")
    )
    metres = np.abs(end - start)
    part = part_of_edge(impedance, edge, part_mm=metres, length_mm=network.length_mm[edge], forward=end > start)

    def length(chosen: npt.NDArray[np.bool_]) -> int:
        return int(metres[chosen[edge]].sum())

    return Route(
        origin_id=str(times.residence_ids[row]),
        facility_id=str(times.facility_ids[times.facility[row, column]]),
        type=times.types[column],
        mode=times.mode,
        value=int(times.value[row, column]),
        access=int(door.leg[0]),
        egress=int(field.seeds.leg[0]),
        access_mm=int(times.access_mm[row, column]),
        egress_mm=int(times.egress_mm[row, column]),
        edge=edge,
        start_mm=start,
        end_mm=end,
        part=part,
        streets=_names(network, edge),
        crossings=_crossings(network, edge),
        footway_mm=length(network.has_flag(EdgeFlag.FOOTWAY)),
        private_mm=length(network.permission == Permission.PRIVATE),
        steps_mm=length(network.has_flag(EdgeFlag.STEPS)),
        line=_line(network, walked, tips=tips),
        crs=network.crs,
    )


def _names(network: WalkNetwork, edge: Ints) -> tuple[str, ...]:
    names = [name for name in network.street[edge].tolist() if name]
    return tuple(name for place, name in enumerate(names) if place == 0 or names[place - 1] != name)


def _crossings(network: WalkNetwork, edge: Ints) -> dict[str, int]:
    """Count crossings of roads: edges that follow each other are one crossing for every two halves, rounded up."""
    counts = dict.fromkeys(CROSSING_NAMES.values(), 0)
    for kind, run in crossing_runs(network, edge):
        counts[kind] += -(-int(network.crossing_halves[run].sum()) // 2)
    return counts


def crossing_runs(network: WalkNetwork, edge: Ints) -> Iterator[tuple[str, Ints]]:
    """Yield each crossing on a walk along `edge`: its kind and the edges, one after the other, that make it up."""
    halves = network.crossing_halves[edge]
    opens = np.flatnonzero((halves > 0) & (np.concatenate([[0], halves[:-1]]) == 0))
    for first in opens.tolist():
        rest = np.flatnonzero(halves[first:] == 0)
        run = edge[first : first + int(rest[0])] if len(rest) else edge[first:]
        yield CROSSING_NAMES[Crossing(int(network.crossing[run].max()))], run


def _line(network: WalkNetwork, stretches: list[_Stretch], *, tips: npt.NDArray[np.float64]) -> shapely.LineString:
    """Return the walk from entrance to entrance as one line."""
    vertices = [tips[:1]]
    for stretch in stretches:
        own = slice(*network.geometry_offsets[stretch.edge : stretch.edge + 2].tolist())
        whole = shapely.LineString(np.column_stack([network.geometry_x[own], network.geometry_y[own]]))
        scale = whole.length / float(network.length_mm[stretch.edge])
        vertices.append(shapely.get_coordinates(substring(whole, stretch.start * scale, stretch.end * scale)))
    xy = np.concatenate([*vertices, tips[1:]])
    fresh = np.ones(len(xy), dtype=bool)
    fresh[1:] = (xy[1:] != xy[:-1]).any(axis=1)
    return shapely.LineString(xy[fresh] if fresh.sum() > 1 else tips)
