"""Who lives where, and the communities they belong to: the files that a study names for both."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry

from lifecircle.model.provenance import Note
from lifecircle.residences.community_shapes import tidy_communities
from lifecircle.residences.prepare import OriginRequest
from lifecircle.sources.communities import communities_from_osm, read_communities
from lifecircle.sources.community_codes import REVIEW_COLUMNS, join_codes, read_codes, read_reviewed
from lifecircle.sources.population import read_population
from lifecircle.sources.population_raster import read_population_raster, zonal_people

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lifecircle.config.people_keys import Communities, Population
    from lifecircle.config.schema import Origin
    from lifecircle.model.area import StudyArea
    from lifecircle.model.osm import OsmData
    from lifecircle.model.standard import Standard

    Find = Callable[[str, str], Path]  # name as written, role -> path


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """What a study says about its people, in WGS-84.

    Attributes
    ----------
    population : GeoDataFrame or None
        Columns ``population`` and ``population_<group>``.
    communities : GeoDataFrame or None
        Columns ``id``, ``name`` and, where codes were joined, ``code``.
    review : DataFrame
        Communities whose official code somebody must look at.
    notes : tuple of Note
    """

    population: gpd.GeoDataFrame | None = None
    communities: gpd.GeoDataFrame | None = None
    review: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(REVIEW_COLUMNS)))
    notes: tuple[Note, ...] = ()


def read_people(
    population: Population | None,
    communities: Communities | None,
    *,
    find: Find,
    data: OsmData,
    boundary: BaseGeometry,
) -> People:
    """Read the population and the communities of a study.

    Parameters
    ----------
    population, communities
        Those parts of the study file.
    find : callable
        Returns the path of a file and records it.
    data : OsmData
    boundary : (Multi)Polygon
        EPSG:4326.

    Raises
    ------
    SourceError, SchemaError, DatumError, ConfigError
        If a file cannot be used.
    """
    people, first = _population(population, find=find, boundary=boundary)
    areas, review, second = _communities(communities, find=find, data=data, boundary=boundary)
    return People(people, areas, review, (*first, *second))


def tidied(
    communities: gpd.GeoDataFrame | None, *, area: StudyArea
) -> tuple[gpd.GeoDataFrame | None, tuple[Note, ...]]:
    """Return the communities in the study's CRS, each place in at most one, and what was repaired."""
    if communities is None:
        return None, ()
    return tidy_communities(communities.to_crs(area.crs))


def origin_request(
    origin: Origin | None,
    standard: Standard,
    *,
    population: gpd.GeoDataFrame | None,
    communities: gpd.GeoDataFrame | None,
    area: StudyArea,
) -> OriginRequest:
    """Return what trips start from: as the study says, else as the standard says, else buildings."""
    kind = origin.kind if origin else standard.origin_kind or "building"
    people = None if population is None else population.to_crs(area.crs)
    side_m = origin.size_m if origin else standard.origin_size_m
    return OriginRequest(kind, side_m or 250.0, people, communities)


def _population(
    given: Population | None, *, find: Find, boundary: BaseGeometry
) -> tuple[gpd.GeoDataFrame | None, tuple[Note, ...]]:
    if given is None:
        return None, ()
    if given.raster is not None:
        path = find(given.raster.file, "population")
        raster, notes = read_population_raster(path, around=boundary, datum=given.raster.datum)
        inside = float(zonal_people(raster, np.array([boundary], dtype=object))[0])
        return raster.cells(), (*notes, _inside_note(path.name, inside))
    if given.file is None or given.column is None:
        return None, ()
    return read_population(
        find(given.file, "population"),
        column=given.column,
        groups=given.groups,
        layer=given.layer,
        datum=given.datum,
    )


def _inside_note(file: str, people: float) -> Note:
    return Note(
        "population.inside",
        f"{file}: {people:,.0f} people inside the boundary, border cells by the share of their area inside.",
        f"{file}：研究范围内 {people:,.0f} 人（边界栅格按范围内面积比例计）。",
    )


def _communities(
    given: Communities | None, *, find: Find, data: OsmData, boundary: BaseGeometry
) -> tuple[gpd.GeoDataFrame | None, pd.DataFrame, tuple[Note, ...]]:
    nothing = pd.DataFrame(columns=list(REVIEW_COLUMNS))
    if given is None:
        return None, nothing, ()
    if given.osm_admin_level is not None:
        frame, notes = communities_from_osm(data.objects, admin_level=given.osm_admin_level, boundary=boundary)
    elif given.file is not None and given.id_column is not None:
        frame, notes = read_communities(
            find(given.file, "communities"),
            id_column=given.id_column,
            name_column=given.name_column,
            layer=given.layer,
            datum=given.datum,
        )
    else:
        return None, nothing, ()
    if given.codes is None:
        return frame, nothing, notes
    codes = given.codes
    official = read_codes(
        find(codes.file, "community_codes"),
        code_column=codes.code_column,
        name_column=codes.name_column,
        prefix=codes.prefix,
    )
    reviewed = read_reviewed(find(codes.reviewed.file, "community_codes_reviewed")) if codes.reviewed else None
    frame, review, more = join_codes(frame, official, reviewed=reviewed)
    return frame, review, (*notes, *more)
