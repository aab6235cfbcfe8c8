"""Which tagged things of an extract are read, and which closed ways are areas.

The area rules follow the OpenStreetMap wiki, *Overpass turbo/Polygon Features*,
except that closed barriers stay lines: a fence is what cannot be walked through,
not what it encloses.
"""

from collections.abc import Mapping
from typing import Final

Tags = Mapping[str, str]

STREET_KEY: Final = "highway"
_PLATFORM_TAGS: Final = {"man_made": "pier", "railway": "platform", "public_transport": "platform"}
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
_AREA_WATERWAYS: Final = frozenset({"riverbank", "dock", "boatyard", "dam"})
_AREA_RAILWAYS: Final = frozenset({"station", "platform", "turntable", "roundhouse"})
_AREA_HIGHWAYS: Final = frozenset({"platform", "elevator", "rest_area", "services"})
_LIVE_KEYS: Final = frozenset((*OBJECT_KEYS, STREET_KEY))
# Single trees, peaks and springs are no surface to walk around: natural and waterway nodes are not read.
_WAY_KEYS: Final = frozenset(OBJECT_KEYS)
_NODE_KEYS: Final = _WAY_KEYS - {"natural", "waterway"}
_SURFACE_KEYS: Final = frozenset(AREA_KEYS)


def has(tags: Tags, key: str) -> bool:
    """Tell whether `key` is set to anything but "no"; ``emergency=yes`` on a road is an access rule, not a thing."""
    value = tags.get(key, "no")
    return value != "no" and not (key == "emergency" and value in _EMERGENCY_ACCESS)


def _has_any(tags: Tags, keys: frozenset[str]) -> bool:
    return not keys.isdisjoint(tags) and any(has(tags, key) for key in keys.intersection(tags))


def is_street(tags: Tags) -> bool:
    """Tell whether a way belongs to ``OsmData.ways``: any highway, pier or platform."""
    return has(tags, STREET_KEY) or _is_platform(tags)


def _is_platform(tags: Tags) -> bool:
    return not _PLATFORM_TAGS.keys().isdisjoint(tags) and any(
        tags.get(key) == value for key, value in _PLATFORM_TAGS.items()
    )


def is_object(tags: Tags, *, node: bool = False) -> bool:
    """Tell whether something belongs to ``OsmData.objects``."""
    if _has_any(tags, _NODE_KEYS if node else _WAY_KEYS):
        return True
    highway = tags.get(STREET_KEY)
    if highway is not None and (highway in STOP_HIGHWAYS or (highway in TRAIL_HIGHWAYS and "name" in tags)):
        return True
    return tags.get("boundary") == "administrative"


def is_beside_streets(tags: Tags) -> bool:
    """Tell whether a tagged node says nothing about walking past it: an address or a street lamp."""
    return tags.get(STREET_KEY) == "street_lamp" or all(key.startswith(("addr:", "source")) for key in tags)


def is_address(tags: Tags) -> bool:
    """Tell whether something has a house number, or the name of a house on a street."""
    return "addr:housenumber" in tags or ("addr:housename" in tags and "addr:street" in tags)


def is_dead(tags: Tags) -> bool:
    """Tell whether something is only what it used to be, or may become.

    True when a relevant key stands behind a life-cycle prefix (``disused:amenity``);
    ask only of what is neither a street nor an object.
    """
    for key in tags:
        prefix, colon, rest = key.partition(":")
        if colon and prefix in DEAD_PREFIXES and rest.partition(":")[0] in _LIVE_KEYS:
            return True
    return False


def is_area(tags: Tags) -> bool:
    """Tell whether a closed way with these tags is a surface rather than a line."""
    area = tags.get("area")
    if area in {"yes", "no"}:
        return area == "yes"
    return (
        _has_any(tags, _SURFACE_KEYS)
        or (has(tags, "natural") and tags["natural"] not in _LINEAR_NATURAL)
        or tags.get("waterway") in _AREA_WATERWAYS
        or tags.get("railway") in _AREA_RAILWAYS
        or tags.get(STREET_KEY) in _AREA_HIGHWAYS
    )


def is_route(tags: Tags) -> bool:
    """Tell whether a relation is a route for people on foot."""
    return tags.get("type") == "route" and tags.get("route") in ROUTES_ON_FOOT


def is_area_relation(tags: Tags) -> bool:
    """Tell whether a relation describes a surface by its member ways."""
    return tags.get("type") in {"multipolygon", "boundary"}
