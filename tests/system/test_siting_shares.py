"""Shares of a plan: one denominator in text, JSON, table and figure; and what a reader is told in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from lifecircle.model.siting import SitingPlan
from lifecircle.model.siting_options import SitingOptions
from lifecircle.outputs.figures.paper import drawing
from lifecircle.outputs.figures.tradeoff import tradeoff_chart
from lifecircle.outputs.phrases import percent
from lifecircle.outputs.siting_document import plan_document
from lifecircle.outputs.siting_text import plan_text
from lifecircle.pipeline.audit import Audit
from lifecircle.pipeline.siting.files import plan_view
from lifecircle.pipeline.siting.site import site

BUDGET = SitingOptions(budget=7.0, prices={"clinic": 3.0})
QUESTIONS: dict[str, dict[str, Any]] = {
    "one type": {"type": "clinic", "count": 2},
    "two types": {"type": ("clinic", "pharmacy"), "options": BUDGET},
    "all circles": {"count": 2},
    "person-circles": {"count": 2, "options": SitingOptions(objective="person_circles")},
}


@pytest.fixture(scope="module")
def demo(audited: Callable[[str], Audit]) -> Audit:
    return audited("demo")


@pytest.fixture(scope="module")
def plans(demo: Audit) -> dict[str, SitingPlan]:
    return {name: site(demo.place, **question) for name, question in QUESTIONS.items()}


@pytest.mark.parametrize(("name", "parts"), [("one type", 1), ("two types", 2), ("all circles", 1)])
def test_shares_in_text_and_json_are_of_the_same_whole(
    demo: Audit, plans: dict[str, SitingPlan], name: str, parts: int
) -> None:
    plan, view = plans[name], plan_view(demo.place, plans[name], language="en")
    assert plan.parts == parts
    reached = plan_document(view)["reached"][plan.objective]
    last = plan.tradeoff.iloc[-1]
    assert last["share"] == pytest.approx(reached["share_after"], rel=1e-12)
    text = plan_text(view)
    for share in (plan.share(plan.value), reached["share_before"], reached["share_after"], last["bound_share"]):
        assert percent(share) in text
    assert f"better than {percent(plan.share(plan.bound))} of" in text or plan.status == "optimal"
    assert text.splitlines().count("") >= 4
    assert max(map(float, re.findall(r"([0-9.]+)%", text))) <= 100.0


def test_person_circles_are_shares_of_weight_times_circles(demo: Audit, plans: dict[str, SitingPlan]) -> None:
    plan = plans["person-circles"]
    assert plan.parts == len(plan.circles_counted) == 8
    text = plan_text(plan_view(demo.place, plan, language="zh"))
    assert "×8 圈" in text
    assert max(map(float, re.findall(r"([0-9.]+)%", text))) <= 100.0
    assert plan.tradeoff["share"].iloc[-1] == pytest.approx(plan.share(plan.reached["person_circles"].after), rel=1e-12)


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_figure_draws_the_table_from_today_on(demo: Audit, plans: dict[str, SitingPlan], name: str) -> None:
    plan = plans[name]
    with drawing("en"):
        figure = tradeoff_chart(plan_view(demo.place, plan, language="en"))
    bound, found = figure.axes[0].lines
    today = plan.share(plan.reached[plan.objective].before)
    assert today is not None
    assert found.get_ydata() == pytest.approx([100.0 * today, *(100.0 * plan.tradeoff["share"])])
    assert bound.get_ydata() == pytest.approx([100.0 * today, *(100.0 * plan.tradeoff["bound_share"])])
    steps = plan.tradeoff["price" if name == "two types" else "sites"]
    assert list(found.get_xdata()) == [0.0, *steps]


def test_the_figure_of_a_p_median_is_in_minutes(demo: Audit) -> None:
    plan = site(demo.place, type="clinic", count=2, problem="p-median")
    view = plan_view(demo.place, plan, language="zh")
    assert "至最近设施的步行时间" in plan_text(view)
    with drawing("zh"):
        figure = tradeoff_chart(view)
    found = figure.axes[0].lines[1]
    assert found.get_ydata() == pytest.approx([plan.minutes_before, *plan.tradeoff["value"]])


def test_notes_name_all_types_and_circles_in_words(demo: Audit, plans: dict[str, SitingPlan]) -> None:
    both = site(demo.place, type=("bank", "police"), count=2, options=SitingOptions(minutes=8.0))
    own = next(note for note in both.notes if note.code == "siting.own_threshold")
    assert own.en.startswith("Bank")
    assert "Police" in own.en
    assert "派出所" in own.zh
    thin = next(note for note in plans["all circles"].notes if note.code == "siting.thin_left_alone")
    assert "Green mobility" in thin.en
    assert "绿色出行" in thin.zh
