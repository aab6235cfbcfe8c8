"""The two files of geocoding that a person reads and edits: comma-separated, UTF-8 with a byte-order mark.

Cells that a spreadsheet would run as a formula are written behind an apostrophe, which is taken off on reading.
"""

import csv
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from lifecircle.errors import SchemaError, SourceError

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_MAX_BYTES: Final = 200 << 20


def shown(text: str) -> str:
    """Return `text` as it is written into a cell."""
    plain = " ".join(text.split()) if any(char in text for char in "\r\n\t") else text
    return f"'{plain}" if plain.startswith(_FORMULA) and not _is_number(plain) else plain


def meant(cell: str) -> str:
    """Return what a written cell means: the inverse of `shown`."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def csv_text(rows: Iterable[Mapping[str, str]], columns: Sequence[str], *, header: bool) -> str:
    """Return rows as lines of text."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, lineterminator="\r\n", extrasaction="raise")
    if header:
        writer.writeheader()
    writer.writerows({name: shown(value) for name, value in row.items()} for row in rows)
    return buffer.getvalue()


def read_rows(path: Path, columns: Sequence[str], *, appended: bool = False) -> list[tuple[int, dict[str, str]]]:
    """Read the rows of a file that has `columns`; more columns are welcome, their order is free.

    Parameters
    ----------
    path : Path
    columns : sequence of str
    appended : bool
        The file grows row by row: a last row without its end of line was interrupted, and is left out.

    Returns
    -------
    list of (line, row)

    Raises
    ------
    SourceError
        If the file cannot be read.
    SchemaError
        If a column is missing.
    """
    whole = _decoded(path, appended=appended)
    reader = csv.DictReader(io.StringIO(whole), delimiter=_delimiter(whole), restval="")
    missing = [name for name in columns if name not in (reader.fieldnames or ())]
    if missing:
        raise SchemaError(
            f"{path.name}: no column {', '.join(missing)}; restore the header, or move the file away to start a new one"
        )
    return [
        (reader.line_num, {name: meant((row[name] or "").strip()) for name in columns})
        for row in reader
        if any(value for value in row.values() if isinstance(value, str))
    ]


def _delimiter(text: str) -> str:
    """Return the separator of the header: spreadsheets of some countries save with semicolons or tabs."""
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _decoded(path: Path, *, appended: bool) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path.name}: cannot be read ({error.strerror}); close it in other programs") from error
    if len(data) > _MAX_BYTES:
        raise SourceError(f"{path.name}: larger than {_MAX_BYTES >> 20} MiB; it is no geocoding file")
    if appended:
        data = data[: data.rfind(b"\n") + 1]  # before decoding: the cut may go through a character
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SourceError(f"{path.name}: neither UTF-8 nor GB18030 text; save it as CSV UTF-8")


def write_whole(path: Path, text: str) -> None:
    """Replace a file at once; a failure leaves the previous one.

    Raises
    ------
    SourceError
        If it cannot be written.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8-sig", newline="")
        os.replace(partial, path)  # noqa: PTH105 - atomic on every system
    except OSError as error:
        with suppress(OSError):  # there is none, or its folder is none
            partial.unlink()
        raise SourceError(
            f"{path.name}: cannot be written ({error.strerror}); close it in other programs, check its folder"
        ) from error


def append_text(path: Path, text: str) -> None:
    """Add lines to a file and see that they reach the disk.

    Raises
    ------
    SourceError
        If it cannot be written.
    """
    try:
        with path.open("a", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise SourceError(f"{path.name}: cannot be written ({error.strerror}); close it in other programs") from error
