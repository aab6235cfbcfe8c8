"""The interval from data error, as a block of ``audit.json``, as lines of the summary and as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lifecircle.model.uncertainty import (
    COMPLETENESS_COLUMNS,
    COMPONENT_COLUMNS,
    HEADLINE,
    INTERVAL_COLUMNS,
    LEVEL,
    Uncertainty,
)
from lifecircle.outputs.phrases import circle_name, percent, phrase

if TYPE_CHECKING:
    import pandas as pd

    from lifecircle.model.audit import AuditView


def uncertainty_document(found: Uncertainty) -> dict[str, Any]:
    """Return the block ``uncertainty`` of ``audit.json``."""
    headline = found.headline
    return {
        "level": LEVEL,
        "draws": found.draws,
        "seed": found.seed,
        "calibrated": found.calibrated,
        "headline": None
        if headline is None
        else {name: getattr(headline, name) for name in ("low", "high", "expected")},
        "circles": [
            {"id": name, **dict(zip(INTERVAL_COLUMNS, row, strict=True))}
            for name, row in zip(
                found.circles.index,
                found.circles[list(INTERVAL_COLUMNS)].itertuples(index=False, name=None),
                strict=True,
            )
            if name != HEADLINE
        ],
        "components": found.components[list(COMPONENT_COLUMNS)].to_dict("records"),
        "completeness": found.completeness[list(COMPLETENESS_COLUMNS)].to_dict("records"),
        "notes": [{"code": note.code, "en": note.en, "zh": note.zh, "warning": note.warning} for note in found.notes],
    }


def uncertainty_tables(found: Uncertainty | None) -> dict[str, pd.DataFrame]:
    """Return the tables that are written as CSV, by name; none without an interval."""
    if found is None:
        return {}
    return {
        "uncertainty": found.circles[list(INTERVAL_COLUMNS)].reset_index(),
        "uncertainty_components": found.components[list(COMPONENT_COLUMNS)],
        "uncertainty_completeness": found.completeness[list(COMPLETENESS_COLUMNS)],
    }


def interval_lines(view: AuditView) -> list[str]:
    """Return the line with the interval of the headline, none without one: ``95.1% (90% interval 93.0%-96.8%)``."""
    found = view.audit.uncertainty
    if found is None or found.headline is None or view.audit.headline.all_circles_share is None:
        return []
    share = percent(view.audit.headline.all_circles_share)
    return ["  " + phrase("uncertainty.line", view.language, share=share, interval=interval_text(view, HEADLINE))]


def interval_text(view: AuditView, name: str) -> str:
    """Return the interval of a circle (or the headline) in words."""
    found = view.audit.uncertainty
    if found is None or name not in found.circles.index:
        return "–"
    row = found.circles.index.get_loc(name)
    low, high = (percent(float(found.circles[end].to_numpy()[row])) for end in ("low", "high"))
    return phrase("uncertainty.interval", view.language, low=low, high=high)


def uncertainty_block(view: AuditView) -> list[tuple[str, ...]]:
    """Return the rows of the summary's table: circle, share as mapped, interval; the head first."""
    found, language = view.audit.uncertainty, view.language
    if found is None:
        return []
    rows: list[tuple[str, ...]] = [
        tuple(phrase(f"uncertainty.{head}", language) for head in ("circle", "share", "range"))
    ]
    for name, share in zip(found.circles.index, found.circles["share"].to_numpy(dtype=float), strict=True):
        shown = phrase("uncertainty.headline", language) if name == HEADLINE else circle_name(view, name)
        rows.append((shown, percent(share), interval_text(view, name)))
    return rows


def uncertainty_words(view: AuditView) -> list[str]:
    """Return the title of the summary's table and what must be known beside it."""
    found, language = view.audit.uncertainty, view.language
    if found is None:
        return []
    title = phrase("uncertainty.title", language, draws=found.draws, seed=found.seed)
    marks = ["  " + (phrase("notes.warning", language) if note.warning else "- ") for note in found.notes]
    return [title, *(mark + note.text(language) for mark, note in zip(marks, found.notes, strict=True))]
