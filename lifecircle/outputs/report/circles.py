"""The report circle by circle: table, sheet, and for each a map and its sentences."""

from __future__ import annotations

import math
from typing import Any

from lifecircle.model.audit import AuditView
from lifecircle.outputs.phrases import (
    basis,
    circle_name,
    circle_row,
    missing_text,
    percent,
    phrase,
    reason_text,
    threshold_text,
    type_label,
    up_to_tenth,
    walking_speed,
    weight_name,
)
from lifecircle.outputs.report.model import Block, Paragraph, Picture, Section, Table
from lifecircle.outputs.report.result import circle_share, rule_text

GAPS_IN_ALT = 3


def circle_sections(view: AuditView) -> tuple[Section, ...]:
    """Return the section on all circles and, below it, one per circle."""
    language = view.language
    count, study = len(view.audit.circles), view.area.name(language)
    alt = phrase("report.figure.sheet.alt", language, count=count, study=study)
    blocks = (_table(view), Picture("sheet", None, phrase("report.figure.sheet", language), alt))
    whole = Section("circles", phrase("report.section.circles", language), blocks)
    return (whole, *(_circle(view, str(circle)) for circle in view.audit.circles.index))


def _table(view: AuditView) -> Table:
    language = view.language
    heads = ("circle", "rule", "speed", "facilities", "share", "not_covered", "unknown")
    rows = []
    for circle in view.audit.circles.index:
        row = circle_row(view, circle)
        speed = float(row["speed_kmh"])
        start = (
            circle_name(view, circle),
            threshold_text(row, language),
            "–" if math.isnan(speed) else f"{speed:g}",
            f"{int(row['facilities']):,}",
        )
        if row["assessable"]:
            shares = (circle_share(view, circle), percent(row["not_covered_share"]), percent(row["unknown_share"]))
        else:
            shares = (phrase("not_assessable", language), "–", "–")
        rows.append((*start, *shares))
    caption = phrase("report.circles.caption", language, basis=basis(view))
    head = tuple(phrase(f"table.{name}", language) for name in heads)
    widths = (1.5, 1.1, 0.65, 1.05, 1.25, 0.9, 1.05)
    return Table(caption, head, tuple(rows), right=(2, 3, 4, 5, 6), widths=widths)


def _circle(view: AuditView, circle: str) -> Section:
    language, row, name = view.language, circle_row(view, circle), circle_name(view, circle)
    blocks: list[Block]
    if row["assessable"]:
        blocks = [
            Paragraph(text) for text in (_sentence(view, circle, row), *_strict(view, circle), _gap(view, circle))
        ]
        gaps = view.audit.gaps[view.audit.gaps["circle"] == circle].sort_values("gap").head(GAPS_IN_ALT)
        places = [
            f"{gap.place or phrase('gaps.unnamed', language)} {percent(gap.weight_share)}" for gap in gaps.itertuples()
        ]
        values = {"share": circle_share(view, circle), "weight": weight_name(view)}
        values["gaps"] = phrase("list", language).join(places) or phrase("gaps.none", language)
        alt = phrase("report.figure.circle.alt", language, study=view.area.name(language), circle=name, **values)
    else:
        blocks = [Paragraph(phrase("report.circle.none", language, reason=_reason(row, language)))]
        alt = phrase("report.figure.circle.none", language, study=view.area.name(language), circle=name)
    if row["assessable"]:
        blocks.append(Picture("circle", circle, phrase("report.figure.circle", language, circle=name), alt))
    return Section(f"circle-{circle}", name, tuple(blocks), level=2)


def _reason(row: dict[str, Any], language: str) -> str:
    """Return why a circle is not assessable, without saying again that it is not."""
    text = reason_text(row, language)
    return text.removeprefix(phrase("not_assessable.because", language, reason=""))


def _sentence(view: AuditView, circle: str, row: dict[str, Any]) -> str:
    return phrase(
        "report.circle",
        view.language,
        share=circle_share(view, circle),
        weight=weight_name(view),
        rule=rule_text(view, row),
        speed=walking_speed(float(row["speed_kmh"]), view.language),
        not_covered=percent(row["not_covered_share"]),
        unknown=percent(row["unknown_share"]),
        facilities=f"{int(row['facilities']):,}",
    )


def _strict(view: AuditView, circle: str) -> list[str]:
    """Return the share in the standard reading, where it is written and is not the one reported."""
    readings = view.audit.readings
    if view.audit.rule == "standard" or "standard" not in readings:
        return []
    row: dict[str, Any] = {str(name): value for name, value in readings["standard"].loc[circle].items()}
    if not row["assessable"] or row["rule"] != "standard":
        return []
    share, speed = circle_share(view, circle, row=row), walking_speed(float(row["speed_kmh"]), view.language)
    return [phrase("report.circle.strict", view.language, share=share, speed=speed)]


def _gap(view: AuditView, circle: str) -> str:
    language = view.language
    gaps = view.audit.gaps[view.audit.gaps["circle"] == circle].sort_values("gap", kind="stable")
    if gaps.empty:
        return phrase("report.circle.no_gap", language)
    gap = gaps.iloc[0]
    text = phrase(
        "report.circle.gap",
        language,
        count=len(gaps),
        place=gap["place"] or phrase("gaps.unnamed", language),
        homes=phrase("gaps.homes", language, count=f"{int(gap['homes']):,}"),
        share=percent(gap["weight_share"]),
        weight=weight_name(view),
        missing=missing_text(view, gap, named=type_label),
    )
    away = _away(gap["minutes"], gap["metres"], language)
    if not gap["nearest_facility_id"] or not away:
        return text
    name = gap["nearest_name"] or phrase("map.unnamed", language)
    between = "" if language == "zh" else " "
    return text + between + phrase("report.circle.nearest", language, name=name, away=away)


def _away(minutes: float | None, metres: float | None, language: str) -> str:
    if minutes is not None and math.isfinite(minutes):
        return phrase("map.minutes", language, value=f"{up_to_tenth(minutes):.1f}")
    if metres is not None and math.isfinite(metres):
        return phrase("map.metres", language, value=f"{math.ceil(metres):,}")
    return ""
