"""Estates entered by their gates (DB4106/T 91-2022 measures from the estate's entrance)."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from lifecircle.model.network import EdgeFlag, Permission, WalkNetwork
from lifecircle.model.osm import Tags
from lifecircle.residences.areas import SLIVER_M2, area_origins, floor_by
from lifecircle.residences.buildings import REFUSED_ENTRANCES, gather
from lifecircle.residences.land import Bools, Ints, Shapes, clip, first_within, names_at

MAX_ESTATE_M2 = 200_000.0
GATE_REACH_M = 1.0
OUTLINE_STEP_M = 50.0
WALL_REACH_M = 3.0
WALLED_SHARE = 0.5
GATES = frozenset({"gate", "lift_gate", "swing_gate", "sliding_gate", "entrance", "turnstile", "full-height_turnstile"})
WALLS = frozenset({"wall", "fence", "city_wall"})


def is_gate(tags: Tags) -> bool:
    """Return whether a node lets people on foot into an estate: an open or guarded gate, or an entrance."""
    if tags.get("foot") == "no" or tags.get("locked") == "yes" or (tags.get("access") == "no" and "foot" not in tags):
        return False
    return tags.get("barrier") in GATES or tags.get("entrance", "no") not in REFUSED_ENTRANCES


@dataclass(frozen=True, slots=True, eq=False)
class _Doors:
    """Points on the outlines and the estate (row) that each opens into."""

    point: Shapes
    owner: Ints

    def rows(self, count: int) -> Bools:
        """Return which of `count` estates have any."""
        has = np.zeros(count, dtype=bool)
        has[self.owner] = True
        return has

    def __add__(self, other: _Doors) -> _Doors:
        return _Doors(np.concatenate([self.point, other.point]), np.concatenate([self.owner, other.owner]))


def gate_origins(
    land: gpd.GeoDataFrame,
    *,
    objects: gpd.GeoDataFrame,
    network: WalkNetwork,
    buildings: gpd.GeoDataFrame,
    boundary: BaseGeometry,
) -> gpd.GeoDataFrame:
    """Return one origin per estate, entered by its gates; land too large to be an estate is cut into cells.

    An estate is a residential polygon of up to 20 ha, or a larger one with a mapped gate or a wall. What lies of it
    inside the boundary counts (100 m2 at least); its gates may lie outside. Its entrances are the gates and entrance
    nodes within 1 m of the mapped outline and the places where walkable ways cross it (bridges and tunnels do not);
    without either, points on the outline at most 50 m apart.

    Parameters
    ----------
    land : GeoDataFrame
        From `lifecircle.residences.land.residential_land`.
    objects : GeoDataFrame
        All objects: gates and walls.
    network : WalkNetwork
        In the same CRS.
    buildings : GeoDataFrame
        Residential buildings inside the boundary.
    boundary : Polygon or MultiPolygon

    Returns
    -------
    GeoDataFrame
        ``kind`` ("estate_gate" or, for cells, "residential_area") and ``entrance_kind`` ("mapped" with any gate,
        "path" with crossings alone, "sampled"; "representative" for cells) tell the rows apart.
    """
    rings = outer_rings(land["outline"].to_numpy())
    gates = _gates(rings, objects=objects)
    estate = (shapely.area(land["outline"].to_numpy()) <= MAX_ESTATE_M2) | gates.rows(len(land))
    estate[~estate] = _walled(land[~estate], rings=rings[~estate], objects=objects)
    inner = land.set_geometry(
        gpd.GeoSeries(clip(land.geometry.to_numpy(), boundary=boundary), index=land.index, crs=land.crs)
    )
    seen = inner.area.to_numpy() >= np.minimum(SLIVER_M2, land.area.to_numpy())
    doors, kinds = _doors(rings, gates=gates, network=network)
    estates = _estate_table(inner, chosen=np.flatnonzero(estate & seen), doors=doors, buildings=buildings)
    estates["entrance_kind"] = kinds[estate & seen]
    cells = area_origins(land[~estate], names=land, buildings=buildings, boundary=boundary)
    parts = [part for part in (estates, cells) if len(part)]
    return pd.concat(parts).sort_index() if parts else estates


def outer_rings(outlines: Shapes) -> Shapes:
    """Return the outer outline of each (multi)polygon as one MultiLineString; courtyards and holes are no way in."""
    parts, owner = shapely.get_parts(outlines, return_index=True)
    coordinates, ring = shapely.get_coordinates(shapely.get_exterior_ring(parts), return_index=True)
    return shapely.multilinestrings(shapely.linestrings(coordinates, indices=ring), indices=owner)


def sample_outline(rings: Shapes) -> tuple[Shapes, Ints]:
    """Return evenly spaced points at most 50 m apart along each outline, and the row each belongs to."""
    lines, owner = shapely.get_parts(rings, return_index=True)
    length = shapely.length(lines)
    count = np.maximum(1, np.ceil(length / OUTLINE_STEP_M)).astype(np.int64)
    line = np.repeat(np.arange(len(lines)), count)
    step = np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)
    return shapely.line_interpolate_point(lines[line], step * (length / count)[line]), owner[line]


def _doors(rings: Shapes, *, gates: _Doors, network: WalkNetwork) -> tuple[_Doors, Shapes]:
    """Return every entrance of every outline, and what each outline's entrances are."""
    count = len(rings)
    found = gates + _crossings(rings, network=network)
    bare = np.flatnonzero(~found.rows(count))
    points, owner = sample_outline(rings[bare])
    kinds = np.where(gates.rows(count), "mapped", np.where(found.rows(count), "path", "sampled")).astype(object)
    return _once(found + _Doors(points, bare[owner])), kinds


def _once(doors: _Doors) -> _Doors:
    """Drop a crossing where there is already a gate to within about a metre: it is the same opening."""
    place = np.column_stack([doors.owner, np.rint(shapely.get_coordinates(doors.point)).astype(np.int64)])
    first = np.sort(np.unique(place, axis=0, return_index=True)[1])
    return _Doors(doors.point[first], doors.owner[first])


def _gates(rings: Shapes, *, objects: gpd.GeoDataFrame) -> _Doors:
    wanted = np.array([is_gate(tags) for tags in objects["tags"]], dtype=bool)
    wanted &= shapely.get_type_id(objects.geometry.to_numpy()) == 0
    points = objects.geometry.to_numpy()[wanted]
    point, ring = shapely.STRtree(rings).query(points, predicate="dwithin", distance=GATE_REACH_M)
    return _Doors(points[point], ring)


def _crossings(rings: Shapes, *, network: WalkNetwork) -> _Doors:
    """Return the points where walkable ways cross the outlines; a way along an outline crosses nothing."""
    walkable = network.permission != Permission.CLOSED
    for flag in (EdgeFlag.BRIDGE, EdgeFlag.TUNNEL, EdgeFlag.SQUARE):  # the last are straight lines that no map draws
        walkable &= ~network.has_flag(flag)
    lines = network.lines()[walkable]
    line, ring = shapely.STRtree(rings).query(lines, predicate="intersects")
    parts, pair = shapely.get_parts(shapely.intersection(lines[line], rings[ring]), return_index=True)
    single = shapely.get_type_id(parts) == 0
    return _Doors(parts[single], ring[pair[single]])


def _walled(land: gpd.GeoDataFrame, *, rings: Shapes, objects: gpd.GeoDataFrame) -> Bools:
    """Return which outlines are walled: tagged so, or with a mapped wall or fence along half of them, within 3 m."""
    tagged = np.array([tags.get("barrier") in WALLS for tags in land["tags"]], dtype=bool)
    wanted = np.array([tags.get("barrier") in WALLS for tags in objects["tags"]], dtype=bool)
    walls = objects.geometry.to_numpy()[wanted]
    walls = np.where(np.isin(shapely.get_type_id(walls), (3, 6)), shapely.boundary(walls), walls)
    tree = shapely.STRtree(walls)
    along = np.zeros(len(rings))
    for row, ring in enumerate(rings):  # only land above 20 ha without a gate comes here
        near = walls[tree.query(ring, predicate="dwithin", distance=WALL_REACH_M)]
        along[row] = ring.intersection(shapely.union_all(near).buffer(WALL_REACH_M)).length if len(near) else 0.0
    return tagged | (along >= WALLED_SHARE * shapely.length(rings))


def _estate_table(
    land: gpd.GeoDataFrame, *, chosen: Ints, doors: _Doors, buildings: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    rows = land.iloc[chosen]
    shapes = rows.geometry.to_numpy()
    points = shapely.point_on_surface(shapes)
    place = np.full(len(land), -1, dtype=np.int64)
    place[chosen] = np.arange(len(chosen))
    kept = place[doors.owner] >= 0
    entrances, _ = gather(doors.point[kept], owner=place[doors.owner[kept]], otherwise=points)
    floor, defaulted = floor_by(
        first_within(buildings["point"].to_numpy(), polygons=shapes), buildings, count=len(rows)
    )
    return gpd.GeoDataFrame(
        {
            "object_id": rows.index.to_numpy(dtype=object),
            "name": names_at(points, land=land),
            "kind": "estate_gate",
            "floor_area_m2": floor,
            "floor_area_defaulted": defaulted,
            "land_m2": shapely.area(shapes),
            "point": gpd.GeoSeries(points, index=rows.index, crs=land.crs),
            "entrances": gpd.GeoSeries(entrances, index=rows.index, crs=land.crs),
        },
        geometry=shapes,
        index=rows.index,
        crs=land.crs,
    )
