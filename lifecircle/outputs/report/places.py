"""The report's tables of communities, causes, single changes and published counts; each only where there is one."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from lifecircle.model.audit import AuditView
from lifecircle.outputs.phrases import (
    basis,
    circle_name,
    number,
    percent,
    phrase,
    phrase_or,
    share_range,
    type_label,
    weight_name,
)
from lifecircle.outputs.report.model import Block, Paragraph, Section, Table

COMMUNITIES_SHOWN, FIXES_PER_CIRCLE = 30, 2
_CAUSE_WIDTHS = (1.2, 1.9, 1.0, 0.95, 2.6)
ALL = "all_circles"


def communities_section(view: AuditView) -> Section | None:
    """Return the communities, least covered first; None without communities."""
    if view.communities is None or not len(view.communities):
        return None
    language = view.language
    rows = pd.DataFrame(view.communities.drop(columns="geometry"))
    inhabited = rows[rows["weight"] > 0]
    ranked = inhabited.sort_values(
        [f"{ALL}_share", f"{ALL}_share_upper", "weight", "community_id"],
        ascending=[True, True, False, True],
        kind="stable",
    )
    states = inhabited[f"{ALL}_state"].value_counts()
    wholly, none = int(states.get("wholly", 0)), int(states.get("not_covered", 0))
    values = {"total": len(inhabited), "wholly": wholly, "none": none, "weight": weight_name(view)}
    intro = phrase("report.communities.intro", language, **values)
    shown = tuple(_community(view, row) for row in ranked.head(COMMUNITIES_SHOWN).to_dict("records"))
    heads = ("report.communities.name", "label.residences", "report.communities.all", "report.communities.weakest")
    head = tuple(phrase(key, language) for key in heads)
    caption = phrase("report.communities.caption", language, basis=basis(view))
    blocks: list[Block] = [Paragraph(intro), Table(caption, head, shown, right=(1, 2), widths=(1.6, 0.8, 1.1, 2.2))]
    if len(ranked) > COMMUNITIES_SHOWN:
        blocks.append(Paragraph(phrase("report.more", language, count=len(ranked) - COMMUNITIES_SHOWN), "note"))
    blocks += _provision(view)
    return Section("communities", phrase("report.section.communities", language), tuple(blocks))


def _community(view: AuditView, row: dict[Any, Any]) -> tuple[str, ...]:
    language = view.language
    shares = {str(circle): row[f"{circle}_share"] for circle in view.audit.headline.circles_counted}
    known = {circle: float(share) for circle, share in shares.items() if not pd.isna(share)}
    weakest = min(known, key=lambda circle: (known[circle], circle)) if known else ""
    named = f"{circle_name(view, weakest)} {_bounds(row, weakest, language)}" if weakest else "–"
    return (str(row["name"] or row["community_id"]), f"{int(row['residences']):,}", _bounds(row, ALL, language), named)


def _bounds(row: dict[Any, Any], circle: str, language: str) -> str:
    low, high = row[f"{circle}_share"], row[f"{circle}_share_upper"]
    return "–" if pd.isna(low) else share_range(float(low), float(high), language=language)


def _provision(view: AuditView) -> list[Block]:
    """Return how many communities hold what the standard asks for in each."""
    table, language = view.tables.get("provision"), view.language
    if table is None or not len(table):
        return []
    rows = []
    for (_, circle, types, least), own in table.groupby(["number", "circle", "types", "at_least"], sort=False):
        states = own["state"].value_counts()
        kinds = phrase("list", language).join(type_label(view, kind) for kind in str(types).split("|"))
        counts = (f"{int(states.get(state, 0)):,}" for state in ("provided", "lacking", "unknown"))
        rows.append((circle_name(view, str(circle)), kinds, f"{least}", *counts))
    names = ("what", "least", "provided", "lacking", "unknown")
    head = (phrase("table.circle", language), *(phrase(f"report.provision.{name}", language) for name in names))
    caption = phrase("report.provision.caption", language)
    return [Table(caption, head, tuple(rows), right=(2, 3, 4, 5), widths=(1.2, 2.0, 0.6, 1.0, 0.7, 0.8))]


def causes_section(view: AuditView) -> Section | None:
    """Return why residences are not covered and which single changes would help most; None where unknown."""
    blocks = [*_causes(view), *_fixes(view)]
    heading = phrase("report.section.causes", view.language)
    return Section("causes", heading, tuple(blocks)) if blocks else None


def _causes(view: AuditView) -> list[Block]:
    table, language = view.audit.causes, view.language
    found = table[table["residences"] > 0] if len(table) else table
    if not len(found):
        return []
    together = found.groupby("cause")["residences"].sum().sort_values(ascending=False, kind="stable")
    values = {"cause": phrase(f"gap_cause.{together.index[0]}", language), "homes": f"{int(together.iloc[0]):,}"}
    rows = tuple(
        _cause_row(view, str(one), found) for one in view.audit.circles.index if (found["circle"] == one).any()
    )
    heads = ("table.circle", "report.causes.first", "label.residences")
    head = (*(phrase(key, language) for key in heads), phrase("map.share", language, weight=weight_name(view)))
    caption, others = (
        phrase(key, language, weight=weight_name(view)) for key in ("report.causes.caption", "report.causes.others")
    )
    return [
        Paragraph(phrase("report.causes.main", language, **values)),
        Table(caption, (*head, others), rows, right=(2, 3), widths=_CAUSE_WIDTHS),
    ]


def _cause_row(view: AuditView, circle: str, found: pd.DataFrame) -> tuple[str, ...]:
    """Return a circle with its most frequent cause, and the others beside it."""
    language = view.language
    own = found[found["circle"] == circle].sort_values("residences", ascending=False, kind="stable").to_dict("records")
    said = [(phrase(f"gap_cause.{row['cause']}", language), percent(float(row["share"]))) for row in own[1:]]
    others = [f"{cause} {share}" for cause, share in said]
    return (
        circle_name(view, circle),
        phrase(f"gap_cause.{own[0]['cause']}", language),
        f"{int(own[0]['residences']):,}",
        percent(float(own[0]["share"])),
        phrase("semicolon", language).join(others) or "–",
    )


def _fixes(view: AuditView) -> list[Block]:
    table, language = view.tables.get("fixes"), view.language
    if table is None or not len(table):
        return []
    whole = table[(table["gap"] == 0) & (table["rank"] <= FIXES_PER_CIRCLE) & (table["residences"] > 0)]
    rows = tuple(
        (
            circle_name(view, row["circle"]),
            _change(view, row),
            _where(row),
            f"{int(row['residences']):,}",
            percent(float(row["share"])),
        )
        for row in whole.to_dict("records")
    )
    if not rows:
        return []
    heads = ("table.circle", "report.fixes.change", "report.fixes.where", "report.fixes.gain")
    head = (*(phrase(key, language) for key in heads), phrase("report.fixes.share", language, weight=weight_name(view)))
    caption = phrase("report.fixes.caption", language)
    return [
        Paragraph(phrase("report.fixes.intro", language)),
        Table(caption, head, rows, right=(3, 4), widths=(1.1, 2.0, 1.6, 0.8, 1.0)),
    ]


def _change(view: AuditView, row: dict[Any, Any]) -> str:
    what = str(row["what"])
    named = type_label(view, what) if row["change"] == "new_facility" else what
    return phrase_or(f"report.fix.{row['change']}", view.language, fallback="{what}").format(what=named)


def _where(row: dict[Any, Any]) -> str:
    lon, lat = float(row["lon"]), float(row["lat"])
    spot = "" if math.isnan(lon) else f"{lon:.5f}, {lat:.5f}"
    return " · ".join(part for part in (str(row["place"] or ""), spot) if part)


def published_section(view: AuditView) -> Section | None:
    """Return published counts beside mapped ones; None where the study tells none."""
    table, language = view.audit.published, view.language
    if not len(table):
        return None
    rows = tuple(_published(row, language) for row in table.to_dict("records"))
    heads = ("name", "value", "counts", "mapped", "ratio", "about")
    head = tuple(phrase(f"published.{name}", language) for name in heads)
    caption = phrase("report.published.caption", language)
    blocks = (
        Paragraph(phrase("report.published.law", language)),
        Table(caption, head, rows, right=(1, 3, 4), widths=(1.1, 0.7, 0.8, 0.6, 0.8, 2.4)),
    )
    return Section("published", phrase("report.section.published", language), blocks)


def _published(row: dict[Any, Any], language: str) -> tuple[str, ...]:
    unit = row[f"unit_{language}"]
    counts = phrase(f"published.{row['counts']}", language)
    if not pd.isna(row["planned"]):
        counts = phrase("published.pair", language, counts=counts, planned=number(row["planned"]))
    about = (row[f"of_{language}"], row[f"area_{language}"], row["as_of"], row[f"source_{language}"])
    return (
        str(row[f"name_{language}"]),
        f"{number(float(row['value']))}{f' {unit}' if unit else ''}",
        counts,
        "–" if pd.isna(row["mapped"]) else f"{int(row['mapped']):,}",
        percent(None if pd.isna(row["ratio"]) else float(row["ratio"])),
        phrase("comma", language).join(str(part) for part in about if part),
    )
