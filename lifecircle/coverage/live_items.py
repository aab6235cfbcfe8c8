"""The facilities that decide how far a map is trusted, while they come and go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, cast

from lifecircle.coverage.case import TimesKey
from lifecircle.coverage.completeness import Inventory, Thin, thinness
from lifecircle.errors import ConfigError
from lifecircle.model.rules import EVERY, FacilityFilter

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.model.standard import Circle, Item
    from lifecircle.travel.live_keys import LiveKeys
    from lifecircle.travel.update import LiveSearch

Walks = Mapping[TimesKey, "LiveKeys"]


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """A search over all facilities, or all but those that count leniently only.

    Attributes
    ----------
    search : LiveSearch
    keys : tuple of TimesKey
        For each of its walkers; all equally lenient.
    """

    search: LiveSearch
    keys: tuple[TimesKey, ...]

    @property
    def lenient(self) -> bool:
        """Whether facilities that count leniently only are found."""
        return self.keys[0].lenient

    @property
    def walks(self) -> Walks:
        """What is reached, by key."""
        return dict(zip(self.keys, self.search.walks, strict=True))


@dataclass(frozen=True, slots=True)
class Opening:
    """What a facility counts as, beside its type.

    Attributes
    ----------
    object_id : str
    lenient : bool
        Counts leniently only.
    inside : bool
        Lies inside the study boundary.
    """

    object_id: str
    lenient: bool = False
    inside: bool = True


class _Pool(NamedTuple):
    """Which facilities are counted together."""

    types: tuple[str, ...]
    lenient: bool
    inside: bool

    def has(self, kind: str, opening: Opening) -> bool:
        """Say whether a facility is one of them."""
        return kind in self.types and (self.lenient or not opening.lenient) and (opening.inside or not self.inside)


class LiveInventory:
    """The facilities of a case while they come and go, counted as `Inventory` counts them."""

    def __init__(self, case: CoverageCase, inventory: Inventory) -> None:
        self._case = case
        self._loaded = dict(case.loaded_counts)
        self._by_kind: dict[str, dict[str, Opening]] = {}
        self._kind_of: dict[str, str] = {}
        self._pools: dict[_Pool, Counter[str]] = {}  # those asked for: objects, with how many facilities each is there
        for name, kind, *facts in zip(
            case.facilities.index, inventory.kind, inventory.thing, inventory.lenient, inventory.inside, strict=True
        ):
            self._put(str(name), str(kind), Opening(str(facts[0]), bool(facts[1]), bool(facts[2])))

    def kind_of(self, name: str) -> str:
        """Return the type of a facility, "" when there is none of that id."""
        return self._kind_of.get(name, "")

    def opening(self, name: str) -> Opening:
        """Return what a facility counts as."""
        return self._by_kind[self._kind_of[name]][name]

    def add(self, name: str, kind: str, *, opening: Opening) -> None:
        """Count one more facility."""
        self._put(name, kind, opening)
        self._loaded[kind] = self._loaded.get(kind, 0) + 1
        for pool, things in self._pools.items():
            if pool.has(kind, opening):
                things[opening.object_id] += 1

    def remove(self, name: str) -> None:
        """Count a facility no more."""
        kind = self._kind_of.pop(name)
        opening = self._by_kind[kind].pop(name)
        self._loaded[kind] -= 1
        for pool, things in self._pools.items():
            if pool.has(kind, opening):
                things[opening.object_id] -= 1
                if not things[opening.object_id]:
                    del things[opening.object_id]

    def count(
        self, types: Iterable[str], *, lenient: bool, inside: bool = False, admits: FacilityFilter = EVERY
    ) -> int:
        """Return how many different objects are of one of `types`, as `Inventory.count`; filters are not followed."""
        if admits:
            raise ConfigError(
                "facilities that are filtered by area, capacity or attribute are not followed: audit anew"
            )
        pool = _Pool(tuple(types), lenient, inside)
        if pool not in self._pools:
            self._pools[pool] = Counter(
                opening.object_id
                for kind in {*pool.types}
                for opening in self._by_kind.get(kind, {}).values()
                if pool.has(kind, opening)
            )
        return len(self._pools[pool])

    def thinness(self, item: Item, *, circle: Circle, lenient: bool) -> Thin | None:
        """Return why the pool of `item` is thin now."""
        known = {kind: self._loaded.get(kind, 0) for kind in item.types}
        if any((count == 0) != (self._case.loaded_counts.get(kind, 0) == 0) for kind, count in known.items()):
            self._case = replace(self._case, loaded_counts=dict(self._loaded), times={})
        inventory = cast("Inventory", self)  # counted in the same words
        return thinness(item.types, self._case, circle=circle, inventory=inventory, lenient=lenient)

    def _put(self, name: str, kind: str, opening: Opening) -> None:
        self._by_kind.setdefault(kind, {})[name] = opening
        self._kind_of[name] = kind
