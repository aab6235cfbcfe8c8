"""The grammar of a standard's rules: what one requirement asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal, Self

from lifecircle.errors import ConfigError

Reading = Literal["claim", "standard", "lenient"]
READINGS: tuple[Reading, ...] = ("claim", "standard", "lenient")
FALLBACK: Mapping[Reading, tuple[Reading, ...]] = MappingProxyType(
    {"claim": ("claim", "standard"), "standard": ("standard", "claim"), "lenient": ("lenient", "claim", "standard")}
)
Label = Literal["read", "second-hand", "unverified", "judgement"]
# The k nearest of a mean are sought so far; a mean over fewer than k is undefined.
MEAN_SEARCH_MIN = 60.0


@dataclass(frozen=True, slots=True)
class FacilityFilter:
    """Which facilities of a type count.

    Attributes
    ----------
    min_area_m2, min_capacity : float or None
        Least area of the mapped shape, least capacity. Unknown (a point has no area) never passes.
    where : tuple of (str, str)
        Attribute and the value that it must have.
    maybe : bool
        True admits the facilities as well of which a value is unknown.
    """

    min_area_m2: float | None = None
    min_capacity: float | None = None
    where: tuple[tuple[str, str], ...] = ()
    maybe: bool = False

    def __bool__(self) -> bool:
        """Return whether anything is asked."""
        return self.min_area_m2 is not None or self.min_capacity is not None or bool(self.where)

    def with_unknown(self) -> Self:
        """Return the filter that admits unknown values as well."""
        return replace(self, maybe=True)


EVERY = FacilityFilter()


@dataclass(frozen=True, slots=True)
class Item:
    """One requirement: the nearest of `types` within a threshold.

    Exactly one of `minutes` and `max_m` is given; none with `within`, at most one where `judged` is false.

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
    straight_line : bool
        `max_m` is Euclidean, between entrances.
    within : bool
        The origin must lie inside a facility's polygon.
    judged : bool
        False: its value is reported and nothing is decided (the source gives no threshold).
    admits : FacilityFilter
        Which facilities count.
    pools : tuple of tuple of str
        With `at_least`: so many of these pools must be met; `types` holds all their members.
    at_least : int
        The k of "k of n pools".
    mean_of : int
        Above 1: the mean over the so many nearest must be within the threshold.
    """

    types: tuple[str, ...]
    minutes: float | None = None
    max_m: float | None = None
    optional: bool = False
    source_m: float | None = None
    source: str = ""
    label: Label = "unverified"
    straight_line: bool = False
    within: bool = False
    judged: bool = True
    admits: FacilityFilter = EVERY
    pools: tuple[tuple[str, ...], ...] = ()
    at_least: int = 1
    mean_of: int = 1

    def __post_init__(self) -> None:
        """Refuse items without types, without exactly one positive threshold, and parts that do not go together."""
        named = "/".join(self.types)
        if not self.types:
            raise ConfigError("rule item without types")
        given = [value for value in (self.minutes, self.max_m) if value is not None]
        if self.within and given:
            raise ConfigError(f"rule item {named}: within has no threshold")
        if (not self.within and self.judged and len(given) != 1) or len(given) > 1 or any(v <= 0 for v in given):
            raise ConfigError(f"rule item {named}: give one of min and max_m, above 0")
        if self.straight_line and self.max_m is None:
            raise ConfigError(f"rule item {named}: straight_line belongs to max_m")
        if self.pools and not 1 <= self.at_least <= len(self.pools):
            raise ConfigError(f"rule item {named}: at_least is {self.at_least} of {len(self.pools)}")
        if self.mean_of > 1 and (len(self.types) > 1 or self.minutes is None or self.admits or self.pools):
            raise ConfigError(f"rule item {named}: mean_of takes one type and min, nothing else, in this version")

    @property
    def in_metres(self) -> bool:
        """Whether its value is a length."""
        return self.max_m is not None or self.within

    @property
    def plain(self) -> bool:
        """Whether the nearest facility on foot decides, whichever it is: no filter, pools, mean or straight line."""
        return not (self.straight_line or self.within or self.admits or self.pools or self.mean_of > 1)

    def distance_m(self, speed_kmh: float) -> float:
        """Return how far away a facility may matter, in metres, for a walker at `speed_kmh`."""
        if self.max_m is not None:
            return self.max_m
        minutes = MEAN_SEARCH_MIN if self.mean_of > 1 else float(self.minutes or 0.0)
        return minutes * speed_kmh * 1000.0 / 60.0

    def of_pool(self, pool: tuple[str, ...]) -> Self:
        """Return the requirement of one of its pools alone."""
        return replace(self, types=pool, pools=(), at_least=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """One reading of a circle: every item that is neither optional nor unjudged must be met.

    ``lenient`` says whether facilities that count only leniently are admitted.
    """

    items: tuple[Item, ...]
    lenient: bool = False

    @property
    def required(self) -> tuple[Item, ...]:
        """The items that decide."""
        return tuple(item for item in self.items if item.judged and not item.optional)

    @property
    def reported(self) -> tuple[Item, ...]:
        """The items whose value is printed though nothing is decided by it."""
        return tuple(item for item in self.items if not item.judged)


@dataclass(frozen=True, slots=True)
class Provision:
    """What every administrative unit must hold, printed beside the walking share and never decisive.

    Attributes
    ----------
    types : tuple of str
    at_least : int
        Objects that each unit must hold.
    unit : str
        ``community``: the units of the study's communities.
    admits : FacilityFilter
    source : str
    label : Label
    """

    types: tuple[str, ...]
    at_least: int = 1
    unit: str = "community"
    admits: FacilityFilter = EVERY
    source: str = ""
    label: Label = "unverified"
