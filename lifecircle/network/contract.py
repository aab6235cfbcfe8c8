"""Join the segments of a way between junctions into edges, with numpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lifecircle.model.network import Bools, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """Straight pieces between consecutive nodes, S of them, in a canonical order.

    Attributes
    ----------
    start, end : int64 (S,)
        Nodes.
    run : int64 (S,)
        The way they are cut from; segments of one run follow each other.
    kind : int64 (S,)
        The class of that way.
    """

    start: Ints
    end: Ints
    run: Ints
    kind: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Chains:
    """Edges as chains of segments, C of them.

    Attributes
    ----------
    first : int64 (C,)
        The first segment of each chain.
    offsets : int64 (C + 1,)
    vertices : int64
        Chain c visits nodes ``vertices[offsets[c]:offsets[c + 1]]``.
    """

    first: Ints
    offsets: Ints
    vertices: Ints


def contract(segments: Segments, *, keep: Bools) -> Chains:
    """Join segments into chains; geometry is kept, loops and parallels too.

    A chain ends where its way does, where other segments meet it, and at nodes to keep. It is never made of two
    ways, so that every edge is known by the id of one.

    Parameters
    ----------
    segments : Segments
    keep : bool (V,)
        Nodes that must stay nodes.

    Returns
    -------
    Chains
        In the order of their segments.
    """
    count = len(segments.start)
    stops = keep | (np.bincount(np.concatenate([segments.start, segments.end]), minlength=len(keep)) != 2)
    opens = np.ones(count, dtype=bool)
    goes_on = (segments.run[1:] == segments.run[:-1]) & (segments.start[1:] == segments.end[:-1])
    opens[1:] = ~goes_on | stops[segments.start[1:]]
    first = np.flatnonzero(opens)
    offsets = np.append(first, count) + np.arange(len(first) + 1)
    vertices = np.empty(offsets[-1], dtype=np.int64)
    vertices[np.arange(count) + np.cumsum(opens) - 1] = segments.start
    vertices[offsets[1:] - 1] = segments.end[np.append(first, count)[1:] - 1]
    return Chains(first, offsets, vertices)
