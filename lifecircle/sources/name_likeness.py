"""When two names mean the same place: comparable forms, and the marks that must agree.

A likeness of letters is not enough: 福田社区卫生服务站 differs from 福田社区 by its last word, 学院南路 from
学院路 by one letter, and neither is the other. What a name says it is (its type suffix), its numerals and its compass
points must agree before likeness counts at all.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

HAN: Final = r"\u3400-\u9fff"
_ANY_HAN = re.compile(f"[{HAN}]")
_BESIDE_HAN = re.compile(rf"(?<=[{HAN}\W\d])\s+|\s+(?=[{HAN}\W])")
_PUNCTUATION = re.compile(r"[\"'`“”‘’·•。!?;:_*~]+")
_COMPANY = re.compile(r"(股份)?有限(责任)?公司(\(.*)?$")
_LETTERS: Final = str.maketrans(
    {"ß": "ss", "þ": "th", "ð": "d", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "ı": "i"}
)
_ABBREVIATED: Final = (
    (re.compile(r"str\.|\bstr$|(?<=[a-z])str$"), "strasse"),
    (re.compile(r"\bst\.(?= )"), "sankt"),
)
# What a name ends with says what it names; names of different classes are never the same place.
# The first match wins: the most specific words stand first.
_SUFFIXES: Final = (
    ("health_station", r"卫生服务站|卫生所|卫生室|医务室|保健站"),
    ("health_centre", r"卫生服务中心|卫生院|保健院"),
    ("hospital", r"医院|hospital|krankenhaus|sjukrahus|spitali"),
    ("clinic", r"诊所|门诊部?|clinic|praxis"),
    ("pharmacy", r"大?药[房店]|药铺|apotek|apotheke|pharmacy"),
    ("elderly", r"养老(?:服务)?(?:院|中心|驿站|站)|敬老院|福利院|日间照料中心|老年公寓|托老所"),
    ("nursery", r"幼儿园|托儿所|托育(?:中心|园)|早教中心"),
    ("primary", r"小学(?:校)?"),
    ("middle", r"(?:初级|高级|职业|实验)?中学|初中|高中|[一二三四五六七八九十]中"),
    ("university", r"大学|学院|university"),
    ("school", r"学校"),
    ("service_centre", r"(?:党群|便民|政务|综合|社区|市民|行政)?服务中心|服务大厅"),
    ("service_station", r"(?:党群|便民|综合|社区)?服务站"),
    ("committee", r"(?:社区)?居民?委(?:员)?会|村(?:民)?委(?:员)?会|社区居委"),
    ("street_office", r"街道办(?:事处)?"),
    ("police", r"派出所|警务室|警务站"),
    ("culture", r"文化(?:活动)?(?:站|馆|中心|广场)|图书馆|博物馆|美术馆|书屋|书店"),
    ("gym", r"健身(?:中心|房|会所|馆)?|体育(?:馆|场|中心|公园)"),
    ("market", r"超市|便利店|商场|市场|商店|购物(?:中心|广场)|百货"),
    ("bank", r"银行|支行|分理处|储蓄所|营业[厅部所]"),
    ("toilets", r"公(?:共厕所|厕)|卫生间"),
    ("hotel", r"酒店|宾馆|旅馆|饭店|招待所"),
    ("stop", r"(?:公交|地铁|火车|汽车)?站|公交站台"),
    ("park", r"公园|绿地|游园|park"),
    ("square", r"广场|square"),
    ("community", r"社区"),
    ("town", r"街道|[镇乡]"),
    ("estate", r"小区|家属院|家园|花园|花苑|公寓|宿舍|[苑庭邸府]"),
    ("village", r"村|庄|屯"),
    ("building", r"楼|栋|幢|大厦|座|单元"),
    ("gate", r"[东西南北正侧]?门"),
    ("street", r"(?:大?道|大?街|路|巷|胡同)(?:[东西南北中]段)?"),
    ("shop", r"店"),
    ("district", r"区|县|市"),
)
_SUFFIX_RES: Final = tuple((kind, re.compile(rf"(?:{pattern})$")) for kind, pattern in _SUFFIXES)
_BRACKETED = re.compile(r"\([^()]*\)")
_NUMERALS: Final = {char: str(value) for value, char in enumerate("零一二三四五六七八九")} | {"〇": "0", "两": "2"}
_NUMERAL_RUN = re.compile(r"[零〇一二三四五六七八九十百两]+|\d+")
_MARKS = re.compile(
    r"[零〇一二三四五六七八九十百两]+|\d+[a-z]?|[东西南北前后上下左右甲乙丙丁新老旧]|(?<![a-z])[a-z](?![a-z])"
)
_CACHE: Final = 1 << 17


@lru_cache(maxsize=_CACHE)
def comparable(text: str) -> str:
    """Return `text` in the form that names are compared in.

    NFKC (full-width letters and digits become plain ones), lower case, no blanks beside Chinese
    characters, one blank elsewhere, no quotation marks, no company suffix.

    Examples
    --------
    >>> comparable("福田 社区（北区）１号楼")
    '福田社区(北区)1号楼'
    """
    plain = " ".join(_PUNCTUATION.sub("", unicodedata.normalize("NFKC", text).casefold()).split())
    joined = _BESIDE_HAN.sub("", plain) if _ANY_HAN.search(plain) else plain
    return _COMPANY.sub("", joined).strip(" ,-")


@lru_cache(maxsize=_CACHE)
def folded(text: str) -> str:
    """Return `comparable(text)` without diacritics, with abbreviated street words written out.

    Examples
    --------
    >>> folded("Ártúnsbrekka"), folded("Hauptstr.")
    ('artunsbrekka', 'hauptstrasse')
    """
    spread = unicodedata.normalize("NFKD", comparable(text).translate(_LETTERS))
    plain = "".join(char for char in spread if not unicodedata.combining(char))
    for pattern, word in _ABBREVIATED:
        plain = pattern.sub(word, plain)
    return plain.replace("-", " ").strip()


@lru_cache(maxsize=_CACHE)
def suffix_class(name: str) -> str:
    """Return what the end of a comparable name says it is, "" where it says nothing.

    Examples
    --------
    >>> suffix_class("福田社区卫生服务站"), suffix_class("福田社区"), suffix_class("laugavegur")
    ('health_station', 'community', '')
    """
    bare = _BRACKETED.sub("", name) or name
    return next((kind for kind, pattern in _SUFFIX_RES if pattern.search(bare)), "")


@lru_cache(maxsize=_CACHE)
def marks(name: str) -> tuple[str, ...]:
    """Return the numerals, compass points and single letters of a comparable name, in order.

    Examples
    --------
    >>> marks("第十二中学南区") == marks("第12中学南区"), marks("学院南路") == marks("学院路")
    (True, False)
    """
    return tuple(_as_number(found) for found in _MARKS.findall(name))


def _as_number(mark: str) -> str:
    return chinese_number(mark) if _NUMERAL_RUN.fullmatch(mark) else mark


def chinese_number(text: str) -> str:
    """Return a run of Chinese numerals as digits; digits stay.

    Examples
    --------
    >>> chinese_number("一百二十三"), chinese_number("十八"), chinese_number("二〇"), chinese_number("7")
    ('123', '18', '20', '7')
    """
    if not re.search("[十百]", text):
        return "".join(_NUMERALS.get(char, char) for char in text)
    total, digit = 0, 0
    for char in text:
        if char in "十百":
            total += max(digit, 1) * (10 if char == "十" else 100)
            digit = 0
        else:
            digit = int(_NUMERALS.get(char, "0"))
    return str(total + digit)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two names are: `score` 0 to 100, 0 where the guard refused."""

    score: float
    refused: str = ""


def likeness(one: str, other: str) -> Likeness:
    """Compare two comparable names, the guard first.

    Parameters
    ----------
    one, other : str
        Results of `comparable` or `folded`.

    Returns
    -------
    Likeness
        100 for equal names. Otherwise 0 with the reason ``"suffix"`` or ``"marks"`` where the names say different
        things, else rapidfuzz's normalised indel similarity, at most 99.

    Examples
    --------
    >>> likeness("福田社区卫生服务站", "福田社区")
    Likeness(score=0.0, refused='suffix')
    """
    if one == other:
        return Likeness(100.0)
    if suffix_class(one) != suffix_class(other):
        return Likeness(0.0, "suffix")
    if marks(one) != marks(other):
        return Likeness(0.0, "marks")
    from rapidfuzz import fuzz

    return Likeness(min(99.0, float(fuzz.ratio(one, other))))
