"""Cumulative opportunities: how many facilities a residence can walk to."""

import numpy as np
import pandas as pd

from lifecircle.accessibility.pairs import seconds_of, within
from lifecircle.model.travel import ReachPairs
from lifecircle.units import Seconds


def cumulative_opportunities(pairs: ReachPairs, *, cutoff_s: Seconds) -> pd.Series:
    """Count the facilities each residence can walk to within a cutoff.

    Inclusive: a facility exactly `cutoff_s` away counts.

    Parameters
    ----------
    pairs : ReachPairs
        Residence-facility walking times, complete up to ``pairs.cutoff``.
    cutoff_s : Seconds
        Above 0, at most the cutoff of `pairs`.

    Returns
    -------
    Series
        int64, one value per residence, index ``residence_id``; 0 where nothing is reached.

    Raises
    ------
    CutoffError
        If `cutoff_s` exceeds the cutoff of `pairs`: the count would be silently too low.

    References
    ----------
    docs/methods/cumulative.md; Wachs and Kumagai (1973), Socio-Economic Planning Sciences 7(5).

    Examples
    --------
    >>> from lifecircle.accessibility.pairs import pairs_of
    >>> cumulative_opportunities(pairs_of({("a", "x"): 300, ("a", "y"): 900, ("b", "y"): 901}), cutoff_s=900.0)
    residence_id
    a    2
    b    0
    Name: opportunities, dtype: int64
    """
    within(pairs, cutoff_s)
    near = seconds_of(pairs) <= cutoff_s
    counts = np.bincount(pairs.residence[near], minlength=len(pairs.residence_ids)).astype(np.int64)
    return pd.Series(counts, index=pairs.residence_ids.rename("residence_id"), name="opportunities")
