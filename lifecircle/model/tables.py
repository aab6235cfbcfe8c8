"""Columns of the facility and residence tables, written once, and their checks.

Both tables are plain GeoDataFrames in the place's metric CRS, indexed by a unique
string id; the aliases name a table that has passed its check.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

import geopandas as gpd
import numpy as np

from lifecircle.errors import SchemaError

if TYPE_CHECKING:
    import pandera.pandas as pa

FacilityTable: TypeAlias = gpd.GeoDataFrame
ResidenceTable: TypeAlias = gpd.GeoDataFrame

ORIGIN_KINDS = ("building", "residential_area", "estate_gate", "grid", "hexagon")
ENTRANCE_KINDS = ("point", "mapped", "path", "sampled", "representative")

# facility_id = "<object_id>:<type>"; one row per object and type.
FACILITY_COLUMNS = {
    "object_id": str,  # the thing itself: "n1", "w2", "r3", or a user table's "<file stem>/<row>"
    "type": str,
    "name": str,  # "" when unnamed
    "capacity": float,  # NaN when unknown
    "source": str,  # "osm" or a file name
    "lenient": bool,  # counts in the lenient reading only
    "area_m2": float,  # 0 for points and lines
    "merged": str,  # other object ids of the same thing, joined by ";"
    "entrance_kind": str,  # one of ENTRANCE_KINDS
    "attributes": str,  # JSON object of texts: what a list or the map says further; "" when nothing
    "geometry": object,  # the mapped shape
    "entrances": object,  # MultiPoint: where a walker enters
}

RESIDENCE_COLUMNS = {
    "object_id": str,  # the building, estate or cell it comes from
    "name": str,
    "kind": str,  # one of ORIGIN_KINDS
    "population": float,  # NaN when the study has none
    "floor_area_m2": float,  # NaN when it has no building
    "floor_area_defaulted": bool,  # levels were not mapped
    "land_m2": float,  # NaN for buildings
    "community_id": str,  # "" when unknown
    "geometry": object,
    "entrances": object,  # MultiPoint
}


def _schema(columns: dict[str, type], table: str) -> pa.DataFrameSchema:
    import pandera.pandas as pa  # a quarter of a second, needed only when a table is made

    checks = {
        "kind": pa.Check.isin(ORIGIN_KINDS),
        "entrance_kind": pa.Check.isin(ENTRANCE_KINDS),
        "capacity": pa.Check.ge(0),
        "population": pa.Check.ge(0),
        "floor_area_m2": pa.Check.ge(0),
        "land_m2": pa.Check.ge(0),
        "area_m2": pa.Check.ge(0),
    }
    fields = {
        name: pa.Column(None if kind in (object, str) else kind, checks.get(name), nullable=kind is float)
        for name, kind in columns.items()
        if name not in ("geometry", "entrances")
    }
    return pa.DataFrameSchema(fields, name=table)


def _check(frame: gpd.GeoDataFrame, columns: dict[str, type], table: str) -> gpd.GeoDataFrame:
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise SchemaError(f"{table}: missing columns {missing}; a table needs {list(columns)}")
    if not frame.index.is_unique:
        repeated = list(frame.index[frame.index.duplicated()][:5])
        raise SchemaError(f"{table}: ids must be unique; repeated: {repeated}")
    if frame.crs is None or frame.crs.axis_info[0].unit_name not in ("metre", "meter"):
        raise SchemaError(f"{table}: coordinates must be in a metric CRS, got {frame.crs}")
    import pandera.errors  # as above

    try:
        _schema(columns, table).validate(frame.drop(columns=["geometry", "entrances"]), lazy=True)
    except pandera.errors.SchemaErrors as error:
        first = error.failure_cases.iloc[0]
        same = error.failure_cases[error.failure_cases["column"] == first["column"]]
        rows = [str(row) for row in same["index"].head(5)]
        raise SchemaError(
            f"{table}: {len(same)} rows have a bad {first['column']} ({first['check']}), "
            f"for example {first['failure_case']!r}: ids {', '.join(rows)}"
        ) from None
    empty = np.array([shape is None or shape.is_empty for shape in frame["entrances"]], dtype=bool)
    if empty.any():
        raise SchemaError(f"{table}: {int(empty.sum())} rows have no entrance: ids {list(frame.index[empty][:5])}")
    return frame


def check_facilities(frame: gpd.GeoDataFrame) -> FacilityTable:
    """Return `frame` as a FacilityTable, or say which rows are wrong (SchemaError).

    A frame without ``attributes`` gets an empty column of them.
    """
    given = frame if "attributes" in frame.columns else frame.assign(attributes="")
    checked = _check(given, FACILITY_COLUMNS, "facilities")
    bad = [row for row, text in zip(checked.index, checked["attributes"], strict=True) if text and not _is_object(text)]
    if bad:
        raise SchemaError(f"facilities: {len(bad)} rows have attributes that are no JSON object of texts: {bad[:5]}")
    checked.index.name = "facility_id"
    return checked


def attributes_of(text: str) -> dict[str, str]:
    """Return what a cell of ``attributes`` says, by column or key; nothing for an empty one."""
    said: dict[str, str] = json.loads(text) if isinstance(text, str) and text else {}
    return said


def attributes_text(said: Mapping[str, str]) -> str:
    """Return the cell of ``attributes`` that says `said`; empty values are left out, "" where nothing is left."""
    known = {key: value for key, value in said.items() if value}
    return json.dumps(known, ensure_ascii=False) if known else ""


def joint_attributes(texts: Iterable[str]) -> str:
    """Return the cell of ``attributes`` of one facility that several records tell of; of two values the first."""
    said: dict[str, str] = {}
    for text in texts:
        said = {**attributes_of(text), **said}
    return attributes_text(said)


def _is_object(text: object) -> bool:
    try:
        said = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return False
    return isinstance(said, dict) and all(isinstance(value, str) for value in said.values())


def check_residences(frame: gpd.GeoDataFrame) -> ResidenceTable:
    """Return `frame` as a ResidenceTable, or say which rows are wrong (SchemaError)."""
    checked = _check(frame, RESIDENCE_COLUMNS, "residences")
    checked.index.name = "residence_id"
    return checked
