"""What the map says in words: title block, footer, gap pop-ups."""

import math
from typing import Any

from lifecircle.model.audit import AuditView
from lifecircle.outputs.phrases import (
    basis,
    cause_text,
    circle_name,
    headline_text,
    missing_text,
    number,
    percent,
    phrase,
    phrase_keys,
    phrase_or,
    type_name,
    up_to_tenth,
    weight_name,
    weight_source,
)


def words(language: str) -> dict[str, str]:
    """Return the phrases that the page needs, their ``{names}`` still open."""
    return phrase_keys(("map.", "status.", "colon", "notes"), language)


def title_block(view: AuditView) -> dict[str, Any]:
    """Return study, standard, headline and everything a percentage must stand with."""
    audit, language = view.audit, view.language
    profile = phrase_or(f"profile.{audit.profile.id}", language, fallback=audit.profile.id)
    stamps = [file.timestamp[:10] for file in view.provenance.inputs if file.role == "osm" and file.timestamp]
    counted = phrase("list", language).join(circle_name(view, circle) for circle in audit.headline.circles_counted)
    planner = phrase("speed", language, speed=number(audit.planner_speed.speed_kmh))
    verified, total = audit.standard.verified_thresholds()
    details = [
        (phrase("label.walker", language), profile),
        (phrase("label.weight", language), weight_source(view)),
        (phrase("label.counted", language), counted),
        (phrase("label.planner", language, speed=planner), headline_text(view, audit.planner_speed)),
        (phrase("label.thresholds", language), phrase("thresholds.short", language, verified=verified, total=total)),
        (phrase("label.date", language), view.area.date),
        (phrase("label.osm_date", language), stamps[0] if stamps else ""),
    ]
    return {
        "study": view.area.name(language),
        "standard": audit.standard.title(language),
        "headline": headline_text(view, audit.headline),
        "basis": basis(view),
        "details": [[label, value] for label, value in details if value],
        "notes": [note.text(language) for note in audit.notes],
    }


def footer(view: AuditView) -> list[str]:
    """Return the lines that a published map must carry."""
    colon = phrase("colon", view.language)
    lines = [phrase("map.schematic", view.language)]
    if view.compiled_by:
        lines.append(phrase("map.compiled_by", view.language) + colon + view.compiled_by)
    if view.map_approval_no:
        lines.append(phrase("map.approval", view.language) + colon + view.map_approval_no)
    others = [file.attribution for file in view.provenance.inputs if file.attribution]
    return [*lines, *dict.fromkeys(text for text in others if "OpenStreetMap" not in text)]


def gap_rows(view: AuditView, gap: Any) -> list[list[str]]:  # noqa: ANN401 - a row of audit.gaps
    """Return label and value of what is known about a gap."""
    language = view.language
    walked = _walked(gap.minutes, key="map.minutes", language=language) or _walked(
        gap.metres, key="map.metres", language=language
    )
    named = str(gap.nearest_name or "") or str(gap.nearest_facility_id or "")
    nearest = " · ".join(part for part in (named, walked) if part) or phrase("map.beyond", language)
    rows = [
        [phrase("map.community", language), str(gap.community or "")],
        [phrase("map.homes", language), f"{int(gap.homes):,}"],
        [phrase("map.share", language, weight=weight_name(view)), percent(gap.weight_share)],
        [phrase("map.missing", language), missing_text(view, gap, named=type_name)],
        [phrase("map.nearest", language), nearest],
        [phrase("gap_cause", language), cause_text(str(getattr(gap, "cause", "") or ""), language)],
    ]
    return [row for row in rows if row[1]]


def _walked(value: float | None, *, key: str, language: str) -> str:
    if value is None or not math.isfinite(value):
        return ""
    shown = f"{up_to_tenth(value):.1f}" if key == "map.minutes" else number(math.ceil(value))
    return phrase(key, language, value=shown)
