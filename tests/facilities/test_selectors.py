"""The selector grammar, test by test."""

import pytest

from lifecircle.errors import ConfigError
from lifecircle.facilities.selectors import (
    AnyTag,
    SelectorIndex,
    comparable,
    compile_selector,
    compile_test,
    names_of,
)


@pytest.mark.parametrize("test", [(), ("",), ("~",), ("!",)])
def test_empty_tests_are_refused(test: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match="empty tag test"):
        compile_test(test)


def test_bad_pattern_is_named_with_its_place() -> None:
    with pytest.raises(ConfigError, match=r"clinic, key 'name'.*not a regular expression"):
        compile_selector({"name": ("~(",)}, where="clinic")


def test_group_that_asks_for_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"no test .* asks for a tag to be present"):
        compile_selector({"access": ("!private|no",)})


@pytest.mark.parametrize(
    ("test", "value", "expected"),
    [
        (("park",), "park", True),
        (("park",), "parking", False),  # whole values
        (("park",), "Park", False),  # tags are case-sensitive
        (("park",), "park;garden", False),  # value lists are one value
        (("park",), None, False),
        (("a", "b"), "b", True),
        (("a", "b"), "c", False),
        (("*",), "anything", True),
        (("*",), None, False),
        (("~run|ath",), "athletics", True),  # searched, not matched whole
        (("~^ath$",), "athletics", False),
        (("~x",), None, False),
        (("!private|no",), None, True),
        (("!private|no",), "yes", True),
        (("!private|no",), "no", False),
        (("!private|no",), "private", False),
        (("!private|no",), "priv", True),
        (("x", "~^y"), "yes", True),  # any of several
        (("x", "!y"), "x", True),
        (("x", "!y"), "y", False),
    ],
)
def test_tag_test(test: tuple[str, ...], value: str | None, *, expected: bool) -> None:
    assert compile_test(test).matches(value) is expected


def test_group_needs_every_test() -> None:
    group = compile_selector({"leisure": ("pitch",), "access": ("!private|no",), "sport": ("~tennis",)})
    assert group.matches({"leisure": "pitch", "sport": "tennis"})
    assert not group.matches({"leisure": "pitch", "sport": "tennis", "access": "no"})
    assert not group.matches({"leisure": "pitch", "sport": "golf"})


def test_pattern_on_a_name_reads_full_width_and_traditional() -> None:
    group = compile_selector({"amenity": ("clinic",), "name": ("~卫生",)})
    assert group.matches({"amenity": "clinic", "name": "桂鶴社區衛生站"})
    assert not group.matches({"amenity": "clinic", "name": "诊所", "operator": "卫生局"})


def test_index_finds_what_plain_matching_finds() -> None:
    """Every anchor kind (value, list, pattern, presence) against each group tested alone."""
    groups = [
        ("a", {"amenity": ("school",)}),
        ("b", {"amenity": ("school", "college")}),
        ("c", {"office": ("*",)}),
        ("d", {"name": ("~医",), "access": ("!no",)}),
        ("a", {"shop": ("x",), "amenity": ("school",)}),
        ("e", {"access": ("!no",), "leisure": ("~pit",)}),
    ]
    index = SelectorIndex(groups)
    pool = {"amenity": ["school", "college", "bank"], "office": ["yes"], "name": ["医院", "店"], "shop": ["x"]}
    pool |= {"access": ["no", "yes"], "leisure": ["pitch"]}
    combos: list[dict[str, str]] = [{}]
    for key, values in pool.items():
        combos += [{**tags, key: value} for tags in combos for value in values]
    for tags in combos:
        alone = [payload for payload, group in groups if compile_selector(group).matches(tags)]
        assert index.matches(tags) == tuple(dict.fromkeys(alone))


def test_any_tag_needs_one_key_only() -> None:
    never = AnyTag({"barrier": ("gate",), "landuse": ("residential",)}, where="gate")
    assert never.any_of({"barrier": "gate", "landuse": "retail"})
    assert not never.any_of({"landuse": "retail"})
    assert never.has("landuse", "residential")
    assert not never.has("highway", "gate")


def test_comparable_name() -> None:
    assert comparable("  ＡＢＣ（东）  醫院 ") == "ABC(东) 医院"


def test_names_come_from_five_keys_and_never_from_old_name() -> None:
    tags = {"old_name": "旧医院", "alt_name": "甲;乙", "name": "甲", "name:zh": "丙", "short_name": " ", "name:en": "X"}
    assert names_of(tags) == ("甲", "丙", "乙")
