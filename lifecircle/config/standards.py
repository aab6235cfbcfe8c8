"""Life-circle standards: the packaged presets and a user's own file, read and checked."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from lifecircle.config.catalogue import DATA, load_catalogue
from lifecircle.config.files import resolve_file
from lifecircle.config.problems import find_problems, nearest, validated
from lifecircle.config.profiles import load_profiles
from lifecircle.config.standard_nouns import own_types, standard_of
from lifecircle.config.standard_specs import ItemSpec, StandardFile
from lifecircle.config.strict_yaml import Document, Location, read_yaml
from lifecircle.errors import ConfigError
from lifecircle.model.catalogue import Catalogue, FacilityType
from lifecircle.model.rules import READINGS
from lifecircle.model.standard import Standard

STANDARDS = DATA / "standards"
_SOURCE_KEY = re.compile(r"[a-z][a-z0-9_]*")


def _located(spec: StandardFile) -> list[tuple[Location, ItemSpec]]:
    """Return every item with its place in the file (an item written alone stands at its reading)."""
    return [
        (("circles", number, reading, place), item)
        for number, circle in enumerate(spec.circles)
        for reading in READINGS
        for place, item in enumerate(circle.items(reading))
    ]


def _named_types(spec: StandardFile) -> list[tuple[Location, str]]:
    named: list[tuple[Location, str]] = []
    for at, item in _located(spec):
        named += [((*at, "any", number), kind) for number, kind in enumerate(item.any)]
        for key in ("all", "of"):
            pools: tuple[tuple[str, ...], ...] = getattr(item, key)
            named += [((*at, key, number), kind) for number, pool in enumerate(pools) for kind in pool]
    for number, circle in enumerate(spec.circles):
        named += [(("circles", number, "support", place), kind) for place, kind in enumerate(circle.support)]
        named += [
            (("circles", number, "provision", place), kind)
            for place, asked in enumerate(circle.provision)
            for kind in asked.any
        ]
        if circle.user_layer is not None:
            named.append((("circles", number, "user_layer"), circle.user_layer))
    return named


def _named_sources(spec: StandardFile) -> list[tuple[Location, str]]:
    named: list[tuple[Location, str]] = [((*at, "source"), item.source) for at, item in _located(spec)]
    for number, circle in enumerate(spec.circles):
        named += [
            (("circles", number, "provision", place, "source"), asked.source)
            for place, asked in enumerate(circle.provision)
        ]
        if circle.published is not None:
            source = circle.published.source
            named.append((("circles", number, "published", "source"), "" if source is None else source.en))
    if spec.origin is not None:
        named.append((("origin", "source"), spec.origin.source))
    return named


def _reference_problems(spec: StandardFile, document: Document, catalogue: Catalogue) -> list[str]:
    """Return what a schema cannot see: unknown types, walkers, sources and sections, repeated ids."""
    profiles = load_profiles()
    found = _section_problems(spec)
    catalogue = catalogue.extended(_types(spec))
    for at, kind in _named_types(spec):
        if kind not in catalogue.types:
            found.append((at, f"unknown facility type {kind!r}{nearest(kind, sorted(catalogue.types))}"))
    for at, source in _named_sources(spec):
        if _SOURCE_KEY.fullmatch(source) and source not in spec.sources:
            found.append((at, f"{source!r} is not in sources: add it there, or write the source out"))
    ids = [circle.id for circle in spec.circles]
    walkers: list[tuple[Location, str]] = [(("walk", "profile"), spec.walk.profile)]
    for number, circle in enumerate(spec.circles):
        if circle.id in ids[:number]:
            found.append((("circles", number, "id"), f"circle id {circle.id!r} is used twice"))
        if circle.profile is not None:
            walkers.append((("circles", number, "profile"), circle.profile))
    for at, walker in walkers:
        if walker not in profiles:
            found.append((at, f"unknown profile {walker!r}{nearest(walker, sorted(profiles))}"))
    lines = sorted((document.mark(at)[0], text) for at, text in found)
    return [f"{document.path}:{line}: {text}" for line, text in lines]


def _section_problems(spec: StandardFile) -> list[tuple[Location, str]]:
    """Return what is wrong with sections, and with groups taken from other standards."""
    found: list[tuple[Location, str]] = []
    known = [section.id for section in spec.sections]
    for number, circle in enumerate(spec.circles):
        if circle.section and circle.section not in known:
            found.append(
                (("circles", number, "section"), f"{circle.section!r} is not in sections: add it there with zh and en")
            )
    for number, section in enumerate(spec.sections):
        if section.id in known[:number]:
            found.append((("sections", number, "id"), f"section id {section.id!r} is used twice"))
        if not any(circle.section == section.id for circle in spec.circles):
            found.append((("sections", number), f"section {section.id!r} has no circle"))
    for at, item in _located(spec):
        if item.preset is None or item.section is None:
            continue
        if item.preset not in list_standards() or item.preset == spec.id:
            others = [name for name in list_standards() if name != spec.id]
            found.append(((*at, "preset"), f"unknown standard {item.preset!r}{nearest(item.preset, others)}"))
            continue
        sections = [section.id for section in _packaged(item.preset).sections]
        if item.section not in sections:
            problem = f"{item.preset} has no section {item.section!r}{nearest(item.section, sections)}"
            found.append(((*at, "section"), problem))
    return found


def _parsed(path: Path) -> StandardFile:
    return validated(StandardFile, read_yaml(path))


@cache
def _packaged(preset: str) -> StandardFile:
    return _parsed(STANDARDS / f"{preset}.yml")


def _types(spec: StandardFile) -> tuple[FacilityType, ...]:
    """Return the types that a standard defines itself, after those that the groups it takes need of their standards."""
    named = [(item.preset, item.section) for _, item in _located(spec) if item.preset in list_standards()]
    taken = []
    for preset, section in dict.fromkeys(named):
        used = {kind for pool in _group(str(preset), str(section)) for kind in pool}
        taken += [kind for kind in own_types(_packaged(str(preset))) if kind.id in used]
    return tuple({kind.id: kind for kind in (*taken, *own_types(spec))}.values())


def _group(preset: str, section: str) -> tuple[tuple[str, ...], ...]:
    """Return the pools of types that the circles of a packaged standard's section require, each once."""
    spec = _packaged(preset)
    pools = [
        pool
        for circle in spec.circles
        if circle.section == section
        for item in circle.items("standard") or circle.items("claim")
        if item.judged and not item.optional
        for pool in (item.all or (item.any,))
        if pool
    ]
    return tuple(dict.fromkeys(pools))


def list_standards() -> list[str]:
    """Return the ids of the packaged standards, sorted."""
    return sorted(path.stem for path in STANDARDS.glob("*.yml"))


def find_standard(id_or_path: str, *, base: Path) -> Path:
    """Return the file of a packaged standard, or of a user's, sought from `base`.

    Raises
    ------
    ConfigError
        If it is neither a packaged standard nor a ``.yml`` file's name.
    SourceError
        If the file is not there.
    """
    if id_or_path in list_standards():
        return STANDARDS / f"{id_or_path}.yml"
    if Path(id_or_path).suffix in (".yml", ".yaml"):
        return resolve_file(base, id_or_path)
    raise ConfigError(
        f"unknown standard {id_or_path!r}{nearest(id_or_path, list_standards())}; or name a file that ends in .yml"
    )


def load_standard(id_or_path: str, *, base: Path, catalogue: Catalogue) -> Standard:
    """Return a standard, every reference in it checked.

    Parameters
    ----------
    id_or_path : str
        A packaged standard's id, or a YAML file.
    base : Path
        Folder that a relative file name starts from.
    catalogue : Catalogue
        The facility types that it may name.

    Raises
    ------
    ConfigError
        With file and line: an unknown key, type, walker or source; a threshold that is missing or doubled;
        or an unknown standard.
    SourceError
        If the file is not there.
    """
    document = read_yaml(find_standard(id_or_path, base=base))
    spec = validated(StandardFile, document)
    problems = _reference_problems(spec, document, catalogue)
    if problems:
        raise ConfigError("\n".join(problems))
    types = _types(spec)
    return standard_of(spec, types, group=_group).checked(catalogue.extended(types))


def study_catalogue(standard: str, *, base: Path) -> Catalogue:
    """Return the packaged facility types with those that a standard defines itself.

    Parameters
    ----------
    standard : str
        A packaged standard's id, or a YAML file sought from `base`.
    base : Path

    Raises
    ------
    ConfigError, SourceError
        If the standard cannot be read.
    """
    path = find_standard(standard, base=base)
    return load_catalogue().extended(_types(_packaged(path.stem) if path.parent == STANDARDS else _parsed(path)))


def validate_standard(path: Path, *, catalogue: Catalogue) -> list[str]:
    """Return everything wrong with the standard in `path`, each with file and line; empty when it is right.

    Raises
    ------
    SourceError
        If the file cannot be read.
    """
    try:
        document = read_yaml(path)
    except ConfigError as error:
        return [str(error)]
    problems = find_problems(StandardFile, document)
    return problems or _reference_problems(StandardFile.model_validate(document.data), document, catalogue)


def standard_json_schema() -> dict[str, Any]:
    """Return the JSON Schema of standards, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "lifecircle standard",
        **{key: value for key, value in StandardFile.model_json_schema().items() if key != "title"},
    }
