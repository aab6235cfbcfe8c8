"""What a reader must know of the denominators: which are missing, and who weighs nothing."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from lifecircle.coverage.shares import weights
from lifecircle.model.provenance import Note

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase

WEIGHT_NAMES = MappingProxyType(
    {
        "population": ("population", "人口"),
        "floor_area": ("floor area", "建筑面积"),
        "land": ("residential land", "居住用地"),
        "residences": ("residences", "住处数"),
    }
)


def denominator_notes(case: CoverageCase) -> list[Note]:
    """Return the notes on the denominators of `case`."""
    missing = [name for name, weight in weights(case).items() if weight.total <= 0.0]
    columns = {"population": "population", "floor_area": "floor_area_m2", "land": "land_m2"}
    notes = []
    if missing:
        notes.append(
            Note(
                "coverage.no_denominator",
                f"No share of {', '.join(WEIGHT_NAMES[name][0] for name in missing)}: the study has no such data.",
                f"没有{'、'.join(WEIGHT_NAMES[name][1] for name in missing)}数据，不计算相应覆盖率。",
                warning=case.weight in missing,
            )
        )
    if case.weight == "land" and case.residences["land_m2"].isna().all() and "land" not in missing:
        notes.append(
            Note(
                "coverage.land_by_residence",
                "Shares are of residential land. The residences have no land of their own: in the list of gaps each "
                "land point weighs with its nearest residence.",
                "覆盖率按居住用地计。住处本身没有用地面积：缺口清单中，各用地采样点计入距其最近的住处。",
            )
        )
    elif case.weight in columns and case.weight not in missing:
        blank = int(case.residences[columns[case.weight]].isna().sum())
        if blank:
            en, zh = WEIGHT_NAMES[case.weight]
            notes.append(
                Note(
                    "coverage.weightless",
                    f"{blank} of {case.residence_count} residences have no {en} and weigh nothing in the shares.",
                    f"{case.residence_count} 个住处中有 {blank} 个没有{zh}数据，不计入覆盖率。",
                    warning=True,
                )
            )
    return notes
