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
Ends = npt.NDArray[np.int64]

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
        By default that of the line through `via`.
    via : tuple of (x, y)
        Vertices between its ends, metres.
    halves : int or None
        ``crossing_halves``; by default 2 on a crossing.
    """

    permission: int = Permission.PUBLIC
    crossing: int = Crossing.NONE
    oneway: int = 0
    flags: int = 0
    name: str = ""
    length_mm: int | None = None
    via: tuple[tuple[float, float], ...] = ()
    halves: int | None = None


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


def add_node(network: WalkNetwork, *, x: float, y: float) -> WalkNetwork:
    """Return `network` with a new node (the last one) that no edge ends at yet."""
    return replace(
        network,
        node_x=np.append(network.node_x, x),
        node_y=np.append(network.node_y, y),
        node_id=np.append(network.node_id, new_id(network)),
    )


def add_street(network: WalkNetwork, ends: tuple[int, int], *, street: Street) -> WalkNetwork:
    """Return `network` with a new edge (the last one) between two nodes.

    Raises
    ------
    NetworkError
        If an end does not exist, both are the same, or the length is shorter than the straight line.
    """
    tail, head = ends
    if not (0 <= tail < network.nodes and 0 <= head < network.nodes) or tail == head:
        raise NetworkError(f"a street from node {tail} to node {head}: give two different nodes of the network")
    x, y = (
        np.array([ends_at[tail], *(point[axis] for point in street.via), ends_at[head]], dtype=float)
        for axis, ends_at in enumerate((network.node_x, network.node_y))
    )
    drawn_mm = float(np.hypot(np.diff(x), np.diff(y)).sum()) * 1000.0
    given: Mapping[str, object] = {
        "tail": tail,
        "head": head,
        "length_mm": max(1, round(drawn_mm)) if street.length_mm is None else street.length_mm,
        "permission": street.permission,
        "oneway": street.oneway,
        "crossing": street.crossing,
        "crossing_halves": (0 if street.crossing == Crossing.NONE else 2) if street.halves is None else street.halves,
        "flags": street.flags,
        "way_id": 0,
        "street": street.name,
    }
    return WalkNetwork(
        crs=network.crs,
        **{name: getattr(network, name) for name in _NODES},
        geometry_offsets=np.append(network.geometry_offsets, len(network.geometry_x) + len(x)),
        geometry_x=np.append(network.geometry_x, x),
        geometry_y=np.append(network.geometry_y, y),
        **{name: _longer(array, given.get(name)) for name, array in _by_edge(network).items()},
    )


def edges_of(network: WalkNetwork, edges: Sequence[int] | npt.NDArray[np.int64]) -> WalkNetwork:
    """Return the network of some edges alone, in the order given, with the nodes that they end at, ascending."""
    rows = np.asarray(edges, dtype=np.int64)
    parts = {name: array[rows] for name, array in _by_edge(network).items()}
    nodes, ends = np.unique(np.concatenate([parts["tail"], parts["head"]]), return_inverse=True)
    parts["tail"], parts["head"] = ends[: len(rows)].astype(np.int32), ends[len(rows) :].astype(np.int32)
    offsets, places = _vertices(network, rows)
    return WalkNetwork(
        crs=network.crs,
        **{name: getattr(network, name)[nodes] for name in _NODES},
        geometry_offsets=offsets,
        geometry_x=network.geometry_x[places],
        geometry_y=network.geometry_y[places],
        **parts,
    )


def gathered(
    sources: Sequence[tuple[WalkNetwork, npt.NDArray[np.int64]]], *, order: npt.NDArray[np.int64], ends: Ends
) -> WalkNetwork:
    """Return edges of several networks as one, whose nodes are known by other numbers.

    Parameters
    ----------
    sources : sequence of (WalkNetwork, int64 (N,))
        Which edges of which network.
    order : int64 (E,)
        Of all these edges, one source after the other, the order that is wanted.
    ends : int64 (2, E)
        Where each edge begins and ends, in that order; the nodes are these numbers ascending, each once.
    """
    first = sources[0][0]
    joined = {
        name: np.concatenate([getattr(one, name)[rows] for one, rows in sources])[order] for name in _by_edge(first)
    }
    _, at, own = np.unique(ends.ravel(), return_index=True, return_inverse=True)
    joined["tail"], joined["head"] = own.reshape(2, -1).astype(np.int32)
    for name in _NODES:
        sides = [
            np.concatenate([getattr(one, name)[side[rows]] for one, rows, side in each])[order]
            for each in (
                [(one, rows, one.tail) for one, rows in sources],
                [(one, rows, one.head) for one, rows in sources],
            )
        ]
        joined[name] = np.concatenate(sides)[at]
    sizes, places = zip(*(_vertices(one, rows) for one, rows in sources), strict=True)
    begins = np.concatenate([[0], np.cumsum(np.concatenate([np.diff(size) for size in sizes]))]).astype(np.int64)
    offsets, vertices = _spread(begins, order)
    for name in ("geometry_x", "geometry_y"):
        values = [getattr(one, name)[place] for (one, _), place in zip(sources, places, strict=True)]
        joined[name] = np.concatenate(values)[vertices]
    return WalkNetwork(crs=first.crs, geometry_offsets=offsets, **joined)


def with_edges(
    network: WalkNetwork, part: WalkNetwork, *, edges: npt.NDArray[np.int64], nodes: npt.NDArray[np.int64]
) -> WalkNetwork:
    """Return `network` with the edges of `part` in the place of its `edges` (N,), or added to them.

    `nodes` are the numbers that the nodes of `part` have in it; numbers of new edges and nodes follow the last ones.
    """
    order = np.arange(int(max(network.edges, edges.max(initial=-1) + 1)))
    order[edges] = network.edges + np.arange(len(edges))
    come = nodes >= network.nodes
    joined = {name: np.concatenate([getattr(network, name), getattr(part, name)])[order] for name in _by_edge(network)}
    for name in ("tail", "head"):
        joined[name] = np.concatenate([getattr(network, name), nodes[getattr(part, name)].astype(np.int32)])[order]
    for name in _NODES:
        joined[name] = np.append(getattr(network, name), getattr(part, name)[come])
    begins = np.append(network.geometry_offsets, len(network.geometry_x) + part.geometry_offsets[1:])
    offsets, places = _spread(begins, order)
    for name in ("geometry_x", "geometry_y"):
        joined[name] = np.concatenate([getattr(network, name), getattr(part, name)])[places]
    return WalkNetwork(crs=network.crs, geometry_offsets=offsets, **joined)


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


def _vertices(network: WalkNetwork, rows: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], ...]:
    """Return the offsets of the vertices of some edges, and where they are in the network."""
    return _spread(network.geometry_offsets, rows)


def _spread(begins: npt.NDArray[np.int64], rows: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], ...]:
    """Return the offsets of the parts `rows` of what is laid out from `begins` to `begins`, and where they are."""
    first = begins[rows]
    sizes = begins[rows + 1] - first
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return offsets, np.arange(offsets[-1]) + np.repeat(first - offsets[:-1], sizes)


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
