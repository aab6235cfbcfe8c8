"""Points that stand at junctions, and facilities there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.city import City
from lifecircle.model.network import WalkNetwork
from lifecircle.model.travel import Impedance, Snapped, TravelMode, WalkProfile
from lifecircle.network.impedance import make_impedance
from lifecircle.travel.nearest import Endpoints
from lifecircle.travel.search import Arcs, arcs_to_facilities

Ints = npt.NDArray[np.int64]

WALKER = WalkProfile("adult", 4.8)
# 1200 m at 4.8 km/h.
CUTOFF_MS = 900_000


def impedance(network: WalkNetwork) -> Impedance:
    """Return what the edges take an adult."""
    return make_impedance(network, mode=TravelMode("ms", WALKER))


def arcs(network: WalkNetwork) -> Arcs:
    """Return the arcs that every candidate searches."""
    return arcs_to_facilities(network, impedance(network), cutoff=CUTOFF_MS)


def at_nodes(network: WalkNetwork, nodes: Ints) -> Snapped:
    """Return points that stand at `nodes`, one a row."""
    edge, offset = np.empty(network.nodes, dtype=np.int64), np.zeros(network.nodes, dtype=np.int64)
    edge[network.head], offset[network.head] = np.arange(network.edges), network.length_mm
    edge[network.tail], offset[network.tail] = np.arange(network.edges), 0
    count = len(nodes)
    return Snapped(
        owner=np.arange(count),
        x=network.node_x[nodes].copy(),
        y=network.node_y[nodes].copy(),
        edge=edge[nodes],
        offset_mm=offset[nodes],
        access_mm=np.zeros(count, dtype=np.int64),
        reason=np.zeros(count, dtype=np.uint8),
        crosses_wall=np.zeros(count, dtype=bool),
    )


def endpoints(network: WalkNetwork, nodes: Ints, *, kind: str | None = None) -> Endpoints:
    """Return rows that stand at `nodes`, facilities of one type where `kind` names it."""
    kinds = None if kind is None else np.full(len(nodes), kind, dtype=object)
    return Endpoints(pd.RangeIndex(len(nodes)), at_nodes(network, nodes), kinds)


def some_nodes(city: City, count: int) -> Ints:
    """Return `count` nodes of the city, ascending; always the same ones."""
    return np.sort(np.random.default_rng(count).choice(city.network.nodes, count, replace=False))
