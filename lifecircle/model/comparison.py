"""Two audits side by side: what each of them is known by, and what lies between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from lifecircle.errors import SchemaError

if TYPE_CHECKING:
    import geopandas as gpd

    from lifecircle.model.audit import Headline
    from lifecircle.model.provenance import Note

# What became of a residence in a circle; one whose status is the same has none.
CHANGES = ("gained", "lost", "to_unknown", "from_unknown")

# Why a residence gained or lost a circle.
CAUSES = (
    "new",  # gained: a facility that its own tags date after the first map
    "closed",  # lost: a facility that the second map says is closed
    "unknown",  # a facility in only one of the maps: built or closed, mapped or removed from the map, nobody knows
    "network",  # streets, entrances or the residence's own place
    "both",  # streets and facilities: only together, or each of them alone
    "question",  # the circle is asked otherwise: threshold, reading, speed
    "not_split",  # streets were not separated from facilities
    "layer",  # the user's layer says so
)

# Why a facility is in one map only, and what says so.
EVIDENCE = (
    "dated_after",  # start_date or opening_date after the first map
    "dated_before",  # start_date or opening_date before it
    "seen_before",  # check_date or survey:date before it
    "retagged",  # the object was in the first map as something else
    "mapped_before",  # its id is older than the first map
    "end_date",  # end_date, or disused, abandoned, demolished, was
    "listed",  # of a list, a correction or a scenario
    "contradictory",  # dated after the first map, and seen or mapped before it
    "none",
)
OLDER = ("dated_before", "seen_before", "retagged", "mapped_before", "contradictory")  # it is not simply new

COMPARED_COLUMNS = (
    "name_zh",
    "name_en",
    "rule_a",  # the reading used
    "rule_b",
    "threshold_a",
    "threshold_b",
    "speed_a",
    "speed_b",
    "same_question",  # reading, thresholds and speed agree
    "facilities_a",
    "facilities_b",
    "share_a",  # of the study's weight
    "share_a_upper",
    "share_b",
    "share_b_upper",
    "difference",  # share_b - share_a; null where the denominators are not of one kind
    "difference_low",  # share_b - share_a_upper
    "difference_high",  # share_b_upper - share_a
    "same_share_a",  # of the residences that are in both audits, by the second one's weight
    "same_share_b",
    "gained_share",
    "lost_share",
    "to_unknown_share",
    "from_unknown_share",
    "gained_homes",
    "lost_homes",
    "to_unknown_homes",
    "from_unknown_homes",
    *(f"gained_{cause}" for cause in CAUSES if cause != "closed"),  # parts of gained_share
    "gained_older",  # the part of gained_unknown whose facility is older than the first map by its tags or history
    *(f"lost_{cause}" for cause in CAUSES if cause != "new"),  # parts of lost_share
)

CHANGE_COLUMNS = (
    "circle",
    "change",  # one of CHANGES
    "residence_id",  # in the second audit
    "residence_id_a",
    "match",  # id or place
    "name",
    "status_a",
    "status_b",
    "reason_a",
    "reason_b",
    "minutes_a",
    "minutes_b",
    "facility_a",
    "facility_b",
    "weight",  # of the second audit
    "cause",  # one of CAUSES; "" for to_unknown and from_unknown
    "evidence",  # of the facility, one of EVIDENCE; "" where the cause is no facility
    "lon",
    "lat",
)

FACILITY_CHANGE_COLUMNS = (
    "change",  # new (in the second map only) or gone (in the first only)
    "facility_id",
    "object_id",
    "type",
    "name",
    "source",
    "cause",  # new, closed or unknown
    "evidence",
    "date",  # the tag that says so, key=value
    "version",  # of the object; 0 where the file does not tell
    "timestamp",
    "lon",
    "lat",
)

UNMATCHED_COLUMNS = ("only_in", "residence_id", "name", "kind", "weight", "lon", "lat")

# What the tables of an audit must hold to be compared.
RECORD_RESIDENCES = ("name", "kind", "weight", "lon", "lat")
RECORD_FACILITIES = ("object_id", "type", "name", "source", "merged", "lon", "lat")


@dataclass(frozen=True, slots=True, eq=False)
class AuditRecord:
    """What a comparison needs of one audit, whether it was just made or read back from its folder.

    Attributes
    ----------
    name_zh, name_en : str
        Of the study.
    date : str
        The study's own date, "" when it has none.
    standard, rule, profile, weight, origin_kind : str
    speed_kmh : float
    headline : Headline
    circles : DataFrame
        Index ``id``, columns CIRCLE_COLUMNS.
    residences : DataFrame
        Index ``residence_id``; RECORD_RESIDENCES and the columns ``<circle>_...`` of the audit. Places in EPSG:4326.
    facilities : DataFrame
        Index ``facility_id``; RECORD_FACILITIES.
    map_name, map_sha256, map_date, config_sha256 : str
        The OpenStreetMap file; its own date, ISO 8601; the study file.
    shapes : GeoSeries or None
        Of the residences, by their id, EPSG:4326; what maps draw.
    """

    name_zh: str
    name_en: str
    date: str
    standard: str
    rule: str
    profile: str
    weight: str
    origin_kind: str
    speed_kmh: float
    headline: Headline
    circles: pd.DataFrame
    residences: pd.DataFrame
    facilities: pd.DataFrame
    map_name: str = ""
    map_sha256: str = ""
    map_date: str = ""
    config_sha256: str = ""
    shapes: gpd.GeoSeries | None = None

    def __post_init__(self) -> None:
        """Check that the tables have what is compared."""
        own = [f"{circle}_status" for circle in self.circles.index]
        wanted = (("residences", (*RECORD_RESIDENCES, *own)), ("facilities", RECORD_FACILITIES))
        for table, columns in wanted:
            missing = [name for name in columns if name not in getattr(self, table).columns]
            if missing:
                raise SchemaError(f"{table} of {self.name_en}: missing columns {missing}; write the audit anew")

    def name(self, language: str) -> str:
        """Return the study's name in `language` ("zh" or "en")."""
        return self.name_zh if language == "zh" else self.name_en

    @property
    def of_date(self) -> str:
        """The date of the map, else of the study; YYYY-MM-DD or shorter, "" when neither says."""
        return self.map_date[:10] or self.date


@dataclass(frozen=True, slots=True)
class ObjectRecord:
    """One object of a map file: its tags, its version (0: unknown) and when that was written ("": unknown)."""

    tags: Mapping[str, str]
    version: int = 0
    timestamp: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class MapHistory:
    """What two map files tell of the objects that only one of them uses.

    Attributes
    ----------
    highest : Mapping[str, int]
        The highest id of each kind (n, w, r) in the first file; empty where it was not read.
    earlier, later : Mapping[str, ObjectRecord]
        By object id, what the first and the second file hold.
    """

    highest: Mapping[str, int] = field(default_factory=dict)
    earlier: Mapping[str, ObjectRecord] = field(default_factory=dict)
    later: Mapping[str, ObjectRecord] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the mappings read-only."""
        for name in ("highest", "earlier", "later"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """Verdicts with the streets of one map and the facilities of the other.

    Attributes
    ----------
    later_streets : DataFrame
        Streets and residences of the second audit, facilities of the first: ``<circle>_status`` by residence id.
    earlier_streets : DataFrame
        Streets and residences of the first audit, facilities of the second.
    """

    later_streets: pd.DataFrame
    earlier_streets: pd.DataFrame


@dataclass(frozen=True, slots=True)
class JointComparison:
    """The joint verdict over the circles that count in both audits, by the weight of the residences.

    Attributes
    ----------
    circles : tuple of str
    share_a, share_a_upper, share_b, share_b_upper, difference : float or None
        None without such circles; `difference` also where the denominators are not of one kind.
    """

    circles: tuple[str, ...]
    share_a: float | None = None
    share_a_upper: float | None = None
    share_b: float | None = None
    share_b_upper: float | None = None
    difference: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What changed from the first audit to the second.

    Attributes
    ----------
    a, b : AuditRecord
    circles : DataFrame, index ``id``, columns COMPARED_COLUMNS
        The circles assessed in both.
    left_out : Mapping[str, str]
        Circles that are not compared: only_in_a, only_in_b, not_assessable_a, not_assessable_b.
    joint : JointComparison
    changes : DataFrame, columns CHANGE_COLUMNS
        By circle, change, residence.
    facilities : DataFrame, columns FACILITY_CHANGE_COLUMNS
        In one of the maps only.
    unmatched : DataFrame, columns UNMATCHED_COLUMNS
        Residences in one of the audits only.
    matched : Mapping[str, int]
        Residences matched by ``id`` and by ``place``.
    match_m : float
        Within which two residences are one.
    notes : tuple of Note
    """

    a: AuditRecord
    b: AuditRecord
    circles: pd.DataFrame
    left_out: Mapping[str, str]
    joint: JointComparison
    changes: pd.DataFrame
    facilities: pd.DataFrame
    unmatched: pd.DataFrame
    matched: Mapping[str, int]
    match_m: float
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        """Make the mappings read-only and check the table of circles."""
        object.__setattr__(self, "left_out", MappingProxyType(dict(self.left_out)))
        object.__setattr__(self, "matched", MappingProxyType(dict(self.matched)))
        missing = [name for name in COMPARED_COLUMNS if name not in self.circles.columns]
        if missing:
            raise SchemaError(f"comparison.circles: missing columns {missing}")
