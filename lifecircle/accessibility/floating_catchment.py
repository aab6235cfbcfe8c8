"""Two-step floating catchments: supply shared among those who can reach it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lifecircle.accessibility.decay import Decay
from lifecircle.accessibility.pairs import aligned, seconds_of, within
from lifecircle.errors import SchemaError
from lifecircle.model.travel import ReachPairs

MAX_UNKNOWN_SHARE = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class FloatingCatchment:
    """The two steps.

    Attributes
    ----------
    ratio : Series
        Step 1, by ``facility_id``: capacity over the weighted population that can reach it; NaN where the capacity is
        unknown, or nobody can reach it.
    access : Series
        Step 2, by ``residence_id``: sum of the ratios within reach, capacity per person. A lower bound where
        `unknown` is true.
    unknown : Series
        bool, by ``residence_id``: a facility of unknown capacity lies within reach.
    """

    ratio: pd.Series
    access: pd.Series
    unknown: pd.Series


def floating_catchment(
    pairs: ReachPairs, *, decay: Decay, capacity: pd.Series, population: pd.Series
) -> FloatingCatchment:
    """Share the capacity of every facility among the people who can reach it, and add up what each residence gets.

    ``R_j = S_j / sum_k P_k f(t_kj)``, ``A_i = sum_j R_j f(t_ij)``. With a binary decay this is 2SFCA, with zones
    or a Gaussian it is E2SFCA. Supply is conserved: ``sum_i P_i A_i`` is the known capacity that anybody can reach.

    Parameters
    ----------
    pairs : ReachPairs
        Complete up to the decay's cutoff; residences should reach one catchment beyond the study's boundary,
        or the people just outside are forgotten.
    decay : Decay
    capacity : Series
        By facility id: beds, places, doctors. NaN where unknown.
    population : Series
        By residence id.

    Returns
    -------
    FloatingCatchment

    Raises
    ------
    SchemaError
        If more than a fifth of the capacities are unknown, a population is, or a value is negative.
    CutoffError
        If the decay reaches beyond the pairs.

    References
    ----------
    docs/methods/floating-catchment.md; Luo and Wang (2003), Environment and Planning B 30(6);
    Luo and Qi (2009), Health & Place 15(4).
    """
    within(pairs, decay.cutoff_s)
    supply = aligned(capacity, pairs.facility_ids, what="capacity")
    people = aligned(population, pairs.residence_ids, what="population")
    check_supply(supply, people)
    weight = decay.weight(seconds_of(pairs))
    demand = np.bincount(pairs.facility, weights=weight * people[pairs.residence], minlength=len(supply))
    ratio = np.divide(supply, demand, out=np.full(len(supply), np.nan), where=demand > 0)
    given = np.where(weight > 0, np.nan_to_num(ratio)[pairs.facility] * weight, 0.0)
    doubtful = (weight > 0) & np.isnan(supply)[pairs.facility]
    count = len(people)
    index = pairs.residence_ids.rename("residence_id")
    return FloatingCatchment(
        pd.Series(ratio, index=pairs.facility_ids.rename("facility_id"), name="ratio"),
        pd.Series(np.bincount(pairs.residence, weights=given, minlength=count), index=index, name="access"),
        pd.Series(np.bincount(pairs.residence[doubtful], minlength=count) > 0, index=index, name="unknown"),
    )


def check_supply(supply: np.ndarray, people: np.ndarray) -> None:
    """Refuse a measure of capacity where more than a fifth of the capacities, or any person count, are unknown."""
    unknown = int(np.count_nonzero(np.isnan(supply)))
    if len(supply) and unknown / len(supply) > MAX_UNKNOWN_SHARE:
        raise SchemaError(
            f"capacity: unknown for {unknown} of {len(supply)} facilities, more than {MAX_UNKNOWN_SHARE:.0%}: "
            "add the capacities, or use a measure without them (cumulative, gravity)"
        )
    if np.isnan(people).any():
        raise SchemaError(f"population: unknown for {int(np.isnan(people).sum())} residences: give a population table")
