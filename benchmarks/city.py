"""Made-up street networks for benchmarks: a perturbed grid of blocks, in the order that the network room gives nodes.

Blocks of 75 m whose corners are moved, a quarter of the streets taken away, the largest connected part kept:
mean degree about 3, streets of about 38, 77 and 116 m at the 1st, 50th and 99th percentile.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lifecircle.model.network import WalkNetwork

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SPACING_M = 75.0
MOVED_M = 23.0
REMOVED = 0.24
KINDS = 25
CRS_M = CRS.from_epsg(32650)


@dataclass(frozen=True, slots=True, eq=False)
class City:
    """A network and where its facilities stand.

    Attributes
    ----------
    network : WalkNetwork
        V nodes, straight edges, all public.
    facilities : tuple of int64 arrays
        Nodes of the facilities of each of 25 types: from V / 10000 to V / 100 of them, ascending.
    """

    network: WalkNetwork
    facilities: tuple[Ints, ...]


def _streets(side: int, rng: np.random.Generator) -> tuple[Floats, Ints, Ints]:
    """Return node places (side**2, 2) and the ends of the streets that stay."""
    column, row = np.meshgrid(np.arange(side), np.arange(side))
    xy = np.column_stack([column.ravel(), row.ravel()]) * SPACING_M + rng.uniform(-MOVED_M, MOVED_M, (side * side, 2))
    number = np.arange(side * side).reshape(side, side)
    tail = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    head = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    stays = rng.random(len(tail)) >= REMOVED
    return xy, tail[stays], head[stays]


def _hilbert(xy: Floats) -> Ints:
    """Return the order of points along a Hilbert curve."""
    points = gpd.GeoSeries(shapely.points(xy))
    return np.argsort(points.hilbert_distance().to_numpy(), kind="stable")


@functools.lru_cache(maxsize=1)
def city(nodes: int) -> City:
    """Return the city of about `nodes` nodes; always the same one."""
    rng = np.random.default_rng(nodes)
    xy, tail, head = _streets(round((nodes * 1.017) ** 0.5), rng)
    graph = coo_array((np.ones(len(tail)), (tail, head)), shape=(len(xy), len(xy)))
    part = connected_components(graph, directed=False)[1]
    kept = np.flatnonzero(part == np.bincount(part).argmax())
    kept = kept[_hilbert(xy[kept])]
    number = np.full(len(xy), -1)
    number[kept] = np.arange(len(kept))
    inside = number[tail] >= 0
    tail, head = number[tail[inside]], number[head[inside]]
    order = np.lexsort((head, tail))
    network = _network(xy[kept], tail[order], head[order])
    counts = np.geomspace(len(kept) / 10_000, len(kept) / 100, KINDS).round().astype(int)
    places = tuple(np.sort(rng.choice(len(kept), max(1, count), replace=False)) for count in counts)
    return City(network, places)


def _network(xy: Floats, tail: Ints, head: Ints) -> WalkNetwork:
    edges = len(tail)
    length = np.hypot(*(xy[tail] - xy[head]).T)
    ends = np.stack([xy[tail], xy[head]], axis=1).reshape(-1, 2)
    return WalkNetwork(
        crs=CRS_M,
        node_x=xy[:, 0].copy(),
        node_y=xy[:, 1].copy(),
        node_id=np.arange(len(xy)),
        tail=tail.astype(np.int32),
        head=head.astype(np.int32),
        length_mm=np.maximum(1, np.rint(length * 1000)).astype(np.int64),
        permission=np.zeros(edges, dtype=np.uint8),
        oneway=np.zeros(edges, dtype=np.int8),
        crossing=np.zeros(edges, dtype=np.uint8),
        flags=np.zeros(edges, dtype=np.uint8),
        way_id=np.arange(edges),
        street=np.full(edges, "", dtype=object),
        island=np.zeros(edges, dtype=bool),
        geometry_offsets=np.arange(0, 2 * edges + 1, 2),
        geometry_x=ends[:, 0].copy(),
        geometry_y=ends[:, 1].copy(),
    )
