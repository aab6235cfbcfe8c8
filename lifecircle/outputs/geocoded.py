"""A table with the places that geocoding found beside its rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from lifecircle.errors import SourceError
from lifecircle.outputs.tables import inert

Cell = str | float | None


@dataclass(frozen=True, slots=True)
class GeocodedRow:
    """What geocoding says of one row.

    Attributes
    ----------
    status : str
        ``given`` (the row has coordinates), ``accepted``, ``chosen``, ``review``, ``not_found``, ``given_up``.
    reason : str
    lon, lat : float or None
        WGS-84; only where the place may be used.
    score, margin, within_m : float or None
        Of the best candidate; the margin is its lead over the runner-up, None without one.
    matched, matched_id, source, source_datum : str
        The datum is that of the source's own coordinates, before conversion.
    """

    status: str
    reason: str = ""
    lon: float | None = None
    lat: float | None = None
    score: float | None = None
    margin: float | None = None
    within_m: float | None = None
    matched: str = ""
    matched_id: str = ""
    source: str = ""
    source_datum: str = ""


ADDED = tuple(f"geocode_{field.name}" for field in fields(GeocodedRow))


def write_geocoded(
    path: Path, *, labels: Sequence[str], rows: Sequence[tuple[Sequence[Cell], GeocodedRow]], title: str
) -> None:
    """Write the table with the columns `ADDED` behind its own, as ``.xlsx`` or ``.csv``.

    Raises
    ------
    SourceError
        If the suffix is another, or the file cannot be written; the old file stays.
    """
    writers = {".xlsx": _workbook, ".csv": _text}
    if path.suffix.lower() not in writers:
        raise SourceError(f"{path.name}: the suffix {path.suffix!r} is neither .xlsx nor .csv")
    width = max([len(labels), *(len(cells) for cells, _ in rows)])
    header: list[Cell] = [*labels, *[""] * (width - len(labels)), *ADDED]
    lines = [[*cells, *[None] * (width - len(cells)), *astuple(answer)] for cells, answer in rows]
    content = writers[path.suffix.lower()]([header, *lines], title or "geocode")
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):  # there is none, or its folder is none
            partial.unlink()
        raise SourceError(
            f"{path.name}: cannot be written ({error.strerror}); close it in other programs, check its folder"
        ) from error


def _text(lines: Sequence[Sequence[Cell]], _title: str) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerows([inert(cell) if isinstance(cell, str) else cell for cell in line] for line in lines)
    return buffer.getvalue().encode("utf-8-sig")


def _workbook(lines: Sequence[Sequence[Cell]], title: str) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(buffer, options) as book:
        sheet = book.add_worksheet(_sheet_name(title))
        sheet.freeze_panes(1, 0)
        for number, line in enumerate(lines):
            for column, cell in enumerate(line):
                if isinstance(cell, str):
                    sheet.write_string(number, column, cell)
                elif cell is not None:
                    sheet.write_number(number, column, cell)
    return buffer.getvalue()


def _sheet_name(title: str) -> str:
    return "".join(char for char in title if char not in "[]:*?/\\'")[:31] or "geocode"
