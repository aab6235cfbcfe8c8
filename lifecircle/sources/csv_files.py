"""Text tables: CSV and its kin, as Excel and Chinese offices write them."""

from __future__ import annotations

import csv
import io
import re
from contextlib import suppress
from pathlib import Path
from typing import Final

from lifecircle.errors import SchemaError, SourceError
from lifecircle.sources.grids import MAX_COLUMNS, MAX_ROWS, Cell, Grid, is_blank

MAX_FILE_BYTES: Final = 200 << 20
_DELIMITERS: Final = ("\t", ";", ",")
_LOOKED_AT: Final = 30
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_HINT = re.compile(r"\s*\"?sep=(.)\"?\s*")


def read_csv(path: Path) -> Grid:
    """Read a text table: UTF-8 with or without a mark, UTF-16 with one, else GB18030; tab, semicolon or comma.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Grid
        All cells as text. A row's number is that of the record, as a spreadsheet shows it.

    Raises
    ------
    SourceError
        If the file is too large, binary, or in another encoding.
    SchemaError
        If it has one column only, or too many rows or columns, or a quote that is never closed.
    """
    if path.stat().st_size > MAX_FILE_BYTES:
        raise SourceError(f"{path.name}: over {MAX_FILE_BYTES >> 20} MB; split the list")
    text = _decoded(path)
    delimiter, skipped = _delimiter(path.name, text)
    rows: list[list[Cell]] = []
    numbers: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, record in enumerate(reader, start=1):
            if number <= skipped or is_blank(record):
                continue
            rows.append([cell if cell.strip() else None for cell in record])
            numbers.append(number)
            if len(rows) > MAX_ROWS or len(record) > MAX_COLUMNS:
                raise SchemaError(
                    f"{path.name}, row {number}: more than {MAX_ROWS} rows or {MAX_COLUMNS} columns; split the list"
                )
    except csv.Error as error:
        raise SchemaError(
            f"{path.name}, row {number + 1}: {error}; a quotation mark may be missing its pair"
        ) from error
    return Grid(path.name, "", rows, numbers)


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    marked = next((encoding for mark, encoding in _BOMS if data.startswith(mark)), None)
    if marked is None and b"\x00" in data[:4096]:
        raise SourceError(f"{path.name}: binary data, not a text table; save it as CSV UTF-8")
    failure: UnicodeDecodeError | None = None
    for encoding in [marked] if marked else ["utf-8", "gb18030"]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            failure = failure or error
    assert failure is not None  # noqa: S101 - the loop ran
    raise SourceError(
        f"{path.name}: neither UTF-8 nor GB18030 text (byte {failure.start}); save it as CSV UTF-8"
    ) from failure


def _delimiter(file: str, text: str) -> tuple[str, int]:
    """Return what parts the cells, and how many rows only say so (Excel's ``sep=;``)."""
    first, _, _ = text.partition("\n")
    hint = _HINT.fullmatch(first)
    if hint:
        return hint[1], 1
    sample = "\n".join(text.splitlines()[:_LOOKED_AT])
    widths = {delimiter: _width(sample, delimiter) for delimiter in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda delimiter: widths[delimiter])
    if widths[best] < 2:
        raise SchemaError(
            f"{file}: one column only ({first.strip()[:40]!r}); separate the columns by commas, semicolons or tabs"
        )
    return best, 0


def _width(sample: str, delimiter: str) -> float:
    """Return the mean number of columns that a delimiter makes, its first (title) row left out."""
    widths: list[int] = []
    with suppress(csv.Error):  # reading says where it is
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            widths += [len(row)] if row else []
    counted = widths[1:] or widths
    return sum(counted) / max(len(counted), 1)
