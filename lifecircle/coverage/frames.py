"""The tables of an audit: one row per residence, one row per circle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lifecircle.coverage.kleene import reason_names, status_names
from lifecircle.coverage.shares import NO_BOUNDS, Weight, bounds, covered_count
from lifecircle.model.audit import CIRCLE_COLUMNS, WEIGHTS
from lifecircle.units import MM_PER_M, MS_PER_MIN

if TYPE_CHECKING:
    import numpy.typing as npt
    from pandas.api.extensions import ExtensionArray

    from lifecircle.coverage.case import CoverageCase
    from lifecircle.coverage.verdicts import CircleVerdict
    from lifecircle.model.standard import Item, Reading
    from lifecircle.model.travel import Floats


def residence_frame(verdicts: Sequence[CircleVerdict], case: CoverageCase, *, weight: Floats) -> pd.DataFrame:
    """Return the table of residences.

    Parameters
    ----------
    verdicts : sequence of CircleVerdict
        In the headline reading.
    case : CoverageCase
    weight : float64 (R,)

    Returns
    -------
    DataFrame
        R rows, index ``residence_id``; see `CoverageAudit.residences`. Every circle has ``c_min`` (null where it
        has no rule in minutes); circles with a rule in metres have ``c_m`` as well. Both are over the circle's
        items of that unit, null where the origin is not joined to the network.
    """
    count = case.residence_count
    columns: dict[str, npt.NDArray[Any] | ExtensionArray] = {}
    snapped = case.origin_snapped[:count]
    for verdict in verdicts:
        name = verdict.circle.id
        minutes = [item.value[:count] / MS_PER_MIN for item in verdict.items if not item.item.in_metres]
        metres = [item.value[:count] / MM_PER_M for item in verdict.items if item.item.in_metres]
        columns[f"{name}_min"] = _greatest(minutes, snapped)
        if metres:
            columns[f"{name}_m"] = _greatest(metres, snapped)
        columns[f"{name}_status"] = status_names(verdict.status[:count])
        columns[f"{name}_reason"] = reason_names(verdict.reason[:count])
        columns[f"{name}_facility_id"] = deciding_facility(verdict, count=count)
    columns["covered_count"] = covered_count(verdicts, length=case.origin_count)[:count]
    columns["weight"] = weight
    return pd.DataFrame(columns, index=pd.Index(case.residences.index, name="residence_id"))


def _greatest(values: Sequence[Floats], snapped: npt.NDArray[np.bool_]) -> Floats:
    if not values:
        return np.full(len(snapped), np.nan)
    greatest = np.maximum.reduce(list(values))
    return np.where(~snapped & np.isinf(greatest), np.nan, greatest)


def deciding_facility(verdict: CircleVerdict, *, count: int) -> ExtensionArray | npt.NDArray[np.object_]:
    """Return the facility that serves the deciding item of the first `count` origins, None where none does.

    The deciding item is the one with the greatest value; in a circle that mixes minutes and metres the one with
    the greatest value for its threshold. The first of equals.
    """
    if not verdict.items:
        return np.full(count, None, dtype=object)
    mixed = len({item.item.in_metres for item in verdict.items}) > 1
    scaled = [item.value[:count] / (max(item.limit, 1) if mixed else 1) for item in verdict.items]
    deciding = np.argmax(np.stack(scaled), axis=0)
    facility = np.stack([item.facility[:count] for item in verdict.items])[deciding, np.arange(count)]
    if not np.any(facility >= 0):
        return np.full(count, None, dtype=object)
    return verdict.items[0].facility_ids.astype("str").array.take(facility, allow_fill=True)


def circle_frames(
    readings: Mapping[Reading, Sequence[CircleVerdict]], weights: Mapping[str, Weight], *, study_weight: str
) -> dict[Reading, pd.DataFrame]:
    """Return one row per circle for each of `readings`, index ``id``, columns CIRCLE_COLUMNS.

    All shares are NaN where the circle is not assessable; those of one weight where it is missing.
    """
    # A verdict may stand in several readings.
    every = dict.fromkeys(verdict for verdicts in readings.values() for verdict in verdicts)
    rows = {verdict: _circle_row(verdict, weights, study_weight=study_weight) for verdict in every}
    return {
        name: pd.DataFrame(
            [rows[verdict] for verdict in verdicts],
            index=pd.Index([verdict.circle.id for verdict in verdicts], name="id", dtype=object),
            columns=list(CIRCLE_COLUMNS),
        )
        for name, verdicts in readings.items()
    }


def _circle_row(verdict: CircleVerdict, weights: Mapping[str, Weight], *, study_weight: str) -> dict[str, object]:
    circle = verdict.circle
    row: dict[str, object] = {
        "name_zh": circle.name_zh,
        "name_en": circle.name_en,
        "rule": verdict.used,
        "threshold": [threshold(item) for item in (verdict.rule.items if verdict.rule is not None else ())],
        "speed_kmh": verdict.speed_kmh,
        "facilities": verdict.objects,
        "headline": circle.headline,
        "assessable": verdict.assessable,
        "reason": verdict.why,
    }
    for name in WEIGHTS:
        found = bounds(verdict.status, weights[name]) if verdict.assessable else NO_BOUNDS
        row[f"share_{name}"], row[f"share_{name}_upper"] = found.covered, found.upper
        if name == study_weight:
            row["not_covered_share"], row["unknown_share"] = found.not_covered, found.unknown
    return row


def threshold(item: Item) -> dict[str, object]:
    """Return what an item asks for as a plain mapping.

    Types, ``min`` or ``max_m``, its source and label; further keys only where they say something.
    """
    limit: dict[str, object] = {"max_m": item.max_m} if item.in_metres else {"min": item.minutes}
    more: dict[str, object] = {
        "straight_line": item.straight_line,
        "within": item.within,
        "not_judged": not item.judged,
        "min_area_m2": item.admits.min_area_m2,
        "min_capacity": item.admits.min_capacity,
        "where": dict(item.admits.where),
        "pools": [list(pool) for pool in item.pools],
        "at_least": item.at_least if item.pools else None,
        "mean_of": item.mean_of if item.mean_of > 1 else None,
    }
    return {
        "types": list(item.types),
        **limit,
        "optional": item.optional,
        "source_m": item.source_m,
        "source": item.source,
        "label": item.label,
        **{name: value for name, value in more.items() if value},
    }
