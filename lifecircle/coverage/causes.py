"""Why a residence is not covered: one cause for each circle, and what else holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from lifecircle.coverage.crow_flies import Doors, mean_crow_m, nearest_crow_m
from lifecircle.coverage.kleene import NOT_COVERED
from lifecircle.coverage.measure import measure
from lifecircle.coverage.searches import item_limit, walker
from lifecircle.coverage.straight import admitted
from lifecircle.model.causes import CAUSES
from lifecircle.units import MM_PER_M, MS_PER_MIN, speed_m_per_min

if TYPE_CHECKING:
    from lifecircle.coverage.verdicts import CircleVerdict, Ground, ItemVerdict
    from lifecircle.model.rules import Item, Reading
    from lifecircle.model.travel import Floats, Ints, WalkProfile

Bools: TypeAlias = npt.NDArray[np.bool_]

MISSED_BY_MIN = 2.0  # just missed: so many minutes beyond the threshold, inclusive
MISSED_BY_SHARE = 0.1  # and of thresholds in metres
PENDING = CAUSES.index("pending")


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A requirement that M residences fail although a facility is within its threshold as the crow flies.

    Attributes
    ----------
    item : Item
        Walked, and not one of pools.
    walks : WalkProfile
    lenient : bool
    limit : int
        Threshold in milliseconds or millimetres.
    reach_m : float
        The same in metres.
    rows : int64 (M,)
        Residences, ascending.
    facilities : int64 (N,)
        Rows of the facility table that count.
    value : float64 (M,)
        The walk, in the unit of `limit`.
    """

    item: Item
    walks: WalkProfile
    lenient: bool
    limit: int
    reach_m: float
    rows: Ints
    facilities: Ints
    value: Floats


@dataclass(frozen=True, slots=True, eq=False)
class OnTheWay:
    """What the streets say about an `Asked`; each bool (M,).

    Attributes
    ----------
    opened : within the threshold if closed and private ways were walked.
    climbed : within the threshold if this walker used steps.
    apart : residence or facilities stand on a part of the network that is not joined to the other's.
    leg : the way to or from the street is what is too long, or in doubt.
    """

    opened: Bools
    climbed: Bools
    apart: Bools
    leg: Bools


Look: TypeAlias = Callable[[Sequence[Asked]], Sequence[OnTheWay]]


@dataclass(frozen=True, slots=True, eq=False)
class CircleCauses:
    """Why M residences are not covered by one circle.

    Attributes
    ----------
    rows : int64 (M,)
        The residences that are not covered, ascending.
    cause : int64 (M,)
        Index into CAUSES.
    holds : bool (M, len(CAUSES))
        Everything that holds, the cause itself included.
    ratio : float64 (M,)
        Walked metres over those as the crow flies, of the item the cause is about; ``inf`` where no walk was found,
        NaN where nothing is within the threshold as the crow flies.
    """

    rows: Ints
    cause: Ints
    holds: Bools
    ratio: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Asking:
    """The case and where everything is entered."""

    ground: Ground
    residences: Doors
    facilities: Doors

    def crow_m(self, item: Item, rows: Ints, *, facilities: Ints) -> Floats:
        """Return the distance of residences `rows` as the crow flies to what `item` asks of `facilities`."""
        points, doors = self.residences.of_rows(rows), self.facilities.of_rows(facilities)
        if item.mean_of > 1:
            return mean_crow_m(points, doors, count=len(rows), mean_of=item.mean_of)
        return nearest_crow_m(points, doors[0], count=len(rows))


@dataclass(frozen=True, slots=True, eq=False)
class _Facts:
    """One requirement at the M residences that a circle does not cover."""

    failing: Bools
    beyond: Floats  # value over threshold
    holds: Bools  # (M, causes)
    ratio: Floats


def find_causes(verdicts: Sequence[CircleVerdict], ground: Ground, *, look: Look) -> Mapping[str, CircleCauses]:
    """Return why residences are not covered, by id of the assessable circles.

    A circle that asks for several things is explained by the one that is farthest beyond its threshold, the first
    of equals. Of all that holds for it the cause is the first in the order of CAUSES.

    Parameters
    ----------
    verdicts : sequence of CircleVerdict
        In the headline reading.
    ground : Ground
    look : callable
        Asks the streets; it is called once, with everything that is to be looked at.

    References
    ----------
    docs/methods/gap-causes.md
    """
    count = ground.case.residence_count
    assessed = [verdict for verdict in verdicts if verdict.assessable]
    missed = [np.flatnonzero(verdict.status[:count] == NOT_COVERED) for verdict in assessed]
    asking = _Asking(ground, Doors.of(ground.case.residences), Doors.of(ground.case.facilities))
    parts = [
        [_part(item, verdict, rows=rows, asking=asking) for item in verdict.items]
        for verdict, rows in zip(assessed, missed, strict=True)
    ]
    asked = [one.asked for each in parts for part in each for one in part.members if one.asked is not None]
    seen = iter(look(asked))
    return {
        verdict.circle.id: _joined(rows, [part.facts(seen) for part in each])
        for verdict, rows, each in zip(assessed, missed, parts, strict=True)
    }


@dataclass(frozen=True, slots=True, eq=False)
class _Member:
    """A requirement, or one pool of it, measured at M residences; `asked` holds those worth looking at."""

    item: Item
    limit: int
    reach_m: float
    value: Floats
    crow_m: Floats
    speed_kmh: float
    near: Bools
    asked: Asked | None

    def facts(self, seen: OnTheWay | None) -> tuple[Bools, Floats]:
        """Return what holds (M, causes) and the ratio of walk to crow flight (M,)."""
        near = self.near
        holds = np.zeros((len(near), len(CAUSES)), dtype=bool)
        margin = self.limit * MISSED_BY_SHARE if self.item.in_metres else MISSED_BY_MIN * MS_PER_MIN
        missed = self.value > self.limit
        holds[:, CAUSES.index("just_missed")] = missed & (self.value <= self.limit + margin)
        holds[:, CAUSES.index("no_facility")] = ~near
        holds[:, CAUSES.index("detour")] = near & missed
        if seen is not None:
            for name, found in (
                ("private_or_gate", seen.opened),
                ("steps", seen.climbed),
                ("island", seen.apart),
                ("access_leg", seen.leg),
            ):
                holds[near & missed, CAUSES.index(name)] = found
        walked = self.value / MM_PER_M
        if not self.item.in_metres:
            walked = self.value / MS_PER_MIN * speed_m_per_min(self.speed_kmh)
        ratio = np.full(len(near), np.nan)
        np.divide(walked, np.maximum(self.crow_m, 1.0), out=ratio, where=near)
        return holds, ratio


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A required item of a circle: one member, or one for each of its pools."""

    item: Item
    failing: Bools
    beyond: Floats
    members: tuple[_Member, ...]

    def facts(self, seen: Iterator[OnTheWay]) -> _Facts:
        """Take the answers of its members from `seen`, in order, and put them together."""
        found = [member.facts(next(seen) if member.asked is not None else None) for member in self.members]
        if not self.item.pools:
            return _Facts(self.failing, self.beyond, *found[0])
        # The pool whose turn it is to meet "k of n" speaks for the item, but a way opens when k pools are met.
        each = np.arange(len(self.failing))
        values = np.stack([member.value for member in self.members])
        kth = np.argsort(values, axis=0, kind="stable")[self.item.at_least - 1, each]
        holds = np.stack([one[0] for one in found])[kth, each]
        for name in ("private_or_gate", "steps"):
            column = CAUSES.index(name)
            met = [one[0][:, column] | (m.value <= m.limit) for one, m in zip(found, self.members, strict=True)]
            opens = np.stack([one[0][:, column] for one in found]).any(axis=0)
            holds[:, column] = opens & (np.sum(met, axis=0) >= self.item.at_least)
        lacking = np.sum([member.near for member in self.members], axis=0) < self.item.at_least
        holds[:, CAUSES.index("no_facility")] = lacking
        holds[:, CAUSES.index("detour")] = ~lacking
        return _Facts(self.failing, self.beyond, holds, np.stack([one[1] for one in found])[kth, each])


def _part(judged: ItemVerdict, verdict: CircleVerdict, *, rows: Ints, asking: _Asking) -> _Part:
    value, required = judged.value[rows], judged.item
    failing = judged.status[rows] == NOT_COVERED
    pools = [required.of_pool(pool) for pool in required.pools] or [required]
    members = tuple(
        _member(one, verdict, rows=rows, asking=asking, value=None if required.pools else value) for one in pools
    )
    return _Part(required, failing, value / max(judged.limit, 1), members)


def _member(item: Item, verdict: CircleVerdict, *, rows: Ints, asking: _Asking, value: Floats | None) -> _Member:
    ground, rule = asking.ground, verdict.rule
    case = ground.case
    assert rule is not None  # noqa: S101  # circles with items have a rule
    walks = walker(verdict.circle, cast("Reading", verdict.used), profile=case.profile, profiles=case.profiles)
    if value is None:
        value = measure(item, case, walks=walks, lenient=rule.lenient, edge_m=ground.edge_m).value[rows]
    limit = item_limit(item)
    reach_m = float(item.max_m or float(item.minutes or 0.0) * speed_m_per_min(walks.speed_kmh))
    facilities = admitted(item, case, types=item.types, lenient=rule.lenient, asked=item.admits)
    crow_m = np.full(len(rows), np.inf) if item.within else asking.crow_m(item, rows, facilities=facilities)
    near = crow_m <= reach_m
    asked = None
    if not (item.straight_line or item.within):
        chosen = near & (value > limit)
        asked = Asked(item, walks, rule.lenient, limit, reach_m, rows[chosen], facilities, value[chosen])
    return _Member(item, limit, reach_m, value, crow_m, walks.speed_kmh, near, asked)


def _joined(rows: Ints, facts: Sequence[_Facts]) -> CircleCauses:
    """Let the failing item that is farthest beyond its threshold speak for each residence."""
    if not facts:
        holds = np.zeros((len(rows), len(CAUSES)), dtype=bool)
        holds[:, PENDING] = True
        return CircleCauses(rows, np.full(len(rows), PENDING), holds, np.full(len(rows), np.nan))
    each = np.arange(len(rows))
    farthest = np.argmax(np.stack([np.where(one.failing, one.beyond, -1.0) for one in facts]), axis=0)
    holds = np.stack([one.holds for one in facts])[farthest, each]
    ratio = np.stack([one.ratio for one in facts])[farthest, each]
    return CircleCauses(rows, holds.argmax(axis=1), holds, ratio)
