"""Measures of access for a place: what each residence can walk to, beyond the verdict of a circle."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from lifecircle.accessibility.decay import DECAYS, Decay
from lifecircle.accessibility.pairs import only_types
from lifecircle.accessibility.registry import MEASURES, Ground
from lifecircle.errors import ConfigError
from lifecircle.pipeline.pairs import reach_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lifecircle.pipeline.place import Place

MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class MeasureRequest:
    """What to measure.

    Attributes
    ----------
    types : tuple of str
        Facility types, pooled.
    minutes : float
        The catchment, inclusive.
    decay : str
        One of ``DECAYS``; ``binary`` counts alike up to `minutes`.
    options : Mapping
        Further numbers of the decay: ``rate_per_s``; ``exponent`` and ``near_s``.
    k : int
        For measures of choice.
    """

    types: tuple[str, ...]
    minutes: float = 15.0
    decay: str = "binary"
    options: Mapping[str, float] = field(default_factory=dict)
    k: int = 1

    def make_decay(self) -> Decay:
        """Return the decay, or say what it lacks (ConfigError)."""
        if self.decay not in DECAYS or self.decay == "stepped":
            known = ", ".join(name for name in DECAYS if name != "stepped")
            raise ConfigError(f"decay is {self.decay!r}: give one of {known}; zones are for Python, decay.stepped")
        try:
            return DECAYS[self.decay](cutoff_s=self.minutes * MINUTE_S, **self.options)
        except TypeError as error:
            raise ConfigError(f"decay {self.decay!r} with {dict(self.options)}: {error}") from error


def measure(place: Place, name: str, *, request: MeasureRequest) -> pd.DataFrame:
    """Compute the measure `name` for every residence of `place`.

    Only residences inside the study are counted as demand: for capacity measures near the boundary, study a
    larger area and cut it afterwards.

    Parameters
    ----------
    place : Place
    name : str
        One of ``lifecircle.accessibility.registry.MEASURES``.
    request : MeasureRequest

    Returns
    -------
    DataFrame
        Index ``residence_id``; the first column is the measure, in the unit of the registry.

    Raises
    ------
    ConfigError
        On an unknown measure, type or decay.
    SchemaError
        If a capacity measure lacks capacities or people.
    """
    if name not in MEASURES:
        raise ConfigError(f"unknown measure {name!r}: give one of {', '.join(MEASURES)}")
    decay = request.make_decay()
    pairs = only_types(reach_pairs(place, types=request.types, cutoff_min=request.minutes), request.types)
    ground = Ground(pairs, decay, request.k, place.facilities["capacity"], place.residences["population"])
    return MEASURES[name].compute(ground)
