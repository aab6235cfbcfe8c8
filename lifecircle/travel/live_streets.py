"""A network that changes while it is searched: streets and their costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from lifecircle.engine import ready
from lifecircle.errors import NetworkError
from lifecircle.model.network import Permission, WalkNetwork
from lifecircle.model.travel import Impedance
from lifecircle.network.draft import Street, check_edge, with_edges
from lifecircle.network.edits import add_street, edges_of, split_edge, with_permission
from lifecircle.travel import update_kernels as kernels
from lifecircle.travel.changes import Joint
from lifecircle.travel.journal import Journal, Table
from lifecircle.travel.live_arrays import Graph

Ints = npt.NDArray[np.int64]
Price: TypeAlias = Callable[[WalkNetwork], Impedance]
_Part: TypeAlias = tuple[WalkNetwork, int]  # an edge as a row of a small network

NONE = np.empty(0, dtype=np.int64)
_COSTS = ("forward", "backward", "rate_forward", "rate_backward")


class LiveStreets:
    """Nodes, edges with what they cost each walker in both directions, and which edges end where.

    Attributes
    ----------
    nodes : Table
        ``begin``, ``degree``: the node's part of `pool`.
    edges : Table
        ``tail``, ``head``, ``length``; ``door`` and ``origin``: the first point of the two lists of points on the
        edge, -1 where there is none.
    costs : tuple of Table
        For each walker the four arrays of `Impedance`.
    rate_legs : tuple of float
        For each walker, as in `Impedance`.
    pool : Table
        ``edge``.
    """

    def __init__(self, journal: Journal, network: WalkNetwork, *, prices: Sequence[Price]) -> None:
        self._journal, self._prices = journal, tuple(prices)
        self._base = self._built = network
        self._edits: list[Callable[[WalkNetwork], WalkNetwork]] = []
        self._folded = 0
        self._parts: dict[int, _Part] = {}  # of edges that are not those of the base
        self._empty = edges_of(network, [])
        impedances = [price(network) for price in prices]
        self.rate_legs = tuple(impedance.rate_leg for impedance in impedances)
        self.costs = tuple(Table(journal, **_costs(impedance)) for impedance in impedances)
        ends = np.concatenate([network.tail, network.head]).astype(np.int64)
        order = np.argsort(ends, kind="stable")
        degree = np.bincount(ends, minlength=network.nodes)
        none = np.full(network.edges, -1, dtype=np.int64)
        self.nodes = Table(journal, begin=np.cumsum(degree) - degree, degree=degree)
        self.pool = Table(journal, edge=order % max(network.edges, 1))
        self.edges = Table(
            journal,
            tail=network.tail.astype(np.int64),
            head=network.head.astype(np.int64),
            length=network.length_mm,
            door=none,
            origin=none,
        )

    def graph(self, walker: int) -> Graph:
        """Return the arrays that the kernels walk on."""
        return Graph(self.nodes.rows, self.pool["edge"], self.edges.rows, self.costs[walker].rows)

    @property
    def network(self) -> WalkNetwork:
        """The network as it is now; built when it is asked for."""
        for edit in self._edits[self._folded :]:
            self._built = edit(self._built)
        self._folded = len(self._edits)
        return self._built

    def parts(self, edge: Ints, offset: Ints, *, leaving: bool) -> list[dict[str, Ints]]:
        """Return for each walker what `update_kernels.parts` does."""
        walkers = range(len(self.costs))
        found = [ready(kernels.parts)(edge, offset, self.graph(walker), leaving) for walker in walkers]
        return [{"by_tail": by_tail, "by_head": by_head} for by_tail, by_head in found]

    def ends_at(self, edges: Ints) -> Ints:
        """Return the nodes at the ends of edges (N,), shape (2 N,)."""
        return np.concatenate([self.edges["tail"][edges], self.edges["head"][edges]])

    def set_permission(self, edge: int, permission: Permission) -> None:
        """Give an edge another permission and the costs that follow from it."""
        check_edge(len(self.edges), edge)
        part = with_permission(self._part(edge), 0, permission=permission)
        self._edit(lambda network: with_permission(network, edge, permission=permission), {edge: (part, 0)})
        self._put_costs(np.array([edge]), part)

    def check_joint(self, joint: Joint) -> None:
        """Refuse a place that is not on the network (NetworkError)."""
        if joint.node < 0:
            check_edge(len(self.edges), joint.edge)
            length = int(self.edges["length"][joint.edge])
            if not 0 <= joint.offset_mm <= length:
                raise NetworkError(f"edge {joint.edge} is {length} mm long: there is no place at {joint.offset_mm} mm")
        elif joint.node >= len(self.nodes):
            raise NetworkError(f"node {joint.node}: the network has nodes 0 to {len(self.nodes) - 1}")

    def node_at(self, joint: Joint) -> int:
        """Return the node where `joint` is, -1 where an edge must be cut for it."""
        if joint.node >= 0:
            return joint.node
        if joint.offset_mm == 0:
            return int(self.edges["tail"][joint.edge])
        return int(self.edges["head"][joint.edge]) if joint.offset_mm == self.edges["length"][joint.edge] else -1

    def rework(self, part: WalkNetwork, *, edges: Ints, nodes: Ints) -> None:
        """Put the edges of `part` in the place of `edges`, or add them; see `changes.Rework`."""
        known = len(self.edges)
        for name, own, there in (("edges", edges.tolist(), known), ("nodes", nodes.tolist(), len(self.nodes))):
            new = [number for number in own if number >= there]
            if new != list(range(there, there + len(new))) or any(one >= other for one, other in pairwise(own)):
                raise NetworkError(f"reworked {name} do not follow the {there} that there are: number them in order")
        parts = {edge: (part, row) for row, edge in enumerate(edges.tolist())}
        self._edit(lambda network: with_edges(network, part, edges=edges, nodes=nodes), parts)
        ends = nodes[part.tail], nodes[part.head]
        before = self.ends_at(edges[edges < known])
        same = np.array_equal(before, np.concatenate(ends))
        come = int(nodes.max(initial=-1)) + 1 - len(self.nodes)
        if come > 0:
            self.nodes.append(come, begin=0, degree=0)
        if len(edges) and edges[-1] >= known:
            self.edges.append(int(edges[-1]) + 1 - known, tail=0, head=0, length=0, door=-1, origin=-1)
        self.edges.put(edges, tail=ends[0], head=ends[1], length=part.length_mm)
        self._put_costs(edges, part)
        if not same:
            self._attach_all(edges, nodes=np.unique(np.concatenate([before, *ends])))

    def split(self, edge: int, offset_mm: int) -> tuple[int, int]:
        """Cut an edge; return the new node and the new edge, the part beyond the node."""
        both = split_edge(self._part(edge), 0, offset_mm=offset_mm)
        node, rest = len(self.nodes), len(self.edges)
        self._edit(
            lambda network: split_edge(network, edge, offset_mm=offset_mm),
            {edge: (both, 0), rest: (both, 1)},
        )
        head, length = int(self.edges["head"][edge]), int(self.edges["length"][edge])
        self.nodes.append(1, begin=0, degree=0)
        self.edges.append(1, tail=node, head=head, length=length - offset_mm, door=-1, origin=-1)
        self.edges.put(edge, head=node, length=offset_mm)
        self._put_costs(np.array([edge, rest]), both)
        begin, degree = int(self.nodes["begin"][head]), int(self.nodes["degree"][head])
        own = self.pool["edge"][begin : begin + degree]
        self.pool.put(begin + int(np.flatnonzero(own == edge)[0]), edge=rest)
        self._attach(node, edge, rest)
        return node, rest

    def add(self, tail: int, head: int, *, street: Street) -> int:
        """Add a street between two nodes and return its edge (NetworkError where both are the same)."""
        if tail == head:
            raise NetworkError(f"a street from node {tail} to node {head}: give two different nodes of the network")
        part = add_street(self._nodes_alone(tail, head), (0, 1), street=street)
        edge = len(self.edges)
        self._edit(lambda network: add_street(network, (tail, head), street=street), {edge: (part, 0)})
        self.edges.append(1, tail=tail, head=head, length=int(part.length_mm[0]), door=-1, origin=-1)
        self._put_costs(np.array([edge]), part)
        self._attach(tail, edge)
        self._attach(head, edge)
        return edge

    def _put_costs(self, edges: Ints, part: WalkNetwork) -> None:
        """Write what `edges` (N,), those of `part` in its order, cost each walker; there may be more than before."""
        for price, costs in zip(self._prices, self.costs, strict=True):
            if len(costs) < len(self.edges):
                costs.grow(len(self.edges) - len(costs))
            costs.put(edges, **_costs(price(part)))

    def _attach(self, node: int, *edges: int) -> None:
        """Give a node more edges: its part of the pool moves to the end, where there is room."""
        begin, degree = int(self.nodes["begin"][node]), int(self.nodes["degree"][node])
        own = [*self.pool["edge"][begin : begin + degree].tolist(), *edges]
        self.nodes.put(node, begin=self.pool.append(len(own), edge=np.array(own)), degree=len(own))

    def _attach_all(self, edges: Ints, *, nodes: Ints) -> None:
        """Give `nodes`, ascending, the edges that end there now; of those that did, `edges` (N,) may have gone."""
        own = set(edges.tolist())
        starts, degrees = self.nodes["begin"][nodes].tolist(), self.nodes["degree"][nodes].tolist()
        lists = [
            [edge for edge in self.pool["edge"][begin : begin + degree].tolist() if edge not in own]
            for begin, degree in zip(starts, degrees, strict=True)
        ]
        places = np.searchsorted(nodes, self.ends_at(edges)).tolist()
        for edge, place in zip([*edges.tolist(), *edges.tolist()], places, strict=True):
            lists[place].append(edge)
        sizes = np.array([len(each) for each in lists])
        first = self.pool.append(int(sizes.sum()), edge=np.array([edge for each in lists for edge in each]))
        self.nodes.put(nodes, begin=first + np.cumsum(sizes) - sizes, degree=sizes)

    def _part(self, edge: int) -> WalkNetwork:
        """Return an edge as a network of its own."""
        network, row = self._parts.get(edge, (self._base, edge))
        return network if network.edges == 1 else edges_of(network, [row])

    def _nodes_alone(self, *nodes: int) -> WalkNetwork:
        """Return a network of nodes without an edge."""
        x, y = zip(*(self._place(node) for node in nodes), strict=True)
        return replace(self._empty, node_x=np.array(x), node_y=np.array(y), node_id=-np.array(nodes))

    def _place(self, node: int) -> tuple[float, float]:
        network, row = self._base, node
        if node >= self._base.nodes:
            edge = int(self.pool["edge"][self.nodes["begin"][node]])
            network, part = self._parts[edge]
            row = int((network.tail if self.edges["tail"][edge] == node else network.head)[part])
        return float(network.node_x[row]), float(network.node_y[row])

    def _edit(self, edit: Callable[[WalkNetwork], WalkNetwork], parts: dict[int, _Part]) -> None:
        """Remember how the network changed, and the edges as they are now."""
        before = {edge: self._parts.get(edge) for edge in parts}
        self._parts.update(parts)
        self._edits.append(edit)
        self._journal.note(lambda: self._take_back(before))

    def _take_back(self, parts: dict[int, _Part | None]) -> None:
        for edge, part in parts.items():
            if part is None:
                del self._parts[edge]
            else:
                self._parts[edge] = part
        self._edits.pop()
        if self._folded > len(self._edits):
            self._built, self._folded = self._base, 0


def _costs(impedance: Impedance) -> dict[str, npt.NDArray[Any]]:
    return {name: getattr(impedance, name) for name in _COSTS}
