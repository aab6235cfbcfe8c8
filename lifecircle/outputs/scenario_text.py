"""A scenario's effect as text for the command line."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from lifecircle.outputs.phrases import basis, circle_name, percent, phrase, share_range, type_label, weight_name
from lifecircle.outputs.scenario_document import scenario_document

if TYPE_CHECKING:
    from lifecircle.model.what_if import ScenarioView
from lifecircle.outputs.aligned import aligned, width


def scenario_title(view: ScenarioView) -> str:
    """Return ``What if: <name>``, with the beginning of the id where it has no name."""
    language = view.before.language
    name = view.scenario.name or f"{phrase('scenario.unnamed', language)} {view.scenario.id[:12]}"
    return phrase("scenario.title", language, name=name)


def points(change: float | None, language: str) -> str:
    """Return a difference of shares in percentage points with its sign; tenths, hundredths below one tenth.

    Examples
    --------
    >>> points(0.0123, "en"), points(-0.0004, "en"), points(0.0, "en"), points(None, "en")
    ('+1.2 pp', '-0.04 pp', '0 pp', '–')
    """
    if change is None or change != change:  # noqa: PLR0124  # NaN
        return "–"
    value = change * 100.0
    if value == 0:
        shown = "0"
    elif abs(value) < 0.005:
        shown = "<+0.01" if value > 0 else ">-0.01"
    else:
        shown = f"{value:+.2f}" if abs(value) < 0.1 else f"{value:+.1f}"
    return phrase("scenario.pp", language, value=shown)


def headline_sentence(view: ScenarioView) -> str:
    """Return the joint verdict before and after as one sentence."""
    joint, language = view.effect.joint, view.before.language
    if joint.before["all_circles_share"] is None or joint.after["all_circles_share"] is None:
        return phrase("scenario.headline_none", language)
    shares = [
        share_range(side["all_circles_share"], side["all_circles_share_upper"], language=language)
        for side in (joint.before, joint.after)
    ]
    return phrase(
        "scenario.headline",
        language,
        counted=len(joint.circles_counted),
        before=shares[0],
        after=shares[1],
        weight=weight_name(view.before),
        change=points(joint.after["all_circles_share"] - joint.before["all_circles_share"], language),
    )


def who_sentence(view: ScenarioView) -> str:
    """Return how many residences gain and lose, and what they weigh."""
    document, joint = scenario_document(view), view.effect.joint
    gains, losses = document["gains"], document["losses"]
    return phrase(
        "scenario.who",
        view.before.language,
        gained=f"{gains['residences']:,}",
        gained_share=percent(gains["weight_share"]),
        lost=f"{losses['residences']:,}",
        lost_share=percent(losses["weight_share"]),
        full=f"{joint.gained_residences:,}",
        less=f"{joint.lost_residences:,}",
        weight=weight_name(view.before),
    )


def type_sentences(view: ScenarioView) -> list[str]:
    """Return, for every type that the scenario changes, who comes within its threshold and who is within it no more."""
    total = math.fsum(view.before.audit.residences["weight"].to_numpy(dtype=float))
    return [
        phrase(
            "scenario.type_who",
            view.before.language,
            type=type_label(view.before, str(row["type"])),
            minutes=f"{row['limit_min']:g}",
            weight=weight_name(view.before),
            **{side: f"{row[f'{side}_residences']:,}" for side in ("gained", "lost")},
            **{
                f"{side}_share": percent(row[f"{side}_weight"] / total if total > 0 else None)
                for side in ("gained", "lost")
            },
        )
        for row in view.types.to_dict("records")
    ]


def scenario_text(view: ScenarioView, language: str) -> str:
    """Return the plain-text summary of a scenario in `language`; ends with a line break."""
    view = replace(view, before=replace(view.before, language=language), after=replace(view.after, language=language))
    title, joint = scenario_title(view), view.effect.joint
    lines = [title, "=" * width(title)]
    if view.scenario.note:
        lines.append(view.scenario.note)
    lines += [f"{phrase('scenario.id', language)}{phrase('colon', language)}{view.scenario.id}", ""]
    lines += [headline_sentence(view), f"  {basis(view.before)}"]
    left = (*joint.only_before, *joint.only_after)
    if left:
        names = phrase("list", language).join(circle_name(view.before, circle) for circle in left)
        lines.append("  " + phrase("scenario.left_out", language, circles=names))
    lines += [who_sentence(view), *type_sentences(view)]
    if view.effect.newcomers:
        lines.append(phrase("scenario.newcomers", language, count=f"{view.effect.newcomers:,}"))
    lines += ["", *_circle_table(view), *_reading_lines(view), *_type_lines(view)]
    notes = [note.text(language) for note in view.notes]
    lines += ["", *(f"- {note}" for note in notes)] if notes else []
    return "\n".join(lines) + "\n"


def _circle_table(view: ScenarioView) -> list[str]:
    language = view.before.language
    head = [phrase(f"scenario.{name}", language) for name in ("circle", "before", "after", "points", "gain", "loss")]
    rows = [head]
    for circle, row in view.effect.circles.iterrows():
        shares = [
            share_range(row[f"share_{side}"], row[f"share_upper_{side}"], language=language)
            for side in ("before", "after")
        ]
        counts = [f"{int(row[name]):,}" for name in ("gained_residences", "lost_residences")]
        rows.append([circle_name(view.before, str(circle)), *shares, points(row["change"], language), *counts])
    return aligned(rows, right=(1, 2, 3, 4, 5))


def _reading_lines(view: ScenarioView) -> list[str]:
    """Return the circles that change in another reading than the headline's."""
    language, table = view.before.language, view.effect.readings
    rows = table[(table["reading"] != view.before.audit.rule) & (table["change"].abs() > 0)]
    lines = []
    for row in rows.to_dict("records"):
        all_ = row["circle"] == "all_circles"
        name = phrase("map.all_circles", language) if all_ else circle_name(view.before, str(row["circle"]))
        shares = f"{percent(row['share_before'])} → {percent(row['share_after'])}"
        lines.append(
            [
                phrase(f"reading.{row['reading']}", language),
                name,
                shares,
                points(row["change"], language),
            ]
        )
    return ["", phrase("scenario.readings", language), *aligned(lines, right=(2, 3))] if lines else []


def _type_lines(view: ScenarioView) -> list[str]:
    """Return how near the types are that the scenario touches."""
    language, lines = view.before.language, []
    for row in view.types.to_dict("records"):
        shares = [
            f"{percent(row[f'within_{minutes}_before'])} → {percent(row[f'within_{minutes}_after'])}"
            for minutes in (5, 10, 15)
        ]
        counts = f"{row['facilities_before']} → {row['facilities_after']}"
        lines.append([type_label(view.before, str(row["type"])), counts, *shares])
    if not lines:
        return []
    head = [phrase(f"scenario.{name}", language) for name in ("type", "number")]
    minutes = [phrase("scenario.within", language, minutes=value) for value in (5, 10, 15)]
    title = phrase("scenario.types", language, weight=weight_name(view.before))
    return ["", title, *aligned([[*head, *minutes], *lines], right=(1, 2, 3, 4))]
