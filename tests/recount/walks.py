"""Walking minutes by a separate pass: every OSM node a graph node, geodesic metres, networkx.

Entrances are taken as the audit has them; streets, lengths, snapping and search are done anew, with the recount's own
rules. It knows no walls, water, gates or squares: where those matter it may differ.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import osmium
import shapely
from pyproj import Geod, Transformer
from recount.recount import walkable

GEOD = Geod(ellps="WGS84")
ISLAND_M = 2000.0
REACH_M = 250.0


class _Segments(osmium.SimpleHandler):
    """The stretches between neighbouring nodes of walkable ways, each once."""

    def __init__(self) -> None:
        super().__init__()
        self.place: dict[int, tuple[float, float]] = {}
        self.pairs: set[tuple[int, int]] = set()

    def way(self, way: osmium.osm.Way) -> None:
        if not walkable({tag.k: tag.v for tag in way.tags}):
            return
        found = [(node.ref, node.lon, node.lat) if node.location.valid() else None for node in way.nodes]
        for one, other in pairwise(found):
            if one and other and one[0] != other[0]:
                self.place[one[0]], self.place[other[0]] = one[1:], other[1:]
                self.pairs.add((min(one[0], other[0]), max(one[0], other[0])))


class PlainStreets:
    """The walkable streets of an extract as a plain graph, islands left out."""

    def __init__(self, path: Path) -> None:
        found = _Segments()
        found.apply_file(str(path), locations=True)
        pairs = np.array(sorted(found.pairs))
        a, b = (np.array([found.place[ref] for ref in pairs[:, side]]) for side in (0, 1))
        metres = np.array(GEOD.inv(*a.T, *b.T)[2])
        graph = nx.Graph()
        graph.add_weighted_edges_from(zip(*pairs.T.tolist(), metres.tolist(), strict=True))
        parts = (graph.subgraph(part) for part in nx.connected_components(graph))
        kept = {node for part in parts if part.size("weight") >= ISLAND_M for node in part}
        rows = np.array([one in kept for one in pairs[:, 0].tolist()])
        self.graph = graph.subgraph(kept).copy()
        self.pairs, self.metres = pairs[rows], metres[rows]
        lon, lat = np.vstack([a, b]).mean(axis=0)
        self.project = Transformer.from_crs("EPSG:4326", f"+proj=aeqd +lat_0={lat} +lon_0={lon}", always_xy=True)
        ends = np.stack([np.column_stack(self.project.transform(*end[rows].T)) for end in (a, b)], axis=1)
        self.lines = shapely.linestrings(ends)
        self.tree = shapely.STRtree(self.lines)

    def metres_between(self, sources: np.ndarray, sinks: np.ndarray, *, reach_m: np.ndarray) -> np.ndarray:
        """Return the metres from each source (N, 2 lon/lat) to its nearest sink (M, 2), ``inf`` where none is reached.

        Both ends by a straight leg to the nearest street, of at most 250 m, and `reach_m` (M,) at the sinks.
        """
        points = shapely.points(np.column_stack(self.project.transform(*np.vstack([sources, sinks]).T)))
        leg = np.full(len(points), np.inf)
        (row, line), distance = self.tree.query_nearest(
            points, max_distance=REACH_M, return_distance=True, all_matches=False
        )
        leg[row] = distance
        share = shapely.line_locate_point(self.lines[line], points[row], normalized=True)
        graph = self.graph.copy()
        stops: dict[int, list[tuple[float, str]]] = defaultdict(list)
        for point, on, part in zip(row.tolist(), line.tolist(), share.tolist(), strict=True):
            stops[on].append((part, f"p{point}"))
        for on, places in stops.items():
            chain = [(0.0, int(self.pairs[on, 0])), *sorted(places), (1.0, int(self.pairs[on, 1]))]
            for (start, one), (end, other) in pairwise(chain):
                graph.add_edge(one, other, weight=(end - start) * self.metres[on])
        for point in range(len(sources), len(points)):
            if leg[point] <= reach_m[point - len(sources)]:
                graph.add_edge("sink", f"p{point}", weight=float(leg[point]))
        found = nx.single_source_dijkstra_path_length(graph, "sink") if "sink" in graph else {}
        return np.array([found.get(f"p{row}", np.inf) + leg[row] for row in range(len(sources))])
