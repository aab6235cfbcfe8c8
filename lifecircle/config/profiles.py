"""The walkers: who walks, how fast, and who says so."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from lifecircle.config.catalogue import DATA
from lifecircle.config.fields import Part
from lifecircle.config.problems import nearest, validated
from lifecircle.config.schema import OwnWalker, Speed, Walk
from lifecircle.config.strict_yaml import read_yaml
from lifecircle.errors import ConfigError
from lifecircle.model.travel import WalkProfile


class _Profile(Part):
    speed_kmh: Speed
    steps: bool = True
    source: Annotated[str, Field(min_length=1)]
    delay_factor: Annotated[float, Field(ge=0.5, le=5)] = 1.0


class _ProfilesFile(Part):
    profiles: Mapping[str, _Profile]


@cache
def load_profiles() -> Mapping[str, WalkProfile]:
    """Return the packaged walkers by id: adult, planner, elderly, child, wheelchair."""
    spec = validated(_ProfilesFile, read_yaml(DATA / "profiles.yml"))
    return MappingProxyType(
        {
            key: WalkProfile(key, entry.speed_kmh, entry.steps, entry.source, entry.delay_factor)
            for key, entry in spec.profiles.items()
        }
    )


def find_profile(name: str) -> WalkProfile:
    """Return the packaged walker `name`.

    Raises
    ------
    ConfigError
        If there is none, suggesting the nearest.
    """
    profiles = load_profiles()
    if name not in profiles:
        raise ConfigError(f"unknown walk profile {name!r}{nearest(name, list(profiles))}")
    return profiles[name]


def _own(speed_kmh: float, *, steps: bool) -> WalkProfile:
    name = f"{speed_kmh:g} km/h" if steps else f"{speed_kmh:g} km/h, no steps"
    return WalkProfile(id=name, speed_kmh=speed_kmh, steps=steps, source="given by the study")


def study_profile(walk: Walk, *, default: str) -> WalkProfile:
    """Return the walker that a study asks for.

    Parameters
    ----------
    walk : Walk
        A study's ``walk`` part.
    default : str
        The standard's walker, used where the study names none.

    Raises
    ------
    ConfigError
        If the profile is unknown.
    """
    if isinstance(walk.profile, OwnWalker):
        return _own(walk.profile.speed_kmh, steps=walk.profile.steps)
    if walk.speed_kmh is not None:
        return _own(walk.speed_kmh, steps=walk.steps is not False)
    chosen = find_profile(walk.profile or default)
    if walk.steps is None or walk.steps == chosen.steps:
        return chosen
    return replace(chosen, id=f"{chosen.id}, {'steps' if walk.steps else 'no steps'}", steps=walk.steps)
