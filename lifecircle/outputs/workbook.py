"""``tables.xlsx``: one sheet per table, headers frozen and filtered, numbers as numbers, text never as a formula."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd

from lifecircle.model.audit import AuditView
from lifecircle.outputs.figures.fonts import cell_width
from lifecircle.outputs.phrases import phrase
from lifecircle.outputs.report.model import clean
from lifecircle.outputs.tables import Tables, inert
from lifecircle.outputs.workbook_sheets import column_format, headers, sheets, summary_rows, worded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt
    import pyarrow as pa

    # The XML of the cells in some rows.
    _Column: TypeAlias = Callable[[slice], pa.Array]

MAX_ROWS = 1_048_575  # below the header, what a sheet can hold
TEXT_MAX = 32_767  # characters of a cell
BATCH = 1024  # rows that are put together at a time
NUMBER_FORMATS = {
    "share": "0.0%",
    "few": '"<0.1%"',  # shares that would round to none, or to all
    "most": '"99.9%"',
    "ratio": "0.00",
    "minutes": "0.0",
    "count": "#,##0",
    "degrees": "0.000000",
    "decimal": "#,##0.0##",
    "text": "@",
}
DECIMALS = {"share": 6, "ratio": 4, "minutes": 3, "count": 1, "degrees": 6, "decimal": 6}
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def filled_workbook(view: AuditView, path: Path, *, tables: Tables) -> Any:  # noqa: ANN401 - xlsxwriter has no types
    """Return the tables of an audit as an Excel workbook; closing it writes the file, the same audit the same bytes.

    Text from outside that begins with ``=``, ``+``, ``-`` or ``@`` carries a leading apostrophe, as in the CSV files.
    A table longer than a sheet is cut, and the summary says so. `tables` are the view's `main_tables`.
    """
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), _OPTIONS)
    title = f"{view.area.name(view.language)} · {phrase('book.title', view.language)}"
    # A fixed date: the same audit gives the same file.
    book.set_properties({"title": clean(title)[:200], "created": datetime(2000, 1, 1, tzinfo=UTC)})
    formats = _formats(book)
    first = book.add_worksheet(phrase("book.summary", view.language))
    cut = []
    for key, table in sheets(view, tables):
        shown = table.head(MAX_ROWS)
        _sheet(book, view, phrase(f"book.{key}", view.language), table=shown, formats=formats)
        if len(shown) < len(table):
            values = {"shown": f"{len(shown):,}", "total": f"{len(table):,}", "file": f"{key}.parquet"}
            cut.append((phrase(f"book.{key}", view.language), phrase("book.cut", view.language, **values)))
    _summary(first, [*cut, *summary_rows(view)], formats=formats)
    return book


def _formats(book: Any) -> dict[str, Any]:  # noqa: ANN401 - xlsxwriter has no types
    head = {
        "bold": True,
        "text_wrap": True,
        "valign": "top",
        "bg_color": "#d9e6f2",
        "border": 1,
        "border_color": "#9fb3c4",
    }
    formats = {name: book.add_format({"num_format": code}) for name, code in NUMBER_FORMATS.items()}
    return {**formats, "head": book.add_format(head), "bold": book.add_format({"bold": True, "valign": "top"})}


def _summary(sheet: Any, rows: Sequence[tuple[str, str]], *, formats: dict[str, Any]) -> None:  # noqa: ANN401 - as above
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 120)
    for number, (label, text) in enumerate(rows):
        sheet.write_string(number, 0, inert(_plain(label)), formats["bold"])
        sheet.write_string(number, 1, inert(_plain(text)))
    sheet.hide_gridlines(2)


def _sheet(book: Any, view: AuditView, name: str, *, table: pd.DataFrame, formats: dict[str, Any]) -> None:  # noqa: ANN401
    sheet = book.add_worksheet(name, worksheet_class=_bulk_class())
    names, beyond = headers(view, table), phrase("book.beyond", view.language)
    columns = []
    for at, (column, values) in enumerate(table.items()):
        said = worded(view, str(column), values=values)
        kind = column_format(str(column), said)
        style = formats[kind]._get_xf_index()  # noqa: SLF001 - the number that the cells' XML needs
        odd = [formats[name]._get_xf_index() for name in ("few", "most")] if kind == "share" else []  # noqa: SLF001
        columns.append(_cells(said, kind, styles=(style, *odd), beyond=beyond))
        sheet.set_column(at, at, _width(names[at], said, kind))
        sheet.write_string(0, at, _plain(names[at]), formats["head"])
    sheet.bulk(columns, len(table))
    sheet.freeze_panes(1, 1)
    if names:
        sheet.autofilter(0, 0, max(len(table), 1), len(names) - 1)


def _width(name: str, values: pd.Series, kind: str) -> float:
    longest = max((cell_width(str(value)) for value in values.head(200)), default=0) if kind == "text" else 9
    return float(min(max(longest + 2, min(cell_width(name), 16) + 3), 48))


def _cells(values: pd.Series, kind: str, *, styles: tuple[int, ...], beyond: str) -> _Column:
    """Return a column as cells that are made when they are written, in the first style.

    Shares that are nearly none and nearly all have styles of their own.
    """
    import pyarrow as pa

    if kind != "text":
        numbers = values.to_numpy(dtype=float, na_value=np.nan)
        return lambda rows: _number_cells(numbers[rows], kind, styles=styles, beyond=beyond)
    style = styles[0]
    codes, texts = pd.factorize(values)
    # Texts that repeat are made once.
    said = pa.array([*(_text_cell(text, style) for text in texts), _text_cell("", style)], pa.large_string())
    cells = pa.DictionaryArray.from_arrays(np.where(codes < 0, len(texts), codes).astype(np.int32), said)
    return lambda rows: cells[rows].cast(pa.large_string())


def _number_cells(numbers: npt.NDArray[np.float64], kind: str, *, styles: tuple[int, ...], beyond: str) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    style, begins = styles[0], pa.array([f'<c s="{one}"><v>' for one in styles], pa.large_string())
    which = np.zeros(len(numbers), dtype=np.int64)
    if kind == "share":
        tenths = np.round(numbers * 1000.0)
        which[(tenths == 0.0) & (numbers > 0.0)] = 1
        which[(tenths == 1000.0) & (numbers < 1.0)] = 2
    cells = _joined(begins.take(pa.array(which)), _digits(np.round(numbers, DECIMALS[kind])), "</v></c>")
    for odd, text in ((np.isnan(numbers), ""), (np.isinf(numbers), beyond)):
        cells = pc.if_else(pa.array(odd), pa.scalar(_text_cell(text, style), pa.large_string()), cells)
    return cells


def _digits(numbers: npt.NDArray[np.float64]) -> pa.Array:
    """Return rounded numbers (six decimals at most) as ``"%.15g"`` writes them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    size = np.abs(numbers)
    rare = ((size > 0) & (size < 1e-4)) | (np.isfinite(size) & (size >= 1e9))  # else Arrow writes the same
    odd = pa.array([f"{number:.15g}" for number in numbers[rare]], pa.large_string())
    return pc.replace_with_mask(pa.array(numbers).cast(pa.large_string()), pa.array(rare), odd)


def _joined(*parts: str | pa.Array) -> pa.Array:
    """Return texts put together row by row."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = pa.large_string()
    return pc.binary_join_element_wise(*(pa.scalar(one, kind) if isinstance(one, str) else one for one in (*parts, "")))


def _bytes(texts: pa.Array) -> memoryview:
    """Return all of `texts`, of which none is null, one after the other in UTF-8."""
    _, offsets, data = texts.buffers()
    return memoryview(data)[: np.frombuffer(offsets, np.int64)[len(texts)]]


def _text_cell(value: object, style: int) -> str:
    text = inert(_plain("" if value is None or value is pd.NA or value != value else str(value)))  # noqa: PLR0124 - NaN
    if not text:
        return f'<c s="{style}"/>'
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _plain(text: str) -> str:
    """Return `text` as a cell can hold it: indentation kept, no control characters."""
    if text.isalnum():  # most are ids
        return text[:TEXT_MAX]
    indent = len(text) - len(text.lstrip(" "))
    return (" " * indent + clean(text))[:TEXT_MAX]


def _bulk_class() -> type[Any]:
    """Return a worksheet that takes whole columns of cells: many times faster than cell by cell."""
    from xlsxwriter.worksheet import Worksheet

    class BulkSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter has no types
        """A worksheet with a header written as usual and a body of ready XML."""

        def bulk(self, columns: Sequence[_Column], length: int) -> None:
            """Set the body: the cells of every column, all of one length."""
            self._body, self._length = columns, length
            if columns and length:
                self._check_dimensions(length, len(columns) - 1)

        def _write_rows(self) -> None:
            super()._write_rows()
            self.fh.flush()
            for first in range(0, self._length if self._body else 0, BATCH):
                rows = slice(first, min(first + BATCH, self._length))
                cells = [column(rows) for column in self._body]
                self.fh.buffer.write(_bytes(_joined("<row>", *cells, "</row>")))

    return BulkSheet
