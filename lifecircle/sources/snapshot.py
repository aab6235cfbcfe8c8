"""The snapshot of a study: one OpenStreetMap file and its sidecar, beside the study file.

``lifecircle fetch`` makes it, every other command reads it. It belongs to the user: nothing here deletes it.
"""

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from lifecircle.errors import SourceError
from lifecircle.sources.files import file_sha256

FORMAT: Final = 1
LICENCE: Final = "ODbL 1.0, https://opendatacommons.org/licenses/odbl/1-0/"
ATTRIBUTION: Final = "© OpenStreetMap contributors"


@dataclass(frozen=True, slots=True)
class SnapshotFiles:
    """Where the snapshot of a study stands.

    Attributes
    ----------
    study : Path
        The study file.
    """

    study: Path

    def _beside(self, ending: str) -> Path:
        return self.study.with_name(f"{self.study.stem}.snapshot{ending}")

    @property
    def data(self) -> Path:
        """The OpenStreetMap file."""
        return self._beside(".osm.pbf")

    @property
    def sidecar(self) -> Path:
        """What was asked, of whom, when; JSON."""
        return self._beside(".json")

    @property
    def parts(self) -> Path:
        """Folder of finished tiles, kept so that nothing is asked for twice."""
        return self._beside(".parts")

    @property
    def partial(self) -> Path:
        """An extract that has not arrived whole."""
        return self._beside(".osm.pbf.part")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a sidecar says.

    Attributes
    ----------
    source : str
        ``"overpass"`` or ``"geofabrik"``.
    servers : tuple of str
    query : str
        The queries with their places left out; or the address of the extract.
    timestamp, newest : str
        Oldest and newest date of the data, ISO 8601.
    fetched : str
        When the download was finished, ISO 8601.
    sha256 : str
        Of the OpenStreetMap file.
    extent : Mapping
        GeoJSON geometry, EPSG:4326: where the data is whole.
    boundaries : Mapping[str, int]
        Relation id of each boundary that the study names.
    tiles : tuple of Mapping
        ``name``, ``bounds``, ``timestamp``, ``elements`` of each tile.
    lifecircle : str
        Version.
    """

    source: str
    servers: tuple[str, ...]
    query: str
    timestamp: str
    newest: str
    fetched: str
    sha256: str
    extent: Mapping[str, Any]
    lifecircle: str
    boundaries: Mapping[str, int] = field(default_factory=dict)
    tiles: tuple[Mapping[str, Any], ...] = ()
    licence: str = LICENCE
    attribution: str = ATTRIBUTION
    format: int = FORMAT

    @property
    def area(self) -> BaseGeometry:
        """Where the data is whole, EPSG:4326."""
        return shapely.from_geojson(json.dumps(self.extent))


def read_snapshot(study: Path) -> Snapshot:
    """Return what is known of the snapshot of a study, after checking that its file is the one described.

    Parameters
    ----------
    study : Path
        The study file.

    Raises
    ------
    SourceError
        If there is no snapshot, a part of it is missing or damaged, or the file was changed.
    """
    files = SnapshotFiles(study)
    if not files.data.is_file() and not files.sidecar.is_file():
        raise SourceError(f"{study.name}: there is no snapshot ({files.data.name}) yet; {_remedy(study)}")
    for path in (files.data, files.sidecar):
        if not path.is_file():
            raise SourceError(f"{path.name}: not there, although the rest of the snapshot is; {_remedy(study)}")
    found = _read(files.sidecar)
    if found is None:
        raise SourceError(f"{files.sidecar.name}: not the description of a snapshot; {_remedy(study)}")
    if file_sha256(files.data) != found.sha256:
        raise SourceError(
            f"{files.data.name}: not the file that {files.sidecar.name} describes (its SHA-256 differs); move it away "
            f"and {_remedy(study)}, or name it in osm.file"
        )
    return found


def known_snapshot(study: Path) -> Snapshot | None:
    """Return the snapshot of a study, None when there is none or it is not whole."""
    with contextlib.suppress(SourceError):
        return read_snapshot(study)
    return None


def _remedy(study: Path) -> str:
    return (
        f"run `lifecircle fetch {study}` where there is internet (finished tiles are not asked for again), "
        "or bring an extract and name it: osm: {file: ...}"
    )


def _read(path: Path) -> Snapshot | None:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told.get("format") != FORMAT:
            return None
        told["servers"], told["tiles"] = tuple(told["servers"]), tuple(told["tiles"])
        found = Snapshot(**told)
        whole = found.area.area > 0
    except (ValueError, TypeError, KeyError, AttributeError, OSError, shapely.errors.ShapelyError):
        return None
    return found if whole else None


def write_sidecar(path: Path, snapshot: Snapshot) -> None:
    """Write what is known of a snapshot, atomically."""
    text = json.dumps(asdict(snapshot), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    write_atomically(path, text.encode("utf-8"))


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all, whatever happens to the process.

    Raises
    ------
    SourceError
        If the folder cannot be written to, or the disk is full.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise SourceError(
            f"{path}: cannot be written ({error.strerror}); check the folder and the space left"
        ) from error
