"""Whether the map of a pool of types can be trusted when it shows nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt
import shapely

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.model.standard import Circle

STOCK_RATIO = 0.3  # mapped / published stock below which a map is judged thin
PER = 10_000.0


@dataclass(frozen=True, slots=True)
class Thin:
    """Why a pool of types is thin.

    Attributes
    ----------
    types : tuple of str
        The pool.
    kind : str
        ``no_objects``, ``declared_thin``, ``below_stock`` or ``below_floor``.
    detail : str
        The declared reason; else empty.
    mapped, expected : float
        Objects in the study and published stock; or objects per 10,000 people and the floor.
    """

    types: tuple[str, ...]
    kind: str
    detail: str = ""
    mapped: float = 0.0
    expected: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Inventory:
    """The searched facilities, ready to be counted as objects; F rows.

    Attributes
    ----------
    kind, thing : object (F,)
        Type and object id.
    lenient, inside : bool (F,)
        Counts leniently only; lies inside the study boundary.
    """

    kind: npt.NDArray[np.object_]
    thing: npt.NDArray[np.object_]
    lenient: npt.NDArray[np.bool_]
    inside: npt.NDArray[np.bool_]

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
        )

    def count(self, types: Iterable[str], *, lenient: bool, inside: bool = False) -> int:
        """Return how many different objects are of one of `types`.

        `lenient` admits those that count leniently; `inside` leaves out those beyond the boundary.
        """
        chosen = np.isin(self.kind, sorted(types))
        if not lenient:
            chosen &= ~self.lenient
        if inside:
            chosen &= self.inside
        return len(set(self.thing[chosen]))


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
            return Thin(types, "declared_thin", declared[kind].reason)
    open_types = tuple(kind for kind in types if kind not in declared)
    if not open_types:
        return None
    if sum(case.loaded_counts.get(kind, 0) for kind in types) == 0:
        return Thin(types, "no_objects")
    return _below_stock(types, case, circle=circle, inventory=inventory, lenient=lenient) or _below_floor(
        types, case, inventory=inventory, lenient=lenient
    )


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
