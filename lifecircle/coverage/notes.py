"""What a reader of an audit must know, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from lifecircle.coverage.completeness import TOO_FEW
from lifecircle.coverage.denominator_notes import denominator_notes
from lifecircle.coverage.kleene import EDGE_OF_DATA
from lifecircle.coverage.published import published_notes
from lifecircle.coverage.searches import LENGTH, planner_walker, walker
from lifecircle.coverage.verdicts import NEEDS_LAYER, NOT_JUDGED, NOTHING_REQUIRED
from lifecircle.model.provenance import Note
from lifecircle.units import speed_m_per_min

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.coverage.completeness import Thin
    from lifecircle.coverage.verdicts import CircleVerdict
    from lifecircle.model.standard import Reading

    Readings = Mapping[Reading, tuple[CircleVerdict, ...]]

READING_ZH = MappingProxyType({"claim": "宽口径", "standard": "严口径", "lenient": "放宽口径"})
COUNTS = MappingProxyType(
    {
        "stock": ("stock", "存量"),
        "works": ("works", "工程数"),
        "planned": ("planned", "规划数"),
        "done": ("done", "完成数"),
    }
)
WHY = MappingProxyType(
    {
        NEEDS_LAYER: ("it needs the user's layer (the renovation list)", "需要用户提供图层（改造清单）"),
        NOTHING_REQUIRED: ("it requires nothing in this reading", "该口径下没有必备项"),
        NOT_JUDGED: (
            "its source gives no threshold: values are reported, not judged",
            "来源未给出阈值：仅列出数值，不作判定",
        ),
        TOO_FEW: (
            "the loaded data has fewer objects than the mean is taken over",
            "已载入数据中的设施数少于求平均所需",
        ),
        "no_objects": ("the loaded data has no object of its types", "已载入数据中没有该类设施"),
        "declared_thin": ("its data was declared thin and no object was found", "数据已声明不完整且未找到设施"),
        "below_stock": ("far fewer objects are mapped than the published stock", "地图数量远低于公布存量"),
        "below_floor": ("far fewer objects are mapped than people of its number need", "按人口计的地图数量过低"),
    }
)


def audit_notes(case: CoverageCase, readings: Readings) -> tuple[Note, ...]:
    """Return the notes of an audit, in a fixed order."""
    return (
        *_draft(case),
        _thresholds(case),
        *_not_assessable(readings[case.rule]),
        *_thin(case, readings),
        *_fallbacks(readings),
        *_origins(case, readings[case.rule]),
        *_doubts(readings[case.rule]),
        *_reach(case),
        *published_notes(case),
        *denominator_notes(case),
    )


def _names(types: Iterable[str], case: CoverageCase) -> tuple[str, str]:
    known = [case.catalogue.types[kind] for kind in types]
    return " / ".join(kind.name_en for kind in known), "/".join(kind.name_zh for kind in known)


def _draft(case: CoverageCase) -> list[Note]:
    if not case.standard.draft:
        return []
    return [
        Note(
            "coverage.draft",
            f"{case.standard.title_en} is a draft in this version: do not cite its thresholds before checking them.",
            f"《{case.standard.title_zh}》在本版本中为草案：引用其阈值前须核对原文。",
            warning=True,
        )
    ]


def _thresholds(case: CoverageCase) -> Note:
    verified, total = case.standard.verified_thresholds()
    return Note(
        "coverage.thresholds",
        f"{verified} of {total} thresholds of {case.standard.title_en} verified in their source.",
        f"《{case.standard.title_zh}》的 {total} 个阈值中有 {verified} 个已查证原文。",
        warning=verified < total,
    )


def _not_assessable(verdicts: tuple[CircleVerdict, ...]) -> list[Note]:
    """Return one note for each reason why circles cannot be assessed."""
    reasons = dict.fromkeys(verdict.why for verdict in verdicts if not verdict.assessable)
    return [_unassessed(why, [one for one in verdicts if not one.assessable and one.why == why]) for why in reasons]


def _unassessed(why: str, verdicts: list[CircleVerdict]) -> Note:
    names, names_zh = _listed(verdicts)
    en, zh = WHY[why]
    leave = "It has no share and leaves" if len(verdicts) == 1 else "They have no share and leave"
    return Note(
        "coverage.not_assessable",
        f"{names} cannot be assessed: {en}. {leave} the headline.",
        f"{names_zh}无法评估：{zh}。不计覆盖率，不纳入总体结论。",
        warning=True,
    )


def _listed(verdicts: Iterable[CircleVerdict]) -> tuple[str, str]:
    """Return the names of circles, each once."""
    circles = [verdict.circle for verdict in verdicts]
    names = dict.fromkeys(circle.name_en for circle in circles), dict.fromkeys(circle.name_zh for circle in circles)
    return ", ".join(names[0]), "、".join(names[1])


def _thin(case: CoverageCase, readings: Readings) -> list[Note]:
    found = {
        item.thin: None
        for verdicts in readings.values()
        for verdict in verdicts
        for item in verdict.items
        if item.thin is not None
    }
    absent = tuple(thin for thin in found if thin.kind == "no_objects")
    few = tuple(thin for thin in found if thin.kind == TOO_FEW)
    rest = [_thin_note(thin, case) for thin in found if thin.kind not in ("no_objects", TOO_FEW)]
    return [*([_absent_note(absent, case)] if absent else []), *([_few_note(few, case)] if few else []), *rest]


def _few_note(few: tuple[Thin, ...], case: CoverageCase) -> Note:
    """Return one note for all types of which the loaded data has fewer than the mean is taken over."""
    told = [(*_names(thin.types, case), f"{thin.mapped:g}/{thin.expected:g}") for thin in few]
    return Note(
        "coverage.thin",
        "Fewer in the loaded data than the mean is taken over: "
        f"{', '.join(f'{en} {count}' for en, _, count in told)}. Without so many no mean is defined.",
        "已载入数据中的设施数少于求平均所需："
        f"{'、'.join(f'{zh} {count}' for _, zh, count in told)}。不足则平均值无定义。",
        warning=True,
    )


def _absent_note(absent: tuple[Thin, ...], case: CoverageCase) -> Note:
    """Return one note for all pools of which the loaded data has nothing."""
    names = [_names(thin.types, case) for thin in absent]
    return Note(
        "coverage.thin",
        f"Thin data for {'; '.join(name[0] for name in names)}: the loaded data has none. "
        "Out of reach reads unknown, not uncovered.",
        f"{'；'.join(name[1] for name in names)}数据不完整：已载入数据中一个也没有。"
        "够不到的住处记为未知，不记为未覆盖。",
        warning=True,
    )


def _thin_note(thin: Thin, case: CoverageCase) -> Note:
    en, zh = _names(thin.types, case)
    why = {
        "declared_thin": (
            f"declared by the study{': ' + thin.detail.en if thin.detail else ''}",
            f"研究配置已声明{'：' + thin.detail.zh if thin.detail else ''}",
        ),
        "below_stock": (
            f"{thin.mapped:g} mapped for a published stock of {thin.expected:g}",
            f"地图 {thin.mapped:g} 处，公布存量 {thin.expected:g} 处",
        ),
        "below_floor": (
            f"{thin.mapped:.2f} mapped per 10,000 people, where {thin.expected:g} is the least a usable map has",
            f"每万人地图 {thin.mapped:.2f} 处，低于可用下限 {thin.expected:g} 处",
        ),
    }[thin.kind]
    return Note(
        "coverage.thin",
        f"Thin data for {en}: {why[0]}. Out of reach reads unknown, not uncovered.",
        f"{zh}数据不完整：{why[1]}。够不到的住处记为未知，不记为未覆盖。",
        warning=True,
    )


def _fallbacks(readings: Readings) -> list[Note]:
    found: dict[tuple[str, str], list[CircleVerdict]] = {}
    for reading, verdicts in readings.items():
        for verdict in verdicts:
            if verdict.used != reading:
                found.setdefault((reading, verdict.used), []).append(verdict)
    return [
        _fallback(reading, used, members, every=1 < len(members) == sum(v.rule is not None for v in readings["claim"]))
        for (reading, used), members in found.items()
    ]


def _fallback(reading: str, used: str, members: list[CircleVerdict], *, every: bool) -> Note:
    if every:
        return Note(
            "coverage.fallback",
            f"The standard writes no {reading} reading: its {used} reading was used.",
            f"该标准没有{READING_ZH[reading]}规则，均按{READING_ZH[used]}计算。",
        )
    names, names_zh = _listed(members)
    return Note(
        "coverage.fallback",
        f"The {reading} reading is not written for {names}: the {used} reading was used.",
        f"{names_zh}没有{READING_ZH[reading]}规则，按{READING_ZH[used]}计算。",
    )


def _origins(case: CoverageCase, verdicts: tuple[CircleVerdict, ...]) -> list[Note]:
    count, notes = case.residence_count, []
    unsnapped = int(np.sum(~case.origin_snapped[:count]))
    if unsnapped:
        notes.append(
            Note(
                "coverage.unsnapped",
                f"{unsnapped} of {count} residences are not joined to the walking network: unknown in every circle "
                "that is judged on it.",
                f"{count} 个住处中有 {unsnapped} 个未能接入步行网络：凡按网络判定的圈均记为未知。",
                warning=True,
            )
        )
    edge = [verdict.reason[:count] == EDGE_OF_DATA for verdict in verdicts if verdict.assessable]
    affected = int(np.sum(np.logical_or.reduce(edge))) if edge else 0
    if affected:
        notes.append(
            Note(
                "coverage.edge_of_data",
                f"{affected} of {count} residences lie so near the edge of the data that a facility beyond it could "
                "serve them: unknown in at least one circle.",
                f"{count} 个住处中有 {affected} 个靠近数据边缘，界外设施可能可达：至少在一个圈中记为未知。",
                warning=True,
            )
        )
    return notes


def _doubts(verdicts: tuple[CircleVerdict, ...]) -> list[Note]:
    return [
        Note(
            "coverage.in_doubt",
            f"{verdict.circle.name_en}: {doubted} residences reach only facilities whose exact type is not known; "
            "they are unknown, not uncovered.",
            f"{verdict.circle.name_zh}：{doubted} 个住处只能到达类别不明的设施，记为未知，不记为未覆盖。",
            warning=True,
        )
        for verdict in verdicts
        if (doubted := max((item.doubted for item in verdict.items), default=0))
    ]


def _reach(case: CoverageCase) -> list[Note]:
    buffer_m, speed = case.area.buffer_m, case.profile.speed_kmh
    minutes = buffer_m / speed_m_per_min(speed)
    notes = [
        Note(
            "coverage.upper_bounds",
            f"Facilities are used up to {buffer_m:g} m beyond the boundary: walks longer than that "
            f"({minutes:.1f} min at {speed:g} km/h) are upper bounds.",
            f"设施取至边界外 {buffer_m:g} 米：超过该距离的步行时间"
            f"（{speed:g} 公里/小时时为 {minutes:.1f} 分钟）为上限值。",
        )
    ]
    longest = max(_longest_reaches(case), default=0.0)
    if buffer_m < longest:
        notes.append(
            Note(
                "coverage.buffer",
                f"The buffer of {buffer_m:g} m is shorter than the longest threshold ({longest:.0f} m): "
                "residences near the boundary may be served from beyond it. Give a larger study.buffer_m.",
                f"缓冲距离 {buffer_m:g} 米小于最长阈值（{longest:.0f} 米）："
                "边界附近的住处可能由界外设施服务。请加大 study.buffer_m。",
                warning=True,
            )
        )
    return notes


def _longest_reaches(case: CoverageCase) -> Iterable[float]:
    for circle in case.standard.circles:
        for reading, rule in circle.readings.items():
            walks = walker(circle, reading, profile=case.profile, profiles=case.profiles)
            fastest = max(walks.speed_kmh, planner_walker(circle, profiles=case.profiles).speed_kmh)
            for item in rule.required:
                yield item.distance_m(LENGTH.profile.speed_kmh if item.in_metres else fastest)
