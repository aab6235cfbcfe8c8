"""What other definitions would have said: the grid of speed, reading, origins and metric."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from lifecircle.config.schema import Origin
from lifecircle.coverage.audit import judge_readings
from lifecircle.coverage.case import TimesKey
from lifecircle.coverage.kleene import Statuses, kleene_and
from lifecircle.coverage.searches import cutoff, needed_searches, walker
from lifecircle.coverage.sensitivity import NONE, as_the_crow_flies, classify, factor_ranges, keeps_means
from lifecircle.coverage.shares import bounds, residence_weight, weights
from lifecircle.coverage.verdicts import Ground
from lifecircle.errors import ConfigError, LifecircleError
from lifecircle.model.sensitivity import CLASSES, COMBINATION_COLUMNS, METRICS, Sensitivity
from lifecircle.model.standard import READINGS
from lifecircle.model.uncertainty import HEADLINE
from lifecircle.pipeline.case import coverage_case
from lifecircle.pipeline.confidence.sensitivity_notes import left_out, origin_notes, rule_notes
from lifecircle.pipeline.people import origin_request
from lifecircle.pipeline.provenance import provenance_of
from lifecircle.pipeline.rule_searches import search
from lifecircle.residences.prepare import prepare_residences

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.coverage.shares import Weight
    from lifecircle.coverage.verdicts import CircleVerdict
    from lifecircle.model.provenance import Note
    from lifecircle.model.rules import Reading
    from lifecircle.model.standard import Circle
    from lifecircle.model.travel import NearestTimes
    from lifecircle.pipeline.place import Place

log = logging.getLogger("lifecircle")

ORIGINS = ("building", "residential_area", "estate_gate")
GRID_M = 250.0


@dataclass(frozen=True, slots=True)
class SensitivityRequest:
    """Which definitions are tried; empty means the usual ones. The study's own are always among them.

    Attributes
    ----------
    speeds_kmh : tuple of float
        By default those of the elderly, planner and adult walkers.
    readings : tuple of str
        By default those that the standard writes.
    origins : tuple of str
        By default the study's, building and residential_area.
    metrics : tuple of str
        By default both of METRICS.
    """

    speeds_kmh: tuple[float, ...] = ()
    readings: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """One combination: its definitions, the status of every residence and the shares."""

    speed_kmh: float
    reading: Reading
    origin: str
    metric: str
    verdicts: tuple[CircleVerdict, ...]
    ids: pd.Index
    weight: Weight
    weight_name: str


@dataclass(frozen=True, slots=True)
class _Grid:
    """The definitions that are tried."""

    speeds_kmh: tuple[float, ...]
    readings: tuple[Reading, ...]
    origins: tuple[str, ...]
    metrics: tuple[str, ...]
    own: tuple[float, Reading, str, str]


def sensitivity(place: Place, *, request: SensitivityRequest | None = None) -> Sensitivity:
    """Return the shares of every combination of definitions, and which residences they agree on.

    Speed, reading, origins and metric are varied together; data error is not part of it
    (see `uncertainty` for that). Residences are classed over the combinations whose origins are the study's own.

    Parameters
    ----------
    place : Place
    request : SensitivityRequest, optional

    Returns
    -------
    Sensitivity

    Raises
    ------
    ConfigError
        On a reading, origin kind or metric that does not exist.

    References
    ----------
    docs/methods/sensitivity.md
    """
    grid = _grid(place, request or SensitivityRequest())
    judged: list[_Judged] = []
    notes: list[Note] = []
    for kind in grid.origins:
        try:
            other = place if kind == grid.own[2] else _from(place, kind)
        except LifecircleError as error:
            notes.append(left_out(kind, str(error)))
            continue
        judged += _judged(other, grid, kind=kind)
    counted = _counted(judged, place.standard.circles)
    combinations = pd.DataFrame(
        [row for number, one in enumerate(judged, 1) for row in _rows(one, grid, number=number, counted=counted)],
        columns=list(COMBINATION_COLUMNS),
    )
    residences, classes, compared = _classes(place, judged, counted=counted)
    notes += _notes(place, judged, grid=grid)
    return Sensitivity(
        combinations=combinations,
        factors=factor_ranges(combinations),
        residences=residences,
        classes=classes,
        circles={circle.id: (circle.name_zh, circle.name_en) for circle in place.standard.circles},
        counted=counted,
        compared=compared,
        weight=coverage_case(place, {}).weight,
        language=place.question.language,
        provenance=provenance_of(place),
        notes=tuple(notes),
    )


def _grid(place: Place, asked: SensitivityRequest) -> _Grid:
    question = place.question
    origin = place.study.origin
    kind = origin.kind if origin else place.standard.origin_kind or "building"
    written = {reading for circle in place.standard.circles for reading in circle.readings}
    usual = tuple(question.profiles[name].speed_kmh for name in ("elderly", "planner", "adult"))
    known = (("readings", READINGS), ("origins", (*ORIGINS, "grid", "hexagon")), ("metrics", METRICS))
    for name, allowed in known:
        for value in getattr(asked, name):
            if value not in allowed:
                raise ConfigError(f"sensitivity: {name[:-1]} {value!r}: give one of {', '.join(allowed)}")
    if any(not 0.5 <= speed <= 12.0 for speed in asked.speeds_kmh):
        raise ConfigError("sensitivity: speeds are given in km/h, from 0.5 to 12")
    readings = asked.readings or tuple(reading for reading in READINGS if reading in written)
    return _Grid(
        tuple(sorted({*(asked.speeds_kmh or usual), question.profile.speed_kmh})),
        tuple(reading for reading in READINGS if reading in {*readings, question.rule}),
        tuple(dict.fromkeys([kind, *(asked.origins or ORIGINS[:2])])),
        tuple(metric for metric in METRICS if metric in {*(asked.metrics or METRICS), "network"}),
        (question.profile.speed_kmh, question.rule, kind, "network"),
    )


def _from(place: Place, kind: str) -> Place:
    """Return `place` with residences of another origin kind."""
    log.info("finding residences (%s)", kind)
    origin = Origin.model_validate({"kind": kind, **({"size_m": GRID_M} if kind in ("grid", "hexagon") else {})})
    request = origin_request(
        origin, place.standard, population=place.inputs.population, communities=place.communities, area=place.area
    )
    residences = prepare_residences(place.objects, area=place.area, network=place.network, request=request)
    return replace(place, residence_set=residences)


def _judged(place: Place, grid: _Grid, *, kind: str) -> Iterator[_Judged]:
    """Judge every speed, metric and reading from one kind of origins."""
    known: dict[TimesKey, NearestTimes] = {}
    for speed in grid.speeds_kmh:
        for metric in grid.metrics:
            log.info("judging: %s, %g km/h, %s", kind, speed, metric)
            case = _case(place, speed, metric=metric, known=known)
            verdicts = judge_readings(Ground.of(case))
            weight = weights(case)[case.weight]
            for reading in grid.readings:
                yield _Judged(
                    speed, reading, kind, metric, verdicts[reading], case.residences.index, weight, case.weight
                )


def _case(place: Place, speed_kmh: float, *, metric: str, known: dict[TimesKey, NearestTimes]) -> CoverageCase:
    question = place.question
    profile = question.profile
    if speed_kmh != profile.speed_kmh:
        profile = replace(profile, id=f"{profile.id}-{speed_kmh:g}", speed_kmh=speed_kmh)

    def speed_of(circle: Circle, reading: Reading) -> float:
        return walker(circle, reading, profile=profile, profiles=question.profiles).speed_kmh

    standard = question.standard if metric == "network" else as_the_crow_flies(question.standard, speed_of)
    asked = replace(question, profile=profile, standard=standard)
    other = replace(place, question=asked)
    vars(other)["joined"] = place.joined  # speed moves no entrance
    needed = needed_searches(
        standard, question.catalogue, profile=profile, profiles=question.profiles, rule=question.rule
    )
    times = {}
    for key, types in needed.items():
        found = known.get(key)
        if found is None or not set(types) <= set(found.types):
            found = search(other, key, types=types, cutoff=cutoff(standard, key, cutoff_min=question.cutoff_min))
            known[key] = found
        times[key] = found
    return coverage_case(other, times)


def _counted(judged: list[_Judged], circles: tuple[Circle, ...]) -> tuple[str, ...]:
    """Return the circles of the headline that are assessed in every combination."""
    wanted = [circle.id for circle in circles if circle.headline]
    return tuple(
        name
        for name in wanted
        if all(verdict.assessable for one in judged for verdict in one.verdicts if verdict.circle.id == name)
    )


def _joint(one: _Judged, counted: tuple[str, ...]) -> Statuses:
    chosen = [verdict.status for verdict in one.verdicts if verdict.circle.id in counted]
    return kleene_and(chosen, length=len(one.verdicts[0].status))


def _rows(one: _Judged, grid: _Grid, *, number: int, counted: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    said = (one.speed_kmh, one.reading, one.origin, one.metric)
    told = [(verdict.circle.id, verdict.status) for verdict in one.verdicts if verdict.assessable]
    if counted:
        told.append((HEADLINE, _joint(one, counted)))
    for name, status in told:
        found = bounds(status, one.weight)
        yield (number, *said, said == grid.own, name, found.covered, found.upper, one.weight_name, len(one.ids))


def _classes(
    place: Place, judged: list[_Judged], *, counted: tuple[str, ...]
) -> tuple[gpd.GeoDataFrame, dict[str, Mapping[str, float]], int]:
    """Class every residence of the study over the combinations that know it by its id."""
    ids = place.residences.index
    places = {one.origin: one.ids.get_indexer(ids) for one in judged}
    same = [one for one in judged if (places[one.origin] >= 0).any()]
    weight = residence_weight(coverage_case(place, {}))
    total = float(weight.sum())
    frame = gpd.GeoDataFrame(
        {"weight": weight}, index=ids, geometry=place.residences.geometry.to_numpy(), crs=place.area.crs
    )
    shares: dict[str, Mapping[str, float]] = {}
    names = [circle.id for circle in place.standard.circles] + ([HEADLINE] if counted else [])
    for name in names:
        columns = []
        for one in same:
            status = _joint(one, counted) if name == HEADLINE else _of(one, name)
            if status is not None:
                at = places[one.origin]
                columns.append(np.where(at >= 0, status[: len(one.ids)][at], NONE))
        if not columns:
            continue
        code = classify(columns)
        frame[f"{name}_class"] = np.array(CLASSES, dtype=object)[code]
        found = np.bincount(code, weights=weight, minlength=len(CLASSES))
        shares[name] = {kind: float(found[n] / total) if total > 0 else np.nan for n, kind in enumerate(CLASSES)}
    return frame, shares, len(same)


def _of(one: _Judged, name: str) -> Statuses | None:
    for verdict in one.verdicts:
        if verdict.circle.id == name and verdict.assessable:
            return verdict.status
    return None


def _notes(place: Place, judged: list[_Judged], *, grid: _Grid) -> list[Note]:
    ids = place.residences.index
    matched = {one.origin: int((one.ids.get_indexer(ids) >= 0).sum()) for one in judged}
    used = {one.origin: one.weight_name for one in judged}
    rules = [rule for circle in place.standard.circles for rule in circle.readings.values()]
    limit = place.question.profiles["planner"].speed_kmh
    capped = "standard" in grid.readings and max(grid.speeds_kmh) > limit
    return [
        *origin_notes(grid.own[2], matched, residences=len(ids), weights=used),
        *rule_notes(kept="straight" in grid.metrics and keeps_means(rules), capped=capped),
    ]
