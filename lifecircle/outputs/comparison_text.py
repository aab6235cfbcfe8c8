"""The text of a comparison of two audits."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from lifecircle.model.comparison import CAUSES
from lifecircle.outputs.aligned import aligned, width
from lifecircle.outputs.phrases import number, percent, phrase, phrase_or, share_range, threshold_text, walking_speed

if TYPE_CHECKING:
    from lifecircle.model.comparison import AuditRecord, Comparison

TYPES_SHOWN = 12


def comparison_text(found: Comparison, language: str, *, types: Mapping[str, str]) -> str:
    """Return the plain-text summary of a comparison in `language` ("zh" or "en"), aligned for a fixed-width font.

    `types` names the facility types in that language.
    """
    blocks = [
        _head(found, language),
        _joint(found, language),
        _circles(found, language),
        _causes(found, language),
        _facilities(found, language, types=types),
        _notes(found, language),
        [phrase("attribution", language)],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def points_text(difference: float | None, language: str) -> str:
    """Return a difference of two shares in percentage points, with its sign.

    Examples
    --------
    >>> points_text(0.0512, "en"), points_text(-0.0001, "en"), points_text(0.0, "en")
    ('+5.1', '>-0.1', '0.0')
    """
    del language  # the same in both
    if difference is None or math.isnan(difference):
        return "–"
    if 0.0 < abs(difference) < 0.0005:
        return "<+0.1" if difference > 0 else ">-0.1"
    return "0.0" if difference == 0.0 else f"{difference * 100:+.1f}"


def comparison_title(found: Comparison, language: str) -> str:
    """Return what is compared: one name, or two."""
    first, second = found.a.name(language), found.b.name(language)
    name = first if first == second else phrase("compare.pair", language, first=first, second=second)
    return f"{name}{phrase('colon', language)}{phrase('compare.title', language)}"


def _head(found: Comparison, language: str) -> list[str]:
    title = comparison_title(found, language)
    rows = [
        (phrase("compare.first", language), side_text(found.a, language)),
        (phrase("compare.second", language), side_text(found.b, language)),
    ]
    return [title, "=" * width(title), *aligned(rows)]


def side_text(record: AuditRecord, language: str) -> str:
    """Return how one side was audited: its map, standard, reading, walker, origins and denominator."""
    profile = phrase_or(f"profile.{record.profile}", language, fallback=record.profile)
    origins = phrase("list", language).join(
        phrase(f"origin.{kind}", language) for kind in record.origin_kind.split("|")
    )
    parts = [
        phrase("compare.map_of", language, date=record.of_date or "?"),
        record.standard,
        phrase(f"reading.{record.rule}", language),
        f"{walking_speed(record.speed_kmh, language)} ({profile})",
        origins,
        phrase("compare.share_of", language, weight=phrase(f"weight.{record.weight}", language)),
    ]
    return phrase("comma", language).join(parts)


def who_text(found: Comparison, language: str) -> str:
    """Return how many residences gained or lost a circle, and how many of them for causes that are all unknown."""
    counts: dict[str, int] = {}
    for change in ("gained", "lost"):
        own = found.changes[found.changes["change"] == change]
        open_cause = (own["cause"] == "unknown").groupby(own["residence_id"]).all()
        counts |= {change: len(open_cause), f"{change}_unknown": int(open_cause.sum())}
    return phrase("compare.who", language, **{name: f"{count:,}" for name, count in counts.items()})


def credits_text(found: Comparison, language: str) -> str:
    """Return whose the maps are, and of which dates."""
    dates = list(dict.fromkeys(record.of_date or "?" for record in (found.a, found.b)))
    key = "compare.extract" if found.a.map_sha256 == found.b.map_sha256 else "compare.extracts"
    return phrase(key, language, credit=phrase("attribution", language), first=dates[0], second=dates[-1])


def joint_sentence(found: Comparison, language: str) -> str:
    """Return the joint shares over the circles that count in both, as one sentence."""
    joint = found.joint
    if not joint.circles or joint.share_a is None:
        return phrase("compare.joint_none", language)
    return phrase(
        "compare.joint",
        language,
        count=len(joint.circles),
        first=share_range(joint.share_a, joint.share_a_upper, language=language),
        second=share_range(joint.share_b, joint.share_b_upper, language=language),
        difference=points_text(joint.difference, language),
    )


def _joint(found: Comparison, language: str) -> list[str]:
    line, joint = joint_sentence(found, language), found.joint
    if not joint.circles or joint.share_a is None:
        return [line]
    column = "name_zh" if language == "zh" else "name_en"
    names = phrase("list", language).join(str(found.circles.loc[circle, column]) for circle in joint.circles)
    return [line, "  " + phrase("headline.counted", language, names=names)]


def _circles(found: Comparison, language: str) -> list[str]:
    if found.circles.empty:
        return []
    heads = ("circle", "asked", "first", "second", "difference", "gained", "lost", "to_unknown", "from_unknown")
    rows: list[tuple[str, ...]] = [tuple(phrase(f"compare.{head}", language) for head in heads)]
    for row in found.circles.to_dict("records"):
        asked = [_asked(row, side, language) for side in ("a", "b")]
        rows.append(
            (
                row["name_zh" if language == "zh" else "name_en"],
                asked[0] if asked[0] == asked[1] else " → ".join(asked),
                share_range(row["share_a"], row["share_a_upper"], language=language),
                share_range(row["share_b"], row["share_b_upper"], language=language),
                points_text(row["difference"], language),
                *(percent(row[f"{change}_share"]) for change in heads[5:]),
            )
        )
    return [phrase("compare.circles", language), *aligned(rows, right=(2, 3, 4, 5, 6, 7, 8))]


def _asked(row: Mapping[Hashable, Any], side: str, language: str) -> str:
    threshold = threshold_text({"threshold": row[f"threshold_{side}"]}, language)
    speed = float(row[f"speed_{side}"])
    return threshold if math.isnan(speed) else f"{threshold} @ {number(speed)}"


def _causes(found: Comparison, language: str) -> list[str]:
    """Return what gains and losses are put down to, as parts of the share that gained or lost."""
    lines = []
    for change in ("gained", "lost"):
        own = [cause for cause in CAUSES if f"{change}_{cause}" in found.circles.columns]
        used = [cause for cause in own if (found.circles[f"{change}_{cause}"] > 0).any()]
        if not used:
            continue
        older = change == "gained" and "unknown" in used
        heads = [phrase("compare.circle", language), phrase(f"compare.{change}", language)]
        for cause in used:
            heads.append(phrase(f"compare.cause.{change}_{cause}", language))
            heads += [phrase("compare.cause.older", language)] if older and cause == "unknown" else []
        rows: list[tuple[str, ...]] = [tuple(heads)]
        for row in found.circles[found.circles[f"{change}_homes"] > 0].to_dict("records"):
            cells = [str(row["name_zh" if language == "zh" else "name_en"]), percent(row[f"{change}_share"])]
            for cause in used:
                cells.append(percent(row[f"{change}_{cause}"]))
                cells += [percent(row["gained_older"])] if older and cause == "unknown" else []
            rows.append(tuple(cells))
        lines += [phrase(f"compare.why_{change}", language), *aligned(rows, right=range(1, len(heads)))]
    return lines


def _facilities(found: Comparison, language: str, *, types: Mapping[str, str]) -> list[str]:
    """Return how many facilities of each type are in one map only, the types with most of them first."""
    table = found.facilities
    if table.empty:
        return []
    kinds = [("new", "new"), ("new", "unknown"), ("gone", "closed"), ("gone", "unknown")]
    counts = pd.DataFrame(
        {
            f"{change}_{cause}": table[(table["change"] == change) & (table["cause"] == cause)].groupby("type").size()
            for change, cause in kinds
        }
    )
    counts = counts.fillna(0).astype(int)
    order = counts.assign(total=counts.sum(axis=1), kind=counts.index).sort_values(
        ["total", "kind"], ascending=[False, True], kind="stable"
    )
    heads = (
        phrase("compare.type", language),
        *(phrase(f"compare.{change}_{cause}", language) for change, cause in kinds),
    )
    rows: list[tuple[str, ...]] = [heads]
    rows += [
        (types.get(str(row["kind"]), str(row["kind"])), *(f"{row[f'{change}_{cause}']:,}" for change, cause in kinds))
        for row in order.head(TYPES_SHOWN).to_dict("records")
    ]
    title = phrase("compare.facilities", language, shown=len(rows) - 1, total=len(counts))
    return [title, *aligned(rows, right=(1, 2, 3, 4))]


def _notes(found: Comparison, language: str) -> list[str]:
    lines = [
        f"  {phrase('notes.warning', language) if note.warning else '- '}{note.text(language)}" for note in found.notes
    ]
    return [phrase("notes", language), *lines] if lines else []
