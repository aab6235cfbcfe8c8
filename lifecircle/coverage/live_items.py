"""Requirements judged for some origins only, and the facilities that decide how far a map is trusted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from lifecircle.coverage.case import TimesKey
from lifecircle.coverage.completeness import Inventory, Thin, thinness
from lifecircle.coverage.kleene import COVERED, at_least
from lifecircle.coverage.searches import in_doubt, item_limit, item_mode
from lifecircle.errors import ConfigError, CutoffError
from lifecircle.model.rules import EVERY, FacilityFilter

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.coverage.kleene import Statuses
    from lifecircle.coverage.verdicts import Ground
    from lifecircle.model.standard import Circle, Item
    from lifecircle.model.travel import Ints, WalkProfile
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


class Trusted(NamedTuple):
    """Whether the map of a pool is thin, and whether anything of it is there."""

    thin: bool
    there: bool


class LiveInventory:
    """The facilities of a case while they come and go, counted as `Inventory` counts them."""

    def __init__(self, case: CoverageCase, inventory: Inventory) -> None:
        self._case = case
        self._loaded = dict(case.loaded_counts)
        self._by_kind: dict[str, dict[str, Opening]] = {}
        self._kind_of: dict[str, str] = {}
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

    def remove(self, name: str) -> None:
        """Count a facility no more."""
        kind = self._kind_of.pop(name)
        del self._by_kind[kind][name]
        self._loaded[kind] -= 1

    def count(
        self, types: Iterable[str], *, lenient: bool, inside: bool = False, admits: FacilityFilter = EVERY
    ) -> int:
        """Return how many different objects are of one of `types`, as `Inventory.count`; filters are not followed."""
        if admits:
            raise ConfigError(
                "facilities that are filtered by area, capacity or attribute are not followed: audit anew"
            )
        found = {
            opening.object_id
            for kind in types
            for opening in self._by_kind.get(kind, {}).values()
            if (lenient or not opening.lenient) and (opening.inside or not inside)
        }
        return len(found)

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


@dataclass(frozen=True, slots=True, eq=False)
class LiveItem:
    """One requirement, ready to be judged for any origins.

    Attributes
    ----------
    item : Item
    lenient : bool
        Whether its rule admits facilities that count leniently only.
    walk : LiveKeys
    columns, doubtful : tuple of int
        Of the walk: its types, and those that may be of its types.
    limit : int
    unknown : bool (N,)
        Origins that are unknown when they are not covered: unsnapped, or near the edge of the data.
    """

    item: Item
    lenient: bool
    walk: LiveKeys
    columns: tuple[int, ...]
    doubtful: tuple[int, ...]
    limit: int
    unknown: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, item: Item, ground: Ground, *, walks: WalkProfile, lenient: bool, known: Walks) -> LiveItem:
        """Prepare `item` (ConfigError for what cannot be followed, CutoffError for a search that is not there)."""
        if item.mean_of > 1 or item.admits or item.straight_line or item.within:
            raise ConfigError(
                f"the rule for {'/'.join(item.types)} cannot be followed change by change: only the nearest facility "
                "along the streets can; audit anew after every change"
            )
        case, limit = ground.case, item_limit(item)
        key = TimesKey(item_mode(item, walks), lenient)
        others = in_doubt(item.types, case.catalogue)
        walk = known.get(key)
        if walk is None or walk.cutoff < limit or not {*item.types, *others} <= set(walk.types):
            raise CutoffError(
                f"no search for {'/'.join(item.types)} ({key.mode.profile.id}, {key.mode.unit}, lenient={lenient}) "
                "that is long enough: search what needed_searches asks for"
            )
        columns, doubtful = (tuple(walk.types.index(kind) for kind in kinds) for kinds in (item.types, others))
        unknown = ~case.origin_snapped | (ground.edge_m < item.distance_m(walks.speed_kmh))
        return cls(item, lenient, walk, columns, doubtful, limit, unknown)

    @property
    def members(self) -> tuple[LiveItem, ...]:
        """Itself: one pool alone."""
        return (self,)

    def trusted(self, trust: Sequence[Trusted]) -> Trusted:
        """Return how far its map is trusted."""
        return trust[0]

    def judge(self, rows: Ints, trust: Sequence[Trusted]) -> Statuses:
        """Judge origins `rows` (N,)."""
        return self.status(rows, thin=trust[0].thin)

    def status(self, rows: Ints, *, thin: bool) -> Statuses:
        """Judge origins `rows` (N,), as `verdicts.judge_item` does."""
        unknown = np.full(len(rows), True) if thin else self.unknown[rows]
        if self.doubtful and not thin:
            unknown |= self.walk.within(self.doubtful, rows, limit=self.limit)
        covered = self.walk.within(self.columns, rows, limit=self.limit)
        return np.where(covered, COVERED, unknown.astype(np.int8))  # NOT_COVERED is 0, UNKNOWN 1


@dataclass(frozen=True, slots=True, eq=False)
class LivePools:
    """A requirement of at least k of n pools.

    Attributes
    ----------
    item : Item
    members : tuple of LiveItem
        Its pools.
    """

    item: Item
    members: tuple[LiveItem, ...]

    def trusted(self, trust: Sequence[Trusted]) -> Trusted:
        """Return whether the map of so many pools is empty that nothing can be known, as `verdicts` does."""
        absent = sum(one.thin and not one.there for one in trust)
        unknowable = len(self.members) - absent < self.item.at_least <= absent
        return Trusted(unknowable, not unknowable)

    def judge(self, rows: Ints, trust: Sequence[Trusted]) -> Statuses:
        """Judge origins `rows` (N,)."""
        judged = [member.status(rows, thin=one.thin) for member, one in zip(self.members, trust, strict=True)]
        return at_least(judged, self.item.at_least)
