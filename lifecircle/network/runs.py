"""Walkable ways in a canonical order, cut at shut gates into segments."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer

from lifecircle.model.area import WGS84
from lifecircle.model.network import Bools, Crossing, EdgeFlag, Floats, Ints, Permission
from lifecircle.model.osm import OsmWays
from lifecircle.network.contract import Segments
from lifecircle.network.permissions import (
    WAY_KEYS,
    WayClass,
    classify_way,
    crossing_kind,
    gate_permission,
    incline,
    is_square,
    stops_walkers,
)

GATE_LENGTH_M = 0.001


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Ways that are walking ground, R runs over V nodes, sorted by way id.

    Attributes
    ----------
    way_id, kind : int64 (R,)
        ``classes[kind[r]]`` holds what the tags of run r decide.
    classes : list of WayClass
    square : bool (R,)
        Ground that may be crossed, if the run is closed.
    offsets : int64 (R + 1,)
    refs : int64
        Run r visits nodes ``refs[offsets[r]:offsets[r + 1]]``.
    node_id : int64 (V,)
        Ascending.
    x, y : float64 (V,)
    gate : uint8 (V,)
        `Permission` of a gate at the node; ``PUBLIC`` elsewhere.
    kept : bool (V,)
        A gate that can be shut, open or not: stays a node.
    crossing : uint8 (V,)
        `Crossing` of the node.
    """

    way_id: Ints
    kind: Ints
    classes: list[WayClass]
    square: Bools
    offsets: Ints
    refs: Ints
    node_id: Ints
    x: Floats
    y: Floats
    gate: npt.NDArray[np.uint8]
    kept: Bools
    crossing: npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """Segments with shut gates made into edges of their own.

    Attributes
    ----------
    segments : Segments
        ``kind`` indexes `classes`.
    classes : list of WayClass
    way_id : int64 (S,)
    node : int64 (N,)
        Index into ``Runs.node_id`` of every node, the far sides of gates last.
    x, y : float64 (N,)
    """

    segments: Segments
    classes: list[WayClass]
    way_id: Ints
    node: Ints
    x: Floats
    y: Floats


def _kinds(ways: OsmWays, order: Ints, *, inclines: bool) -> tuple[Ints, list[WayClass]]:
    """Return, per way in `order`, its class or -1; equal tags are evaluated once."""
    seen: dict[tuple[str | None, ...], int] = {}
    index: dict[WayClass, int] = {}
    kinds = np.empty(len(order), dtype=np.int64)
    for place, way in enumerate(order.tolist()):
        tags = ways.tags[way]
        key = tuple(map(tags.get, WAY_KEYS))
        if key not in seen:
            found = classify_way(tags)
            if found is not None and inclines:
                found = replace(found, incline=incline(tags))
            seen[key] = -1 if found is None else index.setdefault(found, len(index))
        kinds[place] = seen[key]
    return kinds, list(index)


def read_runs(ways: OsmWays, *, crs: CRS, inclines: bool = False) -> Runs:
    """Keep the ways that are walking ground, in an order that depends on ids alone, projected to `crs`."""
    sizes = np.diff(ways.offsets)
    ends = ways.node_id[ways.offsets[1:] - 1], ways.node_id[ways.offsets[:-1]]
    order = np.lexsort((sizes, *ends, ways.way_id))
    kinds, classes = _kinds(ways, order, inclines=inclines)
    order, kinds = order[kinds >= 0], kinds[kinds >= 0]
    sizes = sizes[order]
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    places = np.arange(offsets[-1]) + np.repeat(ways.offsets[order] - offsets[:-1], sizes)
    node_id, first, refs = np.unique(ways.node_id[places], return_index=True, return_inverse=True)
    project = Transformer.from_crs(WGS84, crs, always_xy=True)
    x, y = project.transform(ways.lon[places[first]], ways.lat[places[first]])
    gate = np.zeros(len(node_id), dtype=np.uint8)
    kept = np.zeros(len(node_id), dtype=bool)
    crossing = np.zeros(len(node_id), dtype=np.uint8)
    tagged = np.array(sorted(ways.node_tags), dtype=np.int64)
    for node in np.flatnonzero(np.isin(node_id, tagged)).tolist():
        tags = ways.node_tags[int(node_id[node])]
        gate[node] = gate_permission(tags)
        kept[node] = stops_walkers(tags) or gate[node] != Permission.PUBLIC
        # A level crossing of a railway has no road traffic to wait for.
        crossing[node] = Crossing.NONE if "railway" in tags else crossing_kind(tags)
    # Relations hand in the rings of surfaces.
    square = np.array([ways.way_id[way] < 0 or is_square(ways.tags[way]) for way in order.tolist()], dtype=bool)
    return Runs(
        ways.way_id[order],
        kinds,
        classes,
        square,
        offsets,
        refs.astype(np.int64).ravel(),
        node_id,
        np.asarray(x, dtype=np.float64),
        np.asarray(y, dtype=np.float64),
        gate,
        kept,
        crossing,
    )


def _segments(runs: Runs) -> Segments:
    """Cut every run between consecutive nodes; a node that follows itself is one node."""
    run = np.repeat(np.arange(len(runs.way_id)), np.diff(runs.offsets))
    start, end = runs.refs[:-1], runs.refs[1:]
    real = (run[:-1] == run[1:]) & (start != end)
    run = run[:-1][real]
    return Segments(start[real], end[real], run, runs.kind[run])


def cut_at_gates(runs: Runs) -> Cut:
    """Put an edge of one millimetre, with the gate's permission, into every way that meets a shut gate.

    The first way (in canonical order) keeps the gate's node; every other one ends a millimetre off it, and the
    gate's own edge joins the two. Nobody passes without walking a gate edge; a scenario opens the gate by opening it.
    """
    plain = _segments(runs)
    nodes = len(runs.node_id)
    ends = np.column_stack([plain.start, plain.end]).ravel()
    met = np.flatnonzero(runs.gate[ends] != Permission.PUBLIC)
    met = met[np.argsort(ends[met], kind="stable")]
    moved = met[1:][ends[met][1:] == ends[met][:-1]]
    gates = ends[moved]
    dx, dy = runs.x[ends[moved ^ 1]] - runs.x[gates], runs.y[ends[moved ^ 1]] - runs.y[gates]
    length = np.hypot(dx, dy)
    share = np.minimum(GATE_LENGTH_M, length / 3) / np.where(length > 0, length, 1.0)
    split = ends.copy()
    split[moved] = nodes + np.arange(len(moved))
    classes = list(runs.classes)
    shut = {}
    for level in (Permission.PRIVATE, Permission.CLOSED):
        shut[int(level)] = len(classes)
        classes.append(WayClass(level, 0, Crossing.NONE, int(EdgeFlag.GATE), ""))
    kind = np.array([shut[int(level)] for level in runs.gate[gates]], dtype=np.int64)
    segments = Segments(
        np.concatenate([split[0::2], gates]),
        np.concatenate([split[1::2], split[moved]]),
        np.concatenate([plain.run, len(runs.way_id) + np.arange(len(moved))]),
        np.concatenate([plain.kind, kind]),
    )
    way_id = runs.way_id[np.concatenate([plain.run, plain.run[moved // 2]])]
    x, y = np.append(runs.x, runs.x[gates] + share * dx), np.append(runs.y, runs.y[gates] + share * dy)
    return Cut(segments, classes, way_id, np.append(np.arange(nodes), gates), x, y)
