"""The rows below a header: their texts, their types, and what is wrong with them apart from coordinates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from lifecircle.model.tables import attributes_text
from lifecircle.sources.grids import Cell, Grid, column_letter, text_of
from lifecircle.sources.table_header import Header
from lifecircle.sources.table_report import FIXED, KEPT, REFUSED, Remark
from lifecircle.sources.table_types import TypeWords
from lifecircle.sources.table_values import is_nothing, read_capacity

if TYPE_CHECKING:
    Floats = npt.NDArray[np.float64]

_TOTALS: Final = frozenset({"合计", "总计", "小计", "共计", "total", "sum", "subtotal"})
_DITTO: Final = frozenset({"同上", "〃", '"', "''", "″", "ditto"})
# Rows of one type and name this close are one facility entered twice.
SAME_M: Final = 50.0
_M_PER_DEGREE: Final = 111_320.0


@dataclass(frozen=True, slots=True, eq=False)
class Fields:
    """What N rows say besides coordinates.

    Attributes
    ----------
    rows : list of rows of cells
    numbers : list of int
        Row numbers in the file.
    name, address, type : list of str
        "" where empty.
    capacity : float64 array, shape (N,)
    remarks : tuple of Remark
    """

    rows: list[Sequence[Cell]]
    numbers: list[int]
    name: list[str]
    address: list[str]
    type: list[str]
    capacity: Floats
    remarks: tuple[Remark, ...]


def read_fields(grid: Grid, header: Header) -> Fields:
    """Read the rows below `header`; repetitions of the header (lists printed in pages) are left out."""
    below = list(zip(grid.rows[header.first :], grid.numbers[header.first :], strict=True))
    kept = [(row, number) for row, number in below if not _repeats(row, header)]
    rows, numbers = [row for row, _ in kept], [number for _, number in kept]
    remarks: list[Remark] = []
    texts: dict[str, list[str]] = {}
    for role in ("name", "address", "type"):
        texts[role], said = _texts(rows, header, role=role)
        remarks += said
    capacity, said = _capacities(rows, header)
    remarks += said
    remarks += _too_long(rows, header)
    remarks += [
        Remark(n, REFUSED, f"a total ({name}), not a facility", f"“{name}”为合计行，不是设施")
        for n, name in enumerate(_first_texts(rows))
        if name.replace(" ", "").casefold() in _TOTALS
    ]
    return Fields(rows, numbers, texts["name"], texts["address"], texts["type"], capacity, tuple(remarks))


def _repeats(row: Sequence[Cell], header: Header) -> bool:
    first = next(iter(header.columns.values()), 0)
    if first >= len(row) or text_of(row[first]) != header.labels[first]:
        return False
    return all(
        column < len(row) and text_of(row[column]) == header.labels[column] for column in header.columns.values()
    )


def _first_texts(rows: Iterable[Sequence[Cell]]) -> list[str]:
    """Return the first text of every row: where a total says that it is one."""
    return [next((cell for cell in row if isinstance(cell, str) and cell.strip()), "").strip() for row in rows]


def _texts(rows: Sequence[Sequence[Cell]], header: Header, *, role: str) -> tuple[list[str], list[Remark]]:
    column = header.columns.get(role)
    if column is None:
        return [""] * len(rows), []
    texts: list[str] = []
    remarks = []
    for position, row in enumerate(rows):
        cell = row[column] if column < len(row) else None
        text = "" if cell is None else text_of(cell)
        if text in _DITTO and position and texts[-1] and role != "name":
            en, zh = header.column(role), header.column_zh(role)
            same = f"{en}: as in the row above ({texts[-1]})", f"{zh}：同上一行（{texts[-1]}）"
            remarks.append(Remark(position, FIXED, *same))
            text = texts[-1]
        texts.append("" if is_nothing(text) else text)
    return texts, remarks


def other_columns(rows: Sequence[Sequence[Cell]], header: Header) -> list[str]:
    """Return what every row says beside name, address and place: a JSON object by column header, "" where nothing.

    Of columns with one header the first with a text.
    """
    told = {header.columns[role] for role in ("name", "address", "lon", "lat", "location") if role in header.columns}
    kept = [(column, label) for column, label in enumerate(header.labels) if label and column not in told]
    texts = []
    for row in rows:
        said: dict[str, str] = {}
        for column, label in kept:
            text = text_of(row[column]) if column < len(row) and row[column] is not None else ""
            if not is_nothing(text):
                said.setdefault(label, text)
        texts.append(attributes_text(said))
    return texts


def _capacities(rows: Sequence[Sequence[Cell]], header: Header) -> tuple[Floats, list[Remark]]:
    values = np.full(len(rows), np.nan)
    column = header.columns.get("capacity")
    if column is None:
        return values, []
    remarks = []
    for position, row in enumerate(rows):
        cell = row[column] if column < len(row) else None
        read = read_capacity(cell)
        if read is None:
            seen = text_of(cell)
            en = f"{header.column('capacity')}: {seen!r} is no number, left empty"
            zh = f"{header.column_zh('capacity')}：“{seen}”不是数字，按空值处理"
            remarks.append(Remark(position, FIXED, en, zh))
        else:
            values[position] = read
    return values, remarks


def _too_long(rows: Sequence[Sequence[Cell]], header: Header) -> list[Remark]:
    width = len(header.labels)
    remarks = []
    for position, row in enumerate(rows):
        if len(row) > width and any(not is_nothing(cell) for cell in row[width:]):
            where = column_letter(width)
            seen = text_of(row[width])
            en = f"more cells than the header has (column {where}: {seen!r}); a comma may need quotation marks"
            zh = f"单元格数多于表头（{where} 列：“{seen}”），可能有未加引号的逗号"
            remarks.append(Remark(position, REFUSED, en, zh))
    return remarks


def read_types(
    fields: Fields, header: Header, *, words: TypeWords, fixed: str | None
) -> tuple[list[tuple[str, ...]], tuple[Remark, ...]]:
    """Return the types of every row: the one of the whole file, else by the type column, else by the name.

    Parameters
    ----------
    fields : Fields
    header : Header
    words : TypeWords
    fixed : str, optional
        The type of every row of the file.

    Returns
    -------
    types : list of tuple of str
        Empty for a row whose type cannot be told.
    remarks : tuple of Remark
        Refusals, with the value seen.
    """
    if fixed is not None:
        return [(fixed,)] * len(fields.rows), ()
    known = {text: words.of_cell(text) for text in sorted(set(fields.type)) if text}
    named: dict[str, tuple[str, ...]] = {}
    types: list[tuple[str, ...]] = []
    remarks = []
    for position, (text, name) in enumerate(zip(fields.type, fields.name, strict=True)):
        if not text and name not in named:
            named[name] = words.of_name(name) if name else ()
        found = known[text] if text else named[name]
        types.append(found)
        if not found:
            remarks.append(_untyped(position, text, name=name, header=header))
        elif not text and "type" in header.columns:
            shown = ", ".join(found)
            remarks.append(Remark(position, KEPT, f"type {shown} from the name", f"由名称判定类型 {shown}"))
    return types, tuple(remarks)


def _untyped(position: int, text: str, *, name: str, header: Header) -> Remark:
    if text:
        where, where_zh = header.column("type"), header.column_zh("type")
        return Remark(
            position,
            REFUSED,
            f"{where}: {text!r} is no type of the catalogue; say what it means in type_names",
            f"{where_zh}：类型目录中没有“{text}”，请在 type_names 中说明其含义",
        )
    if not name:
        return Remark(position, REFUSED, "neither type nor name", "既无类型也无名称")
    return Remark(
        position,
        REFUSED,
        f"the name {name!r} tells no type; give type or type_column",
        f"由名称“{name}”无法判定类型，请给出 type 或 type_column",
    )


def find_repeats(
    fields: Fields, types: Sequence[tuple[str, ...]], *, lon: Floats, lat: Floats, refused: Collection[int] = ()
) -> tuple[Remark, ...]:
    """Return refusals of rows that repeat an earlier one: same types, same name, within `SAME_M`.

    Rows without coordinates are the same where their address is, too; rows without a name where their place is. Rows at
    the positions `refused` stand for nothing that another could repeat.
    """
    groups: dict[tuple[tuple[str, ...], str, str], list[int]] = defaultdict(list)
    nowhere = np.isnan(lon).tolist()
    spots = [
        address if lost else "" if name else f"{x:.7f} {y:.7f}"
        for x, y, name, address, lost in zip(
            lon.tolist(), lat.tolist(), fields.name, fields.address, nowhere, strict=True
        )
    ]
    for position, (kinds, name, spot) in enumerate(zip(types, fields.name, spots, strict=True)):
        if not kinds or position in refused or (nowhere[position] and not spot):
            continue
        groups[kinds, "".join(name.casefold().split()), spot].append(position)
    remarks = []
    for positions in [rows for rows in groups.values() if len(rows) > 1]:
        firsts: list[int] = []
        for position in positions:
            same = next((first for first in firsts if _near(first, position, lon=lon, lat=lat)), None)
            if same is None:
                firsts.append(position)
                continue
            number = fields.numbers[same]
            remarks.append(Remark(position, REFUSED, f"repeats row {number}", f"与第 {number} 行重复"))
    return tuple(remarks)


def _near(one: int, other: int, *, lon: Floats, lat: Floats) -> bool:
    if np.isnan(lon[one]) or np.isnan(lon[other]):
        return True  # grouped by their addresses
    east = (lon[one] - lon[other]) * np.cos(np.radians(lat[one]))
    return bool(np.hypot(east, lat[one] - lat[other]) * _M_PER_DEGREE <= SAME_M)
