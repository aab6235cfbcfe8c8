"""Entrances joined to the network, and the searches that a standard needs."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from lifecircle.coverage.case import TimesKey
from lifecircle.model.hindrance import NO_HINDRANCES, Hindrances
from lifecircle.model.tables import FacilityTable
from lifecircle.model.travel import Impedance, NearestTimes, Snapped, TravelMode, WalkProfile
from lifecircle.network.impedance import make_impedance, walkable_edges
from lifecircle.network.snapping import entrance_points, snap_points
from lifecircle.travel.nearest import Endpoints, nearest_times

if TYPE_CHECKING:
    from lifecircle.model.network import Barriers, WalkNetwork

log = logging.getLogger("lifecircle")

# An outline that was sampled because no entrance is known touches only the streets beside it.
SAMPLED_OUTLINE_M = 30.0


@dataclass(frozen=True, slots=True)
class WalkRules:
    """What the study says about walking.

    Attributes
    ----------
    max_access_m : float
        Longest access or egress leg.
    private : bool
        Whether private ways are walked.
    hindrances : Hindrances
        What slows walkers beside the distance.
    """

    max_access_m: float
    private: bool
    hindrances: Hindrances = NO_HINDRANCES


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """Origins and facilities on one network, for walkers with or without steps.

    Origins are the residences in table order, then the land sample points.
    """

    network: WalkNetwork
    rules: WalkRules
    origins: Endpoints
    facilities: Endpoints
    strict: npt.NDArray[np.bool_]

    def impedance(self, mode: TravelMode) -> Impedance:
        """Return what every edge costs the walker of `mode` under the study's rules."""
        return make_impedance(self.network, mode=mode, private=self.rules.private, hindrances=self.rules.hindrances)

    def admitted(self, *, lenient: bool) -> Endpoints:
        """Return the facilities, those that only count leniently without a type unless `lenient`."""
        return self.facilities if lenient else only(self.facilities, self.strict)

    def search(self, key: TimesKey, *, types: tuple[str, ...], cutoff: int) -> NearestTimes:
        """Return the nearest times of one walker to `types`; see `TimesKey` for what is admitted.

        Keys with a filter, or of several nearest, are searched by `lifecircle.pipeline.rule_searches.search`.
        """
        if key.admits or key.nearest > 1:
            raise ValueError("this key needs the facility table: search it with rule_searches.search")
        impedance = self.impedance(key.mode)
        facilities = self.admitted(lenient=key.lenient)
        return nearest_times(
            self.network, impedance, residences=self.origins, facilities=facilities, types=types, cutoff=cutoff
        )


def only(endpoints: Endpoints, keep: npt.NDArray[np.bool_]) -> Endpoints:
    """Return `endpoints` with the types of the rows that are not kept blanked, so that no search finds them."""
    assert endpoints.type is not None  # noqa: S101  # facilities always carry a type
    return Endpoints(endpoints.ids, endpoints.snapped, np.where(keep, endpoints.type, ""))


def join(
    network: WalkNetwork,
    barriers: Barriers,
    *,
    origins: tuple[pd.Index, gpd.GeoSeries, npt.NDArray[np.float64]],
    facilities: FacilityTable,
    profile: WalkProfile,
    rules: WalkRules,
) -> Joined:
    """Snap every entrance to the nearest edge that `profile` may use.

    `origins` are the residence ids, their entrances, and the (L, 2) land sample points.
    """
    usable = walkable_edges(network, profile=profile, private=rules.private)
    ids, entrances, land = origins
    owner, xy = entrance_points(entrances)
    owner = np.concatenate([owner, len(ids) + np.arange(len(land), dtype=np.int64)])
    xy = np.vstack([xy, land.reshape(-1, 2)])
    snapped = snap_points((owner, xy), network, usable=usable, barriers=barriers, max_access_m=rules.max_access_m)
    land_ids = pd.Index([f"land/{point}" for point in range(len(land))], dtype=object)
    entered, strict = _entered(facilities, network, barriers=barriers, profile=profile, rules=rules)
    return Joined(network, rules, Endpoints(ids.append(land_ids), snapped, None), entered, strict)


def with_facilities(joined: Joined, facilities: FacilityTable, *, barriers: Barriers, profile: WalkProfile) -> Joined:
    """Return `joined` with other facilities; the origins are not joined again."""
    entered, strict = _entered(facilities, joined.network, barriers=barriers, profile=profile, rules=joined.rules)
    return replace(joined, facilities=entered, strict=strict)


def _entered(
    facilities: FacilityTable, network: WalkNetwork, *, barriers: Barriers, profile: WalkProfile, rules: WalkRules
) -> tuple[Endpoints, npt.NDArray[np.bool_]]:
    """Return the facilities joined to the network, and which of them count in every reading."""
    usable = walkable_edges(network, profile=profile, private=rules.private)
    reach = np.where(facilities["entrance_kind"] == "sampled", SAMPLED_OUTLINE_M, rules.max_access_m)
    served, doors = entrance_points(facilities["entrances"])
    entered = snap_points((served, doors), network, usable=usable, barriers=barriers, max_access_m=reach[served])
    endpoints = Endpoints(facilities.index, entered, facilities["type"].to_numpy(dtype=object))
    return endpoints, ~facilities["lenient"].to_numpy(dtype=bool)


def is_snapped(snapped: Snapped, rows: int) -> npt.NDArray[np.bool_]:
    """Return, for each of `rows` owners, whether any of its entrances has an admissible leg."""
    found = np.zeros(rows, dtype=bool)
    found[snapped.owner[snapped.edge >= 0]] = True
    return found
