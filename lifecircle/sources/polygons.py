"""Boundaries: from polygon files, from the administrative areas of an extract, from a box."""

import difflib
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import MultiPolygon, Polygon, box

from lifecircle.errors import ConfigError, SchemaError
from lifecircle.model.provenance import Note
from lifecircle.sources.vector_files import describe_rows, read_vector

_NAME_KEYS: Final = ("name", "name:zh", "name:en", "official_name")
_SURFACES: Final = ("Polygon", "MultiPolygon")
_LISTED: Final = 10


def read_polygons(path: Path, *, layer: str | None = None, datum: str | None = None) -> gpd.GeoDataFrame:
    """Read the polygons of a boundary, community or user layer file.

    Parameters
    ----------
    path : Path
        GeoJSON, GeoPackage, Shapefile or GeoParquet, recognised by content.
    layer : str, optional
        Of a GeoPackage with several.
    datum : str, optional
        ``"wgs84"``, ``"cgcs2000"``, ``"gcj02"``, ``"bd09"`` or ``"EPSG:n"``; see ``read_vector``.

    Returns
    -------
    GeoDataFrame
        One row per feature, attributes kept, valid Polygon or MultiPolygon, EPSG:4326. Polygons
        that cross themselves are mended (``shapely.make_valid``).

    Raises
    ------
    SourceError, DatumError, SchemaError
        As ``read_vector``; also SchemaError for a row that is no polygon.
    """
    return read_mended(path, layer=layer, datum=datum)[0]


def read_mended(
    path: Path, *, layer: str | None = None, datum: str | None = None
) -> tuple[gpd.GeoDataFrame, npt.NDArray[np.bool_]]:
    """Read polygons as `read_polygons` does, and say which of them crossed themselves; bool (rows,)."""
    frame = read_vector(path, layer=layer, datum=datum)
    geometry = frame.geometry.to_numpy()
    broken = ~shapely.is_valid(geometry) & np.isin(frame.geom_type, _SURFACES)
    mended = geometry.copy()
    mended[broken] = [_surface(shape) for shape in shapely.make_valid(geometry[broken])]
    wrong = ~np.isin(shapely.get_type_id(mended), (3, 6)) | shapely.is_empty(mended)
    if wrong.any():
        kinds = ", ".join(sorted(set(frame.geom_type[wrong])))
        raise SchemaError(f"{Path(path).name}: {describe_rows(wrong)} hold no surface ({kinds}); give polygons")
    return frame.set_geometry(gpd.GeoSeries(mended, index=frame.index, crs=frame.crs)), broken


def mended_notes(file: str, broken: npt.NDArray[np.bool_]) -> tuple[Note, ...]:
    """Return a warning where rows of a file crossed themselves, as `read_mended` says; bool (rows,)."""
    if not broken.any():
        return ()
    rows = (np.flatnonzero(broken) + 1).tolist()
    rows_zh = "、".join(map(str, rows[:_LISTED])) + (" 等" if len(rows) > _LISTED else "")
    en = f"{file}: outlines that cross themselves were mended ({describe_rows(broken)}): check them."
    zh = f"{file}：第 {rows_zh} 行的边界自相交，已自动修复，请核对。"
    return (Note("polygons.mended", en, zh, warning=True),)


def _surface(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the surfaces of a mended polygon, without the lines that mending may leave."""
    surfaces = [part for part in shapely.get_parts(shape) if part.geom_type in _SURFACES]
    return surfaces[0] if len(surfaces) == 1 else shapely.multipolygons(shapely.get_parts(surfaces))


def bbox_polygon(*bounds: float) -> Polygon:
    """Return the box between two meridians and two parallels, in EPSG:4326.

    Parameters
    ----------
    *bounds : float
        West, south, east, north, in degrees.

    Raises
    ------
    ConfigError
        If they are not four numbers with west < east and south < north within the globe.
    """
    seen = f"bbox [{', '.join(f'{value:g}' for value in bounds)}]"
    if len(bounds) != 4:
        raise ConfigError(f"{seen}: it must hold four numbers, [west, south, east, north]")
    west, south, east, north = bounds
    if abs(south) > 90 or abs(north) > 90:
        hint = " (longitude and latitude look swapped)" if max(abs(west), abs(east)) <= 90 else ""
        raise ConfigError(f"{seen}: latitudes lie between -90 and 90{hint}; the order is [west, south, east, north]")
    if not (-180 <= west < east <= 180 and south < north):
        raise ConfigError(f"{seen}: it must hold west < east and south < north, in degrees [west, south, east, north]")
    return box(west, south, east, north)


def boundary_from_osm(
    objects: gpd.GeoDataFrame, *, name: str | None = None, relation: int | None = None
) -> Polygon | MultiPolygon:
    """Return an administrative area that lies whole in an extract.

    Parameters
    ----------
    objects : GeoDataFrame
        ``OsmData.objects``.
    name : str, optional
        Its name, name:zh, name:en or official_name; ``"A, B"`` is the A inside the area named B.
    relation : int, optional
        Its relation id instead.

    Raises
    ------
    ConfigError
        If nothing, or more than one area, answers to the name; the message lists candidates
        with their relation ids. Areas that the extract holds only in part are not among them.
    """
    areas = objects[objects.geom_type.isin(_SURFACES)]
    if relation is not None:
        if f"r{relation}" not in areas.index:
            raise ConfigError(
                f"relation {relation}: the extract does not hold this area whole; {_listed(_administrative(areas))}"
            )
        return areas.geometry[f"r{relation}"]
    if not name or not name.replace("，", ",").replace(",", "").strip():
        raise ConfigError("boundary: give the name or the relation id of an administrative area")
    areas = _administrative(areas)
    found = _named(areas, name)
    place, *around = (part for part in name.replace("，", ",").split(",") if part.strip())
    if found.empty and around:
        found = _inside(areas, place, around)
    if len(found) == 1:
        return found.geometry.iloc[0]
    if len(found) > 1:
        raise ConfigError(f"boundary {name!r}: {len(found)} administrative areas have that name; {_listed(found)}")
    same = _named(areas, place)
    if not same.empty:
        missing = ", ".join(part.strip() for part in around)
        raise ConfigError(f"boundary {name!r}: the extract holds no {missing} whole around it; {_listed(same)}")
    raise ConfigError(
        f"boundary {name!r}: no administrative area of that name lies whole in the extract; "
        f"{_listed(_nearest(areas, place))}"
    )


def _administrative(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return areas[[tags.get("boundary") == "administrative" for tags in areas["tags"]]]


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _names(areas: gpd.GeoDataFrame) -> list[set[str]]:
    return [{_plain(tags[key]) for key in _NAME_KEYS if key in tags} for tags in areas["tags"]]


def _named(areas: gpd.GeoDataFrame, name: str) -> gpd.GeoDataFrame:
    return areas[[_plain(name) in own for own in _names(areas)]]


def _inside(areas: gpd.GeoDataFrame, place: str, around: Sequence[str]) -> gpd.GeoDataFrame:
    """Return the areas named `place` that lie in another area of each name in `around`."""
    found = _named(areas, place)
    points = shapely.point_on_surface(found.geometry.to_numpy())
    for name in around:
        enclosing = _named(areas, name)
        within = shapely.contains(enclosing.geometry.to_numpy()[None, :], points[:, None])
        other = enclosing.index.to_numpy()[None, :] != found.index.to_numpy()[:, None]
        kept = (within & other).any(axis=1)
        found, points = found[kept], points[kept]
    return found


def _nearest(areas: gpd.GeoDataFrame, name: str) -> gpd.GeoDataFrame:
    """Return the areas whose names come closest, else all."""
    names = _names(areas)
    close = set(difflib.get_close_matches(_plain(name), sorted(set().union(*names)), n=_LISTED, cutoff=0.5))
    nearest = areas[[bool(own & close) for own in names]]
    return areas if nearest.empty else nearest


def _listed(areas: gpd.GeoDataFrame) -> str:
    """Say which areas may be meant, with the ids to write into the study."""
    named = [
        f"{tags['name']} ({'relation' if number.startswith('r') else 'way'} {number[1:]}, "
        f"level {tags.get('admin_level', '?')})"
        for number, tags in zip(areas.index, areas["tags"], strict=True)
        if "name" in tags
    ]
    if not named:
        return "the extract holds no named administrative area: give a polygon file or a bbox"
    more = f" and {len(named) - _LISTED} more" if len(named) > _LISTED else ""
    return f"candidates: {'; '.join(named[:_LISTED])}{more}; write {{relation: <id>}}"
