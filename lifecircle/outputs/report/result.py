"""The report's title block, its main result, and what was measured."""

from __future__ import annotations

import math
from typing import Any

from lifecircle.model.audit import AuditView, Headline
from lifecircle.model.standard import READINGS
from lifecircle.model.uncertainty import HEADLINE
from lifecircle.outputs.phrases import (
    basis,
    circle_name,
    circle_row,
    headline_text,
    origin_name,
    phrase,
    phrase_or,
    share_range,
    threshold_text,
    type_label,
    walking_speed,
    weight_name,
    weight_source,
)
from lifecircle.outputs.report.model import Block, Paragraph, Picture, Section, Table
from lifecircle.outputs.uncertainty import interval_text


def title_facts(view: AuditView) -> tuple[tuple[str, str], ...]:
    """Return the title block: label and value of everything a reader must see first."""
    audit, language = view.audit, view.language
    stamps = [file.timestamp[:10] for file in view.provenance.inputs if file.role == "osm" and file.timestamp]
    standing = view.map_approval_no or phrase("report.internal", language)
    label = "map.approval" if view.map_approval_no else "report.fact.standing"
    facts = (
        (phrase("report.fact.study", language), view.area.name(language)),
        (phrase("label.standard", language), audit.standard.title(language)),
        (phrase("label.reading", language), phrase(f"reading.{audit.rule}", language)),
        (phrase("label.date", language), view.area.date),
        (phrase("label.osm_date", language), stamps[0] if stamps else ""),
        (phrase("report.fact.compiled_by", language), view.compiled_by),
        (phrase(label, language), standing),
        (phrase("report.fact.version", language), _version(view)),
    )
    return tuple(fact for fact in facts if fact[1])


def _version(view: AuditView) -> str:
    found = view.provenance.versions.get("lifecircle", "")
    return f"lifecircle {found}".strip()


def headline_section(view: AuditView, *, figures: bool) -> Section:
    """Return the joint result with its bounds, interval, thresholds and readings, and the share of every circle."""
    language = view.language
    blocks: list[Block] = [Paragraph(_lead(view), "lead")]
    if view.audit.headline.all_circles_share != view.audit.headline.all_circles_share_upper:
        blocks.append(Paragraph(phrase("report.headline.bounds", language)))
    blocks += [Paragraph(text) for text in (*_interval(view), *_counted(view), *_extremes(view))]
    blocks += [Paragraph(text, "item") for text in _other_headlines(view)]
    if view.audit.standard.draft:
        blocks.append(Paragraph(phrase("thresholds.draft", language) + phrase("stop", language).strip()))
    blocks.append(Paragraph(phrase("report.published.law", language)))
    if figures:
        alt = phrase("report.figure.shares.alt", language, shares=_all_shares(view))
        blocks.append(Picture("shares", None, phrase("report.figure.shares", language), alt))
    else:
        blocks.append(Paragraph(phrase("report.figures.none", language), "note"))
    return Section("headline", phrase("report.section.headline", language), tuple(blocks))


def _lead(view: AuditView) -> str:
    audit, language = view.audit, view.language
    verified, total = audit.standard.verified_thresholds()
    values = {
        "reading": phrase(f"reading.{audit.rule}", language),
        "headline": headline_text(view, audit.headline),
        "basis": basis(view),
        "thresholds": phrase(
            "report.headline.thresholds", language, verified=verified, total=total, open=total - verified
        ),
    }
    none = not audit.headline.circles_counted
    return phrase("report.headline.none" if none else "report.headline", language, **values)


def _interval(view: AuditView) -> list[str]:
    """Return what error in the data does to the joint share, where it was drawn."""
    found = view.audit.uncertainty
    if found is None or found.headline is None or view.audit.headline.all_circles_share is None:
        return []
    values = {"interval": interval_text(view, HEADLINE), "draws": f"{found.draws:,}", "seed": found.seed}
    return [phrase("report.headline.interval", view.language, **values)]


def _counted(view: AuditView) -> list[str]:
    headline, language = view.audit.headline, view.language
    together = phrase("list", language)
    names = [circle_name(view, circle) for circle in headline.circles_counted]
    texts = [phrase("report.headline.counted", language, names=together.join(names))] if names else []
    left = [circle_name(view, str(one)) for one in view.audit.circles.index if not circle_row(view, one)["assessable"]]
    if left:
        texts.append(phrase("report.headline.left", language, names=together.join(left)))
    if headline.mean_circles_covered is not None:
        mean = f"{headline.mean_circles_covered:.2f}"
        values = {"mean": mean, "counted": len(names), "weight": weight_name(view)}
        texts.append(phrase("report.headline.mean", language, **values))
    return texts


def _extremes(view: AuditView) -> list[str]:
    column, circles = f"share_{view.audit.weight}", view.audit.circles
    known = circles.loc[circles["assessable"].astype(bool) & circles["headline"].astype(bool), column].dropna()
    if len(known) < 2:
        return []
    best, worst = str(known.astype(float).idxmax()), str(known.astype(float).idxmin())
    values = {"best": circle_name(view, best), "best_share": circle_share(view, best)}
    values |= {"worst": circle_name(view, worst), "worst_share": circle_share(view, worst)}
    return [phrase("report.headline.best", view.language, **values)]


def _other_headlines(view: AuditView) -> list[str]:
    audit, language = view.audit, view.language

    def said(key: str, headline: Headline, **more: str) -> str:
        return phrase(key, language, headline=headline_text(view, headline), basis=basis(view, headline), **more)

    texts = [said("report.headline.planner", audit.planner_speed)]
    for reading in READINGS:
        if reading != audit.rule and reading in audit.reading_headlines:
            name = phrase(f"reading.{reading}", language)
            texts.append(said("report.headline.reading", audit.reading_headlines[reading], reading=name))
    if audit.without_corrections is not None:
        texts.append(said("report.headline.corrections", audit.without_corrections))
    return texts


def circle_share(view: AuditView, circle: str, *, row: dict[str, Any] | None = None) -> str:
    """Return the covered share of a circle with its upper bound, in the study's weight."""
    found, column = row or circle_row(view, circle), f"share_{view.audit.weight}"
    return share_range(found[column], found[f"{column}_upper"], language=view.language)


def _all_shares(view: AuditView) -> str:
    said = []
    for circle in view.audit.circles.index:
        row = circle_row(view, circle)
        share = circle_share(view, circle) if row["assessable"] else phrase("not_assessable", view.language)
        said.append(f"{circle_name(view, circle)} {share}")
    return phrase("list", view.language).join(said)


def method_section(view: AuditView) -> Section:
    """Return what was measured: how, in which readings, from which origins, and the thresholds."""
    language = view.language
    values = {"residences": f"{len(view.residences):,}", "standard": view.audit.standard.title(language)}
    blocks = (
        Paragraph(phrase("report.method.what", language, **values)),
        Paragraph(phrase("report.method.readings", language)),
        _basis_table(view),
        _threshold_table(view),
    )
    return Section("method", phrase("report.section.method", language), blocks)


def _basis_table(view: AuditView) -> Table:
    audit, language = view.audit, view.language
    profile = phrase_or(f"profile.{audit.profile.id}", language, fallback=audit.profile.id)
    sources = sorted(audit.denominator_sources.items())
    others = [said.text(language) for weight, said in sources if weight != audit.weight]
    length, area = f"{view.network.length_mm.sum() / 1e6:,.1f}", f"{view.area.area_km2:,.1f}"
    rows = (
        (phrase("report.fact.area", language), phrase("report.fact.area_km2", language, area=area)),
        (phrase("label.residences", language), f"{len(view.residences):,}"),
        (phrase("label.origin", language), origin_name(view)),
        (phrase("label.walker", language), f"{profile}, {walking_speed(audit.profile.speed_kmh, language)}"),
        (phrase("label.weight", language), weight_source(view)),
        (phrase("report.fact.denominators", language), phrase("semicolon", language).join(others)),
        (phrase("report.fact.network", language), phrase("report.fact.network_km", language, length=length)),
    )
    head = (phrase("report.fact.item", language), phrase("report.fact.value", language))
    kept = tuple(row for row in rows if row[1])
    return Table(phrase("report.method.facts", language), head, kept, widths=(1.0, 3.2))


def _threshold_table(view: AuditView) -> Table:
    language = view.language
    head = (phrase("table.circle", language), phrase("report.circles.types", language), phrase("table.speed", language))
    rows = []
    for circle in view.audit.circles.index:
        row = circle_row(view, circle)
        speed = float(row["speed_kmh"])
        rows.append((circle_name(view, circle), rule_text(view, row), "–" if math.isnan(speed) else f"{speed:g}"))
    caption = phrase("report.method.thresholds", language)
    return Table(caption, head, tuple(rows), right=(2,), widths=(1.1, 3.4, 0.6))


def rule_text(view: AuditView, row: dict[str, Any]) -> str:
    """Return what a circle asks for: the types of each item with its threshold."""
    language = view.language
    items = [item for item in row["threshold"] if not item.get("optional")]
    if not items:
        return threshold_text(row, language)
    said = []
    for item in items:
        either = phrase("report.circles.or", language)
        pools = [either.join(type_label(view, kind) for kind in pool) for pool in item.get("pools") or [item["types"]]]
        types = phrase("list", language).join(pools)
        limit = threshold_text({"threshold": [item]}, language)
        said.append(phrase("report.circles.item", language, types=types, limit=limit))
    return phrase("report.circles.and", language).join(said)
