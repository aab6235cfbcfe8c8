"""A standard's YAML: every key that it may hold, with its limits."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Strict, Tag, WithJsonSchema, model_validator

from lifecircle.config.catalogue import Tests, TypeSpec
from lifecircle.config.fields import Names, Part, Texts
from lifecircle.config.schema import PublishedCount
from lifecircle.model.rules import READINGS, Reading

TypeId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
LabelWord = Literal["read", "second-hand", "unverified", "judgement"]
FORMS = ("any", "all", "of", "osm", "preset")


def _as_pool(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Pool = Annotated[
    Texts,
    BeforeValidator(_as_pool),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
]
Pools = Annotated[tuple[Pool, ...], Strict(strict=False)]
Where = Mapping[str, Annotated[str, BeforeValidator(_as_text)]]


class ItemSpec(Part):
    """One requirement: facilities within ``min`` minutes or ``max_m`` metres.

    Facilities are given as one of ``any`` (pooled types), ``all`` (each of several types or pools), ``of`` with
    ``at_least`` (k of n), ``osm`` (tag selectors written here) or ``preset`` with ``section`` (another standard's
    group, each of its types).
    """

    any: Annotated[Texts, Field(min_length=1)] = ()
    all: Annotated[Pools, Field(min_length=1)] = ()
    of: Annotated[Pools, Field(min_length=1)] = ()
    osm: Annotated[tuple[Tests, ...], Strict(strict=False), Field(min_length=1)] = ()
    preset: str | None = None
    section: str | None = None
    min: Annotated[float, Field(gt=0, le=120)] | None = None
    max_m: Annotated[float, Field(gt=0, le=20_000)] | None = None
    at_least: Annotated[int, Field(ge=1)] | None = None
    mean_of: Annotated[int, Field(ge=2, le=100)] | None = None
    straight_line: bool = False
    within: bool = False
    judged: bool = True
    optional: bool = False
    min_area_m2: Annotated[float, Field(gt=0)] | None = None
    min_capacity: Annotated[float, Field(gt=0)] | None = None
    where: Where = Field(default_factory=dict)
    source: Annotated[str, Field(min_length=1)]
    label: LabelWord
    source_m: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        given = [form for form in FORMS if getattr(self, form)]
        if len(given) != 1:
            seen = f", not {' and '.join(given)}" if given else ""
            raise ValueError(f"give the facilities as one of {', '.join(FORMS)}{seen}")
        if (self.preset is None) != (self.section is None):
            raise ValueError("preset and section belong together: {preset: mofcom, section: basic, min: 10}")
        if bool(self.of) != (self.at_least is not None):
            raise ValueError("of and at_least belong together: {of: [a, b, c], at_least: 2}")
        if self.at_least is not None and self.at_least > len(self.of):
            raise ValueError(f"at_least is {self.at_least}, but of names {len(self.of)}")
        return self

    @model_validator(mode="after")
    def _one_threshold(self) -> Self:
        given = sum(value is not None for value in (self.min, self.max_m))
        if self.within and given:
            raise ValueError("within: true means inside the polygon: leave min and max_m out")
        if given == 2 or (given == 0 and self.judged and not self.within):
            raise ValueError("give one of min (minutes) and max_m (metres)")
        if self.source_m is not None and self.min is None:
            raise ValueError("source_m is the radius behind a min; with max_m it says nothing")
        if self.straight_line and self.max_m is None:
            raise ValueError("straight_line belongs to max_m (metres)")
        return self

    @model_validator(mode="after")
    def _together(self) -> Self:
        filtered = self.min_area_m2 is not None or self.min_capacity is not None or bool(self.where)
        if self.mean_of is not None and (filtered or self.min is None or len(self.any) > 1 or self.all or self.of):
            raise ValueError(
                "mean_of takes one type (any: [type], or osm) and min; with several types, metres or filters it "
                "is not available in this version: define one type of your own in types"
            )
        if not self.judged and (self.all or self.of or self.preset):
            raise ValueError("judged: false reports one pool of types: write it with any or osm")
        return self


def _items_form(value: object) -> str:
    return "(items)" if isinstance(value, list | tuple) else "(item)"


Items = Annotated[
    Annotated[ItemSpec, Tag("(item)")]
    | Annotated[tuple[ItemSpec, ...], Field(min_length=1, strict=False), Tag("(items)")],
    Discriminator(_items_form),
]


class ProvisionSpec(Part):
    """What every administrative unit must hold, printed beside the walking share; never decisive."""

    any: Annotated[Texts, Field(min_length=1)]
    in_unit: Literal["community"]
    at_least: Annotated[int, Field(ge=1)] = 1
    min_area_m2: Annotated[float, Field(gt=0)] | None = None
    min_capacity: Annotated[float, Field(gt=0)] | None = None
    where: Where = Field(default_factory=dict)
    source: Annotated[str, Field(min_length=1)]
    label: LabelWord


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
    provision: Annotated[tuple[ProvisionSpec, ...], Strict(strict=False)] = ()
    notes: Annotated[tuple[Names, ...], Strict(strict=False)] = ()

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
            judged = [item for item in items if item.judged]
            if judged and all(item.optional for item in judged):
                raise ValueError(f"circle {self.id!r}: every item of a reading is optional, so nothing decides it")
            if items and not judged and self.headline:
                raise ValueError(f"circle {self.id!r}: nothing in it is judged: write headline: false")
        return self


class SectionSpec(Part):
    """A tier or group of circles, judged jointly.

    ``score`` prints the share of its circles that are covered; ``join: any`` says that one of its circles suffices.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    zh: str
    en: str
    score: Literal["share_of_types"] | None = None
    join: Literal["all", "any"] = "all"


class OriginSpec(Part):
    """From where the standard measures."""

    kind: Literal["building", "residential_area", "estate_gate", "grid", "hexagon"]
    size_m: Annotated[float, Field(ge=25, le=2000)] | None = None
    source: str = ""

    @model_validator(mode="after")
    def _size(self) -> Self:
        if (self.kind in ("grid", "hexagon")) != (self.size_m is not None):
            raise ValueError("size_m, the side of a cell in metres, belongs to kind: grid or hexagon, which need it")
        return self


class WalkSpec(Part):
    """Who walks, unless a circle or the study says otherwise."""

    profile: str = "adult"


class StandardFile(Part):
    """A whole standard."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    title: Names
    status: Literal["draft", "final"] = "final"
    default_rule: Reading
    origin: OriginSpec | None = None
    walk: WalkSpec = WalkSpec()
    denominator: Literal["land", "population"] | None = None
    sources: Mapping[str, str] = Field(default_factory=dict)
    notes: Annotated[tuple[Names, ...], Strict(strict=False)] = ()
    types: Mapping[TypeId, TypeSpec] = Field(default_factory=dict)
    sections: Annotated[tuple[SectionSpec, ...], Strict(strict=False)] = ()
    circles: Annotated[tuple[CircleSpec, ...], Field(min_length=1, strict=False)]
