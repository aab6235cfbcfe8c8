"""What a standard asks of a place beside its circles: the denominator, provision per administrative unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from lifecircle.coverage.denominator_notes import WEIGHT_NAMES
from lifecircle.coverage.provision import provision_notes, unit_provision
from lifecircle.model.provenance import Note

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.pipeline.place import Place


def audit_weight(place: Place) -> str:
    """Return the one weight of an audit: the standard's denominator where the study has it, else the study's own."""
    own, wanted = place.residence_set.weight, place.standard.denominator
    if wanted == "land" and len(place.residence_set.land_points):
        return wanted
    if wanted == "population" and place.residences["population"].sum() > 0:
        return wanted
    return own


def provision(place: Place, case: CoverageCase) -> pd.DataFrame:
    """Return what every community holds of what the standard asks per community; empty without communities."""
    return pd.DataFrame() if place.communities is None else unit_provision(case, communities=place.communities)


def standard_notes(place: Place, case: CoverageCase) -> tuple[Note, ...]:
    """Return what the standard itself says, its denominator where the study lacks it, and its provision per unit."""
    found = None if place.communities is None else provision(place, case)
    return (*_denominator(place), *provision_notes(found, place.standard, catalogue=place.question.catalogue))


def _denominator(place: Place) -> tuple[Note, ...]:
    wanted, used = place.standard.denominator, audit_weight(place)
    if wanted in (None, used):
        return ()
    asked, own = WEIGHT_NAMES[wanted or ""], WEIGHT_NAMES[used]
    return (
        Note(
            "standard.denominator",
            f"{place.standard.title_en} measures shares of {asked[0]}, which the study does not have: "
            f"its shares are of {own[0]}.",
            f"《{place.standard.title_zh}》按{asked[1]}计算覆盖率，本研究无此数据：此处按{own[1]}计。",
            warning=True,
        ),
    )
