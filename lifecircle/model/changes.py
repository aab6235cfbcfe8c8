"""Changes of a place: what is asked of it, not what comes out.

A change only says what is meant; whether it fits a place is looked at when it is applied, all changes at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from lifecircle.errors import SchemaError

LonLat: TypeAlias = tuple[float, float]

STREET_KINDS = ("street", "path", "crossing", "signals", "footbridge", "underpass")


@dataclass(frozen=True, slots=True)
class AddFacility:
    """A new facility at a point.

    Attributes
    ----------
    type : str
        Of the study's catalogue.
    lon, lat : float
        WGS 84; where a walker enters.
    name : str
    capacity : float or None
    id : str or None
        Its object id; by default ``"new/<n>"`` for the n-th change of the scenario.
    """

    KIND: ClassVar[str] = "add_facility"
    type: str
    lon: float
    lat: float
    name: str = ""
    capacity: float | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class RemoveFacility:
    """A facility closes.

    Attributes
    ----------
    id : str
        A ``facility_id``, or an ``object_id``: all that the object is.
    """

    KIND: ClassVar[str] = "remove_facility"
    id: str


@dataclass(frozen=True, slots=True)
class MoveFacility:
    """A facility moves to a point and keeps its id, type, name and capacity.

    Attributes
    ----------
    id : str
        A ``facility_id``, or an ``object_id``: all that the object is.
    lon, lat : float
        WGS 84.
    """

    KIND: ClassVar[str] = "move_facility"
    id: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class RetypeFacility:
    """A facility becomes one of another type.

    Attributes
    ----------
    id : str
        A ``facility_id``, or the ``object_id`` of a facility of one type.
    type : str
    """

    KIND: ClassVar[str] = "retype_facility"
    id: str
    type: str


@dataclass(frozen=True, slots=True)
class SetCapacity:
    """A facility gets another capacity.

    Attributes
    ----------
    id : str
        A ``facility_id``, or the ``object_id`` of a facility of one type.
    capacity : float
        Above 0, in the unit of its type.
    """

    KIND: ClassVar[str] = "set_capacity"
    id: str
    capacity: float


@dataclass(frozen=True, slots=True)
class AddStreet:
    """A new way on foot.

    Attributes
    ----------
    points : tuple of (lon, lat)
        WGS 84, two or more, along the way. Its ends are joined to the nearest street.
    kind : str
        One of `STREET_KINDS`: "street" and "path" meet the streets that they cross, and so do "crossing" (marked) and
        "signals"; "footbridge" and "underpass" meet streets at their two ends alone.
    steps : bool
        Whether walkers climb steps on it.
    name : str
    """

    KIND: ClassVar[str] = "add_street"
    points: tuple[LonLat, ...]
    kind: str = "street"
    steps: bool = False
    name: str = ""

    def __post_init__(self) -> None:
        """Take the points as pairs of numbers, whatever held them."""
        object.__setattr__(self, "points", _pairs(self.points, "points"))


@dataclass(frozen=True, slots=True)
class _StreetChoice:
    """Existing streets: a whole way, one edge, or the one nearest to a point."""

    way: int | None = None
    edge: int | None = None
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class CloseStreet(_StreetChoice):
    """Streets are closed to walkers.

    Attributes
    ----------
    way : int or None
        OSM id of a way: all its edges.
    edge : int or None
        One edge of the network, by its number.
    lon, lat : float or None
        WGS 84: the edge nearest to a point.
    """

    KIND: ClassVar[str] = "close_street"


@dataclass(frozen=True, slots=True)
class OpenStreet(_StreetChoice):
    """Streets that are closed or private are opened to all; `CloseStreet` says how they are given."""

    KIND: ClassVar[str] = "open_street"


@dataclass(frozen=True, slots=True)
class _GateChoice:
    """A mapped gate: its node, or the one nearest to a point."""

    id: int | None = None
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class OpenGate(_GateChoice):
    """A mapped gate is opened to all.

    Attributes
    ----------
    id : int or None
        OSM id of its node.
    lon, lat : float or None
        WGS 84: the gate nearest to a point.
    """

    KIND: ClassVar[str] = "open_gate"


@dataclass(frozen=True, slots=True)
class CloseGate(_GateChoice):
    """A mapped gate is locked; `OpenGate` says how it is given."""

    KIND: ClassVar[str] = "close_gate"


@dataclass(frozen=True, slots=True)
class AddResidences:
    """People come to live somewhere: a building, or a new estate.

    Attributes
    ----------
    lon, lat : float or None
        WGS 84, a point; or
    polygon : tuple of (lon, lat)
        the outline of an estate, which becomes residential land and is cut into cells of at most 1 ha.
    population : float or None
    floor_area_m2 : float or None
        Both in all, shared out evenly by land. The study's own weight has to be given.
    homes : int or None
        Residences that they count as; by default one, or one per cell.
    name : str
    """

    KIND: ClassVar[str] = "add_residences"
    lon: float | None = None
    lat: float | None = None
    polygon: tuple[LonLat, ...] = ()
    population: float | None = None
    floor_area_m2: float | None = None
    homes: int | None = None
    name: str = ""

    def __post_init__(self) -> None:
        """Take the outline as pairs of numbers, whatever held them."""
        object.__setattr__(self, "polygon", _pairs(self.polygon, "polygon"))


@dataclass(frozen=True, slots=True)
class SetProfile:
    """The study's walker is another one; a circle's own walker stays.

    Attributes
    ----------
    profile : str
        "adult", "planner", "elderly", "child" or "wheelchair".
    """

    KIND: ClassVar[str] = "set_profile"
    profile: str


Change: TypeAlias = (
    AddFacility
    | RemoveFacility
    | MoveFacility
    | RetypeFacility
    | SetCapacity
    | AddStreet
    | CloseStreet
    | OpenStreet
    | OpenGate
    | CloseGate
    | AddResidences
    | SetProfile
)

CHANGES: Mapping[str, type[Change]] = {
    kind.KIND: kind
    for kind in (
        AddFacility,
        RemoveFacility,
        MoveFacility,
        RetypeFacility,
        SetCapacity,
        AddStreet,
        CloseStreet,
        OpenStreet,
        OpenGate,
        CloseGate,
        AddResidences,
        SetProfile,
    )
}


def _pairs(points: Iterable[Any], name: str) -> tuple[LonLat, ...]:
    try:
        return tuple((float(lon), float(lat)) for lon, lat in points)
    except (TypeError, ValueError):
        raise SchemaError(f"{name}: give pairs of numbers, [[lon, lat], [lon, lat], ...]") from None
