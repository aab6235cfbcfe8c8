"""Edges cut where a new way meets them, and the way laid from one place to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from lifecircle.scenario.ground import RefusedError
from lifecircle.travel.changes import Cut, Joint

if TYPE_CHECKING:
    from lifecircle.network.draft import Draft, Street
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
    draft, cuts, ways = work.draft.copy(), list[Cut](), list[int]()
    nodes = [draft.add_node(stop.x, stop.y) if isinstance(stop, Free) else -1 for stop in stops]
    for (first, second), street in zip(pairwise(range(len(stops))), streets, strict=True):
        start, end = (_now(stops[at], nodes[at], cuts=cuts, draft=draft) for at in (first, second))
        if start == end:
            continue
        nodes[first] = _node(start, draft=draft, cuts=cuts)
        nodes[second] = _node(_now(stops[second], nodes[second], cuts=cuts, draft=draft), draft=draft, cuts=cuts)
        ways.append(draft.add_street((nodes[first], nodes[second]), street))
    if not ways:
        raise RefusedError("all of it lies at one junction: draw it from one street to another")
    return replace(work, draft=draft, ways=(*work.ways, *ways), cuts=(*work.cuts, *cuts))


def _now(stop: Stop | Free, node: int, *, cuts: Sequence[Cut], draft: Draft) -> Joint:
    """Return where a stop is as the streets are now: at a node if there is one."""
    if node >= 0:
        return Joint(node=node)
    assert isinstance(stop, Stop)  # noqa: S101  # free places have a node
    edge, offset = stop.joint.edge, stop.joint.offset_mm
    for cut in cuts:
        if cut.edge == edge and offset > cut.offset_mm:
            edge, offset = cut.rest, offset - cut.offset_mm
    tail, head = draft.ends(edge)
    if offset == 0:
        return Joint(node=tail)
    return Joint(node=head) if offset == draft.length_mm(edge) else Joint(-1, edge, offset)


def _node(joint: Joint, *, draft: Draft, cuts: list[Cut]) -> int:
    """Return the node at a joint; where there is none, the edge is cut and `cuts` gets one more."""
    if joint.node >= 0:
        return joint.node
    node, rest = draft.cut(joint.edge, joint.offset_mm)
    cuts.append(Cut(joint.edge, joint.offset_mm, rest))
    return node
