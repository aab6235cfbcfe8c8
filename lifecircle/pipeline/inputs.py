"""Every file that a study names, read once and hashed."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from lifecircle.config.fields import AreaName, FileRef, Relation
from lifecircle.config.load import resolve_file
from lifecircle.config.standards import find_standard, list_standards, study_catalogue
from lifecircle.errors import ConfigError, SchemaError
from lifecircle.model.area import union_polygons
from lifecircle.model.field_check import Correction
from lifecircle.model.provenance import InputFile, Note
from lifecircle.pipeline.lists.datums import KnownPlaces, known_datum
from lifecircle.pipeline.lists.rows import FacilityLists, is_user_layer, read_lists
from lifecircle.pipeline.people import People, read_people
from lifecircle.sources.corrections import read_corrections
from lifecircle.sources.files import file_sha256
from lifecircle.sources.osm_file import read_osm
from lifecircle.sources.polygons import bbox_polygon, boundary_from_osm, mended_notes, read_mended
from lifecircle.sources.snapshot import Snapshot, SnapshotFiles, read_snapshot
from lifecircle.sources.table_datum import DETECT

if TYPE_CHECKING:
    from lifecircle.config.facility_keys import FacilityLayer
    from lifecircle.config.people_keys import Communities, Population
    from lifecircle.config.schema import Study
    from lifecircle.model.osm import OsmData

log = logging.getLogger("lifecircle")

Placed = TypeVar("Placed", "Population", "Communities")

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
        Columns ``population`` and ``population_<group>``.
    communities : GeoDataFrame or None
        Columns ``id``, ``name`` and, where official codes were joined, ``code``.
    user_layers : dict
        By facility type: polygons with a column ``state``.
    files : tuple of InputFile
    hashes : dict
        sha256 by the name written in the study file.
    notes : tuple of Note
    community_review : DataFrame
        Communities whose official code somebody must look at.
    corrections : tuple of Correction
        Answers of a field check.
    facility_lists : GeoDataFrame or None
        Rows of the study's facility tables: index ``facility_id``, columns FACILITY_COLUMNS.
    list_rows : DataFrame
        What became of every row of these tables: ``REPORT_COLUMNS``.
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
    community_review: pd.DataFrame = field(default_factory=pd.DataFrame)
    corrections: tuple[Correction, ...] = ()
    facility_lists: gpd.GeoDataFrame | None = None
    list_rows: pd.DataFrame = field(default_factory=pd.DataFrame)


class _Reader:
    """Reads the files of one study and keeps a record of each."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.snapshot: Snapshot | None = None
        self.files: list[InputFile] = []
        self.hashes: dict[str, str] = {}
        self.notes: list[Note] = []
        self.known: KnownPlaces | None = None
        self.catalogue = study_catalogue(study.standard, base=study.base)

    def find(self, name: str, role: str) -> Path:
        path = resolve_file(self.study.base, name)
        self.hashes[name] = file_sha256(path)
        if role != "osm":
            self.files.append(InputFile(role, path.name, self.hashes[name]))
        return path

    def others(self) -> None:
        """Record the files that are read elsewhere: of the standard, heights, equity."""
        if self.study.standard not in list_standards():
            path = find_standard(self.study.standard, base=self.study.base)
            self.hashes[self.study.standard] = file_sha256(path)
            self.files.append(InputFile("standard", path.name, self.hashes[self.study.standard]))
        if self.study.walk.slope is not None and self.study.walk.slope.file is not None:
            self.find(self.study.walk.slope.file, "elevation")
        if self.study.equity is not None and self.study.equity.file is not None:
            self.find(self.study.equity.file.file, "equity")

    def osm(self) -> OsmData:
        name = self.study.osm.file
        if name is None:  # the schema requires a file or a download
            self.snapshot = read_snapshot(self.study.path)
            path = SnapshotFiles(self.study.path).data
        else:
            path = self.find(name, "osm")
        log.info("reading %s", path.name)
        data = read_osm(path)
        self.files.append(InputFile("osm", data.file_name, data.sha256, OSM_LICENCE, OSM_ATTRIBUTION, data.timestamp))
        return data

    def area(self, given: object, role: str, *, data: OsmData) -> BaseGeometry:
        if isinstance(given, FileRef):
            return union_polygons(self.polygons(given, role, data=data).geometry.to_numpy())
        if isinstance(given, AreaName) and self.snapshot and given.osm in self.snapshot.boundaries:
            return boundary_from_osm(data.objects, relation=self.snapshot.boundaries[given.osm])
        if isinstance(given, AreaName):
            return boundary_from_osm(data.objects, name=given.osm)
        if isinstance(given, Relation):
            return boundary_from_osm(data.objects, relation=given.relation)
        return bbox_polygon(*given)  # type: ignore[misc]

    def polygons(self, given: FileRef | FacilityLayer, role: str, *, data: OsmData) -> gpd.GeoDataFrame:
        path = self.find(given.file, role)
        datum = self.datum(path, layer=given.layer, stated=given.datum, data=data)
        frame, broken = read_mended(path, layer=given.layer, datum=datum)
        self.notes.extend(mended_notes(path.name, broken))
        return frame

    def extent(self, data: OsmData, boundary: BaseGeometry) -> BaseGeometry:
        if self.study.osm.extent is not None:
            return self.area(self.study.osm.extent, "extent", data=data)
        if self.snapshot is not None:
            return self.snapshot.area
        if data.bounds is not None:
            return bbox_polygon(*data.bounds)
        self.notes.append(
            Note(
                "osm.extent",
                "The extract has no header box and the study gives no osm.extent: the study boundary is taken "
                "as the area where the data is whole.",
                "数据文件没有范围框，研究也未给出 osm.extent：以研究边界作为数据完整的范围。",
                warning=True,
            )
        )
        return boundary

    def datum(self, path: Path, *, layer: str | None, stated: str | None, data: OsmData) -> str | None:
        found, notes = known_datum(path, layer=layer, datum=stated, places=lambda: self.places(data))
        self.notes.extend(notes)
        return found

    def places(self, data: OsmData) -> KnownPlaces:
        if self.known is None:
            self.known = KnownPlaces(data)
        return self.known

    def declared(self, given: Placed | None, data: OsmData) -> Placed | None:
        """Return `given` with its datum detected where it asks for that."""
        if given is None or given.file is None or given.datum != DETECT:
            return given
        path = resolve_file(self.study.base, given.file)
        datum = self.datum(path, layer=given.layer, stated=given.datum, data=data)
        return given.model_copy(update={"datum": datum})

    def people(self, data: OsmData, boundary: BaseGeometry) -> People:
        population = self.declared(self.study.population, data)
        communities = self.declared(self.study.communities, data)
        found = read_people(population, communities, find=self.find, data=data, boundary=boundary)
        self.notes.extend(found.notes)
        return found

    def lists(self, data: OsmData, boundary: BaseGeometry) -> FacilityLists:
        catalogue = self.catalogue
        entries = [given for given in self.study.facilities if not is_user_layer(given.type, catalogue)]
        from lifecircle.pipeline.lists.geocoding import ListLocator  # the grammar of addresses takes a while to load

        locate = ListLocator(self.study, data)
        found = read_lists(
            [(given, self.find(given.file, "facilities")) for given in entries],
            catalogue=catalogue,
            about=self.places(data).around(boundary),
            locate=locate,
        )
        self.files.extend(locate.files())
        self.notes.extend(found.notes)
        return found

    def corrections(self) -> tuple[Correction, ...]:
        given = self.study.corrections
        if given is None:
            return ()
        path = self.find(given.file, "corrections")
        answers, blank = read_corrections(path, types=self.catalogue.types, sheet=given.layer, datum=given.datum)
        self.notes.append(
            Note(
                "corrections.read",
                f"{path.name}: {len(answers)} answers of a field check, {blank} rows not checked yet.",
                f"{path.name}：现场核查已填 {len(answers)} 行，未核查 {blank} 行。",
            )
        )
        return answers

    def user_layers(self, data: OsmData) -> dict[str, gpd.GeoDataFrame]:
        layers: dict[str, list[gpd.GeoDataFrame]] = {}
        for given in self.study.facilities:
            if given.type is None or not is_user_layer(given.type, self.catalogue):
                continue
            frame = self.polygons(given, given.type, data=data)
            states = _column(frame, given.state_column or "state", given.file)
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
    reader.others()
    data = reader.osm()
    boundary = reader.area(study.study.boundary, "boundary", data=data)
    extent = reader.extent(data, boundary)
    _check_boundary(boundary, extent, data)
    people, layers, answers = reader.people(data, boundary), reader.user_layers(data), reader.corrections()
    lists = reader.lists(data, boundary)
    return Inputs(
        data,
        boundary,
        extent,
        people.population,
        people.communities,
        layers,
        tuple(reader.files),
        reader.hashes,
        tuple(reader.notes),
        people.review,
        answers,
        lists.table,
        lists.report,
    )


def _check_boundary(boundary: BaseGeometry, extent: BaseGeometry, data: OsmData) -> None:
    if boundary.is_empty or boundary.area == 0:
        raise ConfigError("study.boundary: the polygon is empty; give a polygon with an area, a bbox or a name")
    if not len(data.ways.lon):
        return  # nothing to compare with: the network room says that there is no street
    # Ways may stick far out of a cut file, so the streets' box proves only where no data is.
    streets = shapely.box(data.ways.lon.min(), data.ways.lat.min(), data.ways.lon.max(), data.ways.lat.max())
    for whole, what in ((extent, "is whole"), (streets, "has streets")):
        if not boundary.intersects(whole):
            raise ConfigError(_outside(boundary, whole, what=what, data=data))


def _outside(boundary: BaseGeometry, whole: BaseGeometry, *, what: str, data: OsmData) -> str:
    shown = [round(value, 3) for value in boundary.bounds]
    inside = [round(value, 3) for value in whole.bounds]
    flipped = shapely.transform(boundary, lambda xy: xy[:, ::-1])
    hint = " (with lon and lat exchanged it would fit: they look swapped)" if flipped.intersects(whole) else ""
    return (
        f"study.boundary {shown} lies outside the data of {data.file_name}, which {what} in {inside}{hint}: "
        "give a boundary inside it, or an extract that holds the place"
    )
