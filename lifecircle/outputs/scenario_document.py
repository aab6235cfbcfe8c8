"""``scenario.json`` as a plain dictionary."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from lifecircle.model.what_if import (
    COMMUNITY_EFFECT_COLUMNS,
    EFFECT_COLUMNS,
    GAIN_COLUMNS,
    GROUP_EFFECT_COLUMNS,
    READING_EFFECT_COLUMNS,
    TYPE_EFFECT_COLUMNS,
)
from lifecircle.outputs.document import headline_document, json_ready, provenance_document

if TYPE_CHECKING:
    import geopandas as gpd

    from lifecircle.model.what_if import JointEffect, ScenarioView


def scenario_document(view: ScenarioView) -> dict[str, Any]:
    """Return the content of ``scenario.json``: no clock, no host, no path.

    Returns
    -------
    dict
        As docs/schemas/scenario.schema.json says. Shares are of the study's weight, 0..1, null where the circle is not
        assessable; changes are after less before.
    """
    before, after, effect = view.before.audit, view.after.audit, view.effect
    return json_ready(
        {
            "scenario": {
                "id": view.scenario.id,
                "name": view.scenario.name,
                "note": view.scenario.note,
                "changes": view.scenario.records(),
            },
            "refused": [],  # a scenario with a change that cannot be made is not run at all
            "study": {"name_zh": view.before.area.name_zh, "name_en": view.before.area.name_en},
            "standard": before.standard.id,
            "rule": before.rule,
            "origin_kind": before.origin_kind,
            "weight": before.weight,
            "denominator": before.denominator_sources[before.weight].en
            if before.weight in before.denominator_sources
            else "",
            "profile": {"before": before.profile.id, "after": after.profile.id},
            "speed_kmh": {"before": before.profile.speed_kmh, "after": after.profile.speed_kmh},
            "total_weight": {
                side: _sum(audit.residences["weight"]) for side, audit in (("before", before), ("after", after))
            },
            "headline": _joint(effect.joint),
            "headlines": {"before": headline_document(before.headline), "after": headline_document(after.headline)},
            "circles": _records(effect.circles.reset_index(), ("circle", *EFFECT_COLUMNS)),
            "gains": _told(effect.gains),
            "losses": _told(effect.losses),
            "new_residences": {"residences": effect.newcomers, "weight": effect.newcomers_weight},
            "communities": _records(effect.communities, COMMUNITY_EFFECT_COLUMNS),
            "groups": _records(effect.groups, GROUP_EFFECT_COLUMNS),
            "readings": _records(effect.readings, READING_EFFECT_COLUMNS),
            "types": _records(view.types, TYPE_EFFECT_COLUMNS),
            "notes": [{"code": one.code, "en": one.en, "zh": one.zh, "warning": one.warning} for one in view.notes],
            "provenance": provenance_document(view.before.provenance),
        }
    )


def _joint(joint: JointEffect) -> dict[str, Any]:
    before, after = joint.before, joint.after
    return {
        "circles_counted": list(joint.circles_counted),
        "only_before": list(joint.only_before),
        "only_after": list(joint.only_after),
        "circles_total": joint.circles_total,
        "before": dict(before),
        "after": dict(after),
        "change": {name: _less(after[name], before[name]) for name in before},
        "gained": {"residences": joint.gained_residences, "weight": joint.gained_weight},
        "lost": {"residences": joint.lost_residences, "weight": joint.lost_weight},
    }


def _less(after: float | None, before: float | None) -> float | None:
    return None if after is None or before is None else after - before


def _told(table: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return how many residences gain or lose, each counted once, and how many circles they gain or lose in all."""
    once = table.drop_duplicates("residence_id")
    return {
        "residences": len(once),
        "weight": _sum(once["weight"]),
        "weight_share": _sum(once["weight_share"]),
        "rows": len(table),
        "weight_circles": _sum(table["weight"]),
        "from_unknown_rows": int((table["before_status"] == "unknown").sum()),
        "to_unknown_rows": int((table["after_status"] == "unknown").sum()),
    }


def _sum(values: pd.Series) -> float:
    return math.fsum(values.to_numpy(dtype=float))


def _records(frame: pd.DataFrame, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    rows = frame[list(columns)].itertuples(index=False, name=None)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def gain_table(table: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return gains or losses as they are written: minutes to a thousandth, metres to a tenth."""
    return pd.DataFrame(table[list(GAIN_COLUMNS)]).round({"before_min": 3, "after_min": 3, "before_m": 1, "after_m": 1})
