"""Snapped points as starts and ends of trips: the parts of edges between a point and its junctions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lifecircle.errors import NetworkError
from lifecircle.model.network import Permission, WalkNetwork
from lifecircle.model.travel import Impedance, Snapped

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Larger than every key; a sum with it never passes a limit.
FAR = np.int64(2**60)


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """Snapped points with the cost of their legs and of their ways to or from the two junctions.

    N points, in the order of the table they come from; unsnapped points are left out.

    Attributes
    ----------
    point : int64 (N,)
        Row of the ``Snapped`` table.
    owner, edge, offset_mm : int64 (N,)
        As there.
    tail, head : int64 (N,)
        Junctions at the ends of the edge.
    leg : int64 (N,)
        Access or egress leg.
    by_tail, by_head : int64 (N,)
        Part of the edge between the point and the junction, in the walking direction; `FAR` where that
        direction is not walkable.
    private : bool (N,)
        The edge is a private way.
    """

    point: Ints
    owner: Ints
    edge: Ints
    offset_mm: Ints
    tail: Ints
    head: Ints
    leg: Ints
    by_tail: Ints
    by_head: Ints
    private: Bools


def part_of_edge(impedance: Impedance, edge: Ints, *, part_mm: Ints, length_mm: Ints, forward: Bools) -> Ints:
    """Return the cost of `part_mm` along edges, rounded once; `FAR` where the direction is not walkable.

    The whole length costs what the whole edge does. Standing at the very place is no walk: it needs an edge that is
    walkable at all, not a direction. All arguments have shape (N,); `length_mm` is that of the edges.
    """
    ahead, back = impedance.forward[edge], impedance.backward[edge]
    whole = np.where(forward, ahead, back)
    rate = np.where(forward, impedance.rate_forward[edge], impedance.rate_backward[edge])
    part = np.where(part_mm == length_mm, whole, np.rint(rate * part_mm).astype(np.int64))
    there = (part_mm == 0) & (ahead + back > 0)
    return np.where(there, 0, np.where(whole > 0, part, FAR))


def ends_of(snapped: Snapped, network: WalkNetwork, *, impedance: Impedance, leaving: bool) -> Ends:
    """Return the snapped points of `snapped` as `Ends`.

    `leaving` says that the walk goes from the points to the junctions (residences), not to the points
    (facilities).

    Raises
    ------
    NetworkError
        If the points or the impedance belong to another network.
    """
    if len(impedance.forward) != network.edges:
        raise NetworkError(f"impedance of {len(impedance.forward)} edges for a network of {network.edges}: rebuild it")
    point = np.flatnonzero(snapped.edge >= 0)
    edge, offset = snapped.edge[point], snapped.offset_mm[point]
    if len(edge) and (edge.max() >= network.edges or np.any(offset > network.length_mm[edge])):
        raise NetworkError("points were snapped to another network: snap them again")
    length = network.length_mm[edge]
    towards_head = np.full(len(edge), leaving)
    return Ends(
        point=point,
        owner=snapped.owner[point],
        edge=edge,
        offset_mm=offset,
        tail=network.tail[edge].astype(np.int64),
        head=network.head[edge].astype(np.int64),
        leg=np.rint(impedance.rate_leg * snapped.access_mm[point]).astype(np.int64),
        by_tail=part_of_edge(impedance, edge, part_mm=offset, length_mm=length, forward=~towards_head),
        by_head=part_of_edge(impedance, edge, part_mm=length - offset, length_mm=length, forward=towards_head),
        private=network.permission[edge] == Permission.PRIVATE,
    )


def subset(ends: Ends, keep: Ints) -> Ends:
    """Return the points at positions `keep`."""
    return Ends(**{name: getattr(ends, name)[keep] for name in Ends.__slots__})


def along_shared_edges(
    residences: Ends, facilities: Ends, *, network: WalkNetwork, impedance: Impedance
) -> tuple[Ints, Ints, Ints]:
    """Return the walks that never leave an edge: positions in `residences`, in `facilities`, and what they take."""
    order = np.argsort(facilities.edge, kind="stable")
    edges = facilities.edge[order]
    shared = np.zeros(network.edges, dtype=bool)
    shared[edges] = True
    beside = np.flatnonzero(shared[residences.edge])
    low = np.searchsorted(edges, residences.edge[beside], side="left")
    count = np.searchsorted(edges, residences.edge[beside], side="right") - low
    origin = np.repeat(beside, count)
    within = np.arange(len(origin)) - np.repeat(np.cumsum(count) - count, count)
    rank = order[np.repeat(low, count) + within]
    ahead = facilities.offset_mm[rank] - residences.offset_mm[origin]
    edge = residences.edge[origin]
    walk = part_of_edge(impedance, edge, part_mm=np.abs(ahead), length_mm=network.length_mm[edge], forward=ahead > 0)
    open_ = np.flatnonzero(walk < FAR)
    origin, rank = origin[open_], rank[open_]
    return origin, rank, residences.leg[origin] + walk[open_] + facilities.leg[rank]
