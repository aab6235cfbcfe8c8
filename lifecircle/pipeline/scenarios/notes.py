"""What a reader must know of a scenario's result beside its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifecircle.model.provenance import Note

if TYPE_CHECKING:
    import pandas as pd

    from lifecircle.model.audit import CoverageAudit
    from lifecircle.model.what_if import Effect

WAS_UNKNOWN = "gained_from_unknown_weight"


def scenario_notes(
    sides: tuple[CoverageAudit, CoverageAudit], effect: Effect, *, types: pd.DataFrame
) -> tuple[Note, ...]:
    """Return what a reader of the comparison must know."""
    idle = [kind for kind, circles in zip(types["type"], types["decides"], strict=True) if not circles]
    found = (_left_out(effect), _from_unknown(effect), _idle(idle, rule=sides[0].rule), _newcomers(effect))
    return tuple(note for note in found if note is not None)


def _left_out(effect: Effect) -> Note | None:
    joint = effect.joint
    left = ", ".join((*joint.only_before, *joint.only_after))
    if not left:
        return None
    return Note(
        "scenario.circles",
        f"The scenario changes which circles can be assessed: the joint verdict leaves out {left}.",
        f"该情景改变了可评估的圈:综合结论不计入 {left}。",
        warning=True,
    )


def _from_unknown(effect: Effect) -> Note | None:
    unsure = effect.circles.index[effect.circles[WAS_UNKNOWN] > 0]
    if not len(unsure):
        return None
    named = ", ".join(map(str, unsure))
    return Note(
        "scenario.from_unknown",
        f"Part of the gain in {named} was unknown before, not known to be uncovered; it is told apart.",
        f"{named} 的受益部分中有原先“无法判定”者,并非原先确定未覆盖,已单列。",
    )


def _idle(idle: list[str], *, rule: str) -> Note | None:
    if not idle:
        return None
    named, reading = ", ".join(idle), {"claim": "宽口径", "standard": "严口径", "lenient": "宽松口径"}[rule]
    return Note(
        "scenario.idle_types",
        f"In the {rule} reading no circle is decided by {named}: look at the other readings, and at the minutes to the "
        "nearest.",
        f"在{reading}下,{named} 不决定任何圈:请看其他口径及至最近设施的步行时间。",
    )


def _newcomers(effect: Effect) -> Note | None:
    if not effect.newcomers:
        return None
    return Note(
        "scenario.residences",
        f"{effect.newcomers} residences are new: they count after, not before, and neither gain nor lose.",
        f"新增住处 {effect.newcomers} 处:仅计入情景后的分母,不计为受益或受损。",
    )
