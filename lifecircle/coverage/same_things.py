"""Which residence, and which facility, of one audit is which of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

HOMES_M = 25.0  # two records of one residence lie at most this far apart
FACILITIES_M = 50.0  # of one facility, which may have been drawn as a point and then as an outline
METRES_PER_DEGREE = 111_195.0  # of latitude on a sphere of 6371 km


def metres(a: pd.DataFrame, b: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return the places (N, 2) and (M, 2) of two tables with ``lon`` and ``lat`` on one plane in metres.

    Equirectangular about their middle: exact enough for distances of some tens of metres.
    """
    middle = pd.concat([a["lat"], b["lat"]]).mean()
    scale = np.array([METRES_PER_DEGREE * np.cos(np.radians(middle)), METRES_PER_DEGREE])
    first, second = (table[["lon", "lat"]].to_numpy(dtype=float) * scale for table in (a, b))
    return first, second


def match_residences(a: pd.DataFrame, b: pd.DataFrame, *, within_m: float = HOMES_M) -> pd.DataFrame:
    """Pair the residences of two audits.

    By id, where both lie within `within_m` of each other (numbered cells may bear one id and lie elsewhere); what is
    left by place: each other's nearest of the same kind, within the same distance.

    Parameters
    ----------
    a, b : DataFrame
        As in `AuditRecord`.
    within_m : float

    Returns
    -------
    DataFrame
        ``row_a``, ``row_b`` (positions), ``match`` (id or place), sorted by ``row_b``; each residence at most once.
    """
    at_a, at_b = metres(a, b)
    row = pd.Series(np.arange(len(a)), index=a.index).reindex(b.index).to_numpy(dtype=float)
    named = np.flatnonzero(~np.isnan(row))
    other = row[named].astype(np.int64)
    near = np.hypot(*(at_a[other] - at_b[named]).T) <= within_m
    pairs = [pd.DataFrame({"row_a": other[near], "row_b": named[near], "match": "id"})]
    left_a = np.setdiff1d(np.arange(len(a)), other[near])
    left_b = np.setdiff1d(np.arange(len(b)), named[near])
    for kind in sorted(set(a["kind"].iloc[left_a]) & set(b["kind"].iloc[left_b])):
        own_a = left_a[(a["kind"].iloc[left_a] == kind).to_numpy()]
        own_b = left_b[(b["kind"].iloc[left_b] == kind).to_numpy()]
        first, second = mutual_nearest(at_a[own_a], at_b[own_b], within_m=within_m)
        pairs.append(pd.DataFrame({"row_a": own_a[first], "row_b": own_b[second], "match": "place"}))
    return pd.concat(pairs, ignore_index=True).sort_values("row_b", ignore_index=True)


def mutual_nearest(a: Floats, b: Floats, *, within_m: float) -> tuple[Ints, Ints]:
    """Return the rows of `a` (N, 2) and `b` (M, 2) that are each other's nearest, at most `within_m` apart."""
    from scipy.spatial import cKDTree

    if not len(a) or not len(b):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    away, nearest_a = cKDTree(a).query(b)
    _, nearest_b = cKDTree(b).query(a)
    rows = np.arange(len(b))
    both = (away <= within_m) & (nearest_b[nearest_a] == rows)
    return nearest_a[both].astype(np.int64), rows[both].astype(np.int64)


def in_one_only(a: pd.DataFrame, b: pd.DataFrame) -> tuple[pd.Index, pd.Index]:
    """Return the ids of the facilities of `a` that are not in `b`, and of `b` that are not in `a`.

    Two are one when some object of the one is an object of the other (merged ones too) under the same type; else when
    they are of one type, each other's nearest within 50 m, and bear one name or one of them none.
    """
    gone, new = ~_known(a, b), ~_known(b, a)
    first, second = a[gone], b[new]
    paired_a, paired_b = [], []
    at_a, at_b = metres(first, second)
    for kind in sorted(set(first["type"]) & set(second["type"])):
        own_a = np.flatnonzero((first["type"] == kind).to_numpy())
        own_b = np.flatnonzero((second["type"] == kind).to_numpy())
        near_a, near_b = mutual_nearest(at_a[own_a], at_b[own_b], within_m=FACILITIES_M)
        names = zip(first["name"].iloc[own_a[near_a]], second["name"].iloc[own_b[near_b]], strict=True)
        same = np.array([not one or not other or one == other for one, other in names], dtype=bool)
        paired_a.append(own_a[near_a][same])
        paired_b.append(own_b[near_b][same])
    return _without(first.index, paired_a), _without(second.index, paired_b)


def _without(index: pd.Index, rows: list[Ints]) -> pd.Index:
    return index.delete(np.concatenate(rows)) if rows else index


def objects_of(row: object) -> tuple[str, ...]:
    """Return the ids of all objects that make up a facility (a row with ``object_id`` and ``merged``)."""
    merged = str(getattr(row, "merged", "") or "")
    return (str(getattr(row, "object_id", "")), *(part for part in merged.split(";") if part))


def _known(table: pd.DataFrame, other: pd.DataFrame) -> npt.NDArray[np.bool_]:
    there = {(row.type, thing) for row in other.itertuples() for thing in objects_of(row)}
    found = [any((row.type, thing) in there for thing in objects_of(row)) for row in table.itertuples()]
    return np.array(found, dtype=bool)
