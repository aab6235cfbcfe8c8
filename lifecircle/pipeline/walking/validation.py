"""Measured walks against the model's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from lifecircle.errors import SchemaError
from lifecircle.model.travel import TravelMode
from lifecircle.model.validation import TimesValidation
from lifecircle.network.snapping import entrance_points
from lifecircle.pipeline.walking.anywhere import to_metres
from lifecircle.travel.nearest import Endpoints, nearest_times
from lifecircle.units import MS_PER_MIN

if TYPE_CHECKING:
    from lifecircle.pipeline.place import Place

COLUMNS = ("origin", "destination", "minutes")
# Modelled walks are sought this far: an hour beyond the longest measured one decides nothing.
FURTHER_MIN = 60.0


def validate_times(place: Place, table: pd.DataFrame, *, threshold_min: float = 15.0) -> TimesValidation:
    """Compare measured walking times with those of the study's walker.

    Parameters
    ----------
    place : Place
    table : DataFrame
        Columns ``origin`` (a residence's id, or ``"lon,lat"``, degrees of WGS-84), ``destination`` (a facility's id, or
        ``"lon,lat"``), ``minutes`` (measured, above 0).
    threshold_min : float
        Where a difference changes a verdict, inclusive.

    Returns
    -------
    TimesValidation

    Raises
    ------
    SchemaError
        If a column is missing, a minute is none, or an origin or destination is unknown; rows are counted from 1.
    ConfigError
        If a position lies outside the study.

    References
    ----------
    docs/methods/routes.md
    """
    measured = _checked(table)
    profile = place.question.profile
    starts = _endpoints(place, table["origin"], known=place.residences["entrances"], what="origin")
    goals = _endpoints(place, table["destination"], known=place.facilities["entrances"], what="destination")
    # Every row's destination is a type of its own.
    kinds = np.array([str(row) for row in range(len(table))], dtype=object)
    modelled = np.full(len(table), np.inf)
    if len(table):
        times = nearest_times(
            place.network,
            place.joined.impedance(TravelMode("ms", profile)),
            residences=starts,
            facilities=Endpoints(goals.ids, goals.snapped, kinds),
            types=tuple(kinds.tolist()),
            cutoff=round((measured.max() + FURTHER_MIN) * MS_PER_MIN),
        )
        modelled = np.diagonal(times.value) / MS_PER_MIN
    walks = pd.DataFrame(
        {
            "origin": table["origin"].astype(str).to_numpy(),
            "destination": table["destination"].astype(str).to_numpy(),
            "measured_min": measured,
            "modelled_min": modelled,
            "difference_min": np.where(np.isfinite(modelled), modelled - measured, np.nan),
            "flips": (modelled <= threshold_min) != (measured <= threshold_min),
        }
    )
    return TimesValidation(walks, threshold_min, profile.id, profile.speed_kmh)


def _checked(table: pd.DataFrame) -> npt.NDArray[np.float64]:
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise SchemaError(f"measured walks: no column {', '.join(missing)}; the table has {list(table.columns)}")
    minutes = pd.to_numeric(table["minutes"], errors="coerce").to_numpy(dtype=float)
    bad = np.flatnonzero(~(minutes > 0) | ~np.isfinite(minutes))
    if len(bad):
        seen = table["minutes"].iloc[bad[0]]
        raise SchemaError(f"measured walks, row {bad[0] + 1}: minutes are {seen!r}; give a number above 0")
    return minutes


def _endpoints(place: Place, names: pd.Series, *, known: pd.Series, what: str) -> Endpoints:
    """Return one row per name: the entrances of a known thing, or the place itself."""
    owners, points = [], []
    for row, name in enumerate(names.astype(str)):
        if name in known.index:
            xy = entrance_points(known.loc[[name]])[1]
        else:
            try:
                lon, lat = (float(part) for part in name.split(","))
            except ValueError:
                raise SchemaError(
                    f'measured walks, row {row + 1}: unknown {what} {name!r}; give an id of the study or "lon,lat"'
                ) from None
            xy = to_metres(place, lon=lon, lat=lat)
        owners.append(np.full(len(xy), row, dtype=np.int64))
        points.append(xy)
    empty = np.zeros(0, dtype=np.int64)
    owner, xy = np.concatenate([empty, *owners]), np.concatenate([np.zeros((0, 2)), *points])
    ids = pd.Index([f"{row}" for row in range(len(names))], dtype=object)
    return Endpoints(ids, place.snap(xy, owner=owner))
