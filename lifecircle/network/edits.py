"""Streets closed, opened, cut in two and added: always a new network, never a changed one.

Nodes and edges keep their numbers; what is new comes last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from lifecircle.model.network import PER_EDGE, Permission, WalkNetwork
from lifecircle.network.draft import NODES, Draft, Street, check_edge, laid_out


def with_permission(network: WalkNetwork, edge: int | Sequence[int], *, permission: Permission) -> WalkNetwork:
    """Return `network` with another permission on one edge, or on some.

    Raises
    ------
    NetworkError
        If there is no such edge.
    """
    edges = [edge] if isinstance(edge, int) else list(edge)
    for one in edges:
        check_edge(network.edges, one)
    changed = network.permission.copy()
    changed[edges] = permission
    return replace(network, permission=changed)


def split_edge(network: WalkNetwork, edge: int, *, offset_mm: int) -> WalkNetwork:
    """Return `network` with a new node (the last one) on an edge, as `Draft.cut`; NetworkError as there."""
    draft = Draft(network)
    draft.cut(edge, offset_mm)
    return draft.network()


def add_street(network: WalkNetwork, ends: tuple[int, int], *, street: Street) -> WalkNetwork:
    """Return `network` with a new edge (the last one) between two nodes, as `Draft.add_street`.

    Raises
    ------
    NetworkError
        As there, and if the street is shorter than the straight line.
    """
    draft = Draft(network)
    draft.add_street(ends, street)
    return draft.network()


def edges_of(network: WalkNetwork, edges: Sequence[int] | npt.NDArray[np.int64]) -> WalkNetwork:
    """Return the network of some edges alone, in the order given, with the nodes that they end at, ascending."""
    rows = np.asarray(edges, dtype=np.int64)
    parts = {name: getattr(network, name)[rows] for name in PER_EDGE}
    nodes, ends = np.unique(np.concatenate([parts["tail"], parts["head"]]), return_inverse=True)
    parts["tail"], parts["head"] = ends.reshape(2, -1).astype(np.int32)
    offsets, places = laid_out(network.geometry_offsets, rows)
    return WalkNetwork(
        crs=network.crs,
        **{name: getattr(network, name)[nodes] for name in NODES},
        geometry_offsets=offsets,
        geometry_x=network.geometry_x[places],
        geometry_y=network.geometry_y[places],
        **parts,
    )
