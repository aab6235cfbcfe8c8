"""A city's own facility types, by keyword in its own standard, with no change of code: from the map and from a list."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from system.edited_map import Spot, edited
from system.studies import audit_of

from lifecircle.cli import group

STANDARD = """\
id: mine
title: {zh: 邢台便民圈, en: Xingtai's circles}
default_rule: claim
types:
  workers_rest: {zh: 工会驿站, en: Workers' rest station, name_re: "工会驿站|户外劳动者"}
  bianque: {zh: 扁鹊堂, en: Bianque hall, name_re: "扁鹊堂", osm_any: [{amenity: [doctors, clinic], name: "~扁鹊堂"}]}
circles:
  - id: workers
    zh: 工会驿站
    en: Workers' rest
    claim: {any: [workers_rest], min: 15, source: "city plan", label: read}
  - id: medicine
    zh: 中医
    en: Chinese medicine
    claim: {any: [bianque, tcm], min: 15, source: "city plan", label: read}
"""
STUDY = """\
study: {name: {zh: 镇, en: Town}, boundary: [-18.175, 65.654, -18.075, 65.706]}
osm: {file: town.osm.pbf, extent: [-18.20, 65.64, -18.04, 65.71]}
standard: own.yml
origin: {kind: building}
facilities: [{file: list.csv, datum: wgs84}]
"""
MAPPED = (
    Spot(9_000_000_001, -18.10, 65.68, {"name": "泉城扁鹊堂", "amenity": "doctors"}),
    Spot(9_000_000_002, -18.11, 65.68, {"name": "东风路工会驿站", "office": "association"}),
    Spot(9_000_000_003, -18.11, 65.67, {"name": "工会驿站", "highway": "bus_stop"}),  # a stop is named after it
)
LISTED = "名称,类型,经度,纬度\n北站,工会驿站,-18.09012,65.69012\n西山扁鹊堂,,-18.13012,65.69012\n"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    edited(folder / "town.osm.pbf", spots=MAPPED)
    for name, text in (("own.yml", STANDARD), ("list.csv", LISTED), ("study.yml", STUDY)):
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "study.yml"


def test_keywords_find_the_citys_own_types_in_map_and_list(study: Path) -> None:
    audit = audit_of(study)
    table = audit.place.facilities
    own = table[table["type"].isin(["workers_rest", "bianque"])]
    assert set(own.index) == {
        "n9000000001:bianque",
        "n9000000002:workers_rest",
        "list/2:workers_rest",
        "list/3:bianque",
    }
    assert list(audit.circles["facilities"]) == [2, 2]
    assert (audit.circles["share_residences"] > 0).all()
    assert "工会驿站" in audit.summary("zh")


def test_the_standard_is_valid_and_shown_in_both_languages(study: Path) -> None:
    file = str(study.with_name("own.yml"))
    found = CliRunner().invoke(group, ["standards", "validate", file])
    assert (found.exit_code, found.output.strip()) == (0, f"{file}: valid")
    shown = CliRunner().invoke(group, ["standards", "show", file, "--lang", "zh"]).output
    assert "自有类型: workers_rest, bianque" in shown


MISTAKES = [
    (', source: "city plan", label: read}', "}", ":11: circles[0].claim.source: this key is missing"),
    ("label: read", "label: verified", ":11: circles[0].claim.label: 'verified' is not one of 'read', 'second-hand'"),
    ("any: [workers_rest]", "any: [worker_rest]", ":11: unknown facility type 'worker_rest'; did you mean 'workers_r"),
    (
        "any: [workers_rest]",
        "any: workers_rest",
        ":11: circles[0].claim.any: got 'workers_rest', a list is needed: wri",
    ),
    ("min: 15", "minutes: 15", ":11: circles[0].claim.minutes: unknown key; did you mean 'min'?"),
    ("min: 15", "min: 十五", ":11: circles[0].claim.min: got '十五', a number is needed"),
    ("min: 15", "min: 15, max_m: 500", ":11: circles[0].claim: give one of min (minutes) and max_m (metres)"),
    ("id: medicine", "id: workers", ":12: circle id 'workers' is used twice"),
    ("id: medicine", "id: 中医", ":12: circles[1].id: got '中医': an id begins with a letter and has small letters"),
    ("default_rule: claim", "default_rule: strict", ":3: default_rule: 'strict' is not one of 'claim', 'standard' or"),
    ('name_re: "扁鹊堂"', 'name_re: "扁鹊(堂"', ":6: types.bianque.name_re: '扁鹊(堂' is not a regular expression"),
    ('name_re: "扁鹊堂"', "names: [扁鹊堂]", ":6: types.bianque.names: unknown key; did you mean 'name_re'?"),
    ("    zh: 中医\n", "", ":12: circles[1].zh: this key is missing"),
    ("any: [bianque, tcm]", "any: []", ":15: circles[1].claim.any: got []: at least 1 is needed"),
    ("    claim: {any: [bianque", "   claim: {any: [bianque", ":15:4: expected <block end>, but found '<block mapping"),
    ("circles:", "circle:", ":7: circle: unknown key; did you mean 'circles'?"),
    ("types:\n", "types:\n\tx: 1\n", ":5:1: found character '\\t' that cannot start any token: a tab: indent with"),
]


@pytest.mark.parametrize(("right", "wrong", "message"), MISTAKES)
def test_mistakes_are_explained_with_their_line(tmp_path: Path, right: str, wrong: str, message: str) -> None:
    file = tmp_path / "own.yml"
    assert right in STANDARD
    file.write_text(STANDARD.replace(right, wrong), encoding="utf-8")
    found = CliRunner().invoke(group, ["standards", "validate", str(file)])
    assert found.exit_code == 2
    assert f"own.yml{message}" in found.output
