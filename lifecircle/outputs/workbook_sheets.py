"""What the sheets of ``tables.xlsx`` hold: columns by their printed name, in the order of the sheet."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from lifecircle.model.audit import AuditView
from lifecircle.outputs.column_names import column_names
from lifecircle.outputs.phrases import (
    circle_name,
    circle_row,
    phrase,
    phrase_or,
    reason_text,
    threshold_text,
    type_name,
)
from lifecircle.outputs.report.limits import refused_rows
from lifecircle.outputs.report.result import title_facts
from lifecircle.outputs.summary import summary_text
from lifecircle.outputs.tables import Tables, gap_table

RESIDENCE = ("residence_id", "name", "estate", "community_id", "kind", "population", "floor_area_m2", "land_m2")
FACILITY = ("facility_id", "object_id", "type", "name", "capacity", "area_m2", "source", "sources", "merged", "lenient")
FORMATS = {  # the first that a column's name ends with
    "_share": "share",
    "_share_upper": "share",
    "share": "share",
    "ratio": "ratio",
    "_min": "minutes",
    "minutes": "minutes",
    "minutes_over": "minutes",
    "metres": "count",
    "metres_over": "count",
    "_m": "count",
    "_m2": "count",
    "lon": "degrees",
    "lat": "degrees",
    "_km2": "decimal",
    "speed_kmh": "decimal",
}
WORDS = {
    "change": "book.change",
    "conflict": "book.conflict",
    "resolution": "book.resolution",
    "status": "status",
    "state": "state",
    "reason": "cause",
    "cause": "gap_cause",
    "kind": "origin",
}


def sheets(view: AuditView, tables: Tables) -> Iterator[tuple[str, pd.DataFrame]]:
    """Return every sheet's key (``book.<key>`` is its name) and table, columns as in the data dictionary."""
    yield "circles", _circles(view)
    yield "residences", _residences(view, tables["residences"])
    if view.communities is not None:
        yield "communities", pd.DataFrame(view.communities.drop(columns="geometry"))
    yield "gaps", pd.DataFrame(gap_table(view).drop(columns="geometry"))
    if len(view.audit.causes):
        yield "causes", view.audit.causes
    for key in ("fixes", "provision", "conflicts"):
        table = view.tables.get(key)
        if table is not None and len(table):
            yield key, table
    if len(view.audit.published):
        language = view.language
        other = "en" if language == "zh" else "zh"
        keep = [name for name in view.audit.published.columns if not str(name).endswith(f"_{other}")]
        yield (
            "published",
            view.audit.published[keep].rename(columns=lambda name: str(name).removesuffix(f"_{language}")),
        )
    yield "facilities", _facilities(tables["facilities"])
    refused = refused_rows(view)
    if refused is not None:
        yield "refused", refused
    yield "provenance", _provenance(view)


def headers(view: AuditView, table: pd.DataFrame) -> list[str]:
    """Return the printed names of a table's columns."""
    names = column_names(view, [str(column) for column in table.columns])
    return [phrase_or(f"book.column.{column}", view.language, fallback=name) for column, name in names.items()]


def column_format(column: str, values: pd.Series) -> str:
    """Return how a column is written: share, ratio, minutes, count, degrees, decimal or text."""
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return "text"
    if column.startswith("share_"):
        return "share"
    found = [FORMATS[end] for end in sorted(FORMATS, key=len, reverse=True) if column.endswith(end)]
    return found[0] if found else "count" if pd.api.types.is_integer_dtype(values) else "decimal"


def worded(view: AuditView, column: str, *, values: pd.Series) -> pd.Series:
    """Return `values` in the view's language where they are words of ours: verdicts, causes, types, circles."""
    language = view.language
    if pd.api.types.is_bool_dtype(values):
        return values.map({True: phrase("book.yes", language), False: phrase("book.no", language)})
    if pd.api.types.is_numeric_dtype(values):
        return values
    kind = next((key for end, key in WORDS.items() if column == end or column.endswith(f"_{end}")), "")
    said: dict[Any, str] = {}
    for value in values.drop_duplicates():
        if kind:
            said[value] = phrase_or(f"{kind}.{value}", language, fallback="" if pd.isna(value) else str(value))
        elif column in {"type", "missing", "types", "what"} and isinstance(value, str):
            said[value] = phrase("list", language).join(type_name(view, one) for one in value.split("|") if one)
        elif column == "circle" and value in view.audit.circles.index:
            said[value] = circle_name(view, str(value))
        else:
            return values
    return values.map(said)


def summary_rows(view: AuditView) -> list[tuple[str, str]]:
    """Return the rows of the summary sheet: the title block, then the printed summary line by line."""
    rows = [*title_facts(view), ("", "")]
    return rows + [("", line.rstrip()) for line in summary_text(view).splitlines()]


def _circles(view: AuditView) -> pd.DataFrame:
    table = view.audit.circles
    language = view.language
    columns: dict[str, Any] = {
        "circle": list(table.index),
        "rule": [phrase(f"reading.{row}", language) if row else "" for row in table["rule"]],
        "threshold": [threshold_text(circle_row(view, str(one)), language) for one in table.index],
        "speed_kmh": table["speed_kmh"].to_numpy(dtype=float),
        "facilities": table["facilities"].to_numpy(dtype=np.int64),
        "assessable": table["assessable"].astype(bool).to_numpy(),
        "why": ["" if row["assessable"] else reason_text(row, language) for _, row in _rows(table)],
    }
    shares = [name for name in table.columns if name.startswith("share_") or name.endswith("_share")]
    columns |= {f"{name}": table[name].to_numpy(dtype=float) for name in shares if table[name].notna().any()}
    return pd.DataFrame(columns)


def _rows(table: pd.DataFrame) -> Iterator[tuple[Any, dict[str, Any]]]:
    for circle, row in table.iterrows():
        yield circle, {str(name): value for name, value in row.items()}


def _residences(view: AuditView, residences: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return residences with verdicts and minutes; coordinates, geometry and legs are in the GeoPackage."""
    table = pd.DataFrame(residences.drop(columns=["geometry", "entrances"]))
    circles = [str(circle) for circle in view.audit.circles.index if view.audit.circles["assessable"][circle]]
    per_circle = [f"{circle}_{part}" for circle in circles for part in ("status", "min", "m")]
    wanted = (*RESIDENCE, "weight", "covered_count", *per_circle)
    kept = [name for name in wanted if name in table.columns and not _empty(table[name])]
    return table[kept]


def _empty(values: pd.Series) -> bool:
    """Return whether a column says nothing."""
    return bool(values.isna().all()) or (values.dtype == object and bool((values.fillna("") == "").all()))


def _facilities(facilities: gpd.GeoDataFrame) -> pd.DataFrame:
    points = facilities.geometry.representative_point()
    plain = pd.DataFrame(facilities.drop(columns=["geometry", "entrances"]))
    kept = [name for name in FACILITY if name in plain.columns and not _empty(plain[name])]
    return plain[kept].assign(lon=points.x.to_numpy(), lat=points.y.to_numpy())


def _provenance(view: AuditView) -> pd.DataFrame:
    found, language = view.provenance, view.language
    rows = [(phrase("book.config", language), found.config_sha256)]
    for file in found.inputs:
        role = phrase("book.input", language, role=phrase_or(f"role.{file.role}", language, fallback=file.role))
        about = " · ".join(
            part for part in (file.name, file.timestamp, file.licence, file.attribution, file.sha256) if part
        )
        rows.append((role, about))
    rows += [(phrase("book.version", language, name=name), text) for name, text in sorted(found.versions.items())]
    rows += [(phrase("book.rows", language, name=name), f"{count:,}") for name, count in sorted(found.counts.items())]
    return pd.DataFrame(rows, columns=["item", "value"])


def finite(value: float) -> bool:
    """Return whether a cell's number is one that a spreadsheet can hold."""
    return math.isfinite(value)
