"""From OSM tags to who may walk: ways, gates, directions and crossings.

The tables are documented, row by row, in docs/methods/walking-network.md.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from lifecircle.model.network import Crossing, EdgeFlag, Permission
from lifecircle.model.osm import Tags

# Ways that no motor traffic is meant to use.
FOOT_WAYS = frozenset(
    {
        "footway",
        "path",
        "pedestrian",
        "steps",
        "crossing",
        "corridor",
        "elevator",
        "platform",
        "pier",
        "cycleway",
        "bridleway",
    }
)
_STREETS = frozenset(
    {
        "trunk",
        "trunk_link",
        "primary",
        "primary_link",
        "secondary",
        "secondary_link",
        "tertiary",
        "tertiary_link",
        "unclassified",
        "residential",
        "living_street",
        "service",
        "road",
        "track",
    }
)
# Not for walkers unless a tag says so.
_MOTORWAYS = frozenset({"motorway", "motorway_link"})
_BUSWAYS = frozenset({"busway"})

_OPEN = frozenset({"yes", "designated", "permissive", "public", "official"})
_PRIVATE = frozenset(
    {
        "private",
        "customers",
        "destination",
        "delivery",
        "permit",
        "residents",
        "employees",
        "members",
        "agricultural",
        "forestry",
    }
)
_SHUT = frozenset({"no", "military", "emergency", "use_sidepath", "separate"})
_YES = frozenset({"yes", "true", "1"})

# Node barriers that stop a walker when access= says so. Others (bollard, lift_gate, stile ...) stop vehicles,
# and are shut only by foot=*.
_GATES = frozenset({"gate", "sliding_gate", "wicket_gate", "hampshire_gate", "full-height_turnstile", "turnstile"})

_SIGNALS = frozenset({"traffic_signals", "pedestrian_signals", "toucan", "pelican", "puffin", "pegasus"})
_PAINTED = frozenset({"marked", "uncontrolled", "zebra"})

_INCLINE = re.compile(r"([+-]?\d{1,3}(?:\.\d{1,3})?) ?(%|°)")

# Every key that decides an attribute of an edge; ways equal in these are evaluated once.
WAY_KEYS = (
    "highway",
    "railway",
    "public_transport",
    "man_made",
    "foot",
    "access",
    "motorroad",
    "sidewalk",
    "abandoned",
    "disused",
    "oneway:foot",
    "footway",
    "path",
    "cycleway",
    "crossing",
    "crossing:signals",
    "crossing:markings",
    "crossing_ref",
    "bridge",
    "tunnel",
    "location",
    "name",
    "incline",
)


@dataclass(frozen=True, slots=True)
class WayClass:
    """What one way gives its edges: see the attributes of the same name of `WalkNetwork`."""

    permission: Permission
    oneway: int
    crossing: Crossing
    flags: int
    street: str
    incline: float = 0.0


def _class(tags: Tags) -> str:
    """Return the kind of way: its ``highway``, else "platform" or "pier", else ""."""
    highway = tags.get("highway", "no")
    if highway not in ("no", "bus_stop"):
        return highway
    if tags.get("railway") == "platform" or tags.get("public_transport") == "platform":
        return "platform"
    return "pier" if tags.get("man_made") == "pier" else ""


def _rank(value: str | None) -> Permission | None:
    """Return what one access value says, or None when it says nothing; of ``a;b`` the most open."""
    if value is None:
        return None
    parts = [part.strip() for part in value.split(";")]
    for permission, values in (
        (Permission.PUBLIC, _OPEN),
        (Permission.PRIVATE, _PRIVATE),
        (Permission.CLOSED, _SHUT),
    ):
        if any(part in values for part in parts):
            return permission
    return None


def permission(tags: Tags) -> Permission | None:
    """Return who may walk a way, or None when it is no part of the walking network.

    ``foot`` decides before ``access``, ``access`` before the kind of way.

    Parameters
    ----------
    tags : Tags
        Of a way.

    Returns
    -------
    Permission or None
        None: not a way that walkers could ever use (motorways, motor roads, planned and vanished
        roads, tags that are no way at all).

    References
    ----------
    docs/methods/walking-network.md; OpenStreetMap wiki, "Key:access", "Key:foot", "Key:highway".
    """
    kind = _class(tags)
    if kind not in FOOT_WAYS | _STREETS | _MOTORWAYS | _BUSWAYS:
        return None
    on_foot = _rank(tags.get("foot"))
    dead = tags.get("abandoned") in _YES or tags.get("disused") in _YES
    if dead and on_foot is not Permission.PUBLIC:
        return None
    if kind in _MOTORWAYS or tags.get("motorroad") in _YES:
        pavement = tags.get("sidewalk") in ("yes", "both", "left", "right") and on_foot is None
        return Permission.PUBLIC if on_foot is Permission.PUBLIC or pavement else None
    if on_foot is not None:
        return on_foot
    general = _rank(tags.get("access"))
    if general is not None:
        return general
    return Permission.CLOSED if kind in _BUSWAYS else Permission.PUBLIC


def gate_permission(tags: Tags) -> Permission:
    """Return who may pass a node with these tags; ``PUBLIC`` for anything that does not stop a walker."""
    barrier = tags.get("barrier")
    if barrier is None:
        return Permission.PUBLIC
    on_foot = _rank(tags.get("foot"))
    if on_foot is not None:
        return on_foot
    if barrier not in _GATES:
        return Permission.PUBLIC
    if tags.get("locked") in _YES:
        return Permission.CLOSED
    return _rank(tags.get("access")) or Permission.PUBLIC


def stops_walkers(tags: Tags) -> bool:
    """Say whether a node is a gate that a walker cannot pass when it is shut."""
    return tags.get("barrier") in _GATES


def oneway_foot(tags: Tags) -> int:
    """Return 1, -1 or 0 from ``oneway:foot``; ``oneway`` alone is about vehicles."""
    value = tags.get("oneway:foot")
    if value in _YES:
        return 1
    return -1 if value in ("-1", "reverse") else 0


def crossing_kind(tags: Tags) -> Crossing:
    """Return how a crossing way or node is controlled, ``NONE`` if it is no crossing."""
    declared = "crossing" in (tags.get("highway"), tags.get("footway"), tags.get("path"), tags.get("cycleway"))
    value = tags.get("crossing")
    if value == "no" or (not declared and value is None):
        return Crossing.NONE
    values = {part.strip() for part in (value or "").split(";")}
    if values & _SIGNALS or tags.get("crossing:signals") in _YES:
        return Crossing.SIGNALS
    painted = tags.get("crossing:markings", "no") != "no" or tags.get("crossing_ref") is not None
    return Crossing.MARKED if painted or values & _PAINTED else Crossing.UNMARKED


def classify_way(tags: Tags) -> WayClass | None:
    """Return everything that a way's tags decide, or None when it is not walkable ground."""
    allowed = permission(tags)
    if allowed is None:
        return None
    kind = _class(tags)
    # A passage through a building lies on the ground and leads to its doors.
    below = tags.get("tunnel", "no") not in ("no", "building_passage") or tags.get("location") == "underground"
    flags = (
        EdgeFlag.STEPS * (kind == "steps")
        + EdgeFlag.BRIDGE * (tags.get("bridge", "no") != "no")
        + EdgeFlag.TUNNEL * below
        + EdgeFlag.FOOTWAY * (kind in FOOT_WAYS)
    )
    on_foot_way = kind in FOOT_WAYS
    crossing = crossing_kind(tags) if on_foot_way else Crossing.NONE
    return WayClass(allowed, oneway_foot(tags), crossing, int(flags), tags.get("name", ""))


def incline(tags: Tags) -> float:
    """Return the rise over run of ``incline`` in the way's direction; 0 where it gives no number with a unit.

    ``5%`` and ``-3 %`` are percent, ``10°`` degrees; ``up`` and ``down`` do not say how much.
    """
    found = _INCLINE.fullmatch(tags.get("incline", "").strip().replace(",", "."))
    if found is None:
        return 0.0
    value = float(found[1])
    return math.tan(math.radians(max(-60.0, min(60.0, value)))) if found[2] == "°" else value / 100.0


def is_square(tags: Tags) -> bool:
    """Say whether a closed way is ground that can be crossed in a straight line."""
    return tags.get("area") in _YES or tags.get("place") == "square"
