"""What a reader must know about a grid of definitions."""

from __future__ import annotations

from collections.abc import Mapping

from lifecircle.model.provenance import Note

ORIGIN_NAMES = {
    "building": ("buildings", "住宅楼"),
    "residential_area": ("residential land cells", "居住用地单元"),
    "estate_gate": ("estate gates", "小区出入口"),
    "grid": ("grid cells", "格网单元"),
    "hexagon": ("hexagon cells", "六边形格网单元"),
}


def left_out(kind: str, reason: str) -> Note:
    """Return the note about origins that could not be found."""
    names = ORIGIN_NAMES[kind]
    return Note(
        "sensitivity.origin_left_out",
        f"Origins {names[0]} are left out: {reason}",
        f"未计入以{names[1]}为起点的组合：{reason}",
        warning=True,
    )


def origin_notes(own: str, matched: Mapping[str, int], *, residences: int, weights: Mapping[str, str]) -> list[Note]:
    """Return what was done with each kind of origins; `matched` counts the study's residences found in it by id."""
    notes = []
    for kind, count in matched.items():
        names = ORIGIN_NAMES[kind]
        if kind == own or count == residences:
            continue
        notes.append(
            Note(
                "sensitivity.origin_matched" if count else "sensitivity.origin_shares_only",
                f"Origins {names[0]}: {count:,} of the study's {residences:,} residences are the same by id"
                + ("; the others are" if count else ": this kind gives shares and is")
                + " left out of the classes of residences.",
                f"以{names[1]}为起点：按编号与本研究住处相同者 {count:,}/{residences:,} 处"
                + ("，其余不参与住处分类。" if count else "，只给出占比，不参与住处分类。"),
            )
        )
    if len(set(weights.values())) > 1:
        told = ", ".join(f"{ORIGIN_NAMES[kind][0]}: {weight}" for kind, weight in weights.items())
        notes.append(
            Note(
                "sensitivity.denominators",
                f"Origin kinds have different denominators ({told}): their shares differ for that reason too.",
                "不同起点的分母不同，其占比差异部分由此而来；各组合的分母见表中 weight 列。",
                warning=True,
            )
        )
    return notes


def rule_notes(*, kept: bool, capped: bool) -> list[Note]:
    """Return what some factors leave as it is."""
    notes = []
    if kept:
        notes.append(
            Note(
                "sensitivity.kept",
                "Means over the k nearest and rules inside a polygon are the same by either metric.",
                "“最近 k 处平均”与“位于范围内”的要求不区分路网与直线。",
            )
        )
    if capped:
        notes.append(
            Note(
                "sensitivity.capped",
                "The standard reading walks at 4.0 km/h (planner) at most: above it, speed changes nothing there.",
                "严口径步速不高于规划取值（4.0 公里/小时），更高的步速对严口径没有影响。",
            )
        )
    return notes
