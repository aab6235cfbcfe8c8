"""What a sheet of a table file holds, before anybody knows what its columns mean."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

Cell = str | float | None  # text, a number, or nothing

MAX_ROWS = 500_000
MAX_COLUMNS = 2_000


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet.

    Attributes
    ----------
    file : str
    sheet : str
        "" for files without sheets.
    rows : sequence of rows of cells
        Rows without any value are left out; rows may be of different length.
    numbers : sequence of int
        Number of each row in the file, counted from 1 as a spreadsheet shows it.
    """

    file: str
    sheet: str
    rows: Sequence[Sequence[Cell]]
    numbers: Sequence[int]

    @property
    def where(self) -> str:
        """File and sheet, as messages name them."""
        return f"{self.file}, sheet {self.sheet!r}" if self.sheet else self.file


def text_of(cell: Cell) -> str:
    """Return a cell as a reader of the sheet sees it, full-width characters narrowed.

    Examples
    --------
    >>> text_of(12.0), text_of(1.5), text_of("１１４．３　Ｅ"), text_of(None)
    ('12', '1.5', '114.3 E', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    plain = cell.isascii() or unicodedata.is_normalized("NFKC", cell)
    return " ".join((cell if plain else unicodedata.normalize("NFKC", cell)).split())


def is_blank(row: Sequence[Cell]) -> bool:
    """Return whether no cell of `row` holds anything."""
    return not any(cell is not None and (isinstance(cell, float) or cell.strip()) for cell in row)


def column_letter(column: int) -> str:
    """Return the letters by which spreadsheets name column number `column` (from 0).

    Examples
    --------
    >>> column_letter(0), column_letter(27)
    ('A', 'AB')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
