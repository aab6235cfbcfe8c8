"""A table of facilities as a searchable map that needs no internet."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from lifecircle.model.area import WGS84
from lifecircle.outputs.map_base import base_data, street_data
from lifecircle.outputs.map_data import SHAPES
from lifecircle.outputs.map_folium import offline_page
from lifecircle.outputs.map_words import words
from lifecircle.outputs.packing import pack
from lifecircle.outputs.phrases import phrase
from lifecircle.outputs.styles import STATUS_COLOURS

if TYPE_CHECKING:
    import folium
    import geopandas as gpd

    from lifecircle.model.area import StudyArea
    from lifecircle.model.audit import BaseMap
    from lifecircle.model.catalogue import Catalogue
    from lifecircle.model.network import WalkNetwork
    from lifecircle.model.travel import WalkProfile

NOTHING = np.empty(0, dtype=object)
NO_STREETS = {"path": "", "name": [], "names": [""], "from": [], "to": [], "length": [], "way": ""}
MARGIN_DEG = 0.002
# What an audit's page shows and a table's has not.
NO_AUDIT = {
    "unit": "",
    "counted": 0,
    "causes": [],
    "circles": [],
    "covered": [],
    "under": False,
    "gaps": [],
    "bands": [],
    "communities": None,
    "tiles": None,
}


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What a study knows of the place: drawn quietly behind the facilities."""

    area: StudyArea
    base: BaseMap
    network: WalkNetwork
    walks: WalkProfile


@dataclass(frozen=True, slots=True, eq=False)
class TableMap:
    """The rows of a table that have a place.

    Attributes
    ----------
    file : str
    rows : GeoDataFrame, EPSG:4326
        ``object_id, name, address, types, attributes`` (JSON) and points.
    left : int
        Rows without a place.
    catalogue : Catalogue
    language : str
    behind : Surroundings or None
    attribution : str
        Of the base, "" without one.
    """

    file: str
    rows: gpd.GeoDataFrame
    left: int
    catalogue: Catalogue
    language: str
    behind: Surroundings | None = None
    attribution: str = ""


def table_page(table: TableMap) -> folium.Map:
    """Return the facilities as a folium map; its ``save`` writes one page with everything inside."""
    return offline_page(_content(table), title=f"{table.file} · lifecircle")


def _content(table: TableMap) -> dict[str, Any]:
    language, rows = table.language, table.rows
    kinds = [types[0] if types else "" for types in rows["types"]]
    order = sorted(set(kinds), key=lambda kind: (kind == "", kind))
    base, streets = _behind(table)
    return {
        **NO_AUDIT,
        "language": language,
        "words": words(language),
        "title": _title(table),
        "footer": [phrase("map.schematic", language)],
        "attribution": table.attribution,
        "label": table.file,
        "bounds": _bounds(rows),
        "colours": {"status": STATUS_COLOURS, "count": []},
        "residences": {"shapes": pack(NOTHING), "id": [], "name": []},
        "types": [_type(table, kind, rank=rank, count=kinds.count(kind)) for rank, kind in enumerate(order)],
        "facilities": {
            "type": [order.index(kind) for kind in kinds],
            "name": [str(name) for name in rows["name"]],
            "id": [str(one) for one in rows["object_id"]],
            "xy": pack(rows.geometry.to_numpy().astype(object))["xy"],
            "detail": [_details(row, language) for row in rows[["address", "attributes"]].to_dict("records")],
        },
        "streets": streets,
        "base": base,
    }


def _title(table: TableMap) -> dict[str, Any]:
    language, shown = table.language, len(table.rows)
    left = phrase("map.table_left", language, count=table.left, rows=table.left + shown) if table.left else ""
    headline = phrase("map.table", language, count=f"{shown:,}", file=table.file)
    return {"study": table.file, "standard": "", "headline": headline, "basis": left, "details": [], "notes": []}


def _behind(table: TableMap) -> tuple[dict[str, Any], dict[str, Any]]:
    known = table.behind
    if known is None:
        empty = pack(NOTHING)
        layers = dict.fromkeys(("residential", "parks", "water", "buildings"), empty)
        return layers | {"streets": pack(NOTHING, lines=True)}, NO_STREETS
    lines, streets = street_data(known.area, known.network, walks=known.walks)
    return base_data(known.area, known.base, drawn=known.base.buildings.iloc[:0]) | {"streets": lines}, streets


def _bounds(rows: gpd.GeoDataFrame) -> list[list[float]]:
    west, south, east, north = shapely.buffer(shapely.box(*rows.to_crs(WGS84).total_bounds), MARGIN_DEG).bounds
    return [[round(south, 6), round(west, 6)], [round(north, 6), round(east, 6)]]


def _type(table: TableMap, kind: str, *, rank: int, count: int) -> dict[str, Any]:
    known = table.catalogue.types.get(kind)
    name = phrase("map.table_other", table.language) if known is None else known.name(table.language)
    return {"id": kind, "name": name, "title": name, "glyph": name[:1].upper(), "shape": rank % SHAPES, "count": count}


def _details(row: dict[str, Any], language: str) -> list[list[str]]:
    other = json.loads(row["attributes"]) if row["attributes"] else {}
    pairs = {phrase("map.address", language): row["address"], **other}
    return [[str(label), str(value)] for label, value in pairs.items() if value]
