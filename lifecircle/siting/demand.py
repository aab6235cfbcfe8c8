"""Who lacks what, and which sites would give it: the rows of every siting problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from lifecircle.siting.joint import Joint
from lifecircle.siting.relief import Relief, whole_weights

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Lack:
    """One requirement that sites can meet, N origins and L places.

    Attributes
    ----------
    types : tuple of int
        Numbers of the types of site that meet it.
    lacking : bool (N,)
        Origins that do not have it.
    reach : csr_array (N, L)
        What it takes from each origin to a facility at each place, plus 1; only within the threshold, and only for
        origins that lack it.
    group : int
        Requirements of one group are wanted together by an origin; those of different groups are told apart.
    """

    types: tuple[int, ...]
    lacking: Bools
    reach: csr_array
    group: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows = (origin, requirement) that lack something and can be given it.

    Attributes
    ----------
    meets : csr_array (R, S)
        1 where a site meets a row; site = type number * L + place.
    unit : int64 (R,)
        Ascending.
    origin : int64 (U,)
        Of every unit.
    beyond : int64
        Units that lack something that no site can give.
    """

    meets: csr_array
    unit: Ints
    origin: Ints
    beyond: Ints


def rows_of(lacks: Sequence[Lack], *, places: int, types: int, counted: Bools, fixed: Sequence[Bools] = ()) -> Rows:
    """Return the rows of all origins that can be given all that they lack, group by group.

    Parameters
    ----------
    lacks : sequence of Lack
    places, types : int
        L, and how many types of site there are.
    counted : bool (N,)
        Origins that count (those with a weight).
    fixed : sequence of bool (N,)
        By group: origins that lack something which no site can give.

    Returns
    -------
    Rows
        Units sorted by group, then origin; rows of a unit in the order of `lacks`.
    """
    blocks, owners, units, beyond = [], [], [], []
    start = 0
    for one in sorted({lack.group for lack in lacks}):
        own = [lack for lack in lacks if lack.group == one]
        wanted = np.zeros(len(counted), dtype=bool)
        possible = counted.copy()
        if one < len(fixed):
            possible &= ~fixed[one]
        for lack in own:
            wanted |= lack.lacking
            possible &= ~lack.lacking | (np.diff(lack.reach.indptr) > 0)
        beyond.append(np.flatnonzero(wanted & counted & ~possible))
        origin = np.flatnonzero(wanted & possible)
        number = np.full(len(counted), -1)
        number[origin] = np.arange(len(origin))
        for place, lack in enumerate(own):
            rows = np.flatnonzero(lack.lacking & (number >= 0))
            blocks.append(_sited(lack, rows, places=places, types=types))
            units.append(np.column_stack([start + number[rows], np.full(len(rows), place)]))
        owners.append(origin)
        start += len(origin)
    if not blocks:
        none = np.zeros(0, dtype=np.int64)
        return Rows(csr_array((0, places * types)), none, none, none)
    key = np.vstack(units)
    order = np.lexsort((key[:, 1], key[:, 0]))
    meets = _stacked(blocks)[order]
    return Rows(meets, key[order, 0], np.concatenate(owners), np.concatenate(beyond))


def _sited(lack: Lack, rows: Ints, *, places: int, types: int) -> csr_array:
    """Return (rows, types * places) of ones: which sites meet the requirement of each of `rows`."""
    near = lack.reach[rows]
    each = np.diff(near.indptr)
    count = len(lack.types)
    first = np.repeat(near.indptr[:-1] * count, each)
    entry = np.arange(near.nnz) - np.repeat(near.indptr[:-1], each)
    columns = np.empty(near.nnz * count, dtype=np.int64)
    for number, kind in enumerate(sorted(lack.types)):
        columns[first + np.repeat(each, each) * number + entry] = kind * places + near.indices
    ones = np.ones(len(columns), dtype=np.int8)
    return csr_array((ones, columns, near.indptr * count), shape=(len(rows), types * places))


def _stacked(blocks: list[csr_array]) -> csr_array:
    from scipy.sparse import vstack

    return csr_array(vstack(blocks, format="csr"))


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Sites that meet anything, and units merged where the very same sites would do.

    Attributes
    ----------
    joint : Joint
    site : int64 (J,)
        Number of each site among all (type * L + place).
    worth : float
        What one whole unit of weight is worth.
    merged : int
        Units that became part of another one.
    """

    joint: Joint
    site: Ints
    worth: float
    merged: int

    @property
    def single(self) -> bool:
        """Whether every unit lacks one thing only."""
        return len(self.joint.unit) == len(self.joint.weight)

    def relief(self) -> Relief:
        """Return the problem as a relief; every unit lacks one thing only."""
        joint = self.joint
        return Relief(joint.offsets, joint.row, joint.weight[joint.row], len(joint.weight), joint.price)


def problem_of(rows: Rows, *, weight: Floats, price: Floats) -> Problem:
    """Merge units that the same sites would complete, and leave out sites that meet nothing.

    Lossless: such units are completed together or not at all.

    Parameters
    ----------
    rows : Rows
        U units.
    weight : float64 (U,)
    price : float64 (S,)

    Returns
    -------
    Problem
    """
    whole, worth = whole_weights(weight)
    same = _same_rows(rows.meets)
    first_row = np.flatnonzero(np.diff(rows.unit, prepend=-1))
    each = np.diff(np.append(first_row, len(rows.unit)))
    widest = int(each.max(initial=0))
    pattern = np.full((len(each), widest), -1, dtype=np.int64)
    place = np.arange(len(rows.unit)) - np.repeat(first_row, each)
    pattern[rows.unit, place] = same
    _, first, group = np.unique(pattern, axis=0, return_index=True, return_inverse=True)
    total = np.zeros(len(first), dtype=np.int64)
    np.add.at(total, group.ravel(), whole)
    order = np.argsort(first, kind="stable")  # the first unit of each group, in their order
    kept = first[order]
    row = np.concatenate([np.arange(first_row[unit], first_row[unit] + each[unit]) for unit in kept] or [first_row])
    meets = rows.meets[row].tocsc()
    meets.sort_indices()
    used = np.flatnonzero(np.diff(meets.indptr) > 0)
    offsets = np.concatenate([[0], meets.indptr[1:][used]]).astype(np.int64)
    unit = np.repeat(np.arange(len(kept)), each[kept]).astype(np.int32)
    joint = Joint(offsets, meets.indices.astype(np.int32), unit, total[order], price[used].astype(float))
    return Problem(joint, used.astype(np.int64), worth, len(each) - len(kept))


def _same_rows(meets: csr_array) -> Ints:
    """Return the number of the first row with the very same sites, for every row (R,)."""
    rows = meets.shape[0]
    if not meets.nnz:
        return np.arange(rows)
    rng = np.random.default_rng(20250101)
    marks = rng.integers(0, 2**63, meets.shape[1], dtype=np.uint64)
    running = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(marks[meets.indices], dtype=np.uint64)])
    print_ = running[meets.indptr[1:]] - running[meets.indptr[:-1]]  # wraps round, which does no harm
    length = np.diff(meets.indptr)
    _, first, group = np.unique(
        np.column_stack([print_, length.astype(np.uint64)]), axis=0, return_index=True, return_inverse=True
    )
    leader = first[group.ravel()]
    # Equal marks are no proof: rows are compared site by site with the first of their group.
    offset = np.repeat(meets.indptr[leader] - meets.indptr[:-1], length)
    equal = meets.indices == meets.indices[np.arange(meets.nnz) + offset]
    wrong = np.add.reduceat(~equal, meets.indptr[:-1][length > 0]) > 0 if meets.nnz else np.zeros(0, dtype=bool)
    rows_with = np.flatnonzero(length > 0)
    leader[rows_with[wrong]] = rows_with[wrong]
    return leader
