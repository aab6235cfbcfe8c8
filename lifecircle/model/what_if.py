"""What a scenario does to an audit: who gains, who loses, and everything an output may draw of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from lifecircle.model.audit import AuditView
    from lifecircle.model.provenance import Note
    from lifecircle.model.scenario import Scenario

# One row per residence and circle that becomes covered (gains) or is covered no more (losses).
GAIN_COLUMNS = (
    "residence_id",
    "circle",
    "name",
    "community_id",
    "before_status",
    "before_reason",
    "after_status",
    "after_reason",
    "before_min",
    "after_min",
    "before_m",
    "after_m",
    "before_facility_id",
    "after_facility_id",
    "weight",
    "weight_share",
    "lon",
    "lat",
)

# One row per circle, index ``circle``; shares are of the study's weight.
EFFECT_COLUMNS = (
    "name_zh",
    "name_en",
    "assessable_before",
    "assessable_after",
    "facilities_before",
    "facilities_after",
    "share_before",
    "share_after",
    "share_upper_before",
    "share_upper_after",
    "change",
    "gained_residences",
    "gained_weight",
    "gained_from_unknown_weight",
    "lost_residences",
    "lost_weight",
)

COMMUNITY_EFFECT_COLUMNS = (
    "community_id",
    "name",
    "circle",
    "share_before",
    "share_after",
    "share_upper_before",
    "share_upper_after",
    "change",
    "state_before",
    "state_after",
)

GROUP_EFFECT_COLUMNS = (
    "group",
    "circle",
    "people",
    "share_before",
    "share_after",
    "share_upper_before",
    "share_upper_after",
    "change",
    "gained_people",
    "lost_people",
)

# One row per reading and circle, and per reading the joint verdict (``all_circles``, over the circles counted in both).
READING_EFFECT_COLUMNS = (
    "reading",
    "circle",
    "share_before",
    "share_after",
    "share_upper_before",
    "share_upper_after",
    "change",
)

# One row per facility type that comes, goes or moves: the study's walker to the nearest one, whatever circle asks.
TYPE_EFFECT_COLUMNS = (
    "type",
    "facilities_before",
    "facilities_after",
    "within_5_before",
    "within_5_after",
    "within_10_before",
    "within_10_after",
    "within_15_before",
    "within_15_after",
    "nearer_residences",
    "nearer_weight",
    "farther_residences",
    "farther_weight",
    "limit_min",
    "within_limit_before",
    "within_limit_after",
    "gained_residences",
    "gained_weight",
    "lost_residences",
    "lost_weight",
    "decides",
)

# One row per type of those and residence of the changed place; ``state`` is one of "gained" (newly within `limit_min`),
# "lost", "kept" (within before and after), "not" (in neither), "open" (joined to no street), "new" (was not there).
REACH_COLUMNS = ("residence_id", "type", "limit_min", "state", "before_min", "after_min")

# What a change is drawn as: by its shape, so that nobody has to tell colours apart.
MARKS = ("added", "moved_from", "moved_to", "removed", "changed", "new_way", "closed_way", "opened_way", "new_homes")


@dataclass(frozen=True, slots=True)
class JointEffect:
    """The joint verdict over the circles that count before and after.

    Attributes
    ----------
    circles_counted : tuple of str
        In both.
    only_before, only_after : tuple of str
        Circles that count in one of the two alone: left out, so that the two compare.
    circles_total : int
    before, after : Mapping[str, float | None]
        ``all_circles_share``, ``all_circles_share_upper``, ``mean_circles_covered``; null where they cannot be told.
    gained_residences, lost_residences : int
        Residences of the baseline that get, or lose, the complete set.
    gained_weight, lost_weight : float
    """

    circles_counted: tuple[str, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    circles_total: int
    before: Mapping[str, float | None]
    after: Mapping[str, float | None]
    gained_residences: int
    lost_residences: int
    gained_weight: float
    lost_weight: float


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """What a scenario changes in an audit.

    Attributes
    ----------
    gains, losses : GeoDataFrame
        Columns GAIN_COLUMNS and the residence's geometry, metric CRS; by circle, then residence.
    circles : DataFrame, index ``circle``, columns EFFECT_COLUMNS
    communities : DataFrame, columns COMMUNITY_EFFECT_COLUMNS
        Only rows with a share or state that changes; empty without communities.
    groups : DataFrame, columns GROUP_EFFECT_COLUMNS
        Empty without groups.
    readings : DataFrame, columns READING_EFFECT_COLUMNS
        Only readings that can be told on both sides.
    joint : JointEffect
    newcomers : int
        Residences that the scenario adds; they neither gain nor lose.
    newcomers_weight : float
    """

    gains: gpd.GeoDataFrame
    losses: gpd.GeoDataFrame
    circles: pd.DataFrame
    communities: pd.DataFrame
    groups: pd.DataFrame
    readings: pd.DataFrame
    joint: JointEffect
    newcomers: int
    newcomers_weight: float


@dataclass(frozen=True, slots=True, eq=False)
class ScenarioView:
    """Everything an output may draw or write of a scenario; built by the pipeline alone.

    Attributes
    ----------
    scenario : Scenario
    before, after : AuditView
    effect : Effect
    types : DataFrame, columns TYPE_EFFECT_COLUMNS
        Of the types that the scenario touches: shares of the study's weight within 5, 10 and 15 minutes; ``decides``
        are the circles of the headline reading that ask for the type, joined by "|".
    reach : DataFrame, columns REACH_COLUMNS
        Of the same types, residence by residence.
    marks : GeoDataFrame
        What was changed, metric CRS: ``mark`` (one of MARKS), ``number`` of the change, ``label``, ``type``.
    notes : tuple of Note
    """

    scenario: Scenario
    before: AuditView
    after: AuditView
    effect: Effect
    types: pd.DataFrame
    reach: pd.DataFrame
    marks: gpd.GeoDataFrame
    notes: tuple[Note, ...]
