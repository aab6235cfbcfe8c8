"""A map of a scenario: who gains, who loses, and what was changed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lifecircle.model.area import WGS84
from lifecircle.model.what_if import MARKS
from lifecircle.outputs.map_base import BUILDING_TOLERANCE_M, base_data, lonlat, street_data
from lifecircle.outputs.map_changes import changes_page, code_text, panel_words, place, state_rows
from lifecircle.outputs.map_folium import write_page
from lifecircle.outputs.map_words import footer
from lifecircle.outputs.packing import pack
from lifecircle.outputs.phrases import basis, circle_name, percent, phrase, type_name
from lifecircle.outputs.scenario_text import (
    headline_sentence,
    points,
    scenario_title,
    type_sentences,
    who_sentence,
)
from lifecircle.outputs.scenario_types import (
    CODE,
    MOVED,
    STATES,
    TYPE,
    amount,
    shown_type,
    type_changes,
    type_views,
)

if TYPE_CHECKING:
    from pathlib import Path

    import folium

    from lifecircle.model.what_if import ScenarioView

# What the panel says beside the words of every map of changes.
WORDS = {"made": "scenario.made", "types": "scenario.type_views", "same": "scenario.state.same"}
Codes = npt.NDArray[np.uint8]


def scenario_map(view: ScenarioView) -> folium.Map:
    """Return a scenario as a folium map; its ``save`` writes one page with everything inside.

    Changes are told apart by their shape as well as their colour: a disc with a plus, a square with a cross, triangles
    down and up for a move, a house; residences that gain are discs where they are small, those that lose diamonds.

    Returns
    -------
    folium.Map
        Web Mercator, no tiles, no external link.
    """
    title = f"{scenario_title(view)} · {view.before.area.name(view.before.language)}"
    return changes_page(scenario_data(view), title=title)


def save_scenario_map(view: ScenarioView, path: Path) -> Path:
    """Write the map to `path` as one HTML file and return the path."""
    return write_page(scenario_map(view), path)


def scenario_data(view: ScenarioView) -> dict[str, Any]:
    """Return everything that the page draws, as JSON types (no NaN, no infinity)."""
    before, after, language = view.before, view.after, view.before.language
    residences = after.residences
    streets, _ = street_data(after.area, after.network, walks=after.audit.profile)
    base = base_data(after.area, after.base, drawn=residences.geometry)
    views = [*_views(view), *type_views(view)]
    return {
        "language": language,
        "title": scenario_title(view),
        "subtitle": f"{before.area.name(language)} · {before.audit.standard.title(language)}",
        "headline": headline_sentence(view),
        "who": [who_sentence(view), *type_sentences(view)],
        "basis": basis(before),
        "footer": footer(before),
        "notes": [note.text(language) for note in view.notes],
        "attribution": phrase("attribution", language),
        "label": f"{before.area.name(language)} {scenario_title(view)}",
        "bounds": _bounds(view),
        "words": panel_words(language, WORDS),
        "states": state_rows(STATES, phrases="scenario.state", language=language),
        "residences": {
            "shapes": pack(lonlat(residences.geometry, tolerance_m=BUILDING_TOLERANCE_M)),
            "id": [str(name) for name in residences.index],
            "name": [str(name) for name in residences["name"]],
        },
        "views": views,
        "start": _start(view, [one["id"] for one in views]),
        "changes": _changes(view),
        "marks": _marks(view),
        "markNames": {mark: phrase(f"scenario.mark.{mark}", language) for mark in MARKS},
        "base": {**base, "streets": streets},
    }


def _bounds(view: ScenarioView) -> list[list[float]]:
    """Return the box of what changes; of all residences where nothing does."""
    effect, parts = view.effect, [view.marks.total_bounds]
    parts += [table.total_bounds for table in (effect.gains, effect.losses) if len(table)]
    kind = shown_type(view)
    if kind is not None:
        rows = view.reach.loc[(view.reach["type"] == kind) & view.reach["state"].isin(MOVED), "residence_id"]
        parts.append(view.after.residences.geometry.loc[rows].total_bounds)
    if not len(view.marks) and len(parts) == 1:
        parts = [view.before.residences.total_bounds]
    boxes = np.array([part for part in parts if np.isfinite(part).all()])
    west, south = boxes[:, :2].min(axis=0) - 200.0
    east, north = boxes[:, 2:].max(axis=0) + 200.0
    lon0, lat0, lon1, lat1 = view.before.area.to_wgs84(shapely.box(west, south, east, north)).bounds
    return [[round(lat0, 6), round(lon0, 6)], [round(lat1, 6), round(lon1, 6)]]


def _views(view: ScenarioView) -> list[dict[str, Any]]:
    """Return what can be shown: any circle, then each of them."""
    language, ids = view.before.language, view.after.residences.index
    newcomer = ~ids.isin(view.before.audit.residences.index)
    views, gained, lost = list[dict[str, Any]](), np.zeros(len(ids), bool), np.zeros(len(ids), bool)
    for circle, row in view.effect.circles.iterrows():
        was, now = (side.audit.residences[f"{circle}_status"].reindex(ids) for side in (view.before, view.after))
        codes = _codes(was, now, newcomer=newcomer)
        gained |= codes == CODE["gained"]
        lost |= codes == CODE["lost"]
        views.append(
            {
                "id": str(circle),
                "name": circle_name(view.before, str(circle)),
                "shares": f"{percent(row['share_before'])} → {percent(row['share_after'])}",
                "change": points(row["change"], language),
                "codes": code_text(codes),
            }
        )
    some = np.select(
        [newcomer, gained & lost, gained, lost],
        [CODE["new"], CODE["both"], CODE["gained"], CODE["lost"]],
        default=CODE["same"],
    )
    first = {"id": "any", "name": phrase("scenario.all", language), "shares": "", "change": ""}
    return [{**first, "codes": code_text(some.astype(np.uint8))}, *views]


def _start(view: ScenarioView, ids: list[str]) -> int:
    """Return the view that is shown first: any circle; where none changes, the type that most come within reach of."""
    kind = shown_type(view)
    return 0 if kind is None else ids.index(f"{TYPE}{kind}")


def _codes(was: pd.Series, now: pd.Series, *, newcomer: npt.NDArray[np.bool_]) -> Codes:
    before, after = was.to_numpy(dtype=object) == "covered", now.to_numpy(dtype=object) == "covered"
    unsure = (was.to_numpy(dtype=object) == "unknown") | (now.to_numpy(dtype=object) == "unknown")
    chosen = [newcomer, ~before & after, before & ~after, before & after, unsure]
    names = ("new", "gained", "lost", "kept", "open")
    return np.select(chosen, [CODE[name] for name in names], default=CODE["not"]).astype(np.uint8)


def _changes(view: ScenarioView) -> dict[str, list[list[str]]]:
    """Return the circles that each residence gains or loses, in words, by its row."""
    rows, language = view.after.residences.index, view.before.language
    told: dict[str, list[list[str]]] = {}
    for state, table in (("gained", view.effect.gains), ("lost", view.effect.losses)):
        label = phrase(f"scenario.state.{state}", language)
        at = rows.get_indexer(pd.Index(table["residence_id"].to_numpy(dtype=object)))
        for row, one in zip(at.tolist(), table.to_dict("records"), strict=True):
            name = circle_name(view.before, one["circle"])
            told.setdefault(str(row), []).append([name, label, _walked(one, language)])
    ordered = {row: sorted(lines) for row, lines in told.items()}
    for row, lines in type_changes(view).items():
        ordered[row] = [*ordered.get(row, []), *lines]
    return dict(sorted(ordered.items(), key=lambda item: int(item[0])))


def _walked(row: dict[Any, Any], language: str) -> str:
    """Return the minutes or metres before and after."""
    for measure, key in (("min", "map.minutes"), ("m", "map.metres")):
        sides = [row[f"{side}_{measure}"] for side in ("before", "after")]
        if any(isinstance(value, float) and math.isfinite(value) for value in sides):
            shown = [amount(value, whole=measure == "m") for value in sides]
            return phrase(key, language, value=f"{shown[0]} → {shown[1]}")
    return ""


def _marks(view: ScenarioView) -> list[dict[str, Any]]:
    shapes = gpd.GeoSeries(view.marks.geometry, crs=view.marks.crs).to_crs(WGS84)
    marks = []
    for row, shape in zip(view.marks.to_dict("records"), shapes, strict=True):
        kind = str(row["type"])
        known = kind in view.before.catalogue.types
        lines = _lines(shape)
        at = shape.centroid if not lines else shapely.line_interpolate_point(_longest(shape), 0.5, normalized=True)
        marks.append(
            {
                "mark": row["mark"],
                "number": int(row["number"]),
                "label": str(row["label"] or ""),
                "type": kind,
                "typeName": type_name(view.before, kind) if known else "",
                "at": place(at.x, at.y),
                "lines": lines or None,
            }
        )
    return marks


def _lines(shape: Any) -> list[list[list[float]]]:  # noqa: ANN401  # any geometry
    parts = shapely.get_parts(shape)
    return [[place(x, y) for x, y in part.coords] for part in parts if part.geom_type == "LineString"]


def _longest(shape: Any) -> Any:  # noqa: ANN401  # any geometry
    parts = shapely.get_parts(shape)
    return parts[int(np.argmax(shapely.length(parts)))]
