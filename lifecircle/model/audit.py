"""The result of an audit, and everything an output may draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from lifecircle.errors import SchemaError
from lifecircle.model.causes import CAUSE_COLUMNS

if TYPE_CHECKING:
    from lifecircle.model.area import StudyArea
    from lifecircle.model.catalogue import Catalogue
    from lifecircle.model.network import WalkNetwork
    from lifecircle.model.provenance import Note, Provenance
    from lifecircle.model.standard import Reading, Standard
    from lifecircle.model.tables import FacilityTable, ResidenceTable
    from lifecircle.model.travel import WalkProfile
    from lifecircle.model.uncertainty import Uncertainty

STATUSES = ("covered", "not_covered", "unknown")
REASONS = ("", "unsnapped", "edge_of_data", "thin_data")  # why a status is unknown; "" when it is known
WEIGHTS = ("population", "floor_area", "land", "residences")

# Shares are null (NaN in frames) where the denominator is missing or the circle is not assessable.
SHARE_COLUMNS = (
    "share_population",
    "share_population_upper",
    "share_floor_area",
    "share_floor_area_upper",
    "share_land",
    "share_land_upper",
    "share_residences",
    "share_residences_upper",
)

# One row per circle; the columns of ``audit.json``'s ``circles`` besides ``id`` (the index).
CIRCLE_COLUMNS = (
    "name_zh",
    "name_en",
    "rule",  # the reading used
    "threshold",  # list of {types, min | max_m, optional, source_m, label}
    "speed_kmh",
    "facilities",  # objects of its types inside the reach of the study
    "headline",
    "assessable",
    "reason",  # why it is not assessable, or ""
    *SHARE_COLUMNS,
    "not_covered_share",  # in the study's weight
    "unknown_share",
)

# One row per section of a standard; the columns of ``audit.json``'s ``sections`` besides ``id`` (the index).
SECTION_COLUMNS = (
    "name_zh",
    "name_en",
    "circles_counted",  # list of ids
    "circles_total",
    "all_circles_share",  # of the study's weight: every counted circle covered (one of them where one suffices)
    "all_circles_share_upper",
    "score",  # mean share of its circles that are covered; null where the standard gives it no score
    "score_upper",
)

# One row per published count (公布数) of a circle or a type.
PUBLISHED_COLUMNS = (
    "id",  # of the circle or the type
    "name_zh",
    "name_en",
    "value",
    "unit_zh",  # what is counted where it is no places (beds, parking spaces)
    "unit_en",
    "counts",  # stock, works, planned or done
    "planned",  # beside a count of what was done
    "of_zh",  # what was counted
    "of_en",
    "area_zh",
    "area_en",
    "as_of",
    "source_zh",
    "source_en",
    "mapped",  # objects inside the study; null where they are not the same kind of thing
    "ratio",  # mapped / value, of a stock alone
)

GAP_COLUMNS = (
    "gap",  # number within the circle, heaviest first; the number on the map
    "circle",
    "place",  # estate, else nearest street, else ""
    "community",
    "homes",  # residences in the gap
    "weight",  # of the study's weight
    "weight_share",  # of the study's total
    "missing",  # types of the item(s) that fail, joined by "|"
    "nearest_facility_id",  # of the median home; "" when none within the cutoff
    "nearest_name",
    "minutes",  # median over the gap's homes; inf when none within the cutoff (metre rules: null)
    "metres",  # as above for metre rules; null for minute rules
    "minutes_over",  # minutes beyond the threshold (null for metre rules)
    "metres_over",
    "lon",
    "lat",
)


# Per circle and type: the share of the study's weight within `value` (minutes, or metres: `unit` "min" or "m").
MINUTES_COLUMNS = ("circle", "type", "unit", "value", "share")
# Cumulated shares of the study's weight, least covered first, and of covered circles; the Gini coefficient.
LORENZ_COLUMNS = ("population", "share", "gini")


@dataclass(frozen=True, slots=True)
class Headline:
    """The joint verdict over the circles that count.

    Attributes
    ----------
    all_circles_share, all_circles_share_upper : float or None
        Share of the study's weight with every counted circle covered, and with none known to fail.
    mean_circles_covered : float or None
        Weighted mean number of counted circles that are covered.
    circles_counted : tuple of str
        Ids of the circles with ``headline: true`` that are assessable.
    circles_total : int
        Circles with ``headline: true``.
    speed_kmh : float
        Of the study's walker (a circle's own walker keeps its speed).
    rule : str
    """

    all_circles_share: float | None
    all_circles_share_upper: float | None
    mean_circles_covered: float | None
    circles_counted: tuple[str, ...]
    circles_total: int
    speed_kmh: float
    rule: str


@dataclass(frozen=True, slots=True, eq=False)
class CoverageAudit:
    """Who is covered by which circle, and who is not.

    Attributes
    ----------
    standard : Standard
    rule : Reading
        The reading of the headline.
    profile : WalkProfile
    origin_kind, weight : str
    denominator_sources : Mapping[str, Note]
        Where each denominator comes from, by weight name.
    residences : DataFrame (R rows, index ``residence_id``)
        For every circle c: ``c_min`` (minutes to the deciding item, null where undefined, ``inf`` where nothing is
        reached), ``c_m`` instead for metre rules, ``c_status``, ``c_reason``, ``c_facility_id`` (null where none);
        ``covered_count`` over the counted circles; ``weight``.
    circles : DataFrame, index ``id``, columns CIRCLE_COLUMNS
        In the headline reading.
    readings : Mapping[Reading, DataFrame]
        The same frame for every reading.
    headline, planner_speed : Headline
        The second at min(4.0 km/h, the circle's own speed).
    reading_headlines : Mapping[Reading, Headline]
    gaps : GeoDataFrame, columns GAP_COLUMNS and geometry (metric CRS)
    notes : tuple of Note
    without_corrections : Headline or None
        The headline without the corrections of a field check; None without any.
    sections : DataFrame, index ``id``, columns SECTION_COLUMNS
        In the headline reading; no row where the standard has no sections.
    published : DataFrame, columns PUBLISHED_COLUMNS
        Published counts beside mapped ones; no row where the study tells none.
    causes : DataFrame, columns CAUSE_COLUMNS
        Why residences are not covered, in the headline reading; no row where causes were not looked for.
    uncertainty : Uncertainty or None
        The interval from data error, in the headline reading; None where it was not asked for.
    """

    standard: Standard
    rule: Reading
    profile: WalkProfile
    origin_kind: str
    weight: str
    denominator_sources: Mapping[str, Note]
    residences: pd.DataFrame
    circles: pd.DataFrame
    readings: Mapping[Reading, pd.DataFrame]
    headline: Headline
    planner_speed: Headline
    reading_headlines: Mapping[Reading, Headline]
    gaps: gpd.GeoDataFrame
    notes: tuple[Note, ...]
    without_corrections: Headline | None = None
    sections: pd.DataFrame = field(default_factory=pd.DataFrame)
    published: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(PUBLISHED_COLUMNS)))
    causes: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(CAUSE_COLUMNS)))
    uncertainty: Uncertainty | None = None

    def __post_init__(self) -> None:
        """Check that shares are shares and that tables have their columns."""
        for name in ("denominator_sources", "readings", "reading_headlines"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        missing = [name for name in CIRCLE_COLUMNS if name not in self.circles.columns]
        if missing:
            raise SchemaError(f"audit.circles: missing columns {missing}")
        shares = self.circles[[*SHARE_COLUMNS, "not_covered_share", "unknown_share"]].to_numpy(dtype=float)
        if np.nanmin(shares, initial=0.0) < 0.0 or np.nanmax(shares, initial=1.0) > 1.0:
            raise SchemaError("audit.circles: a share lies outside 0..1")


@dataclass(frozen=True, slots=True, eq=False)
class BaseMap:
    """Quiet background for maps, metric CRS; each a GeoSeries, possibly empty."""

    buildings: gpd.GeoSeries
    water: gpd.GeoSeries
    parks: gpd.GeoSeries
    residential: gpd.GeoSeries


@dataclass(frozen=True, slots=True, eq=False)
class AuditView:
    """Everything an output may draw or write; built by the pipeline alone.

    Attributes
    ----------
    language : str
        "zh" or "en".
    compiled_by, map_approval_no : str
        Printed on maps; empty when not given.
    communities : GeoDataFrame or None
        Shares and states of every circle per community, metric CRS.
    tables : Mapping[str, DataFrame]
        Further tables by name; those with rows are written as ``<name>.csv``.
    isochrones : GeoDataFrame or None
        Bands of the circles, EPSG:4326; a layer of the GeoPackage where they were asked for.
    tiles : str
        Background for readers who are online: "none", "osm" or "tianditu".
    crs : str
        Of the GeoPackage and the Shapefiles; GeoParquet stays in EPSG:4326.
    minutes : DataFrame or None
        Columns MINUTES_COLUMNS: the share within so many minutes or metres of each type, on the circle's own walk.
    lorenz : DataFrame or None
        Columns LORENZ_COLUMNS: how unevenly covered circles are spread.
    """

    area: StudyArea
    catalogue: Catalogue
    audit: CoverageAudit
    network: WalkNetwork
    facilities: FacilityTable
    residences: ResidenceTable
    base: BaseMap
    provenance: Provenance
    language: str = "en"
    compiled_by: str = ""
    map_approval_no: str = ""
    communities: gpd.GeoDataFrame | None = None
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    isochrones: gpd.GeoDataFrame | None = None
    minutes: pd.DataFrame | None = None
    lorenz: pd.DataFrame | None = None
    tiles: str = "none"
    crs: str = "EPSG:4326"
