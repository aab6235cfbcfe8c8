"""The totals of some walks in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifecircle.outputs.phrases import percent, phrase

if TYPE_CHECKING:
    from lifecircle.model.walks import Walks


def figures(walks: Walks, language: str) -> list[tuple[str, str]]:
    """Return the totals of some walks as pairs of label and text."""
    totals = walks.totals()

    def minutes(key: str) -> str:
        value = totals[key]
        return "–" if value is None else phrase("walks.minutes", language, minutes=f"{value:.1f}")

    length, people, footways = totals["length_mean_m"], totals["people"], totals["footway_share"]
    metres = "–" if length is None else phrase("walks.metres", language, metres=f"{length:,.0f}")
    rows = [
        ("residences", f"{totals['residences']:,}"),
        ("walks", f"{totals['walks']:,}"),
        ("people", "–" if people is None else f"{people:,.0f}"),
        ("minutes_mean", minutes("minutes_mean")),
        ("minutes_worst", minutes("minutes_worst")),
        ("length_mean_m", metres),
        ("footway_share", "–" if footways is None else percent(float(footways))),
        ("crossings", f"{totals['crossings_places']:,}"),
        ("crossings_without_signals", f"{totals['crossings_without_signals']:,}"),
        ("across", f"{totals['walks_across_without_signals']:,}"),
    ]
    return [(phrase(f"walks.{key}", language), text) for key, text in rows]
