"""Which prepared place a study needs, and how it is kept between runs."""

from __future__ import annotations

import functools
import glob
import hashlib
import json
import logging
import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lifecircle.config.load import resolve_file
from lifecircle.facilities.prepare import Facilities
from lifecircle.model.area import StudyArea
from lifecircle.model.field_check import Correction
from lifecircle.model.hindrance import Hindrances
from lifecircle.model.network import Barriers, WalkNetwork
from lifecircle.model.osm import OsmData, OsmWays
from lifecircle.model.provenance import InputFile, Note
from lifecircle.model.travel import Snapped
from lifecircle.pipeline.inputs import Inputs
from lifecircle.pipeline.lists.facility_sources import FieldCheck
from lifecircle.pipeline.searches import Joined, WalkRules
from lifecircle.residences.prepare import Residences
from lifecircle.sources.files import file_sha256
from lifecircle.sources.noun_codec import nouns_by_name
from lifecircle.sources.place_cache import PlaceCache
from lifecircle.travel.nearest import Endpoints

if TYPE_CHECKING:
    from lifecircle.config.schema import Study
    from lifecircle.pipeline.question import Question

log = logging.getLogger("lifecircle")

PACKAGE = Path(__file__).resolve().parents[1]
# Everything a prepared place is made of; what is not here is not stored, and the place not cached.
NOUNS = nouns_by_name(
    (
        Barriers,
        Correction,
        Endpoints,
        Facilities,
        FieldCheck,
        Hindrances,
        InputFile,
        Inputs,
        Joined,
        Note,
        OsmData,
        OsmWays,
        Residences,
        Snapped,
        StudyArea,
        WalkNetwork,
        WalkRules,
    )
)
# Rooms that only use prepared places: preparing one does not depend on them.
LATER = {"accessibility", "cli", "coverage", "outputs", "scenario", "siting"}
# What a study says about its results, not about its place.
RESULTS_ONLY = {"path", "language", "rule", "output", "published", "seed", "uncertainty", "equity"}
LIBRARIES = ("numpy", "pandas", "geopandas", "shapely", "pyproj", "scipy", "osmium", "pyogrio", "pyarrow")


class WarmStart:
    """The cached place of one study.

    Parameters
    ----------
    study : Study
    question : Question
    """

    def __init__(self, study: Study, question: Question) -> None:
        self._name = f"{study.study.name.zh} / {study.study.name.en}"
        self._key = place_key(study, question)
        self._cache = PlaceCache(NOUNS)

    def load(self) -> dict[str, Any] | None:
        """Return the parts of the place, None where they are not cached."""
        parts = self._cache.load(self._key)
        if parts is not None:
            log.info("place taken from the cache (lifecircle cache list | clear)")
        return parts

    def store(self, parts: dict[str, Any]) -> None:
        """Keep the parts of a place for the next run."""
        self._cache.store(self._key, parts, name=self._name)


def place_key(study: Study, question: Question) -> str:
    """Return what identifies a prepared place: equal keys, equal places.

    The hash of the study but for what concerns its results alone, the content of every file it names and of those
    beside it that bear its name, the catalogue, the standard and the walker, the code of lifecircle, the versions of
    the libraries that read and measure.

    Raises
    ------
    SourceError
        If a file is missing or cannot be read.
    """
    said = {
        "study": study.model_dump(mode="json", exclude=RESULTS_ONLY),
        "files": {name: _content(resolve_file(study.base, name)) for name in study.file_names()},
        "beside": {path.name: _content(path) for path in _beside(study.path)},
        "asked": repr((question.catalogue, question.standard, question.profile, question.walk)),
        "code": code_sha256(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "python": platform.python_version(),
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode("utf-8")).hexdigest()


@functools.cache
def code_sha256() -> str:
    """Return the hash of the modules and package data that a prepared place comes from."""
    digest = hashlib.sha256()
    for path in sorted([*PACKAGE.rglob("*.py"), *(PACKAGE / "data").rglob("*.yml")]):
        if path.relative_to(PACKAGE).parts[0] in LATER:
            continue
        digest.update(path.relative_to(PACKAGE).as_posix().encode("utf-8") + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _content(path: Path) -> dict[str, str]:
    """Return the hashes of a file and, for a shapefile, of the files that belong to it."""
    parts = _siblings(path) if path.suffix.lower() == ".shp" else [path]
    return {part.name: file_sha256(part) for part in parts}


def _siblings(path: Path) -> Iterable[Path]:
    found = path.parent.glob(f"{glob.escape(path.stem)}.*")
    return sorted(part for part in found if part.is_file() and part.stat().st_size)


def _beside(config: Path) -> Iterable[Path]:
    """Return the files that a study's own file name stands for: its snapshot, its geocoded addresses."""
    return [path for path in _siblings(config) if path.name != config.name]
