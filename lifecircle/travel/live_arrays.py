"""What the kernels of incremental updates walk on: arrays and tables, some with room to grow behind the rows in use.

Tables are arrays of rows (`journal.Table.rows`): what is asked of one thing lies together, and a kernel that hands its
arrays on to another counts who uses each, so that few are quicker than many.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.void]

# Of a junction or residence that is not reached, of a direction that is not walkable; above every key.
FAR = 2**62


class Graph(NamedTuple):
    """Streets, and the edges at every junction: junction v owns ``pool[v.begin:v.begin + v.degree]``.

    ``nodes``, ``edges`` and the ``costs`` of one walker are rows of the tables of `LiveStreets`.
    """

    nodes: Rows
    pool: Ints
    edges: Rows
    costs: Rows


class Chains(NamedTuple):
    """Points in lists by edge: ``first[edge]``, then ``following[point]``, -1 at the end; and the edge of each."""

    first: Ints
    following: Ints
    edge: Ints


class Seen(NamedTuple):
    """What says how far points look: rows of two tables of `LivePoints`."""

    places: Rows
    points: Rows


class Doors(NamedTuple):
    """Facility entrances in lists by edge: ``door`` of the edge, then ``following`` of the entrance, -1 at the end.

    Rows of the tables of `LivePoints`; ``kind`` is the number of the facility's type, -1 where nobody asks for it.
    """

    points: Rows
    ends: Rows


class Origins(NamedTuple):
    """Residence entrances in lists by edge, as `Doors`; residence r owns points ``begin[r]:begin[r + 1]``."""

    begin: Ints
    points: Rows
    ends: Rows


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
