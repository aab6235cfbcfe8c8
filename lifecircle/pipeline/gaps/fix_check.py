"""Single changes tried out: the changed place is searched again and its circle judged again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lifecircle.coverage.audit import judge_in
from lifecircle.coverage.kleene import COVERED, NOT_COVERED
from lifecircle.coverage.searches import item_limit, item_searches, walker
from lifecircle.model.network import Permission
from lifecircle.model.travel import Snapped
from lifecircle.network.hindrances import DOWNHILL
from lifecircle.network.impedance import walkable_edges
from lifecircle.network.snapping import snap_points
from lifecircle.pipeline.rule_searches import of_rows, search
from lifecircle.pipeline.searches import SAMPLED_OUTLINE_M
from lifecircle.travel.nearest import Endpoints, nearest_times
from lifecircle.units import MM_PER_M

if TYPE_CHECKING:
    from lifecircle.coverage.case import TimesKey
    from lifecircle.coverage.verdicts import CircleVerdict, Ground
    from lifecircle.model.network import WalkNetwork
    from lifecircle.model.rules import Reading
    from lifecircle.model.travel import Floats, Ints, NearestTimes
    from lifecircle.pipeline.gaps.openings import Opening
    from lifecircle.pipeline.place import Place
    from lifecircle.pipeline.searches import Joined

Bools: TypeAlias = npt.NDArray[np.bool_]

TOGETHER = 8  # new facilities that are searched from at a time: each keeps a number for every origin
SURE_M = 0.01  # legs are whole millimetres


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A circle of a place, ready for changes to be tried.

    Attributes
    ----------
    place : Place
    ground : Ground
        The audited case.
    verdict : CircleVerdict
        Of the circle, in the headline reading.
    """

    place: Place
    ground: Ground
    verdict: CircleVerdict

    @property
    def missed(self) -> Ints:
        """The residences that are not covered, ascending."""
        return np.flatnonzero(self.verdict.status[: self.ground.case.residence_count] == NOT_COVERED)

    def searches(self) -> dict[TimesKey, tuple[str, ...]]:
        """Return what the circle is judged from, each with its types."""
        case, rule, circle = self.ground.case, self.verdict.rule, self.verdict.circle
        if rule is None:
            return {}
        walks = walker(circle, cast("Reading", self.verdict.used), profile=case.profile, profiles=case.profiles)
        found: dict[TimesKey, tuple[str, ...]] = {}
        for item in rule.required:
            for key, types in item_searches(item, walks, lenient=rule.lenient, catalogue=case.catalogue):
                found[key] = tuple(sorted({*found.get(key, ()), *types}))
        return found

    def limit(self, key: TimesKey) -> int:
        """Return the longest threshold of the circle in the unit of `key`."""
        rule = self.verdict.rule
        items = () if rule is None else rule.required
        return max(item_limit(item) for item in items if item.in_metres == (key.mode.unit == "mm"))

    @property
    def reach_m(self) -> float:
        """The longest threshold of the circle in metres."""
        rule = self.verdict.rule
        fastest = DOWNHILL if self.place.question.walk.hindrances.slope else 1.0
        items = () if rule is None else rule.required
        return max((item.distance_m(self.verdict.speed_kmh) for item in items), default=0.0) * fastest

    def covered_with(self, times: Mapping[TimesKey, NearestTimes]) -> Ints:
        """Return the residences that `times` cover and the audit does not, ascending."""
        case = replace(self.ground.case, times={**self.ground.case.times, **times})
        after = judge_in(self.verdict.circle, replace(self.ground, case=case))
        return self.missed[after.status[self.missed] == COVERED]


def with_facilities(trials: Sequence[tuple[Trial, str]], *, xy: Floats) -> list[Ints]:
    """Return, for each trial, the residences that a new facility of a type would cover.

    It is joined to the streets as a mapped point is, and searched from; it passes whatever the rule asks of facilities.
    The trials are independent of each other; they share their searches.

    Parameters
    ----------
    trials : sequence of N (Trial, str)
        The circle and the type, all of one place.
    xy : float64 (N, 2)
        Metres.
    """
    if not trials:
        return []
    place = trials[0][0].place
    snapped = place.snap(xy)
    names = np.array([f"new/{number}" for number in range(len(trials))], dtype=object)
    new = Endpoints(pd.Index(names), snapped, names)  # each a type of its own
    asked: dict[TimesKey, list[int]] = {}
    for number, (trial, kind) in enumerate(trials):
        for key, types in trial.searches().items():
            if kind in types and key.nearest == 1:
                asked.setdefault(key, []).append(number)
    value: list[dict[TimesKey, Floats]] = [{} for _ in trials]
    for key, numbers in asked.items():
        cutoff = max(trials[number][0].limit(key) for number in numbers)
        for some in (numbers[at : at + TOGETHER] for at in range(0, len(numbers), TOGETHER)):
            found = _times_to(new, names[some], key, trials=[trials[number][0] for number in some], cutoff=cutoff)
            for column, number in enumerate(some):
                value[number][key] = found.value[:, column].copy()
    return [
        trial.covered_with({key: _improved(trial.ground.case.times[key], kind, one) for key, one in changed.items()})
        for (trial, kind), changed in zip(trials, value, strict=True)
    ]


def _times_to(
    new: Endpoints, types: npt.NDArray[np.object_], key: TimesKey, *, trials: Sequence[Trial], cutoff: int
) -> NearestTimes:
    """Return the walks to facilities of `types` among the `new` ones, for whoever some of `trials` miss."""
    place = trials[0].place
    rows = np.zeros(len(place.joined.origins.ids), dtype=bool)
    for trial in trials:
        rows[trial.missed] = True
    return nearest_times(
        place.network,
        place.joined.impedance(key.mode),
        residences=of_rows(place.joined.origins, rows),
        facilities=new,
        types=tuple(types),
        cutoff=cutoff,
    )


def _improved(before: NearestTimes, kind: str, value: Floats) -> NearestTimes:
    column, values = before.types.index(kind), before.value.copy()
    values[:, column] = np.minimum(values[:, column], value)
    return replace(before, value=values)


def with_opening(trial: Trial, opening: Opening) -> Ints:
    """Return the residences that `opening` would cover, entrances near it joined anew."""
    place, rows = trial.place, np.zeros(len(trial.place.joined.origins.ids), dtype=bool)
    rows[trial.missed] = True
    network = opening.applied(place.network)
    joined = rejoined(place, network, edges=opening.edges)
    # Who gains passes the opening, so that streets farther away than the threshold matter to nobody.
    far = ~_beside(network, opening.edges, within_m=trial.reach_m + 2 * place.question.walk.max_access_m)
    near = replace(network, permission=np.where(far, np.uint8(Permission.CLOSED), network.permission))
    changed = replace(place, network=near)
    vars(changed)["joined"] = replace(joined, network=near, origins=of_rows(joined.origins, rows))
    times = trial.ground.case.times
    return trial.covered_with(
        {key: search(changed, key, types=types, cutoff=times[key].cutoff) for key, types in trial.searches().items()}
    )


def _beside(network: WalkNetwork, edges: Ints, *, within_m: float) -> Bools:
    """Return the edges whose box lies within `within_m` of that of `edges`, bool (E,)."""
    west, south, east, north = shapely.total_bounds(network.lines(edges))
    x, y, start = network.geometry_x, network.geometry_y, network.geometry_offsets[:-1]
    beside = (np.minimum.reduceat(x, start) <= east + within_m) & (np.maximum.reduceat(x, start) >= west - within_m)
    beside &= (np.minimum.reduceat(y, start) <= north + within_m) & (np.maximum.reduceat(y, start) >= south - within_m)
    found: Bools = beside
    return found


def rejoined(place: Place, network: WalkNetwork, *, edges: Ints) -> Joined:
    """Return the place's entrances joined to `network`, on which `edges` can be walked now and could not before.

    An entrance can be joined elsewhere only where these edges are nearer than its street, or where its leg is in doubt
    or missing; only streets within two legs of them matter.
    """
    question, joined = place.question, place.joined
    usable = walkable_edges(network, profile=question.profile, private=question.walk.private)
    reach_m = question.walk.max_access_m
    beside = _beside(network, edges, within_m=2 * reach_m)
    lines = network.lines(edges)
    west, south, east, north = shapely.total_bounds(lines)

    def again(snapped: Snapped, limit_m: Floats) -> Snapped:
        settled = (snapped.edge >= 0) & ~snapped.crosses_wall
        leg_m = np.where(settled, snapped.access_mm / MM_PER_M, limit_m)
        rows = np.flatnonzero(
            (snapped.x >= west - leg_m)
            & (snapped.x <= east + leg_m)
            & (snapped.y >= south - leg_m)
            & (snapped.y <= north + leg_m)
        )
        away = shapely.distance(shapely.multilinestrings(lines), shapely.points(snapped.x[rows], snapped.y[rows]))
        near = rows[away <= leg_m[rows] + SURE_M]
        if not len(near):
            return snapped
        points = (snapped.owner[near], np.column_stack([snapped.x[near], snapped.y[near]]))
        found = snap_points(
            points, network, usable=usable & beside, barriers=place.barriers, max_access_m=limit_m[near]
        )
        return _with_rows(snapped, near, found)

    sampled = (place.facilities["entrance_kind"] == "sampled").to_numpy()[joined.facilities.snapped.owner]
    origins = again(joined.origins.snapped, np.full(len(joined.origins.snapped), reach_m))
    doors = again(joined.facilities.snapped, np.where(sampled, SAMPLED_OUTLINE_M, reach_m))
    return replace(
        joined,
        network=network,
        origins=replace(joined.origins, snapped=origins),
        facilities=replace(joined.facilities, snapped=doors),
    )


def _with_rows(snapped: Snapped, rows: Ints, found: Snapped) -> Snapped:
    columns = {}
    for name in Snapped.__slots__:
        columns[name] = getattr(snapped, name).copy()
        columns[name][rows] = getattr(found, name)
    return Snapped(**columns)
