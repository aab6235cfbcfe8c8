"""Tables of what a scenario changes beside the circles: readings, facility types, communities, groups."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from lifecircle.coverage.kleene import COVERED, NOT_COVERED, UNKNOWN, kleene_and
from lifecircle.model.equity import ALL_CIRCLES
from lifecircle.model.what_if import (
    COMMUNITY_EFFECT_COLUMNS,
    GROUP_EFFECT_COLUMNS,
    READING_EFFECT_COLUMNS,
    TYPE_EFFECT_COLUMNS,
)
from lifecircle.units import MS_PER_MIN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lifecircle.coverage.kleene import Statuses
    from lifecircle.model.audit import CoverageAudit
    from lifecircle.model.standard import Circle, Reading
    from lifecircle.model.tables import ResidenceTable
    from lifecircle.model.travel import NearestTimes

Sides = tuple["CoverageAudit", "CoverageAudit"]

CODES = {"covered": int(COVERED), "not_covered": int(NOT_COVERED), "unknown": int(UNKNOWN)}
GROUP_PREFIX = "population_"


def codes_of(frame: pd.DataFrame, circle: str) -> Statuses:
    """Return the status codes of a circle."""
    return frame[f"{circle}_status"].map(CODES).to_numpy(dtype=np.int64).astype(np.int8)


def joint_status(frame: pd.DataFrame, circles: tuple[str, ...]) -> Statuses:
    """Return the joint status of some circles."""
    return kleene_and([codes_of(frame, circle) for circle in circles], length=len(frame))


def reading_effect(sides: Sides) -> pd.DataFrame:
    """Return the shares of every circle in every reading, in the study's weight, and the joint ones."""
    before, after = sides
    share, rows = f"share_{before.weight}", list[dict[str, object]]()
    for reading in before.readings:
        was, now = before.readings[reading], after.readings[reading]
        for circle in was.index:
            sides_of = [
                tuple(float(side.loc[circle, name]) for side in (was, now)) for name in (share, f"{share}_upper")
            ]
            rows.append(_reading_row((reading, str(circle)), sides_of))
        heads = before.reading_headlines.get(reading), after.reading_headlines.get(reading)
        if heads[0] is None or heads[1] is None or heads[0].circles_counted != heads[1].circles_counted:
            continue
        joint = [
            tuple(_number(getattr(head, name)) for head in heads)
            for name in ("all_circles_share", "all_circles_share_upper")
        ]
        rows.append(_reading_row((reading, ALL_CIRCLES), joint))
    return pd.DataFrame(rows, columns=list(READING_EFFECT_COLUMNS))


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _reading_row(key: tuple[str, str], bounds: list[tuple[float, ...]]) -> dict[str, object]:
    """Return one row of (before, after) of the share and of its upper bound."""
    (before, after), (upper_before, upper_after) = bounds
    return {
        "reading": key[0],
        "circle": key[1],
        "share_before": before,
        "share_after": after,
        "share_upper_before": upper_before,
        "share_upper_after": upper_after,
        "change": after - before,
    }


def type_effect(
    sides: Sides,
    times: tuple[NearestTimes, NearestTimes],
    *,
    counts: tuple[Mapping[str, int], Mapping[str, int]],
    reach: pd.DataFrame,
) -> pd.DataFrame:
    """Return how near the facilities of some types are before and after, whatever circle asks for them.

    Parameters
    ----------
    sides : (before, after), CoverageAudit
    times : (before, after), NearestTimes
        Of the study's walker, rows the residences of each side, of the same types.
    counts : (before, after), mapping of type to objects
    reach : DataFrame
        As `type_reach` returns it.

    Returns
    -------
    DataFrame
        Columns TYPE_EFFECT_COLUMNS; shares are of the residences' weight on each side.
    """
    before, after = sides
    ids = before.residences.index.intersection(after.residences.index, sort=False)
    rows = [after.residences.index.get_indexer(ids), before.residences.index.get_indexer(ids)]
    common = before.residences["weight"].loc[ids].to_numpy(dtype=float)
    found = []
    for column, kind in enumerate(times[0].types):
        own = reach[reach["type"] == kind]
        limit = float(own["limit_min"].iloc[0])
        row: dict[str, object] = {"type": kind, "limit_min": limit}
        for name, side, time, count in zip(("before", "after"), sides, times, counts, strict=True):
            weight = side.residences["weight"].to_numpy(dtype=float)
            total = math.fsum(weight)
            row[f"facilities_{name}"] = count.get(kind, 0)
            for label, minutes in (("5", 5.0), ("10", 10.0), ("15", 15.0), ("limit", limit)):
                near = time.value[:, column] <= minutes * MS_PER_MIN
                row[f"within_{label}_{name}"] = math.fsum(weight[near]) / total if total > 0 else math.nan
        now, was = times[1].value[rows[0], column], times[0].value[rows[1], column]
        for name, chosen in (("nearer", now < was), ("farther", now > was)):
            row[f"{name}_residences"] = int(np.count_nonzero(chosen))
            row[f"{name}_weight"] = math.fsum(common[chosen])
        for state in ("gained", "lost"):
            moved = own.loc[own["state"] == state, "residence_id"]
            row[f"{state}_residences"] = len(moved)
            row[f"{state}_weight"] = math.fsum(before.residences["weight"].loc[moved].to_numpy(dtype=float))
        asking = [circle.id for circle in before.standard.circles if kind in _deciding(circle, before.rule)]
        found.append(row | {"decides": "|".join(asking)})
    return pd.DataFrame(found, columns=list(TYPE_EFFECT_COLUMNS))


def _deciding(circle: Circle, rule: Reading) -> set[str]:
    """Return the types that decide a circle in a reading."""
    told = None if circle.user_layer else circle.rule_for(rule)
    return set() if told is None else {kind for item in told[1].required for kind in item.types}


def community_effect(sides: tuple[gpd.GeoDataFrame | None, gpd.GeoDataFrame | None]) -> pd.DataFrame:
    """Return the communities and circles of which a share or state changes."""
    before, after = sides
    if before is None or after is None:
        return pd.DataFrame(columns=list(COMMUNITY_EFFECT_COLUMNS))
    circles = [str(name).removesuffix("_state") for name in before.columns if str(name).endswith("_state")]
    parts = []
    for circle in circles:
        part = pd.DataFrame({"community_id": before["community_id"], "name": before["name"], "circle": circle})
        for side, frame in (("before", before), ("after", after)):
            part[f"share_{side}"] = frame[f"{circle}_share"].to_numpy(dtype=float)
            part[f"share_upper_{side}"] = frame[f"{circle}_share_upper"].to_numpy(dtype=float)
            part[f"state_{side}"] = frame[f"{circle}_state"].to_numpy()
        part["change"] = part["share_after"] - part["share_before"]
        same = part["state_before"] == part["state_after"]
        for bound in ("share", "share_upper"):
            was, now = part[f"{bound}_before"], part[f"{bound}_after"]
            same &= (was == now) | (was.isna() & now.isna())
        parts.append(part[~same])
    return pd.concat(parts, ignore_index=True)[list(COMMUNITY_EFFECT_COLUMNS)]


def group_effect(sides: Sides, told: tuple[pd.DataFrame, pd.DataFrame], *, place: ResidenceTable) -> pd.DataFrame:
    """Return the shares of every age group, over the residences of both sides."""
    columns = sorted(str(name) for name in place.columns if str(name).startswith(GROUP_PREFIX))
    joint = tuple(c for c in sides[0].headline.circles_counted if c in sides[1].headline.circles_counted)
    rows = []
    for column in columns:
        people = place[column].fillna(0.0).to_numpy(dtype=float)
        total = math.fsum(people)
        for circle in (*sides[0].circles.index, *([ALL_CIRCLES] if joint else [])):
            members = joint if circle == ALL_CIRCLES else (str(circle),)
            codes = [joint_status(frame, members) for frame in told]
            was, now = (code == COVERED for code in codes)
            shares = {
                f"{name}_{side}": math.fsum(people[chosen]) / total if total > 0 else math.nan
                for side, code in zip(("before", "after"), codes, strict=True)
                for name, chosen in (("share", code == COVERED), ("share_upper", code != NOT_COVERED))
            }
            rows.append(
                {
                    "group": column.removeprefix(GROUP_PREFIX),
                    "circle": circle,
                    "people": total,
                    **shares,
                    "change": shares["share_after"] - shares["share_before"],
                    "gained_people": math.fsum(people[~was & now]),
                    "lost_people": math.fsum(people[was & ~now]),
                }
            )
    return pd.DataFrame(rows, columns=list(GROUP_EFFECT_COLUMNS))
