"""Communities: polygons of a file or of the extract, as ids, names and surfaces."""

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from lifecircle.errors import ConfigError, SchemaError
from lifecircle.model.provenance import Note
from lifecircle.sources.polygons import read_mended

LISTED = 5


def read_communities(
    path: Path, *, id_column: str, name_column: str | None = None, layer: str | None = None, datum: str | None = None
) -> tuple[gpd.GeoDataFrame, tuple[Note, ...]]:
    """Read the communities of a polygon file.

    Parameters
    ----------
    path : Path
    id_column, name_column : str
        Without a name column the ids are the names.
    layer, datum : str, optional
        See ``read_vector``.

    Returns
    -------
    frame : GeoDataFrame
        Columns ``id``, ``name`` and valid (Multi)Polygons, EPSG:4326.
    notes : tuple of Note
        Which outlines crossed themselves and were mended.

    Raises
    ------
    SchemaError
        If a column is absent or an id empty (with the rows), or a row holds no surface.
    SourceError, DatumError
        As ``read_vector``.
    """
    file = Path(path).name
    frame, broken = read_mended(path, layer=layer, datum=datum)
    names = name_column or id_column
    for column in (id_column, names):
        if column not in frame.columns or column == "geometry":
            columns = ", ".join(str(name) for name in frame.columns if name != "geometry")
            raise SchemaError(f"{file}: no column {column!r}; it has {columns or 'none'}")
    ids = frame[id_column].map(_text)
    empty = np.flatnonzero(ids == "") + 1
    if len(empty):
        raise SchemaError(
            f"{file}: column {id_column!r} is empty in {_some('row', empty.tolist())}: give every community an id"
        )
    found = gpd.GeoDataFrame({"id": ids, "name": frame[names].map(_text)}, geometry=frame.geometry, crs=frame.crs)
    return found, _mended_note(file, ids[broken].tolist())


def communities_from_osm(
    objects: gpd.GeoDataFrame, *, admin_level: int, boundary: BaseGeometry
) -> tuple[gpd.GeoDataFrame, tuple[Note, ...]]:
    """Return the administrative areas of one level that reach into a study.

    Parameters
    ----------
    objects : GeoDataFrame
        ``OsmData.objects``.
    admin_level : int
        OpenStreetMap's ``admin_level``; 10 is mostly the smallest. Closed ways inside a relation of the level are its
        rings and no communities.
    boundary : (Multi)Polygon
        EPSG:4326.

    Returns
    -------
    frame : GeoDataFrame
        Columns ``id`` (``r<relation>`` or ``w<way>``), ``name`` and surfaces, EPSG:4326.
    notes : tuple of Note

    Raises
    ------
    ConfigError
        If there is none; the message lists the levels that the extract holds there.
    """
    areas = objects[objects.geom_type.isin(("Polygon", "MultiPolygon"))]
    areas = areas[[tags.get("boundary") == "administrative" for tags in areas["tags"]]]
    shapely.prepare(boundary)
    areas = areas[shapely.intersects(boundary, areas.geometry.to_numpy())]
    levels = [tags.get("admin_level", "") for tags in areas["tags"]]
    chosen = areas[[level == str(admin_level) for level in levels]]
    if chosen.empty:
        counted = {level: levels.count(level) for level in sorted(set(levels)) if level}
        held = ", ".join(f"{level} ({count})" for level, count in counted.items()) or "none"
        raise ConfigError(
            f"communities.osm_admin_level {admin_level}: the extract holds no whole area of that level in the study; "
            f"levels there: {held}. Give another level, or a polygon file"
        )
    chosen = chosen[~_rings_of_relations(chosen)]
    shapes = shapely.make_valid(chosen.geometry.to_numpy())
    names = [tags.get("name", "") or str(number) for number, tags in zip(chosen.index, chosen["tags"], strict=True)]
    frame = gpd.GeoDataFrame(
        {"id": chosen.index.to_numpy(dtype=object), "name": names}, geometry=shapes, crs=objects.crs
    )
    return frame.reset_index(drop=True), ()


def _rings_of_relations(areas: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Return which closed ways are rings (exclaves) of a relation of the same level: the relation counts them."""
    ways = areas.index.str.startswith("w")
    relations = shapely.STRtree(areas.geometry.to_numpy()[~ways])
    points = shapely.point_on_surface(areas.geometry.to_numpy())
    held = np.zeros(len(areas), dtype=bool)
    held[relations.query(points, predicate="intersects")[0]] = True
    return np.asarray(ways & held, dtype=bool)


def _text(value: object) -> str:
    """Return an id or a name as text; a whole number that the file kept as a float is written as a whole one."""
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def _some(what: str, values: Sequence[object]) -> str:
    shown = ", ".join(str(value) for value in values[:LISTED])
    more = f" and {len(values) - LISTED} more" if len(values) > LISTED else ""
    return f"{what}{'s' if len(values) > 1 else ''} {shown}{more}"


def _mended_note(file: str, ids: Sequence[object]) -> tuple[Note, ...]:
    if not ids:
        return ()
    return (
        Note(
            "communities.mended",
            f"{file}: {len(ids)} outlines cross themselves and were mended ({_some('id', ids)}): check them.",
            f"{file}：{len(ids)} 个社区边界自相交，已自动修复（{_some('id', ids)}），请核对。",
            warning=True,
        ),
    )
