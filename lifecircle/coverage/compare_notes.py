"""What a reader of a comparison must know, in both languages."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from lifecircle.coverage.denominator_notes import WEIGHT_NAMES
from lifecircle.model.provenance import Note

if TYPE_CHECKING:
    from lifecircle.model.comparison import AuditRecord, Comparison, MapHistory, Trials

LEFT_OUT = {
    "only_in_a": ("only in the first audit", "仅第一次评估有"),
    "only_in_b": ("only in the second audit", "仅第二次评估有"),
    "not_assessable_a": ("not assessable in the first audit", "第一次评估中无法评估"),
    "not_assessable_b": ("not assessable in the second audit", "第二次评估中无法评估"),
}


def comparison_notes(found: Comparison, *, history: MapHistory | None, trials: Trials | None) -> tuple[Note, ...]:
    """Return the notes of a comparison, in a fixed order."""
    return (
        *_left_out(found),
        *_questions(found),
        *_denominators(found),
        *_origins(found),
        *_unmatched(found),
        *_maps(found),
        *_causes(found, history=history, trials=trials),
    )


def _left_out(found: Comparison) -> list[Note]:
    notes = []
    for why, (en, zh) in LEFT_OUT.items():
        circles = [circle for circle, reason in found.left_out.items() if reason == why]
        if circles:
            names = [_names(circle, found) for circle in circles]
            notes.append(
                Note(
                    f"compare.{why}",
                    f"Not compared, {en}: {', '.join(name[0] for name in names)}.",
                    f"不作比较（{zh}）：{'、'.join(name[1] for name in names)}。",
                )
            )
    if found.circles.empty:
        notes.append(
            Note(
                "compare.nothing",
                "The two audits assess no circle in common: nothing can be compared.",
                "两次评估没有共同可评估的圈，无法比较。",
                warning=True,
            )
        )
    return notes


def _names(circle: str, found: Comparison) -> tuple[str, str]:
    table = found.b.circles if circle in found.b.circles.index else found.a.circles
    return str(table.loc[circle, "name_en"]), str(table.loc[circle, "name_zh"])


def _questions(found: Comparison) -> list[Note]:
    a, b, notes = found.a, found.b, []
    if a.standard != b.standard:
        notes.append(
            Note(
                "compare.standards",
                f"The standards differ ({a.standard}, {b.standard}): only circles of the same id are compared, and "
                "what they ask may differ.",
                f"两次评估所用标准不同（{a.standard}、{b.standard}）：仅比较编号相同的圈，其要求可能不同。",
                warning=True,
            )
        )
    speeds = [f"{one.profile}, {one.speed_kmh:g} km/h" for one in (a, b)]
    if speeds[0] != speeds[1]:
        zh = [f"{one.profile}，{one.speed_kmh:g} 公里/小时" for one in (a, b)]
        notes.append(
            Note(
                "compare.speeds",
                f"The walkers differ: {speeds[0]}; {speeds[1]}.",
                f"两次评估的步行者不同：{zh[0]}；{zh[1]}。",
                warning=True,
            )
        )
    other = list(found.circles.index[~found.circles["same_question"].astype(bool)])
    if other:
        names = [_names(circle, found) for circle in other]
        notes.append(
            Note(
                "compare.questions",
                f"Asked otherwise in the two audits (reading, threshold or speed): {', '.join(n[0] for n in names)}. "
                "Their changes are not put down to building or mapping.",
                f"两次评估的口径、阈值或步速不同：{'、'.join(n[1] for n in names)}。其变化不归因于建设或制图。",
                warning=True,
            )
        )
    return notes


def _denominators(found: Comparison) -> list[Note]:
    a, b = found.a, found.b
    if a.weight == b.weight:
        return []
    first, second = WEIGHT_NAMES[a.weight], WEIGHT_NAMES[b.weight]
    return [
        Note(
            "compare.denominators",
            f"The shares are of {first[0]} in the first audit and of {second[0]} in the second: no difference of them "
            "is given. Who gained and lost is counted over the same residences, by the second weight.",
            f"第一次评估按{first[1]}、第二次按{second[1]}计算：不给出两者之差。得失按两次均有的住处、以第二次的分母计。",
            warning=True,
        )
    ]


def _origins(found: Comparison) -> list[Note]:
    a, b = found.a, found.b
    if a.origin_kind == b.origin_kind:
        return []
    return [
        Note(
            "compare.origins",
            f"People walk from different kinds of origin ({a.origin_kind}; {b.origin_kind}): differences of shares "
            "may come from that alone.",
            f"两次评估的起算点类型不同（{a.origin_kind}；{b.origin_kind}）：覆盖率之差可能仅由此产生。",
            warning=True,
        )
    ]


def _unmatched(found: Comparison) -> list[Note]:
    counts = found.unmatched["only_in"].value_counts()
    gone, new = int(counts.get("a", 0)), int(counts.get("b", 0))
    by_id, by_place = found.matched["id"], found.matched["place"]
    share = _unmatched_share(found.b, found.unmatched)
    return [
        Note(
            "compare.residences",
            f"{by_id + by_place} residences are in both audits ({by_id} by id, {by_place} by place within "
            f"{found.match_m:g} m: redrawn or renumbered). Only in the second: {new} ({share} of its weight; built or "
            f"newly mapped). Only in the first: {gone} (demolished, off the map or redrawn elsewhere). Gains and "
            "losses are of the residences in both.",
            f"两次评估共有住处 {by_id + by_place} 个（编号相同 {by_id} 个；"
            f"{found.match_m:g} 米内位置相同 {by_place} 个，"
            f"属重绘或重新编号）。仅第二次有 {new} 个（占其分母 {share}，新建或新标绘）；仅第一次有 {gone} 个"
            "（拆除、已从地图删除或重绘）。得失只按两次均有的住处计算。",
        )
    ]


def _unmatched_share(record: AuditRecord, unmatched: pd.DataFrame) -> str:
    total = math.fsum(record.residences["weight"].tolist())
    own = math.fsum(unmatched.loc[unmatched["only_in"] == "b", "weight"].tolist())
    return f"{own / total:.1%}" if total > 0.0 else "–"


def _maps(found: Comparison) -> list[Note]:
    a, b = found.a, found.b
    if a.map_sha256 == b.map_sha256:
        return [
            Note(
                "compare.same_map",
                f"Both audits read the same map ({b.map_name}): no change comes from its mapping.",
                f"两次评估使用同一份地图（{b.map_name}）：变化与地图标绘无关。",
            )
        ]
    dates = [one.of_date or "?" for one in (a, b)]
    notes = [
        Note(
            "compare.maps",
            f"The maps are of {dates[0]} ({a.map_name}) and {dates[1]} ({b.map_name}). A map grows by mapping as well "
            "as by building.",
            f"两份地图分别为 {dates[0]}（{a.map_name}）与 {dates[1]}（{b.map_name}）。"
            "地图增加的内容既可能是新建，也可能只是新标绘。",
        )
    ]
    if "?" not in dates and dates[0] > dates[1]:
        notes.append(
            Note(
                "compare.order",
                "The first map is younger than the second: gains and losses run backwards in time.",
                "第一份地图晚于第二份：得失与时间方向相反。",
                warning=True,
            )
        )
    return notes


def _causes(found: Comparison, *, history: MapHistory | None, trials: Trials | None) -> Iterable[Note]:
    if found.a.map_sha256 != found.b.map_sha256:
        yield _facilities(found, history)
    changes = found.changes
    if not (changes["change"].isin(["gained", "lost"]) & ~changes["cause"].isin(["question", "layer"])).any():
        return
    if trials is None:
        yield Note(
            "compare.by_facility",
            "Changes are put down to the facility that serves: to the streets where it is in both maps. Whether a new "
            "facility needed new streets as well was not tried (give two study files instead of folders).",
            "变化按服务设施归因：该设施两份地图均有时归于路网。新增设施是否还依赖新路未作试算（可改用两份研究文件而非结果文件夹）。",
        )
        return
    yield Note(
        "compare.trials",
        "Streets were told from facilities by trial: the later streets with the earlier facilities, and the earlier "
        "streets with the later facilities. 'Both' needs both, or comes with either alone.",
        "路网与设施的作用经试算区分：后期路网配前期设施、前期路网配后期设施。“两者”指缺一不可，或任一单独即可。",
    )


def _facilities(found: Comparison, history: MapHistory | None) -> Note:
    table = found.facilities
    new, gone = table[table["change"] == "new"], table[table["change"] == "gone"]
    sure, closed = int((new["cause"] == "new").sum()), int((gone["cause"] == "closed").sum())
    counts = new["evidence"].value_counts()
    older = {name: int(counts.get(name, 0)) for name in ("dated_before", "seen_before", "retagged", "mapped_before")}
    told = "" if history is not None else " The map files were not at hand: their tags and history were not read."
    told_zh = "" if history is not None else "未能读取地图文件，其标签与历史未作核查。"
    versions = bool((table["version"] > 0).any())
    if history is not None and not versions:
        told = " The files tell no versions or times of editing: ids alone say what was mapped before."
        told_zh = "文件不含版本与编辑时间：仅凭编号判断此前是否已标绘。"
    return Note(
        "compare.facilities",
        f"{len(new)} facilities are in the second map only: {sure} are dated after the first map, the others are of "
        f"unknown cause ({older['dated_before'] + older['seen_before']} dated or seen before it, {older['retagged']} "
        f"mapped then as something else, {older['mapped_before']} with an id older than it). {len(gone)} are in the "
        f"first map only: {closed} are marked closed, the others are of unknown cause.{told}",
        f"仅第二份地图有的设施 {len(new)} 处：{sure} 处有晚于第一份地图的日期，其余原因不明"
        f"（标签日期早于第一份地图 {older['dated_before'] + older['seen_before']} 处，"
        f"当时标为他类 {older['retagged']} 处，"
        f"编号早于第一份地图 {older['mapped_before']} 处）。仅第一份地图有的设施 {len(gone)} 处："
        f"{closed} 处标明已停用，"
        f"其余原因不明。{told_zh}",
        warning=len(new) > sure,
    )
