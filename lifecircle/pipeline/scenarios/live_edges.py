"""The streets of a place while they change, without a network made anew after every change."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lifecircle.model.network import Permission
from lifecircle.network.components import ISLAND_BELOW_MM
from lifecircle.network.edits import edges_of, gathered
from lifecircle.scenario.ways import edge_boxes
from lifecircle.travel.changes import Cut, Rework
from lifecircle.travel.journal import Journal, Table

if TYPE_CHECKING:
    from lifecircle.model.network import WalkNetwork
    from lifecircle.scenario.ways import Work

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SIDES = ("west", "south", "east", "north")
NONE = np.empty(0, dtype=np.int64)


class LiveEdges:
    """The edges of a network while they are cut, closed, opened and added.

    Attributes
    ----------
    table : Table
        ``west``, ``south``, ``east``, ``north`` in metres; ``tail``, ``head``, ``way``, ``length``, ``permission``,
        ``island`` as in `WalkNetwork`; ``part``, ``row``: where the edge is drawn.
    """

    def __init__(self, network: WalkNetwork) -> None:
        self._journal, self._nodes, self._parts = Journal(), network.nodes, [network]
        boxes = dict(zip(SIDES, edge_boxes(network).T, strict=True))
        rows = np.arange(network.edges)
        self.table = Table(self._journal, **boxes, **_facts(network), part=np.zeros_like(rows), row=rows)

    def near(self, xy: Floats, *, within_m: float, first: int = 0) -> Ints:
        """Return the edges, from `first` on, whose boxes come within `within_m` of the box of points (N, 2)."""
        if not len(xy):
            return NONE
        west, south, east, north = (self.table[side][first : len(self.table)] for side in SIDES)
        low, high = xy.min(axis=0) - within_m, xy.max(axis=0) + within_m
        rows = np.flatnonzero((west <= high[0]) & (east >= low[0]))
        return first + rows[(south[rows] <= high[1]) & (north[rows] >= low[1])]

    def boxes(self, edges: Ints) -> Floats:
        """Return west, south, east, north of edges (N,), shape (N, 4)."""
        return np.column_stack([self.table[side][edges] for side in SIDES])

    def of_way(self, way: int) -> Ints:
        """Return the edges that come from a way, ascending."""
        return np.flatnonzero(self.table["way"][: len(self.table)] == way)

    def streets(self, edges: Ints) -> tuple[WalkNetwork, Ints]:
        """Return some edges (N,), ascending, as a network of their own, and its nodes' numbers in the whole."""
        part, row = self.table["part"][edges], self.table["row"][edges]
        parts = np.unique(part).tolist() or [0]
        places = [np.flatnonzero(part == number) for number in parts]
        sources = [(self._parts[number], row[own]) for number, own in zip(parts, places, strict=True)]
        order = np.argsort(np.concatenate(places), kind="stable")
        ends = np.stack([self.table["tail"][edges], self.table["head"][edges]])
        network, island = gathered(sources, order=order, ends=ends), self.table["island"][edges]
        if not np.array_equal(island, network.island):
            network = replace(network, island=island)
        return network, np.unique(ends)

    def follow(self, work: Work, *, edges: Ints, nodes: Ints) -> tuple[Rework, Ints]:
        """Follow work on the small network of `edges` and `nodes` (N,), ascending, until it is taken back.

        Returns
        -------
        rework : Rework
            The same for a search.
        numbers : int64 (E,)
            What the edges of the work's network are called in the whole.
        """
        network, known, own = work.network, len(edges), work.changed
        numbers = np.append(edges, len(self.table) + np.arange(network.edges - known))
        called = np.append(nodes, self._nodes + np.arange(network.nodes - len(nodes)))
        part = edges_of(network, own)
        self._journal.begin()
        self._journal.note(functools.partial(self._restore, self._nodes))
        self._nodes += network.nodes - len(nodes)
        self._parts.append(part)
        facts = _facts(network) | {"tail": called[network.tail], "head": called[network.head]}
        if network.edges > known:
            new = {name: fact[known:] for name, fact in facts.items()}
            self.table.append(network.edges - known, **dict.fromkeys((*SIDES, "part", "row"), 0), **new)
        bounds = shapely.bounds(part.lines()).reshape(-1, 4).T
        told = {name: facts[name][own] for name in ("tail", "head", "length", "permission")}
        told |= {"part": np.array(len(self._parts) - 1), "row": np.arange(len(own))}
        self.table.put(numbers[own], **dict(zip(SIDES, bounds, strict=True)), **told)
        cuts = tuple(Cut(int(numbers[one.edge]), one.offset_mm, int(numbers[one.rest])) for one in work.cuts)
        ends = np.unique(np.concatenate([network.tail[own], network.head[own]]))
        return Rework(part, numbers[own], called[ends], cuts), numbers

    def join_islands(self, ways: Ints) -> Ints:
        """Follow what ways (N,), new or opened, join, as `components.joined_islands` does.

        Edges that are no island any more are returned.
        """
        own, streets = self._met(ways)
        ends, beside = (np.stack([self.table[end][edges] for end in ("tail", "head")]) for edges in (own, streets))
        if not self.table["island"][own].any() and np.isin(ends, beside).any(axis=0).all():
            return NONE  # by far the most
        nodes, place = np.unique(ends, return_inverse=True)
        label = connected_components(coo_array((np.ones(len(own)), place.reshape(2, -1)), [len(nodes)] * 2))[1]
        of_edge = label[place.reshape(2, -1)[0]]
        length = np.bincount(of_edge, weights=self.table["length"][own], minlength=len(nodes))
        mainland = length >= ISLAND_BELOW_MM
        mainland[label[np.isin(nodes, beside)]] = True
        changed = self.table["island"][own] == mainland[of_edge]
        self.table.put(own[changed], island=~mainland[of_edge[changed]])
        return own[changed & mainland[of_edge]]

    def take_back(self) -> None:
        """Take back what was followed last, bit for bit."""
        self._journal.roll_back()

    def _restore(self, nodes: int) -> None:
        self._nodes = nodes
        self._parts.pop()

    def _met(self, ways: Ints) -> tuple[Ints, Ints]:
        """Return `ways` with the islands that they are joined to, ascending, and what else they or these meet."""
        own, front, others = np.unique(ways), ways, [NONE]
        while len(front):
            met = np.setdiff1d(self._meeting(front), own)
            island = self.table["island"][met]
            front, own = met[island], np.union1d(own, met[island])
            others.append(met[~island])
        return own, np.unique(np.concatenate(others))

    def _meeting(self, edges: Ints) -> Ints:
        """Return the open edges that end where any of some edges (N,) do, ascending."""
        tail, head, permission = (self.table[name] for name in ("tail", "head", "permission"))
        near = self.near(self.boxes(edges).reshape(-1, 2), within_m=0.0)
        near, ends = near[permission[near] != Permission.CLOSED], np.concatenate([tail[edges], head[edges]])
        return near[np.isin(tail[near], ends) | np.isin(head[near], ends)]


def _facts(network: WalkNetwork) -> dict[str, npt.NDArray[np.generic]]:
    return {
        "tail": network.tail,
        "head": network.head,
        "way": network.way_id,
        "length": network.length_mm,
        "permission": network.permission,
        "island": network.island,
    }
