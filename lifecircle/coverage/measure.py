"""How far every origin is from what an item asks for, by the item's own measure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from lifecircle.coverage.case import TimesKey, nth
from lifecircle.coverage.searches import in_doubt, item_limit, item_mode
from lifecircle.coverage.straight import admitted, inside, straight_line
from lifecircle.errors import CutoffError
from lifecircle.units import MS_PER_MIN, speed_m_per_min

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.model.rules import Item
    from lifecircle.model.travel import Floats, Ints, NearestTimes, WalkProfile

    Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One item measured for N origins.

    Attributes
    ----------
    limit : int
        Threshold in milliseconds or millimetres; of an item without one, how far was searched.
    value : float64 (N,)
        In the same unit, ``inf`` where nothing was reached.
    facility : int64 (N,)
        Row in `facility_ids`, -1 where none.
    facility_ids : Index
    doubtful : bool (N,)
        A facility that may or may not count is within the threshold.
    near_edge : bool (N,)
        A facility beyond the data's edge could meet the threshold.
    """

    limit: int
    value: Floats
    facility: Ints
    facility_ids: pd.Index
    doubtful: Bools
    near_edge: Bools


def measure(item: Item, case: CoverageCase, *, walks: WalkProfile, lenient: bool, edge_m: Floats) -> Measured:
    """Measure `item` (not one of pools) for every origin; `edge_m` is the way to the edge of the data.

    Raises
    ------
    CutoffError
        If a search is missing, lacks a type or ends before the threshold.
    """
    near_edge = edge_m < item.distance_m(walks.speed_kmh)
    if item.straight_line or item.within:
        return _unwalked(item, case, lenient=lenient, near_edge=near_edge)
    key = TimesKey(item_mode(item, walks), lenient, item.admits, item.mean_of)
    if item.mean_of > 1:
        return _mean(item, case, key=key, edge_m=edge_m)
    found = _search(key, case, item=item, types=item.types)
    limit = item_limit(item) or found.cutoff
    value, facility = pooled(found, item.types)
    others = in_doubt(item.types, case.catalogue)
    if item.admits:
        key = TimesKey(key.mode, lenient, item.admits.with_unknown())
        others = (*item.types, *others)
    doubtful, _ = pooled(_search(key, case, item=item, types=others), others)
    return Measured(limit, value, facility, found.facility_ids, doubtful <= limit, near_edge)


def _unwalked(item: Item, case: CoverageCase, *, lenient: bool, near_edge: Bools) -> Measured:
    reach = straight_line if item.straight_line else inside
    limit, others = item_limit(item), in_doubt(item.types, case.catalogue)
    value, facility = reach(case, admitted(item, case, types=item.types, lenient=lenient, asked=item.admits))
    doubtful = np.full(case.origin_count, np.inf)
    if others or item.admits:
        kinds = (*item.types, *others) if item.admits else others
        rows = admitted(item, case, types=kinds, lenient=lenient, asked=item.admits.with_unknown())
        doubtful, _ = reach(case, rows)
    return Measured(limit, value, facility, case.facilities.index, doubtful <= limit, near_edge)


def _mean(item: Item, case: CoverageCase, *, key: TimesKey, edge_m: Floats) -> Measured:
    """Return the mean over the k nearest; undefined (``inf``) where fewer were reached.

    The best that facilities beyond the edge could do: each walk longer than the straight way to the edge becomes
    that way.
    """
    (kind,) = item.types
    columns = tuple(nth(kind, rank) for rank in range(1, item.mean_of + 1))
    found = _search(key, case, item=item, types=columns)
    at = [found.types.index(column) for column in columns]
    values, limit = found.value[:, at], item_limit(item)
    beyond = edge_m / speed_m_per_min(key.mode.profile.speed_kmh) * MS_PER_MIN
    best = np.minimum(values, beyond[:, None]).sum(axis=1) / item.mean_of
    return Measured(
        limit,
        values.sum(axis=1) / item.mean_of,
        found.facility[:, at[-1]],
        found.facility_ids,
        np.zeros(len(values), dtype=bool),
        best <= limit,
    )


def _search(key: TimesKey, case: CoverageCase, *, item: Item, types: tuple[str, ...]) -> NearestTimes:
    named = f"{'/'.join(item.types)} ({key.mode.profile.id}, {key.mode.unit}, lenient={key.lenient})"
    found, limit = case.times.get(key), item_limit(item)
    if found is None:
        raise CutoffError(f"no search for {named}: search what needed_searches asks for")
    missing = [kind for kind in types if kind not in found.types]
    if missing:
        raise CutoffError(f"the search for {named} lacks {', '.join(missing)}: search what needed_searches asks for")
    if found.cutoff < limit:
        raise CutoffError(
            f"the search for {named} ends at {found.cutoff} {key.mode.unit}, before the threshold of {limit}: "
            "search at least that far"
        )
    return found


def pooled(found: NearestTimes, types: tuple[str, ...]) -> tuple[Floats, Ints]:
    """Return the least value over `types` and its facility row, (N,) each.

    Ties break by the smallest facility row. ``inf`` and -1 where none is reached or `types` is empty.
    """
    if not types:
        rows = len(found.residence_ids)
        return np.full(rows, np.inf), np.full(rows, -1, dtype=np.int64)
    columns = [found.types.index(kind) for kind in types]
    if len(columns) == 1:
        return found.value[:, columns[0]], found.facility[:, columns[0]]
    values, rows_of = found.value[:, columns], found.facility[:, columns]
    least = values.min(axis=1)
    last = np.iinfo(np.int64).max
    first = np.where((values == least[:, None]) & (rows_of >= 0), rows_of, last).min(axis=1)
    return least, np.where(first == last, -1, first)
