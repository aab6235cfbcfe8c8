"""Connected parts of the walking network."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lifecircle.model.network import Bools, Ints, Permission, WalkNetwork

ISLAND_BELOW_MM = 2_000_000


def _labels(network: WalkNetwork, *, open_: Bools) -> Ints:
    """Return the component of every node, joined by open edges only."""
    ends = network.tail[open_], network.head[open_]
    links = coo_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(network.nodes, network.nodes))
    return connected_components(links, directed=False)[1].astype(np.int64)


def find_islands(network: WalkNetwork) -> Bools:
    """Return, per edge, whether it lies in a component with less than 2 km of walkable length; shape (E,).

    Walkable is public or private; closed edges join nothing and are no islands. Call it on everything
    that was loaded, before clipping: a cut-off street is not an island.
    """
    if not network.edges:
        return np.zeros(0, dtype=bool)
    open_ = network.permission != Permission.CLOSED
    label = _labels(network, open_=open_)[network.tail]
    length = np.zeros(network.nodes, dtype=np.int64)
    np.add.at(length, label[open_], network.length_mm[open_])
    return open_ & (length[label] < ISLAND_BELOW_MM)


def component_report(network: WalkNetwork) -> pd.DataFrame:
    """List the connected parts of the walkable network, longest first.

    Returns
    -------
    DataFrame
        One row per component: ``edges, length_m, island, way_id`` (its lowest OSM way); ties by way.
    """
    open_ = network.permission != Permission.CLOSED
    label = _labels(network, open_=open_)[network.tail[open_]]
    size = np.bincount(label, minlength=network.nodes)
    length, way = np.zeros(len(size), dtype=np.int64), np.full(len(size), np.iinfo(np.int64).max)
    np.add.at(length, label, network.length_mm[open_])
    np.minimum.at(way, label, network.way_id[open_])
    island = np.zeros(len(size), dtype=bool)
    island[label[network.island[open_]]] = True
    order = np.lexsort((way, -length))
    order = order[size[order] > 0]
    return pd.DataFrame(
        {"edges": size[order], "length_m": length[order] / 1000.0, "island": island[order], "way_id": way[order]}
    )
