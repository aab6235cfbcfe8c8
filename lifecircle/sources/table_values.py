"""Numbers as people type them: degrees in text, full-width digits, decimal commas, beds with a unit."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from lifecircle.sources.grids import Cell, text_of

# What people write where they have no value.
_NOTHING: Final = frozenset(
    {"", "-", "--", "—", "——", "/", "\\", "无", "暂无", "待定", "待补", "待核实", "未知", "不详", "空"}
    | {"n/a", "na", "nan", "null", "none", "nil", "#n/a", "?", "tbd"}
)
_EAST, _WEST, _NORTH, _SOUTH = "[东e]经?", "[西w]经?", "[北n]纬?", "[南s]纬?"
_HEMISPHERE: Final = f"(?P<{{0}}>{_EAST}|{_WEST}|{_NORTH}|{_SOUTH})?"
_NUMBER: Final = r"\d{1,3}(?:\.\d+)?"
_DEGREES = re.compile(
    _HEMISPHERE.format("before")
    + rf"[:\s]*(?P<sign>[-+])?(?P<d>{_NUMBER})\s*(?:[°º˚⁰d:]|度|deg|\s)\s*"
    + rf"(?:(?P<m>{_NUMBER})\s*(?:['′’‘ʹm:]|分|\s|$)\s*)?"
    + r"(?:(?P<s>\d{1,2}(?:\.\d+)?)\s*(?:\"|″|”|“|''|′′|ʺ|秒|s(?![a-z]))?\s*)?"
    + _HEMISPHERE.format("after")
)
_DASHED = re.compile(r"(?P<d>\d{1,3})-(?P<m>\d{1,2})-(?P<s>\d{1,2}(?:\.\d+)?)")
_PLAIN = re.compile(
    _HEMISPHERE.format("before")
    + r"[:\s]*(?P<d>[-+]?\d+(?:\.\d*)?(?:e[-+]?\d+)?)\s*(?:°|度)?\s*"
    + _HEMISPHERE.format("after")
)
_DECIMAL_COMMA = re.compile(r"[-+]?\d{1,3},\d+")
_GROUPED = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
_MOST_DEGREES: Final = 180.0
_COUNT = re.compile(
    r"(?:约|共)?\s*(\d{1,3}(?:,\d{3})+|\d+)(?:\.0+)?\s*"
    r"(?:张|个|床|座|位|人|席|beds?|seats?)*(?:床位|座位|学位|泊位|车位)?"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A coordinate read from a cell.

    Attributes
    ----------
    value : float
        NaN where the cell holds nothing.
    axis : str
        ``"lon"`` or ``"lat"`` where the cell says so itself (E, 北纬), else "".
    rewritten : bool
        The cell was not written as a plain number.
    """

    value: float
    axis: str = ""
    rewritten: bool = False


def is_nothing(cell: Cell) -> bool:
    """Return whether a cell holds no value, or a word for none (无, 待补, N/A)."""
    return cell is None or (isinstance(cell, float) and math.isnan(cell)) or text_of(cell).casefold() in _NOTHING


def read_coordinate(cell: Cell) -> Number | None:
    r"""Read a coordinate: a number, or text in degrees, or in degrees, minutes and seconds.

    Returns
    -------
    Number or None
        None for what is no coordinate.

    Examples
    --------
    >>> read_coordinate("东经114°17'35\"").value, read_coordinate("３５．７４８").value
    (114.29305555555555, 35.748)
    >>> read_coordinate("114,2930").value, read_coordinate("N35:44:52.8").axis
    (114.293, 'lat')
    >>> read_coordinate("鹤壁") is None
    True
    """
    if is_nothing(cell):
        return Number(math.nan)
    read = Number(cell) if isinstance(cell, float) else _read_text(str(cell))
    return read if read is not None and math.isfinite(read.value) else None


@lru_cache(maxsize=4096)
def _read_text(cell: str) -> Number | None:
    text = text_of(cell).casefold()
    plain = _PLAIN.fullmatch(text)
    if plain is not None:
        return _number(plain, float(plain["d"]), rewritten=text != cell.strip() or not _is_float(cell))
    if _DECIMAL_COMMA.fullmatch(text) and not _GROUPED.fullmatch(text):
        return Number(float(text.replace(",", ".")), "", rewritten=True)
    if _GROUPED.fullmatch(text):
        grouped = float(text.replace(",", ""))
        # 3,958,021.5 is a northing and 500,123 an easting; 114,297 is a longitude of a decimal-comma country.
        degrees = text.count(",") == 1 and "." not in text and abs(grouped) <= _MOST_DEGREES * 1000
        return Number(float(text.replace(",", ".")) if degrees else grouped, "", rewritten=True)
    sexagesimal = _DEGREES.fullmatch(text) or _DASHED.fullmatch(text)
    if sexagesimal is None:
        return None
    minutes, seconds = float(sexagesimal["m"] or 0.0), float(sexagesimal["s"] or 0.0)
    broken = "." in sexagesimal["d"] and sexagesimal["m"]  # 114.5°17' says two things
    if minutes >= 60.0 or seconds >= 60.0 or broken:
        return None
    value = float(sexagesimal["d"]) + minutes / 60.0 + seconds / 3600.0
    return _number(sexagesimal, value, rewritten=True)


def _is_float(cell: str) -> bool:
    return re.fullmatch(r"[-+]?\d+(\.\d*)?", cell.strip()) is not None


def _number(found: re.Match[str], value: float, *, rewritten: bool) -> Number | None:
    groups = found.groupdict()
    said = [groups[key][0] for key in ("before", "after") if groups.get(key)]
    if groups.get("sign") == "-":
        value = -value
    if len(said) > 1:
        return None
    if said and said[0] in "西w南s":
        value = -abs(value)
    axis = "" if not said else "lon" if said[0] in "东e西w" else "lat"
    return Number(value, axis, rewritten=rewritten or bool(said))


def read_pair(cell: Cell, *, latitude_first: bool = False) -> tuple[Number, Number] | None:
    """Read longitude and latitude from one cell: ``114.2930,35.7480``, ``POINT (114.293 35.748)``.

    Returns
    -------
    (lon, lat) or None
        None for what is no pair. Letters (E, N) overrule `latitude_first`.

    Examples
    --------
    >>> [number.value for number in read_pair("114.2930, 35.7480")]
    [114.293, 35.748]
    """
    if is_nothing(cell):
        return Number(math.nan), Number(math.nan)
    text = text_of(cell).casefold()
    point = re.fullmatch(r"(?:srid=4326;)?\s*point\s*\((.+)\)", text)
    inner = (point[1] if point else text).strip("()[]{} ")
    parts = [part for part in re.split(r"[,;、|]|\s(?=[-+]?\d{1,3}\.\d)|\s(?=[en东北])", inner) if part.strip()]
    if len(parts) != 2:
        return None
    first, second = read_coordinate(parts[0].strip()), read_coordinate(parts[1].strip())
    if first is None or second is None or math.isnan(first.value) or math.isnan(second.value):
        return None
    exchanged = (latitude_first and not point) or first.axis == "lat" or second.axis == "lon"
    if first.axis == "lon" or second.axis == "lat":
        exchanged = False
    return (second, first) if exchanged else (first, second)


def read_capacity(cell: Cell) -> float | None:
    """Read a number of beds, places or seats: ``120``, ``120张``, ``约１２０个床位``.

    NaN for nothing, None for what is no number.

    Examples
    --------
    >>> read_capacity("１２０张"), read_capacity("很多")
    (120.0, None)
    """
    if isinstance(cell, float):
        return cell if cell >= 0.0 and math.isfinite(cell) else None
    if is_nothing(cell):
        return math.nan
    found = _COUNT.fullmatch(text_of(cell).casefold())
    return None if found is None else float(found[1].replace(",", ""))
