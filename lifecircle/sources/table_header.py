"""Which column of a sheet holds what: by the names that the study gives, else by the names that people use."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from lifecircle.errors import SchemaError
from lifecircle.sources.grids import Cell, Grid, column_letter, text_of

ROLES: Final = ("name", "address", "lon", "lat", "location", "type", "capacity")

_LOOKED_AT: Final = 30  # rows among which the header is sought
# Most telling first: where two columns of a sheet could be one role, the earlier word wins.
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": (
        *("名称", "设施名称", "机构名称", "单位名称", "项目名称", "网点名称", "站点名称", "场所名称", "企业名称"),
        *("点位名称", "学校名称", "中文名", "站名", "校名", "园名", "店名", "单位", "机构", "name", "facility"),
        *("facilityname", "placename", "namezh", "title", "组织机构名称"),
    ),
    "address": (
        *("地址", "详细地址", "设施地址", "机构地址", "单位地址", "经营地址", "注册地址", "服务地址", "通讯地址"),
        *("详细位置", "所在位置", "地点", "住所", "位置", "address", "addr", "fulladdress", "streetaddress"),
    ),
    "lon": (
        *("经度", "东经", "经度e", "lon", "lng", "long", "longitude", "x", "x坐标", "坐标x", "pointx", "xcoord"),
        *("横坐标", "东坐标", "easting", "east", "经"),
    ),
    "lat": (
        *("纬度", "北纬", "纬度n", "lat", "latitude", "y", "y坐标", "坐标y", "pointy", "ycoord"),
        *("纵坐标", "北坐标", "northing", "north", "纬"),
    ),
    "location": (
        *("坐标", "经纬度", "经纬度坐标", "坐标位置", "地理坐标", "坐标点", "纬经度", "location", "lnglat", "lonlat"),
        *("latlng", "latlon", "coordinates", "coordinate", "coords"),
    ),
    "type": (
        *("类型", "设施类型", "类别", "设施类别", "小类", "种类", "分类", "机构类型", "机构类别", "单位类型", "业态"),
        *("中类", "大类", "类型编码", "type", "category", "typecode", "kind", "class", "facilitytype"),
    ),
    "capacity": (
        *("床位", "床位数", "床位数量", "核定床位", "核定床位数", "容量", "座位数", "学位", "学位数", "泊位数"),
        *("车位数", "规模", "capacity", "beds", "seats", "places"),
    ),
}
_ROLE_OF: Final = {word: (role, rank) for role, words in _WORDS.items() for rank, word in enumerate(words)}
# 区县名称, 所属街道名称 and the like name what a facility lies in.
_OTHERS_NAME = re.compile(
    r"(街道|社区|区县|县区|城市|省份|乡镇|镇街|村|道路|路|行政区|区域|类型|类别|负责人|联系人|法人).*名称?$"
)
# Words beside a coordinate's name that say its datum.
_DATUM_WORDS: Final = (
    (re.compile(r"wgs[-_ ]?(19)?84|wgs|gps|84坐标系?"), "wgs84"),
    (re.compile(r"gcj[-_ ]?02|gcj|火星坐标系?|火星|高德|腾讯|amap|gaode"), "gcj02"),
    (re.compile(r"bd[-_ ]?09(ll)?|百度|baidu"), "bd09"),
    (re.compile(r"cgcs[-_ ]?2000|国家2000|2000坐标系?|天地图"), "cgcs2000"),
)
_BRACKETS = re.compile(r"[(\[【<{].*?[)\]】>}]")
_MARKS = re.compile(r"[\s_\-.:：*/·、\"'°]+")
_PAIR = re.compile(r"\d+\.\d+.+\d+\.\d+|\d.*[°度].*\d")
_LATITUDE_FIRST = re.compile(r"^(纬经度|lat)")


@dataclass(frozen=True, slots=True)
class Header:
    """Where the rows of a sheet begin, and which column holds what.

    Attributes
    ----------
    first : int
        Position in ``grid.rows`` of the first row below the header.
    columns : Mapping[str, int]
        Column by role; the roles that were found.
    labels : tuple of str
        The text above every column.
    datums : tuple of str
        Datums that the coordinate columns' names say; at most one where the sheet is clear.
    latitude_first : bool
        The ``location`` column holds latitude before longitude.
    """

    first: int
    columns: Mapping[str, int]
    labels: tuple[str, ...]
    datums: tuple[str, ...]
    latitude_first: bool

    def column(self, role: str) -> str:
        """Return how messages name the column of `role`: ``column C (经度)``."""
        number = self.columns[role]
        return f"column {column_letter(number)} ({self.labels[number]})"

    def column_zh(self, role: str) -> str:
        """Return the same in Chinese: ``C 列(经度)``."""
        number = self.columns[role]
        return f"{column_letter(number)} 列（{self.labels[number]}）"


@dataclass(frozen=True, slots=True)
class _Label:
    role: str
    rank: int
    datum: str


def attribute_header(grid: Grid, *, given: Mapping[str, str]) -> Header:
    """Return the header of a table whose first row names the columns and whose places are known otherwise.

    Raises
    ------
    SchemaError
        If a column that the study names is not there.
    """
    labels = _labels(grid.rows[0])
    header = _header(0, labels, given=given, datum=None)
    if header is None:
        raise SchemaError(_nothing_found(grid, [(0, labels)], given))
    own = {role: column for role, column in header.columns.items() if role not in ("lon", "lat", "location")}
    return replace(header, columns=own, datums=())


def find_header(grid: Grid, *, given: Mapping[str, str], datum: str | None = None) -> Header:
    """Find the header of a sheet below any titles, in one row or in two.

    Parameters
    ----------
    grid : Grid
    given : Mapping[str, str]
        Column names by role that the study gives; the others are recognised.
    datum : str, optional
        Of several coordinate columns, those whose name says this one are taken.

    Returns
    -------
    Header

    Raises
    ------
    SchemaError
        If a column that the study names is not there, stands twice, or if no row names a column for
        coordinates or addresses.
    """
    best: tuple[int, Header] | None = None
    rows = grid.rows[:_LOOKED_AT]
    singles = [(position, _labels(row)) for position, row in enumerate(rows)]
    doubles = [(position + 1, _joined(*pair)) for position, pair in enumerate(pairwise(rows)) if _is_text(pair[1])]
    for position, labels in [*singles, *doubles]:
        header = _header(position, labels, given=given, datum=datum)
        usable = header is not None and ({"address", "location"} & set(header.columns) or _has_pair(header.columns))
        if header is not None and usable and (best is None or len(header.columns) > best[0]):
            best = (len(header.columns), header)
    if best is None:
        raise SchemaError(_nothing_found(grid, singles, given))
    header = best[1]
    _check_unique(grid, header, given)
    return header if "location" in given else _with_places(header, rows)


def _with_places(header: Header, rows: Sequence[Sequence[Cell]]) -> Header:
    """Take a column named like ``location`` for addresses where it holds no pairs of numbers."""
    column = header.columns.get("location")
    if column is None:
        return header
    texts = [text_of(row[column]) for row in rows[header.first :] if column < len(row)]
    if not any(texts) or any(_PAIR.search(text) for text in texts):
        return header
    columns = {role: number for role, number in header.columns.items() if role != "location"}
    return replace(header, columns={"address": column} | columns)


def _has_pair(columns: Mapping[str, int]) -> bool:
    return "lon" in columns and "lat" in columns


def _labels(row: Sequence[Cell]) -> tuple[str, ...]:
    return tuple(text_of(cell) for cell in row)


def _joined(upper: Sequence[Cell], lower: Sequence[Cell]) -> tuple[str, ...]:
    """Return the labels of a header in two rows: the lower text where there is one."""
    width = max(len(upper), len(lower))
    above, below = [*_labels(upper), *[""] * width], [*_labels(lower), *[""] * width]
    return tuple(below[column] or above[column] for column in range(width))


def _is_text(row: Sequence[Cell]) -> bool:
    """Return whether a row could be part of a header: no numbers in it, also none written as text."""
    return not any(isinstance(cell, float) or re.fullmatch(r"-?\d+([.,]\d+)?", text_of(cell)) for cell in row)


def _read_label(label: str) -> _Label | None:
    plain = label.casefold()
    datum = next((name for pattern, name in _DATUM_WORDS if pattern.search(plain)), "")
    forms = [plain, _BRACKETS.sub("", plain)]
    for pattern, _ in _DATUM_WORDS:
        forms.append(pattern.sub("", forms[-1]))
    for form in forms:
        word = _MARKS.sub("", form)
        if word in _ROLE_OF:
            role, rank = _ROLE_OF[word]
            return _Label(role, rank, datum if role in ("lon", "lat", "location") else "")
    word = _MARKS.sub("", forms[1])
    if word.endswith("名称") and not _OTHERS_NAME.search(word):
        return _Label("name", len(_WORDS["name"]), "")
    return None


def _header(position: int, labels: tuple[str, ...], *, given: Mapping[str, str], datum: str | None) -> Header | None:
    columns: dict[str, int] = {}
    for role, name in given.items():
        wanted = text_of(name)
        found = [column for column, label in enumerate(labels) if label == wanted]
        if not found:
            return None
        columns[role] = found[0]
    said: dict[str, tuple[bool, int, int, str]] = {}
    for column, label in enumerate(labels):
        read = _read_label(label) if label and column not in columns.values() else None
        if read is not None and read.role not in columns:
            rank = (bool(read.datum) and read.datum != datum, read.rank, column, read.datum)
            said[read.role] = min(said.get(read.role, rank), rank)
    if _has_pair({**columns, **dict.fromkeys(said, 0)}) and "location" not in columns:
        said.pop("location", None)
    columns |= {role: rank[2] for role, rank in said.items()}
    datums = sorted({rank[3] for role, rank in said.items() if rank[3]})
    location = labels[columns["location"]].casefold() if "location" in columns else ""
    return Header(position + 1, columns, labels, tuple(datums), bool(_LATITUDE_FIRST.match(_MARKS.sub("", location))))


def _check_unique(grid: Grid, header: Header, given: Mapping[str, str]) -> None:
    for role in given:
        label = header.labels[header.columns[role]]
        if header.labels.count(label) > 1:
            raise SchemaError(
                f"{grid.where}: {header.labels.count(label)} columns are called {label!r}; give each a name of its own"
            )


def _nothing_found(grid: Grid, rows: Sequence[tuple[int, tuple[str, ...]]], given: Mapping[str, str]) -> str:
    known = list(dict.fromkeys(label for _, labels in rows for label in labels if label))
    for role, name in given.items():
        if text_of(name) not in known:
            close = difflib.get_close_matches(text_of(name), known, n=1, cutoff=0.5)
            hint = f"did you mean {close[0]!r}?" if close else f"the first rows hold {', '.join(known[:12])}"
            return f"{grid.where}: no column {name!r} ({role}_column); {hint}"
    first = next((labels for _, labels in rows if sum(map(bool, labels)) > 1), rows[0][1] if rows else ())
    shown = ", ".join(label for label in first if label)[:120]
    return (
        f"{grid.where}: none of the first {_LOOKED_AT} rows names a column of coordinates or addresses "
        f"(seen: {shown}); name them in the study as lon_column and lat_column, or address_column"
    )
