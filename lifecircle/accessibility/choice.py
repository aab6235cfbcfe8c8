"""Choice: the second, third, k-th facility, and the mean of the k nearest."""

import numpy as np
import pandas as pd

from lifecircle.accessibility.pairs import Floats, seconds_of
from lifecircle.errors import ConfigError
from lifecircle.model.travel import ReachPairs


def kth_nearest(pairs: ReachPairs, *, k: int) -> pd.Series:
    """Return the walking seconds to the k-th nearest facility of every residence.

    Parameters
    ----------
    pairs : ReachPairs
    k : int
        At least 1; 1 is the nearest.

    Returns
    -------
    Series
        float64, index ``residence_id``; ``inf`` where fewer than k lie within the cutoff of `pairs`.

    Raises
    ------
    ConfigError
        If k is below 1.
    """
    seconds, first, count = _ranked(pairs, k)
    found = np.full(len(first), np.inf)
    enough = count >= k
    found[enough] = seconds[first[enough] + k - 1]
    return pd.Series(found, index=pairs.residence_ids.rename("residence_id"), name=f"nearest_{k}_s")


def mean_of_k_nearest(pairs: ReachPairs, *, k: int) -> pd.Series:
    """Return the mean walking seconds to the k nearest facilities of every residence.

    ``inf`` where fewer than k lie within the cutoff of `pairs`; otherwise as `kth_nearest`.

    References
    ----------
    Bruno, Melo, Campanelli and Loreto (2024), Nature Cities 1: mean of the 20 nearest.
    """
    seconds, first, count = _ranked(pairs, k)
    found = np.full(len(first), np.inf)
    enough = count >= k
    found[enough] = seconds[first[enough][:, None] + np.arange(k)].mean(axis=1)
    return pd.Series(found, index=pairs.residence_ids.rename("residence_id"), name=f"mean_of_{k}_s")


def _ranked(pairs: ReachPairs, k: int) -> tuple[Floats, np.ndarray, np.ndarray]:
    """Return the seconds sorted within each residence, each residence's first position and its count."""
    if k < 1:
        raise ConfigError(f"k is {k}: give 1 or more")
    seconds = seconds_of(pairs)
    order = np.lexsort((seconds, pairs.residence))
    count = np.bincount(pairs.residence, minlength=len(pairs.residence_ids))
    return seconds[order], np.cumsum(count) - count, count
