"""Facility types, how they are recognised, and the rules that choose between them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Self

from lifecircle.errors import ConfigError

# A tag test is one string or several of them, any of which may match: a plain value,
# "*" (any value), "~regex" (searched), "!a|b" (absent, or neither a nor b).
TagTest = tuple[str, ...]
# An AND-group: every key's test must match.
Selector = Mapping[str, TagTest]


@dataclass(frozen=True, slots=True)
class FacilityType:
    """One kind of facility and how it is recognised.

    Attributes
    ----------
    id : str
    name_zh, name_en : str
    selectors : tuple of Selector
        OR of AND-groups on OSM tags.
    lenient_selectors : tuple of Selector
        Objects that count in the lenient reading only.
    name_re : str or None
        Searched in names; None means never by name.
    name_not_re : str or None
        Vetoes a match of `name_re` and of the selectors.
    amap_codes, overture_categories : tuple of str
    confidence : str
        How far presence in OSM can be trusted: ``high``, ``medium``, ``low`` or ``user``.
    proxy : bool
        The type stands in for something OSM cannot tell.
    line : bool
        A line feature (trail) entered anywhere along it.
    user_layer : bool
        Known from a user's layer only.
    in_doubt : tuple of str
        Types whose objects may be of this type (a school of unknown level): within reach
        they turn "not covered" into "unknown".
    floor_per_10k : float or None
        Below so many objects per 10,000 residents the map is judged thin for this type.
    """

    id: str
    name_zh: str
    name_en: str
    selectors: tuple[Selector, ...] = ()
    lenient_selectors: tuple[Selector, ...] = ()
    name_re: str | None = None
    name_not_re: str | None = None
    amap_codes: tuple[str, ...] = ()
    overture_categories: tuple[str, ...] = ()
    confidence: str = "low"
    proxy: bool = False
    line: bool = False
    user_layer: bool = False
    in_doubt: tuple[str, ...] = ()
    floor_per_10k: float | None = None

    def name(self, language: str) -> str:
        """Return the name in `language` ("zh" or "en")."""
        return self.name_zh if language == "zh" else self.name_en


@dataclass(frozen=True, slots=True)
class NameGate:
    """When an object's name may decide its type.

    Attributes
    ----------
    place_like_keys : tuple of str
        The object must carry one of these keys.
    generic_carriers : Selector
        ``key -> values`` that say little, so that a name may still decide.
    never_if_any_key : tuple of str
    never_if_tag : Selector
    never_if_prefix : tuple of str
        Key prefixes of dead or future objects.
    strip_suffix_re : str
        Removed from a name before matching (company suffixes).
    never_name_re : str
        Names that never decide.
    """

    place_like_keys: tuple[str, ...]
    generic_carriers: Selector
    never_if_any_key: tuple[str, ...]
    never_if_tag: Selector
    never_if_prefix: tuple[str, ...]
    strip_suffix_re: str
    never_name_re: str


@dataclass(frozen=True, slots=True)
class Retype:
    """Objects of one type whose name says they are another."""

    source: str
    name_re: str
    to: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All facility types and the rules that choose between them.

    Attributes
    ----------
    types : Mapping[str, FacilityType]
    gate : NameGate
    name_order : tuple of str
        The first type whose name pattern matches wins.
    supersedes : Mapping[str, tuple of str]
        A type takes these types away from the same object.
    retypes : tuple of Retype
    institutional_areas : tuple of Selector
        Inside these areas the `institutional_types` are not public (lenient reading only) unless ``access``
        is ``yes`` or ``permissive``.
    institutional_types : tuple of str
    """

    types: Mapping[str, FacilityType]
    gate: NameGate
    name_order: tuple[str, ...]
    supersedes: Mapping[str, tuple[str, ...]]
    retypes: tuple[Retype, ...]
    institutional_areas: tuple[Selector, ...]
    institutional_types: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse references to types that do not exist."""
        object.__setattr__(self, "types", MappingProxyType(dict(self.types)))
        named = [*self.name_order, *self.supersedes, *self.institutional_types]
        named += [kind for kinds in self.supersedes.values() for kind in kinds]
        named += [kind for retype in self.retypes for kind in (retype.source, retype.to)]
        named += [kind for known in self.types.values() for kind in known.in_doubt]
        for kind in named:
            if kind not in self.types:
                raise ConfigError(f"catalogue: unknown facility type {kind!r}")

    def extended(self, own: Iterable[FacilityType], supersedes: Mapping[str, tuple[str, ...]] | None = None) -> Self:
        """Return the catalogue with further types; one of the same id replaces the known one.

        The names of new types are tried before the known ones.
        """
        added = {kind.id: kind for kind in own}
        named = [kind.id for kind in added.values() if kind.name_re is not None and kind.id not in self.name_order]
        return replace(
            self,
            types={**self.types, **added},
            name_order=(*named, *self.name_order),
            supersedes=MappingProxyType({**self.supersedes, **(supersedes or {})}),
        )
