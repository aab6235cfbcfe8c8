"""The report's tables of coverage by group; only where the study asks for groups."""

from __future__ import annotations

import math

import pandas as pd

from lifecircle.model.audit import AuditView
from lifecircle.model.equity import ALL_CIRCLES, OWN_GROUP, UNKNOWN_GROUP
from lifecircle.outputs.phrases import attribute_name, basis, circle_name, percent, phrase, share_range, weight_name
from lifecircle.outputs.report.model import Block, Paragraph, Section, Table

GROUPS_SHOWN = 20
_WIDTHS = (1.5, 0.8, 0.8, 1.1, 1.0, 2.0)


def equity_section(view: AuditView) -> Section | None:
    """Return coverage by group, the group with the lowest share first; None where no groups are asked for."""
    table = view.tables.get("equity")
    if table is None or not len(table):
        return None
    blocks: list[Block] = [Paragraph(phrase("report.equity.intro", view.language, weight=weight_name(view)))]
    for by, own in table.groupby("by", sort=False):
        blocks += _circles_own(view, own) if by == OWN_GROUP else _groups(view, str(by), own)
    return Section("equity", phrase("report.section.equity", view.language), tuple(blocks))


def _groups(view: AuditView, by: str, own: pd.DataFrame) -> list[Block]:
    """Return one row for each group: its joint share (or the last circle's) and its weakest circle."""
    language = view.language
    circles, counted = list(dict.fromkeys(own["circle"])), view.audit.headline.circles_counted
    joint = ALL_CIRCLES if ALL_CIRCLES in circles else circles[-1]
    ranked = own[own["circle"] == joint].sort_values(["share", "group"], kind="stable")
    rows = []
    for row in ranked.head(GROUPS_SHOWN).to_dict("records"):
        singles = own[(own["group"] == row["group"]) & own["circle"].isin(counted) & own["share"].notna()]
        weakest = singles.sort_values(["share", "circle"], kind="stable").head(1).to_dict("records")
        named = [f"{circle_name(view, one['circle'])} {percent(float(one['share']))}" for one in weakest]
        rows.append(
            (
                phrase("equity.unknown", language) if row["group"] == UNKNOWN_GROUP else str(row["group"]),
                f"{int(row['residences']):,}",
                percent(float(row["weight_share"])),
                share_range(float(row["share"]), float(row["share_upper"]), language=language),
                _points(row["gap_to_mean"]),
                "".join(named) or "–",
            )
        )
    joint_name = phrase("equity.all_circles", language) if joint == ALL_CIRCLES else circle_name(view, joint)
    heads = ("equity.group", "equity.residences", "equity.weight_share")
    head = (*(phrase(key, language) for key in heads), joint_name)
    caption = phrase("equity.title", language, by=attribute_name(by, language), basis=basis(view))
    more = ("report.equity.gap", "report.communities.weakest")
    table = Table(
        caption, (*head, *(phrase(key, language) for key in more)), tuple(rows), right=(1, 2, 3, 4), widths=_WIDTHS
    )
    left = len(ranked) - GROUPS_SHOWN
    return [table, Paragraph(phrase("report.equity.more", language, count=left), "note")] if left > 0 else [table]


def _circles_own(view: AuditView, own: pd.DataFrame) -> list[Block]:
    """Return one row for each circle that is for some people above all."""
    language = view.language
    rows = tuple(
        (
            circle_name(view, str(row["circle"])),
            str(row["group"]),
            share_range(float(row["share"]), float(row["share_upper"]), language=language),
            percent(float(row["mean"])),
            _points(row["gap_to_mean"]),
        )
        for row in own.to_dict("records")
    )
    heads = ("table.circle", "equity.group", "report.equity.own", "report.equity.all", "report.equity.gap")
    head = tuple(phrase(key, language, weight=weight_name(view)) for key in heads)
    caption = phrase("equity.title", language, by=phrase("equity.own_group", language), basis=basis(view))
    return [Table(caption, head, rows, right=(2, 3, 4), widths=(1.4, 1.4, 1.1, 1.1, 1.0))]


def _points(gap: float) -> str:
    """Return a difference of shares in percentage points."""
    if math.isnan(gap):
        return "–"
    return "0.0" if abs(gap) < 0.0005 else f"{gap * 100:+.1f}"
