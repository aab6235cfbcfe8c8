"""Who gains and who loses between two audits of one study."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Transformer

from lifecircle.coverage.kleene import COVERED, NOT_COVERED
from lifecircle.model.area import WGS84
from lifecircle.model.what_if import (
    EFFECT_COLUMNS,
    GAIN_COLUMNS,
    Effect,
    JointEffect,
)
from lifecircle.scenario.effect_tables import codes_of, community_effect, group_effect, joint_status, reading_effect

if TYPE_CHECKING:
    from lifecircle.model.audit import CoverageAudit
    from lifecircle.model.tables import ResidenceTable

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Sides = tuple["CoverageAudit", "CoverageAudit"]

MICRO_DEGREES = 6


def effect_of(
    sides: Sides,
    residences: tuple[ResidenceTable, ResidenceTable],
    *,
    communities: tuple[gpd.GeoDataFrame | None, gpd.GeoDataFrame | None],
) -> Effect:
    """Compare the audit of a place with that of the place after a scenario.

    Parameters
    ----------
    sides : (before, after), CoverageAudit
        Of one standard, in one reading.
    residences : (before, after), ResidenceTable
        Those that were audited. Residences of both sides are compared; those that came are counted.
    communities : (before, after), GeoDataFrame or None
        As `community_rollup` returns them.

    Returns
    -------
    Effect
    """
    before, after = sides
    ids = before.residences.index.intersection(after.residences.index, sort=False)
    told = before.residences.loc[ids], after.residences.loc[ids]
    weight = told[0]["weight"].to_numpy(dtype=float)
    total = math.fsum(before.residences["weight"].to_numpy(dtype=float))
    place = residences[0].loc[ids]
    changed = [_changed(circle, told) for circle in before.circles.index]
    frames = [_rows(str(c), told, place, total=total) for c in before.circles.index]
    gains = _picked(frames, [gained for gained, _ in changed], place)
    losses = _picked(frames, [lost for _, lost in changed], place)
    came = after.residences.index.difference(before.residences.index)
    return Effect(
        gains,
        losses,
        _circles(sides, changed, told, weight=weight),
        community_effect(communities),
        group_effect(sides, told, place=place),
        reading_effect(sides),
        _joint(sides, told, weight=weight),
        len(came),
        math.fsum(after.residences.loc[came, "weight"].to_numpy(dtype=float)),
    )


def _changed(circle: str, told: tuple[pd.DataFrame, pd.DataFrame]) -> tuple[Bools, Bools]:
    """Return who becomes covered, and who is covered no more."""
    was, now = (frame[f"{circle}_status"].to_numpy() == "covered" for frame in told)
    return ~was & now, was & ~now


def _rows(
    circle: str, told: tuple[pd.DataFrame, pd.DataFrame], place: gpd.GeoDataFrame, *, total: float
) -> pd.DataFrame:
    """Return every residence with its verdict on one circle on both sides."""
    columns: dict[str, object] = {
        "residence_id": place.index,
        "circle": circle,
        "name": place["name"].to_numpy(),
        "community_id": place["community_id"].to_numpy(),
    }
    for measure in ("status", "reason", "min", "m", "facility_id"):
        for side, frame in zip(("before", "after"), told, strict=True):
            name = f"{circle}_{measure}"
            columns[f"{side}_{measure}"] = frame[name].to_numpy() if name in frame else np.nan
    weight = told[0]["weight"].to_numpy(dtype=float)
    columns |= {"weight": weight, "weight_share": weight / total if total > 0 else np.nan}
    return pd.DataFrame(columns, index=place.index)


def _picked(frames: list[pd.DataFrame], chosen: list[Bools], place: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the chosen rows of every circle, with their places."""
    parts = [frame[rows] for frame, rows in zip(frames, chosen, strict=True)]
    table = pd.concat(parts) if parts else pd.DataFrame(columns=list(GAIN_COLUMNS))
    shapes = place.geometry.reindex(table.index)
    points = shapely.point_on_surface(shapes.to_numpy())
    to_degrees = Transformer.from_crs(place.crs, WGS84, always_xy=True)
    lon, lat = to_degrees.transform(shapely.get_x(points), shapely.get_y(points))
    table = table.assign(lon=np.round(lon, MICRO_DEGREES), lat=np.round(lat, MICRO_DEGREES))
    frame = gpd.GeoDataFrame(table[list(GAIN_COLUMNS)], geometry=shapes.to_numpy(), crs=place.crs)
    return frame.reset_index(drop=True)


def _circles(
    sides: Sides, changed: list[tuple[Bools, Bools]], told: tuple[pd.DataFrame, pd.DataFrame], *, weight: Floats
) -> pd.DataFrame:
    before = sides[0]
    share = f"share_{before.weight}"
    rows = []
    for circle, (gained, lost) in zip(before.circles.index, changed, strict=True):
        was, now = (dict(side.circles.loc[str(circle)]) for side in sides)
        unsure = gained & (told[0][f"{circle}_status"].to_numpy() == "unknown")
        rows.append(
            {
                "name_zh": was["name_zh"],
                "name_en": was["name_en"],
                "assessable_before": bool(was["assessable"]),
                "assessable_after": bool(now["assessable"]),
                "facilities_before": int(was["facilities"]),
                "facilities_after": int(now["facilities"]),
                "share_before": float(was[share]),
                "share_after": float(now[share]),
                "share_upper_before": float(was[f"{share}_upper"]),
                "share_upper_after": float(now[f"{share}_upper"]),
                "change": float(now[share]) - float(was[share]),
                "gained_residences": int(np.count_nonzero(gained)),
                "gained_weight": math.fsum(weight[gained]),
                "gained_from_unknown_weight": math.fsum(weight[unsure]),
                "lost_residences": int(np.count_nonzero(lost)),
                "lost_weight": math.fsum(weight[lost]),
            }
        )
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS), index=pd.Index(before.circles.index, name="circle"))


def _joint(sides: Sides, told: tuple[pd.DataFrame, pd.DataFrame], *, weight: Floats) -> JointEffect:
    before, after = (side.headline for side in sides)
    counted = tuple(circle for circle in before.circles_counted if circle in after.circles_counted)
    status = [joint_status(frame, counted) == COVERED for frame in told]
    gained, lost = (~status[0] & status[1], status[0] & ~status[1]) if counted else (np.zeros(len(weight), bool),) * 2
    return JointEffect(
        counted,
        tuple(circle for circle in before.circles_counted if circle not in counted),
        tuple(circle for circle in after.circles_counted if circle not in counted),
        before.circles_total,
        _shares(sides[0], counted),
        _shares(sides[1], counted),
        int(np.count_nonzero(gained)),
        int(np.count_nonzero(lost)),
        math.fsum(weight[gained]),
        math.fsum(weight[lost]),
    )


def _shares(side: CoverageAudit, counted: tuple[str, ...]) -> dict[str, float | None]:
    """Return the joint shares over some circles: the headline's own where they are all of its circles.

    Else they are summed over residences; by residential land, which is counted in points, they are not known then.
    """
    names = ("all_circles_share", "all_circles_share_upper", "mean_circles_covered")
    if counted == side.headline.circles_counted:
        return {name: getattr(side.headline, name) for name in names}
    weight = side.residences["weight"].to_numpy(dtype=float)
    total = math.fsum(weight)
    if not counted or side.weight == "land" or total <= 0:
        return dict.fromkeys(names)
    status = joint_status(side.residences, counted)
    count = sum((codes_of(side.residences, circle) == COVERED).astype(float) for circle in counted)
    sums = (weight[status == COVERED], weight[status != NOT_COVERED], weight * count)
    return {name: math.fsum(values) / total for name, values in zip(names, sums, strict=True)}
