"""Capacity per 1,000 residents: what a walk reaches, over everybody who reaches the same facilities."""

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from lifecircle.accessibility.floating_catchment import check_supply
from lifecircle.accessibility.pairs import aligned, seconds_of, within
from lifecircle.model.travel import ReachPairs

PER = 1000.0


def capacity_per_thousand(
    pairs: ReachPairs, *, cutoff_s: float, capacity: pd.Series, population: pd.Series
) -> pd.DataFrame:
    """Return, for every residence, the capacity within a walk per 1,000 people who share it.

    ``A_i = 1000 sum_{j in N_i} S_j / sum_{k in M_i} P_k``: `N_i` are the facilities within `cutoff_s` of i, `M_i` the
    residences within `cutoff_s` of any of them. Unlike a floating catchment it takes the reach as one pool; where all
    residences reach the same facilities it is the plain figure per 1,000 residents.

    Parameters
    ----------
    pairs : ReachPairs
        Complete up to `cutoff_s`; with the residences one catchment beyond the boundary.
    cutoff_s : float
        Inclusive.
    capacity : Series
        By facility id; NaN where unknown.
    population : Series
        By residence id.

    Returns
    -------
    DataFrame
        Index ``residence_id``: ``capacity_per_1000`` (0 where no facility is reached; null where nobody lives in
        reach), a lower bound where ``capacity_unknown`` is true.

    Raises
    ------
    SchemaError
        If more than a fifth of the capacities are unknown, a population is, or a value is negative.
    CutoffError
        If `cutoff_s` exceeds the cutoff of `pairs`.

    References
    ----------
    docs/methods/capacity-per-1000.md
    """
    within(pairs, cutoff_s)
    supply = aligned(capacity, pairs.facility_ids, what="capacity")
    people = aligned(population, pairs.residence_ids, what="population")
    check_supply(supply, people)
    near = seconds_of(pairs) <= cutoff_s
    shape = (len(people), len(supply))
    reach = csr_array((np.ones(int(near.sum())), (pairs.residence[near], pairs.facility[near])), shape=shape)
    sets, of = _sets(reach)
    sharing = ((sets @ sets.T) > 0).astype(np.float64)
    sharers = sharing @ np.bincount(of, weights=people, minlength=sets.shape[0])
    pool = sets @ np.nan_to_num(supply)
    doubtful = (sets @ np.isnan(supply).astype(np.float64)) > 0
    some = np.diff(sets.indptr) > 0
    value = np.divide(PER * pool, sharers, out=np.where(some, np.nan, 0.0), where=some & (sharers > 0))
    return pd.DataFrame(
        {"capacity_per_1000": value[of], "capacity_unknown": doubtful[of]},
        index=pairs.residence_ids.rename("residence_id"),
    )


def _sets(reach: csr_array) -> tuple[csr_array, np.ndarray]:
    """Return the different sets of facilities that residences reach, and the set of every residence."""
    reach.sort_indices()
    known: dict[bytes, int] = {}
    first: list[int] = []
    of = np.empty(reach.shape[0], dtype=np.int64)
    for row in range(reach.shape[0]):
        key = reach.indices[reach.indptr[row] : reach.indptr[row + 1]].tobytes()
        of[row] = known.setdefault(key, len(known))
        if of[row] == len(first):
            first.append(row)
    return reach[first], of
