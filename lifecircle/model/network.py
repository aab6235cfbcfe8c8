"""The walking network and what stands in a walker's way."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS

from lifecircle.errors import NetworkError

if TYPE_CHECKING:
    import networkx as nx

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Permission(IntEnum):
    """Who may walk an edge."""

    PUBLIC = 0
    PRIVATE = 1
    CLOSED = 2


class Crossing(IntEnum):
    """How an edge crosses a road."""

    NONE = 0
    UNMARKED = 1
    MARKED = 2
    SIGNALS = 3


class EdgeFlag(IntEnum):
    """Bits of ``WalkNetwork.flags``."""

    STEPS = 1
    BRIDGE = 2
    TUNNEL = 4
    FOOTWAY = 8
    SQUARE = 16
    GATE = 32


# Attributes with one value per edge.
PER_EDGE = (
    "tail",
    "head",
    "length_mm",
    "permission",
    "oneway",
    "crossing",
    "flags",
    "way_id",
    "street",
    "island",
    "crossing_halves",
    "gradient",
)


@dataclass(frozen=True, slots=True, eq=False)
class WalkNetwork:
    """Undirected walking graph with integer lengths and full geometry.

    V nodes, E edges, P vertices of edge geometry. Both directions of an edge are
    walkable unless ``oneway`` says otherwise. Arrays are read-only.

    Attributes
    ----------
    crs : CRS
        Metres.
    node_x, node_y : float64 (V,)
    node_id : int64 (V,)
        OSM id.
    tail, head : int32 (E,)
        End nodes; the geometry runs from tail to head.
    length_mm : int64 (E,)
        At least 1 and, to the millimetre, at least the straight line between the ends.
    permission : uint8 (E,)
        A `Permission`.
    oneway : int8 (E,)
        0 both directions, 1 tail to head only, -1 head to tail only (``oneway:foot``).
    crossing : uint8 (E,)
        A `Crossing`.
    flags : uint8 (E,)
        Sum of `EdgeFlag` bits.
    way_id : int64 (E,)
        OSM way the edge comes from (its first one where several were joined).
    street : object (E,)
        Name of the street, "" if it has none.
    island : bool (E,)
        True on components of less than 2 km of walkable length in the whole loaded data.
    geometry_offsets : int64 (E + 1,)
    geometry_x, geometry_y : float64 (P,)
        Edge e owns vertices ``geometry_offsets[e]:geometry_offsets[e + 1]``.
    crossing_halves : uint8 (E,)
        Halves of road crossings that the edge makes: a crossing that is cut by its road is two edges of one half
        each. By default 2 on every crossing.
    gradient : float64 (E,)
        Rise over run from tail to head; 0 (the default) where it is level or unknown.
    """

    crs: CRS
    node_x: Floats
    node_y: Floats
    node_id: Ints
    tail: npt.NDArray[np.int32]
    head: npt.NDArray[np.int32]
    length_mm: Ints
    permission: npt.NDArray[np.uint8]
    oneway: npt.NDArray[np.int8]
    crossing: npt.NDArray[np.uint8]
    flags: npt.NDArray[np.uint8]
    way_id: Ints
    street: npt.NDArray[np.object_]
    island: Bools
    geometry_offsets: Ints
    geometry_x: Floats
    geometry_y: Floats
    crossing_halves: npt.NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, dtype=np.uint8))
    gradient: Floats = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        """Check shapes, ends and lengths; make every array read-only."""
        edges = len(self.tail)
        if edges and not len(self.crossing_halves):
            object.__setattr__(self, "crossing_halves", np.where(self.crossing != Crossing.NONE, 2, 0).astype(np.uint8))
        if edges and not len(self.gradient):
            object.__setattr__(self, "gradient", np.zeros(edges))
        for name in PER_EDGE:
            if len(getattr(self, name)) != edges:
                raise NetworkError(f"WalkNetwork.{name} has {len(getattr(self, name))} values for {edges} edges")
        if edges:
            self._check_edges()
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    def _check_edges(self) -> None:
        ends = np.concatenate([self.tail, self.head])
        if ends.min() < 0 or ends.max() >= self.nodes:
            raise NetworkError("WalkNetwork: an edge ends at a node that does not exist")
        if self.length_mm.min() < 1:
            bad = int(self.way_id[self.length_mm.argmin()])
            raise NetworkError(f"WalkNetwork: an edge of way {bad} has no length")
        x, y = self.node_x[ends].reshape(2, -1), self.node_y[ends].reshape(2, -1)
        straight_mm = np.hypot(x[0] - x[1], y[0] - y[1]) * 1000.0
        if (self.length_mm < np.floor(straight_mm)).any():
            bad = int(self.way_id[np.argmin(self.length_mm - straight_mm)])
            raise NetworkError(f"WalkNetwork: an edge of way {bad} is shorter than its straight line")

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.node_x)

    @property
    def edges(self) -> int:
        """Number of edges."""
        return len(self.tail)

    def has_flag(self, flag: EdgeFlag) -> Bools:
        """Return, per edge, whether `flag` is set; shape (E,)."""
        return (self.flags & np.uint8(flag)) != 0

    def lines(self, edges: npt.NDArray[np.integer] | None = None) -> npt.NDArray[np.object_]:
        """Return edges (all E, or the N given) as shapely LineStrings from tail to head."""
        sizes = np.diff(self.geometry_offsets)
        if edges is None:
            return shapely.linestrings(
                self.geometry_x, self.geometry_y, indices=np.repeat(np.arange(self.edges), sizes)
            )
        sizes = sizes[edges]
        begin = np.cumsum(sizes) - sizes
        places = np.arange(int(sizes.sum())) + np.repeat(self.geometry_offsets[:-1][edges] - begin, sizes)
        index = np.repeat(np.arange(len(edges)), sizes)
        return shapely.linestrings(self.geometry_x[places], self.geometry_y[places], indices=index)

    def to_networkx(self) -> nx.MultiGraph[int]:
        """Return an undirected multigraph that osmnx understands.

        Returns
        -------
        networkx.MultiGraph
            Nodes are 0..V-1 with ``x``, ``y`` (metres), ``osmid`` and ``street_count`` (edges that end there);
            edges are keyed by their index with ``length`` and ``length_m`` (metres), ``geometry``, ``permission``
            (name), ``oneway_foot``, ``osmid``, ``name`` and ``island``; the graph carries ``crs``.
        """
        import networkx as nx  # the one upward look a noun is allowed; heavy

        graph: nx.MultiGraph[int] = nx.MultiGraph(crs=self.crs)
        ends = np.bincount(np.concatenate([self.tail, self.head]), minlength=self.nodes)
        for node in range(self.nodes):
            place = {"x": float(self.node_x[node]), "y": float(self.node_y[node])}
            graph.add_node(node, **place, osmid=int(self.node_id[node]), street_count=int(ends[node]))
        for edge, line in enumerate(self.lines()):
            metres = float(self.length_mm[edge]) / 1000.0
            graph.add_edge(
                int(self.tail[edge]),
                int(self.head[edge]),
                key=edge,
                length=metres,
                length_m=metres,
                geometry=line,
                permission=Permission(int(self.permission[edge])).name.lower(),
                oneway_foot=int(self.oneway[edge]),
                osmid=int(self.way_id[edge]),
                name=str(self.street[edge]),
                island=bool(self.island[edge]),
            )
        return graph


@dataclass(frozen=True, slots=True, eq=False)
class Barriers:
    """What an access leg must not, or should not, cross. Metric CRS.

    Attributes
    ----------
    hard : object array of geometries
        Water (areas, rivers, canals, streams, coastline) and railways on the ground: never crossed.
    walls : object array of geometries
        Walls and fences: crossed only where nothing else is in reach.
    gates : object array of Points
        Openings: gates, entrances in walls, and places where a walkable way passes a wall.
    """

    hard: npt.NDArray[np.object_]
    walls: npt.NDArray[np.object_]
    gates: npt.NDArray[np.object_]

    @classmethod
    def none(cls) -> Barriers:
        """Return open ground."""
        empty = np.empty(0, dtype=object)
        return cls(empty, empty, empty)
