"""Gravity access: facilities weighted by how quickly they are reached."""

import numpy as np
import pandas as pd

from lifecircle.accessibility.decay import Decay
from lifecircle.accessibility.pairs import aligned, seconds_of, within
from lifecircle.model.travel import ReachPairs


def gravity(pairs: ReachPairs, *, decay: Decay, capacity: pd.Series | None = None) -> pd.Series:
    """Sum the decayed capacities that each residence can walk to: ``A_i = sum_j S_j f(t_ij)``.

    Parameters
    ----------
    pairs : ReachPairs
        Complete up to the decay's cutoff.
    decay : Decay
    capacity : Series, optional
        By facility id; 1 each when not given. A facility of unknown capacity (NaN) makes the sums of the
        residences that reach it NaN: unknown is not zero.

    Returns
    -------
    Series
        float64, one value per residence, index ``residence_id``; 0 where nothing is reached.

    Raises
    ------
    CutoffError
        If the decay reaches beyond the pairs.
    SchemaError
        If a facility has no capacity at all, or a negative one.

    References
    ----------
    docs/methods/gravity.md; Hansen (1959), Journal of the American Institute of Planners 25(2).
    """
    within(pairs, decay.cutoff_s)
    weights = decay.weight(seconds_of(pairs))
    if capacity is not None:
        weights = np.where(
            weights > 0, weights * aligned(capacity, pairs.facility_ids, what="capacity")[pairs.facility], 0
        )
    sums = np.bincount(pairs.residence, weights=weights, minlength=len(pairs.residence_ids))
    return pd.Series(sums, index=pairs.residence_ids.rename("residence_id"), name="gravity")
