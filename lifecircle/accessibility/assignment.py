"""Catchments: which facility each residence belongs to, and how full that makes the facilities."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from lifecircle.accessibility.pairs import Floats, aligned, seconds_of
from lifecircle.errors import SchemaError
from lifecircle.model.travel import ReachPairs

Ints = npt.NDArray[np.int64]

# Why a residence, or a part of its people, belongs to no facility; 0 is one that does.
REASONS = ("assigned", "out_of_reach", "not_named", "no_room", "nobody")
ASSIGNED, OUT_OF_REACH, NOT_NAMED, NO_ROOM, NOBODY = range(5)
S_PER_MIN = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """Who goes where; N parts of residences, sorted by residence, then facility.

    Attributes
    ----------
    residence_ids, facility_ids : Index (R,), (F,)
    residence, facility : int64 (N,)
        Rows of the two indexes; a residence has several parts where its people are split.
    people : float64 (N,)
        NaN where the study does not know them.
    seconds : float64 (N,)
        The walk; ``inf`` where it is longer than was searched.
    left : float64 (R,)
        People who belong to no facility.
    reason : uint8 (R,)
        Index into ``REASONS``: why `left` is left; 0 where all are assigned.
    """

    residence_ids: pd.Index
    facility_ids: pd.Index
    residence: Ints
    facility: Ints
    people: Floats
    seconds: Floats
    left: Floats
    reason: npt.NDArray[np.uint8]

    @property
    def person_minutes(self) -> float:
        """Sum of people times minutes, over walks that were found."""
        near = np.isfinite(self.seconds)
        return float((self.people[near] * self.seconds[near]).sum() / S_PER_MIN)

    def residences(self) -> pd.DataFrame:
        """Return one row per residence.

        Returns
        -------
        DataFrame
            Index ``residence_id``: ``minutes`` (mean over its people, ``inf`` where it has no facility or the walk is
            longer than searched), ``facility_id`` (of most of its people, None where none), ``facilities`` (how many
            its people are split over), ``assigned_share`` (of its people), ``status`` (one of ``REASONS``).
        """
        count = len(self.residence_ids)
        weight = np.where(np.isfinite(self.people), np.maximum(self.people, 1e-12), 1.0)
        total = np.bincount(self.residence, weights=weight, minlength=count)
        times = np.bincount(self.residence, weights=weight * self.seconds, minlength=count)
        minutes = np.divide(times, total * S_PER_MIN, out=np.full(count, np.inf), where=total > 0)
        # Written from the smallest part to the largest, so that the largest stays; of equals the smaller row.
        order = np.lexsort((-self.facility, weight, self.residence))
        chosen = np.full(count, -1, dtype=np.int64)
        chosen[self.residence[order]] = self.facility[order]
        ids = np.array([*self.facility_ids, None], dtype=object)
        left = np.nan_to_num(self.left)
        given = np.bincount(self.residence, weights=np.nan_to_num(self.people), minlength=count)
        share = np.divide(given, given + left, out=(chosen >= 0).astype(float), where=given + left > 0)
        return pd.DataFrame(
            {
                "minutes": minutes,
                "facility_id": pd.Series(ids[chosen], index=self.residence_ids, dtype=object),
                "facilities": np.bincount(self.residence, minlength=count),
                "assigned_share": share,
                "status": np.array(REASONS, dtype=object)[self.reason],
            },
            index=self.residence_ids.rename("residence_id"),
        )

    def loads(self, capacity: pd.Series, *, inside: pd.Series | None = None) -> pd.DataFrame:
        """Return one row per facility: who is assigned to it, against what it can take.

        Parameters
        ----------
        capacity : Series
            By facility id; NaN where unknown.
        inside : Series, optional
            bool by residence id: counted as inside the study; by default all.

        Returns
        -------
        DataFrame
            Index ``facility_id``: ``residences``; ``residents`` (null where people are unknown), of them
            ``residents_outside`` the study; ``capacity``; ``load``, residents over capacity (null where either is
            unknown); ``minutes_mean``, ``minutes_p95``, ``minutes_max`` over its residents whose walk was found (over
            residences where people are unknown), null where there are none.
        """
        count = len(self.facility_ids)
        within = np.ones(len(self.residence_ids), dtype=bool)
        if inside is not None:
            within = inside.reindex(self.residence_ids).to_numpy(dtype=bool)
        outside = ~within[self.residence]
        room = aligned(capacity, self.facility_ids, what="capacity")
        # Rounded, so that a facility filled to the last place is full and no more.
        residents = np.round(_sum(self.people, by=self.facility, count=count), 9)
        load = np.divide(residents, room, out=np.full(count, np.nan), where=room > 0)
        load[(room == 0) & (residents > 0)] = np.inf
        beyond = np.round(_sum(np.where(outside, self.people, 0.0), by=self.facility, count=count), 9)
        return pd.DataFrame(
            {
                "residences": np.bincount(self.facility, minlength=count),
                "residents": residents,
                "residents_outside": beyond,
                "capacity": room,
                "load": load,
                **_walks(self, count),
            },
            index=self.facility_ids.rename("facility_id"),
        )


def nearest_assignment(pairs: ReachPairs, *, demand: pd.Series) -> Assignment:
    """Assign every residence, whole, to the facility with the shortest walk; ties by the smaller facility row.

    Parameters
    ----------
    pairs : ReachPairs
    demand : Series
        People by residence id; NaN where unknown.

    Returns
    -------
    Assignment

    Raises
    ------
    SchemaError
        If a residence has no row in `demand`, or a negative one.

    References
    ----------
    docs/methods/assignment.md
    """
    people = aligned(demand, pairs.residence_ids, what="demand")
    return _whole(pairs, np.ones(len(pairs), dtype=bool), people=people, otherwise=OUT_OF_REACH)


def administrative_assignment(
    pairs: ReachPairs, *, demand: pd.Series, community: pd.Series, serves: Mapping[str, Collection[str]]
) -> Assignment:
    """Assign every residence to the facility that is named for its community, however far the walk.

    Of several that are named, to the nearest; where none of several is within the time searched, to none.

    Parameters
    ----------
    pairs : ReachPairs
    demand : Series
        People by residence id; NaN where unknown.
    community : Series
        Community id by residence id, "" where unknown.
    serves : Mapping[str, Collection[str]]
        The community ids that each facility is named for, by facility id.

    Returns
    -------
    Assignment
        ``not_named`` where no facility is named for the community.

    Raises
    ------
    SchemaError
        If a facility that is named is not among those of `pairs`.
    """
    people = aligned(demand, pairs.residence_ids, what="demand")
    strange = sorted(set(serves) - set(pairs.facility_ids))
    if strange:
        raise SchemaError(f"assignment: {strange[0]!r} is no facility of the types asked for")
    ids, place = np.unique(community.reindex(pairs.residence_ids).fillna("").to_numpy(dtype=str), return_inverse=True)
    named = np.zeros((len(pairs.facility_ids), len(ids)), dtype=bool)
    for row, facility in enumerate(pairs.facility_ids):
        named[row] = np.isin(ids, list(serves.get(facility, ()))) & (ids != "")
    found = _whole(pairs, named[pairs.facility, place[pairs.residence]], people=people, otherwise=OUT_OF_REACH)
    count = named.sum(axis=0)[place]
    far = np.flatnonzero((found.reason == OUT_OF_REACH) & (count == 1))
    left, reason = found.left.copy(), found.reason.copy()
    left[far], reason[far] = 0.0, ASSIGNED
    reason[count == 0] = NOT_NAMED
    residence = np.concatenate([found.residence, far])
    order = np.argsort(residence, kind="stable")
    return Assignment(
        pairs.residence_ids,
        pairs.facility_ids,
        residence[order],
        np.concatenate([found.facility, named.argmax(axis=0)[place[far]]])[order],
        np.concatenate([found.people, people[far]])[order],
        np.concatenate([found.seconds, np.full(len(far), np.inf)])[order],
        left,
        reason,
    )


def _whole(pairs: ReachPairs, usable: npt.NDArray[np.bool_], *, people: Floats, otherwise: int) -> Assignment:
    """Assign residences to the nearest facility among the `usable` pairs."""
    seconds = seconds_of(pairs)
    rows = np.flatnonzero(usable)
    order = rows[np.lexsort((pairs.facility[rows], pairs.value[rows], pairs.residence[rows]))]
    residence, first = np.unique(pairs.residence[order].astype(np.int64), return_index=True)
    best = order[first]
    reason = np.full(len(people), otherwise, dtype=np.uint8)
    reason[residence] = ASSIGNED
    return Assignment(
        pairs.residence_ids,
        pairs.facility_ids,
        residence,
        pairs.facility[best].astype(np.int64),
        people[residence],
        seconds[best],
        np.where(reason == ASSIGNED, 0.0, people),
        reason,
    )


def _sum(values: Floats, *, by: Ints, count: int) -> Floats:
    return np.bincount(by, weights=values, minlength=count).astype(float)


def _walks(found: Assignment, count: int) -> dict[str, Floats]:
    """Return mean, 95th percentile and longest walk of every facility, in minutes."""
    people = np.where(np.isfinite(found.people), found.people, 1.0)
    some = np.flatnonzero(np.isfinite(found.seconds) & (people > 0))
    order = some[np.lexsort((found.seconds[some], found.facility[some]))]
    facility, minutes, weight = found.facility[order], found.seconds[order] / S_PER_MIN, people[order]
    total = _sum(weight, by=facility, count=count)
    times = _sum(weight * minutes, by=facility, count=count)
    mean = np.divide(times, total, out=np.full(count, np.nan), where=total > 0)
    p95, longest = np.full(count, np.nan), np.full(count, np.nan)
    for row in np.unique(facility):
        own = facility == row
        reached = np.cumsum(weight[own])
        p95[row] = minutes[own][min(int(np.searchsorted(reached, 0.95 * reached[-1] - 1e-9)), len(reached) - 1)]
        longest[row] = minutes[own][-1]
    return {"minutes_mean": mean, "minutes_p95": p95, "minutes_max": longest}
