"""Addresses as people write them, Chinese and European, taken apart."""

import re
from collections.abc import Container
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from lifecircle.sources.name_likeness import HAN, chinese_number, comparable, folded

_H: Final = f"[{HAN}]"
_ROAD_WORDS: Final = r"大道|大街|路|街|胡同|巷"
# 中关村东路 holds no village: an administrative word that a street word follows is part of the street's name.
_NO_ROAD: Final = rf"(?![东西南北中前后内外]?[一二三四五六七八九十]?(?:{_ROAD_WORDS})(?!道))"
_PROVINCE = re.compile(
    rf"(?:中国)?(?:(?P<whole>{_H}{{2,3}}省|(?:内蒙古|广西壮族|宁夏回族|新疆维吾尔|西藏)自治区|(?:北京|上海|天津|重庆)市)"
    rf"|(?P<bare>北京|上海|天津|重庆)(?={_H}{{1,3}}[区县]))"
)
_CITY = re.compile(rf"{_H}{{2,4}}?(?:市(?!场|民|政|区)|自治州|地区|盟){_NO_ROAD}")
_DISTRICT = re.compile(
    rf"(?:{_H}{{2,8}}?(?:开发区|示范区|高新区|工业园区|新区)|[桥海江河湖市渝龙][东西南北中]区|{_H}?城[东西南北中关]?区"
    rf"|{_H}{{1,3}}[^小校社园景院片厂东西南北城新]区|{_H}{{1,4}}?[县旗]|{_H}{{2,3}}?市(?!场|民|政|区)){_NO_ROAD}"
)
_TOWN = re.compile(rf"{_H}{{2,6}}?(?:街道办事处|街道办|街道|办事处|(?:镇|乡|苏木){_NO_ROAD})")
_COMMUNITY = re.compile(
    rf"{_H}{{2,8}}?(?:社区居(?:民)?委(?:员)?会|社区|居委会|村(?:民)?委(?:员)?会|村){_NO_ROAD}"
    rf"(?!卫生|服务|医|养老|日间|文化|党群|便民|综合|幼儿|小学|中学)"
)
_ROAD_END = re.compile(
    r"(?:大道|大街|(?:路|街(?!道))|胡同|巷|(?:弄|里|条|道|线)(?=\d|[甲乙丙丁]?\d|$))"
    r"(?:[东西南北中]?(?:段|延长线)|[东西南北](?=\d))?"
)
_SECTION = re.compile(r"[东西南北中]?(?:段|延长线)$")
_MUNICIPALITIES: Final = ("北京", "上海", "天津", "重庆")
_NUMERAL: Final = r"(?:\d+|[一二三四五六七八九十百]+)"
_NUMBER = re.compile(
    rf"(?P<letter>[甲乙丙丁])?(?P<main>{_NUMERAL})(?:[-之](?P<sub>\d+))?(?P<tail>[a-z])?(?:附\d+)?号(?!楼|线)(?:院)?"
)
_PLAIN_NUMBER = re.compile(r"(?P<letter>)(?P<main>\d+)(?:-(?P<sub>\d+))?(?P<tail>[a-z])?(?![\d层楼栋幢座单米])")
_BUILDING = re.compile(rf"(?P<building>(?:{_NUMERAL}|[a-z])(?:号楼|栋|幢|座|#楼?))")
_CROSSING = re.compile(r"(?P<one>.+?)(?:与|和|、|/|&)(?P<two>.+?)(?:的)?(?:交叉路?口|交汇处|路口|交口|交界处)")
_PLACE_TAIL = re.compile(r"^(?:院内|院|内|旁边?|[东西南北]侧|[东西南北]\d+米|附近|对面|\d+层|负?\d+楼|\d+室|[,、])+")
_WEST = re.compile(
    r"(?P<street>.*?[^\W\d_].*?)[\s,]+(?P<number>\d{1,4})\s?(?P<letter>[a-z](?![a-z]))?(?:\s?[-/]\s?\d+\s?[a-z]?)?"
    r"(?:[\s,]+(?P<tail>.*))?"
)
_NUMBER_FIRST = re.compile(
    r"(?P<number>\d{1,4})(?P<letter>[a-z])?\s+(?P<street>[^\W\d_][^,\d]+?)(?:\s*,\s*(?P<tail>.*))?"
)
_POSTCODE = re.compile(r"\b(?:[a-z]{1,2}-)?(?P<code>\d{3,6})\b")


@dataclass(frozen=True, slots=True)
class HouseNumber:
    """A house number: ``main`` counts along the street, ``extra`` tells neighbours apart (``a``, ``-1``, ``甲``)."""

    main: int
    extra: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address, in comparable form; "" where it has none.

    Attributes
    ----------
    province, city, district, town, community : str
        City is the town's name in European addresses.
    street : str
    crossing : str
        The second street of a crossing.
    number : HouseNumber or None
    building : str
        ``3号楼``, ``b座``.
    postcode : str
    rest : str
        What is left: the name of an estate, a shop, a landmark.
    """

    province: str = ""
    city: str = ""
    district: str = ""
    town: str = ""
    community: str = ""
    street: str = ""
    crossing: str = ""
    number: HouseNumber | None = None
    building: str = ""
    postcode: str = ""
    rest: str = ""

    @property
    def areas(self) -> frozenset[str]:
        """The areas that it names, in the form of `area_marks`."""
        return area_marks(self.province, self.city, district=self.district, postcode=self.postcode)


def bare_area(word: str) -> str:
    """Return the name of an administrative area without its type word.

    Examples
    --------
    >>> bare_area("海淀区"), bare_area("淇县"), bare_area("北京市"), bare_area("Reykjavík")
    ('海淀', '淇县', '北京', 'reykjavík')
    """
    plain = comparable(word)
    short = re.sub(r"(?:特别行政区|自治区|自治州|地区|省|市|区|县|旗|盟)$", "", plain)
    return short if len(short) > 1 else plain


def area_marks(province: str, city: str, *, district: str = "", postcode: str = "") -> frozenset[str]:
    """Return areas as comparable marks that keep their level: ``city:鹤壁``, ``postcode:101``.

    Beijing, Shanghai, Tianjin and Chongqing are province and city at once.
    """
    if not city and bare_area(province) in _MUNICIPALITIES:
        city = province
    levels = {"postcode": postcode, "district": district, "city": city, "province": province}
    return frozenset(f"{level}:{folded(bare_area(word))}" for level, word in levels.items() if word.strip())


def contradict(one: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether two sets of marks name different areas, on the finest level that both name.

    Examples
    --------
    >>> contradict(area_marks("", "北京市", district="海淀区"), area_marks("北京市", "", district="朝阳区"))
    True
    >>> contradict(area_marks("", "", district="海淀区"), area_marks("北京市", ""))
    False
    """
    for level in ("postcode:", "district:", "city:", "province:"):
        mine = {mark for mark in one if mark.startswith(level)}
        theirs = {mark for mark in other if mark.startswith(level)}
        if mine and theirs:
            return not mine & theirs
    return False


@lru_cache(maxsize=1 << 14)
def parse_house_number(text: str) -> HouseNumber | None:
    """Read ``addr:housenumber``: ``12``, ``12a``, ``3-5`` (its first), ``甲2号``, ``3-1号``, ``十八号``; else None.

    Examples
    --------
    >>> parse_house_number("12 B"), parse_house_number("甲2号"), parse_house_number("1层")
    (HouseNumber(main=12, extra='b'), HouseNumber(main=2, extra='甲'), None)
    """
    plain = comparable(text).replace(" ", "")
    found = _NUMBER.match(plain) or _PLAIN_NUMBER.match(plain)
    return _house_number(found) if found and len(found["main"]) <= 5 else None


def _house_number(found: re.Match[str]) -> HouseNumber:
    extra = (found["letter"] or "") + (found["tail"] or "")
    chinese = "号" in found.group()
    return HouseNumber(
        int(chinese_number(found["main"])), extra + (f"-{found['sub']}" if found["sub"] and chinese else "")
    )


def split_areas(text: str) -> tuple[tuple[str, str, str], str]:
    """Take province, city and district off the front of a comparable Chinese text.

    Returns
    -------
    areas : (province, city, district)
    rest : str

    Examples
    --------
    >>> split_areas("河南省鹤壁市淇滨区长江路18号")
    (('河南省', '鹤壁市', '淇滨区'), '长江路18号')
    """
    province = city = ""
    if found := _PROVINCE.match(text):
        province, text = found["whole"] or found["bare"], text[found.end() :]
    if province and bare_area(province) in _MUNICIPALITIES:
        city = province
        text = text.removeprefix(province)
    elif found := _CITY.match(text):
        city, text = found.group(), text[found.end() :]
    district, text = _take(_DISTRICT, text)
    return (province, city, district), text


def parse_address(text: str, *, streets: Container[str] = frozenset()) -> Address:
    """Take an address apart.

    Parameters
    ----------
    text : str
        Chinese (河南省鹤壁市淇滨区长江路街道福田社区长江路18号院3号楼) or European
        (``Laugavegur 12a, 101 Reykjavík``; the number may stand first).
    streets : container of str, optional
        Comparable names of known streets, which decide where a Chinese street's name ends.

    Returns
    -------
    Address
    """
    plain = comparable(text)
    if re.search(_H, plain):
        return _chinese(plain, streets)
    return _european(plain)


def _chinese(text: str, streets: Container[str]) -> Address:
    text = re.sub(r"\((?:[^()]*)\)$", "", re.sub(r"^\d{6}(?!\d)", "", text))
    (province, city, district), text = split_areas(text)
    town, text = _take(_TOWN, text)
    community, text = _take(_COMMUNITY, text)
    areas = Address(province, city, district, town, community)
    if crossed := _CROSSING.match(text):
        one, two = _street(crossed["one"], streets)[0], _street(crossed["two"], streets)[0]
        if one and two:
            return replace(areas, street=one, crossing=two, rest=_PLACE_TAIL.sub("", text[crossed.end() :]))
    street, text = _street(text, streets)
    number = None
    if found := _NUMBER.match(text) or (_PLAIN_NUMBER.match(text) if street else None):
        number, text = _house_number(found), text[found.end() :]
    building = ""
    if found := _BUILDING.search(text):
        building, text = found["building"], text[: found.start()] or text[found.end() :]
    return replace(areas, street=street, number=number, building=building, rest=_PLACE_TAIL.sub("", text))


def _take(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    found = pattern.match(text)
    return (found.group(), text[found.end() :]) if found else ("", text)


def _street(text: str, streets: Container[str]) -> tuple[str, str]:
    """Return the street at the front of `text` and what follows; a known street wins, then a numbered one."""
    ends = [found.end() for found in _ROAD_END.finditer(text) if 2 <= found.end() <= 14]
    ends = [end for end in ends if not re.search(r"\d号|[,()]", text[:end])]
    known = [end for end in ends if text[:end] in streets]
    numbered = [end for end in ends if re.match(rf"[甲乙丙丁]?{_NUMERAL}|$", text[end:])]
    for chosen in (known[-1:], numbered[:1], ends[:1]):
        if chosen:
            return _SECTION.sub("", text[: chosen[0]]), text[chosen[0] :]
    return "", text


def _european(text: str) -> Address:
    if found := _WEST.fullmatch(text) or _NUMBER_FIRST.fullmatch(text):
        postcode, city = _tail(found["tail"] or "")
        number = HouseNumber(int(found["number"]), found["letter"] or "")
        return Address(street=found["street"].strip(" ,"), number=number, postcode=postcode, city=city)
    head, _, tail = text.partition(",")
    postcode, city = _tail(tail)
    return Address(street=head.strip(), postcode=postcode, city=city, rest=head.strip())


def _tail(text: str) -> tuple[str, str]:
    """Return postcode and town from what follows the house number."""
    code = _POSTCODE.search(text)
    words = _POSTCODE.sub(" ", text) if code else text
    towns = [word.strip() for word in words.split(",") if word.strip()]
    return (code["code"] if code else ""), (towns[0] if towns else "")
