"""Many walks at once: from the residences of an estate to the facility that serves each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from lifecircle.model.travel import WalkProfile

if TYPE_CHECKING:
    from lifecircle.model.area import StudyArea
    from lifecircle.model.audit import BaseMap
    from lifecircle.model.network import WalkNetwork
    from lifecircle.model.provenance import Provenance

WALK_COLUMNS = (
    "residence_id",
    "name",
    "estate",
    "community_id",
    "people",
    "status",
    "facility_id",
    "facility_name",
    "minutes",
    "length_m",
    "crossings",
    "crossings_signals",
    "crossings_marked",
    "crossings_unmarked",
    "footway_share",
    "private_share",
    "steps_m",
    "streets",
)
WALK_STATUSES = ("walk", "out_of_reach", "no_street")


@dataclass(frozen=True, slots=True, eq=False)
class Walks:
    """The walks from some residences to the nearest facility of a type, metric CRS.

    Attributes
    ----------
    start : str
        What was asked for: an estate, a community, ids, or all.
    type : str
    type_names : Mapping[str, str]
        By language.
    profile : WalkProfile
    lines : GeoDataFrame
        Columns WALK_COLUMNS, one row per residence in the order of their ids; ``people`` null where unknown,
        ``status`` one of ``WALK_STATUSES``; geometry (a line, legs included) and figures null where there is no walk.
    streets : GeoDataFrame
        One row per stretch of street that is walked, each whole: ``walks``; a line.
    crossings : GeoDataFrame
        One row per place where walks cross a road: ``kind`` (signals, marked or unmarked), ``walks``, ``people``, a
        point.
    facilities : GeoDataFrame
        Index ``facility_id``: ``name``, ``walks``, ``people``, a point.
    residences : GeoDataFrame
        The residences' own shapes, in the order of `lines`.
    """

    start: str
    type: str
    type_names: Mapping[str, str]
    profile: WalkProfile
    lines: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    crossings: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    residences: gpd.GeoDataFrame

    def found(self) -> gpd.GeoDataFrame:
        """Return the residences that have a walk."""
        return self.lines[self.lines["status"] == "walk"]

    def totals(self) -> dict[str, float | int | str | None]:
        """Return the figures of all walks together.

        Returns
        -------
        dict
            ``residences``, ``walks``; ``people`` (None where unknown); ``minutes_mean`` (over people where known, else
            residences), ``minutes_worst`` and the ``worst`` residence; ``length_mean_m``; ``footway_share`` of all
            metres walked on the network; ``crossings_places``, of them ``crossings_without_signals``;
            ``walks_across_without_signals``. None where there is no walk.
        """
        walks, people = self.found(), self.lines["people"]
        unsafe = walks["crossings_marked"] + walks["crossings_unmarked"] > 0
        known = bool(people.notna().all()) and float(people.sum()) > 0
        totals: dict[str, float | int | str | None] = {
            "residences": len(self.lines),
            "walks": len(walks),
            "people": float(people.sum()) if known else None,
            "crossings_places": len(self.crossings),
            "crossings_without_signals": int((self.crossings["kind"] != "signals").sum()),
            "walks_across_without_signals": int(unsafe.sum()),
        }
        none: dict[str, float | str | None] = dict.fromkeys(
            ("minutes_mean", "minutes_worst", "worst", "length_mean_m", "footway_share")
        )
        if walks.empty:
            return {**totals, **none}
        weight = walks["people"].to_numpy(dtype=float) if known else np.ones(len(walks))
        weight = weight if weight.sum() > 0 else np.ones(len(walks))
        worst = walks["minutes"].to_numpy(dtype=float).argmax()
        metres = walks["length_m"].to_numpy(dtype=float)
        return {
            **totals,
            "minutes_mean": float(np.average(walks["minutes"].astype(float), weights=weight)),
            "minutes_worst": float(walks["minutes"].iloc[worst]),
            "worst": str(walks["residence_id"].iloc[worst]),
            "length_mean_m": float(np.average(metres, weights=weight)),
            "footway_share": float((walks["footway_share"].astype(float) * metres).sum() / metres.sum()),
        }

    def table(self) -> pd.DataFrame:
        """Return the walks without their lines."""
        return pd.DataFrame(self.lines[list(WALK_COLUMNS)])


@dataclass(frozen=True, slots=True, eq=False)
class WalksView:
    """Everything that the files of some walks are made of.

    Attributes
    ----------
    walks : Walks
    area : StudyArea
    network : WalkNetwork
    base : BaseMap
    provenance : Provenance
    language : str
    """

    walks: Walks
    area: StudyArea
    network: WalkNetwork
    base: BaseMap
    provenance: Provenance
    language: str
