"""A study's ground from an Overpass server: tile by tile, resumable, into one snapshot."""

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from lifecircle.errors import ConfigError, SourceError
from lifecircle.sources.files import file_sha256
from lifecircle.sources.http_client import TooHeavyError
from lifecircle.sources.osm_file import read_osm
from lifecircle.sources.osm_write import write_osm_file
from lifecircle.sources.overpass import Overpass, ask_overpass
from lifecircle.sources.overpass_query import (
    DEFAULT_TILE_DEGREES,
    Tile,
    boundaries_query,
    query_form,
    relation_query,
    tile_query,
    tiles_over,
)
from lifecircle.sources.polygons import boundary_from_osm
from lifecircle.sources.snapshot import Snapshot, SnapshotFiles, write_sidecar
from lifecircle.sources.snapshot_parts import Parts

log = logging.getLogger("lifecircle")

_BOUNDARIES: Final = "boundaries"


@dataclass(frozen=True, slots=True)
class Ground:
    """What a snapshot must hold.

    Attributes
    ----------
    area : (Multi)Polygon
        EPSG:4326; streets and facilities are wanted everywhere in it.
    boundaries : Mapping[str, int]
        Relations that the study names, by the name it uses (or the id as text).
    tile_degrees : float
        Side of a tile.
    """

    area: BaseGeometry
    boundaries: Mapping[str, int]
    tile_degrees: float = DEFAULT_TILE_DEGREES


def download(ground: Ground, files: SnapshotFiles, *, service: Overpass) -> Snapshot:
    """Bring everything in `ground` and write the snapshot.

    Finished tiles stay in ``files.parts`` and are never asked for again: a run that was interrupted at any
    moment goes on where it stopped, and a study whose boundary is widened asks for the new tiles only.

    Raises
    ------
    ConfigError
        If the ground needs too many tiles.
    SourceError
        If a tile cannot be had, with the number of those that are safe; or a file cannot be written.
    """
    parts = Parts.of(files.parts)
    wanted = tiles_over(ground.area, degrees=ground.tile_degrees)
    fixed = tuple(sorted(set(ground.boundaries.values())))
    around = boundaries_query(_rounded_bounds(wanted), relations=fixed)
    name = _boundaries_name(wanted, fixed)
    if not parts.has(name):
        parts.store(name, ask_overpass(around, service, what="administrative boundaries").body)
    done = _tiles(wanted, parts, service=service)
    return _assemble(ground, files, parts=parts, tiles=done, boundaries=name, servers=service.servers)


def _rounded_bounds(tiles: tuple[Tile, ...]) -> tuple[float, float, float, float]:
    west, south, east, north = shapely.total_bounds([shapely.box(*tile.bounds) for tile in tiles]).tolist()
    return round(west, 6), round(south, 6), round(east, 6), round(north, 6)


def _boundaries_name(tiles: tuple[Tile, ...], relations: tuple[int, ...]) -> str:
    """Name the answer after what it was asked for."""
    west, south, east, north = (round(value * 1e6) for value in _rounded_bounds(tiles))
    return "_".join([_BOUNDARIES, *(str(value) for value in (west, south, east, north, *relations))])


def _tiles(wanted: tuple[Tile, ...], parts: Parts, *, service: Overpass) -> list[Tile]:
    """Bring every wanted tile, by quarters where a server cannot finish it, and return those that there are."""
    waiting, done = list(reversed(wanted)), list[Tile]()
    asked = size = 0
    while waiting:
        tile = waiting.pop()
        if parts.is_split(tile.name):
            waiting.extend(reversed(tile.quarters()))
            continue
        if parts.has(tile.name):
            done.append(tile)
            continue
        place = f"tile {len(done) + 1} of {len(done) + 1 + len(waiting)}"
        try:
            answer = ask_overpass(tile_query(tile), service, what=place)
        except TooHeavyError as error:
            if not tile.quarters():
                raise _stopped(error, len(done), len(waiting)) from error
            log.warning("%s is too much for the server at once: asking for its quarters", place)
            parts.mark_split(tile.name)
            waiting.extend(reversed(tile.quarters()))
            continue
        except SourceError as error:
            raise _stopped(error, len(done), len(waiting)) from error
        parts.store(tile.name, answer.body)
        done.append(tile)
        asked, size = asked + 1, size + len(answer.body)
        steps = {"done": len(done), "total": len(done) + len(waiting)}
        log.info("%s: %d objects, %.1f MB so far", place, answer.elements, size / 1e6, extra=steps)
    log.info("%d tiles whole: %d asked for now, %d from before", len(done), asked, len(done) - asked)
    return done


def _stopped(error: SourceError, done: int, waiting: int) -> SourceError:
    return SourceError(
        f"{error}. {done} of {done + waiting + 1} tiles are safe on disk; run the same command again to go on from "
        "there, name another server (--server, --mirror), or ask for smaller tiles (--tile 0.05)"
    )


def _assemble(
    ground: Ground,
    files: SnapshotFiles,
    *,
    parts: Parts,
    tiles: list[Tile],
    boundaries: str,
    servers: tuple[str, ...],
) -> Snapshot:
    log.info("writing %s", files.data.name)
    rows: list[dict[str, Any]] = []
    stamps: list[str] = []

    def answers() -> Iterator[Mapping[str, Any]]:
        for tile in (None, *tiles):
            answer = parts.read(boundaries if tile is None else tile.name)
            stamp = answer["osm3s"]["timestamp_osm_base"]
            stamps.append(stamp)
            if tile is not None:
                shown = {"name": tile.name, "bounds": list(tile.bounds), "timestamp": stamp}
                rows.append({**shown, "elements": len(answer["elements"])})
            yield answer

    write_osm_file(answers(), files.data)
    whole = shapely.union_all([shapely.box(*tile.bounds) for tile in tiles])
    snapshot = Snapshot(
        source="overpass",
        servers=servers,
        query=query_form(),
        timestamp=min(stamps),
        newest=max(stamps),
        fetched=datetime.now(UTC).isoformat(timespec="seconds"),
        sha256=file_sha256(files.data),
        extent=json.loads(shapely.to_geojson(shapely.normalize(whole))),
        boundaries=dict(ground.boundaries),
        tiles=tuple(rows),
        lifecircle=version("lifecircle"),
    )
    write_sidecar(files.sidecar, snapshot)
    return snapshot


def fetch_boundary(relation: int, files: SnapshotFiles, *, service: Overpass) -> BaseGeometry:
    """Return the surface of a boundary relation, EPSG:4326, asked for once and kept among the parts.

    Raises
    ------
    SourceError
        If it cannot be had.
    ConfigError
        If there is no such relation, or it encloses nothing.
    """
    parts, name = Parts.of(files.parts), f"relation_{relation}"
    if not parts.has(name):
        found = ask_overpass(relation_query(relation), service, what=f"boundary (relation {relation})")
        parts.store(name, found.body)
    with TemporaryDirectory() as folder:
        path, answer = Path(folder) / "boundary.osm.pbf", parts.read(name)
        if not answer["elements"]:
            raise ConfigError(f"relation {relation}: OpenStreetMap has none of this id; check study.boundary")
        write_osm_file([answer], path)
        return boundary_from_osm(read_osm(path).objects, relation=relation)


def covers(snapshot: Snapshot, ground: Ground) -> bool:
    """Tell whether a snapshot holds everything that `ground` asks for."""
    named = all(snapshot.boundaries.get(name) == relation for name, relation in ground.boundaries.items())
    return named and bool(shapely.covers(snapshot.area, ground.area))
