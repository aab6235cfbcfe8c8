"""What the kernels of incremental updates walk on: named arrays, some with room to grow behind the rows in use."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# Of a junction or residence that is not reached, of a direction that is not walkable; above every key.
FAR = 2**62


class Costs(NamedTuple):
    """What the edges cost one walker, as in `Impedance`, and how long they are."""

    length: Ints
    forward: Ints
    backward: Ints
    rate_forward: Floats
    rate_backward: Floats


class Graph(NamedTuple):
    """Streets, and the edges at every junction: junction v owns ``pool[begin[v]:begin[v] + degree[v]]``."""

    begin: Ints
    degree: Ints
    pool: Ints
    tail: Ints
    head: Ints
    costs: Costs


class Chains(NamedTuple):
    """Points in lists by edge: ``first[edge]``, then ``following[point]``, -1 at the end; and the edge of each."""

    first: Ints
    following: Ints
    edge: Ints


class Seen(NamedTuple):
    """What says how far points look: their places and owners (-1: gone), how they are joined."""

    x: Floats
    y: Floats
    owner: Ints
    edge: Ints
    crosses_wall: npt.NDArray[np.bool_]
    access_mm: Ints


class Doors(NamedTuple):
    """Facility entrances in lists by edge: ``first[edge]``, then ``following[door]``, -1 at the end.

    ``kind`` is the number of the facility's type, -1 where nobody asks for it; parts and legs as in `ends.Ends`.
    """

    first: Ints
    following: Ints
    kind: Ints
    rank: Ints
    offset: Ints
    leg: Ints
    by_tail: Ints
    by_head: Ints


class Origins(NamedTuple):
    """Residence entrances in lists by edge; residence r owns points ``begin[r]:begin[r + 1]``."""

    first: Ints
    following: Ints
    begin: Ints
    owner: Ints
    edge: Ints
    offset: Ints
    leg: Ints
    by_tail: Ints
    by_head: Ints


class Rule(NamedTuple):
    """Of one column: the number of its type, the scale of its keys, the greatest value."""

    kind: int
    scale: int
    cutoff: int


class Region(NamedTuple):
    """Where a change can be felt first.

    The columns concerned and the number of the type of each; junctions at the ends of every edge that was added,
    removed or changed, or has a door that was; those edges; residences whose own points changed; ``stamp`` (R,), in
    which they are marked when found.
    """

    columns: Ints
    kinds: Ints
    junctions: Ints
    edges: Ints
    owners: Ints
    stamp: Ints


class Size(NamedTuple):
    """The scale of keys, the greatest value, and the number of this turn (they are K apart)."""

    scale: int
    cutoff: int
    turn: int
