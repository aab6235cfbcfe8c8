"""Attributes of residences: from the residence table, a user's layer, the population file, or the map's tags."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lifecircle.config.fields import FileRef
from lifecircle.config.load import resolve_file
from lifecircle.errors import ConfigError
from lifecircle.model.equity import COMMUNITY
from lifecircle.sources.table_datum import DETECT
from lifecircle.sources.vector_files import read_vector

if TYPE_CHECKING:
    from lifecircle.pipeline.place import Place

Objects: TypeAlias = npt.NDArray[np.object_]

POINT_REACH_M = 250.0  # a point of a layer tells of residences this near
NO_TRAITS = ("geometry", "entrances")
YEAR = re.compile(r"\d{4}")


def trait(place: Place, name: str) -> pd.Series:
    """Return an attribute of every residence, missing where it is not known.

    Looked for in this order: ``community`` (its name); a column of the residence table; a column of the study's
    ``equity.file``; a column of its population file; a tag of the residence's OpenStreetMap object.

    Parameters
    ----------
    place : Place
    name : str

    Returns
    -------
    Series
        Index ``residence_id``; numbers where all known values are numbers (years of dates included), else text.

    Raises
    ------
    ConfigError
        If nothing of that name is known; the message lists what is.
    """
    table = place.residences
    if name == COMMUNITY:
        return _tidy(pd.Series(_communities(place), index=table.index, dtype=object))
    if name in table.columns and name not in NO_TRAITS:
        return _tidy(table[name])
    known: list[str] = [COMMUNITY, *(str(column) for column in table.columns if column not in NO_TRAITS)]
    for given in _layers(place):
        layer = _read(place, given)
        columns = [str(column) for column in layer.columns if column != "geometry"]
        if name in columns:
            return _tidy(pd.Series(_located(place, layer, name), index=table.index, dtype=object))
        known += columns
    tags = place.objects["tags"].reindex(table["object_id"].to_numpy())
    said = [one.get(name) if isinstance(one, dict) else None for one in tags]
    if any(value is not None for value in said):
        return _tidy(pd.Series(said, index=table.index, dtype=object))
    raise ConfigError(
        f"no attribute {name!r} of residences: it is no column of the residences, of equity.file or of the population "
        f"file, and no tag of their OpenStreetMap objects; known columns: {', '.join(dict.fromkeys(known))}"
    )


def _communities(place: Place) -> Objects:
    ids = place.residences["community_id"].to_numpy(dtype=object)
    if place.communities is None:
        return ids
    names = dict(zip(place.communities["id"].astype(str), place.communities["name"].astype(str), strict=True))
    twice = {name for name, count in pd.Series(list(names.values()), dtype=object).value_counts().items() if count > 1}
    shown = {one: f"{name} ({one})" if name in twice or not name else name for one, name in names.items()}
    return np.array([shown.get(str(one), "") for one in ids], dtype=object)


def _layers(place: Place) -> list[FileRef]:
    """Return the study's files whose columns may tell of residences."""
    study, found = place.study, list[FileRef]()
    if study.equity is not None and study.equity.file is not None:
        found.append(study.equity.file)
    if study.population is not None and study.population.file is not None:
        people = study.population
        found.append(FileRef(file=str(people.file), layer=people.layer, datum=people.datum))
    return found


def _read(place: Place, given: FileRef) -> gpd.GeoDataFrame:
    if given.datum == DETECT:
        raise ConfigError(f"{given.file}: state its datum; it is not detected for attributes of residences")
    frame = read_vector(resolve_file(place.study.base, given.file), layer=given.layer, datum=given.datum)
    return frame.to_crs(place.area.crs)


def _located(place: Place, layer: gpd.GeoDataFrame, name: str) -> Objects:
    """Return a column by place: of the polygon that holds a residence, else of the nearest point within 250 m.

    A residence lies where the representative point of its geometry lies; of several the first row counts.
    """
    points = shapely.point_on_surface(np.asarray(place.residences.geometry.array, dtype=object))
    shapes, values = layer.geometry.to_numpy(), layer[name].to_numpy(dtype=object)
    found = np.full(len(points), None, dtype=object)
    dots = np.flatnonzero(shapely.get_dimensions(shapes) == 0)
    areas = np.flatnonzero(shapely.get_dimensions(shapes) == 2)
    near = shapely.STRtree(shapes[dots]).query_nearest(points, max_distance=POINT_REACH_M) if len(dots) else None
    within = shapely.STRtree(shapes[areas]).query(points, predicate="intersects") if len(areas) else None
    for pairs, rows in ((near, dots), (within, areas)):
        if pairs is not None:
            point, row = pairs[0], rows[pairs[1]]
            order = np.lexsort((row, point))[::-1]  # written last to first, so that the first row stays
            found[point[order]] = values[row[order]]
    return found


def _tidy(values: pd.Series) -> pd.Series:
    """Return numbers where all known values are numbers or dates, else text; missing where empty."""
    if pd.api.types.is_bool_dtype(values):
        return values.map({True: "yes", False: "no"}).astype(object)
    if pd.api.types.is_numeric_dtype(values):
        return values.astype(float)
    text = values.map(lambda one: None if one is None or one != one or not str(one).strip() else str(one).strip())  # noqa: PLR0124  # NaN
    known = text.dropna()
    numbers = pd.to_numeric(known, errors="coerce")
    if len(known) and numbers.isna().any() and known.map(lambda one: YEAR.match(one) is not None).all():
        numbers = known.str.slice(0, 4).astype(float)
    if len(known) and not numbers.isna().any():
        return numbers.reindex(text.index).astype(float)
    return text.astype(object)
