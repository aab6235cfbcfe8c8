"""Who has a facility of a type within its threshold, before and after, whatever circle asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lifecircle.model.what_if import REACH_COLUMNS
from lifecircle.units import MS_PER_MIN

if TYPE_CHECKING:
    import numpy.typing as npt

    from lifecircle.model.audit import CoverageAudit
    from lifecircle.model.standard import Reading, Standard
    from lifecircle.model.travel import NearestTimes

DEFAULT_MIN = 15.0  # of a type of which the standard says nothing in minutes


def type_limit(standard: Standard, kind: str, *, rule: Reading) -> float:
    """Return the minutes within which a standard wants a type.

    Those of the headline's reading, else of another reading; items that ask for the type by itself or for one of
    several before lists of which many must be there; circles of the headline before others; the shortest of equals.
    15 minutes where it says none.
    """
    found = []
    for circle in standard.circles:
        for reading, told in circle.readings.items():
            found += [
                (bool(item.pools), reading != rule, not circle.headline, item.minutes)
                for item in told.required
                if kind in item.types and item.minutes
            ]
    return float(min(found)[-1]) if found else DEFAULT_MIN


def type_reach(
    sides: tuple[CoverageAudit, CoverageAudit], times: tuple[NearestTimes, NearestTimes], *, rule: Reading
) -> pd.DataFrame:
    """Return which residences are within the threshold of some types before and after.

    Parameters
    ----------
    sides : (before, after), CoverageAudit
    times : (before, after), NearestTimes
        Of the study's walker, rows the residences of each side, of the same types.
    rule : Reading
        Of the headline.

    Returns
    -------
    DataFrame
        Columns REACH_COLUMNS: by type, then the residences of the changed place in their order.
    """
    ids = sides[1].residences.index
    rows = sides[0].residences.index.get_indexer(ids)
    unsure = _unsnapped(sides[1]) | (_unsnapped(sides[0])[rows] & (rows >= 0))
    parts = []
    for column, kind in enumerate(times[0].types):
        limit = type_limit(sides[0].standard, kind, rule=rule)
        was, now = np.where(rows >= 0, times[0].value[rows, column], np.nan), times[1].value[:, column]
        near = was <= limit * MS_PER_MIN, now <= limit * MS_PER_MIN
        chosen = [rows < 0, ~near[0] & near[1], near[0] & ~near[1], near[0] & near[1], unsure]
        state = np.select(chosen, ["new", "gained", "lost", "kept", "open"], default="not")
        parts.append(
            pd.DataFrame(
                {
                    "residence_id": ids,
                    "type": kind,
                    "limit_min": limit,
                    "state": state,
                    "before_min": was / MS_PER_MIN,
                    "after_min": now / MS_PER_MIN,
                }
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(REACH_COLUMNS))


def _unsnapped(side: CoverageAudit) -> npt.NDArray[np.bool_]:
    """Return the residences that are joined to no street: nothing is known of them."""
    reasons = [name for name in side.residences.columns if str(name).endswith("_reason")]
    return np.asarray((side.residences[reasons] == "unsnapped").any(axis=1), dtype=bool)
