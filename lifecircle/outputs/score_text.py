"""Scores of candidate places as text for the command line."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from lifecircle.outputs.aligned import aligned, width
from lifecircle.outputs.phrases import percent, phrase
from lifecircle.outputs.siting_text import requirement_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from lifecircle.model.provenance import Note
    from lifecircle.model.siting import SitedRequirement
    from lifecircle.model.siting_views import ScoreView

SHOWN = 20


def score_text(view: ScoreView, scores: pd.DataFrame, *, told: SitedRequirement, notes: Sequence[Note] = ()) -> str:
    """Return the first scores as an aligned table in the view's language, with what was measured."""
    language, weight = view.language, phrase(f"weight.{view.weight}", view.language)
    title = phrase("siting.score_title", language, name=view.area.name(language))
    heads = ("order", "place", "lon_lat", "brings", "in_order", "minutes")
    rows: list[Sequence[str]] = [tuple(phrase(f"siting.head.{head}", language) for head in heads)]
    gone = []
    for row in scores.to_dict("records"):
        if row["status"] != "scored":
            gone.append(f"  {row['candidate_id']}: {phrase('siting.status.' + row['status'], language)}")
        elif len(rows) <= SHOWN:
            later = row["gain_in_order"] / view.total if view.total else math.nan
            minutes = "–" if math.isnan(row["mean_minutes"]) else f"{row['mean_minutes']:.2f}"
            place = row["name"] or row["candidate_id"]
            where = f"{row['lon']:.5f}, {row['lat']:.5f}"
            rows.append((f"{row['rank']:.0f}", place, where, percent(row["share_alone"]), percent(later), minutes))
    lines = [title, "=" * width(title), "  " + requirement_text(view, told), ""]
    lines += [phrase("siting.score_rows", language, weight=weight), *aligned(rows, right=(0, 3, 4, 5))]
    remarks = [f"{'!' if note.warning else '-'} {note.text(language)}" for note in notes]
    return "\n".join([*lines, *gone, *(["", *remarks] if remarks else [])]) + "\n"
