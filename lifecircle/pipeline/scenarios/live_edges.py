"""The streets of a place while they change, without a network made anew after every change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lifecircle.model.network import PER_EDGE, Permission, WalkNetwork
from lifecircle.network.components import ISLAND_BELOW_MM
from lifecircle.travel.changes import Cut, Rework
from lifecircle.travel.journal import Journal, Table

if TYPE_CHECKING:
    from lifecircle.scenario.ways import Work

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]

NONE = np.empty(0, dtype=np.int64)


class LiveEdges:
    """The edges of a network while they are cut, closed, opened and added.

    Attributes
    ----------
    table : Table
        All that `WalkNetwork` knows of every edge, under its names; ``line``, as it is drawn, and its ``box``: west,
        south, east, north, in metres; ``begin``, ``size``: its part of the vertices.
    drawn : STRtree
        The edges as they were drawn at the start, by their numbers.
    redrawn : int64 (N,)
        Those that have been laid, cut, closed or opened since, ascending.
    """

    def __init__(self, network: WalkNetwork) -> None:
        self._journal, self._crs, lines = Journal(), network.crs, network.lines()
        self.drawn, self.redrawn, self._known = shapely.STRtree(lines), NONE, network.edges
        self._nodes = Table(self._journal, x=network.node_x, y=network.node_y, id=network.node_id)
        self._vertices = Table(self._journal, x=network.geometry_x, y=network.geometry_y)
        offsets, facts = network.geometry_offsets, {name: getattr(network, name) for name in PER_EDGE}
        self.table = Table(self._journal, **facts, **_drawn(lines), begin=offsets[:-1], size=np.diff(offsets))

    def near(self, xy: Floats, *, within_m: float) -> Ints:
        """Return the edges, ascending, whose boxes come within `within_m` of the box of points (N, 2), as `around`."""
        if not len(xy):
            return NONE
        (west, south), (east, north) = xy.min(axis=0) - within_m, xy.max(axis=0) + within_m
        known = np.sort(self.drawn.query(shapely.box(west, south, east, north)))
        return self._with_new(known, np.array([[west, south, east, north]]))

    def around(self, boxes: Floats, *, within_m: float) -> Ints:
        """Return the edges, ascending, whose boxes come within `within_m` of any of some boxes (N, 4).

        What is left of an edge that was cut is returned where the whole edge came so near.
        """
        wider = boxes + np.array([-within_m, -within_m, within_m, within_m])
        known = np.unique(self.drawn.query(shapely.box(*wider.T))[1])
        return self._with_new(known, wider)

    def _with_new(self, known: Ints, boxes: Floats) -> Ints:
        """Return `known` edges and those that came later and whose boxes touch any of some boxes (N, 4)."""
        own = self.table["box"][self._known : len(self.table)]
        if not len(own):
            return known
        (west, south, east, north), theirs = own.T[:, :, None], boxes.T
        touch = (west <= theirs[2]) & (east >= theirs[0]) & (south <= theirs[3]) & (north >= theirs[1])
        return np.concatenate([known, self._known + np.flatnonzero(np.any(touch, axis=1))])

    def boxes(self, edges: Ints) -> Floats:
        """Return west, south, east, north of edges (N,), shape (N, 4)."""
        found: Floats = self.table["box"][edges]
        return found

    def tree(self, edges: Ints) -> shapely.STRtree:
        """Return some edges (N,), as they are drawn, ready to be searched by their rows."""
        return shapely.STRtree(self.table["line"][edges])

    def of_way(self, way: int) -> Ints:
        """Return the edges that come from a way, ascending."""
        return np.flatnonzero(self.table["way_id"][: len(self.table)] == way)

    def streets(self, edges: Ints) -> tuple[WalkNetwork, Ints]:
        """Return some edges (N,), ascending, as a network of their own, and its nodes' numbers in the whole."""
        facts = {name: self.table[name][edges] for name in PER_EDGE}
        ends = np.concatenate([facts["tail"], facts["head"]])
        nodes = np.unique(ends)
        facts["tail"], facts["head"] = np.searchsorted(nodes, ends).astype(np.int32).reshape(2, -1)
        size = self.table["size"][edges]
        offsets = np.append(0, np.cumsum(size))
        places = np.arange(offsets[-1]) + np.repeat(self.table["begin"][edges] - offsets[:-1], size)
        network = WalkNetwork(
            crs=self._crs,
            node_x=self._nodes["x"][nodes],
            node_y=self._nodes["y"][nodes],
            node_id=self._nodes["id"][nodes],
            geometry_offsets=offsets,
            geometry_x=self._vertices["x"][places],
            geometry_y=self._vertices["y"][places],
            **facts,
        )
        return network, nodes

    def follow(self, work: Work, *, edges: Ints, nodes: Ints) -> tuple[Rework, Ints]:
        """Follow work on the small network of `edges` and `nodes` (N,), ascending, until it is taken back.

        Returns
        -------
        rework : Rework
            The same for a search.
        ways : int64 (W,)
            What the work's ways are called in the whole.
        """
        draft, (part, own, places) = work.draft, work.draft.part()
        come = draft.nodes - len(nodes)
        numbers = np.append(edges, len(self.table) + np.arange(draft.edges - len(edges)))
        called = np.append(nodes, len(self._nodes) + np.arange(come))[places]
        self._journal.begin()
        new = {"x": part.node_x, "y": part.node_y, "id": part.node_id}
        self._nodes.append(come, **{name: values[part.nodes - come :] for name, values in new.items()})
        first = self._vertices.append(len(part.geometry_x), x=part.geometry_x, y=part.geometry_y)
        self.table.grow(draft.edges - len(edges))
        facts = {name: getattr(part, name) for name in PER_EDGE}
        facts |= {"tail": called[part.tail], "head": called[part.head]}
        offsets, before = part.geometry_offsets, self.redrawn
        self.redrawn = np.union1d(before, numbers[own]) if len(before) else numbers[own]
        self._journal.note(lambda: setattr(self, "redrawn", before))
        self.table.put(numbers[own], **facts, **_drawn(part.lines()), begin=first + offsets[:-1], size=np.diff(offsets))
        cuts = tuple(Cut(int(numbers[one.edge]), one.offset_mm, int(numbers[one.rest])) for one in work.cuts)
        return Rework(part, numbers[own], called, cuts), numbers[[*work.ways]]

    def join_islands(self, ways: Ints, *, near: Ints | None = None) -> Ints:
        """Follow what ways (N,), new or opened, join, as `components.joined_islands` does.

        `near` are all edges that they may meet, where that is known. Edges that are no island any more are returned.
        """
        if self._among_streets(ways, near=near):
            return NONE
        own, streets = self._met(ways)
        ends, beside = (np.stack([self.table[end][edges] for end in ("tail", "head")]) for edges in (own, streets))
        nodes, place = np.unique(ends, return_inverse=True)
        label = connected_components(coo_array((np.ones(len(own)), place.reshape(2, -1)), [len(nodes)] * 2))[1]
        of_edge = label[place.reshape(2, -1)[0]]
        length = np.bincount(of_edge, weights=self.table["length_mm"][own], minlength=len(nodes))
        mainland = length >= ISLAND_BELOW_MM
        mainland[label[np.isin(nodes, beside)]] = True
        changed = self.table["island"][own] == mainland[of_edge]
        self.table.put(own[changed], island=~mainland[of_edge[changed]])
        return own[changed & mainland[of_edge]]

    def take_back(self) -> None:
        """Take back what was followed last, bit for bit."""
        self._journal.roll_back()

    def _among_streets(self, ways: Ints, *, near: Ints | None) -> bool:
        """Say whether every way (N,) meets an older street and none an island, as is so of by far the most."""
        if near is None:
            near = self.near(self.boxes(ways).reshape(-1, 2), within_m=0.0)
        near = near[self.table["permission"][near] != Permission.CLOSED]
        tail, head, island = (self.table[name][near].tolist() for name in ("tail", "head", "island"))
        new, older, islands = set(ways.tolist()), set[int](), set[int]()
        for edge, start, end, cut_off in zip(near.tolist(), tail, head, island, strict=True):
            if edge not in new:
                (islands if cut_off else older).update((start, end))
        ends = list(zip(self.table["tail"][ways].tolist(), self.table["head"][ways].tolist(), strict=True))
        return all(islands.isdisjoint(own) and not older.isdisjoint(own) for own in ends)

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
        near = self.around(self.boxes(edges), within_m=0.0)
        near, ends = near[permission[near] != Permission.CLOSED], np.concatenate([tail[edges], head[edges]])
        return near[np.isin(tail[near], ends) | np.isin(head[near], ends)]


def _drawn(lines: Shapes) -> dict[str, Any]:
    """Return lines (N,) and their boxes, as arrays of a table."""
    return {"line": lines, "box": shapely.bounds(lines).reshape(-1, 4)}
