"""Everything an audit is computed from, gathered in one frozen object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from lifecircle.errors import ConfigError, SchemaError
from lifecircle.model.audit import WEIGHTS
from lifecircle.model.catalogue import Catalogue
from lifecircle.model.rules import EVERY, FacilityFilter
from lifecircle.model.standard import READINGS, Published, Reading, Standard
from lifecircle.model.words import Words

if TYPE_CHECKING:
    from lifecircle.model.area import StudyArea
    from lifecircle.model.provenance import Note
    from lifecircle.model.tables import FacilityTable, ResidenceTable
    from lifecircle.model.travel import Floats, NearestTimes, TravelMode, WalkProfile

STATES = ("renovated", "not_needed", "pending")  # of a polygon in a user's layer


@dataclass(frozen=True, slots=True)
class TimesKey:
    """One search: what is added up, and whether lenient facilities are admitted.

    Attributes
    ----------
    mode : TravelMode
    lenient : bool
        False: only facilities with ``lenient == False`` are searched.
    admits : FacilityFilter
        Facilities that do not pass are not searched.
    nearest : int
        Above 1: the so many nearest of every type, the column of the j-th named `nth` (type, j).
    """

    mode: TravelMode
    lenient: bool
    admits: FacilityFilter = EVERY
    nearest: int = 1


def nth(kind: str, rank: int) -> str:
    """Return the name of the column that holds the `rank`-th nearest facility of `kind`."""
    return f"{kind}#{rank}"


@dataclass(frozen=True, slots=True)
class Completeness:
    """What the study declares about the map of one facility type.

    Attributes
    ----------
    status : str
        ``complete`` (an official list) or ``thin``.
    reason : str or Words
        Printed; the source of a complete list or the reason for doubt.
    """

    status: Literal["complete", "thin"]
    reason: str | Words = ""

    def __post_init__(self) -> None:
        """Refuse other words."""
        if self.status not in ("complete", "thin"):
            raise ConfigError(f"completeness status is {self.status!r}: give complete or thin")


@dataclass(frozen=True, slots=True, eq=False)
class CoverageCase:
    """A study that is ready to be audited: R residences and L land points.

    Attributes
    ----------
    standard : Standard
    catalogue : Catalogue
    area : StudyArea
    rule : Reading
        Of the headline.
    profile : WalkProfile
        The study's walker.
    profiles : Mapping[str, WalkProfile]
        Presets by id, among them ``planner`` and every circle's own.
    residences : ResidenceTable (R rows)
        Inside the boundary.
    weight : str
        One of WEIGHTS: the one weight of the study.
    denominator_sources : Mapping[str, Note]
        Where each denominator comes from, by weight name.
    land_points : float64 (L, 2)
        Every 50 m inside residential land, metric CRS.
    origin_snapped : bool (R + L,)
        Some entrance of the origin is joined to the network.
    edge_m : float64 (R + L,)
        Straight distance of the origin to the outside of the extent, in metres.
    facilities : FacilityTable
        All that were searched, in the study's reach.
    loaded_counts : Mapping[str, int]
        Objects of each type in the whole loaded data, before clipping.
    times : Mapping[TimesKey, NearestTimes]
        One per entry of `needed_searches`; rows are the residences in table order, then the land points.
    completeness : Mapping[str, Completeness]
        Declared, by type.
    published : Mapping[str, Published]
        For areas inside the study, by facility type or circle id.
    population_total : float or None
        Of the study, for counts per 10,000 people.
    user_layers : Mapping[str, GeoDataFrame]
        By type: polygons in the metric CRS with a column ``state`` (one of STATES).
    street_names : object (R,) or empty
        Name of the street each residence is joined to, "" when unknown.

    Raises
    ------
    ConfigError
        On an unknown reading, weight or walker.
    SchemaError
        On arrays of the wrong length, times of other origins, a layer without usable states.
    """

    standard: Standard
    catalogue: Catalogue
    area: StudyArea
    rule: Reading
    profile: WalkProfile
    profiles: Mapping[str, WalkProfile]
    residences: ResidenceTable
    weight: str
    denominator_sources: Mapping[str, Note]
    land_points: Floats
    origin_snapped: npt.NDArray[np.bool_]
    edge_m: Floats
    facilities: FacilityTable
    loaded_counts: Mapping[str, int]
    times: Mapping[TimesKey, NearestTimes]
    completeness: Mapping[str, Completeness] = field(default_factory=dict)
    published: Mapping[str, Published] = field(default_factory=dict)
    population_total: float | None = None
    user_layers: Mapping[str, gpd.GeoDataFrame] = field(default_factory=dict)
    street_names: npt.NDArray[np.object_] = field(default_factory=lambda: np.zeros(0, dtype=object))

    def __post_init__(self) -> None:
        """Check that the parts belong together; make mappings and arrays read-only."""
        for name in (
            "profiles",
            "denominator_sources",
            "loaded_counts",
            "times",
            "completeness",
            "published",
            "user_layers",
        ):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        for name in ("land_points", "origin_snapped", "edge_m", "street_names"):
            view = getattr(self, name).view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)
        if self.rule not in READINGS:
            raise ConfigError(f"rule is {self.rule!r}: give one of {', '.join(READINGS)}")
        if self.weight not in WEIGHTS:
            raise ConfigError(f"weight is {self.weight!r}: give one of {', '.join(WEIGHTS)}")
        self.standard.checked(self.catalogue)
        self._check_names()
        self._check_origins()
        for kind, layer in self.user_layers.items():
            _check_layer(kind, layer)

    @property
    def residence_count(self) -> int:
        """R, the number of residences."""
        return len(self.residences)

    @property
    def origin_count(self) -> int:
        """R + L, the number of origins."""
        return len(self.residences) + len(self.land_points)

    def _check_names(self) -> None:
        unknown = sorted(set(self.completeness) - set(self.catalogue.types))
        if unknown:
            raise ConfigError(f"completeness: unknown {', '.join(unknown)}: give ids of facility types")

    def _check_origins(self) -> None:
        if self.land_points.ndim != 2 or self.land_points.shape[1] != 2:
            raise SchemaError(f"land_points has shape {self.land_points.shape}, not (L, 2)")
        for name in ("origin_snapped", "edge_m"):
            if len(getattr(self, name)) != self.origin_count:
                raise SchemaError(
                    f"{name} has {len(getattr(self, name))} values for {self.origin_count} origins "
                    f"({self.residence_count} residences and {len(self.land_points)} land points)"
                )
        if len(self.street_names) not in (0, self.residence_count):
            raise SchemaError(f"street_names has {len(self.street_names)} values for {self.residence_count} residences")
        for key, found in self.times.items():
            same = len(found.residence_ids) == self.origin_count
            if not same or not found.residence_ids[: self.residence_count].equals(self.residences.index):
                raise SchemaError(
                    f"times ({key.mode.profile.id}, {key.mode.unit}): rows must be the {self.residence_count} "
                    f"residences in table order, then the {len(self.land_points)} land points"
                )


def _check_layer(kind: str, layer: gpd.GeoDataFrame) -> None:
    if "state" not in layer.columns:
        raise SchemaError(f"user layer {kind!r}: no column 'state'; give it one of {', '.join(STATES)} a polygon")
    bad = layer[~layer["state"].isin(STATES)]
    if len(bad):
        raise SchemaError(
            f"user layer {kind!r}: {len(bad)} rows have an unknown state, for example {bad['state'].iloc[0]!r} "
            f"in row {bad.index[0]}: give one of {', '.join(STATES)}"
        )
