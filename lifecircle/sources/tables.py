"""Lists of facilities, as planners keep them: Excel, CSV and GIS files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lifecircle.errors import SchemaError
from lifecircle.sources.datum import Datum
from lifecircle.sources.grids import Cell, Grid
from lifecircle.sources.table_datum import DETECT, Surroundings, detected, doubts, list_datum
from lifecircle.sources.table_formats import is_vector, read_grids
from lifecircle.sources.table_header import Header, attribute_header, find_header
from lifecircle.sources.table_notes import table_notes
from lifecircle.sources.table_places import locate_places, read_places
from lifecircle.sources.table_report import LACKING, REFUSED, Remark, fates
from lifecircle.sources.table_rows import Fields, find_repeats, other_columns, read_fields, read_types
from lifecircle.sources.table_types import TypeWords
from lifecircle.sources.vector_datum import in_datum
from lifecircle.sources.vector_files import read_vector

if TYPE_CHECKING:
    from lifecircle.model.provenance import Note

    Shapes = npt.NDArray[np.object_]

# One row per row of the list, in its order.
ROW_COLUMNS = {
    "object_id": str,  # "<file stem>/<row>"
    "sheet": str,  # "" for files without sheets
    "row": int,  # as a spreadsheet counts: titles and headers are rows too
    "name": str,
    "address": str,
    "types": tuple,  # facility types; empty where none can be told
    "capacity": float,
    "status": str,  # kept, fixed, refused or needs_geocoding
    "why_en": str,
    "why_zh": str,
    "attributes": str,  # JSON object: the texts of the other columns by their headers; "" when there are none
}


@dataclass(frozen=True, slots=True)
class TableRequest:
    """How one list is to be read.

    Attributes
    ----------
    words : TypeWords
    type : str, optional
        The type of all its rows; by default the type column or the names decide.
    sheet : str or int, optional
    layer : str, optional
        Of a GeoPackage.
    datum : str, optional
        See ``Datum.parse``; ``"detect"`` compares with a reference.
    columns : Mapping[str, str]
        Column names by role (``name, address, lon, lat, location, type, capacity``); others are recognised.
    """

    words: TypeWords
    type: str | None = None
    sheet: str | int | None = None
    layer: str | None = None
    datum: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class FacilityList:
    """The rows of a list, and what became of each.

    Attributes
    ----------
    file : str
    rows : GeoDataFrame
        Columns `ROW_COLUMNS` and ``geometry`` (None where the row has no place), EPSG:4326.
    datum : str
        What its coordinates were taken for.
    notes : tuple of Note
    """

    file: str
    rows: gpd.GeoDataFrame
    datum: str
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """A sheet with its header, the rows below it and a place (or None) for each."""

    grid: Grid
    header: Header
    fields: Fields
    shapes: Shapes
    remarks: tuple[Remark, ...]
    datum: Datum
    notes: tuple[Note, ...]


def read_facility_list(path: Path, *, request: TableRequest, about: Surroundings | None = None) -> FacilityList:
    """Read a list of facilities from Excel, CSV, GeoJSON, GeoPackage, Shapefile or GeoParquet.

    Every row is kept, put right, marked as in need of geocoding (an address or a name but no coordinates) or refused
    with the reason; none disappears.

    Parameters
    ----------
    path : Path
    request : TableRequest
    about : Surroundings, optional
        Where the study lies, and the streets to detect a datum by.

    Returns
    -------
    FacilityList

    Raises
    ------
    SourceError
        If the file is missing, damaged, too large or of another format.
    SchemaError
        If no header or a named column cannot be found, if a sheet must be named, or if it has no rows.
    DatumError
        If coordinates in China have no datum, if they do not fit it, or if a detection is not sure.
    """
    path, stem, known = Path(path), Path(path).stem, about or Surroundings()
    read = _read_vector(path, request, known) if is_vector(path) else _read_cells(path, request, known)
    fields = read.fields
    types, untyped = read_types(fields, read.header, words=request.words, fixed=request.type)
    lon, lat = _representative(read.shapes)
    said = (*fields.remarks, *read.remarks, *untyped)
    refused = {remark.position for remark in said if remark.kind == REFUSED}
    repeats = find_repeats(fields, types, lon=lon, lat=lat, refused=refused)
    clues = [address or name for address, name in zip(fields.address, fields.name, strict=True)]
    decided = fates((*said, *repeats), clues)
    frame = pd.DataFrame(
        {
            "object_id": [f"{stem}/{number}" for number in fields.numbers],
            "sheet": read.grid.sheet,
            "row": np.array(fields.numbers, dtype=np.int64),
            "name": fields.name,
            "address": fields.address,
            "types": pd.Series(types, dtype=object),
            "capacity": fields.capacity,
            "status": [fate.status for fate in decided],
            "why_en": [fate.why_en for fate in decided],
            "why_zh": [fate.why_zh for fate in decided],
            "attributes": other_columns(fields.rows, read.header),
        }
    )
    rows = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(read.shapes, crs="EPSG:4326"))
    notes = table_notes(read.grid, read.header, rows=rows, datum=read.datum.name)
    return FacilityList(path.name, rows, read.datum.name, (*notes, *read.notes))


def _representative(shapes: Shapes) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    points = shapes.copy()
    spread = shapely.get_type_id(shapes) > 0
    points[spread] = shapely.point_on_surface(shapes[spread])
    return shapely.get_x(points), shapely.get_y(points)


def _read_cells(path: Path, request: TableRequest, about: Surroundings) -> _Read:
    grid, header = _one_sheet(path, request)
    fields = read_fields(grid, header)
    if not fields.rows:
        raise SchemaError(f"{grid.where}: no rows below the header (row {grid.numbers[header.first - 1]})")
    places = read_places(fields.rows, header)
    datum, told = list_datum(places, stated=request.datum, said=header.datums, about=about, file=path.name)
    placed = locate_places(places, datum, around=about.bounds, file=path.name)
    if request.datum != DETECT:
        told = (*told, *doubts(placed, datum, about=about, file=path.name))
    shapes = np.full(len(fields.rows), None, dtype=object)
    found = ~np.isnan(placed.x)
    shapes[found] = shapely.points(placed.x[found], placed.y[found])
    return _Read(grid, header, fields, shapes, placed.remarks, datum, told)


def _one_sheet(path: Path, request: TableRequest) -> tuple[Grid, Header]:
    """Return the sheet that is asked for, or the only one with a header that can be read."""
    found: list[tuple[Grid, Header]] = []
    failures: list[SchemaError] = []
    for grid in read_grids(path, sheet=request.sheet):
        try:
            found.append((grid, find_header(grid, given=request.columns, datum=request.datum)))
        except SchemaError as error:
            failures.append(error)
    if len(found) > 1:
        names = ", ".join(grid.sheet for grid, _ in found)
        raise SchemaError(f"{path.name}: {len(found)} of its sheets hold lists ({names}); name one as sheet")
    if not found:
        raise failures[0]
    return found[0]


def _read_vector(path: Path, request: TableRequest, about: Surroundings) -> _Read:
    if request.sheet is not None:
        raise SchemaError(
            f"{path.name}: sheet {request.sheet!r} was asked for, but this file has no sheets; leave it out"
        )
    asked = "wgs84" if request.datum == DETECT else request.datum
    frame = read_vector(path, layer=request.layer, datum=asked, missing=True)
    datum = Datum.parse(asked or "wgs84")
    told: tuple[Note, ...] = ()
    if request.datum == DETECT:
        datum, told = detected(frame.geometry.to_numpy(), about, file=path.name)
        frame = in_datum(frame, datum)
    columns = [str(name) for name in frame.columns if name != "geometry"]
    attributes = [frame[name].to_numpy(dtype=object) for name in columns]
    records = [[_as_cell(value) for value in record] for record in zip(*attributes, strict=True)]
    rows: list[Sequence[Cell]] = [columns, *(records or [[] for _ in range(len(frame))])]
    grid = Grid(path.name, request.layer or "", rows, range(len(rows)))
    header = attribute_header(grid, given=request.columns)
    shapes = frame.geometry.to_numpy()
    lacking = [
        Remark(n, LACKING, "no geometry", "没有几何图形") for n in np.flatnonzero(shapely.is_missing(shapes)).tolist()
    ]
    return _Read(grid, header, read_fields(grid, header), shapes, tuple(lacking), datum, told)


def _as_cell(value: object) -> Cell:
    if isinstance(value, np.ndarray | list | tuple):  # GeoParquet and GeoJSON hold lists
        return ";".join(str(part) for part in value)
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124 - NaN
        return None
    if isinstance(value, bool | np.bool_):
        return "TRUE" if value else "FALSE"  # as Excel writes it
    return float(value) if isinstance(value, int | float | np.integer | np.floating) else str(value)
