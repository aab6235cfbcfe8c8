"""Excel workbooks (.xlsx), read as streams with hard limits.

Only values are taken, as they were last saved; formulas are never run, links and macros never looked at. A workbook
is a ZIP of XML: a small file can unpack to gigabytes, so sizes and ratios are checked before anything is unpacked.
"""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import IO, Final
from xml.parsers import expat

from lifecircle.errors import SchemaError, SourceError
from lifecircle.sources.grids import Grid
from lifecircle.sources.xlsx_sheet import SheetReader

MAX_FILE_BYTES: Final = 100 << 20
MAX_UNPACKED_BYTES: Final = 600 << 20
MAX_RATIO: Final = 150.0
_RATIO_FROM_BYTES: Final = 8 << 20  # small parts of empty cells compress well and do no harm
_MAX_PARTS: Final = 5_000
# What a changed or missing byte makes the ZIP, its compression, the XML or a cell's value raise.
DAMAGED: Final = (
    *(zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, OSError, RuntimeError),
    *(KeyError, IndexError, StopIteration, ValueError),
)


def read_xlsx(path: Path, *, sheet: str | int | None = None) -> list[Grid]:
    """Read the sheets of a workbook, or the one named (or numbered from 1).

    Parameters
    ----------
    path : Path
    sheet : str or int, optional

    Returns
    -------
    list of Grid
        In the workbook's order, without empty sheets. A merged range holds its value in each of its cells.

    Raises
    ------
    SourceError
        If the file is damaged, too large or compressed beyond reason, or holds no worksheet.
    SchemaError
        If there is no such sheet, or it has too many rows or columns.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(path, archive)
            sheets = _sheets(path, archive)
            chosen = sheets if sheet is None else [choose_sheet(path.name, list(sheets), sheet=sheet)]
            strings = _shared_strings(archive)
            grids = [_grid(path, archive, name=name, part=sheets[name], strings=strings) for name in chosen]
    except (SourceError, SchemaError):
        raise
    except DAMAGED as error:
        raise SourceError(f"{path.name}: damaged workbook ({error}); open it in Excel and save it anew") from error
    return [grid for grid in grids if grid.rows]


def choose_sheet(file: str, names: list[str], *, sheet: str | int) -> str:
    """Return the name of the sheet that is asked for by name or by number.

    Raises
    ------
    SchemaError
        If there is none; the message lists those there are.
    """
    if isinstance(sheet, int) and 1 <= sheet <= len(names):
        return names[sheet - 1]
    found = [name for name in names if name == sheet] or [
        name for name in names if isinstance(sheet, str) and name.strip().casefold() == sheet.strip().casefold()
    ]
    if len(found) != 1:
        raise SchemaError(f"{file}: no sheet {sheet!r}; it has {', '.join(names)}")
    return found[0]


def _check_sizes(path: Path, archive: zipfile.ZipFile) -> None:
    size, parts = path.stat().st_size, archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    if size > MAX_FILE_BYTES or unpacked > MAX_UNPACKED_BYTES or len(parts) > _MAX_PARTS:
        raise SourceError(
            f"{path.name}: {size / 1e6:.0f} MB that unpack to {unpacked / 1e6:.0f} MB in {len(parts)} parts are too "
            "much for a list of facilities; split it, or save it as CSV"
        )
    for part in parts:
        ratio = part.file_size / max(part.compress_size, 1)
        if part.file_size > _RATIO_FROM_BYTES and ratio > MAX_RATIO:
            raise SourceError(
                f"{path.name}: {part.filename} unpacks to {part.file_size / 1e6:.0f} MB, {ratio:.0f} times its size; "
                "copy the rows that matter into a new workbook"
            )


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise SourceError("the workbook declares XML entities, which Excel never writes; save it anew")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _sheets(path: Path, archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the archive's part of each worksheet by its name."""
    if "xl/workbook.xml" not in archive.namelist():
        raise SourceError(f"{path.name}: a ZIP, but no Excel workbook (.xlsx); open it in Excel and save it as .xlsx")
    links: dict[str, str] = {}
    named: list[tuple[str, str]] = []

    def link(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
            links[attributes["Id"]] = attributes["Target"]

    def entry(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "sheet":
            number = next(value for key, value in attributes.items() if key == "id" or key.endswith(":id"))
            named.append((attributes["name"], number))

    for part, handler in (("xl/_rels/workbook.xml.rels", link), ("xl/workbook.xml", entry)):
        parser = _parser()
        parser.StartElementHandler = handler
        with archive.open(part) as stream:
            parser.ParseFile(stream)
    found = {name: links[number] for name, number in named if number in links}
    if not found:
        raise SourceError(f"{path.name}: the workbook has no worksheet; put the list into one")
    return {name: link.lstrip("/") if link.startswith("/") else f"xl/{link}" for name, link in found.items()}


def _shared_strings(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    reader = _Strings()
    with archive.open("xl/sharedStrings.xml") as stream:
        reader.parse(stream)
    return reader.strings


class _Strings:
    """Collects the shared strings; readings of characters (``rPh``) are not part of them."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._parts: list[str] = []
        self._in_text = self._in_reading = False

    def parse(self, stream: IO[bytes]) -> None:
        parser = _parser()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.ParseFile(stream)

    def _start(self, name: str, _: dict[str, str]) -> None:
        local = _local(name)
        self._in_text = local == "t" and not self._in_reading
        if local == "rPh":
            self._in_reading = True

    def _end(self, name: str) -> None:
        local = _local(name)
        self._in_text = False
        if local == "rPh":
            self._in_reading = False
        elif local == "si":
            self.strings.append("".join(self._parts))
            self._parts = []

    def _data(self, text: str) -> None:
        if self._in_text:
            self._parts.append(text)


def _grid(path: Path, archive: zipfile.ZipFile, *, name: str, part: str, strings: list[str]) -> Grid:
    reader = SheetReader(f"{path.name}, sheet {name!r}", strings)
    with archive.open(part) as stream:
        reader.parse(stream)
    reader.spread_merged()
    return Grid(path.name, name, reader.rows, reader.numbers)
