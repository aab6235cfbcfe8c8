"""Where walks cross roads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lifecircle.model.network import EdgeFlag
from lifecircle.travel.route import crossing_runs

if TYPE_CHECKING:
    from lifecircle.model.network import WalkNetwork
    from lifecircle.model.route import Route

    Ints = npt.NDArray[np.int64]

# Crossings of one kind this near to each other are one place.
SAME_CROSSING_M = 10.0


def crossing_places(
    network: WalkNetwork, routes: Sequence[Route], *, people: npt.NDArray[np.float64]
) -> gpd.GeoDataFrame:
    """Return the places where walks cross roads, those of one kind within a few metres as one.

    Parameters
    ----------
    network : WalkNetwork
    routes : sequence of Route
    people : float64
        Of every route; NaN where unknown.

    Returns
    -------
    GeoDataFrame
        ``kind`` (signals, marked or unmarked), ``walks``, ``people``, a point; in the network's CRS.
    """
    roads = _met_by_roads(network)
    met = [
        (kind, number, spot)
        for number, route in enumerate(routes)
        for passed in (_passed(network, route),)
        for kind, run in crossing_runs(network, route.edge)
        for spot in _spots(network, run, roads=roads, passed=passed)
    ]
    rows = []
    for kind in ("signals", "marked", "unmarked"):
        own = [(number, spot) for name, number, spot in met if name == kind]
        points = shapely.points(np.array([spot for _, spot in own], dtype=float).reshape(-1, 2))
        for members in _clusters(points):
            walkers = sorted({own[member][0] for member in members.tolist()})
            middle = shapely.Point(np.unique(shapely.get_coordinates(points[members]), axis=0).mean(axis=0))
            rows.append((kind, len(walkers), float(people[walkers].sum()), middle))
    frame = pd.DataFrame([row[:3] for row in rows], columns=["kind", "walks", "people"])
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([row[3] for row in rows], crs=network.crs))


def _met_by_roads(network: WalkNetwork) -> npt.NDArray[np.bool_]:
    """Return which junctions lie on a way that is not for walkers alone."""
    road = ~network.has_flag(EdgeFlag.FOOTWAY) & ~network.has_flag(EdgeFlag.SQUARE)
    met = np.zeros(network.nodes, dtype=bool)
    met[network.tail[road]] = met[network.head[road]] = True
    return met


def _passed(network: WalkNetwork, route: Route) -> set[int]:
    """Return the junctions that a walk comes through: it may begin or end in the middle of an edge."""
    whole = network.length_mm[route.edge]
    ends = [network.tail[route.edge[at == 0]] for at in (route.start_mm, route.end_mm)]
    ends += [network.head[route.edge[at == whole]] for at in (route.start_mm, route.end_mm)]
    return set(np.concatenate(ends).tolist())


def _spots(
    network: WalkNetwork, run: Ints, *, roads: npt.NDArray[np.bool_], passed: set[int]
) -> list[tuple[float, float]]:
    """Return where a crossing is: junctions with roads at the ends of its edges; the middle of a way that none cuts.

    Of an edge that makes half a crossing, the end that the next edge of the crossing shares, where there is one.
    """
    ends = [(int(network.tail[edge]), int(network.head[edge])) for edge in run]
    touched = Counter(node for pair in ends for node in set(pair))
    nodes: set[int] = set()
    for edge, pair in zip(run.tolist(), ends, strict=True):
        met = sorted({node for node in pair if roads[node]}, key=lambda node: (-touched[node], node))
        nodes.update(met[: int(network.crossing_halves[edge])])
    edge = int(run[len(run) // 2])
    if nodes or network.crossing_halves[edge] < 2:
        return [(float(network.node_x[node]), float(network.node_y[node])) for node in sorted(nodes & passed)]
    middle = shapely.line_interpolate_point(network.lines(np.array([edge]))[0], 0.5, normalized=True)
    return [(float(middle.x), float(middle.y))]


def _clusters(points: npt.NDArray[np.object_]) -> list[Ints]:
    """Return groups of points that hang together by steps of at most `SAME_CROSSING_M`."""
    if not len(points):
        return []
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    one, two = shapely.STRtree(points).query(points, predicate="dwithin", distance=SAME_CROSSING_M)
    near = coo_array((np.ones(len(one)), (one, two)), shape=(len(points), len(points)))
    count, label = connected_components(near, directed=False)
    return [np.flatnonzero(label == number) for number in range(count)]
