"""Walking times from every residence of a place to the nearest facility of each type."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lifecircle.coverage.case import TimesKey
from lifecircle.coverage.searches import cutoff
from lifecircle.model.travel import NearestTimes, TravelMode

if TYPE_CHECKING:
    from lifecircle.pipeline.place import Place


def nearest_times(place: Place, *, types: tuple[str, ...] | None = None) -> NearestTimes:
    """Return the walking times of the study's walker from every residence to the nearest facility of each type.

    Parameters
    ----------
    place : Place
    types : tuple of str, optional
        Facility types; by default every type that can decide a circle of the standard.

    Returns
    -------
    NearestTimes
        Complete up to the study's cutoff; ``to_frame()`` gives the long table.
    """
    question = place.question
    key = TimesKey(TravelMode("ms", question.profile), lenient=False)
    found = place.joined.search(
        key,
        types=question.standard.types if types is None else types,
        cutoff=cutoff(question.standard, key, cutoff_min=question.cutoff_min),
    )
    return _only_residences(found, len(place.residences))


def _only_residences(found: NearestTimes, count: int) -> NearestTimes:
    return replace(
        found,
        residence_ids=found.residence_ids[:count],
        value=found.value[:count],
        facility=found.facility[:count],
        entrance=found.entrance[:count],
        access_mm=found.access_mm[:count],
        egress_mm=found.egress_mm[:count],
        private=found.private[:count],
    )
