"""All circles of a case, ready to be judged for any origins, and how far their maps are trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from lifecircle.coverage.case import TimesKey
from lifecircle.coverage.judge_kernels import judge, reach
from lifecircle.coverage.kleene import COVERED, UNKNOWN
from lifecircle.coverage.searches import in_doubt, item_limit, item_mode, walker
from lifecircle.coverage.verdicts import judge_layer, nothing_known
from lifecircle.engine import ready
from lifecircle.errors import ConfigError, CutoffError

if TYPE_CHECKING:
    from lifecircle.coverage.kleene import Statuses
    from lifecircle.coverage.live_items import LiveInventory, Walks
    from lifecircle.coverage.tally import Codes
    from lifecircle.coverage.verdicts import Ground
    from lifecircle.model.standard import Circle, Item, Rule
    from lifecircle.model.travel import Ints, WalkProfile
    from lifecircle.travel.live_keys import LiveKeys


class Trusted(NamedTuple):
    """Whether the map of a pool is thin, and whether anything of it is there."""

    thin: bool
    there: bool


@dataclass(frozen=True, slots=True, eq=False)
class LivePool:
    """One pool that a requirement asks for.

    Attributes
    ----------
    item : Item
        The requirement for this pool alone.
    circle : Circle
    lenient : bool
        Whether its rule admits facilities that count leniently only.
    walk : LiveKeys
    columns, doubtful : tuple of int
        Of the walk: its types, and those that may be of its types.
    limit : int
    unknown : bool (N,)
        Origins that are unknown when they are not covered: unsnapped, or near the edge of the data.
    trusting : frozenset of str
        Types whose facilities decide how far its map is trusted: its own; where there is a published count of the
        circle's, all that it claims.
    """

    item: Item
    circle: Circle
    lenient: bool
    walk: LiveKeys
    columns: tuple[int, ...]
    doubtful: tuple[int, ...]
    limit: int
    unknown: npt.NDArray[np.bool_]
    trusting: frozenset[str]

    @classmethod
    def of(cls, item: Item, ground: Ground, *, circle: Circle, asked: tuple[Rule, WalkProfile], known: Walks) -> Self:
        """Prepare a pool (ConfigError for what cannot be followed, CutoffError for a search that is not there)."""
        if item.mean_of > 1 or item.admits or item.straight_line or item.within:
            raise ConfigError(
                f"the rule for {'/'.join(item.types)} cannot be followed change by change: only the nearest facility "
                "along the streets can; audit anew after every change"
            )
        (rule, walks), case, limit = asked, ground.case, item_limit(item)
        key = TimesKey(item_mode(item, walks), rule.lenient)
        others = in_doubt(item.types, case.catalogue)
        walk = known.get(key)
        if walk is None or walk.cutoff < limit or not {*item.types, *others} <= set(walk.types):
            raise CutoffError(
                f"no search for {'/'.join(item.types)} ({key.mode.profile.id}, {key.mode.unit}, "
                f"lenient={rule.lenient}) that is long enough: search what needed_searches asks for"
            )
        columns, doubtful = (tuple(walk.types.index(kind) for kind in kinds) for kinds in (item.types, others))
        unknown = ~case.origin_snapped | (ground.edge_m < item.distance_m(walks.speed_kmh))
        claim = circle.rule_for("claim") if circle.id in case.published else None
        claimed = {kind for one in claim[1].required for kind in one.types} if claim is not None else set[str]()
        trusting = frozenset({*item.types, *claimed})
        return cls(item, circle, rule.lenient, walk, columns, doubtful, limit, unknown, trusting)

    def trusted(self, inventory: LiveInventory) -> Trusted:
        """Return how far its map is trusted now."""
        thin = inventory.thinness(self.item, circle=self.circle, lenient=self.lenient) is not None
        return Trusted(thin, inventory.count(self.item.types, lenient=self.lenient) > 0)


@dataclass(frozen=True, slots=True, eq=False)
class Need:
    """One requirement: at least k of its pools, which follow one another; mostly it has one.

    Attributes
    ----------
    circle : int
        Its number.
    item : Item
    pools : slice
    """

    circle: int
    item: Item
    pools: slice

    def trusted(self, trust: Sequence[Trusted]) -> Trusted:
        """Return how far it is trusted, as `verdicts` does: thin where too few of its pools have anything."""
        own = trust[self.pools]
        if not self.item.pools:
            return own[0]
        absent = sum(one.thin and not one.there for one in own)
        unknowable = len(own) - absent < self.item.at_least <= absent
        return Trusted(unknowable, not unknowable)


@dataclass(frozen=True, slots=True, eq=False)
class Trust:
    """How far the maps are trusted.

    Attributes
    ----------
    pools : tuple of Trusted
    thin : int8 (P,)
        The status that each pool gives those who do not reach it: unknown where its map is thin.
    assessable : tuple of bool
        Whether each circle can be anything but unknown.
    counted : int64 (H,)
        Numbers of the circles in the joint verdict.
    """

    pools: tuple[Trusted, ...]
    thin: Codes
    assessable: tuple[bool, ...]
    counted: Ints


class LiveJudge:
    """The circles of a case in its reading.

    Attributes
    ----------
    circles : tuple of Circle
    pools : tuple of LivePool
        Of all requirements, one circle after another.

    Raises
    ------
    ConfigError
        If a circle asks for more than the nearest facility along the streets.
    CutoffError
        If a search is missing, lacks a type or ends before a threshold.
    """

    def __init__(self, ground: Ground, known: Walks) -> None:
        self.circles, self._ground = tuple(ground.case.standard.circles), ground
        self._fixed: dict[int, tuple[Statuses, bool]] = {}  # by a user's layer, or by nothing at all
        self._needs, pools = list[Need](), list[LivePool]()
        for number, circle in enumerate(self.circles):
            self._add(number, circle, pools, known=known)
        self.pools = tuple(pools)
        unknown = np.array([pool.unknown for pool in pools], dtype=np.int8)
        self._unknown = np.ascontiguousarray(unknown.reshape(len(pools), ground.case.origin_count).T)
        self._asks = [(walk, asks) for walk in known.values() if len(asks := _asks(walk, pools))]
        needs = [(one.circle, one.pools.start, one.pools.stop, one.item.at_least) for one in self._needs]
        self._table = np.array(needs, dtype=np.int64).reshape(-1, 4)

    def _add(self, number: int, circle: Circle, pools: list[LivePool], *, known: Walks) -> None:
        """Add the requirements of a circle, or the statuses that it has whatever changes."""
        case = self._ground.case
        found = None if circle.user_layer else circle.rule_for(case.rule)
        if found is None:
            fixed = judge_layer(circle, self._ground, used=case.rule)
            self._fixed[number] = fixed.status, fixed.assessable
            return
        used, rule = found
        walks = walker(circle, used, profile=case.profile, profiles=case.profiles)
        if not rule.required:
            self._fixed[number] = nothing_known(case.origin_count)[0], False
        for item in rule.required:
            first, parts = len(pools), [item.of_pool(pool) for pool in item.pools] or [item]
            pools += [LivePool.of(one, self._ground, circle=circle, asked=(rule, walks), known=known) for one in parts]
            self._needs.append(Need(number, item, slice(first, len(pools))))

    def start(self) -> Codes:
        """Return statuses (N, C + 1) of all origins before they are judged: those of circles that nothing changes."""
        status = np.full((self._ground.case.origin_count, len(self.circles) + 1), COVERED, dtype=np.int8)
        for number, (fixed, _) in self._fixed.items():
            status[:, number] = fixed
        return status

    def judged(self, rows: Ints, before: Codes, *, trust: Trust) -> Codes:
        """Return the statuses of origins `rows` (M,) in every circle and, last, in all that count, (M, C + 1).

        `before` are those that they had.
        """
        status = before.copy()
        pools = self._unknown[rows] | trust.thin
        for walk, asks in self._asks:
            ready(reach)(walk.cells, rows, asks, pools)
        ready(judge)(pools, self._table, trust.counted, status)
        return status

    def trust(self, pools: Sequence[Trusted]) -> Trust:
        """Return what follows from how far each pool is trusted."""
        assessable = tuple(self._assessable(number, pools) for number in range(len(self.circles)))
        counted = [number for number, circle in enumerate(self.circles) if circle.headline and assessable[number]]
        thin = np.array([UNKNOWN if one.thin else 0 for one in pools], dtype=np.int8)
        return Trust(tuple(pools), thin, assessable, np.array(counted, dtype=np.int64))

    def _assessable(self, number: int, pools: Sequence[Trusted]) -> bool:
        """Say whether a circle can be anything but unknown, as `verdicts.judge_circle` does."""
        if number in self._fixed:
            return self._fixed[number][1]
        trust = [need.trusted(pools) for need in self._needs if need.circle == number]
        return any(not thin for thin, _ in trust) or all(there for thin, there in trust if thin)


def _asks(walk: LiveKeys, pools: Sequence[LivePool]) -> Ints:
    """Return what pools ask of a walk, as `judge_kernels.reach` wants it."""
    found = [
        (number, column, walk.beyond(pool.limit), int(code))
        for number, pool in enumerate(pools)
        if pool.walk is walk
        for columns, code in ((pool.columns, COVERED), (pool.doubtful, UNKNOWN))
        for column in columns
    ]
    return np.array(found, dtype=np.int64).reshape(-1, 4)
