"""Reading a study file, and identifying what it asked for."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from lifecircle.config.catalogue import load_catalogue
from lifecircle.config.files import SAMPLE, resolve_file
from lifecircle.config.problems import nearest, validated
from lifecircle.config.profiles import find_profile, load_profiles, study_profile
from lifecircle.config.schema import Study, StudyFile
from lifecircle.config.standards import find_standard, list_standards, study_catalogue
from lifecircle.config.strict_yaml import Document, read_yaml
from lifecircle.errors import ConfigError, SourceError
from lifecircle.model.catalogue import Catalogue

__all__ = [
    "config_sha256",
    "find_profile",
    "load_profiles",
    "load_study",
    "resolve_file",
    "sample_study",
    "study_profile",
]


def sample_study() -> Path:
    """Return the study file of the sample place that is shipped with lifecircle."""
    return SAMPLE / "demo.yml"


def _check_references(file: StudyFile, document: Document, catalogue: Catalogue) -> None:
    """Refuse names of types and walkers that do not exist."""
    for kind in file.completeness:
        if kind not in catalogue.types:
            at = document.where(("completeness", kind))
            raise ConfigError(f"{at}: unknown facility type {kind!r}{nearest(kind, sorted(catalogue.types))}")
    for number in range(len(file.facilities)):
        _check_facilities(file, document, catalogue=catalogue, number=number)
    if isinstance(file.walk.profile, str) and file.walk.profile not in load_profiles():
        at = document.where(("walk", "profile"))
        raise ConfigError(
            f"{at}: unknown walk profile {file.walk.profile!r}{nearest(file.walk.profile, list(load_profiles()))}"
        )


def _check_facilities(file: StudyFile, document: Document, *, catalogue: Catalogue, number: int) -> None:
    entry = file.facilities[number]
    layers = {kind for kind, known in catalogue.types.items() if known.user_layer}
    lists = sorted(set(catalogue.types) - layers)
    for key, kind in (("type", entry.type), *(("type_names", kind) for kind in entry.type_names.values())):
        if kind is not None and kind not in catalogue.types:
            at = document.where(("facilities", number, key))
            raise ConfigError(f"{at}: unknown facility type {kind!r}{nearest(kind, sorted(catalogue.types))}")
    at = document.where(("facilities", number))
    if entry.type in layers and entry.list_keys:
        raise ConfigError(
            f"{at}: {entry.type!r} is a layer of polygons, which has no {entry.list_keys[0]}; give file, layer, datum "
            "and state_column"
        )
    if entry.type not in layers and entry.state_column is not None:
        shown = f"not to {entry.type!r}" if entry.type in lists else "not to a list"
        raise ConfigError(f"{at}: state_column belongs to {', '.join(sorted(layers))}, {shown}; remove it")


def load_study(path: Path, *, catalogue: Catalogue | None = None) -> Study:
    """Read and check a study file.

    Parameters
    ----------
    path : Path
    catalogue : Catalogue, optional
        The facility types it may name; by default the packaged ones.

    Returns
    -------
    Study
        Frozen; defaults filled in. The data files it names are not touched.

    Raises
    ------
    ConfigError
        With file and line: bad YAML, an unknown key (the nearest valid one is suggested), a value out of its
        limits, a feature that this version does not have.
    SourceError
        If the file cannot be read.
    """
    document = read_yaml(path)
    file = validated(StudyFile, document)
    _check_references(file, document, catalogue or _catalogue_of(file, path))
    return Study.of(file, path)


def _catalogue_of(file: StudyFile, path: Path) -> Catalogue:
    """Return the facility types that a study may name; those of its standard's own as well, where it can be read."""
    try:
        return study_catalogue(file.standard, base=path.parent)
    except (ConfigError, SourceError):
        return load_catalogue()  # reading the standard itself says what is wrong with it


def _with_hashes(value: object, hashes: Mapping[str, str]) -> object:
    if isinstance(value, dict):
        return {
            key: hashes[inner] if isinstance(inner, str) and key == "file" else _with_hashes(inner, hashes)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_with_hashes(inner, hashes) for inner in value]
    return value


def _standard_identity(study: Study, hashes: Mapping[str, str]) -> str:
    """Return a packaged standard's id, or the hash of a user's file."""
    if study.standard in list_standards():
        return study.standard
    if study.standard in hashes:
        return hashes[study.standard]
    return hashlib.sha256(find_standard(study.standard, base=study.base).read_bytes()).hexdigest()


def config_sha256(study: Study, file_hashes: Mapping[str, str], *, beside: Mapping[str, str] | None = None) -> str:
    """Return the SHA-256 of what a study says, free of paths.

    The parsed content without its defaults, as canonical JSON (sorted keys, no blanks, UTF-8), with every
    file's name replaced by the hash of its bytes: comments, the order of keys and the place of files do not
    matter, and a changed input does.

    Parameters
    ----------
    study : Study
    file_hashes : Mapping[str, str]
        SHA-256 by name as written, for all of ``study.file_names()``. A standard's own file is hashed here
        unless its hash is among them.
    beside : Mapping[str, str], optional
        SHA-256 by role of files that the study implies without naming them: its snapshot, its geocoded addresses.

    Returns
    -------
    str
        64 hexadecimal digits.

    Raises
    ------
    ConfigError
        If a data file's hash is not given.
    SourceError
        If the standard is a file that is not there.
    """
    missing = [name for name in study.file_names() if name not in file_hashes]
    if missing:
        raise ConfigError(f"config_sha256: no hash given for {', '.join(missing)}")
    content = study.model_dump(mode="json", exclude={"path"}, exclude_defaults=True)
    content = {**content, "standard": _standard_identity(study, file_hashes)}
    content |= {"beside": dict(beside)} if beside else {}
    canonical = json.dumps(
        _with_hashes(content, file_hashes), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()
