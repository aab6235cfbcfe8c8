"""Catchments under limited capacity: the transport problem of least person-minutes."""

import numpy as np
import pandas as pd

from lifecircle.accessibility.assignment import ASSIGNED, NO_ROOM, NOBODY, OUT_OF_REACH, Assignment
from lifecircle.accessibility.floating_catchment import check_supply
from lifecircle.accessibility.pairs import aligned, seconds_of
from lifecircle.accessibility.shifts import Links, least_minutes
from lifecircle.model.travel import ReachPairs

# People are counted in millionths, so that every sum is exact.
PARTS = 1e6


def capacity_assignment(pairs: ReachPairs, *, demand: pd.Series, capacity: pd.Series) -> Assignment:
    """Assign people to facilities so that none holds more than its capacity and person-minutes are least.

    ``min sum x_ij t_ij`` with ``sum_j x_ij <= P_i``, ``sum_i x_ij <= S_j``, ``x >= 0``, among the assignments that
    serve the most people. Only pairs within the time searched are used: who reaches nothing, or finds no room, is
    reported and never forced. The solution is fractional (in millionths of a person): where a facility fills up, a
    residence may be split. Residences of equal walks to every facility are solved as one, which loses nothing.

    Parameters
    ----------
    pairs : ReachPairs
    demand : Series
        People by residence id.
    capacity : Series
        By facility id; NaN where unknown: such a facility takes nobody, because it is not known whom it could.

    Returns
    -------
    Assignment
        Exact: the same for the same input, and no capacity is exceeded.

    Raises
    ------
    SchemaError
        If more than a fifth of the capacities, or any person count, are unknown, or a value is negative.

    References
    ----------
    docs/methods/assignment.md; Hitchcock (1941), Journal of Mathematics and Physics 20; Ahuja, Magnanti and Orlin
    (1993), Network Flows, section 9.7 (successive shortest paths).
    """
    people = aligned(demand, pairs.residence_ids, what="demand")
    room = aligned(capacity, pairs.facility_ids, what="capacity")
    check_supply(room, people)
    parts = np.rint(people * PARTS).astype(np.int64)
    places = np.floor(np.nan_to_num(room) * PARTS).astype(np.int64)
    rows = np.flatnonzero((places > 0)[pairs.facility] & (parts > 0)[pairs.residence])
    links, of = _merged(pairs, rows, parts=parts)
    flow = least_minutes(links, places)
    link, residence, taken = _handed_out(links, flow, of=of, parts=parts)
    left = parts - np.bincount(residence, weights=taken, minlength=len(parts)).astype(np.int64)
    reason = np.where(of < 0, OUT_OF_REACH, np.where(left > 0, NO_ROOM, ASSIGNED))
    reason[people == 0] = NOBODY
    facility = links.facility[link]
    order = np.lexsort((facility, residence))
    key = pairs.residence.astype(np.int64) * len(pairs.facility_ids) + pairs.facility
    own = residence[order] * len(pairs.facility_ids) + facility[order]
    return Assignment(
        pairs.residence_ids,
        pairs.facility_ids,
        residence[order],
        facility[order],
        taken[order] / PARTS,
        seconds_of(pairs)[np.searchsorted(key, own)],
        left / PARTS,
        reason.astype(np.uint8),
    )


def _merged(pairs: ReachPairs, rows: np.ndarray, *, parts: np.ndarray) -> tuple[Links, np.ndarray]:
    """Return the links of groups of residences with equal walks, and the group of every residence (-1 for none)."""
    own, start = np.unique(pairs.residence[rows], return_index=True)
    ends = np.append(start[1:], len(rows))
    of = np.full(len(parts), -1, dtype=np.int64)
    known: dict[bytes, int] = {}
    kept: list[np.ndarray] = []
    for residence, first, last in zip(own.tolist(), start.tolist(), ends.tolist(), strict=True):
        part = rows[first:last]
        key = pairs.facility[part].tobytes() + pairs.value[part].tobytes()
        of[residence] = known.setdefault(key, len(known))
        if of[residence] == len(kept):
            kept.append(part)
    people = np.zeros(len(kept), dtype=np.int64)
    np.add.at(people, of[own], parts[own])
    used = np.concatenate(kept) if kept else np.empty(0, dtype=np.int64)
    first_link = np.cumsum([0, *map(len, kept)])
    return Links(first_link, pairs.facility[used].astype(np.int64), pairs.value[used], people), of


def _handed_out(
    links: Links, flow: np.ndarray, *, of: np.ndarray, parts: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hand the places of each group out to its residences in order; return link, residence and people of each part."""
    found: list[tuple[int, int, int]] = []
    order = np.argsort(of, kind="stable")
    order = order[of[order] >= 0]
    rows = iter(order.tolist())
    row, need = -1, 0
    for group in range(len(links.people)):
        left = int(links.people[group])
        for link in range(links.first[group], links.first[group + 1]):
            rest = int(flow[link])
            while rest:
                if not need:
                    row = next(rows)
                    need = int(parts[row])
                take = min(rest, need)
                found.append((link, row, take))
                rest, need, left = rest - take, need - take, left - take
        while left:  # those who find no room
            if not need:
                row = next(rows)
                need = int(parts[row])
            left, need = left - need, 0
    table = np.array(found, dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]
