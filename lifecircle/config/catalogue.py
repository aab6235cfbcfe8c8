"""The facility catalogue: ``types.yml`` as nouns, every pattern checked."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from lifecircle.config.fields import Part, Texts
from lifecircle.config.problems import validated
from lifecircle.config.strict_yaml import read_yaml
from lifecircle.errors import ConfigError
from lifecircle.model.catalogue import Catalogue, FacilityType, NameGate, Retype, Selector

DATA = Path(__file__).resolve().parents[1] / "data"


def _as_test(value: object) -> tuple[str, ...]:
    """Return a tag's test as texts: a scalar is one, a list several."""
    values = value if isinstance(value, list | tuple) else [value]
    if not values or not all(isinstance(item, str | int) and not isinstance(item, bool) for item in values):
        raise ValueError(f"{value!r} is no test of a tag: give text, a list of texts, '*', '~regex' or '!a|b'")
    texts = tuple(str(item) for item in values)
    for text in texts:
        if text.startswith("~"):
            _compiled(text[1:])
    return texts


def _compiled(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}") from None
    return pattern


TestOfTag = Annotated[
    tuple[str, ...],
    BeforeValidator(_as_test),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
]
Tests = Mapping[str, TestOfTag]
Pattern = Annotated[str, BeforeValidator(lambda value: _compiled(value) if isinstance(value, str) else value)]


class _Gate(Part):
    place_like_keys: Texts
    generic_carriers: Tests
    never_if_any_key: Texts
    never_if_tag: Tests
    never_if_prefix: Texts
    strip_suffix_re: Pattern
    never_name_re: Pattern


class TypeSpec(Part):
    """One facility type of a catalogue, or of a standard's own."""

    zh: str
    en: str
    osm_any: tuple[Tests, ...] = Field(default=(), strict=False)
    lenient_osm_any: tuple[Tests, ...] = Field(default=(), strict=False)
    name_re: Pattern | None = None
    name_not_re: Pattern | None = None
    amap: Texts = ()
    ov: Texts = ()
    conf: Annotated[str, Field(pattern="^(high|medium|low|user)$")] = "low"
    proxy: bool = False
    line: bool = False
    user_layer: bool = False
    in_doubt: Texts = ()
    floor_per_10k: Annotated[float, Field(gt=0)] | None = None


class _Retype(Part):
    source: Annotated[str, Field(alias="from")]
    name: Pattern
    to: str


class _Within(Part):
    areas: Tests
    types: Texts


class _Extra(Part):
    """Further types of the user's; their names are tried before the packaged ones."""

    types: Mapping[str, TypeSpec]
    supersedes: Mapping[str, Texts] = Field(default_factory=dict)


class _CatalogueFile(_Extra):
    name_gate: _Gate
    name_order: Texts
    retype: tuple[_Retype, ...] = Field(default=(), strict=False)
    institutional_within: _Within


def _selector(tests: Mapping[str, tuple[str, ...]]) -> Selector:
    return MappingProxyType(dict(tests))


def _selectors(groups: Iterable[Mapping[str, tuple[str, ...]]]) -> tuple[Selector, ...]:
    return tuple(_selector(group) for group in groups)


def facility_type(kind: str, spec: TypeSpec) -> FacilityType:
    """Return the type `kind` as `spec` describes it."""
    return FacilityType(
        id=kind,
        name_zh=spec.zh,
        name_en=spec.en,
        selectors=_selectors(spec.osm_any),
        lenient_selectors=_selectors(spec.lenient_osm_any),
        name_re=spec.name_re,
        name_not_re=spec.name_not_re,
        amap_codes=spec.amap,
        overture_categories=spec.ov,
        confidence=spec.conf,
        proxy=spec.proxy,
        line=spec.line,
        user_layer=spec.user_layer,
        in_doubt=spec.in_doubt,
        floor_per_10k=spec.floor_per_10k,
    )


def _gate(spec: _Gate) -> NameGate:
    fields: dict[str, Any] = {name: getattr(spec, name) for name in _Gate.model_fields}
    fields |= {name: _selector(fields[name]) for name in ("generic_carriers", "never_if_tag")}
    return NameGate(**fields)


def load_catalogue(extra: Path | None = None) -> Catalogue:
    """Return the packaged facility types, with those of a file of the user's.

    Parameters
    ----------
    extra : Path, optional
        A YAML file ``{types: {id: {zh, en, osm_any, name_re, ...}}, supersedes: {...}}`` in the grammar
        of the packaged ``types.yml``. A type of the same id replaces the packaged one; the names of new
        types are tried first.

    Returns
    -------
    Catalogue
        Tag tests are raw texts; every regular expression in them compiles.

    Raises
    ------
    ConfigError
        With file and line: an unknown key, a bad pattern; or a reference to a type that does not exist.
    SourceError
        If `extra` cannot be read.
    """
    return _packaged() if extra is None else _extended(_packaged(), extra)


@cache
def _packaged() -> Catalogue:
    spec = validated(_CatalogueFile, read_yaml(DATA / "types.yml"))
    within = spec.institutional_within
    return Catalogue(
        types={kind: facility_type(kind, entry) for kind, entry in spec.types.items()},
        gate=_gate(spec.name_gate),
        name_order=spec.name_order,
        supersedes=MappingProxyType(dict(spec.supersedes)),
        retypes=tuple(Retype(entry.source, entry.name, entry.to) for entry in spec.retype),
        institutional_areas=tuple(_selector({key: test}) for key, test in within.areas.items()),
        institutional_types=within.types,
    )


def _extended(base: Catalogue, path: Path) -> Catalogue:
    spec = validated(_Extra, read_yaml(path))
    added = {kind: facility_type(kind, entry) for kind, entry in spec.types.items()}
    try:
        return base.extended(added.values(), spec.supersedes)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None
