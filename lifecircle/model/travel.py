"""Walkers, snapped points and walking times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from lifecircle.errors import ConfigError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# Why a point has no admissible leg; 0 is a snapped point.
SNAP_REASONS = ("snapped", "too_far", "water_or_rail", "no_network")


@dataclass(frozen=True, slots=True)
class WalkProfile:
    """Who walks, and how fast.

    Attributes
    ----------
    id : str
    speed_kmh : float
        On level ground.
    steps : bool
        False: steps cannot be walked.
    source : str
        Where the speed comes from.
    delay_factor : float
        Times the wait at crossings, where a study counts it.
    """

    id: str
    speed_kmh: float
    steps: bool = True
    source: str = ""
    delay_factor: float = 1.0

    def __post_init__(self) -> None:
        """Refuse speeds that no walker has."""
        if not 0.5 <= self.speed_kmh <= 12.0:
            raise ConfigError(
                f"walking speed of profile {self.id!r} is {self.speed_kmh} km/h: give a value from 0.5 to 12"
            )


@dataclass(frozen=True, slots=True)
class TravelMode:
    """What a search adds up: time of a profile, or length.

    ``unit`` is ``"ms"`` (milliseconds under `profile`) or ``"mm"`` (millimetres on the
    shortest-length path, independent of profile).
    """

    unit: str
    profile: WalkProfile

    def __post_init__(self) -> None:
        """Refuse unknown units."""
        if self.unit not in ("ms", "mm"):
            raise ValueError(f"TravelMode.unit is {self.unit!r}: 'ms' or 'mm'")


@dataclass(frozen=True, slots=True, eq=False)
class Impedance:
    """Integer cost of every edge in both directions, in one unit.

    Attributes
    ----------
    mode : TravelMode
    forward, backward : int64 (E,)
        Cost tail to head and head to tail; 0 where the direction is not walkable.
    rate_forward, rate_backward : float64 (E,)
        Cost per millimetre along the edge, for parts of it: ``rint(rate * part_mm)``.
    rate_leg : float
        Cost per millimetre of an access or egress leg.
    """

    mode: TravelMode
    forward: Ints
    backward: Ints
    rate_forward: Floats
    rate_backward: Floats
    rate_leg: float

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for array in (self.forward, self.backward, self.rate_forward, self.rate_backward):
            array.flags.writeable = False


@dataclass(frozen=True, slots=True, eq=False)
class Snapped:
    """Points joined to the network by their access legs; S points.

    Attributes
    ----------
    owner : int64 (S,)
        Row of the table that the point belongs to (a residence or facility has one point per entrance);
        ascending.
    x, y : float64 (S,)
        The point itself, metric CRS.
    edge : int64 (S,)
        Edge it is joined to, -1 when unsnapped.
    offset_mm : int64 (S,)
        From the edge's tail along the edge, 0 <= offset_mm <= length_mm.
    access_mm : int64 (S,)
        Length of the leg.
    reason : uint8 (S,)
        Index into ``SNAP_REASONS``.
    crosses_wall : bool (S,)
        The leg crosses a wall or fence because every leg in reach does.
    """

    owner: Ints
    x: Floats
    y: Floats
    edge: Ints
    offset_mm: Ints
    access_mm: Ints
    reason: npt.NDArray[np.uint8]
    crosses_wall: npt.NDArray[np.bool_]

    def __post_init__(self) -> None:
        """Check order and lengths; make the arrays read-only."""
        if (self.owner[1:] < self.owner[:-1]).any():
            raise ValueError("Snapped.owner must ascend")
        for name in self.__slots__:
            value = getattr(self, name)
            if len(value) != len(self.owner):
                raise ValueError(f"Snapped.{name} has {len(value)} values for {len(self.owner)} points")
            value.setflags(write=False)

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.owner)


@dataclass(frozen=True, slots=True, eq=False)
class NearestTimes:
    """Least cost from R residences to the nearest facility of each of K types.

    Attributes
    ----------
    mode : TravelMode
    cutoff : int
        In the mode's unit, inclusive; beyond it the value is ``inf``.
    residence_ids : Index (R,)
    types : tuple of K str
    facility_ids : Index (F,)
    value : float64 (R, K)
        Whole milliseconds or millimetres, ``inf`` where nothing is reached. Ties break by the
        smallest facility row, then the smallest entrance.
    facility : int64 (R, K)
        Row in `facility_ids`, -1 where nothing is reached.
    entrance : int64 (R, K)
        Row of the facility's snapped point that is entered, -1 where nothing is reached.
    access_mm, egress_mm : int64 (R, K)
        Length of the two legs.
    private : int64 (R, K)
        Part of `value` spent on private ways.
    """

    mode: TravelMode
    cutoff: int
    residence_ids: pd.Index
    types: tuple[str, ...]
    facility_ids: pd.Index
    value: Floats
    facility: Ints
    entrance: Ints
    access_mm: Ints
    egress_mm: Ints
    private: Ints

    def __post_init__(self) -> None:
        """Check shapes; make the arrays read-only."""
        shape = (len(self.residence_ids), len(self.types))
        for name in ("value", "facility", "entrance", "access_mm", "egress_mm", "private"):
            array = getattr(self, name)
            if array.shape != shape:
                raise ValueError(f"NearestTimes.{name} has shape {array.shape}, not {shape}")
            array.flags.writeable = False

    def to_frame(self) -> pd.DataFrame:
        """Return the long table, sorted by residence then type.

        Returns
        -------
        DataFrame
            ``residence_id, type, time_s, facility_id, access_m, egress_m``; one row per residence and
            type. ``time_s`` is ``inf`` and ``facility_id`` null where nothing is reached. In the ``"mm"`` mode
            the column is ``length_m``.
        """
        residences, kinds = self.value.shape
        reached = self.facility.ravel() >= 0
        ids = np.full(residences * kinds, None, dtype=object)
        ids[reached] = self.facility_ids.to_numpy()[self.facility.ravel()[reached]]
        leg = np.where(reached, 1.0, np.nan)
        return pd.DataFrame(
            {
                "residence_id": np.repeat(self.residence_ids.to_numpy(), kinds),
                "type": np.tile(np.array(self.types, dtype=object), residences),
                "time_s" if self.mode.unit == "ms" else "length_m": self.value.ravel() / 1000.0,
                "facility_id": ids,
                "access_m": self.access_mm.ravel() / 1000.0 * leg,
                "egress_m": self.egress_mm.ravel() / 1000.0 * leg,
            }
        )


@dataclass(frozen=True, slots=True, eq=False)
class ReachPairs:
    """Every residence and facility within a cutoff of each other; P pairs, sorted by residence, then facility.

    Attributes
    ----------
    mode : TravelMode
    cutoff : int
        In the mode's unit, inclusive: the pairs are complete up to here.
    residence_ids : Index (R,)
    facility_ids : Index (F,)
    types : object (F,)
        Type of every facility.
    residence, facility : int32 (P,)
        Rows of the two indexes.
    value : int64 (P,)
        Least whole milliseconds or millimetres, over all entrances of both.
    """

    mode: TravelMode
    cutoff: int
    residence_ids: pd.Index
    facility_ids: pd.Index
    types: npt.NDArray[np.object_]
    residence: npt.NDArray[np.int32]
    facility: npt.NDArray[np.int32]
    value: Ints

    def __post_init__(self) -> None:
        """Check order, rows and cutoff; make the arrays read-only."""
        if len(self.types) != len(self.facility_ids):
            raise ValueError(f"ReachPairs: {len(self.types)} types for {len(self.facility_ids)} facilities")
        if not len(self.residence) == len(self.facility) == len(self.value):
            raise ValueError("ReachPairs: residence, facility and value disagree in length")
        count = np.int64(len(self.types))
        row = self.residence * count + self.facility
        if len(row) and (np.any(np.diff(row) <= 0) or row[0] < 0 or row[-1] >= len(self.residence_ids) * count):
            raise ValueError("ReachPairs must ascend by residence, then facility, and name rows that exist")
        if len(row) and not 0 <= self.value.min() <= self.value.max() <= self.cutoff:
            raise ValueError(f"ReachPairs.value must lie between 0 and the cutoff {self.cutoff}")
        for array in (self.residence, self.facility, self.value):
            array.flags.writeable = False

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.residence)

    @property
    def cutoff_s(self) -> float:
        """The cutoff in seconds (in the ``"mm"`` mode: metres)."""
        return self.cutoff / 1000.0

    def to_frame(self) -> pd.DataFrame:
        """Return ``residence_id, facility_id, type, time_s`` (in the ``"mm"`` mode ``length_m``), one row a pair."""
        return pd.DataFrame(
            {
                "residence_id": self.residence_ids.to_numpy()[self.residence],
                "facility_id": self.facility_ids.to_numpy()[self.facility],
                "type": self.types[self.facility],
                "time_s" if self.mode.unit == "ms" else "length_m": self.value / 1000.0,
            }
        )
