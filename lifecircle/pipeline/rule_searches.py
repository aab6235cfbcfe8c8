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
from lifecircle.travel.reach import reach_pairs
from lifecircle.travel.several import nearest_of

if TYPE_CHECKING:
    from lifecircle.coverage.case import TimesKey
    from lifecircle.pipeline.place import Place
    from lifecircle.pipeline.searches import Joined

# Most origins have their k nearest close by: only the others are searched farther.
STEPS = (8, 4, 2, 1)


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
    rows, count = len(joined.origins.ids), key.nearest
    value = np.full((rows, len(types) * count), np.inf)
    facility = np.full(value.shape, -1, dtype=np.int64)
    assert facilities.type is not None  # noqa: S101  # facilities always carry a type
    for number, kind in enumerate(types):
        of_kind = only(facilities, facilities.type == kind)
        columns = slice(number * count, (number + 1) * count)
        left = np.ones(rows, dtype=bool)
        known = int(np.count_nonzero(of_kind.type == kind))
        for step in STEPS if known >= count else STEPS[-1:] if known else ():
            pairs = reach_pairs(
                joined.network,
                joined.impedance(key.mode),
                residences=of_rows(joined.origins, left),
                facilities=of_kind,
                cutoff=max(cutoff // step, 1),
            )
            found = nearest_of(pairs, count=count)
            value[left, columns], facility[left, columns] = found[0][left], found[1][left]
            left &= np.isinf(value[:, columns.stop - 1])
            if not left.any():
                break
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
