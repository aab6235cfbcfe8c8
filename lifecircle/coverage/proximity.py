"""Proximity time, F15 and its Gini coefficient, as Bruno et al. (2024) print them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lifecircle.accessibility.inequality import gini
from lifecircle.coverage.denominator_notes import WEIGHT_NAMES
from lifecircle.model.provenance import Note

if TYPE_CHECKING:
    from lifecircle.model.audit import CoverageAudit
    from lifecircle.model.standard import Circle, Standard

F_MIN = 15.0  # the 15 of F15
PROXIMITY_COLUMNS = ("category", "defined_share", "pt_min", "f15", "f15_upper", "gini")
TOGETHER = "all"  # the row of the mean over the categories


def averages(standard: Standard) -> tuple[Circle, ...]:
    """Return the circles of `standard` where it asks for a mean over several nearest in all of them, else none."""
    rules = [rule for circle in standard.circles for rule in circle.readings.values()]
    means = bool(rules) and all(item.mean_of > 1 for rule in rules for item in rule.items)
    return standard.circles if means else ()


def proximity(audit: CoverageAudit) -> pd.DataFrame:
    """Return proximity time, F15 and Gini of an audit by means over the nearest; no row for other standards.

    The proximity time of an origin is the mean over the categories of its mean time to the k nearest; ``pt_min`` is its
    weighted mean, ``f15`` the share of the weight at 15 minutes or less, ``gini`` how unequal it is over the weight.
    The same for every category by itself. Categories that are not assessable are left out. An origin with fewer than k
    of a category within the search has no proximity time: ``pt_min`` and ``gini`` are then null, because a mean over
    the others alone would flatter the city, and ``f15`` is a lower bound.

    Parameters
    ----------
    audit : CoverageAudit

    Returns
    -------
    DataFrame
        Columns PROXIMITY_COLUMNS: a row for each assessable category, the last, "all", for their mean.

    References
    ----------
    Bruno, Melo, Campanelli and Loreto (2024), Nature Cities 1, 633-641; docs/standards/sony.md
    """
    circles = averages(audit.standard)
    used = [circle.id for circle in circles if audit.circles.loc[circle.id, "assessable"]]
    weight = audit.residences["weight"]
    if not used or not weight.sum() > 0.0:
        return pd.DataFrame(columns=list(PROXIMITY_COLUMNS))
    minutes = audit.residences[[f"{circle}_min" for circle in used]].fillna(np.inf)
    times = {circle: minutes[f"{circle}_min"] for circle in used} | {TOGETHER: minutes.mean(axis=1)}
    rows = [{"category": name, **_row(time, weight)} for name, time in times.items()]
    return pd.DataFrame(rows, columns=list(PROXIMITY_COLUMNS))


def _row(time: pd.Series, weight: pd.Series) -> dict[str, float]:
    counts = weight > 0.0
    time, weight = time[counts], weight[counts]
    total = math.fsum(weight.tolist())
    known = np.isfinite(time)
    share = math.fsum(weight[known].tolist()) / total
    near = math.fsum(weight[time <= F_MIN].tolist()) / total
    whole = bool(known.all())
    return {
        "defined_share": share,
        "pt_min": math.fsum((time * weight).tolist()) / total if whole else math.nan,
        "f15": near,
        "f15_upper": near + (1.0 - share),
        "gini": gini(time, population=weight) if whole and time.max() > 1.0 else math.nan,
    }


def proximity_notes(audit: CoverageAudit) -> tuple[Note, ...]:
    """Return the three numbers as a note, for standards that ask for means over the nearest."""
    found = proximity(audit)
    return () if found.empty else (_note(found, audit),)


def _note(found: pd.DataFrame, audit: CoverageAudit) -> Note:
    weight, row = WEIGHT_NAMES[audit.weight], found.iloc[-1]
    named = found.iloc[:-1]
    many = (len(named), len(audit.standard.circles))
    of, of_zh = f"{many[0]} of {many[1]} categories", f"{many[1]} 类中 {many[0]} 类"
    if math.isnan(row["pt_min"]):
        lacking = audit.circles.loc[list(named.loc[named["defined_share"] < 1.0, "category"])]
        undefined = f"{1.0 - row['defined_share']:.1%}"
        return Note(
            "standard.proximity",
            f"Proximity ({of}): {undefined} of {weight[0]} have fewer within the search than the mean is taken over of "
            f"{', '.join(lacking['name_en'])}. The mean proximity time PT, F15 and the Gini coefficient are not given "
            "for all together; proximity.csv has them for each category.",
            f"邻近度（{of_zh}）：{undefined} 的{weight[1]}在搜索时限内以下类别的设施数少于求平均所需："
            f"{'、'.join(lacking['name_zh'])}。不给出总的平均邻近时间 PT、F15 与基尼系数；各类数值见 proximity.csv。",
            warning=True,
        )
    return Note(
        "standard.proximity",
        f"Proximity ({of}): mean proximity time PT {row['pt_min']:.1f} min, F15 {row['f15']:.1%} of {weight[0]}, "
        f"Gini coefficient of PT {row['gini']:.3f}.",
        f"邻近度（{of_zh}）：平均邻近时间 PT {row['pt_min']:.1f} 分钟，F15 为{weight[1]}的 {row['f15']:.1%}，"
        f"PT 的基尼系数 {row['gini']:.3f}。",
    )
