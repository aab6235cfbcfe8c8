"""A map of what lies between two audits: who gained, who lost, and the facilities that only one map has."""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from lifecircle.outputs.comparison_states import STATES, state_codes
from lifecircle.outputs.comparison_text import comparison_title, credits_text, joint_sentence, side_text, who_text
from lifecircle.outputs.map_base import base_data, street_data
from lifecircle.outputs.map_changes import changes_page, code_text, panel_words, place, state_rows
from lifecircle.outputs.map_folium import write_page
from lifecircle.outputs.map_words import footer
from lifecircle.outputs.packing import pack
from lifecircle.outputs.phrases import number, percent, phrase, up_to_tenth
from lifecircle.outputs.scenario_text import points

if TYPE_CHECKING:
    from pathlib import Path

    import folium

    from lifecircle.model.comparison import Comparison
    from lifecircle.model.comparison_view import ComparisonView

MARKS = {
    ("new", "new"): "added",
    ("new", "unknown"): "added_unknown",
    ("gone", "closed"): "removed",
    ("gone", "unknown"): "removed_unknown",
}
WORDS = {"made": "compare.only_one_map", "same": "compare.state.same"}
MARGIN = 0.002  # degrees around what the page shows first
NO_SHAPES: dict[str, Any] = {"parts": [], "points": [], "xy": [], "lines": False}


def comparison_map(view: ComparisonView) -> folium.Map:
    """Return a comparison as a folium map; its ``save`` writes one page with everything inside.

    Residences that gained are discs where they are small, those that lost diamonds; facilities that came are discs with
    a plus, those that went squares with a cross. What is hollow is of unknown cause.

    Returns
    -------
    folium.Map
        Web Mercator, no tiles, no external link; without streets and water where the second audit was read from a
        folder.
    """
    return changes_page(comparison_data(view), title=comparison_title(view.comparison, view.language))


def save_comparison_map(view: ComparisonView, path: Path) -> Path:
    """Write the map to `path` as one HTML file and return the path."""
    return write_page(comparison_map(view), path)


def comparison_data(view: ComparisonView) -> dict[str, Any]:
    """Return everything that the page draws, as JSON types (no NaN, no infinity)."""
    found, language, ground = view.comparison, view.language, view.ground
    title, foot = comparison_title(found, language), [phrase("map.schematic", language)]
    sides = [
        phrase(f"compare.{side}", language) + phrase("colon", language) + side_text(record, language)
        for side, record in (("first", found.a), ("second", found.b))
    ]
    return {
        "language": language,
        "title": title,
        "subtitle": " → ".join(f"{record.of_date or '?'} · {record.standard}" for record in (found.a, found.b)),
        "headline": joint_sentence(found, language),
        "who": [who_text(found, language)],
        "basis": phrase("compare.hollow", language),
        "footer": [*sides, *(foot if ground is None else footer(ground))],
        "notes": [note.text(language) for note in found.notes],
        "attribution": html.escape(credits_text(found, language)),
        "label": title,
        "bounds": _bounds(found),
        "words": panel_words(language, WORDS),
        "states": state_rows(STATES, phrases="compare.state", language=language),
        "residences": _residences(found),
        "views": _views(found, language),
        "start": 0,
        "changes": _changes(found, language),
        "marks": _marks(view),
        "markNames": {mark: phrase(f"compare.mark.{mark}", language) for mark in MARKS.values()},
        "base": _base(view),
    }


def _base(view: ComparisonView) -> dict[str, Any]:
    ground = view.ground
    if ground is None:
        return dict.fromkeys(("residential", "parks", "water", "buildings", "streets"), NO_SHAPES)
    streets, _ = street_data(ground.area, ground.network, walks=ground.audit.profile)
    return {**base_data(ground.area, ground.base, drawn=ground.residences.geometry), "streets": streets}


def _residences(found: Comparison) -> dict[str, Any]:
    table = found.b.residences
    if found.b.shapes is None:
        shapes = shapely.points(table["lon"].to_numpy(dtype=float), table["lat"].to_numpy(dtype=float))
    else:
        shapes = found.b.shapes.reindex(table.index).to_numpy().astype(object)
    return {
        "shapes": pack(shapes),
        "id": [str(name) for name in table.index],
        "name": [str(name) for name in table["name"]],
    }


def _bounds(found: Comparison) -> list[list[float]]:
    """Return the box of the residences that gained or lost; of all where none did."""
    moved = found.changes[found.changes["change"].isin(["gained", "lost"])]
    shown = moved if len(moved) else found.b.residences
    low = [float(shown[axis].min()) - MARGIN for axis in ("lat", "lon")]
    high = [float(shown[axis].max()) + MARGIN for axis in ("lat", "lon")]
    return [[round(value, 6) for value in corner] for corner in (low, high)]


def _views(found: Comparison, language: str) -> list[dict[str, Any]]:
    """Return what can be shown: any circle, then each of those compared."""
    codes = state_codes(found)
    views = [
        {
            "id": str(circle),
            "name": row["name_zh" if language == "zh" else "name_en"],
            "shares": f"{percent(row['share_a'])} → {percent(row['share_b'])}",
            "change": points(row["difference"], language),
            "codes": code_text(codes[circle]),
            "types": sorted({kind for side in "ab" for item in row[f"threshold_{side}"] for kind in item["types"]}),
        }
        for circle, row in zip(found.circles.index, found.circles.to_dict("records"), strict=True)
    ]
    first = {"id": "any", "name": phrase("scenario.all", language), "shares": "", "change": ""}
    return [{**first, "codes": code_text(codes["any"])}, *views]


def _changes(found: Comparison, language: str) -> dict[str, list[list[str]]]:
    """Return what became of each residence, circle by circle, in words, by its row."""
    names = found.circles["name_zh" if language == "zh" else "name_en"]
    at = found.b.residences.index.get_indexer(pd.Index(found.changes["residence_id"]))
    told: dict[int, list[list[str]]] = {}
    for row, one in zip(at.tolist(), found.changes.to_dict("records"), strict=True):
        told.setdefault(row, []).append([str(names[one["circle"]]), _said(one, language), _walked(one, language)])
    return {str(row): told[row] for row in sorted(told)}


def _said(one: dict[Any, Any], language: str) -> str:
    change = phrase(f"compare.{one['change']}", language)
    if not one["cause"]:
        return change
    cause = phrase(f"compare.cause.{one['change']}_{one['cause']}", language)
    return change + phrase("colon", language) + cause


def _walked(one: dict[Any, Any], language: str) -> str:
    """Return the minutes in the first and the second audit; "" where neither has any."""
    minutes = [float(one[f"minutes_{side}"]) for side in "ab"]
    if not any(math.isfinite(value) for value in minutes):
        return ""
    shown = [number(up_to_tenth(value)) if math.isfinite(value) else "–" for value in minutes]
    return phrase("map.minutes", language, value=" → ".join(shown))


def _marks(view: ComparisonView) -> list[dict[str, Any]]:
    language, known = view.language, view.catalogue.types
    return [
        {
            "mark": MARKS[row["change"], row["cause"]],
            "label": str(row["name"] or ""),
            "type": row["type"],
            "typeName": known[row["type"]].name(language) if row["type"] in known else str(row["type"]),
            "detail": phrase("list", language).join(
                part
                for part in (phrase(f"compare.evidence.{row['evidence']}", language), row["date"], row["object_id"])
                if part
            ),
            "at": place(row["lon"], row["lat"]),
        }
        for row in view.comparison.facilities.to_dict("records")
    ]
