"""What siting starts from: who has which requirement, at what threshold, before anything is built."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lifecircle.coverage.audit import judge_in
from lifecircle.coverage.kleene import COVERED, Statuses, kleene_and
from lifecircle.coverage.searches import cutoff, item_limit, item_mode, item_searches, walker
from lifecircle.coverage.shares import counted, weights
from lifecircle.coverage.verdicts import CircleVerdict, Ground, ItemVerdict, judge_item
from lifecircle.errors import ConfigError, InfeasibleError
from lifecircle.model.rules import READINGS, Item, Rule
from lifecircle.model.siting import SitedRequirement
from lifecircle.model.standard import Circle
from lifecircle.pipeline.case import coverage_case
from lifecircle.pipeline.rule_searches import search

if TYPE_CHECKING:
    from lifecircle.coverage.case import TimesKey
    from lifecircle.coverage.shares import Weight
    from lifecircle.model.siting_options import SitingOptions
    from lifecircle.model.travel import NearestTimes, TravelMode, WalkProfile
    from lifecircle.pipeline.place import Place

DEFAULT_MIN = 15.0

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One requirement as it is walked: its item, its circle (None: the study's own question), reading and walker."""

    item: Item
    circle: Circle | None
    reading: str
    walks: WalkProfile
    lenient: bool

    @property
    def key(self) -> tuple[str, str, Item]:
        """What tells it from others."""
        return "" if self.circle is None else self.circle.id, self.reading, self.item

    @property
    def mode(self) -> TravelMode:
        """What is added up."""
        return item_mode(self.item, self.walks)

    @property
    def limit(self) -> int:
        """The threshold, milliseconds or millimetres."""
        return item_limit(self.item)

    def told(self, sited: tuple[str, ...], thin: str) -> SitedRequirement:
        """Return the requirement in words."""
        return SitedRequirement(
            circle="" if self.circle is None else self.circle.id,
            types=self.item.types,
            sited=tuple(kind for kind in self.item.types if kind in sited),
            reading=self.reading,
            minutes=self.item.minutes,
            max_m=self.item.max_m,
            speed_kmh=self.walks.speed_kmh,
            thin=thin,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Before:
    """The place before anything is built, N origins.

    Attributes
    ----------
    place : Place
    ground : Ground
    verdicts : tuple of CircleVerdict
        The circles that count in the headline.
    weight : Weight
        The study's.
    asked : tuple of (Wanted, ItemVerdict)
        The requirements of the types asked for; for all circles none.
    """

    place: Place
    ground: Ground
    verdicts: tuple[CircleVerdict, ...]
    weight: Weight
    asked: tuple[tuple[Wanted, ItemVerdict], ...]

    @property
    def origins(self) -> int:
        """N."""
        return self.ground.case.origin_count

    @property
    def rows(self) -> slice:
        """Origins that the study's weight counts."""
        return self.weight.rows

    @property
    def counted(self) -> npt.NDArray[np.float64]:
        """Their weights."""
        return self.weight.values  # no frame

    @property
    def weights(self) -> npt.NDArray[np.float64]:
        """Weight of every origin (N,), 0 for those that the study's weight does not count."""
        found = np.zeros(self.origins)
        found[self.rows] = self.counted
        return found

    def members(self) -> list[tuple[int, Wanted, ItemVerdict]]:
        """Return the required items of the counted circles, each with the number of its circle."""
        case = self.ground.case
        found: list[tuple[int, Wanted, ItemVerdict]] = []
        for number, verdict in enumerate(self.verdicts):
            if verdict.rule is None:
                continue
            walks = walker(verdict.circle, verdict.used, profile=case.profile, profiles=case.profiles)  # type: ignore[arg-type]
            wants = (Wanted(i.item, verdict.circle, verdict.used, walks, verdict.rule.lenient) for i in verdict.items)
            found += [(number, want, item) for want, item in zip(wants, verdict.items, strict=True)]
        return found

    def joint(self, statuses: Sequence[Statuses]) -> tuple[float, float]:
        """Return the weight with all circles, and the person-circles, for statuses (N,) of the counted circles."""
        if not statuses:
            return 0.0, 0.0
        rows, values = self.rows, self.counted
        every = kleene_and(statuses, length=self.origins)[rows] == COVERED
        count = np.sum([status[rows] == COVERED for status in statuses], axis=0)
        return math.fsum(values[every].tolist()), math.fsum((values * count).tolist())

    def covered(self, mask: Bools) -> float:
        """Return the weight of the origins in `mask` (N,)."""
        return math.fsum(self.counted[mask[self.rows]].tolist())


def before(place: Place, kinds: tuple[str, ...], *, options: SitingOptions) -> Before:
    """Judge the circles of the headline, and the requirement of each of `kinds`.

    Raises
    ------
    ConfigError
        If a type or circle is unknown, or a requirement is of a kind that points cannot meet.
    InfeasibleError
        If no circle of the standard can be assessed.
    """
    question = place.question
    unknown = [
        kind for kind in kinds if kind not in question.catalogue.types or question.catalogue.types[kind].user_layer
    ]
    if unknown:
        known = ", ".join(sorted(question.catalogue.types))
        raise ConfigError(f"type {unknown[0]!r} is no facility type that can be built; known: {known}")
    asked = [_wanted(place, kind, options=options) for kind in kinds]
    case = coverage_case(place, _times(place, asked))
    ground = Ground.of(case)
    verdicts = counted([judge_in(circle, ground) for circle in case.standard.circles])
    if not verdicts and not kinds:
        raise InfeasibleError(
            "all circles: none of the standard's circles can be assessed here; site one --type instead"
        )
    judged = tuple((want, _judge(want, ground)) for want in {want.key: want for want in asked}.values())
    return Before(place, ground, verdicts, weights(case)[case.weight], judged)


def _judge(want: Wanted, ground: Ground) -> ItemVerdict:
    own = Circle("own", "自定", "own question", {"claim": Rule((want.item,))})
    return judge_item(want.item, ground, circle=want.circle or own, walks=want.walks, lenient=want.lenient)


def _wanted(place: Place, kind: str, *, options: SitingOptions) -> Wanted:
    """Return the requirement that a facility of `kind` would meet.

    In the headline reading, else in the first other reading that asks for the type; else within 15 minutes of the
    study's walker.
    """
    question = place.question
    if options.minutes is None:
        for reading in dict.fromkeys((question.rule, *READINGS)):
            for circle in question.standard.circles:
                found = None if circle.user_layer else circle.rule_for(reading)
                if found is None or (options.circle is not None and circle.id != options.circle):
                    continue
                for item in found[1].required:
                    if kind in item.types and (item.plain or item.straight_line):
                        walks = walker(circle, found[0], profile=question.profile, profiles=question.profiles)
                        return Wanted(item, circle, found[0], walks, found[1].lenient)
        if options.circle is not None:
            ids = ", ".join(circle.id for circle in question.standard.circles)
            raise ConfigError(
                f"circle {options.circle!r}: no circle of that id asks for the nearest {kind}; circles: {ids}"
            )
    minutes = options.minutes or DEFAULT_MIN
    return Wanted(Item((kind,), minutes=minutes, label="judgement"), None, "", question.profile, lenient=False)


def _times(place: Place, asked: Sequence[Wanted]) -> dict[TimesKey, NearestTimes]:
    """Search what the headline reading and the types asked for need, and nothing else."""
    question = place.question
    wanted = list(asked)
    for circle in question.standard.circles:
        found = None if circle.user_layer else circle.rule_for(question.rule)
        if found is not None:
            walks = walker(circle, found[0], profile=question.profile, profiles=question.profiles)
            items = (*found[1].required, *found[1].reported)
            wanted += [Wanted(item, circle, found[0], walks, found[1].lenient) for item in items]
    needed: dict[TimesKey, set[str]] = {}
    for want in wanted:
        for key, kinds in item_searches(want.item, want.walks, lenient=want.lenient, catalogue=question.catalogue):
            needed.setdefault(key, set()).update(kinds)
    found_times: dict[TimesKey, NearestTimes] = {}
    for key, searched in needed.items():
        own = [want.limit for want in asked if want.mode == key.mode]
        least = max([cutoff(question.standard, key, cutoff_min=question.cutoff_min), *own])
        found_times[key] = search(place, key, types=tuple(sorted(searched)), cutoff=least)
    return found_times
