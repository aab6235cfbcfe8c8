"""From a standard's checked YAML to the nouns that an audit judges by."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, count

from lifecircle.config.catalogue import facility_type
from lifecircle.config.published import both, published_noun
from lifecircle.config.schema import PublishedCount
from lifecircle.config.standard_specs import CircleSpec, ItemSpec, ProvisionSpec, StandardFile
from lifecircle.model.catalogue import FacilityType
from lifecircle.model.rules import READINGS, FacilityFilter, Item, Provision, Rule
from lifecircle.model.standard import Circle, Published, Section, Standard
from lifecircle.model.words import words

# The pools of a section of another standard, by its id and the section's.
Group = Callable[[str, str], tuple[tuple[str, ...], ...]]


def inline_types(spec: StandardFile) -> dict[tuple[int, str, int], str]:
    """Return the ids of the types that are written inline (``osm:``), by circle, reading and place of the item.

    ``<standard>_<circle>``, numbered where that is taken; equal selectors of a circle are one type.
    """
    found: dict[tuple[int, str, int], str] = {}
    taken: dict[str, object] = dict.fromkeys(spec.types)
    for number, circle in enumerate(spec.circles):
        plain = f"{spec.id}_{circle.id}".replace("-", "_")
        for reading in READINGS:
            for place, item in enumerate(circle.items(reading)):
                if item.osm:
                    own, names = (number, item.osm), chain([plain], (f"{plain}_{n}" for n in count(2)))
                    found[number, reading, place] = next(name for name in names if taken.setdefault(name, own) == own)
    return found


def own_types(spec: StandardFile) -> tuple[FacilityType, ...]:
    """Return the facility types that a standard defines itself, in its ``types`` and inline."""
    found = {kind: facility_type(kind, entry) for kind, entry in spec.types.items()}
    for (number, reading, place), kind in inline_types(spec).items():
        circle = spec.circles[number]
        (selectors,) = [item.osm for at, item in enumerate(circle.items(reading)) if at == place]  # type: ignore[arg-type]
        found[kind] = FacilityType(kind, circle.zh, circle.en, selectors=tuple(dict(group) for group in selectors))
    return tuple(found.values())


def _filter(spec: ItemSpec | ProvisionSpec) -> FacilityFilter:
    return FacilityFilter(spec.min_area_m2, spec.min_capacity, tuple(sorted(spec.where.items())))


def _items(spec: ItemSpec, sources: Mapping[str, str], *, inline: str | None, group: Group) -> Iterator[Item]:
    """Return the items that one entry of the file stands for: several where all of them are asked.

    A group of another standard is one item: n of its n pools.
    """
    pools = spec.all or ((spec.any or (inline or "",)),)
    of, at_least = spec.of, spec.at_least or 1
    if spec.preset is not None and spec.section is not None:
        of = group(spec.preset, spec.section)
        at_least = len(of)
    if of:
        pools = (tuple(dict.fromkeys(kind for pool in of for kind in pool)),)
    for pool in pools:
        yield Item(
            types=pool,
            minutes=spec.min,
            max_m=spec.max_m,
            optional=spec.optional,
            source_m=spec.source_m,
            source=sources.get(spec.source, spec.source),
            label=spec.label,
            straight_line=spec.straight_line,
            within=spec.within,
            judged=spec.judged,
            admits=_filter(spec),
            pools=of,
            at_least=at_least,
            mean_of=spec.mean_of or 1,
        )


def _published(spec: PublishedCount, sources: Mapping[str, str]) -> Published:
    told = published_noun(spec)
    source = words(told.source)
    return replace(told, source=sources.get(source.en, source))


def _provision(spec: ProvisionSpec, sources: Mapping[str, str]) -> Provision:
    source = sources.get(spec.source, spec.source)
    return Provision(spec.any, spec.at_least, spec.in_unit, _filter(spec), source, spec.label)


def _circle(
    spec: CircleSpec, sources: Mapping[str, str], *, inline: Mapping[tuple[str, int], str], group: Group
) -> Circle:
    readings = {
        reading: Rule(
            tuple(
                item
                for place, entry in enumerate(spec.items(reading))
                for item in _items(entry, sources, inline=inline.get((reading, place)), group=group)
            ),
            lenient=reading == "lenient",
        )
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
        notes=tuple(both(note) for note in spec.notes),
        section=spec.section,
        provision=tuple(_provision(entry, sources) for entry in spec.provision),
    )


def standard_of(spec: StandardFile, types: tuple[FacilityType, ...], *, group: Group) -> Standard:
    """Return the standard that `spec` describes, with its own `types`; `group` finds another standard's pools."""
    inline = inline_types(spec)
    return Standard(
        id=spec.id,
        title_zh=spec.title.zh,
        title_en=spec.title.en,
        circles=tuple(
            _circle(
                circle,
                spec.sources,
                inline={(reading, place): kind for (at, reading, place), kind in inline.items() if at == number},
                group=group,
            )
            for number, circle in enumerate(spec.circles)
        ),
        default_rule=spec.default_rule,
        origin_kind=None if spec.origin is None else spec.origin.kind,
        profile=spec.walk.profile,
        notes=tuple(both(note) for note in spec.notes),
        sections=tuple(Section(s.id, s.zh, s.en, s.score is not None, s.join == "any") for s in spec.sections),
        denominator=spec.denominator,
        origin_size_m=None if spec.origin is None else spec.origin.size_m,
        draft=spec.status == "draft",
        own_types=types,
    )
