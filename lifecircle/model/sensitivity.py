"""How far a result depends on definitions, as data: combinations, the range per factor, the class of every home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from lifecircle.errors import SchemaError

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from lifecircle.model.provenance import Note, Provenance

FACTORS = ("speed", "reading", "origin", "metric")
METRICS = ("network", "straight")
CLASSES = ("robust_not_covered", "unknown", "sensitive", "robust_covered")

# One row per combination and circle (or headline): tidy.
COMBINATION_COLUMNS = (
    "combination",  # number, 1..; the same in all rows of one
    "speed_kmh",  # of the study's walker; a circle's own walker keeps its speed
    "reading",
    "origin",
    "metric",  # network or straight
    "base",  # as the study asks
    "id",  # circle, or "headline" over the circles assessed in every combination
    "share",
    "share_upper",
    "weight",  # denominator: not the same for every origin kind
    "residences",
)

# One row per circle (and headline) and factor: the others stay as the study asks.
FACTOR_COLUMNS = ("id", "factor", "share", "low", "low_at", "high", "high_at", "spread")


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivity:
    """What other definitions would have said.

    Attributes
    ----------
    combinations : DataFrame, columns COMBINATION_COLUMNS
    factors : DataFrame, columns FACTOR_COLUMNS
        One factor at a time, for a tornado chart; widest first within a circle.
    residences : GeoDataFrame, index ``residence_id``, metric CRS
        ``<circle>_class`` and ``headline_class`` (one of CLASSES), ``weight`` and geometry.
    classes : Mapping[str, Mapping[str, float]]
        Share of the study's weight in each class, per circle and headline.
    circles : Mapping[str, (str, str)]
        Printed names, zh and en, of the circles of the study's standard.
    counted : tuple of str
        Circles of the headline: assessed in every combination.
    compared : int
        Combinations whose origins are the study's own (by id), which the classes rest on.
    weight, language : str
    provenance : Provenance
    notes : tuple of Note
    """

    combinations: pd.DataFrame
    factors: pd.DataFrame
    residences: gpd.GeoDataFrame
    classes: Mapping[str, Mapping[str, float]]
    circles: Mapping[str, tuple[str, str]]
    counted: tuple[str, ...]
    compared: int
    weight: str
    language: str
    provenance: Provenance
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        """Check columns; make the mappings read-only."""
        for name in ("classes", "circles"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        for frame, columns in ((self.combinations, COMBINATION_COLUMNS), (self.factors, FACTOR_COLUMNS)):
            missing = [name for name in columns if name not in frame.columns]
            if missing:
                raise SchemaError(f"Sensitivity: missing columns {missing}")
