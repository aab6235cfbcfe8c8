"""What a scenario's map shows, and of it the views of facility types: who is within their threshold and who was."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lifecircle.outputs.map_changes import State, code_text
from lifecircle.outputs.phrases import percent, phrase, type_label, up_to_tenth
from lifecircle.outputs.scenario_text import points

if TYPE_CHECKING:
    from lifecircle.model.what_if import ScenarioView

# Drawn in this order from the bottom up, the last first; strong colours for what changes, pale ones for what does not.
STATES = {
    "gained": State("#0072b2", line="#003f66", mark="disc"),
    "lost": State("#d55e00", line="#7a3600", mark="diamond"),
    "both": State("#cc79a7", line="#7d3c64"),
    "new": State("#f0e442", line="#6b5c00"),
    "kept": State("#a9cbe2"),
    "not": State("#efcfb4"),
    "open": State("#d0d0d0", hatch=True),
    "same": State("#d3cdc2"),
}
CODE = {state: rank for rank, state in enumerate(STATES)}
MOVED = ("gained", "lost")
OWN_WORDS = ("gained", "lost", "kept", "not", "open")
TYPE = "type:"  # before a type's id, so that no circle is called the same


def amount(value: float, *, whole: bool) -> str:
    """Return minutes up to the next tenth, metres up to the next whole one; a dash where there are none."""
    if not math.isfinite(value):
        return "–"
    return str(math.ceil(value)) if whole else f"{up_to_tenth(value):.1f}"


def shown_type(view: ScenarioView) -> str | None:
    """Return the type to show first: where no circle changes, that of most weight gained or lost; None without."""
    if len(view.effect.gains) or len(view.effect.losses) or not len(view.types):
        return None
    moved = view.types["gained_residences"] + view.types["lost_residences"]
    weight = (view.types["gained_weight"] + view.types["lost_weight"]).where(moved > 0, -math.inf)
    return str(view.types["type"].iloc[int(np.argmax(weight))]) if (moved > 0).any() else None


def type_views(view: ScenarioView) -> list[dict[str, Any]]:
    """Return one view per type that the scenario changes, in the order of the table of types."""
    language, ids, views = view.before.language, view.after.residences.index, list[dict[str, Any]]()
    for row in view.types.to_dict("records"):
        minutes = f"{row['limit_min']:g}"
        own = view.reach[view.reach["type"] == row["type"]].set_index("residence_id")["state"].reindex(ids)
        limit = phrase("scenario.type_limit", language, minutes=minutes)
        shares = f"{percent(row['within_limit_before'])} → {percent(row['within_limit_after'])}"
        views.append(
            {
                "id": f"{TYPE}{row['type']}",
                "name": f"{type_label(view.before, str(row['type']))} {limit}",
                "shares": shares,
                "change": points(row["within_limit_after"] - row["within_limit_before"], language),
                "codes": code_text(own.map(CODE).to_numpy(dtype=np.int64)),
                "labels": {key: phrase(f"scenario.type_state.{key}", language, minutes=minutes) for key in OWN_WORDS},
            }
        )
    return views


def type_changes(view: ScenarioView) -> dict[str, list[list[str]]]:
    """Return the types that each residence gains or loses, in words, by its row."""
    language, table = view.before.language, view.reach[view.reach["state"].isin(MOVED)]
    at = view.after.residences.index.get_indexer(pd.Index(table["residence_id"].to_numpy(dtype=object)))
    told: dict[str, list[list[str]]] = {}
    for row, one in zip(at.tolist(), table.to_dict("records"), strict=True):
        label = phrase(f"scenario.type_state.{one['state']}", language, minutes=f"{one['limit_min']:g}")
        shown = [amount(one[f"{side}_min"], whole=False) for side in ("before", "after")]
        walk = phrase("map.minutes", language, value=f"{shown[0]} → {shown[1]}")
        told.setdefault(str(row), []).append([type_label(view.before, str(one["type"])), label, walk])
    return told
