"""The facility catalogue: complete, every pattern compiles, further types join it."""

import re
from pathlib import Path

import pytest

from lifecircle.config.catalogue import load_catalogue
from lifecircle.errors import ConfigError, SourceError
from lifecircle.model.catalogue import Selector

CATALOGUE = load_catalogue()


def selectors() -> list[Selector]:
    kinds = CATALOGUE.types.values()
    groups = [group for kind in kinds for group in (*kind.selectors, *kind.lenient_selectors)]
    return [*groups, CATALOGUE.gate.generic_carriers, CATALOGUE.gate.never_if_tag, *CATALOGUE.institutional_areas]


def test_forty_six_types_each_with_both_names():
    assert len(CATALOGUE.types) == 46
    assert all(kind.id == key for key, kind in CATALOGUE.types.items())
    assert all(re.search("[一-鿿]", kind.name_zh) for kind in CATALOGUE.types.values())
    assert all(re.fullmatch("[A-Za-z(),' -]+", kind.name_en) for kind in CATALOGUE.types.values())
    assert len({kind.name_en for kind in CATALOGUE.types.values()}) == 46


def test_every_pattern_compiles():
    for kind in CATALOGUE.types.values():
        for pattern in (kind.name_re, kind.name_not_re):
            re.compile(pattern or "")
    for pattern in (CATALOGUE.gate.strip_suffix_re, CATALOGUE.gate.never_name_re):
        re.compile(pattern)
    for retype in CATALOGUE.retypes:
        re.compile(retype.name_re)
    tests = [test for group in selectors() for values in group.values() for test in values if test.startswith("~")]
    assert len(tests) > 20
    for test in tests:
        re.compile(test[1:])


def test_every_tag_test_is_a_tuple_of_text():
    for group in selectors():
        for key, values in group.items():
            assert type(key) is str
            assert type(values) is tuple
            assert values
            assert all(type(value) is str and value for value in values)


def test_raw_tests_are_kept():
    assert CATALOGUE.types["bus_stop"].selectors[1] == {"public_transport": ("platform",), "bus": ("yes",)}
    assert CATALOGUE.types["toilets"].selectors == ({"amenity": ("toilets",), "access": ("!private|no|customers",)},)
    assert CATALOGUE.gate.generic_carriers["building"] == ("*",)
    assert CATALOGUE.institutional_areas[1] == {"landuse": ("military",)}
    assert CATALOGUE.types["book_house"].lenient_selectors == ({"amenity": ("public_bookcase",)},)


def test_what_the_catalogue_adds():
    doubted = {key for key, kind in CATALOGUE.types.items() if kind.in_doubt == ("school_any",)}
    assert doubted == {"primary_school", "middle_school", "senior_school"}
    assert [key for key, kind in CATALOGUE.types.items() if kind.line] == ["fitness_trail"]
    assert [key for key, kind in CATALOGUE.types.items() if kind.user_layer] == ["renovated_estate"]
    floors = {key: kind.floor_per_10k for key, kind in CATALOGUE.types.items() if kind.floor_per_10k is not None}
    assert floors["bus_stop"] == 2.0
    assert all(0 < floor <= 2 for floor in floors.values())
    assert not {"primary_school", "middle_school", "school_any"} & set(floors)


def test_a_type_that_is_named_has_a_place_in_the_order_of_names():
    named = {key for key, kind in CATALOGUE.types.items() if kind.name_re is not None}
    assert set(CATALOGUE.name_order) == named
    assert len(CATALOGUE.name_order) == len(named)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("金山办事处社区卫生服务中心", "health_community"),
        ("兴鹤社区党群服务中心", "community_service"),
        ("桂鹤社区日间照料中心", "elder_community"),
        ("鹤壁市淇滨中学", "middle_school"),
        ("淇河书屋", "book_house"),
    ],
)
def test_the_first_name_pattern_is_the_right_one(name, kind):
    types = CATALOGUE.types
    found = [
        key
        for key in CATALOGUE.name_order
        if re.search(types[key].name_re, name)
        and not (types[key].name_not_re and re.search(types[key].name_not_re, name))
    ]
    assert found[0] == kind


def write(folder: Path, text: str) -> Path:
    path = folder / "types.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_further_types_join_and_replace(tmp_path):
    path = write(
        tmp_path,
        "types:\n  tcm_hall: {zh: 扁鹊堂, en: TCM hall, name_re: 扁鹊堂, osm_any: [{healthcare: [a, b], level: 1}]}\n"
        "  bank: {zh: 银行, en: Bank, osm_any: []}\nsupersedes: {tcm_hall: [tcm]}\n",
    )
    extended = load_catalogue(path)
    assert len(extended.types) == 47
    assert extended.name_order[0] == "tcm_hall"
    assert extended.types["tcm_hall"].selectors == ({"healthcare": ("a", "b"), "level": ("1",)},)
    assert extended.types["bank"].selectors == ()
    assert extended.supersedes["tcm_hall"] == ("tcm",)
    assert "tcm_hall" not in load_catalogue().types


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("types:\n  x: {zh: 甲, en: X, name_re: '(['}\n", ":2: types.x.name_re: '([' is not a regular expression"),
        ("types:\n  x:\n    zh: 甲\n    en: X\n    osm_any: [{a: '~['}]\n", ":5: types.x.osm_any[0].a: '[' is not a"),
        ("types:\n  x: {zh: 甲, en: X, osm_any: [{a: }]}\n", ":2: types.x.osm_any[0].a: None is no test of a tag"),
        ("types:\n  x: {zh: 甲}\n", ":2: types.x.en: this key is missing"),
        ("types:\n  x: {zh: 甲, en: X, nam_re: a}\n", ":2: types.x.nam_re: unknown key; did you mean 'name_re'?"),
        ("types: {x: {zh: 甲, en: X, in_doubt: [yy]}}\n", ": catalogue: unknown facility type 'yy'"),
        ("types: {}\nsupersedes: {x: [bank]}\n", ": catalogue: unknown facility type 'x'"),
    ],
)
def test_refused(tmp_path, text, message):
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_catalogue(path)
    assert str(caught.value).startswith(f"{path}{message}")


def test_missing_file(tmp_path):
    with pytest.raises(SourceError, match="cannot be read"):
        load_catalogue(tmp_path / "none.yml")
