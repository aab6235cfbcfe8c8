"""Life-circle standards: which facility types a residence needs within which threshold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, Self

from lifecircle.errors import ConfigError
from lifecircle.model.catalogue import Catalogue

Reading = Literal["claim", "standard", "lenient"]
READINGS: tuple[Reading, ...] = ("claim", "standard", "lenient")
FALLBACK: Mapping[Reading, tuple[Reading, ...]] = MappingProxyType(
    {"claim": ("claim", "standard"), "standard": ("standard", "claim"), "lenient": ("lenient", "claim", "standard")}
)
Label = Literal["read", "second-hand", "unverified", "judgement"]


@dataclass(frozen=True, slots=True)
class Item:
    """One requirement: the nearest of `types` within a threshold.

    Exactly one of `minutes` and `max_m` is given.

    Attributes
    ----------
    types : tuple of str
        Pooled: any of them serves.
    minutes : float or None
        Walking minutes under the profile, inclusive.
    max_m : float or None
        Network metres (legs included), inclusive, independent of the profile.
    optional : bool
        Reported, never decisive.
    source_m : float or None
        The radius that `minutes` was derived from, where it was.
    source : str
        The document or reason behind the threshold.
    label : Label
        How far `source` was verified.
    """

    types: tuple[str, ...]
    minutes: float | None = None
    max_m: float | None = None
    optional: bool = False
    source_m: float | None = None
    source: str = ""
    label: Label = "unverified"

    def __post_init__(self) -> None:
        """Refuse items without types or without exactly one positive threshold."""
        if not self.types:
            raise ConfigError("rule item without types")
        given = [value for value in (self.minutes, self.max_m) if value is not None]
        if len(given) != 1 or given[0] <= 0:
            raise ConfigError(f"rule item {'/'.join(self.types)}: give one of min and max_m, above 0")

    def distance_m(self, speed_kmh: float) -> float:
        """Return the threshold in metres for a walker at `speed_kmh`."""
        return self.max_m if self.max_m is not None else float(self.minutes or 0.0) * speed_kmh * 1000.0 / 60.0


@dataclass(frozen=True, slots=True)
class Rule:
    """One reading of a circle: every item that is not optional must be met.

    ``lenient`` says whether facilities that count only leniently are admitted.
    """

    items: tuple[Item, ...]
    lenient: bool = False

    @property
    def required(self) -> tuple[Item, ...]:
        """The items that decide."""
        return tuple(item for item in self.items if not item.optional)


@dataclass(frozen=True, slots=True)
class Published:
    """A published count (公布数) with what it counts.

    ``counts`` is ``stock``, ``works``, ``planned`` or ``done``.
    """

    value: float
    counts: str
    of: str = ""
    area: str = ""
    as_of: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Circle:
    """One functional circle of a standard.

    Attributes
    ----------
    id : str
    name_zh, name_en : str
    readings : Mapping[Reading, Rule]
        The readings that are written; the others fall back (`rule_for`).
    headline : bool
        Counts in the joint verdict.
    profile : str or None
        The circle's own walker, never replaced by the study's.
    support : tuple of str
        Types reported beside the circle, never decisive.
    user_layer : str or None
        The circle is judged from a layer of the user's: the `state` of the polygon a home lies in.
    published : Published or None
    notes : tuple of str
    section : str
        Groups circles of a standard that has tiers; "" where it has none.
    """

    id: str
    name_zh: str
    name_en: str
    readings: Mapping[Reading, Rule]
    headline: bool = True
    profile: str | None = None
    support: tuple[str, ...] = ()
    user_layer: str | None = None
    published: Published | None = None
    notes: tuple[str, ...] = ()
    section: str = ""

    def __post_init__(self) -> None:
        """Refuse circles that nothing can decide; make the mapping read-only."""
        object.__setattr__(self, "readings", MappingProxyType(dict(self.readings)))
        if not self.readings and self.user_layer is None:
            raise ConfigError(f"circle {self.id!r}: give claim, standard or lenient, or a user_layer")

    def rule_for(self, reading: Reading) -> tuple[Reading, Rule] | None:
        """Return the reading that is used for `reading`, and its rule.

        A missing reading falls back: lenient to claim to standard, claim to standard, standard to
        claim. None for a circle judged from a user layer.
        """
        for candidate in FALLBACK[reading]:
            if candidate in self.readings:
                return candidate, self.readings[candidate]
        return None

    def name(self, language: str) -> str:
        """Return the name in `language` ("zh" or "en")."""
        return self.name_zh if language == "zh" else self.name_en


@dataclass(frozen=True, slots=True)
class Standard:
    """A life-circle standard: circles, default reading, default walker and origins.

    Attributes
    ----------
    id : str
    title_zh, title_en : str
    circles : tuple of Circle
    default_rule : Reading
    origin_kind : str or None
        None: the standard does not say.
    profile : str
        Default walker.
    notes : tuple of str
    """

    id: str
    title_zh: str
    title_en: str
    circles: tuple[Circle, ...]
    default_rule: Reading = "claim"
    origin_kind: str | None = None
    profile: str = "adult"
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        """Refuse an empty standard and repeated circle ids."""
        ids = [circle.id for circle in self.circles]
        if not ids or len(set(ids)) != len(ids):
            raise ConfigError(f"standard {self.id!r}: circles must be given, each with an id of its own; got {ids}")

    def checked(self, catalogue: Catalogue) -> Self:
        """Return self after checking that every type it names is in `catalogue`."""
        for circle in self.circles:
            named = [kind for rule in circle.readings.values() for item in rule.items for kind in item.types]
            for kind in [*named, *circle.support, *([circle.user_layer] if circle.user_layer else [])]:
                if kind not in catalogue.types:
                    raise ConfigError(f"standard {self.id!r}, circle {circle.id!r}: unknown facility type {kind!r}")
        return self

    @property
    def types(self) -> tuple[str, ...]:
        """Every facility type that can decide a circle, sorted."""
        return tuple(
            sorted(
                {
                    kind
                    for circle in self.circles
                    for rule in circle.readings.values()
                    for item in rule.items
                    for kind in item.types
                }
            )
        )

    def verified_thresholds(self) -> tuple[int, int]:
        """Return how many thresholds were read in a source, and how many there are."""
        items = [item for circle in self.circles for rule in circle.readings.values() for item in rule.items]
        return sum(item.label == "read" for item in items), len(items)

    def title(self, language: str) -> str:
        """Return the title in `language` ("zh" or "en")."""
        return self.title_zh if language == "zh" else self.title_en
