"""Old Excel workbooks (.xls), read by xlrd."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Final

from lifecircle.errors import SourceError
from lifecircle.sources.grids import Cell, Grid, is_blank
from lifecircle.sources.xlsx_files import choose_sheet
from lifecircle.sources.xlsx_sheet import spread

MAX_FILE_BYTES: Final = 100 << 20
_TEXT, _NUMBER, _DATE, _BOOLEAN, _ERROR = 1, 2, 3, 4, 5  # xlrd's kinds of cell


def read_xls(path: Path, *, sheet: str | int | None = None) -> list[Grid]:
    """Read the sheets of an old workbook, or the one named (or numbered from 1).

    Parameters
    ----------
    path : Path
    sheet : str or int, optional

    Returns
    -------
    list of Grid
        As ``read_xlsx``; the format holds at most 65,536 rows a sheet.

    Raises
    ------
    SourceError
        If the file is damaged, too large, or protected by a password.
    SchemaError
        If there is no such sheet.
    """
    import xlrd

    if path.stat().st_size > MAX_FILE_BYTES:
        raise SourceError(f"{path.name}: over {MAX_FILE_BYTES >> 20} MB; split the list, or save it as CSV")
    try:
        book = xlrd.open_workbook(str(path), logfile=io.StringIO(), formatting_info=True)
        pages = {str(page.name): page for page in book.sheets()}
    except Exception as error:  # a damaged file makes xlrd raise whatever its parser stumbles over
        hint = "remove its password" if "encrypted" in str(error).lower() else "open it in Excel and save it as .xlsx"
        raise SourceError(f"{path.name}: cannot be read as .xls ({error!r}); {hint}") from error
    chosen = list(pages) if sheet is None else [choose_sheet(path.name, list(pages), sheet=sheet)]
    grids = [_grid(path, pages[name]) for name in chosen]
    return [grid for grid in grids if grid.rows]


def _grid(path: Path, page: Any) -> Grid:  # noqa: ANN401 - xlrd has no types
    kept: dict[int, list[Cell]] = {}
    for row in range(page.nrows):
        cells = [_cell(cell) for cell in page.row(row)]
        if not is_blank(cells):
            kept[row + 1] = cells
    for top, bottom, left, right in page.merged_cells:
        spread(kept, rows=(top + 1, bottom), columns=(left, right - 1))
    return Grid(path.name, page.name, list(kept.values()), list(kept))


def _cell(cell: Any) -> Cell:  # noqa: ANN401 - xlrd has no types
    import xlrd

    if cell.ctype in (_NUMBER, _DATE):
        return float(cell.value)
    if cell.ctype == _BOOLEAN:
        return "TRUE" if cell.value else "FALSE"
    if cell.ctype == _ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#ERROR"))
    return str(cell.value) if cell.ctype == _TEXT else None
