"""G3 and G3b: isochrone polygons against buffers around the edges of an osmnx ego graph, and their unions.

G3: one isochrone of 15 minutes at V = 50,000. G3b: the ground within 15 minutes of any of V / 1500 facilities.
The cell table is built once for a network and not timed (its time is in the note). Checked first: both sides reach the
same junctions, and the share of points misclassified against exact times.
"""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass

import networkx as nx
import numpy as np
import numpy.typing as npt
import osmnx as ox
import shapely

from benchmarks.city import city
from benchmarks.places import some_nodes
from benchmarks.registry import Outcome, Size
from benchmarks.timing import interleaved, ratio
from lifecircle.model.network import Barriers, WalkNetwork
from lifecircle.model.travel import Impedance, Snapped, TravelMode, WalkProfile
from lifecircle.network.impedance import make_impedance
from lifecircle.network.snapping import snap_points
from lifecircle.travel.cells import CellCosts, Window, build_cells, cell_costs
from lifecircle.travel.ends import Ends, ends_of
from lifecircle.travel.field import Field, field_to, seed_box, values_at
from lifecircle.travel.isochrone import isochrone_polygons, quickest_rate, rim
from lifecircle.travel.search import UNREACHED, Arcs, arcs_to_facilities

Floats = npt.NDArray[np.float64]
Shape = shapely.Geometry

TITLE = "Isochrone polygons of 15 minutes, and their union"

NODES = 50_000
MINUTES = 15
LIMIT = MINUTES * 60_000
MARGIN_M = 250.0
# As osmnx's own isochrone example draws them.
EDGE_BUFFER_M, NODE_BUFFER_M = 25.0, 50.0
SAMPLES = 20_000


@dataclass(frozen=True, eq=False)
class Ground:
    """A network with everything that is prepared once: arcs, cell table, the peer's graph."""

    network: WalkNetwork
    impedance: Impedance
    arcs: Arcs
    costs: CellCosts
    graph: nx.MultiDiGraph
    quickest: float
    table_s: float

    def snap(self, xy: Floats) -> Snapped:
        """Join points to the network as entrances are joined."""
        usable = np.ones(self.network.edges, dtype=bool)
        points = (np.arange(len(xy)), xy)
        return snap_points(points, self.network, usable=usable, barriers=Barriers.none(), max_access_m=MARGIN_M)

    def seeds(self, nodes: npt.NDArray[np.int64]) -> Ends:
        """Return facilities at junctions."""
        xy = np.column_stack([self.network.node_x[nodes], self.network.node_y[nodes]])
        return ends_of(self.snap(xy), self.network, impedance=self.impedance, leaving=False)

    def field(self, seeds: Ends) -> Field:
        """Search back from `seeds`, a little beyond the limit."""
        limit = LIMIT + rim(self.impedance)
        return field_to(seeds, self.network, impedance=self.impedance, limit=limit, arcs=self.arcs)


@functools.lru_cache(maxsize=1)
def ground(nodes: int) -> Ground:
    """Prepare the city of about `nodes` nodes."""
    network = city(nodes).network
    impedance = make_impedance(network, mode=TravelMode("ms", WalkProfile("adult", 4.8)))
    arcs = arcs_to_facilities(network, impedance, cutoff=LIMIT + rim(impedance))
    x, y = network.node_x, network.node_y
    window = Window.around((x.min(), y.min(), x.max(), y.max()), margin_m=MARGIN_M)
    quickest = quickest_rate(impedance)
    bare = Ground(network, impedance, arcs, None, osmnx_graph(network, impedance), quickest, 0.0)  # type: ignore[arg-type]
    began = time.perf_counter()
    table = build_cells(window, bare.snap)
    took = time.perf_counter() - began
    costs = cell_costs(table, network, impedance=impedance)
    return Ground(network, impedance, arcs, costs, bare.graph, quickest, took)


def osmnx_graph(network: WalkNetwork, impedance: Impedance) -> nx.MultiDiGraph:
    """Return the network as osmnx holds walking networks: every street in both directions, with its geometry."""
    graph = nx.MultiDiGraph(crs=network.crs)
    for node, (x, y) in enumerate(zip(network.node_x.tolist(), network.node_y.tolist(), strict=True)):
        graph.add_node(node, x=x, y=y)
    ends = zip(network.tail.tolist(), network.head.tolist(), impedance.forward.tolist(), network.lines(), strict=True)
    for tail, head, walk, line in ends:
        graph.add_edge(tail, head, time=walk, geometry=line)
        graph.add_edge(head, tail, time=walk, geometry=line.reverse())
    return graph


def ours_one(place: Ground, seeds: Ends) -> Shape:
    """Return one isochrone: search, the cells around it, marching squares."""
    field = place.field(seeds)
    around = Window.around(seed_box(field), margin_m=field.limit / place.quickest / 1000.0)
    return isochrone_polygons(field, place.costs.part(around), limits=(LIMIT,))[0]


def ours_union(place: Ground, seeds: Ends) -> Shape:
    """Return the ground around any of several facilities, from one search."""
    return isochrone_polygons(place.field(seeds), place.costs, limits=(LIMIT,))[0]


def peer_one(place: Ground, node: int) -> Shape:
    """Return the isochrone of osmnx's users: ego graph, buffers around its nodes and edges, united."""
    part = nx.ego_graph(place.graph, node, radius=LIMIT, distance="time")
    nodes, edges = ox.graph_to_gdfs(part)
    shapes = [nodes.buffer(NODE_BUFFER_M), edges.buffer(EDGE_BUFFER_M)]
    return shapely.union_all(np.concatenate([shape.to_numpy() for shape in shapes]))


def ours_each(place: Ground, each: list[Ends]) -> list[Shape]:
    """Return our own polygon of every facility."""
    return [ours_one(place, seeds) for seeds in each]


def misclassified(place: Ground, seeds: Ends, shape: Shape) -> float:
    """Return the area on the wrong side of the rim as a share of the area reached, from random points."""
    field = place.field(seeds)
    west, south, east, north = seed_box(field)
    reach = LIMIT / place.quickest / 1000.0
    rng = np.random.default_rng(7)
    xy = rng.uniform((west - reach, south - reach), (east + reach, north + reach), (SAMPLES, 2))
    found = place.snap(xy)
    on = np.flatnonzero(found.edge >= 0)
    value = values_at(field, found.edge[on], offset_mm=found.offset_mm[on])
    legs = np.rint(place.impedance.rate_leg * found.access_mm[on]).astype(np.int64)
    truly = np.zeros(SAMPLES, dtype=bool)
    truly[on] = value + legs <= LIMIT
    shapely.prepare(shape)
    drawn = shapely.contains_xy(shape, xy[:, 0], xy[:, 1])
    return float(np.count_nonzero(drawn != truly) / max(np.count_nonzero(truly), 1))


def check_equal(place: Ground, node: int, seeds: Ends) -> None:
    """Both sides reach the same junctions within the limit."""
    value = place.field(seeds).value
    ours = set(np.flatnonzero((value != UNREACHED) & (value <= LIMIT)).tolist())
    assert ours == set(nx.ego_graph(place.graph, node, radius=LIMIT, distance="time").nodes)


def run(size: Size) -> Outcome:
    """Check, then measure both."""
    place = ground(min(size.nodes, NODES))
    x, y = place.network.node_x, place.network.node_y
    node = int(np.hypot(x - x.mean(), y - y.mean()).argmin())
    one = place.seeds(np.array([node]))
    check_equal(place, node, one)
    many = some_nodes(city(min(size.nodes, NODES)), max(2, place.network.nodes // 1500))
    together, each = place.seeds(many), [place.seeds(np.array([number])) for number in many.tolist()]
    wrong, theirs = (misclassified(place, one, shape) for shape in (ours_one(place, one), peer_one(place, node)))
    whole, parts = ours_union(place, together), shapely.union_all(ours_each(place, each))
    differ = shapely.symmetric_difference(parts, whole).area / whole.area
    assert max(wrong, differ) <= 0.03
    times = interleaved(
        {
            "one isochrone": lambda: ours_one(place, one),
            "one by osmnx: ego graph, buffers, union": lambda: peer_one(place, node),
            f"union of {len(many)}": lambda: ours_union(place, together),
            f"our {len(many)} polygons and `union_all`": lambda: shapely.union_all(ours_each(place, each)),
            f"{len(many)} by osmnx and `union_all`": lambda: shapely.union_all(
                [peer_one(place, number) for number in many.tolist()]
            ),
        },
        size.repetitions,
    )
    mine, osmnx_one, union, _, osmnx_union = times.values()
    factors = (1.0, ratio(osmnx_one, mine), 1.0, *(ratio(found, union) for found in list(times.values())[3:]))
    rows = tuple(
        (name, found.text(), f"{factor:.1f}") for (name, found), factor in zip(times.items(), factors, strict=True)
    )
    single, joint = ratio(osmnx_one, mine), ratio(osmnx_union, union)
    return Outcome(
        ("candidate", "CPU, median (range)", "times ours"),
        rows,
        (
            (f"G3 >= 80x osmnx: {single:.0f}x", single >= 80),
            (f"G3 misclassified <= 3 %: {wrong:.1%} (osmnx {theirs:.1%})", wrong <= 0.03),
            (f"G3b >= 50x polygons and their union: {joint:.0f}x", joint >= 50),
        ),
        (
            f"V = {place.network.nodes}; {MINUTES} minutes at 4.8 km/h.",
            f"Cell table of {len(place.costs.tail)} points built once in {place.table_s:.1f} s, not in the times.",
            f"Misclassified: of {SAMPLES} random points those on the wrong side, as a share of those reached.",
            f"One search for all facilities and the union of single polygons differ by {differ:.2%} of the area.",
        ),
    )
