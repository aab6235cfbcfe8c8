"""From a place and its case to everything that draws need."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.coverage.audit import judge_headline
from lifecircle.coverage.case import TimesKey
from lifecircle.coverage.confidence import Drawn, Member, Model, Requirement
from lifecircle.coverage.kleene import NOT_COVERED, UNKNOWN
from lifecircle.coverage.known import Known, Range, known_completeness
from lifecircle.coverage.measure import measure
from lifecircle.coverage.searches import item_limit, item_mode, walker
from lifecircle.coverage.shares import counted, weights
from lifecircle.coverage.unmapped import learn
from lifecircle.coverage.verdicts import CircleVerdict, Ground, judge_item
from lifecircle.pipeline.confidence.unmapped import mapped_type, site_pool

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.coverage.unmapped import SitePool
    from lifecircle.model.rules import Item
    from lifecircle.model.travel import TravelMode, WalkProfile
    from lifecircle.pipeline.place import Place

CELL_M = 500.0
# The least part of a map that can be taken away to learn from: below it hardly anything would stay.
LEAST_KEPT = 0.1


@dataclass(frozen=True, slots=True)
class _Walk:
    """One nearest requirement: the pool of types, who walks, and the search it is measured by."""

    item: Item
    walks: WalkProfile
    lenient: bool

    @property
    def key(self) -> TimesKey:
        return TimesKey(item_mode(self.item, self.walks), self.lenient)


def build_model(
    place: Place, case: CoverageCase, *, declared: Mapping[str, Range], seed: int
) -> tuple[Model, dict[str, Known]]:
    """Return what draws need, and what is known of the completeness of every deciding type.

    Parameters
    ----------
    place : Place
    case : CoverageCase
        Of the place, with the searches of its headline reading.
    declared : Mapping[str, (float, float)]
        Part of each type that is mapped.
    seed : int

    Raises
    ------
    ConfigError
        On a completeness outside 0..1 or of an unknown type.
    """
    ground = Ground.of(case)
    verdicts = [verdict for verdict in judge_headline(ground) if verdict.assessable]
    deciding = {kind for verdict in verdicts for item in verdict.items for kind in item.item.types}
    known = known_completeness(deciding, case, declared=declared, inventory=ground.inventory)
    weight = np.zeros(case.origin_count)
    chosen = weights(case)[case.weight]
    weight[chosen.rows] = chosen.values
    walks = [walk for verdict in verdicts for walk in _walks(verdict, case)]
    pools, types = _types(place, ground, walks=walks, known=known, weight=weight, seed=seed)
    return (
        Model(
            circles={verdict.circle.id: _requirements(verdict, ground) for verdict in verdicts},
            counted=tuple(verdict.circle.id for verdict in counted(verdicts)),
            weight=weight,
            cell=_cells(case),
            facilities=len(case.facilities),
            pools=pools,
            types=types,
        ),
        known,
    )


def _walks(verdict: CircleVerdict, case: CoverageCase) -> Iterator[_Walk]:
    """Return the nearest requirements of a circle; those of other kinds are never drawn anew."""
    if verdict.rule is None:
        return
    walks = walker(verdict.circle, verdict.used, profile=case.profile, profiles=case.profiles)  # type: ignore[arg-type]
    for item in verdict.rule.required:
        for part in _parts(item):
            if part.plain:
                yield _Walk(part, walks, verdict.rule.lenient)


def _parts(item: Item) -> tuple[Item, ...]:
    return tuple(item.of_pool(pool) for pool in item.pools) or (item,)


def _types(
    place: Place,
    ground: Ground,
    *,
    walks: list[_Walk],
    known: Mapping[str, Known],
    weight: npt.NDArray[np.float64],
    seed: int,
) -> tuple[dict[str, SitePool], dict[str, Drawn]]:
    """Search the pools of sites, and learn of every type that is drawn, by the first walk that it decides."""
    longest: dict[TravelMode, int] = {}
    first: dict[str, _Walk] = {}
    for walk in walks:
        drawn = [kind for kind in walk.item.types if known[kind].drawn]
        for kind in drawn:
            first.setdefault(kind, walk)
        if drawn:
            longest[walk.key.mode] = max(longest.get(walk.key.mode, 0), item_limit(walk.item))
    pools = {name_of(mode): site_pool(place, mode, limit=limit, weight=weight) for mode, limit in longest.items()}
    types = {}
    for kind, walk in sorted(first.items()):
        limit, name = item_limit(walk.item), name_of(walk.key.mode)
        mapped = mapped_type(place, walk.key, kind=kind, limit=limit, inside=ground.inventory.inside, weight=weight)
        rng = np.random.default_rng([seed, zlib.crc32(kind.encode())])
        share = max(known[kind].middle, LEAST_KEPT)
        siting = learn(mapped, pools[name], weight=weight, completeness=share, rng=rng)
        types[kind] = Drawn(known[kind], siting, name)
    return pools, types


def name_of(mode: TravelMode) -> str:
    """Return a name for a search: who walks, or that lengths are added up."""
    return f"{mode.unit}:{mode.profile.id}:{mode.profile.speed_kmh:g}:{mode.profile.steps}"


def _requirements(verdict: CircleVerdict, ground: Ground) -> tuple[Requirement, ...]:
    if verdict.rule is None:
        return (Requirement((), fixed=verdict.status),)
    case, found = ground.case, []
    walks = walker(verdict.circle, verdict.used, profile=case.profile, profiles=case.profiles)  # type: ignore[arg-type]
    for item, judged in zip(verdict.rule.required, verdict.items, strict=True):
        parts = _parts(item)
        if all(part.plain for part in parts):
            members = [_member(_Walk(part, walks, verdict.rule.lenient), ground, verdict=verdict) for part in parts]
            found.append(Requirement(tuple(members), item.at_least if item.pools else 1))
        else:
            found.append(Requirement((), fixed=judged.status))
    return tuple(found)


def _member(walk: _Walk, ground: Ground, *, verdict: CircleVerdict) -> Member:
    case, item, key = ground.case, walk.item, walk.key
    judged = judge_item(item, ground, circle=verdict.circle, walks=walk.walks, lenient=walk.lenient)
    measured = measure(item, case, walks=walk.walks, lenient=walk.lenient, edge_m=ground.edge_m)
    open_ = ~case.origin_snapped | measured.doubtful | measured.near_edge | (judged.thin is not None)
    found = case.times[key]
    columns = [found.types.index(kind) for kind in item.types]
    nearest = np.argmin(found.value[:, columns], axis=1)
    at = (np.arange(case.origin_count), np.array(columns, dtype=np.int64)[nearest])
    return Member(
        types=item.types,
        search=name_of(key.mode),
        limit=judged.limit,
        per_mm=1.0 if key.mode.unit == "mm" else 3.6 / walk.walks.speed_kmh,
        value=judged.value,
        facility=judged.facility,
        legs_mm=found.access_mm[at] + found.egress_mm[at],
        otherwise=np.where(open_, UNKNOWN, NOT_COVERED).astype(np.int8),
    )


def _cells(case: CoverageCase) -> npt.NDArray[np.int64]:
    """Return the number of each origin's neighbourhood, a square of 500 m."""
    shapes = np.asarray(case.residences.geometry.array, dtype=object)
    points = np.concatenate([shapely.get_coordinates(shapely.point_on_surface(shapes)), case.land_points])
    _, cell = np.unique(np.floor(points / CELL_M).astype(np.int64), axis=0, return_inverse=True)
    return cell.ravel()
