"""Siting on the sample town: what a plan promises is what an audit of the built place finds."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import lifecircle as lc
from lifecircle.model.siting import SCORE_COLUMNS, SITE_COLUMNS, TRADEOFF_COLUMNS, SitingPlan
from lifecircle.model.siting_options import SitingOptions
from lifecircle.pipeline.audit import Audit
from lifecircle.pipeline.scenarios.what_if import what_if
from lifecircle.pipeline.siting.score import score
from lifecircle.pipeline.siting.site import site

QUESTIONS: dict[str, dict[str, Any]] = {
    "most people": {"type": "clinic", "count": 3},
    "a type of another reading": {"type": "pharmacy", "count": 2},
    "fewest sites": {"type": "clinic", "problem": "lscp"},
    "least minutes": {"type": "clinic", "count": 2, "problem": "p-median"},
    "all circles": {"count": 4},
    "person-circles": {"count": 3, "options": SitingOptions(objective="person_circles")},
    "a budget": {
        "type": ("clinic", "book_house", "park"),
        "options": SitingOptions(budget=7.0, prices={"clinic": 3.0, "park": 2.0}),
    },
    "own minutes": {"type": "bank", "count": 2, "options": SitingOptions(minutes=8.0)},
    "a thin type": {"type": "bus_stop", "count": 2, "options": SitingOptions(accept_unknown=True)},
}


@pytest.fixture(scope="module")
def demo(audited: Callable[[str], Audit]) -> Audit:
    return audited("demo")


@pytest.fixture(scope="module")
def plans(demo: Audit) -> dict[str, SitingPlan]:
    return {name: site(demo.place, **question) for name, question in QUESTIONS.items()}


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_audit_of_the_built_place_finds_what_the_plan_promises(
    demo: Audit, plans: dict[str, SitingPlan], name: str
) -> None:
    plan = plans[name]
    built = what_if(demo.place, plan.as_scenario(), baseline=demo).audit.coverage
    for audit, when in ((demo.coverage, "before"), (built, "after")):
        headline = audit.headline
        assert headline.circles_counted == plan.circles_counted
        assert headline.all_circles_share == getattr(plan.reached["all_circles"], when) / plan.total
        assert headline.mean_circles_covered == getattr(plan.reached["person_circles"], when) / plan.total
    assert len(plan.sites) > 0
    goal = plan.reached[plan.objective]
    assert math.isclose(goal.gain, plan.from_not_covered + plan.from_unknown, rel_tol=1e-12)
    assert math.isclose(float(plan.sites["gain"].sum()), goal.gain, rel_tol=1e-9)
    assert plan.sites["total"].iloc[-1] == goal.after


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_plan_states_objective_bound_gap_and_trade_off(plans: dict[str, SitingPlan], name: str) -> None:
    plan = plans[name]
    assert tuple(plan.sites.columns) == SITE_COLUMNS
    assert tuple(plan.tradeoff.columns) == TRADEOFF_COLUMNS
    better = plan.value <= plan.bound * (1 + 1e-9) if plan.unit == "weight" else plan.bound <= plan.value * (1 + 1e-9)
    assert better
    assert plan.gap <= 0.06
    assert plan.status in ("optimal", "within_gap")
    curve = plan.tradeoff["value"].to_numpy()
    rising = -curve if plan.unit == "minutes" else curve
    assert np.all(np.diff(rising) >= -1e-9)
    if plan.unit == "minutes":
        assert np.all(plan.tradeoff["bound"] <= curve + 1e-9)
    else:
        assert np.all(plan.tradeoff["bound"] >= curve - 1e-9)
        assert curve[-1] == plan.reached[plan.objective].after


def test_the_requirement_covered_is_that_of_the_circle(demo: Audit, plans: dict[str, SitingPlan]) -> None:
    plan = plans["most people"]
    (asked,) = plan.requirements
    assert (asked.circle, asked.reading, asked.minutes, asked.sited) == ("health", "claim", 15.0, ("clinic",))
    shares = demo.coverage.circles.loc["health", "share_floor_area"]
    assert plan.reached["requirement"].before / plan.total == shares
    built = what_if(demo.place, plan.as_scenario(), baseline=demo).audit.coverage
    assert plan.reached["requirement"].after / plan.total == built.circles.loc["health", "share_floor_area"]


def test_mean_minutes_are_those_of_the_built_place(demo: Audit, plans: dict[str, SitingPlan]) -> None:
    plan = plans["least minutes"]
    pool = ("health_community", "clinic", "hospital")
    weight = demo.coverage.residences["weight"].to_numpy()

    def mean(place: lc.Place) -> float:
        walk = lc.nearest_times(place, types=pool).value.min(axis=1) / 60_000
        return float((np.minimum(walk, 30.0) * weight).sum() / weight.sum())

    built = what_if(demo.place, plan.as_scenario(), baseline=demo).audit.place
    assert plan.minutes_before == pytest.approx(mean(demo.place), rel=1e-9)
    assert plan.value == pytest.approx(mean(built), rel=1e-9)


def test_lscp_leaves_nobody_who_can_be_covered(plans: dict[str, SitingPlan]) -> None:
    plan = plans["fewest sites"]
    reached = plan.reached["requirement"]
    assert reached.after == pytest.approx(plan.total - plan.out_of_reach, rel=1e-12)
    assert plan.value == len(plan.sites)
    assert plan.from_unknown > 0  # residences near the edge of the data are covered too, and told apart


def test_joint_plans_are_no_worse_than_single_type_plans_together(demo: Audit, plans: dict[str, SitingPlan]) -> None:
    joint = plans["all circles"]
    kinds = ("community_service", "elder_community", "book_house")
    covered: dict[tuple[str, int], np.ndarray] = {}
    for kind in kinds:
        for count in (1, 2):
            changes = site(demo.place, type=kind, count=count).as_scenario().changes
            built = what_if(demo.place, changes, baseline=demo).audit.coverage.residences
            covered[kind, count] = np.stack([built[f"{c}_status"] == "covered" for c in joint.circles_counted])
    weight = demo.coverage.residences["weight"].to_numpy()
    for share in [(2, 1, 1), (1, 2, 1), (1, 1, 2), (2, 2, 0), (2, 0, 2), (0, 2, 2)]:
        parts = [covered[kind, count] for kind, count in zip(kinds, share, strict=True) if count]
        every = np.logical_or.reduce(parts).all(axis=0)
        assert weight[every].sum() <= joint.reached["all_circles"].after * (1 + 1e-12)


def test_a_budget_is_kept_and_prices_are_told(plans: dict[str, SitingPlan]) -> None:
    plan = plans["a budget"]
    assert plan.sites["price"].sum() <= 7.0
    assert set(plan.sites["type"]) <= {"clinic", "book_house", "park"}
    assert plan.tradeoff["price"].iloc[-1] == plan.sites["price"].sum()


def test_of_types_that_serve_the_same_the_cheapest_is_built(demo: Audit) -> None:
    prices = {"community_service": 2.0, "book_house": 2.0}  # libraries and cultural centres serve the same circle
    plan = site(demo.place, options=SitingOptions(budget=6.0, prices=prices))
    assert "culture_venue" in {kind for each in plan.requirements for kind in each.sited}
    assert "book_house" not in set(plan.sites["type"])
    assert plan.sites["price"].sum() <= 6.0
    with pytest.raises(lc.errors.ConfigError, match=r"'bank'.*not among"):
        site(demo.place, options=SitingOptions(budget=6.0, prices={"bank": 2.0}))


def test_thin_types_are_refused_unless_accepted_and_the_plan_says_so(demo: Audit, plans: dict[str, SitingPlan]) -> None:
    with pytest.raises(lc.errors.InfeasibleError, match=r"thin.*--accept-unknown"):
        site(demo.place, type="bus_stop", count=2)
    accepted = plans["a thin type"]
    assert "siting.accept_unknown" in {note.code for note in accepted.notes if note.warning}
    assert accepted.from_not_covered == 0.0
    assert accepted.from_unknown > 0.0
    assert "siting.thin_left_alone" in {note.code for note in plans["all circles"].notes}
    assert "bus_stop" not in set(plans["all circles"].sites["type"])


def test_the_same_question_has_the_same_answer_in_both_engines(
    demo: Audit, plans: dict[str, SitingPlan], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIFECIRCLE_ENGINE", "scipy")
    for name in ("most people", "all circles"):
        again = site(demo.place, **QUESTIONS[name])
        pd.testing.assert_frame_equal(again.sites, plans[name].sites, check_exact=True)
        pd.testing.assert_frame_equal(again.tradeoff, plans[name].tradeoff, check_exact=True)
        assert (again.value, again.bound, again.gap) == (plans[name].value, plans[name].bound, plans[name].gap)


@pytest.mark.parametrize("source", ["grid", "land", "buildings"])
def test_other_candidates_lie_inside_and_are_named(demo: Audit, source: str) -> None:
    plan = site(demo.place, type="clinic", count=1, candidates=source)
    assert plan.candidates["source"] == source
    assert plan.sites["candidate_id"].str.match("grid/" if source == "grid" else "[nwr][0-9]").all()


def test_candidates_of_ones_own(demo: Audit, tmp_path: Path) -> None:
    rows = "name,lon,lat\nPlot A,-18.117,65.669\nPlot B,-18.131,65.690\nFar away,-18.3,65.691\nPlot C,-18.105,65.691\n"
    (tmp_path / "plots.csv").write_text(rows, encoding="utf-8")
    plan = site(demo.place, type="clinic", count=2, candidates=tmp_path / "plots.csv")
    assert plan.sites["name"].tolist() == ["Plot B", "Plot C"]
    assert plan.candidates["left_out"] == {"outside": 1}
    frame = pd.read_csv(tmp_path / "plots.csv")
    same = site(demo.place, type="clinic", count=2, candidates=frame)
    assert same.value == plan.value
    scores = score(demo.place, tmp_path / "plots.csv", type="clinic")
    assert tuple(scores.table.columns) == SCORE_COLUMNS
    assert scores.table["name"].tolist()[:3] == ["Plot B", "Plot C", "Plot A"]
    assert scores.table["status"].tolist() == ["scored", "scored", "scored", "outside"]
    best = scores.table.iloc[0]
    alone = site(demo.place, type="clinic", count=1, candidates=tmp_path / "plots.csv")
    assert best["gain_alone"] == pytest.approx(alone.value, rel=1e-12)
    built = what_if(demo.place, alone.as_scenario(), baseline=demo).audit.place
    walk = lc.nearest_times(built, types=("health_community", "clinic", "hospital")).value.min(axis=1) / 60_000
    weight = demo.coverage.residences["weight"].to_numpy()
    assert best["mean_minutes"] == pytest.approx(float((np.minimum(walk, 30.0) * weight).sum() / weight.sum()))
    assert scores.table["gain_in_order"].sum() == pytest.approx(
        site(demo.place, type="clinic", count=3, candidates=frame).value, rel=1e-9
    )


def test_existing_facilities_keep_their_distance(demo: Audit) -> None:
    near = site(demo.place, type="pharmacy", count=1)
    far = site(demo.place, type="pharmacy", count=1, options=SitingOptions(min_distance_m=1500.0))
    assert far.candidates["count"] < near.candidates["count"]
    assert far.value <= near.value


@pytest.mark.parametrize(
    ("question", "error", "said"),
    [
        ({"type": "pharmcy", "count": 1}, lc.errors.ConfigError, "pharmcy"),
        ({"type": "clinic"}, lc.errors.ConfigError, "how many"),
        ({"type": "clinic", "count": 0}, lc.errors.ConfigError, "count is 0"),
        ({"type": "clinic", "count": 1, "problem": "best"}, lc.errors.ConfigError, "mclp"),
        ({"count": 2, "problem": "p-median"}, lc.errors.ConfigError, "one type"),
        ({"type": "clinic", "count": 2, "problem": "lscp"}, lc.errors.InfeasibleError, "2 sites do not cover"),
        ({"type": "clinic", "count": 1, "candidates": "moon"}, lc.errors.ConfigError, "junctions"),
        ({"type": "clinic", "count": 1, "candidates": "gates"}, lc.errors.InfeasibleError, "no candidate is left"),
        (
            {"type": "clinic", "options": SitingOptions(budget=2.0, prices={"clinic": 3.0})},
            lc.errors.InfeasibleError,
            "buys nothing",
        ),
        (
            {"type": "clinic", "count": 1, "options": SitingOptions(prices={"park": 3.0})},
            lc.errors.ConfigError,
            "not among the types",
        ),
        (
            {"type": "clinic", "count": 1, "options": SitingOptions(circle="fitness")},
            lc.errors.ConfigError,
            "no circle of that id asks for the nearest clinic",
        ),
        (
            {"type": "clinic", "count": 1, "options": SitingOptions(min_distance_m=99_000.0)},
            lc.errors.InfeasibleError,
            "near_existing",
        ),
    ],
)
def test_what_cannot_be_answered_says_what_could_be(
    demo: Audit, question: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        site(demo.place, **question)


def test_nothing_to_gain_is_said(demo: Audit) -> None:
    plan = site(demo.place, type="clinic", count=2, options=SitingOptions(minutes=29.9, circle=None), candidates="grid")
    again = what_if(
        demo.place, site(demo.place, type="clinic", problem="lscp").as_scenario(), baseline=demo
    ).audit.place
    done = site(again, type="clinic", count=2)
    assert plan.candidates["source"] == "grid"
    assert (done.status, len(done.sites), done.value) == ("nothing_to_gain", 0, 0.0)
    assert "siting.nothing_to_gain" in {note.code for note in done.notes}


@pytest.mark.parametrize(
    "options",
    [{"prices": {"clinic": 0.0}}, {"budget": -1.0}, {"objective": "fame"}, {"minutes": 0.0}, {"exact_s": -1.0}],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(lc.errors.ConfigError):
        SitingOptions(**options)
