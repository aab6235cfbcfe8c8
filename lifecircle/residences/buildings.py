"""Residential buildings: which they are, how much floor they have, where one enters."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from lifecircle.model.osm import Tags, by_tags
from lifecircle.residences.land import POLYGONAL, Bools, Ints, Shapes, areas_of, first_within, inside, tag_values

# Building class -> storeys assumed where building:levels is not mapped (docs/methods/residences.md gives the reasons).
# These classes are homes wherever they stand.
RESIDENTIAL_LEVELS: Mapping[str, float] = {
    "apartments": 4.0,
    "bungalow": 1.0,
    "detached": 2.0,
    "dormitory": 6.0,
    "farm": 2.0,
    "ger": 1.0,
    "house": 2.0,
    "houseboat": 1.0,
    "residential": 2.0,
    "semidetached_house": 2.0,
    "static_caravan": 1.0,
    "terrace": 2.0,
    "terraced_house": 2.0,
    "trullo": 1.0,
}
# These are homes only in residential land, above MIN_UNSURE_M2, and with no other main tag.
UNSURE_LEVELS: Mapping[str, float] = {"yes": 2.0, "cabin": 1.0, "hut": 1.0}
MIN_UNSURE_M2 = 40.0
RESIDENTIAL_USES = frozenset({"residential", "apartments", "dormitory", "house"})
OTHER_MAIN_KEYS = (
    "aeroway", "amenity", "club", "craft", "emergency", "government", "healthcare", "historic", "industrial", "leisure",
    "man_made", "military", "office", "power", "public_transport", "railway", "shop", "telecom", "tourism",
)  # fmt: skip
EMPTY_KEYS = ("abandoned", "demolished", "disused", "ruins")

MAX_LEVELS = 100.0
ENTRANCE_REACH_M = 0.5
PREFERRED_ENTRANCES = frozenset({"main", "yes", "home", "staircase", "residence", "entrance"})
REFUSED_ENTRANCES = frozenset({"emergency", "service", "garage", "exit", "parking", "shop", "no", "fire_exit"})
SAME_BUILDING = 0.5  # share of the smaller footprint
SAME_OUTLINE = 0.99


@dataclass(frozen=True, slots=True, eq=False)
class ResidentialBuildings:
    """Residential buildings of the whole loaded data, inside the boundary or not.

    Attributes
    ----------
    frame : GeoDataFrame
        Index ``object_id``, sorted: ``name``, ``point`` (representative), ``certain`` (its tags say that it is
        residential), ``in_land``, ``floor_area_m2``, ``floor_area_defaulted``, ``geometry``.
    doubtful : GeoDataFrame
        The same columns for ``building=yes`` (cabin, hut) that could be homes but stand outside residential land:
        never counted.
    duplicates : int
        Buildings mapped twice and counted once.
    bare : object array of Points
        Where residential buildings are mapped as nodes or open lines, which have no footprint: not counted.
    """

    frame: gpd.GeoDataFrame
    doubtful: gpd.GeoDataFrame
    duplicates: int
    bare: Shapes


def building_class(tags: Tags) -> str:
    """Return the class a building is counted under, "" when it is no home.

    A class of `RESIDENTIAL_LEVELS` is certain; one of `UNSURE_LEVELS` depends on where the building stands.
    ``building:use`` makes a home of any building, so that flats over shops count.
    """
    values = tag_values(tags, key="building")
    if not values or values == ("no",) or any(tags.get(key) == "yes" for key in EMPTY_KEYS):
        return ""
    for value in values:
        if value in RESIDENTIAL_LEVELS:
            return value
    if RESIDENTIAL_USES.intersection(tag_values(tags, key="building:use")):
        return "residential"
    if values[0] in UNSURE_LEVELS and not any(key in tags for key in OTHER_MAIN_KEYS):
        return values[0]
    return ""


def mapped_levels(tags: Tags) -> float:
    """Return ``building:levels`` as a number from 1 to 100, NaN when it is missing or implausible.

    ``roof:levels`` are not added: attics are rarely whole storeys.
    """
    text = tags.get("building:levels", "").strip().replace(",", ".")
    levels = float(text) if re.fullmatch(r"\d{1,4}(\.\d{1,3})?", text, flags=re.ASCII) else np.nan
    return levels if 1.0 <= levels <= MAX_LEVELS else np.nan


def residential_buildings(objects: gpd.GeoDataFrame, *, land: gpd.GeoDataFrame) -> ResidentialBuildings:
    """Find the residential buildings of an extract.

    Parameters
    ----------
    objects : GeoDataFrame
        Index ``object_id``, columns ``tags`` and ``geometry``; metric CRS.
    land : GeoDataFrame
        From `lifecircle.residences.land.residential_land`.

    Returns
    -------
    ResidentialBuildings
        ``building:part`` objects are never counted: their floor is the building's.
    """
    every = np.array(by_tags(building_class, objects["tags"]), dtype=object)
    found = areas_of(objects, wanted=every != "")
    classes = every[objects.index.get_indexer(found.index)]
    shapes = found.geometry.to_numpy()
    certain = np.array([value in RESIDENTIAL_LEVELS for value in classes], dtype=bool)
    points = shapely.point_on_surface(shapes)
    levels = np.array(by_tags(mapped_levels, found["tags"]), dtype=float)
    assumed = np.array([{**RESIDENTIAL_LEVELS, **UNSURE_LEVELS}[value] for value in classes], dtype=float)
    frame = gpd.GeoDataFrame(
        {
            "name": np.array([tags.get("name", "") for tags in found["tags"]], dtype=object),
            "point": gpd.GeoSeries(points, index=found.index, crs=found.crs),
            "certain": certain,
            "in_land": first_within(points, polygons=land.geometry.to_numpy()) >= 0,
            "floor_area_m2": shapely.area(shapes) * np.where(np.isnan(levels), assumed, levels),
            "floor_area_defaulted": np.isnan(levels),
        },
        geometry=shapes,
        index=found.index,
        crs=found.crs,
    )
    frame = frame[certain | (shapely.area(shapes) > MIN_UNSURE_M2)]
    counted = frame[frame["certain"] | frame["in_land"]]
    repeated = _repeated(counted)
    flat = np.array([value in RESIDENTIAL_LEVELS for value in every], dtype=bool)
    flat &= ~np.isin(shapely.get_type_id(objects.geometry.to_numpy()), POLYGONAL)
    return ResidentialBuildings(
        frame=counted[~repeated],
        doubtful=frame[~frame["certain"] & ~frame["in_land"]],
        duplicates=int(repeated.sum()),
        bare=shapely.point_on_surface(objects.geometry.to_numpy()[flat]),
    )


def _repeated(frame: gpd.GeoDataFrame) -> Bools:
    """Return which buildings are another one mapped twice.

    Two footprints are one building when half of the smaller lies in the other. The one with the larger outline stays;
    of two equal outlines the relation (it knows the courtyard), else the first id.
    """
    shapes, points = frame.geometry.to_numpy(), frame["point"].to_numpy()
    small, big = shapely.STRtree(shapes).query(points, predicate="intersects")
    pair = small != big
    small, big = small[pair], big[pair]
    shared = shapely.area(shapely.intersection(shapes[small], shapes[big]))
    pair = shared >= SAME_BUILDING * np.minimum(shapely.area(shapes[small]), shapely.area(shapes[big]))
    repeated = np.zeros(len(frame), dtype=bool)
    ids = frame.index.to_numpy()
    for one, other in zip(small[pair], big[pair], strict=True):
        repeated[_loser(ids, shapes, pair=(int(one), int(other)))] = True
    return repeated


def _loser(ids: Shapes, shapes: Shapes, *, pair: tuple[int, int]) -> int:
    filled = [sum(shapely.Polygon(part.exterior).area for part in shapely.get_parts(shapes[row])) for row in pair]
    if min(filled) < SAME_OUTLINE * max(filled):
        return pair[int(np.argmin(filled))]
    keys = [(not str(ids[row]).startswith("r"), row) for row in pair]
    return pair[keys.index(max(keys))]


def building_origins(
    buildings: ResidentialBuildings, *, objects: gpd.GeoDataFrame, boundary: BaseGeometry
) -> gpd.GeoDataFrame:
    """Return one origin per residential building whose representative point lies inside the boundary.

    One enters by the mapped ``entrance`` nodes on the outline (main entrances, stairs and plain ``yes`` before all
    others; never emergency exits, service doors or garages), else at the representative point.
    """
    frame = buildings.frame[inside(buildings.frame["point"].to_numpy(), boundary=boundary)]
    entrances, mapped = _entrances(frame, objects=objects)
    return gpd.GeoDataFrame(
        {
            "object_id": frame.index.to_numpy(dtype=object),
            "name": frame["name"].to_numpy(dtype=object),
            "kind": "building",
            "floor_area_m2": frame["floor_area_m2"].to_numpy(),
            "floor_area_defaulted": frame["floor_area_defaulted"].to_numpy(),
            "land_m2": np.nan,
            "point": gpd.GeoSeries(frame["point"].to_numpy(), index=frame.index, crs=frame.crs),
            "entrances": gpd.GeoSeries(entrances, index=frame.index, crs=frame.crs),
            "entrance_kind": np.where(mapped, "mapped", "representative").astype(object),
        },
        geometry=frame.geometry.to_numpy(),
        index=frame.index,
        crs=frame.crs,
    )


def _entrances(frame: gpd.GeoDataFrame, *, objects: gpd.GeoDataFrame) -> tuple[Shapes, Bools]:
    value = np.array([tags.get("entrance", "no") for tags in objects["tags"]], dtype=object)
    usable = ~np.isin(value, list(REFUSED_ENTRANCES)) & (shapely.get_type_id(objects.geometry.to_numpy()) == 0)
    doors, value = objects.geometry.to_numpy()[usable], value[usable]
    shapes = frame.geometry.to_numpy()
    door, owner = shapely.STRtree(shapes).query(doors, predicate="dwithin", distance=ENTRANCE_REACH_M)
    on_outline = shapely.distance(doors[door], shapely.boundary(shapes[owner])) <= ENTRANCE_REACH_M
    door, owner = door[on_outline], owner[on_outline]
    preferred = np.isin(value[door], list(PREFERRED_ENTRANCES))
    has_preferred = np.zeros(len(frame), dtype=bool)
    has_preferred[owner[preferred]] = True
    keep = preferred | ~has_preferred[owner]
    return gather(doors[door[keep]], owner=owner[keep], otherwise=frame["point"].to_numpy())


def gather(points: Shapes, *, owner: Ints, otherwise: Shapes) -> tuple[Shapes, Bools]:
    """Collect points into one MultiPoint per owner, `otherwise` (one point each) where an owner has none.

    Returns
    -------
    entrances : object array of MultiPoints, one per row of `otherwise`
    own : bool array
        Whether the owner had points of its own.
    """
    own = np.zeros(len(otherwise), dtype=bool)
    own[owner] = True
    lone = np.flatnonzero(~own)
    every = np.concatenate([points, otherwise[lone]])
    rows = np.concatenate([owner, lone])
    order = np.lexsort((shapely.get_y(every), shapely.get_x(every), rows))
    return shapely.multipoints(every[order], indices=rows[order]), own
