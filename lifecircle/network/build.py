"""From OSM ways to a walking network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from lifecircle.errors import NetworkError
from lifecircle.model.network import Crossing, EdgeFlag, Floats, Ints, WalkNetwork
from lifecircle.model.osm import OsmWays
from lifecircle.model.provenance import Note
from lifecircle.network.components import find_islands
from lifecircle.network.contract import Chains, contract
from lifecircle.network.edits import edges_of
from lifecircle.network.hindrances import halves_of_crossings
from lifecircle.network.notes import count_network, network_notes
from lifecircle.network.runs import Cut, Runs, cut_at_gates, read_runs
from lifecircle.network.squares import SquareEdges, cross_squares


@dataclass(frozen=True, slots=True)
class NetworkBuild:
    """A network and what happened while it was built.

    Attributes
    ----------
    network : WalkNetwork
    counts : Mapping[str, int]
        See `lifecircle.network.notes.count_network`.
    notes : tuple of Note
    """

    network: WalkNetwork
    counts: Mapping[str, int]
    notes: tuple[Note, ...]

    def __post_init__(self) -> None:
        """Make the counts read-only."""
        object.__setattr__(self, "counts", MappingProxyType(dict(self.counts)))


@dataclass(frozen=True, slots=True, eq=False)
class _Edges:
    """Edges before their nodes are numbered: chains, then straight lines across squares."""

    kind: Ints
    way_id: Ints
    square: npt.NDArray[np.bool_]
    offsets: Ints
    vertices: Ints


def _crossed_foot_nodes(runs: Runs, cut: Cut) -> npt.NDArray[np.bool_]:
    """Return the crossing nodes that a foot way leads to or over: only there does a walker cross the road."""
    on_foot = np.array([bool(found.flags & EdgeFlag.FOOTWAY) for found in cut.classes], dtype=bool)
    segments = cut.segments
    used = on_foot[segments.kind]
    touched = np.zeros(len(cut.node), dtype=bool)
    touched[segments.start[used]] = touched[segments.end[used]] = True
    return touched & (runs.crossing[cut.node] != Crossing.NONE)


def _edges(chains: Chains, squares: SquareEdges, *, cut: Cut) -> _Edges:
    """Merge chains and lines across squares, sorted by way id and then by place in the way."""
    ways = np.concatenate([cut.way_id[chains.first], squares.way_id])
    kind = np.concatenate([cut.segments.kind[chains.first], squares.kind])
    sizes = np.concatenate([np.diff(chains.offsets), np.full(len(squares.tail), 2)])
    vertices = np.concatenate([chains.vertices, np.column_stack([squares.tail, squares.head]).ravel()])
    begins = np.cumsum(sizes) - sizes
    order = np.argsort(ways, kind="stable")
    sizes = sizes[order]
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    places = np.arange(offsets[-1]) + np.repeat(begins[order] - offsets[:-1], sizes)
    return _Edges(kind[order], ways[order], order >= len(chains.first), offsets, vertices[places])


def _lengths_mm(x: Floats, y: Floats, *, offsets: Ints) -> Ints:
    """Return the length of every line in whole millimetres: at least 1, at least its straight line."""
    if len(offsets) < 2:
        return np.zeros(0, dtype=np.int64)
    steps = np.hypot(np.diff(x), np.diff(y))
    steps[offsets[1:-1] - 1] = 0.0  # from the end of one line to the start of the next
    metres = np.add.reduceat(steps, offsets[:-1])
    first, last = offsets[:-1], offsets[1:] - 1
    straight = np.hypot(x[last] - x[first], y[last] - y[first])
    least = np.maximum(1.0, np.floor(straight * 1000.0))
    return np.maximum(np.rint(metres * 1000.0), least).astype(np.int64)


def _hilbert(nodes: Ints, *, cut: Cut) -> Ints:
    """Sort nodes along a Hilbert curve, ties by id: neighbours in space are near in memory."""
    if not len(nodes):
        return nodes
    points = gpd.GeoSeries(gpd.points_from_xy(cut.x[nodes], cut.y[nodes]))
    west, south, east, north = points.total_bounds
    key = points.hilbert_distance(total_bounds=(west, south, east + 1.0, north + 1.0)).to_numpy()
    return nodes[np.lexsort((nodes, key))]


def _network(runs: Runs, cut: Cut, *, edges: _Edges, crs: CRS) -> WalkNetwork:
    """Give numbers to the nodes, look up what the classes say, measure the edges."""
    tail, head = edges.vertices[edges.offsets[:-1]], edges.vertices[edges.offsets[1:] - 1]
    nodes = _hilbert(np.unique(np.concatenate([tail, head])), cut=cut)
    number = np.full(len(cut.node), -1, dtype=np.int32)
    number[nodes] = np.arange(len(nodes), dtype=np.int32)
    classes = cut.classes
    flags = np.array([found.flags for found in classes], dtype=np.uint8)[edges.kind]
    crossing = np.array([found.crossing for found in classes], dtype=np.uint8)[edges.kind]
    at_node = np.maximum(runs.crossing[cut.node[tail]], runs.crossing[cut.node[head]])
    on_foot = ((flags & EdgeFlag.FOOTWAY) != 0) & ~edges.square
    halves = halves_of_crossings(
        (number[tail], number[head]),
        own=on_foot & (crossing != Crossing.NONE),
        at_node=(runs.crossing[cut.node] != Crossing.NONE)[nodes],
        road=(flags & (EdgeFlag.FOOTWAY | EdgeFlag.GATE)) == 0,
    )
    x, y = cut.x[edges.vertices], cut.y[edges.vertices]
    street = np.empty(len(classes), dtype=object)
    street[:] = [found.street for found in classes]
    network = WalkNetwork(
        crs=crs,
        node_x=cut.x[nodes],
        node_y=cut.y[nodes],
        node_id=runs.node_id[cut.node[nodes]],
        tail=number[tail],
        head=number[head],
        length_mm=_lengths_mm(x, y, offsets=edges.offsets),
        permission=np.array([found.permission for found in classes], dtype=np.uint8)[edges.kind],
        oneway=np.where(edges.square, 0, np.array([found.oneway for found in classes])[edges.kind]).astype(np.int8),
        crossing=np.where(on_foot, np.maximum(crossing, at_node), crossing).astype(np.uint8),
        flags=(flags | np.where(edges.square, EdgeFlag.SQUARE, 0)).astype(np.uint8),
        way_id=edges.way_id,
        street=street[edges.kind],
        island=np.zeros(len(tail), dtype=bool),
        geometry_offsets=edges.offsets,
        geometry_x=x,
        geometry_y=y,
        crossing_halves=np.where(on_foot, halves, 0).astype(np.uint8),
        gradient=np.where(edges.square, 0.0, np.array([found.incline for found in classes])[edges.kind]),
    )
    return replace(network, island=find_islands(network))


def build_network(ways: OsmWays, *, crs: CRS, inclines: bool = False) -> NetworkBuild:
    """Build the walking network of everything that was loaded.

    Ways meet only where they share an OSM node: a bridge does not join what it crosses. Nodes that
    only join two stretches of one way are contracted, their place in the geometry kept. Squares can be crossed.

    Parameters
    ----------
    ways : OsmWays
    crs : CRS
        Local, metres.
    inclines : bool
        Read ``incline`` tags into gradients.

    Returns
    -------
    NetworkBuild
        The network is the same whatever the order of `ways`.

    Raises
    ------
    NetworkError
        If `crs` is not in metres.

    References
    ----------
    docs/methods/walking-network.md
    """
    if crs.axis_info[0].unit_name not in ("metre", "meter"):
        raise NetworkError(f"build_network: CRS {crs.to_string()} is not in metres: use the study area's own CRS")
    runs = read_runs(ways, crs=crs, inclines=inclines)
    cut = cut_at_gates(runs)
    squares = cross_squares(runs, cut.segments)
    keep = runs.kept[cut.node] | _crossed_foot_nodes(runs, cut)
    keep[squares.tail] = keep[squares.head] = True
    edges = _edges(contract(cut.segments, keep=keep), squares, cut=cut)
    network = _network(runs, cut, edges=edges, crs=crs)
    counts = {
        "ways_read": len(ways.way_id),
        "ways_walkable": len(runs.way_id),
        "squares": squares.squares,
        "squares_capped": squares.capped,
        "squares_broken": squares.broken,
        **count_network(network),
    }
    return NetworkBuild(network, counts, network_notes(counts))


def clip_network(network: WalkNetwork, reach: BaseGeometry) -> WalkNetwork:
    """Keep the edges that touch a polygon, whole, with their nodes.

    Parameters
    ----------
    network : WalkNetwork
    reach : Polygon or MultiPolygon
        In the network's CRS.

    Returns
    -------
    WalkNetwork
        Order of nodes and edges is kept; islands stay what they were in the whole data.
    """
    shapely.prepare(reach)
    kept = np.flatnonzero(shapely.intersects(reach, network.lines())) if network.edges else np.zeros(0, dtype=np.int64)
    return edges_of(network, kept)
