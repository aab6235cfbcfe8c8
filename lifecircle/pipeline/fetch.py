"""Bring the OpenStreetMap data of a study once, so that everything else works offline."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import shapely

from lifecircle.config.fields import AreaName, FileRef, Relation
from lifecircle.config.load import resolve_file
from lifecircle.config.osm_keys import Extract
from lifecircle.errors import ConfigError, SourceError
from lifecircle.pipeline.place import study_area
from lifecircle.pipeline.question import Question, read_question
from lifecircle.sources import geofabrik
from lifecircle.sources.download import Ground, covers, download, fetch_boundary
from lifecircle.sources.http_client import Patience, checked_url
from lifecircle.sources.online_names import DEFAULT_NOMINATIM, NameService, resolve_area
from lifecircle.sources.overpass import DEFAULT_MIRRORS, DEFAULT_SERVER, Overpass
from lifecircle.sources.overpass_query import DEFAULT_TILE_DEGREES
from lifecircle.sources.polygons import bbox_polygon, read_polygons
from lifecircle.sources.snapshot import Snapshot, SnapshotFiles, known_snapshot, write_atomically

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from lifecircle.config.schema import Study

log = logging.getLogger("lifecircle")


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """Of whom to ask, and how.

    Attributes
    ----------
    server : str or None
        Overpass interpreter, or base address of the extracts; None: the public one.
    mirrors : tuple of str or None
        Further Overpass interpreters, asked when the first fails; None: the public ones when `server` is not given.
    nominatim : str
        Service for names of places.
    tile_degrees : float
    patience : Patience
    """

    server: str | None = None
    mirrors: tuple[str, ...] | None = None
    nominatim: str = DEFAULT_NOMINATIM
    tile_degrees: float = DEFAULT_TILE_DEGREES
    patience: Patience = field(default_factory=Patience)

    @property
    def overpass(self) -> Overpass:
        """The servers to ask for tiles."""
        public = DEFAULT_MIRRORS if self.server is None else ()
        servers = (self.server or DEFAULT_SERVER, *(public if self.mirrors is None else self.mirrors))
        return Overpass(tuple(dict.fromkeys(checked_url(server) for server in servers)), self.patience)


def fetch(config: str | Path, *, options: FetchOptions | None = None) -> Snapshot:
    """Download what a study needs and keep it as a snapshot beside the study file.

    A run that was interrupted, at any moment and in any way, goes on where it stopped; a snapshot that already
    holds everything is left alone.

    Parameters
    ----------
    config : str or Path
        A study with ``osm: {download: true}`` or ``osm: {download: {geofabrik: region}}``.
    options : FetchOptions, optional

    Returns
    -------
    Snapshot

    Raises
    ------
    ConfigError
        If the study asks for no download, names an unknown or ambiguous place, or is too large.
    SourceError
        If a server cannot be asked; what has arrived is kept.
    """
    asked = options or FetchOptions()
    study, question = read_question(config)
    files = SnapshotFiles(study.path)
    wanted = study.osm.download
    if not wanted:
        raise ConfigError(
            f"{study.path.name}: osm.file is {study.osm.file!r}, so there is nothing to download: "
            "write osm: {download: true} instead of it"
        )
    known = known_snapshot(study.path)
    if isinstance(wanted, Extract):
        return _extract(wanted, files, known=known, options=asked)
    ground = _ground(study, question, files=files, known=known, options=asked)
    if known is not None and known.source == "overpass" and covers(known, ground):
        log.info("%s holds everything that is asked for; for newer data, move it away first", files.data.name)
        return known
    _put_aside(files, known)
    return download(ground, files, service=asked.overpass)


def _extract(wanted: Extract, files: SnapshotFiles, *, known: Snapshot | None, options: FetchOptions) -> Snapshot:
    server = checked_url(options.server or geofabrik.DEFAULT_SERVER)
    if (
        known is not None
        and known.source == "geofabrik"
        and known.query.endswith(f"/{wanted.geofabrik}-latest.osm.pbf")
    ):
        log.info("%s is the extract of %s; for a newer one, move it away first", files.data.name, wanted.geofabrik)
        return known
    _put_aside(files, known)
    patience = replace(options.patience, timeout_s=max(options.patience.timeout_s, geofabrik.PATIENCE.timeout_s))
    return geofabrik.download_extract(wanted.geofabrik, files, server=server, patience=patience)


def _put_aside(files: SnapshotFiles, known: Snapshot | None) -> None:
    """Rename a file that stands where the snapshot belongs and is not ours to replace."""
    if known is not None or not files.data.is_file():
        return
    number = 1
    while (aside := files.data.with_name(f"{files.data.name}.{number}")).exists():
        number += 1
    try:
        files.data.rename(aside)
    except OSError as error:
        raise SourceError(f"{files.data}: in the way of the snapshot ({error.strerror}); move it away") from error
    log.warning("%s is not the file its description speaks of: kept as %s", files.data.name, aside.name)


def _ground(
    study: Study, question: Question, *, files: SnapshotFiles, known: Snapshot | None, options: FetchOptions
) -> Ground:
    given = study.study.boundary
    boundaries = dict(_named(given, files, known=known, options=options))
    boundary = _boundary(study, files, relations=boundaries, options=options)
    if study.osm.extent is not None:
        boundaries |= _named(study.osm.extent, files, known=known, options=options)
    area = study_area(study, question, boundary=boundary)
    log.info("%s: %.0f km2, and %.0f m around it", area.name(question.language), area.area_km2, area.buffer_m)
    return Ground(area.to_wgs84(area.reach), boundaries, options.tile_degrees)


def _named(given: object, files: SnapshotFiles, *, known: Snapshot | None, options: FetchOptions) -> Mapping[str, int]:
    """Return the relation of a boundary that is given by name or id, by the name the study uses."""
    if isinstance(given, Relation):
        return {str(given.relation): given.relation}
    if not isinstance(given, AreaName):
        return {}
    if known is not None and given.osm in known.boundaries:
        return {given.osm: known.boundaries[given.osm]}
    record = files.parts / "names.json"
    resolved = _resolved(record)
    if given.osm not in resolved:
        patience = replace(options.patience, attempts=min(options.patience.attempts, 4))
        service = NameService(checked_url(options.nominatim), files.parts / "osmnx", patience)
        resolved[given.osm] = resolve_area(given.osm, service).relation
        text = json.dumps(resolved, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        write_atomically(record, text.encode("utf-8"))
    return {given.osm: resolved[given.osm]}


def _resolved(record: Path) -> dict[str, int]:
    try:
        found = json.loads(record.read_text(encoding="utf-8"))
        return {str(name): int(relation) for name, relation in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _boundary(
    study: Study, files: SnapshotFiles, *, relations: Mapping[str, int], options: FetchOptions
) -> BaseGeometry:
    given = study.study.boundary
    if isinstance(given, FileRef):
        frame = read_polygons(resolve_file(study.base, given.file), layer=given.layer, datum=given.datum)
        return shapely.union_all(frame.geometry.to_numpy())
    if relations:
        (relation,) = relations.values()
        return fetch_boundary(relation, files, service=options.overpass)
    return bbox_polygon(*given)  # a box is the only form left
