"""What the streets say about residences that are not covered: closed ways, steps, parts that are not joined, legs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.coverage.case import TimesKey, nth
from lifecircle.coverage.causes import OnTheWay
from lifecircle.coverage.crow_flies import nearest_crow_m
from lifecircle.coverage.measure import pooled
from lifecircle.coverage.searches import item_mode
from lifecircle.model.network import Permission
from lifecircle.model.travel import TravelMode
from lifecircle.network.components import walked_parts
from lifecircle.pipeline.rule_searches import of_rows, search
from lifecircle.units import MM_PER_M, ms_per_mm

if TYPE_CHECKING:
    from lifecircle.coverage.causes import Asked
    from lifecircle.model.network import WalkNetwork
    from lifecircle.model.travel import Floats, Ints, NearestTimes, Snapped
    from lifecircle.pipeline.place import Place

Bools: TypeAlias = npt.NDArray[np.bool_]

LONG_LEG_MM = 100_000  # a leg that is longer than a block


def opened(network: WalkNetwork) -> WalkNetwork:
    """Return `network` with every closed way open."""
    shut = network.permission == Permission.CLOSED
    return replace(network, permission=np.where(shut, np.uint8(Permission.PUBLIC), network.permission))


@dataclass(frozen=True, eq=False)
class Streets:
    """Answers `lifecircle.coverage.causes.Asked` for a place; call it.

    Attributes
    ----------
    place : Place
    times : Mapping[TimesKey, NearestTimes]
        The audit's own searches.
    """

    place: Place
    times: Mapping[TimesKey, NearestTimes]

    def __call__(self, asked: Sequence[Asked]) -> list[OnTheWay]:
        """Return what holds for each of `asked`."""
        opens = self._reached(asked, self._with_ways_open(), climbing=False)
        climbs = self._reached(asked, self.place, climbing=True)
        return [
            OnTheWay(by_way, by_steps, *self._stands(one))
            for one, by_way, by_steps in zip(asked, opens, climbs, strict=True)
        ]

    def _with_ways_open(self) -> Place | None:
        network, rules = self.place.network, self.place.question.walk
        private = not rules.private and bool(np.any(network.permission == Permission.PRIVATE))
        if not private and not np.any(network.permission == Permission.CLOSED):
            return None
        joined = replace(self.place.joined, network=opened(network), rules=replace(rules, private=True))
        world = replace(self.place)
        vars(world)["joined"] = joined  # where the cached property keeps it: legs stay as they are
        return world

    def _reached(self, asked: Sequence[Asked], world: Place | None, *, climbing: bool) -> list[Bools]:
        """Return, for each of `asked`, which residences are within the threshold in `world`.

        With `climbing` only those of walkers who do not use steps are asked, as if they did.
        """
        found = [np.zeros(len(one.rows), dtype=bool) for one in asked]
        if world is None:
            return found
        groups: dict[TimesKey, list[int]] = {}
        for number, one in enumerate(asked):
            mode = item_mode(one.item, one.walks)
            if not len(one.rows) or (climbing and mode.profile.steps):
                continue
            if climbing:
                mode = TravelMode(mode.unit, replace(mode.profile, steps=True))
            groups.setdefault(TimesKey(mode, one.lenient, one.item.admits, one.item.mean_of), []).append(number)
        for key, numbers in groups.items():
            members = [asked[number] for number in numbers]
            times = _search(world, key, members)
            for number, one in zip(numbers, members, strict=True):
                found[number] = _value(times, one) <= one.limit
        return found

    @cached_property
    def _part_of_edge(self) -> Ints:
        """The part of the network that every edge belongs to for the study's walker."""
        question = self.place.question
        return walked_parts(self.place.network, profile=question.profile, private=question.walk.private)

    @cached_property
    def _island_lines(self) -> shapely.STRtree:
        network = self.place.network
        return shapely.STRtree(network.lines(np.flatnonzero(network.island)))

    def _parts(self, snapped: Snapped, points: Ints) -> Ints:
        """Return the part of the network that entrances are joined to.

        -1: to none; -2: a street that is joined to nothing else is nearer than theirs.
        """
        edge = snapped.edge[points]
        part = np.where(edge >= 0, self._part_of_edge[np.maximum(edge, 0)], -1)
        if len(self._island_lines):
            xy = shapely.points(snapped.x[points], snapped.y[points])
            leg_m = np.where(edge >= 0, snapped.access_mm[points] / MM_PER_M, self.place.question.walk.max_access_m)
            near = self._island_lines.query(xy, predicate="dwithin", distance=leg_m)[0]
            part[near] = -2
        return part

    @cached_property
    def _doors(self) -> tuple[Ints, Floats, Ints]:
        """Part, place and row in the table of every entrance of facilities."""
        snapped = self.place.joined.facilities.snapped
        every = np.arange(len(snapped))
        return self._parts(snapped, every), np.column_stack([snapped.x, snapped.y]), snapped.owner

    @cached_property
    def _part_of_residence(self) -> Ints:
        """The part of the network of every entrance of the residences."""
        snapped = self.place.joined.origins.snapped
        own = np.searchsorted(snapped.owner, len(self.place.residences))  # land points come last
        return self._parts(snapped, np.arange(own))

    def _stands(self, asked: Asked) -> tuple[Bools, Bools]:
        """Return two answers.

        Whether no facility within the threshold stands on a residence's own part of the network; and whether a leg is
        too long or in doubt, or no facility within the threshold has one.
        """
        part, xy, owner = self._doors
        admitted = np.isin(owner, asked.facilities) & (part != -1)
        snapped = self.place.joined.origins.snapped
        points, place_of = _points_of(snapped, asked.rows)
        own = self._part_of_residence[points]
        here = np.column_stack([snapped.x[points], snapped.y[points]])
        count = len(asked.rows)
        joined_m = nearest_crow_m((here, place_of), xy[admitted], count=count)
        same_m = np.full(count, np.inf)
        for label in np.unique(own[own >= 0]).tolist():
            mine = own == label
            doors = xy[admitted & (part == label)]
            same_m = np.minimum(same_m, nearest_crow_m((here[mine], place_of[mine]), doors, count=count))
        sound = np.zeros(count, dtype=bool)
        sound[place_of[(snapped.edge[points] >= 0) & ~snapped.crosses_wall[points]]] = True
        near = joined_m <= asked.reach_m
        return near & (same_m > asked.reach_m), ~near | ~sound | self._long(asked)

    def _long(self, asked: Asked) -> Bools:
        """Return whether the walk would be within the threshold without its legs, one of them over 100 m."""
        mode = item_mode(asked.item, asked.walks)
        times = self.times.get(TimesKey(mode, asked.lenient, asked.item.admits, asked.item.mean_of))
        if times is None or asked.item.mean_of > 1:
            return np.zeros(len(asked.rows), dtype=bool)
        columns = np.array([times.types.index(kind) for kind in asked.item.types])
        nearest = columns[times.value[np.ix_(asked.rows, columns)].argmin(axis=1)]
        legs = [array[asked.rows, nearest] for array in (times.access_mm, times.egress_mm)]
        rate = 1.0 if mode.unit == "mm" else ms_per_mm(mode.profile.speed_kmh)
        short = asked.value - sum(np.rint(rate * leg) for leg in legs) <= asked.limit
        return short & (np.maximum(*legs) > LONG_LEG_MM)


def _search(world: Place, key: TimesKey, asked: Sequence[Asked]) -> NearestTimes:
    """Search once for all of `asked`, from their residences only."""
    rows = np.zeros(len(world.joined.origins.ids), dtype=bool)
    for one in asked:
        rows[one.rows] = True
    joined = replace(world.joined, origins=of_rows(world.joined.origins, rows))
    narrow = replace(world)
    vars(narrow)["joined"] = joined
    types = tuple(sorted({kind for one in asked for kind in one.item.types}))
    return search(narrow, key, types=types, cutoff=max(one.limit for one in asked))


def _value(times: NearestTimes, asked: Asked) -> Floats:
    if asked.item.mean_of > 1:
        (kind,) = asked.item.types
        at = np.array([times.types.index(nth(kind, rank)) for rank in range(1, asked.item.mean_of + 1)])
        return times.value[np.ix_(asked.rows, at)].sum(axis=1) / asked.item.mean_of
    return pooled(times, asked.item.types)[0][asked.rows]


def _points_of(snapped: Snapped, rows: Ints) -> tuple[Ints, Ints]:
    """Return the entrances of residences `rows` (ascending) and the place in `rows` of each."""
    start = np.searchsorted(snapped.owner, rows)
    count = np.searchsorted(snapped.owner, rows, side="right") - start
    place_of = np.repeat(np.arange(len(rows)), count)
    return np.repeat(start - (np.cumsum(count) - count), count) + np.arange(count.sum()), place_of
