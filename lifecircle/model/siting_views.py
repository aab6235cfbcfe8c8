"""A plan, or scores, and the names that an output prints beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lifecircle.model.area import StudyArea
    from lifecircle.model.catalogue import Catalogue
    from lifecircle.model.provenance import Note, Provenance
    from lifecircle.model.siting import SitingPlan
    from lifecircle.model.standard import Standard


@dataclass(frozen=True, slots=True, eq=False)
class PlanView:
    """A plan and the names that an output prints beside it.

    Attributes
    ----------
    plan : SitingPlan
    area : StudyArea
    standard : Standard
    catalogue : Catalogue
    provenance : Provenance
    denominator : Note or None
        Where the study's weight comes from.
    language : str
        "zh" or "en".
    compiled_by, map_approval_no : str
        As in `AuditView`.
    """

    plan: SitingPlan
    area: StudyArea
    standard: Standard
    catalogue: Catalogue
    provenance: Provenance
    denominator: Note | None
    language: str = "en"
    compiled_by: str = ""
    map_approval_no: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class ScoreView:
    """The names that are printed beside scores; `weight` and its `total` are the study's, `language` "zh" or "en"."""

    area: StudyArea
    standard: Standard
    catalogue: Catalogue
    weight: str
    total: float
    language: str = "en"
