"""From what was collected to the arrays and the frame of ``OsmData``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from lifecircle.model.osm import OsmWays
from lifecircle.sources.osm_areas import assemble_each, assemble_partial, ring_surfaces
from lifecircle.sources.osm_collect import Collected, Ints, Nodes, Relation, Runs, Tags, Ways
from lifecircle.sources.osm_tags import is_area, is_object, is_route, is_street

Shapes = npt.NDArray[np.object_]
Built = dict[int, tuple[Relation, BaseGeometry]]


@dataclass(frozen=True, slots=True)
class _Member:
    """A way of a relation: the lines of its runs, the ids of their nodes, and whether it lacks no node."""

    lines: tuple[BaseGeometry, ...]
    refs: tuple[Ints, ...]
    whole: bool


def relation_geometries(collected: Collected) -> tuple[Built, Counter[str]]:
    """Draw every kept relation: routes as lines, the others as surfaces.

    Returns
    -------
    built : dict
        Relation id to the relation and its geometry, ids ascending.
    counts : Counter
        ``broken_areas``, ``incomplete_relations`` (dropped), ``partial_relations`` (drawn from
        the members present).
    """
    ways = _members(collected)
    drawn = {number: _draw(relation, ways) for number, relation in sorted(collected.relations.items())}
    whole = {number: lines for number, (lines, _) in drawn.items() if isinstance(lines, list)}
    group = np.repeat(np.arange(len(whole)), [len(lines) for lines in whole.values()])
    every = np.array([line for lines in whole.values() for line in lines], dtype=object)
    surfaces = dict(zip(whole, assemble_each(every, group, count=len(whole)), strict=True))
    built: Built = {}
    counts: Counter[str] = Counter(broken_areas=0, incomplete_relations=0, partial_relations=0)
    for number, (found, complete) in drawn.items():
        geometry = surfaces[number] if isinstance(found, list) else found
        if geometry is not None:
            built[number] = (collected.relations[number], geometry)
            counts["partial_relations"] += not complete
        else:
            counts["broken_areas" if complete else "incomplete_relations"] += 1
    return built, counts


def _members(collected: Collected) -> dict[int, _Member]:
    """Return the member ways that are there, by id."""
    ways, runs = collected.ways, collected.ways.runs()
    whole = ways.whole(runs)
    wanted = {number for relation in collected.relations.values() for number, _ in relation.members}
    chosen = np.isin(ways.number, np.array(sorted(wanted), dtype=np.int64))
    own = runs.of(chosen)
    lines = _lines(ways, own)
    refs = [ways.refs[start:end] for start, end in zip(own.start, own.end, strict=True)]
    found = {}
    for row in np.flatnonzero(chosen).tolist():
        mine = slice(*np.searchsorted(own.way, [row, row + 1]))
        found[int(ways.number[row])] = _Member(tuple(lines[mine]), tuple(refs[mine]), bool(whole[row]))
    return found


def _lines(ways: Ways, runs: Runs) -> Shapes:
    """Return the line of every run."""
    places, offsets = runs.references()
    run = np.repeat(np.arange(len(runs.way)), np.diff(offsets))
    return shapely.linestrings(ways.xy[places], indices=run) if len(run) else np.empty(0, dtype=object)


def _route(relation: Relation, ways: dict[int, _Member]) -> tuple[BaseGeometry | None, bool]:
    """Return the lines of the member ways that are present, each once, in the relation's order."""
    numbers = list(dict.fromkeys(number for number, _ in relation.members))
    present = [ways[number] for number in numbers if number in ways]
    lines = [line for way in present for line in way.lines]
    whole = len(present) == len(numbers) and all(way.whole for way in present)
    return (shapely.multilinestrings(lines) if lines else None), whole


def _draw(relation: Relation, ways: dict[int, _Member]) -> tuple[list[BaseGeometry] | BaseGeometry | None, bool]:
    """Return the lines around the surface of a whole relation, else what is drawn of it; and whether it is whole.

    A partial administrative area is never drawn: it would pass for the whole one.
    """
    if is_route(relation.said):
        return _route(relation, ways)
    members = dict(relation.members)
    present = {number: ways[number] for number in members if number in ways and ways[number].whole}
    if members and len(present) == len(members):
        return [line for way in present.values() for line in way.lines], True
    if not present or relation.tags.get("boundary") == "administrative":
        return None, False
    inner = [line for number, way in present.items() if members[number] for line in way.lines]
    outer = [line for number, way in present.items() if not members[number] for line in way.lines]
    return (assemble_partial(outer, inner) if outer else None), False


def build_objects(collected: Collected, relations: Built) -> tuple[gpd.GeoDataFrame, int]:
    """Return the frame of objects and the number of closed ways whose surface is broken."""
    nodes = collected.nodes.take(np.flatnonzero(collected.nodes.thing))
    ways = collected.ways
    rows, drawn, broken = _way_objects(ways)
    surfaces = {number: found for number, found in relations.items() if is_object(found[0].said)}
    areas = np.empty(len(surfaces), dtype=object)
    areas[:] = [shape for _, shape in surfaces.values()]
    numbers = (("n", nodes.number.tolist()), ("w", ways.number[rows].tolist()), ("r", surfaces))
    ids = [f"{kind}{number}" for kind, group in numbers for number in group]
    tags = [*nodes.tags, *(ways.tags[row] for row in rows.tolist()), *(found.tags for found, _ in surfaces.values())]
    return _frame(ids, tags, np.concatenate([shapely.points(nodes.xy), drawn, areas])), broken


def _frame(ids: list[str], tags: list[Tags], shapes: Shapes) -> gpd.GeoDataFrame:
    column = pd.Series(tags, index=pd.Index(ids, name="object_id", dtype=str), dtype=object)
    return gpd.GeoDataFrame({"tags": column}, geometry=shapes, crs="EPSG:4326")


def build_addresses(collected: Collected) -> gpd.GeoDataFrame:
    """Return the nodes that carry an address and nothing else, in the form of ``OsmData.objects``."""
    nodes: Nodes = collected.addresses
    return _frame([f"n{number}" for number in nodes.number.tolist()], nodes.tags, shapely.points(nodes.xy))


def _way_objects(ways: Ways) -> tuple[Ints, Shapes, int]:
    """Draw tagged ways: surfaces where closed and area-like, else lines.

    Returns
    -------
    rows : int64 (N,)
        Of the ways drawn.
    shapes : object array (N,)
    broken : int
        Closed ways whose surface is broken.
    """
    runs = ways.runs()
    things = is_object(ways.said)
    wanted = things & ways.closed() & is_area(ways.said)
    rings = wanted & ways.whole(runs)
    drawn: Shapes = np.full(len(ways.number), None, dtype=object)
    places, offsets = runs.of(rings).references()
    drawn[rings] = ring_surfaces(ways.xy[places], offsets)
    made = np.array([shape is not None for shape in drawn], dtype=bool)
    rest = runs.of(things & ~made)
    drawn[things & ~made] = _joined(_lines(ways, rest), rest.way, np.flatnonzero(things & ~made))
    rows = np.flatnonzero(np.array([shape is not None for shape in drawn], dtype=bool))
    on_map = np.zeros(len(drawn), dtype=bool)
    on_map[rows] = True
    return rows, drawn[rows], int((wanted & on_map & ~made).sum())


def _joined(lines: Shapes, way: Ints, ways: Ints) -> Shapes:
    """Return the line of each of `ways`, several runs as one MultiLineString; None without any."""
    found: Shapes = np.full(len(ways), None, dtype=object)
    place = np.searchsorted(ways, way)
    found[place] = lines
    several = np.flatnonzero(np.bincount(place, minlength=len(ways)) > 1)
    for row in several:
        found[row] = shapely.multilinestrings(lines[place == row])
    return found


def build_ways(collected: Collected, relations: Built) -> OsmWays:
    """Return every street as runs of present nodes, street areas of relations first."""
    rings = list(_relation_rings(collected, relations))
    ways = collected.ways
    runs = ways.runs().of(is_street(ways.said))
    places, offsets = runs.references()
    corners = [np.array(ring.coords) for *_, ring in rings]
    lengths = np.cumsum([0, *(len(ids) for _, _, ids, _ in rings)])
    xy = np.concatenate([*corners, ways.xy[places]])
    node_id = np.concatenate([*(np.array(ids, dtype=np.int64) for _, _, ids, _ in rings), ways.refs[places]])
    nodes = collected.nodes
    used = np.flatnonzero(np.isin(nodes.number, node_id))
    return OsmWays(
        way_id=np.concatenate([np.array([number for number, *_ in rings], dtype=np.int64), ways.number[runs.way]]),
        tags=[*(tags for _, tags, _, _ in rings), *(ways.tags[row] for row in runs.way.tolist())],
        offsets=np.concatenate([lengths[:-1], lengths[-1] + offsets]).astype(np.int64),
        node_id=node_id,
        lon=xy[:, 0].copy(),
        lat=xy[:, 1].copy(),
        node_tags={int(nodes.number[row]): nodes.tags[row] for row in used.tolist()},
    )


Ring = tuple[int, Tags, Sequence[int], BaseGeometry]


def _relation_rings(collected: Collected, relations: Built) -> Iterator[Ring]:
    """Yield the rings of street areas, those of holes too, with the node ids found at their corners."""
    areas = [
        (number, relation, surface)
        for number, (relation, surface) in sorted(relations.items(), reverse=True)
        if is_street(relation.said) and not is_route(relation.said)
    ]
    ways = _members(collected) if areas else {}
    for number, relation, surface in areas:
        ids = _ids_by_place(relation, ways)
        for outline in shapely.get_rings(shapely.get_parts(surface)):
            ring = shapely.LineString(outline.coords)
            yield -number, relation.tags, [ids[place] for place in ring.coords], ring


def _ids_by_place(relation: Relation, ways: dict[int, _Member]) -> dict[tuple[float, ...], int]:
    """Map the corners of a relation's member ways to node ids, the smallest where two coincide."""
    found: dict[tuple[float, ...], int] = {}
    for number, _ in relation.members:
        way = ways.get(number)
        for refs, line in zip(way.refs, way.lines, strict=True) if way else ():
            for ref, place in zip(refs.tolist(), line.coords, strict=True):
                found[place] = min(ref, found.get(place, ref))
    return found
