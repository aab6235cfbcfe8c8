"""``plan.json`` as a plain dictionary, and the tables beside it."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from lifecircle.model.area import WGS84
from lifecircle.model.siting import SITE_COLUMNS, TRADEOFF_COLUMNS, SitedRequirement
from lifecircle.outputs.document import json_ready, provenance_document

if TYPE_CHECKING:
    import pandas as pd

    from lifecircle.model.siting import SitingPlan
    from lifecircle.model.siting_views import PlanView

ANSWER = ("problem", "objective", "unit", "value", "bound", "gap", "status", "method", "minutes_before")


def plan_document(view: PlanView) -> dict[str, Any]:
    """Return the content of ``plan.json``: no clock, no host, no path.

    Returns
    -------
    dict
        As docs/schemas/plan.schema.json says. Weights are in the study's weight, shares of its total.
    """
    plan = view.plan
    scenario = plan.as_scenario()
    return json_ready(
        {
            "study": {"name_zh": view.area.name_zh, "name_en": view.area.name_en},
            "standard": view.standard.id,
            **{name: getattr(plan, name) for name in ("rule", "speed_kmh", "origin_kind", "weight")},
            "denominator": "" if view.denominator is None else view.denominator.en,
            "total_weight": plan.total,
            "circles_counted": list(plan.circles_counted),
            "requirements": [
                {one.name: getattr(each, one.name) for one in fields(SitedRequirement)} for each in plan.requirements
            ],
            **{name: getattr(plan, name) for name in ANSWER},
            "reached": _reached(plan),
            "gains": {name: getattr(plan, name) for name in ("from_not_covered", "from_unknown", "out_of_reach")},
            "candidates": dict(plan.candidates),
            "sites": _records(plan.sites, SITE_COLUMNS),
            "tradeoff": _records(plan.tradeoff, TRADEOFF_COLUMNS),
            "scenario": {"id": scenario.id, "changes": scenario.records()},
            "notes": [{"code": one.code, "en": one.en, "zh": one.zh, "warning": one.warning} for one in plan.notes],
            "provenance": provenance_document(view.provenance),
        }
    )


def _reached(plan: SitingPlan) -> dict[str, dict[str, float | None]]:
    return {
        name: {
            "before": each.before,
            "after": each.after,
            "gain": each.gain,
            "share_before": _share(each.before, plan, name=name),
            "share_after": _share(each.after, plan, name=name),
        }
        for name, each in plan.reached.items()
    }


def _share(weight: float, plan: SitingPlan, *, name: str) -> float | None:
    """Return a weight as a share; of person-circles the mean number of circles."""
    if name == "requirement":
        return plan.share(weight)
    return weight / plan.total if plan.total else None


def _records(frame: pd.DataFrame, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    rows = frame[list(columns)].itertuples(index=False, name=None)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def site_layer(plan: SitingPlan) -> gpd.GeoDataFrame:
    """Return the sites as points, EPSG:4326, in their order."""
    return gpd.GeoDataFrame(plan.sites, geometry=gpd.points_from_xy(plan.sites["lon"], plan.sites["lat"]), crs=WGS84)
