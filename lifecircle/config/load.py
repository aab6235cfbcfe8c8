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
from lifecircle.config.standards import find_standard, list_standards
from lifecircle.config.strict_yaml import Document, read_yaml
from lifecircle.errors import ConfigError
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
    layers = sorted(kind for kind, known in catalogue.types.items() if known.user_layer)
    for number, entry in enumerate(file.facilities):
        if entry.type not in layers:
            at = document.where(("facilities", number, "type"))
            raise ConfigError(
                f"{at}: type {entry.type!r} is not a user-layer type{nearest(entry.type, layers)}; "
                "tables of other types are not available in this version"
            )
    if isinstance(file.walk.profile, str) and file.walk.profile not in load_profiles():
        at = document.where(("walk", "profile"))
        raise ConfigError(
            f"{at}: unknown walk profile {file.walk.profile!r}{nearest(file.walk.profile, list(load_profiles()))}"
        )


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
    _check_references(file, document, catalogue or load_catalogue())
    return Study.of(file, path)


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


def config_sha256(study: Study, file_hashes: Mapping[str, str]) -> str:
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
    canonical = json.dumps(
        _with_hashes(content, file_hashes), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()
