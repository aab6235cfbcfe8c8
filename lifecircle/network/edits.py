"""Streets closed, opened, cut in two and added: always a new network, never a changed one.

Nodes and edges keep their numbers; what is new comes last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from lifecircle.errors import NetworkError
from lifecircle.model.network import Crossing, Floats, Permission, WalkNetwork

Arrays = dict[str, npt.NDArray[Any]]

_NODES = ("node_x", "node_y", "node_id")
_GEOMETRY = ("geometry_offsets", "geometry_x", "geometry_y")


@dataclass(frozen=True, slots=True)
class Street:
    """What is known of a new edge.

    Attributes
    ----------
    permission, crossing, oneway, flags : int
        As in `WalkNetwork`.
    name : str
    length_mm : int or None
        By default that of the straight line.
    """

    permission: int = Permission.PUBLIC
    crossing: int = Crossing.NONE
    oneway: int = 0
    flags: int = 0
    name: str = ""
    length_mm: int | None = None


def with_permission(network: WalkNetwork, edge: int, *, permission: Permission) -> WalkNetwork:
    """Return `network` with another permission on one edge.

    Raises
    ------
    NetworkError
        If there is no such edge.
    """
    check_edge(network.edges, edge)
    changed = network.permission.copy()
    changed[edge] = permission
    return replace(network, permission=changed)


def split_edge(network: WalkNetwork, edge: int, *, offset_mm: int) -> WalkNetwork:
    """Return `network` with a new node on an edge.

    Edge `edge` becomes the part from its tail to the new node (the last node), the new last edge is the rest. Both
    have all that the edge had, but a crossing stays with the longer part alone (the first of equals).

    Raises
    ------
    NetworkError
        If there is no such edge, or `offset_mm` does not lie strictly between its ends.
    """
    check_edge(network.edges, edge)
    whole = int(network.length_mm[edge])
    if not 0 < offset_mm < whole:
        raise NetworkError(f"edge {edge} is {whole} mm long and cannot be cut at {offset_mm} mm")
    node, rest = network.nodes, network.edges
    parts = {name: np.append(array, array[edge]) for name, array in _by_edge(network).items()}
    parts["head"][edge] = parts["tail"][rest] = node
    parts["length_mm"][[edge, rest]] = offset_mm, whole - offset_mm
    parts["crossing"][rest if 2 * offset_mm >= whole else edge] = Crossing.NONE
    line = _line(network, edge)
    first, second = _cut(line, share=offset_mm / whole)
    offsets, begin = network.geometry_offsets.copy(), int(network.geometry_offsets[edge])
    offsets[edge + 1 :] += len(first) - len(line)
    lines = [
        np.concatenate([xy[:begin], first[:, axis], xy[begin + len(line) :], second[:, axis]])
        for axis, xy in enumerate((network.geometry_x, network.geometry_y))
    ]
    return WalkNetwork(
        crs=network.crs,
        node_x=np.append(network.node_x, second[0, 0]),
        node_y=np.append(network.node_y, second[0, 1]),
        node_id=np.append(network.node_id, new_id(network)),
        geometry_offsets=np.append(offsets, offsets[-1] + len(second)),
        geometry_x=lines[0],
        geometry_y=lines[1],
        **parts,
    )


def add_street(network: WalkNetwork, ends: tuple[int, int], *, street: Street) -> WalkNetwork:
    """Return `network` with a straight new edge (the last one) between two nodes.

    Raises
    ------
    NetworkError
        If an end does not exist, both are the same, or the length is shorter than the straight line.
    """
    tail, head = ends
    if not (0 <= tail < network.nodes and 0 <= head < network.nodes) or tail == head:
        raise NetworkError(f"a street from node {tail} to node {head}: give two different nodes of the network")
    x, y = network.node_x[[tail, head]], network.node_y[[tail, head]]
    straight_mm = float(np.hypot(x[1] - x[0], y[1] - y[0])) * 1000.0
    given: Mapping[str, object] = {
        "tail": tail,
        "head": head,
        "length_mm": max(1, round(straight_mm)) if street.length_mm is None else street.length_mm,
        "permission": street.permission,
        "oneway": street.oneway,
        "crossing": street.crossing,
        "crossing_halves": 0 if street.crossing == Crossing.NONE else 2,
        "flags": street.flags,
        "way_id": 0,
        "street": street.name,
    }
    return WalkNetwork(
        crs=network.crs,
        **{name: getattr(network, name) for name in _NODES},
        geometry_offsets=np.append(network.geometry_offsets, len(network.geometry_x) + 2),
        geometry_x=np.append(network.geometry_x, x),
        geometry_y=np.append(network.geometry_y, y),
        **{name: _longer(array, given.get(name)) for name, array in _by_edge(network).items()},
    )


def edges_of(network: WalkNetwork, edges: Sequence[int]) -> WalkNetwork:
    """Return the network of some edges alone, in the order given, with the nodes that they end at, ascending."""
    rows = np.asarray(edges, dtype=np.int64)
    parts = {name: array[rows] for name, array in _by_edge(network).items()}
    nodes, ends = np.unique(np.concatenate([parts["tail"], parts["head"]]), return_inverse=True)
    parts["tail"], parts["head"] = ends[: len(rows)].astype(np.int32), ends[len(rows) :].astype(np.int32)
    lines = [_line(network, edge) for edge in rows.tolist()]
    xy = np.concatenate(lines) if lines else np.empty((0, 2))
    return WalkNetwork(
        crs=network.crs,
        **{name: getattr(network, name)[nodes] for name in _NODES},
        geometry_offsets=np.cumsum([0, *map(len, lines)]),
        geometry_x=xy[:, 0].copy(),
        geometry_y=xy[:, 1].copy(),
        **parts,
    )


def check_edge(edges: int, edge: int) -> None:
    """Refuse the number of an edge that a network of `edges` edges does not have (NetworkError)."""
    if not 0 <= edge < edges:
        raise NetworkError(f"edge {edge}: the network has edges 0 to {edges - 1}")


def new_id(network: WalkNetwork) -> int:
    """Return an id for a new node: below 0 and below every other, so that it is no id of OpenStreetMap."""
    return min(0, int(network.node_id.min(initial=0))) - 1


def _by_edge(network: WalkNetwork) -> Arrays:
    """Return the arrays with one value per edge."""
    values = {field.name: getattr(network, field.name) for field in fields(network)}
    return {
        name: value
        for name, value in values.items()
        if isinstance(value, np.ndarray) and name not in (*_NODES, *_GEOMETRY)
    }


def _longer(array: npt.NDArray[Any], value: object) -> npt.NDArray[Any]:
    """Return `array` with one more value, the type's zero if it is None."""
    more = np.zeros(1, dtype=array.dtype)
    if value is not None:
        more[0] = value
    return np.concatenate([array, more])


def _line(network: WalkNetwork, edge: int) -> Floats:
    """Return the vertices of an edge (P, 2)."""
    own = slice(int(network.geometry_offsets[edge]), int(network.geometry_offsets[edge + 1]))
    return np.column_stack([network.geometry_x[own], network.geometry_y[own]])


def _cut(line: Floats, *, share: float) -> tuple[Floats, Floats]:
    """Return the two parts of a line (P, 2), of at least two vertices each."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    place = share * along[-1]
    before = min(int(np.searchsorted(along, place, side="right")) - 1, len(line) - 2)
    step = along[before + 1] - along[before]
    part = (place - along[before]) / step if step > 0 else 0.5
    point = line[before] + part * (line[before + 1] - line[before])
    return np.vstack([line[: before + 1], point]), np.vstack([point, line[before + 1 :]])
