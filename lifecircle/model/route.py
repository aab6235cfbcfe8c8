"""The walk behind a time: legs, edges and what is met on the way."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from pyproj import CRS
from shapely import LineString

from lifecircle.model.area import WGS84
from lifecircle.model.travel import TravelMode
from lifecircle.units import MM_PER_M, MS_PER_MIN, MS_PER_S

if TYPE_CHECKING:
    from collections.abc import Mapping

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """One walk from a residence (or any place) to a facility; N stretches of edges in walking order.

    Attributes
    ----------
    origin_id, facility_id, type : str
    mode : TravelMode
        What was made least.
    value : int
        Milliseconds or millimetres, as in the tables: the sum of both legs and all stretches.
    access, egress : int
        The legs, in the mode's unit.
    access_mm, egress_mm : int
    edge : int64 (N,)
    start_mm, end_mm : int64 (N,)
        From the edge's tail; walked from start to end, so that start > end is against the edge's direction.
    part : int64 (N,)
        Cost of each stretch, in the mode's unit.
    streets : tuple of str
        Names in walking order, without repetition of neighbours; unnamed ones left out.
    crossings : Mapping[str, int]
        Crossings of roads by kind: ``signals``, ``marked``, ``unmarked``.
    footway_mm, private_mm, steps_mm : int
        Length on ways for walkers, on private ways, on steps.
    line : LineString
        Legs included, metric CRS.
    crs : CRS
    """

    origin_id: str
    facility_id: str
    type: str
    mode: TravelMode
    value: int
    access: int
    egress: int
    access_mm: int
    egress_mm: int
    edge: Ints
    start_mm: Ints
    end_mm: Ints
    part: Ints
    streets: tuple[str, ...]
    crossings: Mapping[str, int]
    footway_mm: int
    private_mm: int
    steps_mm: int
    line: LineString
    crs: CRS

    def __post_init__(self) -> None:
        """Check that the parts add up to the whole; make arrays and mapping read-only."""
        total = self.access + self.egress + int(self.part.sum())
        if total != self.value:
            raise ValueError(f"Route: parts add up to {total} {self.mode.unit}, not {self.value}")
        object.__setattr__(self, "crossings", MappingProxyType(dict(self.crossings)))
        for array in (self.edge, self.start_mm, self.end_mm, self.part):
            array.flags.writeable = False

    @property
    def network_mm(self) -> int:
        """Length on the network, without the legs."""
        return int(np.abs(self.end_mm - self.start_mm).sum())

    @property
    def length_m(self) -> float:
        """Length with the legs, metres."""
        return (self.network_mm + self.access_mm + self.egress_mm) / MM_PER_M

    @property
    def minutes(self) -> float:
        """Walking minutes; NaN for a walk of least length."""
        return self.value / MS_PER_MIN if self.mode.unit == "ms" else float("nan")

    def share(self, length_mm: int) -> float:
        """Return `length_mm` as a share of the length on the network; 0 where nothing is walked there."""
        return length_mm / self.network_mm if self.network_mm else 0.0

    def facts(self) -> dict[str, object]:
        """Return everything that a table or a file says about the walk, in order."""
        time_s = self.value / MS_PER_S if self.mode.unit == "ms" else None
        return {
            "origin_id": self.origin_id,
            "type": self.type,
            "facility_id": self.facility_id,
            "profile": self.mode.profile.id if self.mode.unit == "ms" else "length",
            "speed_kmh": self.mode.profile.speed_kmh if self.mode.unit == "ms" else None,
            "time_s": time_s,
            "minutes": None if time_s is None else time_s / 60.0,
            "length_m": self.length_m,
            "access_m": self.access_mm / MM_PER_M,
            "egress_m": self.egress_mm / MM_PER_M,
            "crossings": sum(self.crossings.values()),
            **{f"crossings_{kind}": count for kind, count in self.crossings.items()},
            "footway_share": self.share(self.footway_mm),
            "private_share": self.share(self.private_mm),
            "steps_m": self.steps_mm / MM_PER_M,
            "streets": ", ".join(self.streets),
        }

    def to_frame(self) -> gpd.GeoDataFrame:
        """Return one row with `facts` and the line, EPSG:4326."""
        frame = gpd.GeoDataFrame([self.facts()], geometry=[self.line], crs=self.crs)
        return frame.to_crs(WGS84)
