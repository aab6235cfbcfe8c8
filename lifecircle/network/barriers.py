"""Water, railways, walls and the openings in them, for legs that leave the network.

Edges are never cut by these: a mapped street on a bridge or through a gate is walked as mapped.
"""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.model.network import Barriers, EdgeFlag, Permission, WalkNetwork
from lifecircle.model.osm import Tags
from lifecircle.network.permissions import gate_permission

Shapes = npt.NDArray[np.object_]

_WATERCOURSES = frozenset({"river", "canal", "stream"})
_WATER_AREAS = frozenset({"riverbank", "dock"})
_RAILWAYS = frozenset({"rail", "light_rail", "narrow_gauge", "subway", "preserved", "funicular"})
_WALLS = frozenset({"wall", "fence", "city_wall", "retaining_wall"})
_OPENINGS = frozenset(
    {
        "gate",
        "lift_gate",
        "swing_gate",
        "sliding_gate",
        "wicket_gate",
        "hampshire_gate",
        "sally_port",
        "entrance",
        "kissing_gate",
        "stile",
        "turnstile",
        "full-height_turnstile",
        "cattle_grid",
        "bollard",
        "block",
        "cycle_barrier",
        "toll_booth",
    }
)
# Without any of these keys a thing plays no role.
_KEYS = frozenset({"barrier", "entrance", "landuse", "natural", "railway", "waterway"})
# By shapely's number of the type.
_FORMS = (
    *("Point", "LineString", "LinearRing", "Polygon"),
    *("MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection"),
)
_AREAS = ("Polygon", "MultiPolygon")
_LINES = ("LineString", "MultiLineString", "LinearRing")
ON_WALL_M = 0.1  # an entrance is mapped as a node of its wall; projecting moves it far less
SAME_PLACE_M = 0.05


def _below(tags: Tags) -> bool:
    """Say whether something runs under the ground or under another thing."""
    if tags.get("tunnel", "no") != "no" or tags.get("location") == "underground" or tags.get("covered") == "yes":
        return True
    layer = tags.get("layer", "0")
    return layer.startswith("-") and layer != "-0"


def _is_water(tags: Tags, *, area: bool) -> bool:
    """Say whether this is water that stands or flows in the open all year."""
    if tags.get("tunnel", "no") != "no" or tags.get("location") == "underground" or tags.get("intermittent") == "yes":
        return False
    if area:
        return (
            tags.get("natural") == "water" or tags.get("waterway") in _WATER_AREAS or tags.get("landuse") == "reservoir"
        )
    return tags.get("waterway") in _WATERCOURSES or tags.get("natural") == "coastline"


def _is_railway(tags: Tags) -> bool:
    """Say whether this is a railway in use, on the ground: one walks under a viaduct and over a tunnel."""
    return tags.get("railway") in _RAILWAYS and tags.get("bridge", "no") == "no" and not _below(tags)


def _role(tags: Tags, *, form: str) -> str:
    """Return "hard", "wall", "gate", "shut" (a gate that is closed to walkers), "entrance" or ""."""
    if _KEYS.isdisjoint(tags):
        return ""
    if form == "Point":
        if tags.get("barrier") in _OPENINGS:
            return "shut" if gate_permission(tags) == Permission.CLOSED else "gate"
        return "entrance" if tags.get("entrance", "no") != "no" else ""
    area = form in _AREAS
    if not area and form not in _LINES:
        return ""
    if _is_water(tags, area=area) or (not area and _is_railway(tags)):
        return "hard"
    return "wall" if tags.get("barrier") in _WALLS and not _below(tags) else ""


def _passages(network: WalkNetwork, walls: Shapes) -> Shapes:
    """Return the points where walkable edges on the ground meet walls."""
    over = network.has_flag(EdgeFlag.BRIDGE) | network.has_flag(EdgeFlag.TUNNEL)
    drawn = ~network.has_flag(EdgeFlag.SQUARE)  # a straight line across a square does not see the walls on it
    used = (network.permission != Permission.CLOSED) & ~over & drawn
    lines = network.lines()[used] if network.edges else np.empty(0, dtype=object)
    edge, wall = shapely.STRtree(walls).query(lines, predicate="intersects")
    met = shapely.get_parts(shapely.intersection(lines[edge], walls[wall]))
    # A way drawn along a wall shares a line with it: no opening.
    return met[shapely.get_type_id(met) == shapely.GeometryType.POINT]


def _apart(points: Shapes, others: Shapes) -> Shapes:
    """Return the points that do not lie at any of the others."""
    near, _ = shapely.STRtree(others).query(points, predicate="dwithin", distance=SAME_PLACE_M)
    return np.delete(points, near)


def find_barriers(objects: gpd.GeoDataFrame, network: WalkNetwork) -> Barriers:
    """Find what an access leg must not, or should not, cross.

    Parameters
    ----------
    objects : GeoDataFrame
        ``OsmData.objects`` in the network's CRS: ``tags`` and ``geometry``.
    network : WalkNetwork
        Where its walkable edges meet a wall, the wall is open.

    Returns
    -------
    Barriers
        In the order of `objects`; gates sorted by place. A walled or fenced area contributes its outline.

    References
    ----------
    docs/methods/walking-network.md
    """
    shapes = objects.geometry.to_numpy()
    roles = roles_of(objects["tags"], shapes)
    return Barriers(
        hard=shapes[roles == "hard"],
        walls=_as_lines(shapes[roles == "wall"]),
        gates=openings(roles, shapes, network=network),
    )


def roles_of(tags: Iterable[Tags], shapes: Shapes) -> npt.NDArray[np.object_]:
    """Return what each of some objects (N,) is to a leg: "hard", "wall", "gate", "shut", "entrance", or ""."""
    forms = np.array(_FORMS, dtype=object)[shapely.get_type_id(shapes)]
    return np.array([_role(own, form=form) for own, form in zip(tags, forms, strict=True)], dtype=object)


def openings(roles: npt.NDArray[np.object_], shapes: Shapes, *, network: WalkNetwork) -> Shapes:
    """Return every opening of the walls among some objects (N,) with their `roles_of`, once, sorted by x, then y."""
    walls, entrances = _as_lines(shapes[roles == "wall"]), shapes[roles == "entrance"]
    on_wall, _ = shapely.STRtree(walls).query(entrances, predicate="dwithin", distance=ON_WALL_M)
    mapped = np.concatenate([shapes[roles == "gate"], entrances[np.unique(on_wall)]])
    passages = _apart(_passages(network, walls), np.concatenate([mapped, shapes[roles == "shut"]]))
    xy = np.unique(shapely.get_coordinates(np.concatenate([mapped, passages])).round(3), axis=0)
    return shapely.points(xy)


def _as_lines(walls: Shapes) -> Shapes:
    """Return walls with the outlines of those that are areas."""
    is_area = np.isin(shapely.get_type_id(walls), (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    return np.where(is_area, shapely.boundary(walls), walls)
