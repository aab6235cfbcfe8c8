"""From a study file to a place that is ready to be audited."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from lifecircle.config.catalogue import load_catalogue
from lifecircle.config.load import find_profile, load_profiles, load_study, sample_study, study_profile
from lifecircle.config.schema import Study
from lifecircle.config.standards import find_standard, list_standards, load_standard
from lifecircle.errors import ConfigError, NetworkError
from lifecircle.facilities.prepare import Facilities, prepare_facilities
from lifecircle.model.area import StudyArea
from lifecircle.model.catalogue import Catalogue
from lifecircle.model.standard import READINGS, Reading, Standard
from lifecircle.model.travel import WalkProfile
from lifecircle.network.barriers import find_barriers
from lifecircle.network.build import build_network, clip_network
from lifecircle.pipeline.inputs import Inputs, read_inputs
from lifecircle.pipeline.searches import Joined, WalkRules, join
from lifecircle.residences.prepare import OriginRequest, Residences, prepare_residences
from lifecircle.units import speed_m_per_min

if TYPE_CHECKING:
    from lifecircle.model.network import Barriers, WalkNetwork
    from lifecircle.model.provenance import Note
    from lifecircle.model.tables import FacilityTable, ResidenceTable

log = logging.getLogger("lifecircle")

DEFAULT_CUTOFF_MIN = 30.0


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the command line or a script says instead of the study file; None keeps the study's word."""

    standard: str | None = None
    profile: str | None = None
    rule: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is asked of a place: standard, reading, walkers.

    Attributes
    ----------
    catalogue : Catalogue
    standard : Standard
    rule : Reading
    profile : WalkProfile
        The study's walker.
    profiles : Mapping[str, WalkProfile]
    walk : WalkRules
    cutoff_min : float
        Searches run at least this far.
    language : str
    """

    catalogue: Catalogue
    standard: Standard
    rule: Reading
    profile: WalkProfile
    profiles: Mapping[str, WalkProfile]
    walk: WalkRules
    cutoff_min: float
    language: str

    @property
    def longest_m(self) -> float:
        """Distance of the longest threshold at the fastest speed used."""
        speeds = [self.profile.speed_kmh]
        speeds += [self.profiles[circle.profile].speed_kmh for circle in self.standard.circles if circle.profile]
        items = [i for circle in self.standard.circles for rule in circle.readings.values() for i in rule.items]
        return max((item.distance_m(max(speeds)) for item in items), default=speed_m_per_min(max(speeds)) * 15)


@dataclass(frozen=True, eq=False)
class Place:
    """A study area with its network, facilities and residences, ready to be audited.

    Attributes
    ----------
    study : Study
    question : Question
    area : StudyArea
    inputs : Inputs
    network : WalkNetwork
        Clipped to the study's reach.
    barriers : Barriers
    facility_set : Facilities
    residence_set : Residences
    objects : GeoDataFrame
        The extract's objects in the metric CRS.
    notes : tuple of Note
        Of every step of the preparation.
    """

    study: Study
    question: Question
    area: StudyArea
    inputs: Inputs
    network: WalkNetwork
    barriers: Barriers
    facility_set: Facilities
    residence_set: Residences
    objects: gpd.GeoDataFrame
    notes: tuple[Note, ...]

    @property
    def facilities(self) -> FacilityTable:
        """Facilities in the metric CRS, by facility id, with a MultiPoint column ``entrances``."""
        return self.facility_set.table

    @property
    def residences(self) -> ResidenceTable:
        """Residences in the metric CRS, by residence id, with a MultiPoint column ``entrances``."""
        return self.residence_set.table

    @property
    def standard(self) -> Standard:
        """The standard that the place is asked about."""
        return self.question.standard

    @property
    def speed_m_s(self) -> float:
        """Speed of the study's walker in metres per second."""
        return self.question.profile.speed_kmh / 3.6

    @cached_property
    def joined(self) -> Joined:
        """Every entrance joined to the network for the study's walker."""
        log.info("joining entrances to the network")
        return join(
            self.network,
            self.barriers,
            origins=(self.residences.index, self.residences["entrances"], self.residence_set.land_points),
            facilities=self.facilities,
            profile=self.question.profile,
            rules=self.question.walk,
        )


def demo_study() -> Path:
    """Return the study file of the sample place inside the package."""
    return sample_study()


def load_place(config: str | Path, *, overrides: Overrides | None = None) -> Place:
    """Read a study file and prepare its network, facilities and residences.

    Parameters
    ----------
    config : str or Path
        The study's YAML file.
    overrides : Overrides, optional
        Standard, walker, reading or language instead of the study's.

    Returns
    -------
    Place

    Raises
    ------
    ConfigError, SourceError, SchemaError, DatumError, NetworkError
        If the study or a file it names cannot be used; the message says what to do.
    """
    said = overrides or Overrides()
    study = _overridden(load_study(Path(config)), said)
    question = _question(study)
    inputs = read_inputs(study)
    about = study.study
    buffer_m = about.buffer_m if about.buffer_m is not None else question.longest_m + question.walk.max_access_m
    area = StudyArea.from_wgs84(
        inputs.boundary,
        extent=inputs.extent,
        names=(about.name.zh, about.name.en),
        buffer_m=buffer_m,
        date=about.date or "",
    )
    return _prepare(study, question, inputs=inputs, area=area)


def _overridden(study: Study, overrides: Overrides) -> Study:
    """Return `study` with the words of `overrides`, so that provenance records what was asked."""
    said = {name: getattr(overrides, name) for name in ("standard", "rule", "language")}
    if said["rule"] not in (None, *READINGS):
        raise ConfigError(f"rule is {said['rule']!r}: give one of {', '.join(READINGS)}")
    if said["language"] not in (None, "zh", "en"):
        raise ConfigError(f"language is {said['language']!r}: give zh or en")
    update: dict[str, object] = {name: value for name, value in said.items() if value is not None}
    if overrides.standard is not None and overrides.standard not in list_standards():
        # A file named on the command line is relative to where the command runs, not to the study.
        update["standard"] = str(find_standard(overrides.standard, base=Path()).absolute())
    if overrides.profile is not None:
        walk = {"profile": find_profile(overrides.profile).id, "speed_kmh": None, "steps": None}
        update["walk"] = study.walk.model_copy(update=walk)
    return study.model_copy(update=update)


def _question(study: Study) -> Question:
    catalogue = load_catalogue()
    standard = load_standard(study.standard, base=study.base, catalogue=catalogue)
    return Question(
        catalogue,
        standard,
        study.rule or standard.default_rule,
        study_profile(study.walk, default=standard.profile),
        load_profiles(),
        WalkRules(study.walk.max_access_m, study.walk.private),
        study.walk.cutoff_min or DEFAULT_CUTOFF_MIN,
        study.language,
    )


def _prepare(study: Study, question: Question, *, inputs: Inputs, area: StudyArea) -> Place:
    objects = inputs.osm.objects.to_crs(area.crs)
    log.info("building the walking network")
    built = build_network(inputs.osm.ways, crs=area.crs)
    network = clip_network(built.network, area.reach)
    if network.edges == 0 or not np.any(~network.island):
        raise NetworkError(
            f"{inputs.osm.file_name}: no walkable street within {area.buffer_m:.0f} m of the study boundary; "
            "check study.boundary, or use an extract with highways"
        )
    barriers = find_barriers(objects, network)
    log.info("finding facilities")
    facilities = prepare_facilities(objects, catalogue=question.catalogue, network=network, reach=area.reach)
    log.info("finding residences")
    residences = prepare_residences(
        objects, area=area, network=network, request=_request(study, question, inputs=inputs, area=area)
    )
    notes = (*inputs.notes, *built.notes, *facilities.notes, *residences.notes)
    return Place(study, question, area, inputs, network, barriers, facilities, residences, objects, notes)


def _request(study: Study, question: Question, *, inputs: Inputs, area: StudyArea) -> OriginRequest:
    origin = study.origin
    kind = origin.kind if origin else question.standard.origin_kind or "building"
    metric = [None if frame is None else frame.to_crs(area.crs) for frame in (inputs.population, inputs.communities)]
    return OriginRequest(kind, (origin.size_m if origin else None) or 250.0, metric[0], metric[1])
