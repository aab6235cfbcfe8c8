"""Every residence and facility of a place within a walk of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lifecircle.config.problems import nearest
from lifecircle.errors import ConfigError
from lifecircle.model.travel import ReachPairs, Snapped, TravelMode
from lifecircle.travel import reach
from lifecircle.travel.nearest import Endpoints
from lifecircle.units import MS_PER_MIN

if TYPE_CHECKING:
    from lifecircle.pipeline.place import Place


def reach_pairs(place: Place, *, types: tuple[str, ...] | None = None, cutoff_min: float | None = None) -> ReachPairs:
    """Return every residence and facility of `place` within a walk of `cutoff_min` of each other.

    Parameters
    ----------
    place : Place
    types : tuple of str, optional
        Facility types; by default every type that can decide a circle of the standard.
    cutoff_min : float, optional
        Inclusive, minutes of the study's walker; by default how far the study searches.

    Returns
    -------
    ReachPairs
        Complete up to the cutoff (beyond the study's buffer no facility is known); ``to_frame()`` gives the
        long table.

    Raises
    ------
    ConfigError
        If a type is unknown.
    CutoffError
        If `cutoff_min` is not above 0, or too long for exact sums.
    """
    question, joined = place.question, place.joined
    wanted = question.standard.types if types is None else types
    unknown = sorted(set(wanted) - set(question.catalogue.types))
    if unknown:
        raise ConfigError(f"unknown facility type {unknown[0]!r}{nearest(unknown[0], list(question.catalogue.types))}")
    facilities = joined.admitted(lenient=False)
    assert facilities.type is not None  # noqa: S101  # facilities always carry a type
    asked = np.isin(facilities.type, list(wanted))
    return reach.reach_pairs(
        joined.network,
        joined.impedance(TravelMode("ms", question.profile)),
        residences=_residences(joined.origins, len(place.residences)),
        facilities=Endpoints(facilities.ids, facilities.snapped, np.where(asked, facilities.type, "")),
        cutoff=round((question.cutoff_min if cutoff_min is None else cutoff_min) * MS_PER_MIN),
    )


def _residences(origins: Endpoints, count: int) -> Endpoints:
    """Return the first `count` rows of `origins`: those behind them are points of land."""
    own = slice(0, int(np.searchsorted(origins.snapped.owner, count)))
    points = {name: getattr(origins.snapped, name)[own].copy() for name in Snapped.__slots__}
    return Endpoints(origins.ids[:count], Snapped(**points), None)
