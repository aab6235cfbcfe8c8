"""How unequally access is spread: Gini, Theil, Lorenz and the concentration index.

Only finite opportunity measures are taken. Walking minutes hold ``inf`` where nothing is reached, and 0/1 verdicts have
no distribution to speak of: both are refused with the reason.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from lifecircle.errors import SchemaError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Lorenz:
    """Points of the Lorenz curve, from (0, 0) to (1, 1).

    Attributes
    ----------
    population, share : float64 (N + 1,)
        Cumulated share of people, those with least access first, and of access.
    """

    population: Floats
    share: Floats


def lorenz(access: pd.Series, *, population: pd.Series) -> Lorenz:
    """Return the Lorenz curve of `access` over people; SchemaError as `gini`."""
    values, people = _checked(access, population)
    order = np.argsort(values, kind="stable")
    return Lorenz(*_cumulated(values[order], people[order]))


def gini(access: pd.Series, *, population: pd.Series) -> float:
    """Return the Gini coefficient of `access` over people: 0 when equal, towards 1 when one has all.

    Parameters
    ----------
    access : Series
        A finite opportunity measure (counts, gravity, capacity per person) by residence id, at least 0.
    population : Series
        People by residence id; at least one above 0.

    Returns
    -------
    float
        In 0..1: one minus twice the area under the Lorenz curve.

    Raises
    ------
    SchemaError
        On minutes with ``inf``, 0/1 verdicts, negative or unknown values, or no access at all.

    References
    ----------
    docs/methods/inequality.md; Gini (1912); Lorenz (1905).
    """
    curve = lorenz(access, population=population)
    width = np.diff(curve.population)
    area = float(np.sum(width * (curve.share[1:] + curve.share[:-1]) / 2.0))
    return max(0.0, 1.0 - 2.0 * area)


def theil(access: pd.Series, *, population: pd.Series) -> float:
    """Return Theil's T of `access` over people: ``sum p_i (x_i / mean) ln(x_i / mean)``, 0 when equal.

    Raises as `gini`. Residences without access add 0, the limit of ``x ln x``.

    References
    ----------
    Theil (1967), Economics and Information Theory.
    """
    values, people = _checked(access, population)
    shares = people / people.sum()
    relative = values / np.sum(shares * values)
    logs = np.log(np.where(relative > 0, relative, 1.0))
    return max(0.0, float(np.sum(shares * relative * logs)))


def concentration_index(access: pd.Series, *, population: pd.Series, ranking: pd.Series) -> float:
    """Return how far access is concentrated among those ranked high: -1..1, 0 when unrelated to the ranking.

    Parameters
    ----------
    access, population : Series
        As for `gini`.
    ranking : Series
        By residence id, such as income or building year; people of equal rank are one group.

    Raises
    ------
    SchemaError
        As `gini`, and when a rank is unknown.

    References
    ----------
    Kakwani, Wagstaff and van Doorslaer (1997), Journal of Econometrics 77(1).
    """
    values, people = _checked(access, population)
    ranks = ranking.reindex(access.index).to_numpy(dtype=np.float64)
    if np.isnan(ranks).any():
        raise SchemaError(f"ranking: unknown for {int(np.isnan(ranks).sum())} residences: leave them out of all three")
    _, group = np.unique(ranks, return_inverse=True)
    together = np.bincount(group, weights=people).astype(np.float64)
    held = np.bincount(group, weights=people * values)
    mean = np.divide(held, together, where=together > 0, out=np.zeros(len(together)))
    people_share, access_share = _cumulated(mean, together)
    return float(1.0 - np.sum(np.diff(people_share) * (access_share[1:] + access_share[:-1])))


def _cumulated(values: Floats, people: Floats) -> tuple[Floats, Floats]:
    held = values * people
    return (
        np.concatenate([[0.0], np.cumsum(people) / people.sum()]),
        np.concatenate([[0.0], np.cumsum(held) / held.sum()]),
    )


def _checked(access: pd.Series, population: pd.Series) -> tuple[Floats, Floats]:
    values = access.to_numpy(dtype=np.float64)
    people = population.reindex(access.index).to_numpy(dtype=np.float64)
    if np.isinf(values).any():
        raise SchemaError(
            f"{int(np.isinf(values).sum())} values are infinite: walking minutes have no inequality index, "
            "since a distance to nothing is no number; use cumulative, gravity or a floating catchment"
        )
    if len(values) and np.isin(values, (0.0, 1.0)).all():
        raise SchemaError("all values are 0 or 1: a verdict has a share, not an inequality index")
    if not len(values) or np.isnan(values).any() or np.isnan(people).any() or (values < 0).any() or (people < 0).any():
        raise SchemaError("access and population must be given, and at least 0, for every residence")
    if people.sum() <= 0 or float(np.sum(values * people)) <= 0:
        raise SchemaError("nobody has any access: inequality is undefined")
    return values, people
