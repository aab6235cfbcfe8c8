"""A table of facilities as a map, without an audit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

from lifecircle.config.catalogue import load_catalogue
from lifecircle.errors import ConfigError, SchemaError
from lifecircle.outputs.map_table import Surroundings as Behind
from lifecircle.outputs.map_table import TableMap, table_page
from lifecircle.outputs.phrases import phrase
from lifecircle.pipeline.base_map import base_map
from lifecircle.pipeline.lists.datums import KnownPlaces
from lifecircle.pipeline.lists.geocoding import ListLocator
from lifecircle.pipeline.lists.rows import name_types
from lifecircle.pipeline.place import Place, load_place
from lifecircle.sources.table_types import TypeWords
from lifecircle.sources.tables import FacilityList, TableRequest, read_facility_list

if TYPE_CHECKING:
    import folium

    from lifecircle.config.facility_keys import FacilityLayer
    from lifecircle.sources.table_datum import Surroundings


@dataclass(frozen=True, slots=True)
class TableOptions:
    """How a table is read; whatever is left out the study's entry of the same file name says, or the columns do.

    Attributes
    ----------
    type : str or None
        Of all rows.
    sheet, datum, language : str or None
    """

    type: str | None = None
    sheet: str | None = None
    datum: str | None = None
    language: str | None = None


def table_map(
    table: str | Path, *, config: str | Path | None = None, options: TableOptions | None = None
) -> folium.Map:
    """Return a searchable map of a table of facilities that opens without internet once saved.

    Parameters
    ----------
    table : str or Path
        Excel, CSV or a GIS file.
    config : str or Path, optional
        A study: its streets and buildings lie behind the facilities, its extract places rows that have only an
        address or a name.
    options : TableOptions, optional

    Raises
    ------
    SourceError, SchemaError, DatumError
        If the table cannot be read, or no row has a place.
    ConfigError
        If the type is not in the catalogue.
    """
    asked, path = options or TableOptions(), Path(table)
    place = None if config is None else load_place(config)
    read = _read(path, asked, place)
    shapes = read.rows.geometry.to_numpy()
    placed = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if not placed.any():
        raise SchemaError(f"{path.name}: none of its {len(placed)} rows has a place; lifecircle geocode finds some")
    rows = read.rows[placed].assign(geometry=shapely.point_on_surface(shapes[placed]))
    default = "zh" if place is None else place.question.language
    language = asked.language or default
    return table_page(
        TableMap(
            file=path.name,
            rows=rows,
            left=int(np.count_nonzero(~placed)),
            catalogue=load_catalogue() if place is None else place.question.catalogue,
            language=language,
            behind=None if place is None else _behind(place),
            attribution="" if place is None else phrase("attribution", language),
        )
    )


def _read(path: Path, asked: TableOptions, place: Place | None) -> FacilityList:
    catalogue = load_catalogue() if place is None else place.question.catalogue
    if asked.type is not None and asked.type not in catalogue.types:
        raise ConfigError(f"type {asked.type!r} is not in the catalogue; lifecircle standards show names the types")
    entry = _entry(path, place)
    words = TypeWords.of(catalogue, of_name=name_types(catalogue), own={} if entry is None else entry.type_names)
    request = TableRequest(
        words,
        asked.type or (entry.type if entry else None),
        asked.sheet or (entry.sheet if entry else None),
        entry.layer if entry else None,
        asked.datum or (entry.datum if entry else None),
        entry.columns if entry else {},
    )
    read = read_facility_list(path, request=request, about=_about(place))
    return read if place is None else ListLocator(place.study, place.inputs.osm)(read)


def _entry(path: Path, place: Place | None) -> FacilityLayer | None:
    named = () if place is None else place.study.facilities
    return next((entry for entry in named if Path(entry.file).name == path.name), None)


def _about(place: Place | None) -> Surroundings | None:
    return None if place is None else KnownPlaces(place.inputs.osm).around(place.inputs.boundary)


def _behind(place: Place) -> Behind:
    area = place.area
    base = base_map(place.objects, reach=area.reach, extent=area.extent)
    return Behind(area, base, place.network, place.question.profile)
