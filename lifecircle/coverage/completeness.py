"""Whether the map of a pool of types can be trusted when it shows nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.coverage.filters import passing
from lifecircle.model.rules import EVERY, FacilityFilter
from lifecircle.model.words import Words, words

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.model.standard import Circle, Item
    from lifecircle.model.tables import FacilityTable

STOCK_RATIO = 0.3  # mapped / published stock below which a map is judged thin
PER = 10_000.0
TOO_FEW = "fewer_than_k"
NO_WORDS = Words()
NO_ROWS = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Thin:
    """Why a pool of types is thin.

    Attributes
    ----------
    types : tuple of str
        The pool.
    kind : str
        ``no_objects``, ``declared_thin``, ``below_stock``, ``below_floor`` or ``fewer_than_k`` (of a mean).
    detail : Words
        The declared reason; else empty.
    mapped, expected : float
        Objects in the study and published stock; objects per 10,000 people and the floor; objects and k.
    """

    types: tuple[str, ...]
    kind: str
    detail: Words = NO_WORDS
    mapped: float = 0.0
    expected: float = 0.0


@dataclass(frozen=True, eq=False)
class Inventory:
    """The searched facilities, ready to be counted as objects; F rows.

    Attributes
    ----------
    kind, thing : object (F,)
        Type and object id.
    lenient, inside : bool (F,)
        Counts leniently only; lies inside the study boundary.
    table : FacilityTable
    """

    kind: npt.NDArray[np.object_]
    thing: npt.NDArray[np.object_]
    lenient: npt.NDArray[np.bool_]
    inside: npt.NDArray[np.bool_]
    table: FacilityTable

    @classmethod
    def of(cls, case: CoverageCase) -> Self:
        """Read the facility table of `case`."""
        table = case.facilities
        shapely.prepare(case.area.boundary)
        points = shapely.point_on_surface(np.asarray(table["geometry"].array, dtype=object))
        return cls(
            table["type"].to_numpy(dtype=object),
            table["object_id"].to_numpy(dtype=object),
            table["lenient"].to_numpy(dtype=bool),
            np.asarray(shapely.intersects(case.area.boundary, points), dtype=bool),
            table,
        )

    def things(
        self, types: Iterable[str], *, lenient: bool, inside: bool = False, admits: FacilityFilter = EVERY
    ) -> set[str]:
        """Return the different objects of one of `types`.

        `lenient` admits those that count leniently; `inside` leaves out those beyond the boundary; `admits` those that
        do not pass it.
        """
        rows = np.concatenate([self._rows.get(kind, NO_ROWS) for kind in {*types}] or [NO_ROWS])
        if not lenient:
            rows = rows[~self.lenient[rows]]
        if inside:
            rows = rows[self.inside[rows]]
        if admits:
            rows = rows[passing(self.table, admits)[rows]]
        return set(self.thing[rows])

    @cached_property
    def _rows(self) -> dict[str, npt.NDArray[np.int64]]:
        """The rows of each type."""
        order = np.argsort(self.kind, kind="stable")
        kinds, first = np.unique(self.kind[order], return_index=True)
        return dict(zip(kinds.tolist(), np.split(order, first[1:]), strict=False))  # of no rows there is one empty part

    def count(
        self, types: Iterable[str], *, lenient: bool, inside: bool = False, admits: FacilityFilter = EVERY
    ) -> int:
        """Return how many different objects are of one of `types`; see `things`."""
        return len(self.things(types, lenient=lenient, inside=inside, admits=admits))


def thinness(
    types: tuple[str, ...], case: CoverageCase, *, circle: Circle, inventory: Inventory, lenient: bool
) -> Thin | None:
    """Return why the pool `types` is thin, None when its map is trusted.

    In this order: one member is declared thin; all members are declared complete (never thin); the whole
    loaded data has no object of any member; mapped / published < 0.3, for the members whose published count
    is a stock (those declared complete left out), or for the circle's claim where the circle's count is one
    and the pool shares a type with the claim; the pool has fewer objects per
    10,000 people than the smallest floor of its members that are not declared complete. The smallest
    floor, because any member serves: a pool that reaches what one member alone should have is no
    evidence of a bad map.
    """
    declared = {kind: case.completeness[kind] for kind in types if kind in case.completeness}
    for kind in types:
        if kind in declared and declared[kind].status == "thin":
            return Thin(types, "declared_thin", words(declared[kind].reason))
    open_types = tuple(kind for kind in types if kind not in declared)
    if not open_types:
        return None
    if sum(case.loaded_counts.get(kind, 0) for kind in types) == 0:
        return Thin(types, "no_objects")
    return _below_stock(types, case, circle=circle, inventory=inventory, lenient=lenient) or _below_floor(
        types, case, inventory=inventory, lenient=lenient
    )


def too_few(item: Item, case: CoverageCase) -> Thin | None:
    """Return why the mean over the k nearest is undefined everywhere: the loaded data has fewer than k."""
    known = sum(case.loaded_counts.get(kind, 0) for kind in item.types)
    if item.mean_of <= known or item.mean_of == 1:
        return None
    return Thin(item.types, TOO_FEW, mapped=known, expected=item.mean_of)


def _below_stock(
    types: tuple[str, ...], case: CoverageCase, *, circle: Circle, inventory: Inventory, lenient: bool
) -> Thin | None:
    stocks = {kind: case.published[kind].value for kind in types if kind in case.published and _stock(case, kind)}
    pools = [(tuple(stocks), sum(stocks.values()))]
    claim = circle.rule_for("claim")
    claimed = {kind for item in claim[1].required for kind in item.types} if claim is not None else set()
    if _stock(case, circle.id) and claimed & set(types):
        pools.append((tuple(sorted(claimed)), case.published[circle.id].value))
    for members, stock in pools:
        mapped = inventory.count(members, lenient=lenient, inside=True)
        if stock > 0 and mapped / stock < STOCK_RATIO:
            return Thin(types, "below_stock", mapped=mapped, expected=stock)
    return None


def _stock(case: CoverageCase, name: str) -> bool:
    """Say whether `name` has a published stock and is not declared complete."""
    return name not in case.completeness and name in case.published and case.published[name].counts == "stock"


def _below_floor(types: tuple[str, ...], case: CoverageCase, *, inventory: Inventory, lenient: bool) -> Thin | None:
    floors = [case.catalogue.types[kind].floor_per_10k for kind in types if kind not in case.completeness]
    known = [floor for floor in floors if floor is not None]
    if not known or not case.population_total:
        return None
    rate = inventory.count(types, lenient=lenient, inside=True) / case.population_total * PER
    return Thin(types, "below_floor", mapped=rate, expected=min(known)) if rate < min(known) else None
