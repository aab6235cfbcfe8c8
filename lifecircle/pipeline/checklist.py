"""What a field check should look at."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd

from lifecircle.coverage.completeness import Inventory, thinness
from lifecircle.model.field_check import DOUBTS, Doubt
from lifecircle.pipeline.audit import Audit
from lifecircle.pipeline.case import coverage_case
from lifecircle.pipeline.place import Place


def write_checklist(audit: Audit, path: str | Path) -> Path:
    """Write the field checklist of an audit as an Excel workbook and return its path.

    Parameters
    ----------
    audit : Audit
    path : str or Path
        Ends in ``.xlsx``.

    Raises
    ------
    SourceError
        If the file cannot be written.
    """
    from lifecircle.outputs.checklist import write_checklist as write

    return write(audit.view, Path(path), doubts=doubtful_facilities(audit.place))


def doubtful_facilities(place: Place) -> tuple[Doubt, ...]:
    """Return the facilities that somebody should look at, by id.

    Of the types that can decide a circle of the standard, and of those that may stand for one: facilities that are
    not joined to the network, or only across a wall; whose entrance is not known; made of several objects; of a type
    that is too general or thinly mapped; about which sources disagree. Those that a field check confirmed are left out.
    """
    table = place.facilities
    catalogue = place.question.catalogue
    general = {doubt for kind in place.standard.types for doubt in catalogue.types[kind].in_doubt}
    wanted = table["type"].isin([*place.standard.types, *general]).to_numpy(dtype=bool)
    if place.field_check is not None:
        wanted = wanted & ~table.index.isin(sorted(place.field_check.confirmed))
    conflicts = place.facility_set.conflicts
    disputed = _ids(conflicts, conflicts["conflict"] != "not_in_list") if len(conflicts) else set()
    absent = _ids(conflicts, conflicts["conflict"] == "not_in_list") if len(conflicts) else set()
    snapped, wall = _legs(place)
    flags = {
        "unsnapped": ~snapped,
        "wall": wall,
        "sampled": (table["entrance_kind"] == "sampled").to_numpy(dtype=bool),
        "merged": (table["merged"] != "").to_numpy(dtype=bool),
        "general": table["type"].isin(sorted(general)).to_numpy(dtype=bool),
        "thin_type": table["type"].isin(sorted(_thin_types(place))).to_numpy(dtype=bool),
        "conflict": table.index.isin(sorted(disputed)),
        "not_in_list": table.index.isin(sorted(absent)),
    }
    reasons: dict[int, list[str]] = defaultdict(list)
    for reason in DOUBTS:
        for row in np.flatnonzero(flags[reason] & wanted).tolist():
            reasons[row].append(reason)
    return tuple(Doubt(str(table.index[row]), tuple(found)) for row, found in sorted(reasons.items()))


def _ids(conflicts: pd.DataFrame, rows: pd.Series) -> set[str]:
    chosen = conflicts[rows]
    return {*chosen["facility_id"], *chosen["other_id"]} - {""}


def _legs(place: Place) -> tuple[np.ndarray, np.ndarray]:
    """Return, per facility, whether it is joined to the network, and whether only across a wall or fence."""
    legs, count = place.joined.facilities.snapped, len(place.facilities)
    snapped, free = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    snapped[legs.owner[legs.edge >= 0]] = True
    free[legs.owner[(legs.edge >= 0) & ~legs.crosses_wall]] = True
    return snapped, snapped & ~free


def _thin_types(place: Place) -> set[str]:
    """Return the types whose map is thin in the headline reading."""
    case = coverage_case(place, {})
    inventory = Inventory.of(case)
    thin: set[str] = set()
    for circle in case.standard.circles:
        found = None if circle.user_layer else circle.rule_for(case.rule)
        if found is None:
            continue
        for item in found[1].required:
            if thinness(item.types, case, circle=circle, inventory=inventory, lenient=found[1].lenient):
                thin |= set(item.types)
    return thin
