"""A gazetteer from an extract's own names, house numbers, streets, places and communities."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from lifecircle.errors import SourceError
from lifecircle.model.area import WGS84, local_crs
from lifecircle.model.osm import OsmData, OsmWays, Tags
from lifecircle.sources.addresses import HouseNumber, area_marks, parse_house_number, split_areas
from lifecircle.sources.name_likeness import comparable, folded
from lifecircle.sources.street_index import CELL_M, Stretch, build_stretches

Floats = npt.NDArray[np.float64]

NAME_KEYS: Final = ("name", "name:zh", "name:zh-Hans", "name:en", "official_name", "alt_name", "short_name")
_PLACE_RADIUS_M: Final = 500.0  # of a settlement or community that is mapped as a point
_NEIGHBOURS: Final = 5
_AREA_REACH_M: Final = 2000.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A named thing.

    Attributes
    ----------
    object_id, name : str
        The name as mapped.
    kind : str
        ``object``, or ``place`` for settlements, communities and administrative areas.
    x, y : float
        A point on it, metric.
    radius_m : float
        From there to its far corner; of a place mapped as a point, 500.
    areas : frozenset of str
        Marks (``addresses.area_marks``) of what its name or address states.
    """

    object_id: str
    name: str
    kind: str
    x: float
    y: float
    radius_m: float
    areas: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Gazetteer:
    """What an extract knows by name; metric CRS of its own.

    Attributes
    ----------
    crs : CRS
    names : Mapping[str, tuple of Entry]
        By comparable name, whole and without the areas at its front; by id.
    streets : Mapping[str, tuple of Stretch]
        By folded name.
    street_names : frozenset of str
        Comparable names, to decide where a Chinese street's name ends.
    addresses : int
        House numbers with a street.
    """

    crs: CRS
    names: Mapping[str, tuple[Entry, ...]]
    streets: Mapping[str, tuple[Stretch, ...]]
    street_names: frozenset[str]
    addresses: int

    def lonlat(self, x: float, y: float) -> tuple[float, float]:
        """Return a metric place as longitude and latitude, WGS-84."""
        lon, lat = Transformer.from_crs(self.crs, WGS84, always_xy=True).transform(x, y)
        return float(lon), float(lat)

    def metric(self, lon: float, lat: float) -> tuple[float, float]:
        """Return longitude and latitude, WGS-84, as a metric place."""
        x, y = Transformer.from_crs(WGS84, self.crs, always_xy=True).transform(lon, lat)
        return float(x), float(y)


def build_gazetteer(data: OsmData) -> Gazetteer:
    """Index every name, street and address of an extract.

    Parameters
    ----------
    data : OsmData
        From ``read_osm``.

    Returns
    -------
    Gazetteer
        The same for the same data, in any order.

    Raises
    ------
    SourceError
        If the extract has neither objects nor streets.
    """
    things = _things(data)
    if things.empty and not len(data.ways.way_id):
        raise SourceError(f"{data.file_name}: it holds no names to look up; use an extract of the study area")
    crs = _crs(things, data.ways)
    metric = things.geometry.to_crs(crs)
    centre = shapely.get_coordinates(shapely.centroid(metric.to_numpy()))
    tags = things["tags"].to_numpy(dtype=object)
    addressed = _addressed(things.index.to_numpy(), tags, centre=centre)
    vertices, links = _street_vertices(data.ways, crs)
    points = pd.concat([vertices, addressed], ignore_index=True)
    names = _names(things, metric.to_numpy())
    known = frozenset(comparable(str(name)) for name in points["name"].unique())
    streets = build_stretches(_with_areas(points), links)
    return Gazetteer(crs, names, streets, known, len(addressed))


def _things(data: OsmData) -> gpd.GeoDataFrame:
    """Return the objects and the plain addresses in one frame."""
    if data.addresses is None or data.addresses.empty:
        return data.objects
    return pd.concat([data.objects, data.addresses])


def _crs(things: gpd.GeoDataFrame, ways: OsmWays) -> CRS:
    """Return a local CRS about the middle of the data: its median, because ways may stick far out."""
    lon, lat = ways.lon, ways.lat
    if not len(lon):
        lon, lat = shapely.get_coordinates(shapely.centroid(things.geometry.to_numpy())).T
    return local_crs(shapely.Point(float(np.median(lon)), float(np.median(lat))).buffer(0.01))


def _addressed(ids: npt.NDArray[np.object_], tags: npt.NDArray[np.object_], *, centre: Floats) -> pd.DataFrame:
    """Return one row per street, house number and object."""
    rows = [
        (folded(street), street, *centre[row].tolist(), number, ids[row], _areas(tags[row]))
        for row in range(len(tags))
        if "addr:housenumber" in tags[row]
        for street, number in _numbers(tags[row])
    ]
    return pd.DataFrame(rows, columns=["form", "name", "x", "y", "number", "object_id", "areas"])


def _numbers(tags: Tags) -> Iterator[tuple[str, HouseNumber]]:
    """Yield the addresses of an object: several numbers are separated by ";", ",", a range stands for its ends."""
    street = tags.get("addr:street") or tags.get("addr:place")
    if not street:
        return
    parts = tags["addr:housenumber"].replace(",", ";").split(";")
    ends = [end for part in parts for end in (part.split("-") if part.count("-") == 1 and "号" not in part else [part])]
    found = dict.fromkeys(number for end in ends if (number := parse_house_number(end)) is not None)
    yield from ((street, number) for number in found)


def _areas(tags: Tags) -> tuple[str, ...]:
    """Return the marks of the areas that an address states."""
    return _stated_areas(*(tags.get(f"addr:{level}", "") for level in ("province", "city", "district", "postcode")))


@lru_cache(maxsize=1 << 14)
def _stated_areas(*values: str) -> tuple[str, ...]:
    """Return the marks of province, city, district and postcode; 北京市海淀区 in one of them is two areas."""
    levels = dict(zip(("province", "city", "district", "postcode"), values, strict=True))
    for level in ("province", "city", "district"):
        parts, rest = split_areas(comparable(levels[level]))
        if not rest and sum(map(bool, parts)) > 1:
            levels |= {name: part for name, part in zip(("province", "city", "district"), parts, strict=True) if part}
    marks = area_marks(levels["province"], levels["city"], district=levels["district"], postcode=levels["postcode"])
    return tuple(sorted(marks))


def _street_vertices(ways: OsmWays, crs: CRS) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """Return the vertices of named streets, one block per way and name, and the pairs that follow each other."""
    x, y = Transformer.from_crs(WGS84, crs, always_xy=True).transform(ways.lon, ways.lat)
    named = [
        (form, name, way)
        for way, tags in enumerate(ways.tags)
        for form, name in {folded(name): name for name in _names_of(tags)}.items()
        if form
    ]
    spans = [np.arange(ways.offsets[way], ways.offsets[way + 1]) for _, _, way in named]
    rows = np.concatenate([np.empty(0, dtype=np.int64), *spans])
    sizes = np.array([len(span) for span in spans], dtype=np.int64)
    frame = pd.DataFrame(
        {
            "form": np.repeat(np.array([form for form, _, _ in named], dtype=object), sizes),
            "name": np.repeat(np.array([name for _, name, _ in named], dtype=object), sizes),
            "x": np.asarray(x)[rows],
            "y": np.asarray(y)[rows],
            "number": np.full(len(rows), None, dtype=object),
            "object_id": np.full(len(rows), "", dtype=object),
        }
    )
    frame["areas"] = [()] * len(rows)
    last = np.cumsum(sizes) - 1
    follows = np.setdiff1d(np.arange(len(rows), dtype=np.int64), last)
    return frame, np.column_stack([follows, follows + 1])


def _with_areas(points: pd.DataFrame) -> pd.DataFrame:
    """Give points without an area the areas of the addresses that state one nearest to their cell."""
    from scipy.spatial import cKDTree

    areas = points["areas"].to_numpy(dtype=object)
    stated = np.array([bool(marks) for marks in areas], dtype=bool)
    lacking = np.flatnonzero(~stated)
    if not stated.any() or not len(lacking):
        return points
    places = points[["x", "y"]].to_numpy(dtype=np.float64)
    source = np.flatnonzero(stated)
    cells, cell = np.unique(np.floor(places[lacking] / CELL_M), axis=0, return_inverse=True)
    near = [*range(1, min(_NEIGHBOURS, len(source)) + 1)]
    distance, found = cKDTree(places[source]).query((cells + 0.5) * CELL_M, k=near)
    marks = np.empty(len(cells), dtype=object)
    marks[:] = [
        tuple(
            dict.fromkeys(
                mark for gap, row in zip(gaps, rows, strict=True) if gap <= _AREA_REACH_M for mark in areas[source[row]]
            )
        )
        for gaps, rows in zip(distance, found, strict=True)
    ]
    filled = areas.copy()
    filled[lacking] = marks[cell.reshape(-1)]
    return points.assign(areas=filled)


def _names_of(tags: Tags) -> tuple[str, ...]:
    found = (part.strip() for key in NAME_KEYS if key in tags for part in tags[key].split(";"))
    return tuple(dict.fromkeys(name for name in found if name))


def _names(things: gpd.GeoDataFrame, shapes: npt.NDArray[np.object_]) -> dict[str, tuple[Entry, ...]]:
    """Index every named object under each of its names."""
    tags = things["tags"].to_numpy(dtype=object)
    rows = [row for row, words in enumerate(tags) if any(key in words for key in NAME_KEYS)]
    chosen = shapes[rows]
    points = shapely.get_coordinates(shapely.point_on_surface(chosen))
    west, south, east, north = shapely.bounds(chosen).T if rows else np.empty((4, 0))
    radius = np.hypot(
        np.maximum(points[:, 0] - west, east - points[:, 0]), np.maximum(points[:, 1] - south, north - points[:, 1])
    )
    index: dict[str, dict[str, Entry]] = {}
    for row, (x, y), far in zip(rows, points.tolist(), radius.tolist(), strict=True):
        words = tags[row]
        place = "place" in words or words.get("boundary") == "administrative"
        for name in _names_of(words):
            areas, rest = split_areas(comparable(name))
            stated = area_marks(areas[0], areas[1], district=areas[2]) | frozenset(_areas(words))
            kind, reach = ("place", max(far, _PLACE_RADIUS_M if far == 0 else 0.0)) if place else ("object", far)
            entry = Entry(str(things.index[row]), name, kind, x, y, reach, stated)
            for form in dict.fromkeys((comparable(name), folded(name), rest)):
                if form:
                    index.setdefault(form, {}).setdefault(entry.object_id, entry)
    return {form: tuple(found.values()) for form, found in sorted(index.items())}
