"""What is known of how many facilities of a type the map lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifecircle.coverage.completeness import PER, Inventory
from lifecircle.errors import ConfigError

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Known:
    """Completeness of the map of one type.

    Attributes
    ----------
    kind : str
    source : str
        ``declared`` (a share the study gives), ``list`` (declared complete), ``published`` (a published stock),
        ``judgement`` (fewer than the catalogue's floor per 10,000 people), "" (nothing is known).
    low, high : float
        Part of the facilities that is mapped; NaN where nothing is known.
    mapped : int
        Objects inside the study.
    stock : int or None
        How many there are, where they were counted.
    """

    kind: str
    source: str
    low: float
    high: float
    mapped: int
    stock: int | None = None

    @property
    def drawn(self) -> bool:
        """Whether unmapped facilities of the type are drawn."""
        return self.mapped > 0 and self.low < 1.0

    @property
    def middle(self) -> float:
        """The middle of the range."""
        return (self.low + self.high) / 2.0

    def unmapped(self, rng: np.random.Generator) -> int:
        """Draw how many facilities are missing.

        The stock less the mapped where it was counted. Else each facility was mapped with the same chance c, and
        every number was equally likely on a logarithmic scale beforehand: the number missing beside m mapped ones
        is negative binomial (m, c), with mean m (1 - c) / c.
        """
        if not self.drawn:
            return 0
        if self.stock is not None:
            return max(self.stock - self.mapped, 0)
        share = self.low if self.low == self.high else float(rng.uniform(self.low, self.high))
        return int(rng.negative_binomial(self.mapped, share)) if share < 1.0 else 0


def known_completeness(
    kinds: Iterable[str], case: CoverageCase, *, declared: Mapping[str, Range], inventory: Inventory
) -> dict[str, Known]:
    """Return what is known of each of `kinds`, by type; the first of these that is there.

    A share that the study declares (``uncertainty.completeness``); an official list (``completeness: complete``);
    a published stock, beside the objects mapped inside the study; fewer objects than the catalogue's floor per
    10,000 people, which then stands for the number that exists. Otherwise nothing is known, and none is made up.

    Raises
    ------
    ConfigError
        On a declared share outside 0..1 (0 excluded) or of an unknown type.
    """
    for kind, (low, high) in declared.items():
        if kind not in case.catalogue.types:
            raise ConfigError(f"uncertainty.completeness: unknown facility type {kind!r}")
        if not 0.0 < low <= high <= 1.0:
            raise ConfigError(
                f"uncertainty.completeness.{kind}: {low:g} to {high:g}: give the mapped part, above 0, at most 1"
            )
    return {kind: _known(kind, case, declared=declared, inventory=inventory) for kind in sorted(set(kinds))}


def _known(kind: str, case: CoverageCase, *, declared: Mapping[str, Range], inventory: Inventory) -> Known:
    mapped = inventory.count((kind,), lenient=False, inside=True)
    if kind in declared:
        return Known(kind, "declared", *declared[kind], mapped)
    if kind in case.completeness and case.completeness[kind].status == "complete":
        return Known(kind, "list", 1.0, 1.0, mapped)
    published = case.published.get(kind)
    if published is not None and published.counts == "stock" and published.value > 0:
        share = min(mapped / published.value, 1.0)
        return Known(kind, "published", share, share, mapped, round(published.value))
    floor = case.catalogue.types[kind].floor_per_10k
    if floor and case.population_total:
        share = mapped / case.population_total * PER / floor
        if 0.0 < share < 1.0:
            return Known(kind, "judgement", share, share, mapped)
    return Known(kind, "", np.nan, np.nan, mapped)
