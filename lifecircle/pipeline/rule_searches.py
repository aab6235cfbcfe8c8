"""Searches of rules that do not take every facility, or not only the nearest."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lifecircle.coverage.case import nth
from lifecircle.coverage.filters import passing
from lifecircle.model.travel import NearestTimes, Snapped
from lifecircle.pipeline.searches import only
from lifecircle.travel.nearest import Endpoints, nearest_times
from lifecircle.travel.reach import ask
from lifecircle.travel.several import several_nearest

if TYPE_CHECKING:
    from lifecircle.coverage.case import TimesKey
    from lifecircle.pipeline.place import Place
    from lifecircle.pipeline.searches import Joined


def search(place: Place, key: TimesKey, *, types: tuple[str, ...], cutoff: int) -> NearestTimes:
    """Return the nearest times that `key` asks for: of filtered facilities, or of several nearest.

    Parameters
    ----------
    place : Place
    key : TimesKey
    types : tuple of str
    cutoff : int
        In the key's unit, inclusive.

    Returns
    -------
    NearestTimes
        Rows are the residences in table order, then the land points; for ``key.nearest`` above 1 the columns of a
        type are named by `nth`.

    Raises
    ------
    CutoffError
        If `cutoff` is too long for exact sums.
    """
    joined = place.joined
    if key.nearest == 1 and not key.admits:
        return joined.search(key, types=types, cutoff=cutoff)
    facilities = joined.admitted(lenient=key.lenient)
    if key.admits:
        facilities = only(facilities, passing(place.facilities, key.admits))
    if key.nearest > 1:
        return _several(joined, key, facilities=facilities, types=types, cutoff=cutoff)
    impedance = joined.impedance(key.mode)
    return nearest_times(
        joined.network, impedance, residences=joined.origins, facilities=facilities, types=types, cutoff=cutoff
    )


def _several(
    joined: Joined, key: TimesKey, *, facilities: Endpoints, types: tuple[str, ...], cutoff: int
) -> NearestTimes:
    count = key.nearest
    assert facilities.type is not None  # noqa: S101  # facilities always carry a type
    question = ask(
        joined.network,
        joined.impedance(key.mode),
        residences=joined.origins,
        facilities=only(facilities, np.isin(facilities.type, types)),
        cutoff=cutoff,
    )
    pools = [np.flatnonzero(facilities.type == kind) for kind in types]
    value, facility = several_nearest(question, pools, count=count)
    none = np.broadcast_to(np.int64(0), value.shape)  # legs and entrances of a mean are not told
    return NearestTimes(
        key.mode,
        cutoff,
        joined.origins.ids,
        tuple(nth(kind, rank) for kind in types for rank in range(1, count + 1)),
        facilities.ids,
        value,
        facility,
        np.broadcast_to(np.int64(-1), value.shape),
        none,
        none,
        none,
    )


def of_rows(origins: Endpoints, rows: npt.NDArray[np.bool_]) -> Endpoints:
    """Return `origins` with only the points of `rows`: the others reach nothing."""
    kept = rows[origins.snapped.owner]
    points = Snapped(**{field.name: getattr(origins.snapped, field.name)[kept] for field in fields(Snapped)})
    return Endpoints(origins.ids, points, origins.type)
