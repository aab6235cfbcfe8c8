"""What every measure asks of its pairs: seconds, completeness, aligned tables."""

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from lifecircle.errors import CutoffError, SchemaError
from lifecircle.model.travel import ReachPairs, TravelMode, WalkProfile
from lifecircle.units import MS_PER_S

Floats = npt.NDArray[np.float64]


def seconds_of(pairs: ReachPairs) -> Floats:
    """Return the walking seconds of every pair; (P,). Lengths have none (SchemaError)."""
    if pairs.mode.unit != "ms":
        raise SchemaError("pairs hold lengths, not times: search them with a time mode")
    return pairs.value / MS_PER_S


def only_types(pairs: ReachPairs, types: Collection[str]) -> ReachPairs:
    """Return `pairs` with the facilities of `types` alone, so that no other one is asked for its capacity."""
    return only_facilities(pairs, np.isin(pairs.types, list(types)))


def only_facilities(pairs: ReachPairs, keep: npt.NDArray[np.bool_]) -> ReachPairs:
    """Return `pairs` with the facilities that `keep`, bool (F,), marks."""
    row = np.cumsum(keep, dtype=np.int64) - 1
    kept = keep[pairs.facility]
    return replace(
        pairs,
        facility_ids=pairs.facility_ids[keep],
        types=pairs.types[keep],
        residence=pairs.residence[kept],
        facility=row[pairs.facility[kept]].astype(np.int32),
        value=pairs.value[kept],
    )


def within(pairs: ReachPairs, cutoff_s: float) -> None:
    """Refuse a cutoff that `pairs` are not complete up to (CutoffError)."""
    searched = pairs.cutoff / MS_PER_S
    if not 0 < cutoff_s <= searched:
        raise CutoffError(
            f"cutoff_s is {cutoff_s:g}: pairs are complete up to {searched:g} s; search further, or give less"
        )


def aligned(values: pd.Series, ids: pd.Index, *, what: str) -> Floats:
    """Return `values` in the order of `ids`, as float64; NaN where unknown.

    Raises
    ------
    SchemaError
        If an id is missing, a value is negative, or ids repeat.
    """
    if not values.index.is_unique:
        raise SchemaError(f"{what}: ids repeat, for example {values.index[values.index.duplicated()][0]!r}")
    missing = ids.difference(values.index)
    if len(missing):
        raise SchemaError(f"{what}: {len(missing)} ids have no value, for example {missing[0]!r}; give NaN if unknown")
    found: Floats = values.reindex(ids).to_numpy(dtype=np.float64)
    if np.any(found < 0):
        bad = ids[found < 0]
        raise SchemaError(f"{what}: {len(bad)} values are negative, for example {found[found < 0][0]:g} of {bad[0]!r}")
    return found


def pairs_of(seconds: Mapping[tuple[str, str], float], *, cutoff_s: float = 1800.0) -> ReachPairs:
    """Return pairs written by hand, for examples and tests: ``{(residence, facility): seconds}``."""
    residences = pd.Index(sorted({residence for residence, _ in seconds}), dtype=object)
    facilities = pd.Index(sorted({facility for _, facility in seconds}), dtype=object)
    known = sorted(pair for pair, value in seconds.items() if value <= cutoff_s)
    return ReachPairs(
        TravelMode("ms", WalkProfile("adult", 4.8)),
        round(cutoff_s * MS_PER_S),
        residences,
        facilities,
        np.full(len(facilities), "any", dtype=object),
        residences.get_indexer(pd.Index([residence for residence, _ in known], dtype=object)).astype(np.int32),
        facilities.get_indexer(pd.Index([facility for _, facility in known], dtype=object)).astype(np.int32),
        np.array([round(seconds[pair] * MS_PER_S) for pair in known], dtype=np.int64),
    )
