"""Edges cut where a new way meets them, and the way laid from one place to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from lifecircle.network.edits import Street, add_node, add_street, split_edge
from lifecircle.scenario.ground import RefusedError
from lifecircle.travel.changes import Cut, Joint

if TYPE_CHECKING:
    from lifecircle.model.network import WalkNetwork
    from lifecircle.scenario.ways import Work


@dataclass(frozen=True, slots=True)
class Stop:
    """A place of the network as it was before the way was laid."""

    joint: Joint


@dataclass(frozen=True, slots=True)
class Free:
    """A place where nothing was: a dead end, the foot of a flight of stairs."""

    x: float
    y: float


def lay(work: Work, stops: Sequence[Stop | Free], *, streets: Sequence[Street]) -> Work:
    """Cut the edges at the stops and lay a street between each two of them.

    Free places come first; of every part its start is cut, then its end, then it is laid.

    Raises
    ------
    RefusedError
        If nothing of it is left because all its stops are one place.
    """
    network, cuts, ways = work.network, list[Cut](), list[int]()
    nodes: list[int] = []
    for stop in stops:
        if isinstance(stop, Free):
            network = add_node(network, x=stop.x, y=stop.y)
        nodes.append(network.nodes - 1 if isinstance(stop, Free) else -1)
    for (first, second), street in zip(pairwise(range(len(stops))), streets, strict=True):
        before = network, list(nodes), len(cuts)
        for at in (first, second):
            network, nodes[at] = _at(stops[at], nodes[at], network=network, cuts=cuts)
        if nodes[first] == nodes[second]:
            network, nodes = before[0], before[1]
            del cuts[before[2] :]
            continue
        network = add_street(network, (nodes[first], nodes[second]), street=street)
        ways.append(network.edges - 1)
    if not ways:
        raise RefusedError("all of it lies at one junction: draw it from one street to another")
    return replace(
        work,
        network=network,
        ways=(*work.ways, *ways),
        cuts=(*work.cuts, *cuts),
    )


def _now(stop: Stop | Free, node: int, *, cuts: Sequence[Cut], network: WalkNetwork) -> Joint:
    """Return where a stop is on the network as it is now."""
    if node >= 0:
        return Joint(node=node)
    assert isinstance(stop, Stop)  # noqa: S101  # free places have a node
    edge, offset = stop.joint.edge, stop.joint.offset_mm
    for cut in cuts:
        if cut.edge == edge and offset > cut.offset_mm:
            edge, offset = cut.rest, offset - cut.offset_mm
    if offset == 0:
        return Joint(node=int(network.tail[edge]))
    return Joint(node=int(network.head[edge])) if offset == network.length_mm[edge] else Joint(-1, edge, offset)


def _at(stop: Stop | Free, node: int, *, network: WalkNetwork, cuts: list[Cut]) -> tuple[WalkNetwork, int]:
    """Return the network with a node at a stop, and the node."""
    joint = _now(stop, node, cuts=cuts, network=network)
    if joint.node >= 0:
        return network, joint.node
    cuts.append(Cut(joint.edge, joint.offset_mm, network.edges))
    network = split_edge(network, joint.edge, offset_mm=joint.offset_mm)
    return network, network.nodes - 1
