"""Life-circle standards: one YAML schema, the packaged presets, a user's own file."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from lifecircle.config.catalogue import DATA
from lifecircle.config.fields import Names, Part, Texts, later
from lifecircle.config.files import resolve_file
from lifecircle.config.problems import find_problems, nearest, validated
from lifecircle.config.profiles import load_profiles
from lifecircle.config.schema import PublishedCount
from lifecircle.config.strict_yaml import Document, Location, read_yaml
from lifecircle.errors import ConfigError
from lifecircle.model.catalogue import Catalogue
from lifecircle.model.standard import READINGS, Circle, Item, Published, Reading, Rule, Standard

STANDARDS = DATA / "standards"
_SOURCE_KEY = re.compile(r"[a-z][a-z0-9_]*")
_NOT_YET = "is not available in this version: remove this key"


class ItemSpec(Part):
    """One requirement: the nearest of ``any`` within ``min`` minutes or ``max_m`` metres."""

    any: Annotated[Texts, Field(min_length=1)]
    min: Annotated[float, Field(gt=0, le=120)] | None = None
    max_m: Annotated[float, Field(gt=0, le=20_000)] | None = None
    optional: bool = False
    source: Annotated[str, Field(min_length=1)]
    label: Literal["read", "second-hand", "unverified", "judgement"]
    source_m: Annotated[float, Field(gt=0)] | None = None
    straight_line: Annotated[Any, later(f"straight_line {_NOT_YET}")] = None
    min_area_m2: Annotated[Any, later(f"min_area_m2 {_NOT_YET}")] = None

    @model_validator(mode="after")
    def _one_threshold(self) -> Self:
        if (self.min is None) == (self.max_m is None):
            raise ValueError("give one of min (minutes) and max_m (metres)")
        if self.source_m is not None and self.min is None:
            raise ValueError("source_m is the radius behind a min; with max_m it says nothing")
        return self


def _items_form(value: object) -> str:
    return "(items)" if isinstance(value, list | tuple) else "(item)"


Items = Annotated[
    Annotated[ItemSpec, Tag("(item)")]
    | Annotated[tuple[ItemSpec, ...], Field(min_length=1, strict=False), Tag("(items)")],
    Discriminator(_items_form),
]


class CircleSpec(Part):
    """One circle; a reading is one item or a list of items that must all be met."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    zh: str
    en: str
    section: str = ""
    headline: bool = True
    profile: str | None = None
    claim: Items | None = None
    standard: Items | None = None
    lenient: Items | None = None
    support: Texts = ()
    user_layer: str | None = None
    published: PublishedCount | None = None
    notes: Texts = ()

    def items(self, reading: Reading) -> tuple[ItemSpec, ...]:
        """Return the items of `reading`; none when it is not written."""
        given: ItemSpec | tuple[ItemSpec, ...] | None = getattr(self, reading)
        if given is None:
            return ()
        return (given,) if isinstance(given, ItemSpec) else given

    @model_validator(mode="after")
    def _decidable(self) -> Self:
        readings = [self.items(reading) for reading in READINGS]
        if self.user_layer is None and not any(readings):
            raise ValueError(f"circle {self.id!r}: give claim, standard or lenient, or a user_layer")
        if self.user_layer is not None and any(readings):
            raise ValueError(f"circle {self.id!r}: a circle of a user_layer has no claim, standard or lenient")
        for items in readings:
            if items and all(item.optional for item in items):
                raise ValueError(f"circle {self.id!r}: every item of a reading is optional, so nothing decides it")
        return self


class OriginSpec(Part):
    """From where the standard measures."""

    kind: Literal["building", "residential_area", "estate_gate", "grid"]
    source: str = ""


class WalkSpec(Part):
    """Who walks, unless a circle or the study says otherwise."""

    profile: str = "adult"


class StandardFile(Part):
    """A whole standard."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    title: Names
    default_rule: Reading
    origin: OriginSpec | None = None
    walk: WalkSpec = WalkSpec()
    sources: Mapping[str, str] = Field(default_factory=dict)
    notes: Texts = ()
    circles: Annotated[tuple[CircleSpec, ...], Field(min_length=1, strict=False)]


def _located(spec: StandardFile) -> list[tuple[Location, ItemSpec]]:
    """Return every item with its place in the file (an item written alone stands at its reading)."""
    return [
        (("circles", number, reading, place), item)
        for number, circle in enumerate(spec.circles)
        for reading in READINGS
        for place, item in enumerate(circle.items(reading))
    ]


def _named_types(spec: StandardFile) -> list[tuple[Location, str]]:
    named = [((*at, "any", number), kind) for at, item in _located(spec) for number, kind in enumerate(item.any)]
    for number, circle in enumerate(spec.circles):
        named += [(("circles", number, "support", place), kind) for place, kind in enumerate(circle.support)]
        if circle.user_layer is not None:
            named.append((("circles", number, "user_layer"), circle.user_layer))
    return named


def _named_sources(spec: StandardFile) -> list[tuple[Location, str]]:
    named: list[tuple[Location, str]] = [((*at, "source"), item.source) for at, item in _located(spec)]
    for number, circle in enumerate(spec.circles):
        if circle.published is not None:
            named.append((("circles", number, "published", "source"), circle.published.source))
    if spec.origin is not None:
        named.append((("origin", "source"), spec.origin.source))
    return named


def _reference_problems(spec: StandardFile, document: Document, catalogue: Catalogue) -> list[str]:
    """Return what a schema cannot see: unknown types, walkers and sources, repeated ids."""
    profiles = load_profiles()
    found: list[tuple[Location, str]] = []
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


def _item(spec: ItemSpec, sources: Mapping[str, str]) -> Item:
    return Item(
        types=spec.any,
        minutes=spec.min,
        max_m=spec.max_m,
        optional=spec.optional,
        source_m=spec.source_m,
        source=sources.get(spec.source, spec.source),
        label=spec.label,
    )


def _published(spec: PublishedCount, sources: Mapping[str, str]) -> Published:
    return Published(**{**spec.model_dump(), "source": sources.get(spec.source, spec.source)})


def _circle(spec: CircleSpec, sources: Mapping[str, str]) -> Circle:
    readings = {
        reading: Rule(tuple(_item(item, sources) for item in spec.items(reading)), lenient=reading == "lenient")
        for reading in READINGS
        if spec.items(reading)
    }
    return Circle(
        id=spec.id,
        name_zh=spec.zh,
        name_en=spec.en,
        readings=readings,
        headline=spec.headline,
        profile=spec.profile,
        support=spec.support,
        user_layer=spec.user_layer,
        published=None if spec.published is None else _published(spec.published, sources),
        notes=spec.notes,
        section=spec.section,
    )


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
    return Standard(
        id=spec.id,
        title_zh=spec.title.zh,
        title_en=spec.title.en,
        circles=tuple(_circle(circle, spec.sources) for circle in spec.circles),
        default_rule=spec.default_rule,
        origin_kind=None if spec.origin is None else spec.origin.kind,
        profile=spec.walk.profile,
        notes=spec.notes,
    ).checked(catalogue)


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
