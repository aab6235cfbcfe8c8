"""What a column is called in Chinese and English, beside its own name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifecircle.outputs.phrases import circle_name, phrase, phrase_or

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lifecircle.model.audit import AuditView

# Longest first: facility_id is not the column "facility" of a circle's "id".
_PARTS = (
    "share_upper",
    "facility_id",
    "cause_also",
    "status",
    "reason",
    "detour",
    "cause",
    "share",
    "state",
    "min",
    "m",
)


def column_names(view: AuditView, columns: Iterable[str]) -> dict[str, str]:
    """Return the name of each column in the view's language; a column that nobody named keeps its own."""
    return {column: _name(view, column) for column in columns}


def _name(view: AuditView, column: str) -> str:
    language = view.language
    for part in _PARTS:
        circle = column.removesuffix(f"_{part}")
        if circle != column and circle in view.audit.circles.index:
            return phrase(f"column.of.{part}", language, circle=circle_name(view, circle))
        if circle != column and circle == "all_circles":
            return phrase(f"column.of.{part}", language, circle=phrase("column.all_circles", language))
    return phrase_or(f"column.{column}", language, fallback=column)
