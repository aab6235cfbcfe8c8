"""What a reader must know of a scenario's result beside its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifecircle.coverage.notes import READING_ZH
from lifecircle.model.provenance import Note

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from lifecircle.model.audit import CoverageAudit
    from lifecircle.model.catalogue import Catalogue, FacilityType
    from lifecircle.model.what_if import Effect

WAS_UNKNOWN = "gained_from_unknown_weight"


def scenario_notes(
    sides: tuple[CoverageAudit, CoverageAudit], effect: Effect, *, types: pd.DataFrame, catalogue: Catalogue
) -> tuple[Note, ...]:
    """Return what a reader of the comparison must know."""
    idle = [kind for kind, circles in zip(types["type"], types["decides"], strict=True) if not circles]
    found = (
        _left_out(effect),
        _from_unknown(effect),
        _idle([catalogue.types[kind] for kind in idle], rule=sides[0].rule),
        _newcomers(effect),
    )
    return tuple(note for note in found if note is not None)


def _circles(effect: Effect, ids: Iterable[str]) -> tuple[str, str]:
    """Return the names of some circles, English and Chinese."""
    rows = effect.circles.loc[list(ids)]
    return ", ".join(rows["name_en"]), "、".join(rows["name_zh"])


def _left_out(effect: Effect) -> Note | None:
    left = (*effect.joint.only_before, *effect.joint.only_after)
    if not left:
        return None
    en, zh = _circles(effect, left)
    return Note(
        "scenario.circles",
        f"The scenario changes which circles can be assessed: the joint verdict leaves out {en}.",
        f"该情景改变了可评估的圈：综合结论不计入{zh}。",
        warning=True,
    )


def _from_unknown(effect: Effect) -> Note | None:
    unsure = effect.circles.index[effect.circles[WAS_UNKNOWN] > 0]
    if not len(unsure):
        return None
    en, zh = _circles(effect, unsure)
    return Note(
        "scenario.from_unknown",
        f"Part of the gain in {en} was unknown before, not known to be uncovered; it is told apart.",
        f"{zh}的受益部分中有原先“无法判定”者，并非原先确定未覆盖，已单列。",
    )


def _idle(idle: list[FacilityType], *, rule: str) -> Note | None:
    if not idle:
        return None
    en, zh = ", ".join(kind.name_en for kind in idle), "、".join(kind.name_zh for kind in idle)
    return Note(
        "scenario.idle_types",
        f"In the {rule} reading no circle is decided by {en}: look at the other readings, and at the minutes to the "
        "nearest.",
        f"在{READING_ZH[rule]}下，{zh}不决定任何圈：请看其他口径及至最近设施的步行时间。",
    )


def _newcomers(effect: Effect) -> Note | None:
    if not effect.newcomers:
        return None
    return Note(
        "scenario.residences",
        f"{effect.newcomers} residences are new: they count after, not before, and neither gain nor lose.",
        f"新增住处 {effect.newcomers} 处：仅计入情景后的分母，不计为受益或受损。",
    )
