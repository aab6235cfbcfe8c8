"""What the report says of its limits and its sources."""

from __future__ import annotations

import pandas as pd

from lifecircle.model.audit import REASONS, AuditView
from lifecircle.outputs.phrases import circle_name, phrase, phrase_or
from lifecircle.outputs.report.model import Block, Paragraph, Section, Table
from lifecircle.outputs.uncertainty import uncertainty_block


def limits_section(view: AuditView) -> Section:
    """Return what is unknown and why, and every note of the audit, warnings first."""
    language = view.language
    unknown = _unknown(view)
    blocks: list[Block] = [Paragraph(phrase("report.limits.map", language))]
    blocks.append(unknown if unknown is not None else Paragraph(phrase("report.unknown.none", language)))
    blocks += _interval(view)
    warnings = [note.text(language) for note in view.audit.notes if note.warning]
    others = [note.text(language) for note in view.audit.notes if not note.warning]
    if warnings:
        blocks.append(Paragraph(phrase("report.limits.intro", language)))
        blocks += [Paragraph(text, "item") for text in warnings]
    if others:
        blocks.append(Paragraph(phrase("report.notes.more", language) + phrase("colon", language).rstrip()))
        blocks += [Paragraph(text, "item") for text in others]
    return Section("limits", phrase("report.section.limits", language), tuple(blocks))


def _interval(view: AuditView) -> list[Block]:
    """Return the interval of every circle and what must be known beside it, where it was drawn."""
    rows = uncertainty_block(view)
    if not rows or view.audit.uncertainty is None:
        return []
    table = Table(phrase("report.interval.caption", view.language), rows[0], tuple(rows[1:]), right=(1, 2))
    return [table, *(Paragraph(note.text(view.language), "item") for note in view.audit.uncertainty.notes)]


def _unknown(view: AuditView) -> Table | None:
    language, verdicts = view.language, view.audit.residences
    reasons = [reason for reason in REASONS if reason]
    rows = []
    for circle, assessable in view.audit.circles["assessable"].items():
        open_ = verdicts[f"{circle}_status"] == "unknown"
        if not assessable or not open_.any():
            continue
        counted = verdicts.loc[open_, f"{circle}_reason"].value_counts()
        cells = [f"{int(counted.get(reason, 0)):,}" for reason in reasons]
        rows.append((circle_name(view, str(circle)), *cells, f"{int(open_.sum()):,}"))
    if not rows:
        return None
    head = (
        phrase("table.circle", language),
        *(phrase(f"cause.{reason}", language) for reason in reasons),
        phrase("table.unknown", language),
    )
    return Table(phrase("report.unknown.caption", language), head, tuple(rows), right=(1, 2, 3, 4))


def sources_section(view: AuditView) -> Section:
    """Return the files that were read, and what is needed to get the same figures again."""
    language, provenance = view.language, view.provenance
    heads = ("role", "file", "date", "licence", "sha")
    head = tuple(phrase(f"report.sources.{name}", language) for name in heads)
    rows = tuple(
        (
            phrase_or(f"role.{file.role}", language, fallback=file.role),
            file.name,
            file.timestamp[:10],
            " · ".join(part for part in (file.licence, file.attribution) if part),
            file.sha256[:12],
        )
        for file in provenance.inputs
    )
    versions = phrase("list", language).join(f"{name} {found}" for name, found in sorted(provenance.versions.items()))
    config = provenance.config_sha256[:12]
    values = {"config": config, "version": f"lifecircle {provenance.versions.get('lifecircle', '')}".strip()}
    blocks: tuple[Block, ...] = (
        Table(phrase("report.sources.caption", language), head, rows, widths=(0.9, 1.6, 0.9, 2.2, 1.1)),
        Paragraph(phrase("report.sources.repeat", language, **values)),
        Paragraph(phrase("report.sources.versions", language, versions=versions), "note"),
        Paragraph(phrase("attribution", language), "note"),
    )
    return Section("sources", phrase("report.section.sources", language), blocks)


def refused_rows(view: AuditView) -> pd.DataFrame | None:
    """Return the rows of the study's lists that were not used; None without lists."""
    rows = view.tables.get("rows")
    if rows is None or not len(rows):
        return None
    return rows[~rows["status"].isin(("kept", "fixed", "geocoded"))].reset_index(drop=True)
