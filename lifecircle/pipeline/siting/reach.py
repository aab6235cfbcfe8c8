"""Candidates of a place, and who reaches each of them within which walk."""

from __future__ import annotations

import logging
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Transformer
from scipy.sparse import csr_array, hstack

from lifecircle.errors import ConfigError, InfeasibleError
from lifecircle.model.area import WGS84
from lifecircle.model.travel import Snapped
from lifecircle.network.snapping import entrance_points
from lifecircle.pipeline.siting.own_candidates import from_file, from_frame
from lifecircle.pipeline.walking.anywhere import to_metres
from lifecircle.siting.candidates import SOURCES, THINNED, Candidates, Town, away_from, find_candidates, inside
from lifecircle.travel.nearest import Endpoints
from lifecircle.travel.reach import reach_pairs
from lifecircle.units import MM_PER_M

if TYPE_CHECKING:
    from lifecircle.model.siting_options import SitingOptions
    from lifecircle.model.travel import TravelMode
    from lifecircle.pipeline.place import Place
    from lifecircle.pipeline.siting.ground import Wanted

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

log = logging.getLogger("lifecircle")

DECIMALS = 7  # of a degree: about a centimetre
CHUNK = 1000  # candidates searched at once: bounds memory, changes nothing
DEFAULT = "junctions"


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """Candidates joined to the streets; L places.

    Attributes
    ----------
    found : Candidates
    lon, lat : float64 (L,)
        Rounded: the very place that a scenario builds at.
    ends : Endpoints
    """

    found: Candidates
    lon: Floats
    lat: Floats
    ends: Endpoints

    def __len__(self) -> int:
        """Return L."""
        return len(self.lon)


def candidate_sites(
    place: Place, source: str | Path | pd.DataFrame | None, *, kinds: tuple[str, ...], options: SitingOptions
) -> Sites:
    """Return the candidates that a walker can reach, sorted by id.

    Parameters
    ----------
    place : Place
    source : str, Path, DataFrame or None
        A kind of `SOURCES`, a file, or a table with ``lon`` and ``lat`` (index: ids; ``name`` if there is one).
    kinds : tuple of str
        What is to be built.
    options : SitingOptions

    Raises
    ------
    InfeasibleError
        If no candidate is left; the message says why.
    """
    log.info("finding candidates")
    found = _found(place, source, kind=kinds[0], options=options)
    to_degrees = Transformer.from_crs(place.area.crs, WGS84, always_xy=True)
    lon, lat = (np.round(each, DECIMALS) for each in to_degrees.transform(found.table["x"], found.table["y"]))
    if len(found):
        xy = to_metres(place, lon=lon, lat=lat)
        found = replace(found, table=found.table.assign(x=xy[:, 0], y=xy[:, 1], lon=lon, lat=lat))
    if options.min_distance_m > 0:
        rows = place.facilities["type"].isin(kinds).to_numpy()
        found = away_from(found, entrance_points(place.facilities["entrances"][rows])[1], metres=options.min_distance_m)
    snapped = place.snap(found.xy)
    found = found.only(snapped.edge >= 0, reason="no_street")
    if not len(found):
        gone = ", ".join(f"{count} {reason}" for reason, count in found.left_out.items())
        raise InfeasibleError(
            f"no candidate is left among {found.source} ({gone or 'there was none'}): give others with --candidates "
            f"(a file, or one of {', '.join(SOURCES)}), or ask for less distance"
        )
    whole = Endpoints(pd.Index(np.arange(len(snapped))), snapped, np.full(len(snapped), "site", dtype=object))
    ends = _some(whole, np.flatnonzero(snapped.edge >= 0))
    return Sites(found, found.table["lon"].to_numpy(dtype=float), found.table["lat"].to_numpy(dtype=float), ends)


def _found(place: Place, source: str | Path | pd.DataFrame | None, *, kind: str, options: SitingOptions) -> Candidates:
    if options.spacing_m is not None and str(DEFAULT if source is None else source) not in THINNED:
        raise ConfigError(f"candidates: a spacing is for {' and '.join(THINNED)}; other candidates are not thinned")
    if isinstance(source, pd.DataFrame):
        return inside(from_frame(place, source), place.area)
    if source is not None and (str(source) not in SOURCES) and (isinstance(source, Path) or Path(source).suffix):
        return inside(from_file(place, Path(source), kind=kind, datum=options.datum), place.area)
    lived = entrance_points(place.residences["entrances"])[1]
    town = Town(place.area, place.network, place.objects, lived)
    return find_candidates(str(source or DEFAULT), town, spacing_m=options.spacing_m, most=options.most_candidates)


def reach_of(place: Place, want: Wanted, *, ends: Endpoints, lacking: Bools, limit: int) -> csr_array:
    """Return (N, L) what the walk from each origin to each place takes, plus 1; only up to `limit`, for `lacking` rows.

    Exactly as a search for a facility that stood there.
    """
    if want.item.straight_line:
        return _straight(place, ends=ends, lacking=lacking, limit=limit)
    blocks = [np.arange(start, min(start + CHUNK, len(ends.ids))) for start in range(0, len(ends.ids), CHUNK)]
    found = [_walked(place, want.mode, ends=_some(ends, block), lacking=lacking, limit=limit) for block in blocks]
    return found[0] if len(found) == 1 else csr_array(hstack(found, format="csr"))


def _walked(place: Place, mode: TravelMode, *, ends: Endpoints, lacking: Bools, limit: int) -> csr_array:
    joined = place.joined
    origins = Endpoints(
        joined.origins.ids, Snapped(**_kept(joined.origins.snapped, lacking[joined.origins.snapped.owner]))
    )
    pairs = reach_pairs(joined.network, joined.impedance(mode), residences=origins, facilities=ends, cutoff=limit)
    starts = np.concatenate([[0], np.cumsum(np.bincount(pairs.residence, minlength=len(origins.ids)))])
    return csr_array((pairs.value + 1, pairs.facility, starts), shape=(len(origins.ids), len(ends.ids)))


def _straight(place: Place, *, ends: Endpoints, lacking: Bools, limit: int) -> csr_array:
    from scipy.spatial import cKDTree

    owner, xy = entrance_points(place.residences["entrances"])
    land = place.residence_set.land_points
    owner = np.concatenate([owner, len(place.residences) + np.arange(len(land))])
    xy = np.vstack([xy, land.reshape(-1, 2)])[lacking[owner]]
    owner = owner[lacking[owner]]
    doors = np.column_stack([ends.snapped.x, ends.snapped.y])
    near = cKDTree(doors).query_ball_point(xy, limit / MM_PER_M + 1.0, return_sorted=True)
    each = np.array([len(found) for found in near], dtype=np.int64)
    row, door = np.repeat(np.arange(len(xy)), each), np.concatenate([*near, []]).astype(np.int64)
    value = np.rint(np.hypot(*(xy[row] - doors[door]).T) * MM_PER_M).astype(np.int64)
    kept = value <= limit
    frame = pd.DataFrame({"o": owner[row[kept]], "s": ends.snapped.owner[door[kept]], "v": value[kept] + 1})
    least = frame.groupby(["o", "s"], as_index=False)["v"].min()
    return csr_array(
        (least["v"].to_numpy(), (least["o"].to_numpy(), least["s"].to_numpy())), shape=(len(lacking), len(ends.ids))
    )


def some(sites: Sites, places: npt.NDArray[np.int64]) -> Endpoints:
    """Return the endpoints of `places` (ascending rows of the sites)."""
    return _some(sites.ends, places)


def _some(ends: Endpoints, rows: npt.NDArray[np.int64]) -> Endpoints:
    """Return rows of endpoints that have one point each."""
    kept = np.zeros(len(ends.ids), dtype=bool)
    kept[rows] = True
    points = _kept(ends.snapped, kept)
    points["owner"] = np.arange(len(rows), dtype=np.int64)
    return Endpoints(ends.ids[rows], Snapped(**points), None if ends.type is None else ends.type[rows])


def _kept(snapped: Snapped, kept: Bools) -> dict[str, npt.NDArray[Any]]:
    return {field.name: getattr(snapped, field.name)[kept] for field in fields(Snapped)}
