"""How coverage differs between groups of residences, and between groups of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from lifecircle.coverage.kleene import COVERED, NOT_COVERED, Statuses, kleene_and, status_codes
from lifecircle.errors import SchemaError
from lifecircle.model.equity import AGE_GROUP, ALL_CIRCLES, EQUITY_COLUMNS, OWN_GROUP, UNKNOWN_GROUP

if TYPE_CHECKING:
    from lifecircle.model.audit import CoverageAudit

Floats: TypeAlias = npt.NDArray[np.float64]

DECILE = 10  # groups that make a worst tenth
CLASSES = 5  # numbers are cut into, with as many residences each, where no bins are given
FEW = 12  # different numbers that are groups of their own


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Some residences, or some people in all of them.

    Attributes
    ----------
    name : str
    weight : float64 (R,)
        0 where a residence does not belong to it.
    """

    name: str
    weight: Floats


def statuses_of(coverage: CoverageAudit) -> dict[str, Statuses]:
    """Return the status codes of every residence by assessable circle, and jointly over the counted ones."""
    found: dict[str, Statuses] = {}
    for circle in coverage.circles.index[coverage.circles["assessable"].to_numpy(dtype=bool)]:
        found[str(circle)] = status_codes(coverage.residences[f"{circle}_status"])
    counted = [found[circle] for circle in coverage.headline.circles_counted]
    if counted:
        found[ALL_CIRCLES] = kleene_and(counted, length=len(coverage.residences))
    return found


def equity_by(coverage: CoverageAudit, by: str, *, labels: npt.NDArray[np.object_]) -> pd.DataFrame:
    """Return the coverage of groups of residences in the study's weight.

    Parameters
    ----------
    coverage : CoverageAudit
        R residences.
    by : str
        Name of the attribute.
    labels : object (R,)
        The group of every residence; "" or None where it is not known.

    Returns
    -------
    DataFrame
        Columns EQUITY_COLUMNS, by circle, then group in the order of `in_order`.

    Raises
    ------
    SchemaError
        If `labels` has another length, or no residence has a known group.

    References
    ----------
    docs/methods/equity.md
    """
    weight = coverage.residences["weight"].to_numpy(dtype=float)
    if len(labels) != len(weight):
        raise SchemaError(f"equity by {by}: {len(labels)} values for {len(weight)} residences")
    known = np.array([str(label) if label not in (None, "") else UNKNOWN_GROUP for label in labels], dtype=object)
    if (known == UNKNOWN_GROUP).all():
        raise SchemaError(f"equity by {by}: it is not known for any of the {len(weight)} residences")
    groups = [Group(name, np.where(known == name, weight, 0.0)) for name in in_order(set(known))]
    sizes = [int(np.count_nonzero(known == group.name)) for group in groups]
    return _table(statuses_of(coverage), by, groups=groups, overall=weight, sizes=sizes)


def equity_of_people(coverage: CoverageAudit, groups: Sequence[Group], *, people: Floats) -> pd.DataFrame:
    """Return the coverage of groups of people, each by its own number in every residence, against all `people` (R,)."""
    sizes = [int(np.count_nonzero(group.weight > 0)) for group in groups]
    return _table(statuses_of(coverage), AGE_GROUP, groups=groups, overall=people, sizes=sizes)


def equity_of_own(coverage: CoverageAudit, own: Mapping[str, Group]) -> pd.DataFrame:
    """Return circles weighted by the people they are for, against their share in the study's weight.

    `own` has the people by circle id; circles that cannot be assessed are left out.
    """
    statuses, weight = statuses_of(coverage), coverage.residences["weight"].to_numpy(dtype=float)
    parts = [
        _table(
            {circle: statuses[circle]}, OWN_GROUP, groups=[group], overall=weight, sizes=[int((group.weight > 0).sum())]
        )
        for circle, group in own.items()
        if circle in statuses
    ]
    found: pd.DataFrame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(EQUITY_COLUMNS))
    return found


def in_order(names: set[str]) -> list[str]:
    """Return the names of groups: those that begin with a number by it, then the others; the unknown last."""

    def key(name: str) -> tuple[bool, bool, float, str]:
        first = name.replace("<", "").replace("\N{GREATER-THAN OR EQUAL TO}", "").strip().split("\N{EN DASH}")[0]
        try:
            return name == UNKNOWN_GROUP, False, float(first) - (0.5 if name.startswith("<") else 0.0), name
        except ValueError:
            return name == UNKNOWN_GROUP, True, 0.0, name

    return sorted(names, key=key)


def binned(values: Floats, *, edges: Sequence[float] = ()) -> npt.NDArray[np.object_]:
    """Return numbers as classes, "" where they are not known.

    With `edges` a, b: below a, from a to below b, from b on. Without, numbers of at most 12 different values are their
    own class, others are cut into five with as many residences each.

    Examples
    --------
    >>> binned(np.array([1979.0, 1980.0, 2005.0, np.nan]), edges=[1980, 2000]).tolist()
    ['<1980', '1980–2000', '≥2000', '']
    """
    known = values[~np.isnan(values)]
    found = np.full(len(values), "", dtype=object)
    if not len(edges):
        several = np.unique(known)
        if len(several) <= FEW:
            found[~np.isnan(values)] = [f"{value:g}" for value in known.tolist()]
            return found
        steps = np.quantile(known, np.arange(1, CLASSES) / CLASSES, method="higher")
        # Where most have the least value, no step lies above it: the others are the second class.
        edges = sorted(set(steps.tolist()) - {float(several[0])}) or [float(several[1])]
    names = [f"<{edges[0]:g}", *(f"{a:g}\N{EN DASH}{b:g}" for a, b in pairwise(edges))]
    names.append(f"\N{GREATER-THAN OR EQUAL TO}{edges[-1]:g}")
    found[~np.isnan(values)] = np.array(names, dtype=object)[np.searchsorted(np.asarray(edges), known, side="right")]
    return found


def _table(
    statuses: Mapping[str, Statuses], by: str, *, groups: Sequence[Group], overall: Floats, sizes: Sequence[int]
) -> pd.DataFrame:
    weights = np.array([group.weight.sum() for group in groups])
    # Groups of people may overlap or leave people out: theirs is their part of everybody.
    whole = float(overall.sum())
    rows = []
    for circle, status in statuses.items():
        mean = _share(overall, status == COVERED)
        covered = [_share(group.weight, status == COVERED) for group in groups]
        upper = [_share(group.weight, status != NOT_COVERED) for group in groups]
        worst = _worst(covered, names=[group.name for group in groups])
        for number, group in enumerate(groups):
            rows.append(
                (
                    by,
                    group.name,
                    circle,
                    sizes[number],
                    float(weights[number]),
                    float(weights[number]) / whole if whole > 0 else np.nan,
                    covered[number],
                    upper[number],
                    mean,
                    covered[number] - mean,
                    number in worst,
                )
            )
    return pd.DataFrame(rows, columns=list(EQUITY_COLUMNS))


def _share(weight: Floats, chosen: npt.NDArray[np.bool_]) -> float:
    total = float(weight.sum())
    return min(float(np.where(chosen, weight, 0.0).sum()) / total, 1.0) if total > 0 else np.nan


def _worst(shares: Sequence[float], *, names: Sequence[str]) -> set[int]:
    """Return the tenth (rounded down) of the groups with the lowest share, ties by name; none below 10 groups."""
    known = [n for n, share in enumerate(shares) if not np.isnan(share) and names[n] != UNKNOWN_GROUP]
    known.sort(key=lambda number: (shares[number], names[number]))
    return set(known[: len(known) // DECILE])
