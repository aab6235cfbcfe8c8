"""Rules on facilities' attributes, from a list of a few rows to the verdict."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sources.table_files import xlsx_bytes

import lifecircle as lc
from lifecircle.facilities.prepare import ATTRIBUTE_KEYS
from lifecircle.model.tables import attributes_of

BOX, EXTENT = (-18.122, 65.672, -18.092, 65.688), (-18.20, 65.64, -18.04, 65.71)
STANDARD = """
id: mine
title: {{zh: 测试, en: Test}}
default_rule: claim
circles:
  - id: plain
    zh: 幼儿园
    en: Any kindergarten
    claim: {{any: [kindergarten], min: 10, source: of ours, label: judgement}}
  - id: asked
    zh: 普惠园
    en: Affordable
    claim: {{any: [kindergarten], min: 10, where: {where}, source: of ours, label: judgement}}
"""


@pytest.fixture(scope="module")
def kindergartens() -> list[tuple[str, float, float]]:
    """Return name and place of the packaged town's kindergartens, as the map has them."""
    table = lc.load_place(lc.demo_study(), cache=False).facilities.to_crs(4326)
    rows = table[table["type"] == "kindergarten"]
    points = rows.geometry.representative_point()
    return [(name, point.x, point.y) for name, point in zip(rows["name"], points, strict=True)]


def study(folder: Path, rows: list[tuple[object, ...]], *, where: str, **keys: object) -> Path:
    header = ("名称", "类型", "经度", "纬度", "性质", "星级")
    (folder / "园.xlsx").write_bytes(xlsx_bytes(header, *rows))
    (folder / "mine.yml").write_text(STANDARD.format(where=where), encoding="utf-8")
    content = {
        "study": {"name": "Town", "boundary": list(BOX)},
        "osm": {"file": str(lc.demo_study().parent / "akureyri.osm.pbf"), "extent": list(EXTENT)},
        "standard": "mine.yml",
        "origin": {"kind": "building"},
        "facilities": [{"file": "园.xlsx", "datum": "wgs84"}],
        "language": "en",
        **keys,
    }
    path = folder / "study.yml"
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def listed(kindergartens: list[tuple[str, float, float]], *kinds: str) -> list[tuple[object, ...]]:
    """Return rows of a list; the kinds go round, "" leaves the cell empty."""
    return [(name, "幼儿园", x, y, kinds[n % len(kinds)], n) for n, (name, x, y) in enumerate(kindergartens)]


def test_a_column_of_a_list_decides(tmp_path: Path, kindergartens: list[tuple[str, float, float]]) -> None:
    """Every kindergarten is listed, all others 民办: a home is covered exactly where one of the first kind is near."""
    place = lc.load_place(study(tmp_path, listed(kindergartens, "普惠 ", "民办", "民办"), where="{性质: 普惠}"))
    assert {attributes_of(text).get("性质") for text in place.facilities["attributes"]} == {None, "普惠", "民办"}
    found = lc.audit(place)
    status = found.residences["asked_status"]
    assert set(status) == {"covered", "not_covered"}
    served = place.facilities["attributes"].reindex(found.residences["asked_facility_id"][status == "covered"])
    assert {attributes_of(text)["性质"] for text in served} == {"普惠"}
    assert (found.residences["asked_min"] >= found.residences["plain_min"]).all()
    assert not [note for note in found.coverage.notes if note.code.startswith("where.")]
    again = lc.load_place(tmp_path / "study.yml")  # from the cache
    assert again.facilities["attributes"].equals(place.facilities["attributes"])


def test_what_nobody_says_is_unknown(tmp_path: Path, kindergartens: list[tuple[str, float, float]]) -> None:
    found = lc.audit(lc.load_place(study(tmp_path, listed(kindergartens, "普惠", "", ""), where="{性质: 普惠}")))
    near = found.residences["plain_status"] == "covered"
    assert set(found.residences["asked_status"][near]) == {"covered", "unknown"}
    assert set(found.residences["asked_status"][~near]) == {"not_covered"}  # no kindergarten at all within 10 min
    assert "where.partly_known" in [note.code for note in found.coverage.notes]


def test_a_misspelt_column_or_value_is_said(tmp_path: Path, kindergartens: list[tuple[str, float, float]]) -> None:
    path = study(tmp_path, listed(kindergartens, "普惠", "民办"), where="{性制: 普惠}")
    with pytest.raises(lc.errors.ConfigError, match=r"circle 'asked' of mine: where asks for '性制'.*valid: .*性质"):
        lc.audit(lc.load_place(path))
    path = study(tmp_path, listed(kindergartens, "普惠", "民办"), where="{性质: 公办}")
    notes = {note.code: note for note in lc.audit(lc.load_place(path)).coverage.notes}
    assert "values there: 民办 (" in notes["where.value_unseen"].en


def test_a_number_of_a_sheet_is_a_value(tmp_path: Path, kindergartens: list[tuple[str, float, float]]) -> None:
    found = lc.audit(lc.load_place(study(tmp_path, listed(kindergartens, ""), where="{星级: 1}")))
    assert "covered" in set(found.residences["asked_status"])


def test_tags_of_the_map_are_attributes(tmp_path: Path) -> None:
    """No kindergarten of the town has operator:type: those in reach of one are unknown, and the notes say so."""
    place = lc.load_place(study(tmp_path, [], where='{"operator:type": public}', facilities=[]))
    said = [attributes_of(text) for text in place.facilities["attributes"]]
    assert any(said)
    assert {key for one in said for key in one} <= set(ATTRIBUTE_KEYS)
    tags = place.objects["tags"].to_dict()
    for thing, merged, one in zip(place.facilities["object_id"], place.facilities["merged"], said, strict=True):
        parts = [tags[part] for part in [thing, *filter(None, merged.split(";"))]]
        assert all(any(part.get(key, "").strip() == value for part in parts) for key, value in one.items())
    found = lc.audit(place)
    near = found.residences["plain_status"] == "covered"
    assert set(found.residences["asked_status"][near]) == {"unknown"}
    assert "where.nothing_known" in [note.code for note in found.coverage.notes]
