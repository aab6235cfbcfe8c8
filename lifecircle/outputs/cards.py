"""What a notebook shows of a place and of an audit."""

from __future__ import annotations

from collections.abc import Mapping

from lifecircle.model.audit import AuditView
from lifecircle.model.card import card
from lifecircle.outputs.phrases import (
    basis,
    circle_name,
    circle_row,
    headline_text,
    percent,
    phrase,
    reason_text,
    share_range,
    threshold_text,
)


def audit_card(view: AuditView) -> str:
    """Return the headline and the share of every circle as HTML.

    As in the summary, every percentage stands with its reading, speed, origin kind and denominator.
    """
    language, audit = view.language, view.audit
    verified, total = audit.standard.verified_thresholds()
    facts = [
        headline_text(view, audit.headline),
        basis(view, audit.headline),
        phrase("thresholds.verified", language, verified=verified, total=total),
        phrase("attribution", language),
    ]
    heads = ("circle", "rule", "facilities", "share", "not_covered", "unknown")
    rows = []
    for circle in audit.circles.index:
        row = circle_row(view, circle)
        start = (circle_name(view, circle), threshold_text(row, language), f"{int(row['facilities']):,}")
        if not row["assessable"]:
            rows.append((*start, reason_text(row, language), "", ""))
            continue
        low, high = row[f"share_{audit.weight}"], row[f"share_{audit.weight}_upper"]
        share = share_range(low, high, language=language)
        rows.append((*start, share, percent(row["not_covered_share"]), percent(row["unknown_share"])))
    title = f"{view.area.name(language)}{phrase('colon', language)}{audit.standard.title(language)}"
    return card(title, facts, columns=[phrase(f"table.{head}", language) for head in heads], rows=rows)


def place_card(title: str, language: str, *, counts: Mapping[str, str], facts: tuple[str, ...] = ()) -> str:
    """Return what a place holds as HTML: `counts` by the key of their label."""
    rows = [(phrase(f"place.{key}", language), value) for key, value in counts.items()]
    return card(title, facts, columns=("", ""), rows=rows)
