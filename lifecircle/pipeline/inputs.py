"""Every file that a study names, read once and hashed."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from lifecircle.config.fields import AreaName, FileRef, Relation
from lifecircle.config.load import resolve_file
from lifecircle.config.standards import find_standard, list_standards
from lifecircle.errors import ConfigError, SchemaError
from lifecircle.model.provenance import InputFile, Note
from lifecircle.sources.files import file_sha256
from lifecircle.sources.osm_file import read_osm
from lifecircle.sources.polygons import bbox_polygon, boundary_from_osm, read_polygons
from lifecircle.sources.population import read_population

if TYPE_CHECKING:
    from lifecircle.config.schema import Study
    from lifecircle.model.osm import OsmData

log = logging.getLogger("lifecircle")

OSM_LICENCE = "ODbL 1.0, https://opendatacommons.org/licenses/odbl/1-0/"
OSM_ATTRIBUTION = "© OpenStreetMap contributors"


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """What a study's files hold, in WGS-84.

    Attributes
    ----------
    osm : OsmData
    boundary, extent : (Multi)Polygon
    population : GeoDataFrame or None
        Column ``population``.
    communities : GeoDataFrame or None
        Columns ``id``, ``name``.
    user_layers : dict
        By facility type: polygons with a column ``state``.
    files : tuple of InputFile
    hashes : dict
        sha256 by the name written in the study file.
    notes : tuple of Note
    """

    osm: OsmData
    boundary: BaseGeometry
    extent: BaseGeometry
    population: gpd.GeoDataFrame | None
    communities: gpd.GeoDataFrame | None
    user_layers: dict[str, gpd.GeoDataFrame]
    files: tuple[InputFile, ...]
    hashes: dict[str, str]
    notes: tuple[Note, ...]


class _Reader:
    """Reads the files of one study and keeps a record of each."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.files: list[InputFile] = []
        self.hashes: dict[str, str] = {}
        self.notes: list[Note] = []

    def find(self, name: str, role: str) -> Path:
        path = resolve_file(self.study.base, name)
        self.hashes[name] = file_sha256(path)
        if role != "osm":
            self.files.append(InputFile(role, path.name, self.hashes[name]))
        return path

    def standard(self) -> None:
        if self.study.standard not in list_standards():
            path = find_standard(self.study.standard, base=self.study.base)
            self.hashes[self.study.standard] = file_sha256(path)
            self.files.append(InputFile("standard", path.name, self.hashes[self.study.standard]))

    def osm(self) -> OsmData:
        name = self.study.osm.file
        assert name is not None  # noqa: S101  # the schema requires it
        path = self.find(name, "osm")
        log.info("reading %s", path.name)
        data = read_osm(path)
        self.files.append(InputFile("osm", data.file_name, data.sha256, OSM_LICENCE, OSM_ATTRIBUTION, data.timestamp))
        return data

    def area(self, given: object, role: str, *, data: OsmData) -> BaseGeometry:
        if isinstance(given, FileRef):
            frame = read_polygons(self.find(given.file, role), layer=given.layer, datum=given.datum)
            return shapely.union_all(frame.geometry.to_numpy())
        if isinstance(given, AreaName):
            return boundary_from_osm(data.objects, name=given.osm)
        if isinstance(given, Relation):
            return boundary_from_osm(data.objects, relation=given.relation)
        return bbox_polygon(*given)  # type: ignore[misc]

    def extent(self, data: OsmData, boundary: BaseGeometry) -> BaseGeometry:
        if self.study.osm.extent is not None:
            return self.area(self.study.osm.extent, "extent", data=data)
        if data.bounds is not None:
            return bbox_polygon(*data.bounds)
        self.notes.append(
            Note(
                "osm.extent",
                "The extract has no header box and the study gives no osm.extent: the study boundary is taken "
                "as the area where the data is whole.",
                "数据文件没有范围框,研究也未给出 osm.extent:以研究边界作为数据完整的范围。",
                warning=True,
            )
        )
        return boundary

    def population(self) -> gpd.GeoDataFrame | None:
        given = self.study.population
        if given is None or given.file is None or given.column is None:
            return None
        frame, notes = read_population(
            self.find(given.file, "population"), column=given.column, layer=given.layer, datum=given.datum
        )
        self.notes.extend(notes)
        return frame

    def communities(self) -> gpd.GeoDataFrame | None:
        given = self.study.communities
        if given is None or given.file is None or given.id_column is None:
            return None
        frame = read_polygons(self.find(given.file, "communities"), layer=given.layer, datum=given.datum)
        names = _column(frame, given.name_column or given.id_column, given.file)
        ids = _column(frame, given.id_column, given.file)
        return gpd.GeoDataFrame({"id": ids, "name": names}, geometry=frame.geometry, crs=frame.crs)

    def user_layers(self) -> dict[str, gpd.GeoDataFrame]:
        layers: dict[str, list[gpd.GeoDataFrame]] = {}
        for given in self.study.facilities:
            frame = read_polygons(self.find(given.file, given.type), layer=given.layer, datum=given.datum)
            states = _column(frame, given.state_column, given.file)
            layers.setdefault(given.type, []).append(
                gpd.GeoDataFrame({"state": states}, geometry=frame.geometry, crs=frame.crs)
            )
        return {kind: pd.concat(frames, ignore_index=True) for kind, frames in layers.items()}


def _column(frame: gpd.GeoDataFrame, name: str, file: str) -> pd.Series:
    if name not in frame.columns:
        columns = [column for column in frame.columns if column != "geometry"]
        raise SchemaError(f"{file}: no column {name!r}; it has {columns}")
    return frame[name].astype(str)


def read_inputs(study: Study) -> Inputs:
    """Read everything that `study` names.

    Raises
    ------
    SourceError, SchemaError, DatumError
        If a file is missing, broken, or not what the study says.
    ConfigError
        If the boundary is empty, unknown, or lies outside the data.
    """
    reader = _Reader(study)
    reader.standard()
    data = reader.osm()
    boundary = reader.area(study.study.boundary, "boundary", data=data)
    extent = reader.extent(data, boundary)
    _check_boundary(boundary, extent, data)
    population, communities, layers = reader.population(), reader.communities(), reader.user_layers()
    return Inputs(
        data,
        boundary,
        extent,
        population,
        communities,
        layers,
        tuple(reader.files),
        reader.hashes,
        tuple(reader.notes),
    )


def _check_boundary(boundary: BaseGeometry, extent: BaseGeometry, data: OsmData) -> None:
    if boundary.is_empty or boundary.area == 0:
        raise ConfigError("study.boundary: the polygon is empty; give a polygon with an area, a bbox or a name")
    if not boundary.intersects(extent):
        shown = [round(value, 3) for value in boundary.bounds]
        whole = [round(value, 3) for value in extent.bounds]
        flipped = shapely.transform(boundary, lambda xy: xy[:, ::-1])
        hint = " (with lon and lat exchanged it would fit: they look swapped)" if flipped.intersects(extent) else ""
        raise ConfigError(
            f"study.boundary {shown} lies outside the data of {data.file_name}, which is whole in {whole}{hint}: "
            "give a boundary inside it, or an extract that holds the place"
        )
