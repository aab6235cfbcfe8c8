"""Population by cell or by point, from a vector file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lifecircle.errors import SchemaError
from lifecircle.model.provenance import Note
from lifecircle.sources.vector_files import describe_rows, read_vector

# Codes by which statistical offices hide small cells instead of leaving them out.
SUPPRESSED: Final = (-1.0, -9999.0, 99999999.0)
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
_SHAPES: Final = ("Point", "Polygon", "MultiPolygon")


def read_population(
    path: Path,
    *,
    column: str,
    groups: Mapping[str, str] | None = None,
    layer: str | None = None,
    datum: str | None = None,
) -> tuple[gpd.GeoDataFrame, tuple[Note, ...]]:
    """Read a population grid, census areas or points with inhabitants.

    Parameters
    ----------
    path : Path
        GeoJSON, GeoPackage, Shapefile or GeoParquet, recognised by content.
    column : str
        The column with the number of inhabitants.
    groups : Mapping[str, str], optional
        Age group -> the column with its number of people.
    layer, datum : str, optional
        See ``read_vector``.

    Returns
    -------
    frame : GeoDataFrame
        Columns ``population`` (float64, finite, >= 0), ``population_<group>`` (NaN where it is not known) and
        ``geometry``, EPSG:4326. Rows without a number and rows hidden by a code of `SUPPRESSED` are left out.
    notes : tuple of Note
        How many rows were left out, and why.

    Raises
    ------
    SchemaError
        If the column is absent, or holds text, negative or infinite numbers (with their rows),
        if nobody is counted, if a group is larger than its row's population, or if a row is neither point nor
        polygon.
    SourceError, DatumError
        As ``read_vector``.
    """
    file = Path(path).name
    frame = _single(read_vector(path, layer=layer, datum=datum))
    for wanted in (column, *(groups or {}).values()):
        if wanted not in frame.columns or wanted == "geometry":
            columns = ", ".join(str(name) for name in frame.columns if name != "geometry")
            raise SchemaError(f"{file}: no column {wanted!r}; it has {columns or 'none'}")
    wrong_shape = ~frame.geom_type.isin(_SHAPES).to_numpy()
    if wrong_shape.any():
        raise SchemaError(f"{file}: {describe_rows(wrong_shape)} are neither points nor polygons; leave them out")
    values = _numbers(frame[column], file=file, column=column)
    empty, hidden = np.isnan(values), np.isin(values, SUPPRESSED)
    kept = ~empty & ~hidden
    _check(values, values[kept].sum() > 0, kept=kept, what=f"{file}: column {column!r}")
    people, notes = {"population": values[kept]}, list(_notes(file, int(hidden.sum()), int(empty.sum())))
    for group, name in sorted((groups or {}).items()):
        found = _group(frame, file=file, column=name, people=values, kept=kept)
        people[f"population_{group}"] = found[kept]
        notes += _group_notes(file, name, int(np.isnan(found[kept]).sum()))
    result = gpd.GeoDataFrame(people, geometry=frame.geometry[kept].to_numpy(), crs=frame.crs)
    return result, tuple(notes)


def _single(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return `frame` with points that are written as sets of one, as many programs save them, as points."""
    shapes = frame.geometry.to_numpy().copy()
    lone = (frame.geom_type == "MultiPoint").to_numpy() & (shapely.get_num_geometries(shapes) == 1)
    shapes[lone] = shapely.get_geometry(shapes[lone], 0)
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))


def _numbers(series: pd.Series, *, file: str, column: str) -> Floats:
    numbers = pd.to_numeric(series, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    text = np.isnan(numbers) & series.notna().to_numpy()
    if text.any() or pd.api.types.is_bool_dtype(series):
        shown = series[text].iloc[0] if text.any() else series.iloc[0]
        rows = describe_rows(text if text.any() else np.ones(len(series), dtype=bool))
        raise SchemaError(f"{file}: column {column!r} holds {str(shown)!r}, which is no number, in {rows}; mend them")
    return numbers


def _group(frame: gpd.GeoDataFrame, *, file: str, column: str, people: Floats, kept: Bools) -> Floats:
    """Return the number of people of a group in every row, NaN where it is empty or hidden."""
    values = _numbers(frame[column], file=file, column=column)
    values = np.where(np.isin(values, SUPPRESSED), np.nan, values)
    _check(values, True, kept=kept & ~np.isnan(values), what=f"{file}: column {column!r}")
    above = kept & (values > people * (1 + 1e-9))
    if above.any():
        raise SchemaError(
            f"{file}: column {column!r} holds {values[above][0]:g} of {people[above][0]:g} people in "
            f"{describe_rows(above)}: a group cannot be larger than the whole; if it is a code for hidden numbers, "
            "empty those cells"
        )
    return values


def _group_notes(file: str, column: str, unknown: int) -> tuple[Note, ...]:
    if not unknown:
        return ()
    return (
        Note(
            "population.group_unknown",
            f"{file}: column {column!r} has no number in {unknown} rows: the people of that group there are missing.",
            f"{file}：列 {column!r} 有 {unknown} 行没有数值，该人群在这些单元的人数缺失。",
            warning=True,
        ),
    )


def _check(
    values: Floats,
    anybody: object,
    *,
    kept: Bools,
    what: str,
) -> None:
    wrong = kept & ((values < 0) | ~np.isfinite(values))
    if wrong.any():
        shown = float(values[wrong][0])
        raise SchemaError(f"{what} holds {shown:g} in {describe_rows(wrong)}; a population is 0 or more: mend them")
    if not anybody:
        raise SchemaError(f"{what} counts nobody in {len(values)} rows; check that it is the right column")


def _notes(file: str, hidden: int, empty: int) -> tuple[Note, ...]:
    notes = []
    if hidden:
        notes.append(
            Note(
                "population.suppressed",
                f"{file}: {hidden} cells hide their number for privacy: left out, their inhabitants are missing.",
                f"{file}：{hidden} 个网格因保密未公布人口数，未计入，其居民不在统计之内。",
                warning=True,
            )
        )
    if empty:
        notes.append(
            Note(
                "population.empty",
                f"{file}: {empty} rows have no number of inhabitants and are left out.",
                f"{file}：{empty} 行没有人口数，未计入。",
                warning=True,
            )
        )
    return tuple(notes)
