"""The data of the map: whole microdegrees, running differences, codes instead of words."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import shapely

from lifecircle.model.audit import REASONS, STATUSES, AuditView
from lifecircle.outputs.map_base import BUILDING_TOLERANCE_M, base_data, lonlat, street_data
from lifecircle.outputs.map_cells import gathered, is_gathered
from lifecircle.outputs.map_overlays import bands, communities
from lifecircle.outputs.map_words import footer, gap_rows, title_block, words
from lifecircle.outputs.packing import pack
from lifecircle.outputs.phrases import (
    circle_name,
    circle_row,
    percent,
    phrase,
    reason_text,
    share_range,
    threshold_text,
    type_label,
    type_name,
    walking_speed,
)
from lifecircle.outputs.styles import STATUS_COLOURS, count_colours
from lifecircle.outputs.tiles import tile_layers

SHAPES = 5  # outlines of facility symbols that the page can draw


def map_data(view: AuditView) -> dict[str, Any]:
    """Return everything the page draws, as JSON types (no NaN, no infinity).

    Coordinates are WGS-84 in whole microdegrees (about 0.1 m). Walking minutes are rounded up to a tenth and
    metres to whole ones, so that a number shown never contradicts its verdict.
    """
    unit = "map.legend_cells" if is_gathered(view) else "map.legend_unit"
    view = gathered(view)
    streets, street_table = street_data(view.area, view.network, walks=view.audit.profile)
    present = sorted(set(view.facilities["type"]))
    order = [kind for kind in _types_of_standard(view) if kind in present]
    kinds = [*order, *(kind for kind in present if kind not in order)]
    return {
        "language": view.language,
        "words": words(view.language),
        "title": title_block(view),
        "footer": footer(view),
        "attribution": phrase("attribution", view.language),
        "label": f"{view.area.name(view.language)} {phrase('title', view.language)}",
        "bounds": _bounds(view),
        "colours": {"status": STATUS_COLOURS, "count": count_colours(len(view.audit.headline.circles_counted))},
        "unit": phrase(unit, view.language),
        "counted": len(view.audit.headline.circles_counted),
        "causes": [phrase(f"cause.{reason}", view.language) if reason else "" for reason in REASONS],
        "circles": [_circle(view, circle, kinds=kinds) for circle in view.audit.circles.index],
        "covered": [int(count) for count in _verdicts(view)["covered_count"]],
        "open": _open(view),
        "residences": {
            "shapes": pack(lonlat(view.residences.geometry, tolerance_m=BUILDING_TOLERANCE_M)),
            "id": [str(one) for one in view.residences.index],
            "name": [str(name) for name in view.residences["name"]],
        },
        "under": bool((view.residences["kind"] != "building").any()),
        "types": [_type(view, kind, rank=rank) for rank, kind in enumerate(kinds)],
        "facilities": _facilities(view, kinds=kinds),
        "gaps": _gaps(view),
        "bands": bands(view),
        "communities": communities(view),
        "tiles": tile_layers(view.tiles),
        "streets": street_table,
        "base": base_data(view.area, view.base, drawn=view.residences.geometry) | {"streets": streets},
    }


def _verdicts(view: AuditView) -> pd.DataFrame:
    return view.audit.residences.loc[view.residences.index]


def _open(view: AuditView) -> list[int]:
    """Return the rows of residences of which no counted circle is known to be covered, and some are unknown."""
    verdicts = _verdicts(view)
    unknown = np.zeros(len(verdicts), dtype=bool)
    for circle in view.audit.headline.circles_counted:
        unknown |= (verdicts[f"{circle}_status"] == "unknown").to_numpy()
    none = (verdicts["covered_count"] == 0).to_numpy()
    return [int(row) for row in np.flatnonzero(none & unknown)]


def _types_of_standard(view: AuditView) -> list[str]:
    """Return the types that decide circles, in the order of the circles."""
    standard = view.audit.standard
    found = [kind for circle in standard.circles for kind in _circle_types(view, circle.id)]
    return list(dict.fromkeys(found))


def _circle_types(view: AuditView, circle: str) -> list[str]:
    found = [kind for item in circle_row(view, circle)["threshold"] for kind in item["types"]]
    return list(dict.fromkeys(found))


def _circle(view: AuditView, circle: str, *, kinds: list[str]) -> dict[str, Any]:
    row, verdicts, weight = circle_row(view, circle), _verdicts(view), f"share_{view.audit.weight}"
    assessable = bool(row["assessable"])
    low, high = (row[weight], row[f"{weight}_upper"]) if assessable else (None, None)
    return {
        "id": circle,
        "name": circle_name(view, circle),
        "threshold": _threshold(view, row),
        "assessable": assessable,
        "share": share_range(low, high, language=view.language) if assessable else "",
        "why": "" if assessable else reason_text(row, view.language),
        "parts": [_part(row[weight]), _part(row["unknown_share"]), _part(row["not_covered_share"])],
        "types": [kinds.index(kind) for kind in _circle_types(view, circle) if kind in kinds],
        "walked": bool(row["threshold"]),
        "status": _codes(verdicts[f"{circle}_status"], STATUSES),
        "cause": _codes(verdicts[f"{circle}_reason"].fillna(""), REASONS),
        "tenths": _shown(verdicts.get(f"{circle}_min"), per_unit=10),
        "metres": _shown(verdicts.get(f"{circle}_m"), per_unit=1),
        "facility": _facility_rows(view, verdicts[f"{circle}_facility_id"]),
    }


def _codes(words_used: pd.Series, known: tuple[str, ...]) -> str:
    """Return one digit per row: the place of its word in `known`."""
    places = pd.Index(known).get_indexer(pd.Index(words_used.to_numpy(dtype=object)))
    return (places + ord("0")).astype(np.uint8).tobytes().decode("ascii")


def _threshold(view: AuditView, row: Mapping[str, Any]) -> str:
    """Return the thresholds of a circle, with its own walker's speed where it is not the study's."""
    text, speed = threshold_text(row, view.language), float(row["speed_kmh"])
    if math.isnan(speed) or speed == view.audit.headline.speed_kmh:
        return text
    return phrase("threshold.walker", view.language, threshold=text, speed=walking_speed(speed, view.language))


def _part(share: float) -> float:
    return 0.0 if math.isnan(float(share)) else round(float(share), 4)


def _shown(values: pd.Series | None, *, per_unit: int) -> list[int | None] | None:
    """Return `values` as whole numbers of ``1 / per_unit``, rounded up; None where there is no number at all."""
    if values is None or not np.isfinite(values.to_numpy(dtype=float)).any():
        return None
    numbers = values.to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        whole = np.ceil(numbers * per_unit - 1e-6)
    return [int(number) if math.isfinite(number) else None for number in whole]


def _facility_rows(view: AuditView, ids: pd.Series) -> list[int | None]:
    rows = view.facilities.index.get_indexer(pd.Index(ids.to_numpy(dtype=object)))
    return [int(row) if row >= 0 else None for row in rows]


def _type(view: AuditView, kind: str, *, rank: int) -> dict[str, Any]:
    full = type_name(view, kind)
    short = type_label(view, kind)
    return {
        "id": kind,
        "name": short,
        "title": full,
        "glyph": short[:1].upper(),
        "shape": rank % SHAPES,
        "count": int((view.facilities["type"] == kind).sum()),
    }


def _facilities(view: AuditView, *, kinds: list[str]) -> dict[str, Any]:
    number = {kind: rank for rank, kind in enumerate(kinds)}
    points = lonlat(view.facilities.geometry.representative_point())
    return {
        "type": [number[kind] for kind in view.facilities["type"]],
        "name": [str(name) for name in view.facilities["name"]],
        "id": [str(one) for one in view.facilities.index],
        "xy": pack(points)["xy"],
    }


def _gaps(view: AuditView) -> list[dict[str, Any]]:
    order = {circle: rank for rank, circle in enumerate(view.audit.circles.index)}
    gaps = view.audit.gaps.sort_values(["circle", "gap"], kind="stable")
    return [
        {
            "circle": order[gap.circle],
            "number": int(gap.gap),
            "lon": round(float(gap.lon), 6),
            "lat": round(float(gap.lat), 6),
            "place": str(gap.place or "") or phrase("gaps.unnamed", view.language),
            "share": percent(gap.weight_share),
            "rows": gap_rows(view, gap),
        }
        for gap in gaps.itertuples()
    ]


def _bounds(view: AuditView) -> list[list[float]]:
    """Return the box of the residences, or of the study where there are none, as [[south, west], [north, east]]."""
    box = view.residences.total_bounds if len(view.residences) else np.array(view.area.boundary.bounds)
    west, south, east, north = view.area.to_wgs84(shapely.box(*box)).bounds
    return [[round(south, 6), round(west, 6)], [round(north, 6), round(east, 6)]]
