"""Which reader a table file needs: its content decides, never its suffix."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Final

from lifecircle.errors import SchemaError, SourceError
from lifecircle.sources.csv_files import read_csv
from lifecircle.sources.files import check_file, read_head
from lifecircle.sources.grids import Grid
from lifecircle.sources.xls_files import read_xls
from lifecircle.sources.xlsx_files import DAMAGED, read_xlsx

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROTECTED: Final = "EncryptedPackage".encode("utf-16-le")
_VECTOR_HEADS: Final = (b"SQLite format 3\x00", b"\x00\x00\x27\x0a", b"PAR1")


def is_vector(path: Path) -> bool:
    """Return whether a file holds geometries (GeoJSON, GeoPackage, Shapefile, GeoParquet), not cells.

    Raises
    ------
    SourceError
        If there is no such file, or it is empty.
    """
    check_file(path)
    head = read_head(path, size=64)
    return head.startswith(_VECTOR_HEADS) or head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


def read_grids(path: Path, *, sheet: str | int | None = None) -> list[Grid]:
    """Read the sheets of an Excel workbook, or the one table of a text file.

    Parameters
    ----------
    path : Path
    sheet : str or int, optional
        Name or number (from 1) of a sheet; by default all.

    Returns
    -------
    list of Grid
        At least one, none empty.

    Raises
    ------
    SourceError
        If the file is missing, damaged, too large, protected, or of another format.
    SchemaError
        If the sheet does not exist, or the file holds no rows.
    """
    check_file(path)
    head = read_head(path, size=512)
    if head.startswith(b"PK"):
        _refuse_other_zips(path)
        grids = read_xlsx(path, sheet=sheet)
    elif head.startswith(_OLE):
        if _PROTECTED in path.read_bytes():
            raise SourceError(f"{path.name}: protected by a password; save it in Excel without one")
        grids = read_xls(path, sheet=sheet)
    else:
        _refuse_other_texts(path, head)
        if sheet is not None:
            raise SchemaError(
                f"{path.name}: sheet {sheet!r} was asked for, but a text table has no sheets; leave it out"
            )
        grids = [read_csv(path)]
    grids = [grid for grid in grids if grid.rows]
    if not grids:
        raise SchemaError(f"{path.name}: it holds no rows")
    return grids


def _refuse_other_zips(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except DAMAGED as error:
        raise SourceError(f"{path.name}: damaged workbook ({error}); it may be cut short: get it again") from error
    kinds = {
        "xl/workbook.bin": "a binary workbook (.xlsb); save it in Excel as .xlsx",
        "word/document.xml": "a Word document; copy its table into Excel and save it as .xlsx",
        "content.xml": "an OpenDocument file; save it as .xlsx",
    }
    for member, message in kinds.items():
        if member in names:
            raise SourceError(f"{path.name}: {message}")


def _refuse_other_texts(path: Path, head: bytes) -> None:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if b"<kml" in start:
        raise SourceError(f"{path.name}: KML, as Google Earth writes it; open it in QGIS and save it as GeoJSON")
    if start.startswith((b"<html", b"<table", b"<!doctype html", b"<meta", b"<?xml", b"<style", b"<head")):
        raise SourceError(
            f"{path.name}: a web page or XML under an Excel name, as some systems export; open it in Excel and save it "
            "as .xlsx"
        )
    if start.startswith(b"%pdf"):
        raise SourceError(f"{path.name}: a PDF; copy its table into Excel and save it as .xlsx")
