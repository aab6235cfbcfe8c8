"""Which tagged things of an extract are read, and which closed ways are areas.

The area rules follow the OpenStreetMap wiki, *Overpass turbo/Polygon Features*,
except that closed barriers stay lines: a fence is what cannot be walked through,
not what it encloses.

Every tag says something by itself (`said`), as bits of one number; what a thing is follows from the bits of all its
tags together. So the many things of a file are judged at once, and each distinct tag is looked at once.
"""

from typing import Any, Final, TypeVar

import numpy.typing as npt

# What the tags of one thing say together, or those of many.
Said = TypeVar("Said", int, npt.NDArray[Any])

STREET_KEY: Final = "highway"
OBJECT_KEYS: Final = (
    "amenity", "office", "shop", "healthcare", "social_facility", "leisure", "tourism", "building", "club", "craft",
    "landuse", "education", "community_centre", "government", "public_transport", "railway", "route", "emergency",
    "place", "natural", "waterway", "barrier", "entrance",
)  # fmt: skip
STOP_HIGHWAYS: Final = frozenset({"bus_stop", "platform", "elevator"})
TRAIL_HIGHWAYS: Final = frozenset({"footway", "path", "cycleway", "pedestrian"})
ROUTES_ON_FOOT: Final = frozenset({"foot", "hiking", "walking", "fitness_trail", "running"})
DEAD_PREFIXES: Final = frozenset(
    {"disused", "abandoned", "was", "removed", "demolished", "construction", "proposed", "planned"}
)
AREA_KEYS: Final = (
    "amenity", "office", "shop", "healthcare", "social_facility", "leisure", "tourism", "building", "club", "craft",
    "landuse", "education", "community_centre", "government", "public_transport", "emergency", "place", "boundary",
)  # fmt: skip
_EMERGENCY_ACCESS: Final = frozenset({"yes", "designated", "destination", "official", "permissive", "private"})
_LINEAR_NATURAL: Final = frozenset({"coastline", "cliff", "ridge", "arete", "valley", "tree_row"})
_LIVE_KEYS: Final = frozenset((*OBJECT_KEYS, STREET_KEY))

_STREET: Final = 1 << 0
_THING: Final = 1 << 1
_NODE_THING: Final = 1 << 2
_TRAIL: Final = 1 << 3
_NAMED: Final = 1 << 4
_SURFACE: Final = 1 << 5
_AREA: Final = 1 << 6
_NO_AREA: Final = 1 << 7
_LAMP: Final = 1 << 8
_BEYOND_ADDRESS: Final = 1 << 9
_NUMBERED: Final = 1 << 10
_HOUSE_NAMED: Final = 1 << 11
_ON_STREET: Final = 1 << 12
_DEAD: Final = 1 << 13
_ROUTE: Final = 1 << 14
_ON_FOOT: Final = 1 << 15
_ENCLOSES: Final = 1 << 16
# Single trees, peaks and springs are no surface to walk around: natural and waterway nodes are not read.
_NO_NODES: Final = frozenset({"natural", "waterway"})
# What a key says unless its value is "no".
_IF_SET: Final = {
    key: _STREET * (key == STREET_KEY)
    | _THING * (key in OBJECT_KEYS)
    | _NODE_THING * (key in OBJECT_KEYS and key not in _NO_NODES)
    | _SURFACE * (key in AREA_KEYS)
    for key in (*OBJECT_KEYS, *AREA_KEYS, STREET_KEY)
}
_WHATEVER_VALUE: Final = {
    "name": _NAMED, "addr:housenumber": _NUMBERED, "addr:housename": _HOUSE_NAMED, "addr:street": _ON_STREET,
}  # fmt: skip
_BOTH_THINGS: Final = _THING | _NODE_THING
_VALUES: Final = (
    ("man_made", ("pier",), _STREET),
    ("railway", ("platform",), _STREET),
    ("public_transport", ("platform",), _STREET),
    (STREET_KEY, STOP_HIGHWAYS, _BOTH_THINGS),
    (STREET_KEY, TRAIL_HIGHWAYS, _TRAIL),
    (STREET_KEY, ("street_lamp",), _LAMP),
    ("boundary", ("administrative",), _BOTH_THINGS),
    ("waterway", ("riverbank", "dock", "boatyard", "dam"), _SURFACE),
    ("railway", ("station", "platform", "turntable", "roundhouse"), _SURFACE),
    (STREET_KEY, ("platform", "elevator", "rest_area", "services"), _SURFACE),
    ("area", ("yes",), _AREA),
    ("area", ("no",), _NO_AREA),
    ("type", ("route",), _ROUTE),
    ("route", ROUTES_ON_FOOT, _ON_FOOT),
    ("type", ("multipolygon", "boundary"), _ENCLOSES),
)


def said(key: str, value: str) -> int:
    """Return what one tag says, as bits; ``emergency=yes`` on a road is an access rule, not a thing."""
    bits = _WHATEVER_VALUE.get(key, 0) | _BEYOND_ADDRESS * (not key.startswith(("addr:", "source")))
    if key in _IF_SET and value != "no" and not (key == "emergency" and value in _EMERGENCY_ACCESS):
        bits |= _IF_SET[key] | _SURFACE * (key == "natural" and value not in _LINEAR_NATURAL)
    for known, values, bit in _VALUES:
        if key == known and value in values:
            bits |= bit
    prefix, colon, rest = key.partition(":")
    if colon and prefix in DEAD_PREFIXES and rest.partition(":")[0] in _LIVE_KEYS:
        bits |= _DEAD
    return bits


def is_street(bits: Said) -> Said:
    """Tell whether a way belongs to ``OsmData.ways``: any highway, pier or platform."""
    return (bits & _STREET) != 0


def is_object(bits: Said, *, node: bool = False) -> Said:
    """Tell whether something belongs to ``OsmData.objects``."""
    named_trail = (bits & (_TRAIL | _NAMED)) == (_TRAIL | _NAMED)
    return ((bits & (_NODE_THING if node else _THING)) != 0) | named_trail


def concerns_walkers(bits: Said) -> Said:
    """Tell whether a tagged node says anything about walking past it: mere addresses and street lamps do not."""
    return ((bits & _LAMP) == 0) & ((bits & _BEYOND_ADDRESS) != 0)


def is_address(bits: Said) -> Said:
    """Tell whether something has a house number, or the name of a house on a street."""
    named = _HOUSE_NAMED | _ON_STREET
    return ((bits & _NUMBERED) != 0) | ((bits & named) == named)


def is_dead(bits: Said) -> Said:
    """Tell whether something is only what it used to be, or may become.

    True when a relevant key stands behind a life-cycle prefix (``disused:amenity``);
    ask only of what is neither a street nor an object.
    """
    return (bits & _DEAD) != 0


def is_area(bits: Said) -> Said:
    """Tell whether a closed way with these tags is a surface rather than a line."""
    return ((bits & _AREA) != 0) | (((bits & _NO_AREA) == 0) & ((bits & _SURFACE) != 0))


def is_route(bits: Said) -> Said:
    """Tell whether a relation is a route for people on foot."""
    return (bits & (_ROUTE | _ON_FOOT)) == (_ROUTE | _ON_FOOT)


def is_area_relation(bits: Said) -> Said:
    """Tell whether a relation describes a surface by its member ways."""
    return (bits & _ENCLOSES) != 0


def is_kept_relation(bits: Said) -> Said:
    """Tell whether a relation is drawn: a route, a street area or an object with a surface."""
    return is_route(bits) | (is_area_relation(bits) & (is_street(bits) | is_object(bits)))
