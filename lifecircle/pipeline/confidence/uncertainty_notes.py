"""What a reader must know about an interval: what was drawn, what was not, and whether it was proven."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from lifecircle.model.provenance import Note
from lifecircle.model.uncertainty import HEADLINE

if TYPE_CHECKING:
    import pandas as pd

    from lifecircle.model.catalogue import Catalogue

SHOWN = 8
VARIANTS = re.compile(r"[、,/(（]| or ")


def uncertainty_notes(
    table: pd.DataFrame, circles: pd.DataFrame, *, unproven: Collection[str], catalogue: Catalogue
) -> tuple[Note, ...]:
    """Return the notes of an interval; `table` has the columns COMPLETENESS_COLUMNS, `circles` INTERVAL_COLUMNS.

    `unproven` are the types that are drawn though the proof does not cover them.
    """
    notes = [_drawn(table, catalogue)]
    unknown = table.loc[table["source"] == "", "type"]
    if len(unknown):
        names = _names(unknown, catalogue)
        notes.append(
            Note(
                "uncertainty.unknown",
                f"Nothing is known about how complete the map is for {len(unknown)} of {len(table)} deciding types "
                f"({names[0]}): no such facility was drawn, and the interval leaves out what the map may lack of them.",
                f"{len(table)} 类判定设施中有 {len(unknown)} 类（{names[1]}）地图完整度未知："
                "未模拟其漏绘设施，区间不含这部分误差。",
                warning=True,
            )
        )
    fixed = [str(name) for name in circles.index[circles["fixed"].astype(bool)] if name != HEADLINE]
    if fixed:
        notes.append(
            Note(
                "uncertainty.fixed",
                f"Circles {', '.join(fixed)}: a requirement that is no walk to the nearest facility is left as judged.",
                f"{'、'.join(fixed)} 圈中非“步行至最近设施”的要求按原判定计，不参与模拟。",
            )
        )
    drawn = bool((table["unmapped"] > 0).any())
    if unproven or not drawn:
        notes.append(_not_calibrated(unproven, catalogue, drawn=drawn))
    return tuple(note for note in notes if note is not None)


def _drawn(table: pd.DataFrame, catalogue: Catalogue) -> Note | None:
    drawn = table[table["unmapped"] > 0]
    if drawn.empty:
        return None
    said_en, said_zh = [], []
    for row in drawn.to_dict("records"):
        names = _names([row["type"]], catalogue)
        said_en.append(f"{names[0]} {row['mapped']} mapped, {row['unmapped']:.0f} unmapped on average")
        said_zh.append(f"{names[1]}已绘 {row['mapped']} 处、平均模拟漏绘 {row['unmapped']:.0f} 处")
    return Note("uncertainty.drawn", f"Drawn: {'; '.join(said_en)}.", f"模拟漏绘设施：{'；'.join(said_zh)}。")


def _not_calibrated(kinds: Iterable[str], catalogue: Catalogue, *, drawn: bool) -> Note:
    names = _names(kinds, catalogue)
    about = (f": not proven for {names[0]}", f":{names[1]}未经检验")
    if not drawn:
        about = (": no unmapped facility was drawn", "：未模拟任何漏绘设施")
    return Note(
        "uncertainty.not_calibrated", f"Interval not calibrated{about[0]}.", f"区间未经校准{about[1]}。", warning=True
    )


def _names(kinds: Iterable[str], catalogue: Catalogue) -> tuple[str, str]:
    """Return the names of types in English and Chinese, at most `SHOWN`, each without its variants."""
    known = [catalogue.types[kind] for kind in kinds]
    en = [VARIANTS.split(kind.name("en"))[0].strip() for kind in known[:SHOWN]]
    zh = [VARIANTS.split(kind.name("zh"))[0].strip() for kind in known[:SHOWN]]
    more = len(known) - SHOWN
    return (
        ", ".join(en) + (f" and {more} more" if more > 0 else ""),
        "、".join(zh) + (f"等 {len(known)} 类" if more > 0 else ""),
    )
