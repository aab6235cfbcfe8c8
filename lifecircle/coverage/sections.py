"""Tiers and groups of circles: a joint verdict for each, and the share of their types that people have."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lifecircle.coverage.kleene import COVERED, NOT_COVERED, at_least, kleene_and
from lifecircle.coverage.shares import Weight, bounds
from lifecircle.model.audit import SECTION_COLUMNS

if TYPE_CHECKING:
    from lifecircle.coverage.verdicts import CircleVerdict
    from lifecircle.model.standard import Section, Standard


def section_frame(verdicts: Sequence[CircleVerdict], standard: Standard, *, weight: Weight) -> pd.DataFrame:
    """Return one row per section of `standard`, index ``id``, columns SECTION_COLUMNS.

    A section counts its assessable circles that are in the headline; where none of its circles is in the headline, or
    one of them suffices (`either`), all that are assessable. ``all_circles_share`` is the Kleene AND over them (the OR
    where one suffices), ``score`` the weighted mean share of them that are covered ("share of types present"), both
    with their upper bound; NaN where nothing can be said.

    Parameters
    ----------
    verdicts : sequence of CircleVerdict
        Of one reading.
    standard : Standard
    weight : Weight
        The study's.
    """
    rows = [_row(section, verdicts, weight) for section in standard.sections]
    index = pd.Index([section.id for section in standard.sections], name="id", dtype=object)
    return pd.DataFrame(rows, index=index, columns=list(SECTION_COLUMNS))


def _row(section: Section, verdicts: Sequence[CircleVerdict], weight: Weight) -> dict[str, object]:
    own = [verdict for verdict in verdicts if verdict.circle.section == section.id]
    chosen = own if section.either else [verdict for verdict in own if verdict.circle.headline] or own
    members = [verdict for verdict in chosen if verdict.assessable]
    row: dict[str, object] = {
        "name_zh": section.name_zh,
        "name_en": section.name_en,
        "circles_counted": [member.circle.id for member in members],
        "circles_total": len(chosen),
        "all_circles_share": math.nan,
        "all_circles_share_upper": math.nan,
        "score": math.nan,
        "score_upper": math.nan,
    }
    if not members or weight.total <= 0.0:
        return row
    statuses = [member.status for member in members]
    status = at_least(statuses, 1) if section.either else kleene_and(statuses, length=len(statuses[0]))
    joint = bounds(status, weight)
    row |= {"all_circles_share": joint.covered, "all_circles_share_upper": joint.upper}
    if section.share_of_types:
        sure = np.sum([member.status == COVERED for member in members], axis=0)[weight.rows]
        possible = np.sum([member.status != NOT_COVERED for member in members], axis=0)[weight.rows]
        values, every = weight.values, weight.total * len(members)  # noqa: PD011 - not a pandas object
        row["score"] = math.fsum(np.multiply(values, sure).tolist()) / every
        row["score_upper"] = math.fsum(np.multiply(values, possible).tolist()) / every
    return row
