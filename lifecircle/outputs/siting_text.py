"""A siting plan as text for the command line."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from lifecircle.outputs.aligned import aligned, width
from lifecircle.outputs.phrases import number, percent, phrase, phrase_or

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lifecircle.model.siting import SitedRequirement
    from lifecircle.model.siting_views import PlanView, ScoreView


def plan_text(view: PlanView) -> str:
    """Return the plan as text in the view's language; every share stands with reading, speed, origins and weight."""
    blocks = [_head(view), _result(view), _sites(view), _tradeoff(view), _notes(view)]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def weight_name(view: PlanView) -> str:
    """Return the name of what shares are taken of: the study's weight, where several count times their number."""
    plan, language = view.plan, view.language
    name = phrase(f"weight.{plan.weight}", language)
    return name if plan.parts == 1 else phrase(f"siting.mean.{plan.objective}", language, weight=name, parts=plan.parts)


def type_label(view: PlanView | ScoreView, kind: str) -> str:
    """Return the first of the names of a facility type."""
    known = view.catalogue.types.get(kind)
    name = known.name(view.language) if known else kind
    return name.split("、")[0].split(",")[0].split("/")[0].split(" or ")[0].strip()


def requirement_text(view: PlanView | ScoreView, each: SitedRequirement) -> str:
    """Return a requirement in words: types, threshold, speed, circle and reading."""
    language = view.language
    limit = phrase(
        "siting.minutes" if each.max_m is None else "siting.metres",
        language,
        value=number(each.minutes or each.max_m or 0.0),
    )
    circle = ""
    if each.circle:
        name = next(one.name(language) for one in view.standard.circles if one.id == each.circle)
        circle = phrase("siting.of_circle", language, circle=name, reading=phrase(f"reading.{each.reading}", language))
    types = phrase("list", language).join(type_label(view, kind) for kind in each.types)
    return phrase("siting.requirement", language, types=types, limit=limit, speed=number(each.speed_kmh), circle=circle)


def _head(view: PlanView) -> list[str]:
    plan, language = view.plan, view.language
    title = phrase("siting.title", language, name=view.area.name(language))
    origin = phrase("list", language).join(phrase(f"origin.{kind}", language) for kind in plan.origin_kind.split("|"))
    said = f" ({view.denominator.text(language)})" if view.denominator else ""
    source = phrase_or(f"siting.source.{plan.candidates['source']}", language, fallback=str(plan.candidates["source"]))
    goal = "minutes" if plan.unit == "minutes" else plan.objective
    rows = [
        (phrase("siting.label.question", language), phrase(f"siting.problem.{plan.problem}", language)),
        (phrase("siting.label.counts", language), phrase(f"siting.objective.{goal}", language)),
        *(
            (phrase("siting.label.requirement", language) if first else "", requirement_text(view, each))
            for first, each in zip([True, *[False] * len(plan.requirements)], plan.requirements, strict=False)
        ),
        (phrase("siting.label.reading", language), phrase(f"reading.{plan.rule}", language)),
        (phrase("siting.label.speed", language), f"{number(plan.speed_kmh)} km/h"),
        (phrase("siting.label.origin", language), origin),
        (phrase("siting.label.weight", language), phrase(f"weight.{plan.weight}", language) + said),
        (phrase("siting.label.candidates", language), f"{plan.candidates['count']:,} ({source})"),
    ]
    return [title, "=" * width(title), *aligned(rows)]


def _result(view: PlanView) -> list[str]:
    plan, language, weight = view.plan, view.language, weight_name(view)
    if not len(plan.sites):
        return [phrase("siting.nothing", language)]
    total, count, circles = plan.total or 1.0, len(plan.sites), len(plan.circles_counted)
    goal, each = plan.reached[plan.objective], plan.reached["person_circles"]
    shares = {name: percent(plan.share(getattr(goal, name))) for name in ("before", "after", "gain")}
    means = (f"{each.before / total:.2f}", f"{each.after / total:.2f}")
    if plan.minutes_before is not None:
        mean = {"before": f"{plan.minutes_before:.2f}", "after": f"{plan.value:.2f}"}
        lines = [phrase("siting.walk", language, count=count, **mean)]
        lines.append(phrase("siting.covered", language, count=count, weight=weight, **shares))
    elif plan.objective == "all_circles":
        lines = [phrase("siting.joint", language, count=count, weight=weight, circles=circles, **shares)]
    elif plan.objective == "person_circles":
        lines = [phrase("siting.person", language, count=count, before=means[0], after=means[1], circles=circles)]
    else:
        lines = [phrase("siting.covered", language, count=count, weight=weight, **shares)]
    split = {
        name: percent(plan.share(getattr(plan, f"from_{word}")))
        for name, word in (("known", "not_covered"), ("unknown", "unknown"))
    }
    lines.append("  " + phrase("siting.split", language, **split))
    return [*lines, *_circles(view), _proof(view)]


def _circles(view: PlanView) -> list[str]:
    """Return the joint verdict before and after, and the circles that it counts."""
    plan, language, total, circles = view.plan, view.language, view.plan.total or 1.0, len(view.plan.circles_counted)
    if not circles:
        return []
    every, each = plan.reached["all_circles"], plan.reached["person_circles"]
    shares = {"before": percent(every.before / total), "after": percent(every.after / total)}
    means = {"mean_before": f"{each.before / total:.2f}", "mean_after": f"{each.after / total:.2f}"}
    names = [one.name(language) for one in view.standard.circles if one.id in plan.circles_counted]
    return [
        "  " + phrase("siting.also", language, circles=circles, **shares, **means),
        "  " + phrase("siting.circles", language, names=phrase("list", language).join(names)),
    ]


def _proof(view: PlanView) -> str:
    plan, language = view.plan, view.language
    method = phrase("list", language).join(phrase(f"siting.method.{one}", language) for one in plan.method)
    if plan.status == "optimal":
        return phrase("siting.proven", language, method=method)
    value = percent(plan.share(plan.bound)) if plan.unit == "weight" else number(round(plan.bound, 2))
    unit = "sites" if plan.unit == "price" and (plan.sites["price"] == 1.0).all() else plan.unit
    bound = phrase(f"siting.bound.{unit}", language, value=value, weight=weight_name(view))
    return phrase("siting.gap", language, bound=bound, gap=percent(plan.gap), method=method)


def _sites(view: PlanView) -> list[str]:
    plan, language = view.plan, view.language
    if not len(plan.sites):
        return []
    heads = ("order", "type", "place", "lon_lat", "gain", "alone", "total")
    rows: list[Sequence[str]] = [tuple(phrase(f"siting.head.{head}", language) for head in heads)]
    rows += [
        (
            str(site["order"]),
            type_label(view, site["type"]),
            site["name"] or site["candidate_id"],
            f"{site['lon']:.5f}, {site['lat']:.5f}",
            percent(plan.share(site["gain"])),
            percent(plan.share(site["gain_alone"])),
            percent(plan.share(site["total"])),
        )
        for site in plan.sites.to_dict("records")
    ]
    return [phrase("siting.sites", language, weight=weight_name(view)), *aligned(rows, right=(0, 4, 5, 6))]


def _tradeoff(view: PlanView) -> list[str]:
    plan, language = view.plan, view.language
    if len(plan.tradeoff) < 2:  # one row is the plan itself
        return []
    heads = ("sites", "price", "first" if plan.problem == "lscp" else "value", "bound")
    rows: list[Sequence[str]] = [tuple(phrase(f"siting.head.{head}", language) for head in heads)]
    for step in plan.tradeoff.to_dict("records"):
        shown = (
            (f"{step['value']:.2f}", f"{step['bound']:.2f}")
            if math.isnan(step["share"])
            else (percent(step["share"]), percent(step["bound_share"]))
        )
        rows.append((str(step["sites"]), number(step["price"]), *shown))
    return [phrase("siting.tradeoff", language), *aligned(rows, right=(0, 1, 2, 3))]


def _notes(view: PlanView) -> list[str]:
    return [f"{'!' if note.warning else '-'} {note.text(view.language)}" for note in view.plan.notes]
