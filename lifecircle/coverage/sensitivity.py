"""Definitions varied: rules as the crow flies, homes that stay covered, and the range that each factor spans."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lifecircle.coverage.kleene import COVERED, NOT_COVERED
from lifecircle.model.sensitivity import CLASSES, FACTOR_COLUMNS, FACTORS

if TYPE_CHECKING:
    from lifecircle.coverage.kleene import Statuses
    from lifecircle.model.rules import Item, Reading, Rule
    from lifecircle.model.standard import Circle, Standard

NONE = np.int8(-1)  # no verdict: an origin that a combination does not have
COLUMN_OF = {"speed": "speed_kmh", "reading": "reading", "origin": "origin", "metric": "metric"}


def as_the_crow_flies(standard: Standard, speed_of: Callable[[Circle, Reading], float]) -> Standard:
    """Return `standard` with every walk replaced by a straight line as long as the walker gets in the same time.

    Minutes become ``minutes * speed`` metres between entrances, metres along the streets the same metres. Means over
    the k nearest and rules inside a polygon stay as they are: neither is a walk to the nearest.

    Parameters
    ----------
    standard : Standard
    speed_of : callable
        Speed in km/h at which a circle is walked in a reading that it has.
    """
    return replace(standard, circles=tuple(_flown(circle, speed_of) for circle in standard.circles))


def _flown(circle: Circle, speed_of: Callable[[Circle, Reading], float]) -> Circle:
    readings = {
        name: replace(rule, items=tuple(_straight(item, speed_of(circle, name)) for item in rule.items))
        for name, rule in circle.readings.items()
    }
    return replace(circle, readings=readings)


def _straight(item: Item, speed_kmh: float) -> Item:
    if item.within or item.mean_of > 1 or (item.minutes is None and item.max_m is None):
        return item
    return replace(item, minutes=None, max_m=item.distance_m(speed_kmh), straight_line=True)


def keeps_means(rules: Iterable[Rule]) -> bool:
    """Say whether any of `rules` holds something that `as_the_crow_flies` leaves as it is."""
    return any(item.within or item.mean_of > 1 for rule in rules for item in rule.required)


def classify(statuses: Sequence[Statuses]) -> np.ndarray:
    """Return the class of every origin over combinations, as positions in `CLASSES`.

    Covered in every combination: robustly covered; in none: robustly not covered; in some and known not to be in
    others: sensitive; unknown wherever nothing but "unknown" stands against one of the first two.

    Parameters
    ----------
    statuses : sequence of int8 (N,)
        One per combination, codes of `kleene`; `NONE` where a combination has no such origin.

    Returns
    -------
    int8 (N,)

    Examples
    --------
    >>> both = [np.array([2, 2, 2, 0, 0, 1], dtype=np.int8), np.array([2, 0, 1, 0, 1, 1], dtype=np.int8)]
    >>> [CLASSES[code] for code in classify(both)]
    ['robust_covered', 'sensitive', 'unknown', 'robust_not_covered', 'unknown', 'unknown']
    """
    stacked = np.stack(list(statuses))
    there = stacked != NONE
    covered, fails = (stacked == COVERED).any(axis=0), (stacked == NOT_COVERED).any(axis=0)
    always = ((stacked == COVERED) | ~there).all(axis=0) & covered
    never = ((stacked == NOT_COVERED) | ~there).all(axis=0) & fails
    names = [CLASSES.index(name) for name in ("robust_covered", "robust_not_covered", "sensitive", "unknown")]
    return np.select([always, never, covered & fails], names[:3], default=names[3]).astype(np.int8)


def factor_ranges(table: pd.DataFrame) -> pd.DataFrame:
    """Return the range that each factor spans while the others stay as the study asks.

    Parameters
    ----------
    table : DataFrame
        Columns COMBINATION_COLUMNS; exactly one combination is the base.

    Returns
    -------
    DataFrame
        Columns FACTOR_COLUMNS, widest first within a circle; rows without a share are left out.
    """
    rows = []
    for name, own in table.dropna(subset=["share"]).groupby("id", sort=False):
        base = own[own["base"]]
        if base.empty:
            continue
        start = base.iloc[0]
        found = []
        for factor in FACTORS:
            others = [COLUMN_OF[other] for other in FACTORS if other != factor]
            varied = own[(own[others] == start[others]).all(axis=1)].sort_values(["share", "combination"])
            low, high, column = varied.iloc[0], varied.iloc[-1], COLUMN_OF[factor]
            spread = float(high["share"] - low["share"])
            at = tuple(str(start[column] if end["share"] == start["share"] else end[column]) for end in (low, high))
            found.append((name, factor, start["share"], low["share"], at[0], high["share"], at[1], spread))
        rows += sorted(found, key=lambda row: (-row[-1], FACTORS.index(row[1])))
    return pd.DataFrame(rows, columns=list(FACTOR_COLUMNS))
