"""What is asked of a place: the study file, and what the command line says instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lifecircle.config.load import find_profile, load_profiles, load_study, study_profile
from lifecircle.config.schema import Study
from lifecircle.config.standards import find_standard, list_standards, load_standard, study_catalogue
from lifecircle.errors import ConfigError
from lifecircle.model.catalogue import Catalogue
from lifecircle.model.standard import READINGS, Reading, Standard
from lifecircle.model.travel import WalkProfile
from lifecircle.network.hindrances import DOWNHILL
from lifecircle.pipeline.searches import WalkRules
from lifecircle.pipeline.slope import hindrances
from lifecircle.units import speed_m_per_min

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
        speeds = [self.profile.speed_kmh, self.profiles["planner"].speed_kmh]  # of both headlines
        speeds += [self.profiles[circle.profile].speed_kmh for circle in self.standard.circles if circle.profile]
        items = [i for circle in self.standard.circles for rule in circle.readings.values() for i in rule.items]
        fastest = max(speeds) * (DOWNHILL if self.walk.hindrances.slope else 1.0)
        return max((item.distance_m(fastest) for item in items), default=speed_m_per_min(fastest) * 15)


def read_question(config: str | Path, *, overrides: Overrides | None = None) -> tuple[Study, Question]:
    """Read a study file and what it asks; its data files are not touched."""
    return asked_instead(load_study(Path(config)), overrides or Overrides())


def asked_instead(study: Study, overrides: Overrides) -> tuple[Study, Question]:
    """Return a study with the words of `overrides`, and what it asks then."""
    changed = _overridden(study, overrides)
    return changed, _question(changed)


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
    catalogue = study_catalogue(study.standard, base=study.base)
    standard = load_standard(study.standard, base=study.base, catalogue=catalogue)
    return Question(
        catalogue,
        standard,
        standard.written(study.rule or standard.default_rule),
        study_profile(study.walk, default=standard.profile),
        load_profiles(),
        WalkRules(study.walk.max_access_m, study.walk.private, hindrances(study.walk)),
        study.walk.cutoff_min or DEFAULT_CUTOFF_MIN,
        study.language,
    )
