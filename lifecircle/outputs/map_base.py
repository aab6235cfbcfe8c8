"""The quiet base of a map: land, water, buildings, and the streets as a graph that walks are drawn along."""

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.model.area import WGS84, StudyArea
from lifecircle.model.audit import BaseMap
from lifecircle.model.network import EdgeFlag, Permission, WalkNetwork
from lifecircle.model.travel import WalkProfile
from lifecircle.outputs.packing import Geometries, differences, pack

STREET_TOLERANCE_M = 2.5
AREA_TOLERANCE_M = 2.5
BUILDING_TOLERANCE_M = 0.5
MM_PER_DM = 100


def lonlat(shapes: gpd.GeoSeries, *, tolerance_m: float = 0.0) -> Geometries:
    """Return `shapes` in WGS-84, simplified where something of them is left."""
    simple = shapes.simplify(tolerance_m, preserve_topology=False) if tolerance_m else shapes
    kept = simple.where(~simple.is_empty, shapes)
    return kept.to_crs(WGS84).to_numpy().astype(object)


def base_data(area: StudyArea, base: BaseMap, *, drawn: gpd.GeoSeries) -> dict[str, Any]:
    """Return land, parks, water and the buildings that are not `drawn` otherwise, packed."""
    return {
        "residential": _polygons(area, base.residential),
        "parks": _polygons(area, base.parks),
        "water": _polygons(area, base.water),
        "buildings": pack(lonlat(_other_buildings(area, base, drawn), tolerance_m=BUILDING_TOLERANCE_M)),
    }


def street_data(area: StudyArea, network: WalkNetwork, *, walks: WalkProfile) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the streets near the study: their lines, packed, and a table of names, kinds and ends."""
    near = _near(area, gpd.GeoSeries(network.lines(), crs=network.crs))
    rows = near.index.to_numpy()
    foot = (network.flags[rows] & np.uint8(EdgeFlag.FOOTWAY | EdgeFlag.STEPS | EdgeFlag.SQUARE)) != 0
    names = ["", *sorted({str(name) for name in network.street[rows] if name})]
    number = {name: rank for rank, name in enumerate(names)}
    table = {
        "path": "".join("1" if one else "0" for one in foot),
        "name": [number[str(name or "")] for name in network.street[rows]],
        "names": names,
        **_graph(network, rows, walks=walks),
    }
    return pack(lonlat(near, tolerance_m=STREET_TOLERANCE_M), lines=True), table


def _graph(network: WalkNetwork, rows: npt.NDArray[np.int64], *, walks: WalkProfile) -> dict[str, Any]:
    """Return ends, decimetres and who may walk which way.

    ``way`` has one letter per street: ``b`` both directions, ``f`` forward, ``r`` reverse only, ``x`` closed to
    the study's walker.
    """
    tail, head = network.tail[rows], network.head[rows]
    _, node = np.unique(np.concatenate([tail, head]), return_inverse=True)
    first, last = node[: len(rows)], node[len(rows) :]
    way = np.array(["b", "f", "r"])[network.oneway[rows]]
    shut = (network.permission[rows] == Permission.CLOSED) | network.island[rows]
    if not walks.steps:
        shut = shut | ((network.flags[rows] & np.uint8(EdgeFlag.STEPS)) != 0)
    return {
        "from": differences(first),
        "to": (last - first).tolist(),
        "length": (network.length_mm[rows] // MM_PER_DM).tolist(),
        "way": "".join(np.where(shut, "x", way)),
    }


def _near(area: StudyArea, shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return the shapes that touch the reach of the study's box, along a space-filling curve (small differences)."""
    west, south, east, north = area.reach.bounds
    kept = shapes[~(shapes.is_empty | shapes.isna())]
    kept = kept[kept.intersects(shapely.box(west, south, east, north))] if len(kept) else kept
    return kept.iloc[np.argsort(kept.hilbert_distance().to_numpy(), kind="stable")] if len(kept) else kept


def _polygons(area: StudyArea, shapes: gpd.GeoSeries) -> dict[str, Any]:
    near = _near(area, shapes)
    west, south, east, north = area.reach.bounds
    cut = near.make_valid().clip_by_rect(west, south, east, north) if len(near) else near
    polygons = cut.explode(ignore_index=True) if len(cut) else cut
    polygons = polygons[polygons.geom_type == "Polygon"] if len(polygons) else polygons
    return pack(lonlat(polygons, tolerance_m=AREA_TOLERANCE_M))


def _other_buildings(area: StudyArea, base: BaseMap, drawn: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return the buildings that are not drawn as residences."""
    near = _near(area, base.buildings)
    known = set(shapely.to_wkb(drawn.to_numpy()))
    return near[[shape not in known for shape in shapely.to_wkb(near.to_numpy())]] if len(near) else near
