"""``audit.json`` and ``provenance.json`` as plain dictionaries."""

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from lifecircle.model.audit import CIRCLE_COLUMNS, SECTION_COLUMNS, SHARE_COLUMNS, AuditView, CoverageAudit, Headline
from lifecircle.model.causes import FIX_COLUMNS
from lifecircle.model.provenance import Provenance
from lifecircle.model.standard import READINGS
from lifecircle.outputs.uncertainty import uncertainty_document

READING_COLUMNS = ("rule", "assessable", *SHARE_COLUMNS, "not_covered_share", "unknown_share")


def json_ready(value: Any) -> Any:  # noqa: ANN401, PLR0911 - any value in, its JSON form out
    """Return `value` as plain JSON types; NaN and infinity become null."""
    if isinstance(value, Mapping):
        return {str(key): json_ready(item) for key, item in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [json_ready(item) for item in value]
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    if value is None or value is pd.NA:
        return None
    return str(value)


def to_json(document: Mapping[str, Any]) -> str:
    """Return `document` as readable JSON text with a final newline; the same input gives the same text."""
    return json.dumps(json_ready(document), ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def audit_document(view: AuditView) -> dict[str, Any]:
    """Return the content of ``audit.json``: no clock, no host, no path.

    Returns
    -------
    dict
        As docs/schemas/audit.schema.json says. Shares are 0..1, null where the circle is not
        assessable or the denominator is missing.
    """
    audit = view.audit
    verified, total = audit.standard.verified_thresholds()
    return json_ready(
        {
            "study": _study(view),
            "standard": audit.standard.id,
            "rule": audit.rule,
            "origin_kind": audit.origin_kind,
            "profile": audit.profile.id,
            "speed_kmh": audit.profile.speed_kmh,
            "weight": audit.weight,
            "denominator_sources": {weight: said.en for weight, said in sorted(audit.denominator_sources.items())},
            "circles": records(audit.circles, CIRCLE_COLUMNS),
            "readings": {
                reading: {
                    "headline": headline_document(audit.reading_headlines[reading]),
                    "circles": records(audit.readings[reading], READING_COLUMNS),
                }
                for reading in READINGS
                if reading in audit.readings and reading in audit.reading_headlines
            },
            "headline": headline_document(audit.headline),
            "planner_speed": headline_document(audit.planner_speed),
            "sections": records(audit.sections, SECTION_COLUMNS),
            "published": audit.published.to_dict("records"),
            "causes": _causes(audit),
            "fixes": _fixes(view.tables.get("fixes")),
            "equity": view.tables["equity"].to_dict("records") if "equity" in view.tables else [],
            "without_corrections": (
                None if audit.without_corrections is None else headline_document(audit.without_corrections)
            ),
            **({} if audit.uncertainty is None else {"uncertainty": uncertainty_document(audit.uncertainty)}),
            "verified_thresholds": {"verified": verified, "total": total, "draft": audit.standard.draft},
            "notes": [
                {"code": note.code, "en": note.en, "zh": note.zh, "warning": note.warning} for note in audit.notes
            ],
            "provenance": provenance_document(view.provenance),
        }
    )


def _causes(audit: CoverageAudit) -> list[dict[str, Any]]:
    """Return the causes of every circle that was looked at, in the order of precedence."""
    table, names = audit.causes, ["cause", "residences", "weight", "share", "also"]
    return [
        {"id": circle, "causes": table.loc[table["circle"] == circle, names].to_dict("records")}
        for circle in dict.fromkeys(table["circle"])
    ]


def _fixes(table: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Return the changes for whole circles; those for single gaps stand in ``fixes.csv`` beside them."""
    if table is None:
        return []
    whole = table.loc[table["gap"] == 0, [name for name in FIX_COLUMNS if name != "gap"]]
    return [{str(name): value for name, value in row.items()} for row in whole.to_dict("records")]


def provenance_document(provenance: Provenance) -> dict[str, Any]:
    """Return versions, configuration hash, inputs and row counts."""
    fields = ("role", "name", "sha256", "licence", "attribution", "timestamp")
    return {
        "versions": dict(sorted(provenance.versions.items())),
        "config_sha256": provenance.config_sha256,
        "inputs": [{field: getattr(file, field) for field in fields} for file in provenance.inputs],
        "counts": dict(sorted(provenance.counts.items())),
    }


def _study(view: AuditView) -> dict[str, Any]:
    population = view.residences["population"].to_numpy(dtype=float)
    return {
        "name": view.area.name(view.language),
        "name_zh": view.area.name_zh,
        "name_en": view.area.name_en,
        "date": view.area.date or None,
        "area_km2": round(view.area.area_km2, 6),
        "population": None if np.isnan(population).all() else float(np.nansum(population)),
        "residences": len(view.residences),
    }


def records(frame: pd.DataFrame, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the rows of `frame`, those `columns` that it has, each with its ``id``."""
    columns = tuple(name for name in columns if name in frame.columns)
    return [
        {"id": circle, **dict(zip(columns, row, strict=True))}
        for circle, row in zip(frame.index, frame[list(columns)].itertuples(index=False, name=None), strict=True)
    ]


def headline_document(headline: Headline) -> dict[str, Any]:
    """Return a headline as in ``audit.json``."""
    return {
        "all_circles_share": headline.all_circles_share,
        "all_circles_share_upper": headline.all_circles_share_upper,
        "mean_circles_covered": headline.mean_circles_covered,
        "circles_counted": list(headline.circles_counted),
        "circles_total": headline.circles_total,
        "speed_kmh": headline.speed_kmh,
        "rule": headline.rule,
    }
