"""From what was collected to the arrays and the frame of ``OsmData``."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from lifecircle.model.osm import OsmWays
from lifecircle.sources.osm_areas import assemble, assemble_partial, ring_surfaces
from lifecircle.sources.osm_collect import Collected, Relation, Tags, Way
from lifecircle.sources.osm_tags import is_area, is_object, is_route, is_street

Built = dict[int, tuple[Tags, BaseGeometry]]


def relation_geometries(collected: Collected) -> tuple[Built, Counter[str]]:
    """Draw every kept relation: routes as lines, the others as surfaces.

    Returns
    -------
    built : dict
        Relation id to its tags and geometry, ids ascending.
    counts : Counter
        ``broken_areas``, ``incomplete_relations`` (dropped), ``partial_relations`` (drawn from
        the members present).
    """
    built: Built = {}
    counts: Counter[str] = Counter(broken_areas=0, incomplete_relations=0, partial_relations=0)
    for number, relation in sorted(collected.relations.items()):
        draw = _route if is_route(relation.tags) else _surface
        geometry, whole = draw(relation, collected.ways)
        if geometry is not None:
            built[number] = (relation.tags, geometry)
            counts["partial_relations"] += not whole
        else:
            counts["broken_areas" if whole else "incomplete_relations"] += 1
    return built, counts


def _route(relation: Relation, ways: dict[int, Way]) -> tuple[BaseGeometry | None, bool]:
    """Return the lines of the member ways that are present, each once, in the relation's order."""
    numbers = list(dict.fromkeys(number for number, _ in relation.members))
    present = [ways[number] for number in numbers if number in ways]
    lines = [line for way in present for line in _lines(way)]
    whole = len(present) == len(numbers) and all(way.line for way in present)
    return (shapely.multilinestrings(lines) if lines else None), whole


def _surface(relation: Relation, ways: dict[int, Way]) -> tuple[BaseGeometry | None, bool]:
    """Return the surface of a relation, and whether all of its members were there.

    A partial administrative area is never drawn: it would pass for the whole one.
    """
    members = dict(relation.members)
    present = {number: ways[number] for number in members if number in ways and ways[number].line}
    whole = bool(members) and len(present) == len(members)
    if whole:
        return assemble([line for way in present.values() for line in _lines(way)]), True
    if not present or relation.tags.get("boundary") == "administrative":
        return None, False
    inner = [line for number, way in present.items() if members[number] == "inner" for line in _lines(way)]
    outer = [line for number, way in present.items() if members[number] != "inner" for line in _lines(way)]
    return (assemble_partial(outer, inner) if outer else None), False


def _lines(way: Way) -> tuple[BaseGeometry, ...]:
    return (shapely.from_wkb(way.line),) if way.line else way.runs


def build_objects(collected: Collected, relations: Built) -> tuple[gpd.GeoDataFrame, int]:
    """Return the frame of objects and the number of closed ways whose surface is broken."""
    nodes = {
        number: (node.tags, shapely.Point(node.lon, node.lat))
        for number, node in sorted(collected.nodes.items())
        if node.thing
    }
    ways, broken = _way_objects(collected.ways)
    surfaces = {number: found for number, found in relations.items() if is_object(found[0])}
    ids = [f"{kind}{number}" for kind, group in (("n", nodes), ("w", ways), ("r", surfaces)) for number in group]
    found = [*nodes.values(), *ways.values(), *surfaces.values()]
    geometry = np.empty(len(found), dtype=object)
    geometry[:] = [shape for _, shape in found]
    tags = pd.Series([tags for tags, _ in found], index=pd.Index(ids, name="object_id", dtype=str), dtype=object)
    return gpd.GeoDataFrame({"tags": tags}, geometry=geometry, crs="EPSG:4326"), broken


def build_addresses(collected: Collected) -> gpd.GeoDataFrame:
    """Return the nodes that carry an address and nothing else, in the form of ``OsmData.objects``."""
    nodes = sorted(collected.addresses.items())
    ids = pd.Index([f"n{number}" for number, _ in nodes], name="object_id", dtype=str)
    places = shapely.points([node.lon for _, node in nodes], [node.lat for _, node in nodes])
    tags = pd.Series([node.tags for _, node in nodes], index=ids, dtype=object)
    return gpd.GeoDataFrame({"tags": tags}, geometry=places, crs="EPSG:4326")


def _way_objects(ways: dict[int, Way]) -> tuple[Built, int]:
    """Draw tagged ways: surfaces where closed and area-like, else lines."""
    numbers = [number for number in sorted(ways) if ways[number].thing and _drawable(ways[number])]
    drawn = np.full(len(numbers), None, dtype=object)
    whole = np.array([bool(ways[number].line) for number in numbers], dtype=bool)
    drawn[whole] = shapely.from_wkb([ways[number].line for number in numbers if ways[number].line])
    for row in np.flatnonzero(~whole):
        runs = ways[numbers[row]].runs
        drawn[row] = runs[0] if len(runs) == 1 else shapely.multilinestrings(list(runs))
    wanted = np.array([ways[number].closed and is_area(ways[number].tags) for number in numbers], dtype=bool)
    surfaces = np.full(len(numbers), None, dtype=object)
    surfaces[wanted & whole] = ring_surfaces(drawn[wanted & whole])
    made = np.array([surface is not None for surface in surfaces], dtype=bool)
    drawn[made] = surfaces[made]
    built = {number: (ways[number].tags, shape) for number, shape in zip(numbers, drawn, strict=True)}
    return built, int((wanted & ~made).sum())


def _drawable(way: Way) -> bool:
    return bool(way.line or way.runs)


def build_ways(collected: Collected, relations: Built) -> OsmWays:
    """Return every street as runs of present nodes, street areas of relations first."""
    runs = [*_relation_rings(collected, relations), *_street_runs(collected.ways)]
    lengths = [len(refs) for _, _, refs, _ in runs]
    offsets = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64)
    coordinates = shapely.get_coordinates(np.array([line for *_, line in runs], dtype=object))
    node_id = np.fromiter(chain.from_iterable(refs for _, _, refs, _ in runs), dtype=np.int64, count=offsets[-1])
    used = np.unique(node_id).tolist()
    return OsmWays(
        way_id=np.array([number for number, *_ in runs], dtype=np.int64),
        tags=[tags for _, tags, _, _ in runs],
        offsets=offsets,
        node_id=node_id,
        lon=coordinates[:, 0].copy(),
        lat=coordinates[:, 1].copy(),
        node_tags={number: collected.nodes[number].tags for number in used if number in collected.nodes},
    )


Run = tuple[int, Tags, Sequence[int], BaseGeometry]


def _street_runs(ways: dict[int, Way]) -> Iterator[Run]:
    streets = [(number, way) for number, way in sorted(ways.items()) if is_street(way.tags)]
    whole = iter(shapely.from_wkb([way.line for _, way in streets if way.line]))
    for number, way in streets:
        for refs, line in zip(way.refs, [next(whole)] if way.line else way.runs, strict=True):
            yield number, way.tags, refs, line


def _relation_rings(collected: Collected, relations: Built) -> Iterator[Run]:
    """Yield the rings of street areas, those of holes too, with the node ids found at their corners."""
    for number, (tags, surface) in sorted(relations.items(), reverse=True):
        if is_route(tags) or not is_street(tags):
            continue
        ids = _ids_by_place(collected.relations[number], collected.ways)
        for outline in shapely.get_rings(shapely.get_parts(surface)):
            ring = shapely.LineString(outline.coords)
            yield -number, tags, [ids[place] for place in ring.coords], ring


def _ids_by_place(relation: Relation, ways: dict[int, Way]) -> dict[tuple[float, ...], int]:
    """Map the corners of a relation's member ways to node ids, the smallest where two coincide."""
    found: dict[tuple[float, ...], int] = {}
    for number, _ in relation.members:
        way = ways.get(number)
        for refs, line in zip(way.refs, _lines(way), strict=True) if way else ():
            for ref, place in zip(refs, line.coords, strict=True):
                found[place] = min(ref, found.get(place, ref))
    return found
