"""The rows of one sheet of an Excel workbook."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import IO, Final

from lifecircle.errors import SchemaError, SourceError
from lifecircle.sources.grids import MAX_COLUMNS, MAX_ROWS, Cell, is_blank

_CHUNK_BYTES: Final = 4 << 20
# A row's start, or a cell: its letters, its other attributes, and its value, inline text or whatever else it holds.
_ROW_OR_CELL = re.compile(
    r'<(?:\w+:)?(?:(row\b[^>]*)>|c(?: r="([A-Z]{1,3})\d+")?((?: [^<>]*?)?)'
    r"(?:/>|>(?:<v>([^<]*)</v>|<is><t>([^<]*)</t></is>|(.*?))</(?:\w+:)?c>))",
    re.DOTALL,
)
_ROW_NUMBER = re.compile(r'\br="(\d{1,7})"')
_PLACE = re.compile(r'\br="([A-Z]{1,3})\d+"')
_KIND = re.compile(r'\bt="(\w+)"')
_HELD = re.compile(r"<(?:\w+:)?[vt]\b[^>]*>([^<]*)<")
_READING = re.compile(r"<(?:\w+:)?rPh\b.*?</(?:\w+:)?rPh>", re.DOTALL)
_MERGED = re.compile(r'mergeCell\b[^>]*\bref="([A-Z0-9:]+)"')
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


class SheetReader:
    """Collects the rows of one sheet.

    Cells are cut out of the text by a pattern: an XML parser calls back five times a cell and takes five times as
    long. Comments and entities, which could mislead the pattern, are refused; Excel writes none.
    """

    def __init__(self, where: str, strings: list[str]) -> None:
        self.rows: list[list[Cell]] = []
        self.numbers: list[int] = []
        self._where, self._strings = where, strings
        self._row: list[Cell] = []
        self._number, self._column = 0, -1
        self._merged: list[str] = []
        self._columns: dict[str, int] = {}
        self._kinds: dict[str, str] = {}

    def parse(self, stream: IO[bytes]) -> None:
        """Read all rows of a sheet's part of the archive.

        Raises
        ------
        SchemaError
            If it has too many rows or columns.
        SourceError
            If it holds XML that no spreadsheet writes.
        """
        for text in _whole_rows(stream):
            if "<!" in text:
                raise SourceError(f"{self._where}: XML that Excel never writes; save the workbook anew in Excel")
            for row, letters, more, value, inline, other in _ROW_OR_CELL.findall(text):
                if row:
                    self._end_row()
                    number = _ROW_NUMBER.search(row)
                    self._number = int(number[1]) if number else self._number + 1
                    continue
                self._column = column = self._column_of(letters, more)
                held = value or inline or (other and "".join(_HELD.findall(_READING.sub("", other))))
                if held:
                    line = self._row
                    line.extend([None] * (column + 1 - len(line)))
                    line[column] = self._value(self._kind_of(more), held)
            self._merged += _MERGED.findall(text)
        self._end_row()

    def _column_of(self, letters: str, more: str) -> int:
        if letters in self._columns:
            return self._columns[letters]
        if not letters:
            found = _PLACE.search(more)
            if found is None:
                return self._column + 1
            letters = found[1]
        known = 0
        for letter in letters:
            known = known * 26 + ord(letter) - 64
        if known > MAX_COLUMNS:
            raise SchemaError(f"{self._where}: values beyond column {MAX_COLUMNS}; keep the list's columns only")
        self._columns[letters] = known - 1
        return known - 1

    def _kind_of(self, more: str) -> str:
        known = self._kinds.get(more)
        if known is None:
            found = _KIND.search(more)
            known = self._kinds[more] = found[1] if found else "n"
        return known

    def _value(self, kind: str, text: str) -> Cell:
        if kind == "n":
            return float(text)
        if kind == "s":
            return self._strings[int(text)]
        if kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(text, text)
        return html.unescape(text) if "&" in text else text

    def _end_row(self) -> None:
        if not is_blank(self._row):
            self.rows.append(self._row)
            self.numbers.append(self._number)
            if len(self.rows) > MAX_ROWS:
                raise SchemaError(f"{self._where}: more than {MAX_ROWS} rows; split the list")
        self._row, self._column = [], -1

    def spread_merged(self) -> None:
        """Give every cell of a merged range the range's value."""
        at = dict(zip(self.numbers, self.rows, strict=True))
        for reference in self._merged:
            corners = _REFERENCE.findall(reference)
            if len(corners) == 2:
                (left, top), (right, bottom) = corners
                first, last = self._column_of(left, ""), self._column_of(right, "")
                spread(at, rows=(int(top), int(bottom)), columns=(first, last))


def _whole_rows(stream: IO[bytes]) -> Iterator[str]:
    """Yield the text of a sheet in pieces that end with a row."""
    rest = b""
    while chunk := stream.read(_CHUNK_BYTES):
        rest += chunk
        end = rest.rfind(b"row>") + 4
        if end > 4:
            yield rest[:end].decode("utf-8")
            rest = rest[end:]
    yield rest.decode("utf-8")


def spread(at: dict[int, list[Cell]], *, rows: tuple[int, int], columns: tuple[int, int]) -> None:
    """Copy the first cell of a merged range (row numbers and columns, ends included) into its other cells."""
    source = at.get(rows[0], [])
    value = source[columns[0]] if columns[0] < len(source) else None
    if value is None:
        return
    numbers = range(rows[0], rows[1] + 1) if rows[1] - rows[0] < len(at) else [n for n in at if rows[0] <= n <= rows[1]]
    for number in numbers:
        row = at.get(number)
        if row is not None:
            row.extend([None] * (columns[1] + 1 - len(row)))
            row[columns[0] : columns[1] + 1] = [value] * (columns[1] + 1 - columns[0])
