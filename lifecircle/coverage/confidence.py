"""The interval that error in the data puts around the shares of an audit: arrays in, shares per draw out."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lifecircle.coverage.kleene import COVERED, UNKNOWN, Statuses, at_least, kleene_and
from lifecircle.coverage.unmapped import FOLDS, SitePool, Siting, draw_sites
from lifecircle.errors import ConfigError
from lifecircle.model.uncertainty import COMPONENTS, LEVEL, Interval

if TYPE_CHECKING:
    from lifecircle.coverage.known import Known

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Errors:
    """How wrong the data may be; standard deviations.

    Attributes
    ----------
    residence_m, facility_m : float
        Position of a residence and of a facility along the walk, in metres.
    leg_sd : float
        Of the logarithm of how much longer (or shorter) the legs off the streets are than a straight line.
    weight_sd : float
        Of the logarithm of a residence's weight; half of its variance is shared by a neighbourhood.
    """

    residence_m: float = 5.0
    facility_m: float = 10.0
    leg_sd: float = 0.25
    weight_sd: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what is no standard deviation."""
        for name in ("residence_m", "facility_m", "leg_sd", "weight_sd"):
            if not 0.0 <= getattr(self, name) < np.inf:
                raise ConfigError(f"uncertainty.{name} is {getattr(self, name)}: give a number of at least 0")


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """One pool of types whose nearest facility decides; N origins.

    Attributes
    ----------
    types : tuple of str
    search : str
        Which of the model's pools of sites its walks belong to.
    limit : int
    per_mm : float
        What a millimetre of walking adds to a value.
    value : float64 (N,)
    facility : int64 (N,)
        Row of the serving facility, -1 where none.
    legs_mm : int64 (N,)
        Access and egress leg together.
    otherwise : int8 (N,)
        Status where it is not covered.
    """

    types: tuple[str, ...]
    search: str
    limit: int
    per_mm: float
    value: Floats
    facility: Ints
    legs_mm: Ints
    otherwise: Statuses


@dataclass(frozen=True, slots=True, eq=False)
class Requirement:
    """One item: so many of its members must be met; `fixed` statuses (N,) are never drawn anew."""

    members: tuple[Member, ...]
    at_least: int = 1
    fixed: Statuses | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """One facility type of which unmapped ones are drawn."""

    known: Known
    siting: Siting
    search: str


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Everything that draws need.

    Attributes
    ----------
    circles : Mapping[str, tuple of Requirement]
        In the order of the standard.
    counted : tuple of str
        Circles of the joint verdict.
    weight : float64 (N,)
        0 where an origin is of another denominator.
    cell : int64 (N,)
        Number of each origin's neighbourhood.
    facilities : int
        F, rows that ``Member.facility`` counts into.
    pools : Mapping[str, SitePool]
        By search; the same sites in each.
    types : Mapping[str, Drawn]
    """

    circles: Mapping[str, tuple[Requirement, ...]]
    counted: tuple[str, ...]
    weight: Floats
    cell: Ints
    facilities: int
    pools: Mapping[str, SitePool]
    types: Mapping[str, Drawn]


@dataclass(frozen=True, slots=True, eq=False)
class _Moved:
    """One draw of everything that may be wrong."""

    residence_mm: Floats
    facility_mm: Floats
    leg_factor: Floats
    weight: Floats
    sites: Mapping[str, tuple[Ints, float]]


def draw_shares(
    model: Model, errors: Errors, *, draws: int, seed: int, components: Collection[str] = COMPONENTS
) -> tuple[Floats, Floats]:
    """Return the covered share and its upper bound in every draw.

    Parameters
    ----------
    model : Model
    errors : Errors
    draws : int
    seed : int
        Every draw, component and type has a stream of its own: one more type changes no other number.
    components : collection of str
        Which of `COMPONENTS` are drawn; the others stay as mapped.

    Returns
    -------
    covered, upper : float64 (draws, C + 1)
        Per circle in the model's order; last the joint verdict (NaN where no circle counts).

    References
    ----------
    docs/methods/uncertainty.md
    """
    shape = (draws, len(model.circles) + 1)
    covered, upper = np.full(shape, np.nan), np.full(shape, np.nan)
    for draw in range(draws):
        moved = _move(model, errors, key=(seed, draw), components=components)
        status = {circle: _circle(wanted, model, moved) for circle, wanted in model.circles.items()}
        columns = list(status.values())
        if model.counted:
            columns.append(kleene_and([status[name] for name in model.counted], length=len(model.weight)))
        for column, found in enumerate(columns):
            by_status = np.bincount(found, weights=moved.weight, minlength=3)
            total = by_status.sum()
            covered[draw, column] = by_status[COVERED] / total
            upper[draw, column] = (by_status[UNKNOWN] + by_status[COVERED]) / total
    return covered, upper


def interval(shares: Floats) -> Interval | None:
    """Return the middle `LEVEL` of `shares` (draws,), None where they are not defined."""
    if not len(shares) or np.isnan(shares).any():
        return None
    low, high = np.quantile(shares, [(1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0])
    return Interval(float(low), float(high), float(shares.mean()))


def _move(model: Model, errors: Errors, *, key: tuple[int, int], components: Collection[str]) -> _Moved:
    streams = {name: np.random.default_rng([*key, number]) for number, name in enumerate(COMPONENTS)}
    origins = len(model.weight)
    at, legs, weights = (float(name in components) for name in ("position", "legs", "weights"))
    place, way, people = streams["position"], streams["legs"], streams["weights"]
    half = errors.weight_sd * np.sqrt(0.5) * weights
    around = people.standard_normal(int(model.cell.max(initial=-1)) + 1)[model.cell] if origins else np.zeros(0)
    return _Moved(
        residence_mm=place.standard_normal(origins) * errors.residence_m * 1000.0 * at,
        facility_mm=place.standard_normal(model.facilities) * errors.facility_m * 1000.0 * at,
        leg_factor=np.exp(way.standard_normal(origins) * errors.leg_sd * legs),
        weight=model.weight * np.exp(half * (around + people.standard_normal(origins))),
        sites={k: _sites(d, model, key=key) for k, d in model.types.items()} if "unmapped" in components else {},
    )


def _sites(drawn: Drawn, model: Model, *, key: tuple[int, int]) -> tuple[Ints, float]:
    """Draw the sites of one type's unmapped facilities, and how far these are felt."""
    rng = np.random.default_rng([*key, zlib.crc32(drawn.known.kind.encode())])
    number, fold = drawn.known.unmapped(rng), int(rng.integers(FOLDS))
    siting = drawn.siting
    sites = draw_sites(siting, model.pools[drawn.search], number=number, gap=float(siting.gaps[fold]), rng=rng)
    return sites, float(siting.reach[fold])


def _circle(wanted: tuple[Requirement, ...], model: Model, moved: _Moved) -> Statuses:
    found = []
    for one in wanted:
        members = [_member(member, model, moved) for member in one.members]
        found.append(one.fixed if one.fixed is not None else at_least(members, one.at_least))
    return kleene_and(found, length=len(model.weight))


def _member(member: Member, model: Model, moved: _Moved) -> Statuses:
    there = np.where(member.facility >= 0, moved.facility_mm[member.facility], 0.0) if model.facilities else 0.0
    shift = moved.residence_mm + there + (moved.leg_factor - 1.0) * member.legs_mm
    covered = member.value + member.per_mm * shift <= member.limit
    for kind in member.types:
        sites, reach = moved.sites.get(kind, (np.empty(0, dtype=np.int64), 1.0))
        if len(sites):
            covered[model.pools[member.search].felt(sites, reach * member.limit)] = True
    return np.where(covered, COVERED, member.otherwise).astype(np.int8)
