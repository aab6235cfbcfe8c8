"""The shares of an audit while facilities and streets change: only origins that a change touches are judged again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from lifecircle.coverage.kleene import COVERED, kleene_and
from lifecircle.coverage.live_items import LiveInventory, LiveItem, LivePools, Opening, Searched, Trusted
from lifecircle.coverage.searches import walker
from lifecircle.coverage.shares import NO_BOUNDS, Bounds, weights
from lifecircle.coverage.tally import Tally
from lifecircle.coverage.verdicts import Ground, judge_layer, nothing_known
from lifecircle.errors import SchemaError
from lifecircle.travel.changes import AddFacility, MoveFacility, RemoveFacility

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.coverage.kleene import Statuses
    from lifecircle.coverage.tally import Codes
    from lifecircle.model.standard import Circle
    from lifecircle.model.travel import Ints
    from lifecircle.travel.changes import Change

# How far each pool of each requirement of each circle is trusted.
Trust = tuple[tuple[tuple[Trusted, ...], ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class _LiveCircle:
    """One circle: its requirements, or the statuses that a user's layer (or nothing at all) fixes."""

    circle: Circle
    items: tuple[LiveItem | LivePools, ...]
    fixed: Statuses
    fixed_assessable: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Felt:
    """Where a change was felt: origins, and the columns of each walk (by its identity)."""

    rows: Ints
    columns: dict[int, frozenset[int]]

    def by(self, live: LiveItem | LivePools) -> bool:
        """Say whether a requirement's walk was touched in one of its columns."""
        return any(not self.columns[id(one.walk)].isdisjoint((*one.columns, *one.doubtful)) for one in live.members)


@dataclass(frozen=True, slots=True)
class JointShares:
    """The joint verdict over the counted circles, as in `Headline`; None where nothing can be said."""

    covered: float | None
    upper: float | None
    mean_circles_covered: float | None


class LiveCoverage:
    """Shares of every circle and their joint verdict, in the reading of a case, equal to those of a full audit.

    Parameters
    ----------
    case : CoverageCase
        Its ``times`` are not looked at.
    searches : sequence of Searched
        With all walks that the reading needs, over the origins of the case (residences, then land points), all
        in the state that the case describes; from here on they change through this object alone.

    Raises
    ------
    ConfigError
        If a circle asks for more than the nearest facility along the streets (means, filters, straight lines).
    CutoffError
        If a search is missing, lacks a type or ends before a threshold.

    References
    ----------
    docs/methods/incremental-update.md
    """

    def __init__(self, case: CoverageCase, searches: Sequence[Searched]) -> None:
        ground = Ground.of(case)
        self._searches, self._every = tuple(searches), np.arange(case.origin_count)
        self._walks = {key: walk for one in searches for key, walk in one.walks.items()}
        self._inventory = LiveInventory(case, ground.inventory)
        self._weights = weights(case)
        self._circles = [self._circle(circle, ground) for circle in case.standard.circles]
        self._numbers = {live.circle.id: number for number, live in enumerate(self._circles)}
        self._undo: list[list[Callable[[], object]]] = []
        self._trust = self._trusted()
        self._judge_all()

    @property
    def circles(self) -> tuple[str, ...]:
        """Ids of the circles, in the order of the standard."""
        return tuple(live.circle.id for live in self._circles)

    @property
    def counted(self) -> tuple[str, ...]:
        """Ids of the circles that count in the joint verdict."""
        return tuple(self._circles[number].circle.id for number in self._counted)

    def bounds(self, circle: str, weight: str) -> Bounds:
        """Return the shares of `circle` in one denominator, as `shares.bounds`; NaN where it is not assessable."""
        number, tally = self._numbers[circle], self._tallies[weight]
        if not self._assessable(number) or tally.total <= 0.0:
            return NO_BOUNDS
        return Bounds(*(weight / tally.total for weight in tally.weight_of(number)))

    def joint(self, weight: str) -> JointShares:
        """Return the joint verdict in one denominator, as `shares.headline`."""
        tally = self._tallies[weight]
        if not self._counted or tally.total <= 0.0:
            return JointShares(None, None, None)
        found = tally.weight_of(len(self._circles))
        return JointShares(*(part / tally.total for part in (found.covered, found.upper, tally.covered_circles)))

    def status(self, circle: str) -> Statuses:
        """Return the status of every origin, codes of `kleene`, int8 (N,)."""
        return self._status[:, self._numbers[circle]].copy()

    def apply(self, change: Change, opening: Opening | None = None) -> Ints:
        """Change the place and return the origins whose times were written, ascending.

        `opening` says what a facility that is added (or moved elsewhere) counts as.

        Raises
        ------
        SchemaError, NetworkError, CutoffError
            If the change cannot be made; nothing has changed then.
        """
        if isinstance(change, AddFacility) and opening is None:
            raise SchemaError(f"facility {change.id!r}: give its Opening, so that it can be counted")
        steps: list[Callable[[], object]] = []
        felt = self._search([change], opening, steps)
        self._undo.append(steps)
        steps.append(partial(self._restore, self._trust, self._status, self._count, self._tallies, self._counted))
        trust = self._trusted(self._count_facilities(change, opening, steps))
        if trust != self._trust:
            self._trust = trust
            self._judge_all()
        else:
            self._judge(felt, steps)
        return felt.rows

    def apply_all(self, changes: Sequence[Change]) -> Ints:
        """Make changes of streets, and of where entrances are joined to them, as one, and return what `apply` does.

        Raises
        ------
        SchemaError, NetworkError, CutoffError
            If one of them cannot be made; nothing has changed then.
        """
        steps: list[Callable[[], object]] = []
        felt = self._search(changes, None, steps)
        self._undo.append(steps)
        self._judge(felt, steps)
        return felt.rows

    def undo(self) -> None:
        """Take back the last change (or changes made as one), bit for bit; IndexError where nothing is left."""
        _take_back(self._undo.pop())

    def _circle(self, circle: Circle, ground: Ground) -> _LiveCircle:
        case = ground.case
        found = None if circle.user_layer else circle.rule_for(case.rule)
        if found is None:
            fixed = judge_layer(circle, ground, used=case.rule)
            return _LiveCircle(circle, (), fixed.status, fixed.assessable)
        used, rule = found
        walks = walker(circle, used, profile=case.profile, profiles=case.profiles)
        items: list[LiveItem | LivePools] = []
        for item in rule.required:
            parts = [item.of_pool(pool) for pool in item.pools] or [item]
            members = [
                LiveItem.of(part, ground, walks=walks, lenient=rule.lenient, known=self._walks) for part in parts
            ]
            items.append(LivePools(item, tuple(members)) if item.pools else members[0])
        return _LiveCircle(circle, tuple(items), nothing_known(case.origin_count)[0], fixed_assessable=False)

    def _search(self, changes: Sequence[Change], opening: Opening | None, steps: list[Callable[[], object]]) -> _Felt:
        """Hand changes to every search; those that leave lenient facilities out get one without its type."""
        rows, columns = [np.empty(0, dtype=np.int64)], {}
        for one in self._searches:
            hidden = opening is not None and opening.lenient and not one.lenient
            told = [replace(each, type="") if hidden and isinstance(each, AddFacility) else each for each in changes]
            try:
                found = one.search.apply(*told)
            except ValueError:  # which all errors of changes are
                _take_back(steps)
                raise
            steps.append(one.search.undo)
            for walk, touched in zip(one.search.walks, found, strict=True):
                rows.append(touched.residence)
                columns[id(walk)] = frozenset(touched.column.tolist())
        return _Felt(np.unique(np.concatenate(rows)), columns)

    def _count_facilities(self, change: Change, opening: Opening | None, steps: list[Callable[[], object]]) -> str:
        """Count what has come or gone; return its type, "" where nothing has."""
        inventory, kind = self._inventory, ""
        if isinstance(change, AddFacility) and opening is not None:
            inventory.add(change.id, change.type, opening=opening)
            steps.append(lambda: inventory.remove(change.id))
            return change.type
        if isinstance(change, RemoveFacility) or (isinstance(change, MoveFacility) and opening is not None):
            kind, before = inventory.kind_of(change.id), inventory.opening(change.id)
            inventory.remove(change.id)
            steps.append(lambda: inventory.add(change.id, kind, opening=before))
            if opening is not None:
                inventory.add(change.id, kind, opening=opening)
                steps.append(lambda: inventory.remove(change.id))
        return kind

    def _trusted(self, kind: str | None = None) -> Trust:
        """Return how far each requirement is trusted; with `kind`, only those that it is a type of are looked at."""
        return tuple(
            tuple(
                self._trust[number][place]
                if kind is not None and kind not in live.item.types
                else tuple(self._look(each, member) for member in live.members)
                for place, live in enumerate(each.items)
            )
            for number, each in enumerate(self._circles)
        )

    def _look(self, each: _LiveCircle, live: LiveItem) -> Trusted:
        thin = self._inventory.thinness(live.item, circle=each.circle, lenient=live.lenient) is not None
        return Trusted(thin, self._inventory.count(live.item.types, lenient=live.lenient) > 0)

    def _assessable(self, number: int) -> bool:
        """Say whether a circle can be anything but unknown, as `verdicts.judge_circle` does."""
        items = self._circles[number].items
        if not items:
            return self._circles[number].fixed_assessable
        trust = [live.trusted(told) for live, told in zip(items, self._trust[number], strict=True)]
        return any(not thin for thin, _ in trust) or all(there for thin, there in trust if thin)

    def _statuses(self, rows: Ints, felt: _Felt | None = None) -> tuple[Codes, Ints]:
        """Judge origins: statuses of every circle and, last, of all that count (M, C + 1); circles that cover (M,).

        With `felt`, circles of which no search was touched there keep their statuses.
        """
        status = np.empty((len(rows), len(self._circles) + 1), dtype=np.int8)
        for number, (each, trust) in enumerate(zip(self._circles, self._trust, strict=True)):
            if not each.items:
                status[:, number] = each.fixed[rows]
            elif felt is not None and not any(felt.by(live) for live in each.items):
                status[:, number] = self._status[rows, number]
            else:
                judged = [live.judge(rows, told) for live, told in zip(each.items, trust, strict=True)]
                status[:, number] = kleene_and(judged, length=len(rows))
        chosen = status[:, self._counted]
        status[:, -1] = chosen.min(axis=1, initial=int(COVERED))
        return status, np.count_nonzero(chosen == COVERED, axis=1)

    def _judge_all(self) -> None:
        numbers = range(len(self._circles))
        self._counted = [n for n in numbers if self._circles[n].circle.headline and self._assessable(n)]
        self._status, self._count = self._statuses(self._every)
        self._tallies = {
            name: Tally(weight.values, status=self._status[weight.rows], count=self._count[weight.rows])
            for name, weight in self._weights.items()
        }

    def _judge(self, felt: _Felt, steps: list[Callable[[], object]]) -> None:
        """Judge some origins again and move their weights."""
        rows = felt.rows
        status, count = self._statuses(rows, felt)
        moved = np.flatnonzero((status != self._status[rows]).any(axis=1) | (count != self._count[rows]))
        rows, after = rows[moved], (status[moved], count[moved])
        before = self._status[rows], self._count[rows]
        for name, weight in self._weights.items():
            tally, own = self._tallies[name], (rows >= weight.rows.start) & (rows < weight.rows.stop)
            if not own.any():
                continue
            steps.append(partial(tally.restore, tally.kept()))
            tally.move(
                rows[own] - weight.rows.start,
                before=(before[0][own], before[1][own]),
                after=(after[0][own], after[1][own]),
            )
        self._write(rows, after)
        steps.append(lambda: self._write(rows, before))

    def _write(self, rows: Ints, found: tuple[Codes, Ints]) -> None:
        self._status[rows], self._count[rows] = found

    def _restore(self, *parts: object) -> None:
        self._trust, self._status, self._count, self._tallies, self._counted = parts  # type: ignore[assignment]


def _take_back(steps: list[Callable[[], object]]) -> None:
    while steps:
        steps.pop()()
