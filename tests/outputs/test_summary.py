"""The printed summary: complete, aligned, in both languages."""

from dataclasses import replace

import pytest
from outputs.views import small_view

from lifecircle.outputs.aligned import aligned, width
from lifecircle.outputs.phrases import number, percent, share_range, up_to_tenth
from lifecircle.outputs.summary import summary_text


def test_every_share_stands_with_its_basis():
    text = summary_text(small_view())
    assert "2 of 3 circles counted; all of them covered for 50.0%–60.0% of population" in text
    assert "(claim reading, 4.8 km/h, from residential buildings, share of population)" in text
    assert "(claim reading, 4 km/h, from residential buildings, share of population)" in text
    assert text.count("Circles counted: Health, Fitness") == 1
    assert text.count("Circles counted: as above") == 1  # at planner speed; the standard writes no other reading
    assert "1 of 2 thresholds verified" in text
    assert "population (register.csv)" in text
    assert "ODbL 1.0" in text


def test_circle_rows_give_bounds_or_the_reason():
    lines = {line.split("  ")[1]: line for line in summary_text(small_view()).splitlines() if line.startswith("  ")}
    assert lines["Fitness"].split()[-3:] == ["46.7%–66.7%", "33.3%", "20.0%"]
    assert "not assessable: needs the user's own list" in lines["Municipal upgrading"]
    assert "0.0%" not in lines["Municipal upgrading"]


def test_chinese_summary_uses_planning_words():
    text = summary_text(small_view(language="zh"))
    for words in (
        "宽口径",
        "3 圈中 2 圈可评估",
        "自住宅楼起算",
        "无法评估：需用户提供名单",
        "2 项阈值中 1 项已核对原文",
        "！手绘示例城镇。",
    ):
        assert words in text
    assert "claim" not in text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_columns_align_in_cells(language: str):
    lines = summary_text(small_view(language=language)).splitlines()
    rows = [line for line in lines if line.startswith(("  Health  ", "  Fitness  ", "  健康医疗  ", "  全民健身  "))]
    assert len({width(line) for line in rows}) == 1


def test_aligned_counts_wide_characters_twice():
    assert aligned([("健身", "1"), ("abc", "23")], right=(1,)) == ["  健身   1", "  abc   23"]


def test_nothing_assessable_prints_no_share():
    view = small_view()
    none = replace(view.audit.headline, circles_counted=(), all_circles_share=None, all_circles_share_upper=None)
    text = summary_text(replace(view, audit=replace(view.audit, headline=none)))
    assert "None of the 3 circles can be assessed: no joint share" in text


def test_rounding_never_says_all_or_none_wrongly():
    assert [percent(value) for value in (0.0, 0.0004, 0.0005, 0.99951, 1.0, None, float("nan"))] == [
        "0.0%", "<0.1%", "<0.1%", "99.9%", "100.0%", "–", "–",
    ]  # fmt: skip
    assert share_range(0.25, 0.25, language="en") == "25.0%"
    assert up_to_tenth(15.0) == 15.0
    assert up_to_tenth(15.0000167) == 15.1  # one millisecond over a threshold shows
    assert number(3.4) == "3.4"


def test_two_kinds_of_origin_are_both_named():
    view = small_view(language="zh")
    mixed = replace(view, audit=replace(view.audit, origin_kind="estate_gate|residential_area"))
    assert "自小区出入口起算、自居住用地单元起算" in summary_text(mixed)
