"""Join street segments between junctions into edges, with numpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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
    alike : int64 (S,)
        Equal on segments that may become one edge.
    directed : bool (S,)
        One-way: only joined head to tail.
    """

    start: Ints
    end: Ints
    run: Ints
    alike: Ints
    directed: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Chains:
    """Edges as chains of segments, C of them.

    Attributes
    ----------
    first : int64 (C,)
        The lowest segment of each chain; it gives the chain its attributes and direction.
    offsets : int64 (C + 1,)
    vertices : int64
        Chain c visits nodes ``vertices[offsets[c]:offsets[c + 1]]``.
    """

    first: Ints
    offsets: Ints
    vertices: Ints


def junctions(segments: Segments, *, keep: Bools) -> Bools:
    """Return, per node, whether an edge must end there; shape of `keep` (V,).

    A node is passed through when exactly two segments meet at it that are alike, neither `keep` nor
    a clash of one-way directions stops them.
    """
    ends = np.concatenate([segments.start, segments.end])
    degree = np.bincount(ends, minlength=len(keep))
    order = np.argsort(ends, kind="stable")
    first = np.cumsum(degree) - degree
    two = np.flatnonzero(degree == 2)
    one, other = order[first[two]], order[first[two] + 1]
    count = len(segments.start)
    same = segments.alike[one % count] == segments.alike[other % count]
    # Sorted stably, starts come before ends: traffic flows through when one is a start and the other an end.
    flows = (one < count) & (other >= count)
    passed = np.zeros(len(keep), dtype=bool)
    passed[two] = same & (flows | ~segments.directed[one % count])
    return keep | ~passed


def _pieces(segments: Segments, *, stops: Bools) -> tuple[Ints, Ints]:
    """Return the first segment of each stretch of a way between stops, and its number of segments."""
    count = len(segments.start)
    fresh = np.ones(count, dtype=bool)
    fresh[1:] = (
        (segments.run[1:] != segments.run[:-1]) | (segments.start[1:] != segments.end[:-1]) | stops[segments.start[1:]]
    )
    first = np.flatnonzero(fresh)
    return first, np.diff(np.append(first, count))


def _mates(tail: Ints, head: Ints, *, stops: Bools) -> npt.NDArray[np.int64]:
    """Return, for end ``2 * piece + (0 tail, 1 head)``, the end it continues in, or -1."""
    ends = np.column_stack([tail, head]).ravel()
    mates = np.full(len(ends), -1, dtype=np.int64)
    loose = np.flatnonzero(~stops[ends])
    loose = loose[np.argsort(ends[loose], kind="stable")]
    mates[loose[0::2]], mates[loose[1::2]] = loose[1::2], loose[0::2]
    return mates


def _follow(mates: list[int], *, end: int, until: int) -> list[int]:
    """Walk from an end of a piece through the pieces joined to it; return the ends entered."""
    entered = []
    while (arrival := mates[end]) >= 0 and arrival // 2 != until:
        entered.append(arrival)
        end = arrival ^ 1
    return entered


def _walks(mates: Ints) -> tuple[Ints, Ints, Ints]:
    """Order the pieces into chains.

    Returns the pieces in walking order, whether each is walked backwards (0, 1), and the chain of each,
    numbered by the chain's lowest piece. Only pieces that continue in another are visited one by one.
    """
    pairs = mates.reshape(-1, 2)
    simple = np.flatnonzero((pairs < 0).all(axis=1))
    links = mates.tolist()
    done: set[int] = set()
    walk: list[tuple[int, int, int]] = []
    for piece in np.flatnonzero((pairs >= 0).any(axis=1)).tolist():
        if piece in done:
            continue
        ahead = _follow(links, end=2 * piece + 1, until=piece)
        behind: list[int] = []
        closed = links[(ahead[-1] ^ 1) if ahead else 2 * piece + 1] == 2 * piece
        if not closed:
            behind = _follow(links, end=2 * piece, until=piece)
        chain = [end ^ 1 for end in reversed(behind)] + [2 * piece, *ahead]
        done.update(end // 2 for end in chain)
        walk += [(piece, end // 2, end % 2) for end in chain]
    joined = np.array(walk, dtype=np.int64).reshape(-1, 3)
    lowest = np.concatenate([simple, joined[:, 0]])
    order = np.argsort(lowest, kind="stable")
    pieces = np.concatenate([simple, joined[:, 1]])[order]
    return pieces, np.concatenate([np.zeros_like(simple), joined[:, 2]])[order], lowest[order]


def contract(segments: Segments, *, keep: Bools) -> Chains:
    """Join segments into chains between junctions; geometry is kept, loops and parallels too.

    Parameters
    ----------
    segments : Segments
    keep : bool (V,)
        Nodes that must stay nodes.

    Returns
    -------
    Chains
        Ordered by their lowest segment. A ring without a junction is cut at the start of its lowest segment.
    """
    if not len(segments.start):
        empty = np.zeros(0, dtype=np.int64)
        return Chains(empty, np.zeros(1, dtype=np.int64), empty)
    stops = junctions(segments, keep=keep)
    first, count = _pieces(segments, stops=stops)
    tail, head = segments.start[first], segments.end[first + count - 1]
    pieces, backwards, lowest = _walks(_mates(tail, head, stops=stops))
    sizes = count[pieces]
    step = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    flip = np.repeat(backwards, sizes) == 1
    walked = np.where(flip, np.repeat(first[pieces] + sizes - 1, sizes) - step, np.repeat(first[pieces], sizes) + step)
    opens = np.flatnonzero(np.diff(lowest, prepend=-1))
    chain = np.cumsum(np.diff(lowest, prepend=-1) != 0) - 1
    offsets = np.concatenate([[0], np.cumsum(np.add.reduceat(sizes, opens) + 1)])
    vertices = np.empty(offsets[-1], dtype=np.int64)
    vertices[offsets[:-1]] = np.where(backwards[opens] == 1, head[pieces[opens]], tail[pieces[opens]])
    places = np.arange(len(walked)) + np.repeat(chain, sizes) + 1
    vertices[places] = np.where(flip, segments.start[walked], segments.end[walked])
    return Chains(first[lowest[opens]], offsets, vertices)
