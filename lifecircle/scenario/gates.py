"""Mapped gates that are opened or locked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from lifecircle.model.network import Permission
from lifecircle.network.permissions import gate_permission, stops_walkers
from lifecircle.scenario.ground import RefusedError, position
from lifecircle.scenario.ways import is_gate
from lifecircle.travel.changes import Cut

if TYPE_CHECKING:
    import geopandas as gpd

    from lifecircle.model.osm import Tags
    from lifecircle.model.scenario import CloseGate, OpenGate
    from lifecircle.network.draft import Draft
    from lifecircle.scenario.ground import Ground
    from lifecircle.scenario.ways import Ints, Work

NEAR_M = 30.0
GATE_MM = 1  # the part of each street that a locked gate shuts
# What a tag of a gate says against walkers, or for them.
SAID = ("foot", "access", "locked")


def open_gate(work: Work, change: OpenGate, *, ground: Ground) -> Work:
    """Let everybody through a gate.

    Raises
    ------
    RefusedError
        If no gate is meant, or it stands open.
    """
    node = _meant(work, change, ground=ground)
    shut = _own_edges(work, node)
    shut = shut[work.network.permission[shut] != Permission.PUBLIC]
    if not len(shut):
        raise RefusedError(f"gate n{node} stands open on the map: nothing to open")
    return _told(work.with_permission(shut, Permission.PUBLIC), node, foot="yes")


def close_gate(work: Work, change: CloseGate, *, ground: Ground) -> Work:
    """Let nobody through a gate.

    A gate that has edges of its own (it was private, or opened before) is shut by them; of an open one, the last
    millimetre of every street at it is shut.

    Raises
    ------
    RefusedError
        If no gate is meant, or it is locked already.
    """
    node = _meant(work, change, ground=ground)
    network, own = work.network, _own_edges(work, node)
    if len(own):
        open_ = own[network.permission[own] != Permission.CLOSED]
        if not len(open_):
            raise RefusedError(f"gate n{node} is locked on the map: nothing to close")
        return _told(work.with_permission(open_, Permission.CLOSED), node, foot="no")
    at = np.flatnonzero(network.node_id == node)
    ends = np.flatnonzero(np.isin(network.tail, at) | np.isin(network.head, at))
    ends = ends[network.permission[ends] != Permission.CLOSED]
    if not len(ends):
        raise RefusedError(f"gate n{node} is on no street that can be walked: nothing to close")
    return _told(_shut_at(work, ends, at=at), node, foot="no")


def _shut_at(work: Work, edges: Ints, *, at: Ints) -> Work:
    """Shut the last millimetre of edges (N,) at the nodes `at`."""
    draft, cuts, shut, nodes = work.draft.copy(), list[Cut](), list[int](), set(at.tolist())
    for edge in edges.tolist():
        tail, head = draft.ends(edge)
        if head in nodes:
            shut.append(_parts(draft, edge, offset_mm=draft.length_mm(edge) - GATE_MM, cuts=cuts)[1])
        if tail in nodes and edge not in shut:
            shut.append(_parts(draft, edge, offset_mm=GATE_MM, cuts=cuts)[0])
    draft.permit(shut, Permission.CLOSED)
    return replace(work, draft=draft, ways=(*work.ways, *shut), cuts=(*work.cuts, *cuts))


def _parts(draft: Draft, edge: int, *, offset_mm: int, cuts: list[Cut]) -> tuple[int, int]:
    """Return both parts of an edge that is cut, and note the cut; one that is too short is both."""
    if draft.length_mm(edge) <= GATE_MM:
        return edge, edge
    _, rest = draft.cut(edge, offset_mm)
    cuts.append(Cut(edge, offset_mm, rest))
    return edge, rest


def _meant(work: Work, change: OpenGate | CloseGate, *, ground: Ground) -> int:
    """Return the OSM id of the gate that is meant."""
    if change.id is not None:
        if not _shuts(work.tags(f"n{int(change.id)}")):
            raise RefusedError(f"there is no gate n{change.id} in the data: give the OSM id of a mapped gate's node")
        return int(change.id)
    known, shapes = _gates(work)
    xy = ground.metres([position(change.lon, change.lat)])[0]
    away = shapely.distance(shapes, shapely.Point(xy)) if len(shapes) else np.array([np.inf])
    best = int(np.argmin(away))
    if not away[best] <= NEAR_M:
        nearest = "" if not len(known) else f" (the nearest, n{known[best]}, is {away[best]:.0f} m away)"
        raise RefusedError(
            f"no gate is mapped within {NEAR_M:g} m of {change.lon:g}, {change.lat:g}{nearest}: where a wall shall get "
            "an opening, add a path through it"
        )
    return known[best]


def gates_among(objects: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return those of an extract's objects that are gates and can be opened or shut."""
    shuts = [str(name).startswith("n") and _shuts(tags) for name, tags in objects["tags"].items()]
    return objects[np.array(shuts, dtype=bool)]


def _gates(work: Work) -> tuple[list[int], Any]:
    """Return the gates that can be shut, by OSM id ascending, and their places."""
    gates = gates_among(work.objects)
    found = zip(map(str, gates.index), gates.geometry.to_numpy(), strict=True)
    rows = [(int(name[1:]), place) for name, place in found if _shuts(work.tags(name))]
    rows.sort(key=lambda row: row[0])
    shapes = np.empty(len(rows), dtype=object)
    shapes[:] = [place for _, place in rows]
    return [node for node, _ in rows], shapes


def _shuts(tags: Tags) -> bool:
    return "barrier" in tags and (stops_walkers(tags) or gate_permission(tags) != Permission.PUBLIC)


def _own_edges(work: Work, node: int) -> Ints:
    network = work.network
    at = np.flatnonzero(network.node_id == node)
    return np.flatnonzero(is_gate(network) & (np.isin(network.tail, at) | np.isin(network.head, at)))


def _told(work: Work, node: int, *, foot: str) -> Work:
    """Return the work with the gate's tags saying what it is now: walls have an opening there, or none."""
    name = f"n{node}"
    plain = {key: value for key, value in work.tags(name).items() if key not in SAID}
    return replace(work, told={**work.told, name: {**plain, "foot": foot}})
