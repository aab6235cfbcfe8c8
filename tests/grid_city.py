"""A synthetic city with known answers.

Streets run west-east, avenues south-north, 100 m apart. Grid positions are ``(column, row)``;
fractions lie along a block, so ``(2.5, 1)`` is the middle of the block from node 6 to node 7::

    row
     2    8---[6]---9---[7]---10--[8]---11         3 columns of blocks x 2 rows of blocks:
          |         |         |         |          grid_network(4, 3)
        [10]      [12]      [14]      [16]
          |         |         |         |          plain numbers  nodes,  row * columns + column
     1    4---[3]---5---[4]---6---[5]---7          [numbers]      edges: all streets, row by row,
          |         |         |         |                         west to east; then all avenues,
        [9]       [11]      [13]      [15]                        column by column, south to north
          |         |         |         |
     0    0---[0]---1---[1]---2---[2]---3          tail is the western or southern end
          0         1         2         3  column

At 4.8 km/h a millimetre takes 0.75 ms: a block of 100 m takes 75 s, exactly. Between two junctions the
walk is the Manhattan distance: `blocks` counts it. Facility i carries capacity ``2 ** i``: a wrong sum names
the facility that was missed. Coordinates are metres from node 0, in `CRS_GRID` (a local transverse Mercator
in Hebi); `grid_ways` is the same city in lon/lat as a source would hand it over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from lifecircle.model.area import WGS84, StudyArea, local_crs
from lifecircle.model.network import Permission, WalkNetwork
from lifecircle.model.osm import OsmWays
from lifecircle.model.tables import FacilityTable, ResidenceTable, check_facilities, check_residences
from lifecircle.model.travel import Impedance, Snapped, TravelMode, WalkProfile
from lifecircle.travel.nearest import Endpoints

CRS_GRID = local_crs(shapely.Point(114.297, 35.747))
BLOCK_M = 100.0
BLOCK_S = 75.0
WALKER = WalkProfile("grid", 4.8, source="a block of 100 m in 75 s")

Position = tuple[float, float]


def make_network(
    nodes: Sequence[Position],
    edges: Sequence[tuple[int, int]],
    *,
    length_m: Sequence[float] | None = None,
    lines: Mapping[int, Sequence[Position]] | None = None,
    **columns: Sequence[object],
) -> WalkNetwork:
    """Build any network by hand.

    `nodes` are metres; an edge is ``(tail, head)``, straight unless `lines` gives its vertices.
    Lengths are those of the geometry unless `length_m` gives them. `columns` replaces the default of any
    per-edge array: ``permission``, ``oneway``, ``crossing``, ``flags``, ``way_id``, ``street``, ``island``.
    """
    count = len(edges)
    shapes = [np.array((lines or {}).get(i, [nodes[a], nodes[b]]), dtype=float) for i, (a, b) in enumerate(edges)]
    if length_m is None:
        length_m = [float(np.hypot(*np.diff(shape, axis=0).T).sum()) for shape in shapes]
    vertices = np.concatenate(shapes) if shapes else np.empty((0, 2))
    ends = np.array(edges, dtype=np.int32).reshape(-1, 2)

    def column(name: str, default: object, dtype: type) -> np.ndarray:
        return np.array(columns.get(name, [default] * count), dtype=dtype)

    return WalkNetwork(
        crs=CRS_GRID,
        node_x=np.array([x for x, _ in nodes], dtype=float),
        node_y=np.array([y for _, y in nodes], dtype=float),
        node_id=np.arange(1, len(nodes) + 1, dtype=np.int64),
        tail=ends[:, 0].copy(),
        head=ends[:, 1].copy(),
        length_mm=np.maximum(np.rint(np.array(length_m, dtype=float) * 1000), 1).astype(np.int64),
        permission=column("permission", Permission.PUBLIC, np.uint8),
        oneway=column("oneway", 0, np.int8),
        crossing=column("crossing", 0, np.uint8),
        flags=column("flags", 0, np.uint8),
        way_id=np.array(columns.get("way_id", range(1, count + 1)), dtype=np.int64),
        street=column("street", "", object),
        island=column("island", False, bool),
        geometry_offsets=np.concatenate([[0], np.cumsum([len(shape) for shape in shapes])]).astype(np.int64),
        geometry_x=vertices[:, 0].copy(),
        geometry_y=vertices[:, 1].copy(),
    )


def grid_edges(columns: int, rows: int) -> list[tuple[int, int]]:
    """Return ``(tail, head)`` of every edge in the order of the drawing."""
    streets = [(r * columns + c, r * columns + c + 1) for r in range(rows) for c in range(columns - 1)]
    avenues = [(r * columns + c, (r + 1) * columns + c) for c in range(columns) for r in range(rows - 1)]
    return streets + avenues


def grid_network(columns: int, rows: int, block_m: float = BLOCK_M, **per_edge: Mapping[int, object]) -> WalkNetwork:
    """Return the grid of ``columns x rows`` junctions.

    `per_edge` changes single edges: ``permission={3: Permission.CLOSED}``, ``oneway={0: -1}``,
    ``flags={5: EdgeFlag.STEPS}``, ``length_m={2: 150.0}`` ...
    """
    nodes = [(c * block_m, r * block_m) for r in range(rows) for c in range(columns)]
    edges = grid_edges(columns, rows)
    defaults = {"permission": 0, "oneway": 0, "crossing": 0, "flags": 0, "street": "", "island": False}
    arrays = {
        name: [values.get(edge, defaults[name]) for edge in range(len(edges))]
        for name, values in per_edge.items()
        if name != "length_m"
    }
    lengths = [per_edge.get("length_m", {}).get(edge, block_m) for edge in range(len(edges))]
    return make_network(nodes, edges, length_m=lengths, **arrays)


def grid_impedance(
    network: WalkNetwork, *, unit: str = "ms", private: bool = True, profile: WalkProfile = WALKER
) -> Impedance:
    """Return plain impedance: ``rint(rate * length)``, 0 where closed or against a one-way."""
    rate = 3.6 / profile.speed_kmh if unit == "ms" else 1.0
    shut = network.permission == Permission.CLOSED
    if not private:
        shut |= network.permission == Permission.PRIVATE
    whole = np.maximum(np.rint(rate * network.length_mm), 1).astype(np.int64)
    rates = np.full(network.edges, rate)
    return Impedance(
        mode=TravelMode(unit, profile),
        forward=np.where(shut | (network.oneway == -1), 0, whole),
        backward=np.where(shut | (network.oneway == 1), 0, whole),
        rate_forward=rates,
        rate_backward=rates.copy(),
        rate_leg=rate,
    )


def blocks(start: Position, end: Position) -> float:
    """Return the blocks walked between two junctions (or along one street)."""
    return abs(start[0] - end[0]) + abs(start[1] - end[1])


def place_on_grid(columns: int, rows: int, position: Position) -> tuple[int, float]:
    """Return the edge a grid position lies on (the smallest id) and the blocks from its tail."""
    column, row = position
    streets = rows * (columns - 1)
    if float(row).is_integer():
        west = min(int(column), columns - 2)
        return int(row) * (columns - 1) + west, column - west
    if float(column).is_integer():
        south = min(int(row), rows - 2)
        return streets + int(column) * (rows - 1) + south, row - south
    raise ValueError(f"{position} is not on a street: one of column and row must be whole")


@dataclass(frozen=True)
class Spot:
    """A snapped entrance by hand: its row, its edge, metres along it and metres of leg."""

    owner: int
    edge: int
    along_m: float = 0.0
    access_m: float = 0.0


def snapped_from(spots: Sequence[Spot]) -> Snapped:
    """Return `spots` as Snapped (x, y are not used by the search); edge -1 is unsnapped."""
    edge = np.array([spot.edge for spot in spots], dtype=np.int64)
    return Snapped(
        owner=np.array([spot.owner for spot in spots], dtype=np.int64),
        x=np.zeros(len(spots)),
        y=np.zeros(len(spots)),
        edge=edge,
        offset_mm=np.rint([spot.along_m * 1000 for spot in spots]).astype(np.int64),
        access_mm=np.rint([spot.access_m * 1000 for spot in spots]).astype(np.int64),
        reason=(edge < 0).astype(np.uint8),
        crosses_wall=np.zeros(len(spots), dtype=bool),
    )


def grid_snapped(network: WalkNetwork, rows: Sequence[Sequence[Position]], *, access_m: float = 0.0) -> Snapped:
    """Return entrances at grid positions, one inner sequence per row of the table (100 m blocks)."""
    columns = int(np.count_nonzero(network.node_y == 0.0))
    height = network.nodes // columns
    spots = []
    for owner, positions in enumerate(rows):
        for position in positions:
            edge, part = place_on_grid(columns, height, position)
            spots.append(Spot(owner, edge, part * float(network.length_mm[edge]) / 1000.0, access_m))
    snapped = snapped_from(spots)
    return Snapped(
        owner=snapped.owner,
        x=np.array([c * BLOCK_M for positions in rows for c, _ in positions], dtype=float),
        y=np.array([r * BLOCK_M for positions in rows for _, r in positions], dtype=float),
        edge=snapped.edge,
        offset_mm=snapped.offset_mm,
        access_mm=snapped.access_mm,
        reason=snapped.reason,
        crosses_wall=snapped.crosses_wall,
    )


def grid_residences(network: WalkNetwork, positions: Sequence[Position], *, access_m: float = 0.0) -> Endpoints:
    """Return residences ``r00, r01 ...`` with one entrance each at the grid positions."""
    ids = pd.Index([f"r{i:02d}" for i in range(len(positions))], name="residence_id")
    return Endpoints(ids, grid_snapped(network, [[p] for p in positions], access_m=access_m))


def grid_facilities(
    network: WalkNetwork, kinds: Sequence[str], positions: Sequence[Position], *, access_m: float = 0.0
) -> Endpoints:
    """Return facilities ``f00:<type>, f01:<type> ...`` with one entrance each at the grid positions."""
    ids = pd.Index([f"f{i:02d}:{kind}" for i, kind in enumerate(kinds)], name="facility_id")
    snapped = grid_snapped(network, [[p] for p in positions], access_m=access_m)
    return Endpoints(ids, snapped, np.array(kinds, dtype=object))


def _metres(positions: Sequence[Position]) -> np.ndarray:
    return np.array(positions, dtype=float).reshape(-1, 2) * BLOCK_M


def residence_table(positions: Sequence[Position], **columns: Sequence[object]) -> ResidenceTable:
    """Return a checked table of residences ``r00 ...`` at grid positions; `columns` replaces defaults."""
    count, points = len(positions), shapely.points(_metres(positions))
    ids = [f"r{i:02d}" for i in range(count)]
    data = {
        "object_id": ids,
        "name": [""] * count,
        "kind": ["building"] * count,
        "population": [float(2**i) for i in range(count)],
        "floor_area_m2": [100.0] * count,
        "floor_area_defaulted": [False] * count,
        "land_m2": [np.nan] * count,
        "community_id": [""] * count,
        "geometry": points,
        "entrances": gpd.GeoSeries([shapely.MultiPoint([p]) for p in points], index=ids, crs=CRS_GRID),
    }
    return check_residences(gpd.GeoDataFrame({**data, **columns}, index=ids, geometry="geometry", crs=CRS_GRID))


def facility_table(kinds: Sequence[str], positions: Sequence[Position], **columns: Sequence[object]) -> FacilityTable:
    """Return a checked table of facilities ``f00:<type> ...`` at grid positions, capacities powers of two."""
    count, points = len(positions), shapely.points(_metres(positions))
    objects = [f"f{i:02d}" for i in range(count)]
    ids = [f"{name}:{kind}" for name, kind in zip(objects, kinds, strict=True)]
    data = {
        "object_id": objects,
        "type": list(kinds),
        "name": [""] * count,
        "capacity": [float(2**i) for i in range(count)],
        "source": ["osm"] * count,
        "lenient": [False] * count,
        "area_m2": [0.0] * count,
        "merged": [""] * count,
        "entrance_kind": ["point"] * count,
        "geometry": points,
        "entrances": gpd.GeoSeries([shapely.MultiPoint([p]) for p in points], index=ids, crs=CRS_GRID),
    }
    return check_facilities(gpd.GeoDataFrame({**data, **columns}, index=ids, geometry="geometry", crs=CRS_GRID))


def grid_area(columns: int, rows: int, *, margin_m: float = 50.0, buffer_m: float = 1700.0) -> StudyArea:
    """Return a study area around the grid; the data's extent is the boundary grown by the buffer."""
    boundary = shapely.box(-margin_m, -margin_m, (columns - 1) * BLOCK_M + margin_m, (rows - 1) * BLOCK_M + margin_m)
    extent = boundary.buffer(buffer_m, join_style="mitre")
    return StudyArea("方格城", "Grid City", boundary, extent, CRS_GRID, buffer_m)


def grid_ways(columns: int, rows: int, block_m: float = BLOCK_M) -> OsmWays:
    """Return the same grid as OpenStreetMap ways: one residential way per street and per avenue.

    Node ids are the grid's node + 1; ways 1..rows are the streets, then come the avenues.
    """
    lines = [[r * columns + c for c in range(columns)] for r in range(rows)]
    lines += [[r * columns + c for r in range(rows)] for c in range(columns)]
    nodes = np.concatenate([np.array(line) for line in lines])
    to_lonlat = Transformer.from_crs(CRS_GRID, WGS84, always_xy=True)
    lon, lat = to_lonlat.transform((nodes % columns) * block_m, (nodes // columns) * block_m)
    names = [f"Street {r}" for r in range(rows)] + [f"Avenue {c}" for c in range(columns)]
    return OsmWays(
        way_id=np.arange(1, len(lines) + 1, dtype=np.int64),
        tags=[{"highway": "residential", "name": name} for name in names],
        offsets=np.concatenate([[0], np.cumsum([len(line) for line in lines])]).astype(np.int64),
        node_id=(nodes + 1).astype(np.int64),
        lon=np.asarray(lon, dtype=float),
        lat=np.asarray(lat, dtype=float),
        node_tags={},
    )
