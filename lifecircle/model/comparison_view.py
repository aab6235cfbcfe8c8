"""What outputs get of a comparison of two audits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lifecircle.model.audit import AuditView
    from lifecircle.model.catalogue import Catalogue
    from lifecircle.model.comparison import Comparison


@dataclass(frozen=True, slots=True, eq=False)
class ComparisonView:
    """Everything that an output may draw or print of a comparison.

    Attributes
    ----------
    comparison : Comparison
    catalogue : Catalogue
        Names the facility types.
    language : str
        "zh" or "en"; of `ground` too.
    ground : AuditView or None
        The second audit, for streets, water and land; None where it was read back from a folder.
    """

    comparison: Comparison
    catalogue: Catalogue
    language: str
    ground: AuditView | None = None
