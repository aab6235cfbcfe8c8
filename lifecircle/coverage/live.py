"""The shares of an audit while facilities and streets change: only origins that a change touches are judged again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from lifecircle.coverage.live_items import LiveInventory, Opening, Searched
from lifecircle.coverage.live_judge import LiveJudge
from lifecircle.coverage.shares import NO_BOUNDS, Bounds, weights
from lifecircle.coverage.tally import Tally, Written
from lifecircle.coverage.verdicts import Ground
from lifecircle.errors import SchemaError
from lifecircle.travel.changes import AddFacility, MoveFacility, RemoveFacility

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.coverage.kleene import Statuses
    from lifecircle.coverage.live_judge import Trust
    from lifecircle.coverage.tally import Codes
    from lifecircle.model.travel import Ints
    from lifecircle.travel.changes import Change

Steps = list[Callable[[], object]]  # how a change is taken back, in the order in which it was made


@dataclass(frozen=True, slots=True)
class JointShares:
    """The joint verdict over the counted circles, as in `Headline`; None where nothing can be said."""

    covered: float | None
    upper: float | None


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
        walks = {key: walk for one in searches for key, walk in one.walks.items()}
        self._inventory, self._judge = LiveInventory(case, ground.inventory), LiveJudge(ground, walks)
        self._numbers = {circle.id: number for number, circle in enumerate(self._judge.circles)}
        self._weights = weights(case)
        self._undo: list[Steps] = []
        self._trust = self._judge.trust([pool.trusted(self._inventory) for pool in self._judge.pools])
        self._status = self._judge.judged(self._every, self._judge.start(), trust=self._trust)
        self._tallies = dict[str, Tally]()

    @property
    def circles(self) -> tuple[str, ...]:
        """Ids of the circles, in the order of the standard."""
        return tuple(self._numbers)

    @property
    def counted(self) -> tuple[str, ...]:
        """Ids of the circles that count in the joint verdict."""
        return tuple(self._judge.circles[number].id for number in self._trust.counted.tolist())

    def bounds(self, circle: str, weight: str) -> Bounds:
        """Return the shares of `circle` in one denominator, as `shares.bounds`; NaN where it is not assessable."""
        number, total = self._numbers[circle], self._weights[weight].total
        if not self._trust.assessable[number] or total <= 0.0:
            return NO_BOUNDS
        return Bounds(*[part / total for part in self._tally(weight).weight_of(number)])

    def joint(self, weight: str) -> JointShares:
        """Return the joint verdict in one denominator, as `shares.headline`."""
        total = self._weights[weight].total
        if not len(self._trust.counted) or total <= 0.0:
            return JointShares(None, None)
        found = self._tally(weight).weight_of(len(self._numbers))
        return JointShares(found.covered / total, found.upper / total)

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
        steps: Steps = []
        rows = self._search([change], opening, steps)
        self._undo.append(steps)
        trust = self._looked_at(self._count(change, opening, steps))
        steps.append(partial(setattr, self, "_trust", self._trust))
        same, self._trust = trust is self._trust, trust
        self._follow(rows if same else self._every, steps)
        return rows

    def apply_all(self, changes: Sequence[Change]) -> Ints:
        """Make changes of streets, and of where entrances are joined to them, as one, and return what `apply` does.

        Raises
        ------
        SchemaError, NetworkError, CutoffError
            If one of them cannot be made; nothing has changed then.
        """
        steps: Steps = []
        rows = self._search(changes, None, steps)
        self._undo.append(steps)
        self._follow(rows, steps)
        return rows

    def undo(self) -> None:
        """Take back the last change (or changes made as one), bit for bit; IndexError where nothing is left."""
        _take_back(self._undo.pop())

    def _search(self, changes: Sequence[Change], opening: Opening | None, steps: Steps) -> Ints:
        """Hand changes to every search and return the origins that they touch, ascending.

        Searches that leave lenient facilities out get one without its type.
        """
        felt = np.zeros(len(self._every), dtype=bool)
        for one in self._searches:
            hidden = opening is not None and opening.lenient and not one.lenient
            told = [replace(each, type="") if hidden and isinstance(each, AddFacility) else each for each in changes]
            try:
                found = one.search.apply(*told)
            except ValueError:  # which all errors of changes are
                _take_back(steps)
                raise
            steps.append(one.search.undo)
            for touched in found:
                felt[touched.residence] = True
        return np.flatnonzero(felt)

    def _count(self, change: Change, opening: Opening | None, steps: Steps) -> str:
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

    def _looked_at(self, kind: str) -> Trust:
        """Return how far the maps are trusted once facilities of a type have come or gone; the same if no other."""
        before = self._trust.pools
        pools = tuple(
            pool.trusted(self._inventory) if kind in pool.trusting else told
            for pool, told in zip(self._judge.pools, before, strict=True)
        )
        return self._trust if pools == before else self._judge.trust(pools)

    def _tally(self, weight: str) -> Tally:
        """Return the sums in one denominator; they are made when first asked for, and followed from then on."""
        if weight not in self._tallies:
            own, values = self._weights[weight], np.zeros(len(self._every))
            values[own.rows] = own.values
            self._tallies[weight] = Tally(Written(values), self._status)
        return self._tallies[weight]

    def _follow(self, rows: Ints, steps: Steps) -> None:
        """Judge some origins again and move their weights."""
        before = self._status[rows]
        after = self._judge.judged(rows, before, trust=self._trust)
        place, circle = np.nonzero(before != after)
        if len(place):
            rows, before, after = rows[place], before[place, circle], after[place, circle]
            self._move(rows, circle, before=before, after=after)
            steps.append(partial(self._move, rows, circle, before=after, after=before))

    def _move(self, rows: Ints, circle: Ints, *, before: Codes, after: Codes) -> None:
        self._status[rows, circle] = after
        for tally in self._tallies.values():
            tally.move(rows, circle, before=before, after=after)


def _take_back(steps: Steps) -> None:
    while steps:
        steps.pop()()
