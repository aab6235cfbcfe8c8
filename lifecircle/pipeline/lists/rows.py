"""The study's lists of facilities, read into rows of the facility table and a report on every row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lifecircle.facilities.classify import Classifier
from lifecircle.model.area import WGS84, local_crs
from lifecircle.sources.table_report import FIXED, KEPT
from lifecircle.sources.table_types import NameTypes, TypeWords
from lifecircle.sources.tables import FacilityList, TableRequest, read_facility_list

if TYPE_CHECKING:
    from lifecircle.config.facility_keys import FacilityLayer
    from lifecircle.model.catalogue import Catalogue
    from lifecircle.model.provenance import Note
    from lifecircle.sources.table_datum import Surroundings

    # From a list with rows that need geocoding to the same list with some of them located.
    Locate = Callable[[FacilityList], FacilityList]

REPORT_COLUMNS: Final = (
    "file",
    "sheet",
    "row",
    "status",
    "why_en",
    "why_zh",
    "name",
    "address",
    "types",
    "lon",
    "lat",
    "datum",
    "object_id",
)
USED: Final = (KEPT, FIXED, "geocoded")


@dataclass(frozen=True, slots=True, eq=False)
class FacilityLists:
    """What a study's lists of facilities hold.

    Attributes
    ----------
    table : GeoDataFrame or None
        Columns FACILITY_COLUMNS, EPSG:4326, index ``facility_id``; None without lists.
    report : DataFrame
        REPORT_COLUMNS; one row per row of every list, in their order. ``lon`` and ``lat`` are WGS-84.
    notes : tuple of Note
    """

    table: gpd.GeoDataFrame | None
    report: pd.DataFrame
    notes: tuple[Note, ...]


def is_user_layer(kind: str | None, catalogue: Catalogue) -> bool:
    """Return whether an entry of ``facilities`` of type `kind` is a layer of polygons, not a list."""
    return kind is not None and catalogue.types[kind].user_layer


def name_types(catalogue: Catalogue) -> NameTypes:
    """Return what tells the facility types of a name, as the map's objects are told."""
    classifier = Classifier(catalogue)
    # A building without further tags: its name alone decides.
    return lambda name: classifier.types_of({"name": name, "building": "yes"}).strict


def read_lists(
    entries: Iterable[tuple[FacilityLayer, Path]],
    *,
    catalogue: Catalogue,
    about: Surroundings,
    locate: Locate | None = None,
) -> FacilityLists:
    """Read lists of facilities.

    Parameters
    ----------
    entries : iterable of (FacilityLayer, Path)
        What the study says of each list, and where it is.
    catalogue : Catalogue
    about : Surroundings
    locate : callable, optional
        Geocodes the rows that have an address or a name but no coordinates.

    Raises
    ------
    SourceError, SchemaError, DatumError
        If a list cannot be read; the message names file, sheet and column.
    """
    of_name = name_types(catalogue)
    lists: list[FacilityList] = []
    for given, path in entries:
        words = TypeWords.of(catalogue, of_name=of_name, own=given.type_names)
        request = TableRequest(words, given.type, given.sheet, given.layer, given.datum, given.columns)
        found = read_facility_list(path, request=request, about=about)
        found = _distinct(found, lists)
        lists.append(found if locate is None else locate(found))
    tables = [facility_rows(found) for found in lists]
    reports = [_report(found) for found in lists]
    report = pd.concat(reports, ignore_index=True) if reports else pd.DataFrame(columns=list(REPORT_COLUMNS))
    notes = tuple(note for found in lists for note in found.notes)
    return FacilityLists(pd.concat(tables) if tables else None, report, notes)


def facility_rows(found: FacilityList) -> gpd.GeoDataFrame:
    """Return the usable rows of a list as facilities: one row per row and type.

    Returns
    -------
    GeoDataFrame
        Columns FACILITY_COLUMNS, EPSG:4326, index ``facility_id``.
    """
    used = found.rows[found.rows["status"].isin(USED).to_numpy() & found.rows.geometry.notna().to_numpy()]
    used = used.explode("types", ignore_index=True).rename(columns={"types": "type"})
    shapes = used.geometry.to_numpy()
    points = np.asarray(shapely.point_on_surface(shapes), dtype=object)
    is_point = shapely.get_type_id(shapes) == 0
    frame = pd.DataFrame(
        {
            "object_id": used["object_id"].to_numpy(dtype=object),
            "type": used["type"].to_numpy(dtype=object),
            "name": used["name"].to_numpy(dtype=object),
            "capacity": used["capacity"].to_numpy(dtype=float),
            "source": np.full(len(used), found.file, dtype=object),
            "lenient": np.zeros(len(used), dtype=bool),
            "area_m2": _areas(shapes),
            "merged": np.full(len(used), "", dtype=object),
            "entrance_kind": np.where(is_point, "point", "representative").astype(object),
            "attributes": used["attributes"].to_numpy(dtype=object),
            "entrances": gpd.GeoSeries(shapely.multipoints(points, indices=np.arange(len(points))), crs=WGS84),
        }
    )
    ids = used["object_id"].astype(str) + ":" + used["type"].astype(str)
    index = pd.Index(ids.to_numpy(dtype=object), name="facility_id")
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, crs=WGS84)).set_index(index)


def _areas(shapes: np.ndarray[tuple[int], np.dtype[np.object_]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    areas = np.zeros(len(shapes))
    spread = shapely.area(shapes) > 0
    if spread.any():
        crs = local_crs(shapely.box(*shapely.total_bounds(shapes)))
        areas[spread] = gpd.GeoSeries(shapes[spread], crs=WGS84).to_crs(crs).area.to_numpy()
    return areas


def _distinct(found: FacilityList, earlier: list[FacilityList]) -> FacilityList:
    """Tell the rows of a second list of one stem (another sheet, another suffix) apart from those of the first."""
    stem = Path(found.file).stem
    same = sum(Path(one.file).stem == stem for one in earlier)
    if not same:
        return found
    ids = [f"{stem}#{same + 1}/{number}" for number in found.rows["row"]]
    return replace(found, rows=found.rows.assign(object_id=ids))


def report_in(report: pd.DataFrame, language: str) -> pd.DataFrame:
    """Return the report on all rows with its reasons in `language` ("zh" or "en") as column ``why``."""
    other = "why_en" if language == "zh" else "why_zh"
    return report.drop(columns=other, errors="ignore").rename(columns={f"why_{language}": "why"})


def _report(found: FacilityList) -> pd.DataFrame:
    rows = found.rows
    points = np.asarray(shapely.point_on_surface(rows.geometry.to_numpy()), dtype=object)
    report = rows.assign(
        file=found.file,
        types=["|".join(types) for types in rows["types"]],
        lon=np.round(shapely.get_x(points), 7),
        lat=np.round(shapely.get_y(points), 7),
        datum=found.datum,
    )
    return pd.DataFrame(report[list(REPORT_COLUMNS)])
