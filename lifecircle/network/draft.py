"""Streets laid, cut, closed and opened one after another on a network, which is built when it is asked for.

Nodes and edges keep their numbers; what is new comes last.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import dist
from typing import Any, TypeAlias

import numpy as np

from lifecircle.errors import NetworkError
from lifecircle.model.network import PER_EDGE, Crossing, Ints, Permission, WalkNetwork

Line: TypeAlias = list[tuple[float, float]]  # its vertices, metres

NODES = ("node_x", "node_y", "node_id")


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


class Draft:
    """A network under way; the one that it starts from is not changed.

    Attributes
    ----------
    nodes, edges : int
        How many there are now.
    """

    def __init__(self, network: WalkNetwork) -> None:
        self._base, self.nodes, self.edges = network, network.nodes, network.edges
        self._places: list[tuple[float, float]] = []  # of new nodes
        self._facts: dict[int, dict[str, Any]] = {}  # of edges that are new or changed: one value an array
        self._lines: dict[int, Line] = {}  # theirs

    def copy(self) -> Draft:
        """Return another draft that has come as far; neither follows the other from here on."""
        other = Draft(self._base)
        other.nodes, other.edges = self.nodes, self.edges
        other._places, other._facts, other._lines = [*self._places], {**self._facts}, {**self._lines}
        return other

    def ends(self, edge: int) -> tuple[int, int]:
        """Return the tail and the head of an edge."""
        own = self._facts.get(edge)
        if own is None:
            return int(self._base.tail[edge]), int(self._base.head[edge])
        return own["tail"], own["head"]

    def length_mm(self, edge: int) -> int:
        """Return the length of an edge."""
        own = self._facts.get(edge)
        return int(self._base.length_mm[edge]) if own is None else own["length_mm"]

    def add_node(self, x: float, y: float) -> int:
        """Add a node that no edge ends at yet, and return it."""
        self._places.append((x, y))
        self.nodes += 1
        return self.nodes - 1

    def cut(self, edge: int, offset_mm: int) -> tuple[int, int]:
        """Put a new node on an edge.

        The edge becomes the part from its tail to the node, a new one the rest. Both have all that the edge had, but
        a crossing stays with the longer part alone (the first of equals).

        Returns
        -------
        node, rest : int

        Raises
        ------
        NetworkError
            If there is no such edge, or `offset_mm` does not lie strictly between its ends.
        """
        check_edge(self.edges, edge)
        whole = self.length_mm(edge)
        if not 0 < offset_mm < whole:
            raise NetworkError(f"edge {edge} is {whole} mm long and cannot be cut at {offset_mm} mm")
        own, line = self._known(edge)
        first, second = _halves(line, share=offset_mm / whole)
        node, rest = self.add_node(*second[0]), self.edges
        near = own | {"head": node, "length_mm": offset_mm}
        far = own | {"tail": node, "length_mm": whole - offset_mm}
        (far if 2 * offset_mm >= whole else near)["crossing"] = Crossing.NONE
        self._facts |= {edge: near, rest: far}
        self._lines |= {edge: first, rest: second}
        self.edges += 1
        return node, rest

    def add_street(self, ends: tuple[int, int], street: Street) -> int:
        """Add an edge between two nodes and return it.

        Raises
        ------
        NetworkError
            If an end does not exist, or both are the same.
        """
        tail, head = ends
        if not (0 <= tail < self.nodes and 0 <= head < self.nodes) or tail == head:
            raise NetworkError(f"a street from node {tail} to node {head}: give two different nodes of the network")
        line = [self._place(tail), *street.via, self._place(head)]
        drawn_mm = _along(line)[-1] * 1000.0
        halves = (0 if street.crossing == Crossing.NONE else 2) if street.halves is None else street.halves
        self._facts[self.edges] = dict.fromkeys(PER_EDGE, 0) | {
            "tail": tail,
            "head": head,
            "length_mm": max(1, round(drawn_mm)) if street.length_mm is None else street.length_mm,
            "permission": street.permission,
            "oneway": street.oneway,
            "crossing": street.crossing,
            "crossing_halves": halves,
            "flags": street.flags,
            "street": street.name,
        }
        self._lines[self.edges] = line
        self.edges += 1
        return self.edges - 1

    def permit(self, edges: Iterable[int], permission: Permission) -> None:
        """Give edges another permission (NetworkError if there is no such edge)."""
        for edge in edges:
            check_edge(self.edges, edge)
            own, line = self._known(edge)
            self._facts[edge], self._lines[edge] = own | {"permission": permission}, line

    def part(self) -> tuple[WalkNetwork, Ints, Ints]:
        """Return what is new or otherwise than before, alone (NetworkError as `network`).

        Returns
        -------
        part : WalkNetwork
        edges, nodes : int64 (E,), (V,)
            The numbers of its edges and nodes, ascending.
        """
        base, edges = self._base, sorted(self._facts)
        facts, lines = [self._facts[edge] for edge in edges], [self._lines[edge] for edge in edges]
        ends = [[own["tail"] for own in facts], [own["head"] for own in facts]]
        nodes = sorted({*ends[0], *ends[1], *range(base.nodes, self.nodes)})
        row = {node: place for place, node in enumerate(nodes)}
        values = {name: [own[name] for own in facts] for name in PER_EDGE}
        values |= {"tail": [row[node] for node in ends[0]], "head": [row[node] for node in ends[1]]}
        drawn = np.array([place for line in lines for place in line], dtype=float).reshape(-1, 2)
        known, come = nodes[: len(nodes) - len(self._places)], np.array(self._places, dtype=float).reshape(-1, 2)
        part = WalkNetwork(
            crs=base.crs,
            node_x=np.append(base.node_x[known], come[:, 0]),
            node_y=np.append(base.node_y[known], come[:, 1]),
            node_id=np.append(base.node_id[known], new_id(base) - np.arange(len(come))),
            geometry_offsets=np.array([*accumulate(map(len, lines), initial=0)], dtype=np.int64),
            geometry_x=drawn[:, 0].copy(),
            geometry_y=drawn[:, 1].copy(),
            **{name: np.array(own, dtype=getattr(base, name).dtype) for name, own in values.items()},
        )
        return part, np.array(edges, dtype=np.int64), np.array(nodes, dtype=np.int64)

    def network(self) -> WalkNetwork:
        """Return the network as it is now (NetworkError if a street is shorter than the straight line)."""
        if not self._facts and not self._places:
            return self._base
        part, edges, nodes = self.part()
        return with_edges(self._base, part, edges=edges, nodes=nodes)

    def _known(self, edge: int) -> tuple[dict[str, Any], Line]:
        """Return all that is known of an edge, and its vertices."""
        if edge in self._facts:
            return self._facts[edge], self._lines[edge]
        facts = {name: getattr(self._base, name)[edge] for name in PER_EDGE}
        return facts | {"tail": int(facts["tail"]), "head": int(facts["head"])}, _line(self._base, edge)

    def _place(self, node: int) -> tuple[float, float]:
        base = self._base
        if node >= base.nodes:
            return self._places[node - base.nodes]
        return float(base.node_x[node]), float(base.node_y[node])


def check_edge(edges: int, edge: int) -> None:
    """Refuse the number of an edge that a network of `edges` edges does not have (NetworkError)."""
    if not 0 <= edge < edges:
        raise NetworkError(f"edge {edge}: the network has edges 0 to {edges - 1}")


def new_id(network: WalkNetwork) -> int:
    """Return an id for a new node: below 0 and below every other, so that it is no id of OpenStreetMap."""
    return min(0, int(network.node_id.min(initial=0))) - 1


def laid_out(begins: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """Return the offsets of the parts `rows` of what is laid out from `begins` to `begins`, and where they are."""
    first = begins[rows]
    sizes = begins[rows + 1] - first
    offsets = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum(sizes, out=offsets[1:])
    return offsets, np.arange(offsets[-1]) + np.repeat(first - offsets[:-1], sizes)


def with_edges(network: WalkNetwork, part: WalkNetwork, *, edges: Ints, nodes: Ints) -> WalkNetwork:
    """Return `network` with the edges of `part` in the place of its `edges` (N,), or added to them.

    `nodes` are the numbers that the nodes of `part` have in it; numbers of new edges and nodes follow the last ones.
    """
    order = np.arange(int(max(network.edges, edges.max(initial=-1) + 1)))
    order[edges] = network.edges + np.arange(len(edges))
    come = nodes >= network.nodes
    joined = {name: np.concatenate([getattr(network, name), getattr(part, name)])[order] for name in PER_EDGE}
    for name in ("tail", "head"):
        joined[name] = np.concatenate([getattr(network, name), nodes[getattr(part, name)].astype(np.int32)])[order]
    for name in NODES:
        joined[name] = np.append(getattr(network, name), getattr(part, name)[come])
    begins = np.append(network.geometry_offsets, len(network.geometry_x) + part.geometry_offsets[1:])
    offsets, places = laid_out(begins, order)
    for name in ("geometry_x", "geometry_y"):
        joined[name] = np.concatenate([getattr(network, name), getattr(part, name)])[places]
    return WalkNetwork(crs=network.crs, geometry_offsets=offsets, **joined)


def _line(network: WalkNetwork, edge: int) -> Line:
    """Return the vertices of an edge."""
    own = slice(int(network.geometry_offsets[edge]), int(network.geometry_offsets[edge + 1]))
    return list(zip(network.geometry_x[own].tolist(), network.geometry_y[own].tolist(), strict=True))


def _along(line: Line) -> list[float]:
    """Return how far along a line each of its vertices lies."""
    return list(accumulate((dist(*each) for each in pairwise(line)), initial=0.0))


def _halves(line: Line, *, share: float) -> tuple[Line, Line]:
    """Return the two parts of a line, of at least two vertices each."""
    along = _along(line)
    place = share * along[-1]
    before = min(bisect_right(along, place) - 1, len(line) - 2)
    step, (x, y), (far_x, far_y) = along[before + 1] - along[before], line[before], line[before + 1]
    part = (place - along[before]) / step if step > 0 else 0.5
    point = x + part * (far_x - x), y + part * (far_y - y)
    return [*line[: before + 1], point], [point, *line[before + 1 :]]
