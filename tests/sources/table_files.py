"""Lists of facilities written by hand: text tables, workbooks of Excel old and new."""

import io
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from openpyxl import Workbook

from lifecircle.config.catalogue import load_catalogue
from lifecircle.pipeline.lists.rows import name_types
from lifecircle.sources.table_types import TypeWords
from lifecircle.sources.tables import TableRequest

Cells = Sequence[Sequence[object]]
HEADER = ("名称", "类型", "经度", "纬度", "地址", "床位")
GOOD = ("红莲药房", "药店", 116.352104, 40.003187, "清华东路1号", 12)


def request(**said: object) -> TableRequest:
    """Return a request in GCJ-02 unless `said` otherwise; ``own`` are the study's own words for types."""
    catalogue = load_catalogue()
    own = said.pop("own", {})
    words = TypeWords.of(catalogue, of_name=name_types(catalogue), own=own)
    return TableRequest(words, **{"datum": "gcj02", **said})


def csv_bytes(*rows: Sequence[object], encoding: str = "utf-8", separator: str = ",") -> bytes:
    lines = [separator.join("" if cell is None else str(cell) for cell in row) for row in rows]
    return "\n".join(lines).encode(encoding)


def xlsx_bytes(*rows: Sequence[object], merged: Sequence[str] = (), **sheets: Cells) -> bytes:
    """Return a workbook of one sheet, or of the named ones."""
    book = Workbook()
    book.remove(book.active)
    for name, content in (sheets or {"名单": rows}).items():
        page = book.create_sheet(name)
        for row in content:
            page.append(list(row))
        for reference in merged:
            page.merge_cells(reference)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def raw_xlsx(sheet: str, **parts: str) -> bytes:
    """Return a workbook around the XML of one sheet's data; `parts` replace or add members."""
    members = {
        "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="a" sheetId="1" r:id="i"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": (
            '<Relationships><Relationship Id="i" Type="x/worksheet" Target="worksheets/s.xml"/></Relationships>'
        ),
        "xl/worksheets/s.xml": f"<worksheet><sheetData>{sheet}</sheetData></worksheet>",
        **{name.replace("__", "/").replace("_xml", ".xml"): text for name, text in parts.items()},
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return stream.getvalue()


def inline(number: int, *cells: object) -> str:
    """Return a row of XML with its texts in place."""
    parts = [f'<c t="inlineStr"><is><t>{escape(str(cell))}</t></is></c>' for cell in cells]
    return f'<row r="{number}">{"".join(parts)}</row>'


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _text(text: str, *, wide: str) -> bytes:
    return struct.pack(wide, len(text)) + b"\x01" + text.encode("utf-16-le")


def _biff(rows: Cells, merged: Sequence[tuple[int, int, int, int]]) -> bytes:
    """Return a BIFF8 stream with one sheet called 名单; `merged` are (first row, last, first column, last) from 0."""
    bof = struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)
    tail = struct.pack("<BB", 0, 0) + _text("名单", wide="<B")
    start = len(_record(0x0809, bof)) + len(_record(0x0085, b"\0\0\0\0" + tail)) + len(_record(0x000A, b""))
    book = _record(0x0809, bof) + _record(0x0085, struct.pack("<I", start) + tail) + _record(0x000A, b"")
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            place = struct.pack("<HHH", row, column, 0)
            if isinstance(cell, str):
                sheet += _record(0x0204, place + _text(cell, wide="<H"))
            elif cell is not None:
                sheet += _record(0x0203, place + struct.pack("<d", float(cell)))
    if merged:
        sheet += _record(0x00E5, struct.pack("<H", len(merged)) + b"".join(struct.pack("<4H", *one) for one in merged))
    return book + sheet + _record(0x000A, b"")


def xls_bytes(*rows: Sequence[object], merged: Sequence[tuple[int, int, int, int]] = ()) -> bytes:
    """Return an old workbook: a BIFF8 stream in the compound file that Excel 97 wrote."""
    stream = _biff(rows, merged)
    stream += b"\0" * (max(4096, -(-len(stream) // 512) * 512) - len(stream))
    sectors = len(stream) // 512
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<I", 0)
    head += struct.pack("<I", free) * 108
    table = [0xFFFFFFFD, end, *range(3, 2 + sectors), end]
    fat = struct.pack(f"<{len(table)}I", *table) + struct.pack("<I", free) * (128 - len(table))
    entries = b""
    for name, kind, child, first, size in (("Root Entry", 5, 1, end, 0), ("Workbook", 2, free, 2, len(stream))):
        text = (name + "\0").encode("utf-16-le")
        entries += text + b"\0" * (64 - len(text)) + struct.pack("<HBBIII", len(text), kind, 1, free, free, child)
        entries += b"\0" * 36 + struct.pack("<IQ", first, size)
    entries += (b"\0" * 68 + struct.pack("<III", free, free, free) + b"\0" * 48) * 2
    return head + fat + entries + stream


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path
