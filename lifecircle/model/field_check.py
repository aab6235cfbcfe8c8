"""The words of a field check: what a checklist asks, and what may be answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lifecircle.errors import SchemaError

# What a checker found, and the words for it in the list; the first word of a language is the one that is offered.
ACTIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "confirm": {"en": ("confirm", "confirmed", "ok"), "zh": ("确认", "属实", "无误")},
        "drop": {"en": ("drop", "remove", "delete"), "zh": ("删除", "不存在", "已拆除")},
        "retype": {"en": ("retype", "change type"), "zh": ("改类型", "类型有误", "更正类型")},
        "move": {"en": ("move", "moved"), "zh": ("移位", "位置有误", "更正位置")},
        "add": {"en": ("add", "new"), "zh": ("新增", "补充", "漏标")},
    }
)
# Column -> headers in both languages; the first is written, all are read.
COLUMNS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "number": {"en": ("No.",), "zh": ("序号",)},
        "item": {"en": ("Item",), "zh": ("核查对象",)},
        "map_number": {"en": ("Map number",), "zh": ("地图编号",)},
        "circle": {"en": ("Circle",), "zh": ("功能圈",)},
        "type": {"en": ("Type",), "zh": ("设施类型",)},
        "name": {"en": ("Name",), "zh": ("名称",)},
        "place": {"en": ("Place",), "zh": ("位置",)},
        "why": {"en": ("Why",), "zh": ("核查原因",)},
        "lon": {"en": ("Longitude",), "zh": ("经度",)},
        "lat": {"en": ("Latitude",), "zh": ("纬度",)},
        "facility_id": {"en": ("Facility id", "facility_id"), "zh": ("设施编号",)},
        "result": {"en": ("Result", "Finding"), "zh": ("核实结果",)},
        "new_type": {"en": ("New type", "new_type"), "zh": ("新类型",)},
        "new_name": {"en": ("New name", "new_name"), "zh": ("新名称",)},
        "new_lon": {"en": ("New longitude", "new_lon"), "zh": ("新经度",)},
        "new_lat": {"en": ("New latitude", "new_lat"), "zh": ("新纬度",)},
        "date": {"en": ("Date",), "zh": ("日期", "核实日期")},
        "checker": {"en": ("Checked by", "Checker"), "zh": ("核实人",)},
        "remark": {"en": ("Remarks", "Remark"), "zh": ("备注",)},
    }
)
BLANK = ("result", "new_type", "new_name", "new_lon", "new_lat", "date", "checker", "remark")


def headers(column: str) -> tuple[str, ...]:
    """Return every header that `column` may have, in both languages."""
    return tuple(word for words in COLUMNS[column].values() for word in words)


def action_of(word: str) -> str | None:
    """Return what an answer means, None when it is no answer.

    Examples
    --------
    >>> action_of("改类型"), action_of("Confirm"), action_of("perhaps")
    ('retype', 'confirm', None)
    """
    plain = word.strip().casefold()
    return next((name for name, words in ACTIONS.items() if any(plain in known for known in words.values())), None)


# Why a facility is worth a look.
DOUBTS = ("unsnapped", "wall", "sampled", "merged", "general", "thin_type", "conflict", "not_in_list")


@dataclass(frozen=True, slots=True)
class Doubt:
    """A facility that somebody should look at.

    Attributes
    ----------
    facility_id : str
    reasons : tuple of str
        Of DOUBTS, in that order.
    """

    facility_id: str
    reasons: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse unknown reasons."""
        if not self.reasons or not set(self.reasons) <= set(DOUBTS):
            raise SchemaError(f"{self.facility_id}: reasons {self.reasons}: give some of {', '.join(DOUBTS)}")


@dataclass(frozen=True, slots=True)
class Correction:
    """One answer of a field check.

    Attributes
    ----------
    row : int
        Of the list, as a spreadsheet shows it.
    action : str
        One of ACTIONS.
    facility_id : str
        The facility that is meant; "" for ``add`` and for what is no facility.
    type, name : str
        The new ones (``retype``, ``add``); "" otherwise.
    lon, lat : float or None
        The new place (``move``, ``add``), WGS-84.
    source : str
        Name of the list.
    """

    row: int
    action: str
    facility_id: str = ""
    type: str = ""
    name: str = ""
    lon: float | None = None
    lat: float | None = None
    source: str = ""

    def __post_init__(self) -> None:
        """Check that the answer says what its action needs."""
        if self.action not in ACTIONS:
            raise SchemaError(f"row {self.row}: action {self.action!r}: one of {', '.join(ACTIONS)}")
        if self.action in ("drop", "retype", "move") and not self.facility_id:
            raise SchemaError(f"row {self.row}: {self.action} needs a facility id")
        if self.action in ("retype", "add") and not self.type:
            raise SchemaError(f"row {self.row}: {self.action} needs a new type")
        if self.action in ("move", "add") and (self.lon is None or self.lat is None):
            raise SchemaError(f"row {self.row}: {self.action} needs a new longitude and latitude")
