"""Candidates of the user's own: a list in a file, or a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from lifecircle.errors import ConfigError, SchemaError
from lifecircle.model.area import WGS84
from lifecircle.model.provenance import Note
from lifecircle.pipeline.lists.datums import KnownPlaces
from lifecircle.pipeline.lists.rows import USED, name_types
from lifecircle.siting.candidates import Candidates
from lifecircle.sources.table_report import FIXED, REFUSED
from lifecircle.sources.table_types import TypeWords
from lifecircle.sources.tables import TableRequest, read_facility_list

if TYPE_CHECKING:
    from lifecircle.pipeline.place import Place

TOLD = 5  # rows that a note names
COUNTED = "tables.rows"  # the reader's own note on the rows, which points to a file that is not written here


def from_frame(place: Place, frame: pd.DataFrame) -> Candidates:
    """Return the candidates of a table with ``lon`` and ``lat`` (index: ids; ``name`` if there is one).

    Raises
    ------
    SchemaError
        If the table lacks a column, repeats an id, or a position is no number.
    """
    if not {"lon", "lat"} <= set(frame.columns):
        raise SchemaError(f"candidates: a table needs columns lon and lat, got {list(frame.columns)}")
    ids = pd.Index(frame.index.astype(str), name="id")
    if not ids.is_unique:
        raise SchemaError(f"candidates: ids must be unique; repeated: {list(ids[ids.duplicated()][:5])}")
    try:
        lon, lat = (frame[name].to_numpy(dtype=float) for name in ("lon", "lat"))
    except (TypeError, ValueError) as error:
        raise SchemaError(f"candidates: lon and lat must be numbers, degrees of WGS 84 ({error})") from error
    names = frame["name"].fillna("").astype(str) if "name" in frame.columns else pd.Series("", index=frame.index)
    forward = Transformer.from_crs(WGS84, place.area.crs, always_xy=True)
    x, y = forward.transform(lon, lat)
    table = pd.DataFrame({"name": names.to_numpy(dtype=object), "x": x, "y": y}, index=ids)
    found = Candidates("table", table.sort_index(), {})
    return found.only(np.isfinite(found.table["x"].to_numpy(dtype=float)), reason="no_place")


def from_file(place: Place, path: Path, *, kind: str, datum: str | None) -> Candidates:
    """Return the candidates of a list, read as a list of facilities of `kind` would be.

    Raises
    ------
    ConfigError
        If none of its rows has a place.
    SourceError, DatumError
        As `lifecircle.sources.tables.read_facility_list`.
    """
    catalogue = place.question.catalogue
    words = TypeWords.of(catalogue, of_name=name_types(catalogue), own={})
    about = KnownPlaces(place.inputs.osm).around(place.inputs.boundary)
    read = read_facility_list(path, request=TableRequest(words, kind, datum=datum), about=about)
    rows = read.rows
    usable = rows["status"].isin(USED).to_numpy() & rows.geometry.notna().to_numpy()
    if not usable.any():
        why = rows["why_en"].iloc[0] if len(rows) else "it has no rows"
        raise ConfigError(f"{path.name}: none of its {len(rows)} rows has a place ({why})")
    used = rows[usable]
    points = shapely.get_coordinates(shapely.point_on_surface(used.geometry.to_numpy()))
    forward = Transformer.from_crs(WGS84, place.area.crs, always_xy=True)
    x, y = forward.transform(points[:, 0], points[:, 1])
    table = pd.DataFrame(
        {"name": used["name"].to_numpy(dtype=object), "x": x, "y": y}, index=pd.Index(used["object_id"], name="id")
    )
    reasons = np.where(rows["status"][~usable] == REFUSED, "refused", "no_place")
    gone = dict(zip(rows["object_id"][~usable].astype(str), reasons.tolist(), strict=True))
    notes = (*(note for note in read.notes if note.code != COUNTED), *_row_notes(path.name, rows, usable=usable))
    return Candidates(path.name, table.sort_index(), gone, notes)


def _row_notes(file: str, rows: pd.DataFrame, *, usable: np.ndarray) -> list[Note]:
    """Say which rows were put right or could not be used, and why."""
    told = pd.concat([rows[~usable], rows[usable & (rows["status"] == FIXED).to_numpy()]])
    if told.empty:
        return []
    first = len(told) > TOLD
    en, zh = (
        [f"{row['row']} {row['name']}".rstrip() + colon + row[f"why_{lang}"] for _, row in told.head(TOLD).iterrows()]
        for lang, colon in (("en", ": "), ("zh", "："))
    )
    return [
        Note(
            "siting.candidate_rows",
            f"{file}: {len(told)} rows left out or put right{', the first' if first else ''}: {'; '.join(en)}.",
            f"{file}：未采用或经修正的共 {len(told)} 行{'，前几行' if first else ''}：{'；'.join(zh)}。",
            warning=True,
        )
    ]
