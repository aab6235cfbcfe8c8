"""A filled checklist, read back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from lifecircle.errors import SchemaError
from lifecircle.model.field_check import ACTIONS, COLUMNS, Correction, action_of, headers
from lifecircle.sources.datum import Datum
from lifecircle.sources.grids import Grid
from lifecircle.sources.sheets import RepeatedColumnError, find_columns, records
from lifecircle.sources.table_formats import read_grids

_SHOWN: Final = 10
_NEEDED: Final = ("facility_id", "result")


def read_corrections(
    path: Path, *, types: Collection[str], sheet: str | None = None, datum: str | None = None
) -> tuple[tuple[Correction, ...], int]:
    """Read the answers of a field check.

    Parameters
    ----------
    path : Path
        The list that ``lifecircle checklist`` wrote, filled in; or any table with its headers (Excel or CSV).
    types : collection of str
        Facility types of the catalogue.
    sheet : str, optional
        By default the first sheet that has the columns.
    datum : str, optional
        Of the new places; WGS-84 unless stated. See ``Datum.parse``.

    Returns
    -------
    corrections : tuple of Correction
        In the order of the rows.
    blank : int
        Rows without an answer.

    Raises
    ------
    SchemaError
        With every bad row and what is wrong in it; nothing is applied in part. Also when no sheet has the columns.
    SourceError
        If the file cannot be read.
    DatumError
        If the datum is unknown.
    """
    written_in = Datum.parse(datum or "wgs84")
    grid, header, columns = _list_sheet(read_grids(Path(path), sheet=sheet))
    found: list[Correction] = []
    problems: list[str] = []
    blank = 0
    for number, cells in records(grid, header, columns=columns):
        if not cells["result"]:
            extra = [name for name in ("new_type", "new_lon", "new_lat") if cells.get(name)]
            blank += 1
            if extra:
                problems.append(f"row {number}: a new type or place without a result: choose one")
            continue
        try:
            found.append(_correction(number, cells, types=types, source=grid.file, datum=written_in))
        except SchemaError as error:
            problems.append(str(error))
    if problems:
        more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise SchemaError(f"{grid.where}: {len(problems)} bad rows: {'; '.join(problems[:_SHOWN])}{more}")
    return tuple(found), blank


def _list_sheet(grids: list[Grid]) -> tuple[Grid, int, dict[str, int]]:
    """Return the first sheet that has the columns, its header row and where the columns stand."""
    wanted = {name: headers(name) for name in COLUMNS}
    failures = []
    for grid in grids:
        try:
            return (grid, *find_columns(grid, wanted, needed=_NEEDED))
        except RepeatedColumnError:
            raise
        except SchemaError as error:
            failures.append(error)
    raise failures[0]


def _correction(
    number: int, cells: Mapping[str, str], *, types: Collection[str], source: str, datum: Datum
) -> Correction:
    action = action_of(cells["result"])
    if action is None:
        known = ", ".join(f"{words['en'][0]} / {words['zh'][0]}" for words in ACTIONS.values())
        raise SchemaError(f"row {number}: {cells['result']!r} is no result: give one of {known}")
    kind = cells.get("new_type", "").split(" ", 1)[0]
    if kind and kind not in types:
        raise SchemaError(f"row {number}: {kind!r} is no facility type: give an id such as pharmacy")
    lon, lat = _place(number, cells, datum=datum) if action in ("move", "add") else (None, None)
    return Correction(
        number,
        action,
        "" if action == "add" else cells["facility_id"],
        kind if action in ("retype", "add") else "",
        cells.get("new_name", ""),
        lon,
        lat,
        source,
    )


def _place(number: int, cells: Mapping[str, str], *, datum: Datum) -> tuple[float | None, float | None]:
    """Return the new place of a row in WGS-84, None where it gives none."""
    written = [cells.get(name, "") for name in ("new_lon", "new_lat")]
    if not all(written):
        return None, None
    try:
        x, y = (float(text) for text in written)
    except ValueError:
        raise SchemaError(f"row {number}: {written} are no coordinates: write 114.2951 and 35.7482") from None
    lon, lat = (float(value) for value in datum.to_wgs84(x, y))
    if not (abs(lon) <= 180.0 and abs(lat) <= 90.0):
        raise SchemaError(f"row {number}: {written} is no place in {datum.name}: longitude first, then latitude")
    return lon, lat
