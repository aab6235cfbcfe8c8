"""Life-circle standards: which facility types a residence needs within which threshold."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

from lifecircle.errors import ConfigError
from lifecircle.model.card import card
from lifecircle.model.catalogue import Catalogue, FacilityType
from lifecircle.model.rules import FALLBACK, READINGS, Item, Label, Provision, Reading, Rule
from lifecircle.model.words import Words, words

__all__ = ["FALLBACK", "READINGS", "Circle", "Item", "Label", "Published", "Reading", "Rule", "Section", "Standard"]


@dataclass(frozen=True, slots=True)
class Published:
    """A published count (公布数) with what it counts.

    Attributes
    ----------
    value : float
    counts : str
        ``stock``, ``works``, ``planned`` or ``done``.
    of, area, source : str or Words
        What was counted, where, and who says so.
    as_of : str
    planned : float or None
        Of a count of what was done: how many were planned.
    unit : str or Words
        What is counted where it is no places (beds, parking spaces); such counts are never set beside mapped places.
    """

    value: float
    counts: str
    of: str | Words = ""
    area: str | Words = ""
    as_of: str = ""
    source: str | Words = ""
    planned: float | None = None
    unit: str | Words = ""

    def about(self, language: str) -> str:
        """Return what was counted, where, when and who says so, joined by commas; "" when nothing is said."""
        said = [words(part).text(language) for part in (self.of, self.area, self.as_of, self.source)]
        return ", ".join(part for part in said if part)


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
    notes : tuple of Words
    section : str
        Groups circles of a standard that has tiers; "" where it has none.
    provision : tuple of Provision
        What every administrative unit must hold; never decisive.
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
    notes: tuple[Words, ...] = ()
    section: str = ""
    provision: tuple[Provision, ...] = ()

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
class Section:
    """A tier or group of circles, with a joint verdict of its own.

    ``share_of_types`` says that the share of its circles that are covered is printed as its score, ``either`` that one
    of its circles suffices.
    """

    id: str
    name_zh: str
    name_en: str
    share_of_types: bool = False
    either: bool = False

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
    notes : tuple of Words
    sections : tuple of Section
        Of its circles, in order; empty where it has none.
    denominator : str or None
        The weight that its shares are of ("land", "population"), where it says so.
    origin_size_m : float or None
        Side of the cells of origins that are a grid.
    draft : bool
        Its thresholds are not verified as a whole: results say so.
    own_types : tuple of FacilityType
        Facility types that the standard's file defines itself.
    """

    id: str
    title_zh: str
    title_en: str
    circles: tuple[Circle, ...]
    default_rule: Reading = "claim"
    origin_kind: str | None = None
    profile: str = "adult"
    notes: tuple[Words, ...] = ()
    sections: tuple[Section, ...] = ()
    denominator: str | None = None
    origin_size_m: float | None = None
    draft: bool = False
    own_types: tuple[FacilityType, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an empty standard and repeated circle ids."""
        ids = [circle.id for circle in self.circles]
        if not ids or len(set(ids)) != len(ids):
            raise ConfigError(f"standard {self.id!r}: circles must be given, each with an id of its own; got {ids}")

    def checked(self, catalogue: Catalogue) -> Self:
        """Return self after checking that every type it names is in `catalogue`."""
        for circle in self.circles:
            named = [kind for rule in circle.readings.values() for item in rule.items for kind in item.types]
            named += [kind for provision in circle.provision for kind in provision.types]
            for kind in [*named, *circle.support, *([circle.user_layer] if circle.user_layer else [])]:
                if kind not in catalogue.types:
                    raise ConfigError(f"standard {self.id!r}, circle {circle.id!r}: unknown facility type {kind!r}")
        return self

    def written(self, reading: Reading) -> Reading:
        """Return `reading` where some circle writes it, else the reading that all circles fall back to."""
        known = {name for circle in self.circles for name in circle.readings}
        return next((name for name in FALLBACK[reading] if name in known), reading)

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

    def _repr_html_(self) -> str:
        """Show the circles and their thresholds in a notebook."""
        verified, total = self.verified_thresholds()
        facts = [f"{verified} of {total} thresholds verified in their source", "Draft" if self.draft else ""]
        rows: list[tuple[str, str, str, str]] = [
            (circle.name_zh, circle.name_en, reading, "; ".join(_limit(item) for item in rule.items))
            for circle in self.circles
            for reading, rule in circle.readings.items()
        ]
        rows += [(one.name_zh, one.name_en, "", one.user_layer) for one in self.circles if one.user_layer]
        columns = ("Circle 生活圈", "", "Reading 口径", "Requirement 要求")
        return card(f"{self.title_zh} {self.title_en} [{self.id}]", facts, columns=columns, rows=rows)


def _limit(item: Item) -> str:
    kinds = " | ".join(item.types) if not item.pools else f"{item.at_least} of {len(item.pools)} pools"
    limit = "" if item.minutes is None else f" \N{LESS-THAN OR EQUAL TO} {item.minutes:g} min"
    limit += "" if item.max_m is None else f" \N{LESS-THAN OR EQUAL TO} {item.max_m:g} m"
    return f"{kinds}{limit}{' (optional)' if item.optional else ''}"
