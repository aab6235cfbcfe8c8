"""What a reader of a plan must know about it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lifecircle.model.provenance import Note

if TYPE_CHECKING:
    from lifecircle.model.siting import SitingPlan
    from lifecircle.pipeline.siting.choice import Choice


def plan_notes(plan: SitingPlan, choice: Choice) -> SitingPlan:
    """Return `plan` with its notes."""
    notes = [*_thin(plan, choice), *_own_threshold(plan), *_beyond(plan), *_fewer(plan), *_left_out(plan)]
    return replace(plan, notes=tuple(notes))


def _thin(plan: SitingPlan, choice: Choice) -> list[Note]:
    accepted = sorted({kind for each in plan.requirements if each.thin for kind in each.sited})
    notes = []
    if accepted:
        named = ", ".join(accepted)
        notes.append(
            Note(
                "siting.accept_unknown",
                f"Sites of {named} were accepted although its map is thin: what they bring may be there already.",
                f"{named} 的地图数据不完整,按要求仍参与选址:新增的覆盖可能实际上已经存在。",
                warning=True,
            )
        )
    alone = sorted({circle for circle, why in choice.alone if why})
    if alone:
        named = ", ".join(alone)
        notes.append(
            Note(
                "siting.thin_left_alone",
                f"No sites were chosen for {named}: the map of it is thin, so nobody can be said to lack it "
                "(accept_unknown includes it). People of whom it is unknown cannot be counted as gained.",
                f"未为 {named} 选址:其地图数据不完整,无法判定谁缺少该项(可用 accept_unknown 纳入)。"
                "该项未知的居民不计入新增。",
                warning=True,
            )
        )
    other = sorted({circle for circle, why in choice.alone if not why})
    if other:
        named = ", ".join(other)
        notes.append(
            Note(
                "siting.rule_left_alone",
                f"No sites were chosen for {named}: its rule asks for more than the nearest facility (an area, an "
                "attribute, several at once).",
                f"未为 {named} 选址:其规则不止要求最近的设施(还要求面积、属性或多处设施)。",
            )
        )
    return notes


def _own_threshold(plan: SitingPlan) -> list[Note]:
    own = [each for each in plan.requirements if not each.circle]
    if not own:
        return []
    named, minutes = ", ".join(own[0].types), f"{own[0].minutes:g}"
    return [
        Note(
            "siting.own_threshold",
            f"{named}: {minutes} minutes at {own[0].speed_kmh:g} km/h are the question's own threshold, not the "
            "standard's.",
            f"{named}:阈值 {minutes} 分钟(步速 {own[0].speed_kmh:g} km/h)由本次提问给定,不是标准中的规定。",
        )
    ]


def _beyond(plan: SitingPlan) -> list[Note]:
    if not plan.out_of_reach or not plan.total:
        return []
    share = f"{plan.out_of_reach / plan.total:.1%}"
    return [
        Note(
            "siting.out_of_reach",
            f"{share} of the weight lacks something that no site here can give it: no candidate lies within reach, or "
            "the type is not built. Other candidates, or new ways, would be needed.",
            f"{share} 的权重所缺的内容,本次任何站点都无法提供:没有备选点在可达范围内,或该类设施不在本次选址之列;"
            "需要其他备选点或新的步行通道。",
            warning=True,
        )
    ]


def _fewer(plan: SitingPlan) -> list[Note]:
    if plan.status != "nothing_to_gain":
        return []
    return [
        Note(
            "siting.nothing_to_gain",
            "No candidate brings anything: everybody within reach of one has it already.",
            "没有备选点能带来新的覆盖:其服务范围内的居民均已覆盖。",
        )
    ]


def _left_out(plan: SitingPlan) -> list[Note]:
    left_out = plan.candidates["left_out"]
    if not isinstance(left_out, dict) or not left_out:
        return []
    words = {
        "outside": ("outside the study", "在研究范围之外"),
        "no_residence_near": ("with no residence nearby", "附近没有住宅"),
        "near_existing": ("too near an existing facility", "距既有设施过近"),
        "no_street": ("with no street in reach", "附近没有可达道路"),
        "no_place": ("without a place", "没有坐标"),
    }
    en = ", ".join(f"{count} {words[reason][0]}" for reason, count in sorted(left_out.items()))
    zh = "、".join(f"{count} 个{words[reason][1]}" for reason, count in sorted(left_out.items()))
    return [
        Note(
            "siting.candidates",
            f"{plan.candidates['count']} candidates ({plan.candidates['source']}); left out: {en}.",
            f"备选点 {plan.candidates['count']} 个({plan.candidates['source']});剔除:{zh}。",
        )
    ]
