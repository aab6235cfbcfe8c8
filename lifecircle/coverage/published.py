"""Published counts beside mapped ones: two columns, never a verdict."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from lifecircle.model.audit import PUBLISHED_COLUMNS
from lifecircle.model.provenance import Note
from lifecircle.model.words import words

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.coverage.completeness import Inventory
    from lifecircle.model.standard import Circle, Published


def published_frame(case: CoverageCase, inventory: Inventory) -> pd.DataFrame:
    """Return one row per published count of a circle or a type, columns PUBLISHED_COLUMNS.

    ``mapped`` counts the objects inside the study of the type, or of the types that the circle's claim requires, those
    that count leniently among them; null where the count is of no places (``unit``) or the circle is judged from a
    layer. ``ratio`` (mapped / published) is given for a stock alone: works done, planned or completed are not what
    stands there.

    Parameters
    ----------
    case : CoverageCase
    inventory : Inventory

    Returns
    -------
    DataFrame
        Circles in the standard's order, then types by id.
    """
    circles = {circle.id: circle for circle in case.standard.circles}
    rows = [
        _row(circles[name], case.published[name], _claimed(circles[name], inventory))
        for name in circles
        if name in case.published
    ]
    for name in sorted(set(case.published) - set(circles)):
        if name in case.catalogue.types:
            mapped = inventory.count((name,), lenient=True, inside=True)
            rows.append(_row(case.catalogue.types[name], case.published[name], float(mapped)))
    return pd.DataFrame(rows, columns=list(PUBLISHED_COLUMNS)).astype({"mapped": "Int64"})


def _claimed(circle: Circle, inventory: Inventory) -> float:
    """Return the objects inside the study of the types that the claim requires; NaN where it requires none."""
    rule = None if circle.user_layer else circle.rule_for("claim")
    types = {kind for item in (rule[1].required if rule else ()) for kind in item.types}
    return float(inventory.count(sorted(types), lenient=True, inside=True)) if types else math.nan


def _row(named: object, told: Published, mapped: float) -> dict[str, object]:
    unit = words(told.unit)
    mapped = math.nan if unit else mapped
    row: dict[str, object] = {name: getattr(named, name) for name in ("id", "name_zh", "name_en")}
    for part in ("of", "area", "source", "unit"):
        said = words(getattr(told, part))
        row |= {f"{part}_zh": said.zh, f"{part}_en": said.en}
    ratio = mapped / told.value if told.counts == "stock" and told.value > 0.0 else math.nan
    return row | {
        "value": told.value,
        "counts": told.counts,
        "planned": math.nan if told.planned is None else told.planned,
        "as_of": told.as_of,
        "mapped": mapped,
        "ratio": ratio,
    }


def published_notes(case: CoverageCase) -> list[Note]:
    """Say how published counts are to be read, and which were not used."""
    known = {circle.id for circle in case.standard.circles} | set(case.catalogue.types)
    notes = [_unused(name, case) for name in sorted(case.published) if name not in known]
    if len(notes) == len(case.published):
        return notes
    return [
        Note(
            "coverage.published",
            "Published counts stand beside mapped ones; they need not count the same things. A ratio is given for a "
            "stock alone: a low one shows that the map is thin. Works, plans and completions are no stock and prove "
            "nothing of what stands there.",
            "公布数与地图数并列，两者口径未必相同。仅对存量给出比值：比值低说明地图不完整。工程数、规划数、完成数不是存量，不能说明现有数量。",
        ),
        *notes,
    ]


def _unused(name: str, case: CoverageCase) -> Note:
    return Note(
        "coverage.published_unused",
        f"published: {name!r} is neither a facility type nor a circle of {case.standard.title_en}; it was not used.",
        f"published:“{name}”既不是设施类型，也不是《{case.standard.title_zh}》的圈，未使用。",
        warning=True,
    )
