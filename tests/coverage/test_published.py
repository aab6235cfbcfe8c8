"""Published counts beside mapped ones, on the grid city."""

from __future__ import annotations

import re

import pytest
from coverage_city import Fac, circle, make_case, need

from lifecircle.coverage.audit import audit_coverage
from lifecircle.coverage.completeness import Inventory
from lifecircle.coverage.published import published_frame, published_notes
from lifecircle.model.standard import Published
from lifecircle.model.words import Words

HERE = (20, 20)
PLANS = [circle("a", need("shop", "clinic")), circle("m", user_layer="renewal")]
# Three shops, one of them beyond the boundary (50 m beyond junction 40), and one clinic.
SITES = [Fac("shop", HERE), Fac("shop", (1, 0)), Fac("shop", (45, 0)), Fac("clinic", HERE)]


def table(**published: Published):
    case = make_case(PLANS, [HERE], SITES, published=published)
    return published_frame(case, Inventory.of(case)).set_index("id")


@pytest.mark.parametrize(("counts", "ratio"), [("stock", 0.2), ("works", None), ("planned", None), ("done", None)])
def test_only_a_stock_has_a_ratio(counts: str, ratio: float | None) -> None:
    """2 shops lie inside the study, 10 are published."""
    row = table(shop=Published(10, counts)).loc["shop"]
    assert row["mapped"] == 2
    assert row["ratio"] == pytest.approx(ratio) if ratio else row["ratio"] != row["ratio"]


def test_a_circle_counts_the_types_of_its_claim_once_and_comes_before_types() -> None:
    found = table(shop=Published(4, "works"), a=Published(6, "works"))
    assert list(found.index) == ["a", "shop"]
    assert list(found["mapped"]) == [3, 2]


def test_what_is_no_place_is_not_set_beside_places() -> None:
    """Beds are no clinics, and a list of estates is no facility of the map."""
    found = table(clinic=Published(3374, "done", planned=2400, unit=Words("张床位", "beds")), m=Published(294, "works"))
    assert found["mapped"].isna().all()
    assert found.loc["clinic", ["value", "planned", "unit_zh"]].tolist() == [3374, 2400, "张床位"]


def test_texts_are_in_both_languages() -> None:
    told = Published(1, "stock", of="商店", source=Words("年鉴", "yearbook"), as_of="2024")
    row = table(shop=told).loc["shop"]
    assert (row["of_zh"], row["of_en"], row["source_zh"], row["source_en"]) == ("商店", "商店", "年鉴", "yearbook")
    assert (told.about("zh"), told.about("en")) == ("商店, 2024, 年鉴", "商店, 2024, yearbook")


def test_a_published_count_never_reads_as_met() -> None:
    case = make_case(PLANS, [HERE], SITES, published={"shop": Published(1, "done", planned=1)})
    (note,) = published_notes(case)
    assert not re.search(r"\bmet\b|achiev|reach", note.en)
    assert not re.search("达标|达到|完成目标|不实", note.zh)


def test_a_study_without_published_counts_says_nothing() -> None:
    case = make_case(PLANS, [HERE], SITES)
    audit = audit_coverage(case)
    assert audit.published.empty
    assert not [note for note in audit.notes if note.code.startswith("coverage.published")]
