"""What a reader must know about how the network was built."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lifecircle.model.network import Crossing, EdgeFlag, Permission, WalkNetwork
from lifecircle.model.provenance import Note
from lifecircle.network.components import component_report
from lifecircle.network.squares import MAX_ENTRIES


def count_network(network: WalkNetwork) -> dict[str, int]:
    """Return counts of a network.

    Returns
    -------
    dict
        ``nodes``, ``edges``; metres ``public_m``, ``private_m``, ``closed_m`` (straight lines across squares
        left out: they repeat the same ground), ``square_m``; ``square_edges``, ``steps_edges``, ``oneway_edges``,
        ``crossing_edges``, ``gates_private``, ``gates_closed``; ``components``, ``largest_component_m``,
        ``islands``, ``island_m``.
    """
    square, gate = network.has_flag(EdgeFlag.SQUARE), network.has_flag(EdgeFlag.GATE)
    report = component_report(network)

    def metres(*, where: np.ndarray) -> int:
        return round(int(network.length_mm[where].sum()) / 1000)

    return {
        "nodes": network.nodes,
        "edges": network.edges,
        **{
            f"{level.name.lower()}_m": metres(where=(network.permission == level) & ~square & ~gate)
            for level in Permission
        },
        "square_m": metres(where=square),
        "square_edges": int(square.sum()),
        "steps_edges": int(network.has_flag(EdgeFlag.STEPS).sum()),
        "oneway_edges": int((network.oneway != 0).sum()),
        "crossing_edges": int((network.crossing != Crossing.NONE).sum()),
        "gates_private": int((gate & (network.permission == Permission.PRIVATE)).sum()),
        "gates_closed": int((gate & (network.permission == Permission.CLOSED)).sum()),
        "components": len(report),
        "largest_component_m": round(float(report["length_m"].max())) if len(report) else 0,
        "islands": int(report["island"].sum()),
        "island_m": metres(where=network.island),
    }


def _km(metres: int) -> str:
    return f"{metres / 1000:,.1f}"


def network_notes(counts: Mapping[str, int]) -> tuple[Note, ...]:
    """Return the notes that go with the counts of a build."""
    if not counts["public_m"] + counts["private_m"]:
        return (
            Note(
                "network.empty",
                f"No walkable way among the {counts['ways_read']:,} ways read: nothing can be reached.",
                f"读入的 {counts['ways_read']:,} 条道路中没有可步行道路，任何设施均不可达。",
                warning=True,
            ),
        )
    notes = [
        Note(
            "network.length",
            f"Walking network: {_km(counts['public_m'])} km public, {_km(counts['private_m'])} km private, "
            f"{_km(counts['closed_m'])} km closed to walkers.",
            f"步行网络：公共道路 {_km(counts['public_m'])} 公里，内部道路 {_km(counts['private_m'])} 公里，"
            f"禁止步行道路 {_km(counts['closed_m'])} 公里。",
        )
    ]
    if counts["islands"]:
        notes.append(
            Note(
                "network.islands",
                f"{counts['islands']:,} of {counts['components']:,} connected parts are islands under 2 km "
                f"({_km(counts['island_m'])} km in all); no point is joined to them.",
                f"步行网络共 {counts['components']:,} 个连通分量，其中 {counts['islands']:,} 个不足 2 公里，"
                f"为孤立路段（合计 {_km(counts['island_m'])} 公里），不与任何起讫点连接。",
            )
        )
    if counts["gates_private"] + counts["gates_closed"]:
        notes.append(
            Note(
                "network.gates",
                f"Gates on ways: {counts['gates_private']:,} private, {counts['gates_closed']:,} closed.",
                f"道路上的门禁：{counts['gates_private']:,} 处仅限内部通行，{counts['gates_closed']:,} 处关闭。",
            )
        )
    return (*notes, *_square_notes(counts))


def _square_notes(counts: Mapping[str, int]) -> list[Note]:
    """Return what was left out in crossing squares."""
    notes = []
    if counts["squares_capped"]:
        notes.append(
            Note(
                "network.squares_capped",
                f"{counts['squares_capped']:,} squares have more than {MAX_ENTRIES} entries: straight lines join "
                f"{MAX_ENTRIES} of them, evenly spread along the outline.",
                f"{counts['squares_capped']:,} 个广场的出入口超过 {MAX_ENTRIES} 个，"
                f"仅在沿边界均匀选取的 {MAX_ENTRIES} 个出入口之间连直线。",
                warning=True,
            )
        )
    if counts["squares_broken"]:
        notes.append(
            Note(
                "network.squares_broken",
                f"{counts['squares_broken']:,} squares have an outline that crosses itself: only it is walked.",
                f"{counts['squares_broken']:,} 个广场的边界自相交，仅沿边界步行。",
                warning=True,
            )
        )
    return notes
