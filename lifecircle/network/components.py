"""Connected parts of the walking network."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lifecircle.model.network import Bools, EdgeFlag, Ints, Permission, WalkNetwork
from lifecircle.model.travel import WalkProfile
from lifecircle.network.impedance import walkable_edges

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


def joined_islands(network: WalkNetwork, ways: Ints) -> Bools:
    """Return, per edge, whether it is still an island once new ways joined it to the rest; shape (E,).

    An island that new edges `ways` join to streets that are none, or that is 2 km long together with them, is one no
    more; a new edge that joins islands alone is one, too. Streets that were cut off stay what they were.
    """
    open_ = network.permission != Permission.CLOSED
    label = _labels(network, open_=open_)[network.tail]
    island = network.island.copy()
    for component in np.unique(label[ways]).tolist():
        own = open_ & (label == component)
        old = own.copy()
        old[ways] = False
        mainland = bool(np.any(old & ~network.island)) or int(network.length_mm[own].sum()) >= ISLAND_BELOW_MM
        island[own] = not mainland
    return island


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


def walked_parts(network: WalkNetwork, *, profile: WalkProfile, private: bool) -> Ints:
    """Return the connected part that every edge belongs to for a walker, int64 (E,); -1 where it cannot be walked."""
    open_ = walkable_edges(network, profile=profile, private=private)
    return np.where(open_, _labels(network, open_=open_)[network.tail], -1)


def stretches(network: WalkNetwork, chosen: Bools) -> Ints:
    """Return the number of the connected stretch of one street that each of `chosen` edges (E,) belongs to, int64 (E,).

    -1 for other edges. A street is what has one name; ways without a name that meet are one stretch, and so are the
    edges of a gate, whichever ways they belong to. Numbers follow the smallest edge.
    """
    edges = np.flatnonzero(chosen)
    found = np.full(network.edges, -1, dtype=np.int64)
    gate = network.has_flag(EdgeFlag.GATE)[edges]
    # A node counts once for every street that meets there, and once for gates.
    street = np.where(gate, -1, pd.factorize(network.street[edges])[0])
    ends = [np.column_stack([street, node[edges]]) for node in (network.tail, network.head)]
    _, place = np.unique(np.concatenate(ends), axis=0, return_inverse=True)
    place = place.ravel()
    count = int(place.max(initial=-1)) + 1
    links = coo_array((np.ones(len(edges), dtype=np.int8), (place[: len(edges)], place[len(edges) :])), (count, count))
    label = connected_components(links, directed=False)[1][place[: len(edges)]] if count else place
    _, first, number = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    found[edges] = rank[number.ravel()]
    return found
