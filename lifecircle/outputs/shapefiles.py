"""Shapefiles for programs that read nothing newer, with a list of what their short column names stand for."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lifecircle.outputs.column_names import column_names
from lifecircle.outputs.tables import csv_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

    from lifecircle.model.audit import AuditView

LONGEST = 10  # bytes of a column name in a .dbf
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
TEXT_BYTES = 254


def write_shapefiles(layers: Mapping[str, gpd.GeoDataFrame], folder: Path, *, view: AuditView) -> Path:
    """Write ``shapefiles.zip``: one Shapefile per layer and ``fields.csv``, which says what each column is.

    Column names are cut to ten ASCII characters and told apart by a number; texts longer than 254 bytes are cut;
    infinite minutes are empty, because the format has no infinity. ``fields.csv`` lists all of it.
    """
    rows: list[dict[str, object]] = []
    path = folder / "shapefiles.zip"
    with tempfile.TemporaryDirectory() as made, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, layer in layers.items():
            short = short_names([str(column) for column in layer.columns if column != layer.geometry.name])
            names = column_names(view, short)
            plain = _plain(layer)
            rows += [
                {"file": f"{name}.shp", "field": field, "column": column, "name": names[column], **_lost(layer[column])}
                for column, field in short.items()
            ]
            renamed = plain.rename(columns=short)
            renamed.to_file(Path(made) / f"{name}.shp", engine="pyogrio", index=False, ENCODING="UTF-8")
            for part in sorted(Path(made).glob(f"{name}.*")):
                _add(archive, part.name, part.read_bytes())
        _add(archive, "fields.csv", csv_bytes(pd.DataFrame(rows)))
    return path


def short_names(columns: Iterable[str]) -> dict[str, str]:
    """Return a different name of at most ten ASCII characters for each column.

    Examples
    --------
    >>> short_names(["weight", "comprehensive_min", "comprehensive_status", "面积"])
    {'weight': 'weight', 'comprehensive_min': 'comprehens', 'comprehensive_status': 'comprehe_2', '面积': 'field'}
    """
    short: dict[str, str] = {}
    for column in columns:
        ascii_name = column.encode("ascii", "ignore").decode().strip("_") or "field"
        name, number = ascii_name[:LONGEST], 1
        while name.lower() in {used.lower() for used in short.values()}:
            number += 1
            end = f"_{number}"
            name = ascii_name[: LONGEST - len(end)] + end
        short[column] = name
    return short


def _plain(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return `layer` with what a .dbf can hold."""
    columns: dict[str, object] = {}
    for column in layer.columns.drop(layer.geometry.name):
        values = layer[column]
        if pd.api.types.is_bool_dtype(values):
            columns[column] = values.astype(np.int32)
        elif pd.api.types.is_float_dtype(values):
            columns[column] = values.where(np.isfinite(values))
        elif pd.api.types.is_numeric_dtype(values):
            columns[column] = values
        else:
            columns[column] = [_cut(value) for value in values]
    return layer.assign(**columns)


def _cut(value: object) -> str:
    text = "" if value is None or value is pd.NA or value != value else str(value)  # noqa: PLR0124 - NaN
    return text.encode("utf-8")[:TEXT_BYTES].decode("utf-8", "ignore")


def _lost(values: pd.Series) -> dict[str, int]:
    """Count the texts that were cut and the infinite numbers that became empty."""
    if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        infinite = np.isinf(values.to_numpy(dtype=float)).sum() if pd.api.types.is_float_dtype(values) else 0
        return {"cut": 0, "infinite": int(infinite)}
    return {"cut": sum(len(str(value).encode("utf-8")) > TEXT_BYTES for value in values.dropna()), "infinite": 0}


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, date_time=ZIP_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)
