"""How sure a share is, as data: intervals from data error, and what they are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifecircle.errors import SchemaError

if TYPE_CHECKING:
    import pandas as pd

    from lifecircle.model.provenance import Note

LEVEL = 0.9
HEADLINE = "headline"  # in tables by circle: the joint verdict over the counted circles
COMPONENTS = ("unmapped", "position", "legs", "weights")

# One row per circle and, last, the headline; the index is ``id``.
INTERVAL_COLUMNS = (
    "share",  # covered, as the audit prints it
    "low",  # the 5th percentile of the covered share over the draws
    "high",  # the 95th
    "expected",  # the mean
    "upper_low",  # the same two of the upper bound: the unknown counted as covered
    "upper_high",
    "fixed",  # a requirement of it is of a kind that the draws leave as it is
)

# One row per circle (and headline) and component, each drawn alone.
COMPONENT_COLUMNS = ("id", "component", "low", "high")

# One row per facility type that decides a circle.
COMPLETENESS_COLUMNS = (
    "type",
    "source",  # declared, list, published, judgement; "" where nothing is known: no component
    "low",  # completeness, 0..1; null where nothing is known
    "high",
    "mapped",  # objects inside the study
    "unmapped",  # mean number drawn
    "held",  # least part of the proof's runs in which the interval held the truth; null where the type was not proven
)


@dataclass(frozen=True, slots=True)
class Interval:
    """The middle `LEVEL` of the draws of a share, and their mean; 0..1."""

    low: float
    high: float
    expected: float

    def __post_init__(self) -> None:
        """Refuse bounds in the wrong order."""
        if not self.low <= self.high:
            raise SchemaError(f"an interval from {self.low} to {self.high}")


@dataclass(frozen=True, slots=True, eq=False)
class Uncertainty:
    """What error in the data does to the shares of an audit; definitions are not part of it.

    Attributes
    ----------
    draws, seed : int
    headline : Interval or None
        Of the joint share; None where no circle counts.
    circles : DataFrame, index ``id``, columns INTERVAL_COLUMNS
        The assessable circles in the standard's order, last the headline.
    components : DataFrame, columns COMPONENT_COLUMNS
    completeness : DataFrame, columns COMPLETENESS_COLUMNS
    samples : DataFrame (draws rows)
        Covered share of every row of `circles` in every draw.
    calibrated : bool
        The proof held for every type that is drawn.
    notes : tuple of Note
    """

    draws: int
    seed: int
    headline: Interval | None
    circles: pd.DataFrame
    components: pd.DataFrame
    completeness: pd.DataFrame
    samples: pd.DataFrame
    calibrated: bool
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        """Check that the tables have their columns."""
        wanted = (
            (self.circles, INTERVAL_COLUMNS),
            (self.components, COMPONENT_COLUMNS),
            (self.completeness, COMPLETENESS_COLUMNS),
        )
        for frame, columns in wanted:
            missing = [name for name in columns if name not in frame.columns]
            if missing:
                raise SchemaError(f"Uncertainty: missing columns {missing}")

    @property
    def drawn(self) -> tuple[str, ...]:
        """Types of which unmapped facilities were drawn."""
        table = self.completeness
        return tuple(table.loc[table["unmapped"] > 0, "type"])

    @property
    def unknown(self) -> tuple[str, ...]:
        """Types of which nothing is known about the map's completeness."""
        return tuple(self.completeness.loc[self.completeness["source"] == "", "type"])
