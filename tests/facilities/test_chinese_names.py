"""Chinese names as official lists and mappers write them, each with the tags that carry it."""

import csv
from pathlib import Path

import pytest

from lifecircle.config.catalogue import load_catalogue
from lifecircle.facilities.classify import Classifier

TABLE = Path(__file__).with_name("chinese_names.csv")


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tags_of(row: dict[str, str]) -> dict[str, str]:
    return dict(part.split("=") for part in row["tags"].split()) | {"name": row["name"]}


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier(load_catalogue())


def test_table_is_long_enough_and_names_known_types() -> None:
    table, known = rows(), load_catalogue().types
    assert len({row["name"] for row in table}) >= 150
    assert {kind for row in table for kind in row["types"].split()} <= set(known)


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['name']}-{row['tags']}")
def test_name(row: dict[str, str], classifier: Classifier) -> None:
    tags = tags_of(row)
    kind = "line" if tags.get("highway") in ("footway", "cycleway") else "area"
    assert set(classifier.types_of(tags, kind).strict) == set(row["types"].split())
    assert classifier.may_match(tags) or not row["types"]
