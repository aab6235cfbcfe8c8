"""What a reader of a plan must know about it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lifecircle.model.provenance import Note
from lifecircle.outputs.phrases import percent, phrase_or

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lifecircle.model.catalogue import Catalogue
    from lifecircle.model.siting import SitingPlan
    from lifecircle.pipeline.siting.choice import Choice

OTHER_WALKER = "siting.other_walker"


def plan_notes(plan: SitingPlan, choice: Choice, *, catalogue: Catalogue, found: tuple[Note, ...]) -> SitingPlan:
    """Return `plan` with its notes; `found` are those on its candidates."""
    notes = [*_accepted(plan, catalogue), *_left_alone(choice), *_own_threshold(plan, catalogue)]
    notes += [*_other_walkers(plan, catalogue), *_beyond(plan), *_nothing(plan), *_left_out(plan)]
    return replace(plan, notes=(*notes, *found))


def _named(kinds: Iterable[str], catalogue: Catalogue) -> tuple[str, str]:
    """Return the names of some types, English and Chinese."""
    types = [catalogue.types[kind] for kind in kinds]
    return ", ".join(each.name_en for each in types), "、".join(each.name_zh for each in types)


def _accepted(plan: SitingPlan, catalogue: Catalogue) -> list[Note]:
    kinds = sorted({kind for each in plan.requirements if each.thin for kind in each.sited})
    if not kinds:
        return []
    en, zh = _named(kinds, catalogue)
    return [
        Note(
            "siting.accept_unknown",
            f"Sites were accepted although the map is thin ({en}): what they bring may be there already.",
            f"{zh}的地图数据不完整，按要求仍参与选址：新增的覆盖可能实际上已经存在。",
            warning=True,
        )
    ]


def _left_alone(choice: Choice) -> list[Note]:
    notes = []
    thin, other = (
        {circle.id: circle for circle, why in choice.alone if bool(why) == is_thin} for is_thin in (True, False)
    )
    if thin:
        notes.append(
            Note(
                "siting.thin_left_alone",
                f"No sites were chosen for {', '.join(one.name_en for one in thin.values())}: the map is thin, so "
                "nobody can be said to lack it (accept_unknown includes it). People of whom it is unknown cannot be "
                "counted as gained.",
                f"未为{'、'.join(one.name_zh for one in thin.values())}选址：其地图数据不完整，无法判定谁缺少该项"
                "（可用 accept_unknown 纳入）。该项未知的居民不计入新增。",
                warning=True,
            )
        )
    if other:
        notes.append(
            Note(
                "siting.rule_left_alone",
                f"No sites were chosen for {', '.join(one.name_en for one in other.values())}: the rule asks for more "
                "than the nearest facility (an area, an attribute, several at once).",
                f"未为{'、'.join(one.name_zh for one in other.values())}选址："
                "其规则不止要求最近的设施（还要求面积、属性或多处设施）。",
            )
        )
    return notes


def _own_threshold(plan: SitingPlan, catalogue: Catalogue) -> list[Note]:
    own = [each for each in plan.requirements if not each.circle]
    if not own:
        return []
    en, zh = _named(dict.fromkeys(kind for each in own for kind in each.types), catalogue)
    minutes = f"{own[0].minutes:g}"  # one threshold for all of them
    return [
        Note(
            "siting.own_threshold",
            f"{en}: {minutes} minutes at {own[0].speed_kmh:g} km/h are the question's own threshold, not the "
            "standard's.",
            f"{zh}：阈值 {minutes} 分钟（步速 {own[0].speed_kmh:g} km/h）由本次提问给定，不是标准中的规定。",
        )
    ]


def _other_walkers(plan: SitingPlan, catalogue: Catalogue) -> list[Note]:
    """Say which requirements are not walked as the study is: what-if tells of the types at the study's own speed."""
    other = [each for each in plan.requirements if each.speed_kmh != plan.speed_kmh and each.max_m is None]
    if plan.objective != "requirement" or not other:
        return []
    en, zh = _named(dict.fromkeys(kind for each in other for kind in each.sited), catalogue)
    speeds = ", ".join(dict.fromkeys(f"{each.speed_kmh:g}" for each in other))
    goal = plan.reached["requirement"]
    shares = f"{percent(plan.share(goal.before))} → {percent(plan.share(goal.after))}"
    return [
        Note(
            OTHER_WALKER,
            f"{en}: the plan's shares ({shares}) are of walks at {speeds} km/h, as its requirement says; map and "
            f"tables of the built place tell of each type at the study's {plan.speed_kmh:g} km/h, so shares differ.",
            f"{zh}：选址方案的占比（{shares}）按该要求的步速 {speeds} km/h 计；建成后的地图和表格按本研究步速 "
            f"{plan.speed_kmh:g} km/h 统计各类设施，占比因此不同。",
        )
    ]


def _beyond(plan: SitingPlan) -> list[Note]:
    if not plan.out_of_reach or not plan.total:
        return []
    share = percent(plan.share(plan.out_of_reach))
    return [
        Note(
            "siting.out_of_reach",
            f"{share} of the weight lacks something that no site here can give it: no candidate lies within reach, or "
            "the type is not built. Other candidates, or new ways, would be needed.",
            f"{share} 的权重所缺的内容，本次任何站点都无法提供：没有备选点在可达范围内，或该类设施不在本次选址之列；"
            "需要其他备选点或新的步行通道。",
            warning=True,
        )
    ]


def _nothing(plan: SitingPlan) -> list[Note]:
    if plan.status != "nothing_to_gain":
        return []
    return [
        Note(
            "siting.nothing_to_gain",
            "No candidate brings anything: everybody within reach of one has it already.",
            "没有备选点能带来新的覆盖：其服务范围内的居民均已覆盖。",
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
        "refused": ("rows that cannot be used", "行无法采用"),
    }
    own = str(plan.candidates["source"])
    source = {lang: phrase_or(f"siting.source.{own}", lang, fallback=own) for lang in ("en", "zh")}
    en = ", ".join(f"{count} {words[reason][0]}" for reason, count in sorted(left_out.items()))
    zh = "、".join(f"{count} 个{words[reason][1]}" for reason, count in sorted(left_out.items()))
    return [
        Note(
            "siting.candidates",
            f"{plan.candidates['count']} candidates ({source['en']}); left out: {en}.",
            f"备选点 {plan.candidates['count']} 个（{source['zh']}）；剔除：{zh}。",
        )
    ]
