"""The searches behind unmapped facilities: sites where they may stand, and the mapped ones of a type."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from lifecircle.coverage.unmapped import REACHES, MappedType, SitePool
from lifecircle.errors import SchemaError
from lifecircle.model.travel import Snapped
from lifecircle.pipeline.rule_searches import of_rows
from lifecircle.pipeline.searches import only
from lifecircle.travel.nearest import Endpoints
from lifecircle.travel.reach import reach_pairs

if TYPE_CHECKING:
    from lifecircle.coverage.case import TimesKey
    from lifecircle.model.travel import TravelMode
    from lifecircle.pipeline.place import Place

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SITES = 1500


def site_pool(place: Place, mode: TravelMode, *, limit: int, weight: Floats) -> SitePool:
    """Return `SITES` sites on the network, spread over the origins in proportion to their weight.

    A site lies where an origin is joined to its street, without a leg of its own.

    Parameters
    ----------
    place : Place
    mode : TravelMode
    limit : int
        Longest threshold of the mode; the search runs beyond it.
    weight : float64 (N,)
        Of the origins, 0 where one is of another denominator.

    Raises
    ------
    SchemaError
        If no origin with a weight is joined to the network.
    """
    joined = place.joined
    snapped = joined.origins.snapped
    points = np.flatnonzero(snapped.edge >= 0)
    owners, first = np.unique(snapped.owner[points], return_index=True)
    summed = np.cumsum(weight[owners])
    if not len(owners) or summed[-1] <= 0.0:
        raise SchemaError("uncertainty: no residence with a weight is joined to the network")
    place_of = np.searchsorted(summed, (np.arange(SITES) + 0.5) / SITES * summed[-1], side="right")
    place_of = np.minimum(place_of, len(owners) - 1)
    chosen = points[first[place_of]]
    parts = {field.name: getattr(snapped, field.name)[chosen] for field in fields(Snapped)}
    parts |= {"owner": np.arange(SITES), "access_mm": np.zeros(SITES, dtype=np.int64)}
    ids = pd.Index([f"site/{number}" for number in range(SITES)], dtype=object)
    pairs = reach_pairs(
        joined.network,
        joined.impedance(mode),
        residences=of_rows(joined.origins, weight > 0.0),
        facilities=Endpoints(ids, Snapped(**parts), np.full(SITES, "site", dtype=object)),
        cutoff=int(limit * REACHES[-1]),
    )
    site, reached = pairs.facility.astype(np.int64), pairs.residence.astype(np.int64)
    return SitePool.of(owners[place_of], site=site, reached=reached, value=pairs.value)


def mapped_type(
    place: Place, key: TimesKey, *, kind: str, limit: int, inside: npt.NDArray[np.bool_], weight: Floats
) -> MappedType:
    """Return the mapped facilities of a type with every origin within `limit`, and the walks between them.

    `inside` (F,) says which facilities of the place lie within its boundary; origins without `weight` (N,) are left
    out.
    """
    joined = place.joined
    admitted = joined.admitted(lenient=key.lenient)
    assert admitted.type is not None  # noqa: S101  # facilities always carry a type
    chosen = admitted.type == kind
    row = np.cumsum(chosen) - 1
    facilities = only(admitted, chosen)
    impedance = joined.impedance(key.mode)
    pairs = reach_pairs(
        joined.network, impedance, residences=of_rows(joined.origins, weight > 0.0), facilities=facilities, cutoff=limit
    )
    doors = of_rows(Endpoints(admitted.ids, admitted.snapped), chosen)
    apart = reach_pairs(joined.network, impedance, residences=doors, facilities=facilities, cutoff=limit)
    between = np.full((int(chosen.sum()),) * 2, np.inf)
    between[row[apart.residence], row[apart.facility]] = apart.value
    return MappedType(
        limit, inside[chosen], pairs.residence.astype(np.int64), row[pairs.facility], pairs.value, between
    )
