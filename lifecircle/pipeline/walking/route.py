"""Routes: the walk behind a time in the tables, or from any place to the nearest facility of a type."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import numpy as np

from lifecircle.config.problems import nearest
from lifecircle.coverage.case import TimesKey
from lifecircle.coverage.searches import cutoff
from lifecircle.errors import ConfigError
from lifecircle.model.travel import SNAP_REASONS, Snapped, TravelMode
from lifecircle.pipeline.walking.anywhere import start_at
from lifecircle.travel.nearest import Endpoints, nearest_times
from lifecircle.travel.route import trace_route

if TYPE_CHECKING:
    from lifecircle.model.route import Route
    from lifecircle.pipeline.place import Place


def route(
    place: Place,
    *,
    type: str,  # noqa: A002  # the word of the tables
    residence_id: str | None = None,
    lon: float | None = None,
    lat: float | None = None,
    search: TimesKey | None = None,
) -> Route:
    """Return the walk to the nearest facility of a type.

    Parameters
    ----------
    place : Place
    type : str
        Facility type.
    residence_id : str, optional
        The walk is then the one behind this residence's time in the tables: its total equals that time exactly.
    lon, lat : float, optional
        Instead of a residence: any place, WGS-84 degrees.
    search : TimesKey, optional
        Whose time, or whether length, is made least, and whether lenient facilities are admitted; by default the time
        of the study's walker to strict facilities, as in `nearest_times`.

    Returns
    -------
    Route

    Raises
    ------
    ConfigError
        If the type or the residence is unknown, not exactly one start is given, or it has no street in reach.
    CutoffError
        If no facility of the type is within the study's cutoff.

    References
    ----------
    docs/methods/routes.md
    """
    question = place.question
    key = search or TimesKey(TravelMode("ms", question.profile), lenient=False)
    if type not in question.catalogue.types:
        raise ConfigError(f"unknown facility type {type!r}{nearest(type, list(question.catalogue.types))}")
    start = _start(place, residence_id=residence_id, lon=lon, lat=lat)
    impedance = place.joined.impedance(key.mode)
    facilities = place.joined.admitted(lenient=key.lenient)
    times = nearest_times(
        place.network,
        impedance,
        residences=start,
        facilities=facilities,
        types=(type,),
        cutoff=cutoff(question.standard, key, cutoff_min=question.cutoff_min),
    )
    return trace_route(
        times, (0, 0), network=place.network, impedance=impedance, residences=start, facilities=facilities
    )


def _start(place: Place, *, residence_id: str | None, lon: float | None, lat: float | None) -> Endpoints:
    if (residence_id is None) == (lon is None or lat is None) or (residence_id and (lon, lat) != (None, None)):
        raise ConfigError("route: give either residence_id, or lon and lat")
    if residence_id is None:
        assert lon is not None and lat is not None  # noqa: S101, PT018  # checked above
        return start_at(place, lon=lon, lat=lat, profile=place.question.profile)
    return residence_start(place, residence_id)


def residence_start(place: Place, residence_id: str) -> Endpoints:
    """Return one residence, with all its entrances, as the start of walks.

    Raises
    ------
    ConfigError
        If it is unknown, or joined to no street.
    """
    ids = place.residences.index
    if residence_id not in ids:
        close = difflib.get_close_matches(residence_id, list(ids), n=1)
        hint = f": did you mean {close[0]!r}?" if close else "."
        raise ConfigError(
            f"unknown residence {residence_id!r}{hint} Give an id of residences.parquet, or a place: lon,lat"
        )
    row = int(np.flatnonzero(ids == residence_id)[0])
    snapped = place.joined.origins.snapped
    mine = np.flatnonzero(snapped.owner == row)
    if not np.any(snapped.edge[mine] >= 0):
        why = ", ".join(sorted({SNAP_REASONS[reason].replace("_", " ") for reason in snapped.reason[mine].tolist()}))
        raise ConfigError(f"residence {residence_id!r} is joined to no street ({why}): it has no walking time")
    parts = {name: getattr(snapped, name)[mine] for name in Snapped.__slots__ if name != "owner"}
    return Endpoints(ids[[row]], Snapped(owner=np.zeros(len(mine), dtype=np.int64), **parts))
