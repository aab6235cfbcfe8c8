"""Coverage by group as text."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from lifecircle.model.equity import ALL_CIRCLES, OWN_GROUP, UNKNOWN_GROUP
from lifecircle.outputs.aligned import aligned
from lifecircle.outputs.phrases import attribute_name, basis, circle_name, percent, phrase, share_range, weight_name

if TYPE_CHECKING:
    import pandas as pd

    from lifecircle.model.audit import AuditView

SHOWN = 20  # groups of one attribute


def equity_text(view: AuditView, table: pd.DataFrame) -> str:
    """Return coverage by group (columns EQUITY_COLUMNS) as text in the view's language, ending with a line break."""
    blocks = []
    for by, own in table.groupby("by", sort=False):
        blocks.append(_own_lines(view, own) if by == OWN_GROUP else _block(view, str(by), own))
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _block(view: AuditView, by: str, own: pd.DataFrame) -> list[str]:
    language = view.language
    circles = list(dict.fromkeys(own["circle"]))
    last = own[own["circle"] == (ALL_CIRCLES if ALL_CIRCLES in circles else circles[-1])]
    groups = list(dict.fromkeys(own["group"]))
    shown = groups
    if len(groups) > SHOWN:
        shown = list(last.sort_values(["share", "group"], kind="stable")["group"].head(SHOWN))
    lines = [phrase("equity.title", language, by=attribute_name(by, language), basis=basis(view))]
    if len(shown) < len(groups):
        lines.append("  " + phrase("equity.shown", language, shown=len(shown), total=len(groups)))
    heads = [phrase(f"equity.{name}", language) for name in ("group", "residences", "weight_share")]
    rows = [[*heads, *(_circle(view, circle) for circle in circles)]]
    cells = own.set_index(["group", "circle"])
    for group in shown:
        first = cells.loc[(group, circles[0])]
        said = phrase("equity.unknown", language) if group == UNKNOWN_GROUP else str(group)
        row = [said, f"{int(first['residences']):,}", percent(float(first["weight_share"]))]
        for circle in circles:
            cell = cells.loc[(group, circle)]
            row.append(share_range(float(cell["share"]), float(cell["share_upper"]), language=language))
        rows.append(row)
    means = [percent(float(own.loc[own["circle"] == circle, "mean"].iloc[0])) for circle in circles]
    rows.append([phrase("equity.mean", language), "", "", *means])
    lines += aligned(rows, right=range(1, len(rows[0])))
    worst = last[last["worst_decile"]]
    if len(worst):
        names = phrase("list", language).join(f"{row['group']} {percent(row['share'])}" for _, row in worst.iterrows())
        circle = _circle(view, str(last["circle"].iloc[0]))
        lines.append("  " + phrase("equity.worst", language, count=len(groups), circle=circle, names=names))
    return lines


def _own_lines(view: AuditView, own: pd.DataFrame) -> list[str]:
    """Return one line for every circle with people of its own."""
    language = view.language
    named = phrase("equity.own_group", language)
    lines = [phrase("equity.title", language, by=named, basis=basis(view))]
    for _, row in own.iterrows():
        gap = row["gap_to_mean"] * 100
        said = phrase(
            "equity.own",
            language,
            circle=_circle(view, str(row["circle"])),
            group=row["group"],
            share=percent(row["share"]),
            mean=percent(row["mean"]),
            weight=weight_name(view),
            gap="–" if math.isnan(gap) else f"{gap:+.1f}",
        )
        lines.append("  " + said)
    return lines


def _circle(view: AuditView, circle: str) -> str:
    return phrase("equity.all_circles", view.language) if circle == ALL_CIRCLES else circle_name(view, circle)
