"""Addresses taken apart, and names compared: tables written by hand."""

import pytest

from lifecircle.sources.addresses import HouseNumber, area_marks, contradict, parse_address, parse_house_number
from lifecircle.sources.name_likeness import comparable, folded, likeness, marks

PARTS = ("province", "city", "district", "town", "community", "street", "crossing", "building", "postcode", "rest")

CHINESE = [
    (
        "河南省鹤壁市淇滨区长江路街道福田社区长江路18号院3号楼",
        ("河南省", "鹤壁市", "淇滨区", "长江路街道", "福田社区", "长江路", "", "3号楼", "", ""),
        HouseNumber(18),
    ),
    (
        "北京市海淀区中关村东路８号",
        ("北京市", "北京市", "海淀区", "", "", "中关村东路", "", "", "", ""),
        HouseNumber(8),
    ),
    ("北京海淀区学院路甲2号", ("北京", "北京", "海淀区", "", "", "学院路", "", "", "", ""), HouseNumber(2, "甲")),
    ("海淀区志新西路3-1号", ("", "", "海淀区", "", "", "志新西路", "", "", "", ""), HouseNumber(3, "-1")),
    ("淇县朝歌镇人民路中段", ("", "", "淇县", "朝歌镇", "", "人民路", "", "", "", ""), None),
    ("浚县黄河路与卫溪路交叉口东100米", ("", "", "浚县", "", "", "黄河路", "卫溪路", "", "", ""), None),
    (
        "石家庄市桥西区中华南大街380号",
        ("", "石家庄市", "桥西区", "", "", "中华南大街", "", "", "", ""),
        HouseNumber(380),
    ),
    ("天津市和平区南京路三十八号", ("天津市", "天津市", "和平区", "", "", "南京路", "", "", "", ""), HouseNumber(38)),
    (
        "鹤壁市淇滨区九州路福田小区12号楼",
        ("", "鹤壁市", "淇滨区", "", "", "九州路", "", "12号楼", "", "福田小区"),
        None,
    ),
    ("乌海市海南区拉僧庙镇", ("", "乌海市", "海南区", "拉僧庙镇", "", "", "", "", "", ""), None),
    ("鹤壁市淇滨区金山办事处姬庄村", ("", "鹤壁市", "淇滨区", "金山办事处", "姬庄村", "", "", "", "", ""), None),
    ("学院路18号院10号楼", ("", "", "", "", "", "学院路", "", "10号楼", "", ""), HouseNumber(18)),
    ("北京语言大学", ("", "", "", "", "", "", "", "", "", "北京语言大学"), None),
    ("农贸市场", ("", "", "", "", "", "", "", "", "", "农贸市场"), None),
    ("市民广场", ("", "", "", "", "", "", "", "", "", "市民广场"), None),
    ("福田社区卫生服务站", ("", "", "", "", "", "", "", "", "", "福田社区卫生服务站"), None),
    (
        "北京市昌平区回龙观镇龙华园小区",
        ("北京市", "北京市", "昌平区", "回龙观镇", "", "", "", "", "", "龙华园小区"),
        None,
    ),
]


@pytest.mark.parametrize(("text", "parts", "number"), CHINESE, ids=[case[0] for case in CHINESE])
def test_chinese_addresses(text: str, parts: tuple[str, ...], number: HouseNumber | None) -> None:
    address = parse_address(text)
    assert tuple(getattr(address, part) for part in PARTS) == parts
    assert address.number == number


EUROPEAN = [
    ("Laugavegur 12a, 101 Reykjavík", "laugavegur", HouseNumber(12, "a"), "101", "reykjavík"),
    ("Laugavegur 12 A 101 Reykjavík", "laugavegur", HouseNumber(12, "a"), "101", "reykjavík"),
    ("Skólavörðustígur 3-5", "skólavörðustígur", HouseNumber(3), "", ""),
    ("12 Main Street, Springfield", "main street", HouseNumber(12), "", "springfield"),
    ("Straße des 17. Juni 135, 10623 Berlin", "strasse des 17. juni", HouseNumber(135), "10623", "berlin"),
    ("Dorfstrasse", "dorfstrasse", None, "", ""),
]


@pytest.mark.parametrize(("text", "street", "number", "postcode", "city"), EUROPEAN, ids=[case[0] for case in EUROPEAN])
def test_european_addresses(text: str, street: str, number: HouseNumber | None, postcode: str, city: str) -> None:
    address = parse_address(text)
    assert (address.street, address.number, address.postcode, address.city) == (street, number, postcode, city)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", HouseNumber(12)),
        ("12 B", HouseNumber(12, "b")),
        ("3-5", HouseNumber(3)),
        ("甲2号", HouseNumber(2, "甲")),
        ("3-1号", HouseNumber(3, "-1")),
        ("16号院", HouseNumber(16)),
        ("十八号", HouseNumber(18)),
        ("1层", None),
        ("无", None),
        ("", None),
    ],
)
def test_house_numbers(text: str, number: HouseNumber | None) -> None:
    assert parse_house_number(text) == number


def test_a_known_street_decides_where_its_name_ends() -> None:
    assert parse_address("长江路福田巷5号").street == "长江路福田巷"
    assert parse_address("长江路福田巷5号", streets={"长江路"}).street == "长江路"


DIFFERENT = [
    ("福田社区卫生服务站", "福田社区"),
    ("福田社区卫生服务站", "福田社区卫生服务中心"),
    ("福田小学", "福田中学"),
    ("福田小区", "福田社区"),
    ("学院南路", "学院路"),
    ("志新东路", "志新西路"),
    ("第一小学", "第二小学"),
    ("清华大学东门", "清华大学西门"),
    ("清华大学", "清华大学医院"),
    ("长江路派出所", "长江路"),
    ("12号楼", "13号楼"),
    ("北京语言大学", "北京语言大学幼儿园"),
    ("花园路a座", "花园路b座"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_the_guard_refuses_what_only_looks_alike(one: str, other: str) -> None:
    assert likeness(one, other).score == likeness(other, one).score == 0.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("福田社区卫生服务站", "福田 社区卫生服务站"),
        ("ＡＢＣ超市", "abc超市"),
        ("康泰大药房有限公司", "康泰大药房"),
        ("某某诊所(普通合伙)", "某某诊所（普通合伙）"),
    ],
)
def test_spelling_variants_are_equal(one: str, other: str) -> None:
    assert comparable(one) == comparable(other)
    assert likeness(comparable(one), comparable(other)).score == 100.0


def test_a_slip_of_one_letter_is_alike_but_never_certain() -> None:
    assert 85.0 < likeness("鹤壁市淇滨区福田第二小学", "鹤壁市淇宾区福田第二小学").score < 100.0
    assert marks("福田第二小学") == marks("福田第2小学")


def test_diacritics_and_abbreviations_fold() -> None:
    assert folded("Þórsgata") == "thorsgata"
    assert folded("Bromberger Str.") == folded("Bromberger Straße")


def test_the_finest_common_level_decides_whether_areas_contradict() -> None:
    haidian = area_marks("北京市", "", district="海淀区")
    assert not contradict(haidian, area_marks("", "北京"))
    assert contradict(haidian, area_marks("", "北京市", district="朝阳区"))
    assert not contradict(haidian, area_marks("", "", postcode="100083"))
    assert contradict(area_marks("", "Reykjavík", postcode="101"), area_marks("", "Reykjavík", postcode="105"))
