"""Shares as bounds, and the joint headline.

Sums are exact (``math.fsum``), so a share is never outside 0..1 by rounding and everybody covered is 1.0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from lifecircle.coverage.kleene import COVERED, Statuses, kleene_and
from lifecircle.coverage.tally import Written
from lifecircle.model.audit import WEIGHTS, Headline

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.coverage.verdicts import CircleVerdict
    from lifecircle.model.travel import Floats


LAND_POINT_M2 = 2500.0  # land points lie on a grid of 50 m


@dataclass(frozen=True, eq=False)
class Weight:
    """One denominator: which origins count, and for how much.

    Attributes
    ----------
    rows : slice
        Of the origins.
    values : float64
        One per origin in `rows`; empty or all 0 where the denominator is missing.
    """

    rows: slice
    values: Floats

    @cached_property
    def total(self) -> float:
        """The denominator; 0 where it is missing."""
        return math.fsum(self.values.tolist())

    @cached_property
    def written(self) -> Written:
        """The values, ready to be summed by status."""
        return Written(self.values)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Shares of one weight; NaN where the denominator is missing."""

    covered: float
    upper: float
    not_covered: float
    unknown: float


NO_BOUNDS = Bounds(math.nan, math.nan, math.nan, math.nan)


def weights(case: CoverageCase) -> Mapping[str, Weight]:
    """Return the denominators of `case` by weight name.

    A residence without a value weighs 0. Land is counted in land points, never per polygon.
    """
    table, count = case.residences, case.residence_count
    people = slice(0, count)
    found = {
        "population": Weight(people, table["population"].fillna(0.0).to_numpy(dtype=float)),
        "floor_area": Weight(people, table["floor_area_m2"].fillna(0.0).to_numpy(dtype=float)),
        "land": Weight(slice(count, case.origin_count), np.ones(len(case.land_points))),
        "residences": Weight(people, np.ones(count)),
    }
    return {name: found[name] for name in WEIGHTS}


def residence_weight(case: CoverageCase) -> Floats:
    """Return each residence's weight (R,) in the study's weight, 0 where it is not known.

    By land, where residences have none of their own (buildings), each land point is its nearest residence's, the
    first of equals.
    """
    columns = {"population": "population", "floor_area": "floor_area_m2", "land": "land_m2"}
    if case.weight == "residences":
        return np.ones(case.residence_count)
    if case.weight == "land" and case.residences["land_m2"].isna().all():
        return _nearest_land(case)
    return case.residences[columns[case.weight]].fillna(0.0).to_numpy(dtype=float)


def _nearest_land(case: CoverageCase) -> Floats:
    from scipy.spatial import cKDTree

    centres = shapely.get_coordinates(
        shapely.point_on_surface(np.asarray(case.residences.geometry.array, dtype=object))
    )
    near = min(2, len(centres))
    metres, row = cKDTree(centres).query(case.land_points, k=list(range(1, near + 1)))
    nearest = np.where(metres == metres[:, :1], row, len(centres)).min(axis=1)
    return LAND_POINT_M2 * np.bincount(nearest, minlength=len(centres)).astype(float)


def bounds(status: Statuses, weight: Weight) -> Bounds:
    """Return the shares of `weight` by status.

    ``upper`` counts the unknown as covered; nothing is divided by the known alone.
    """
    total = weight.total
    if total <= 0.0:
        return NO_BOUNDS
    return Bounds(*(part / total for part in weight.written.by_status(status[weight.rows])))


def counted(verdicts: Sequence[CircleVerdict]) -> tuple[CircleVerdict, ...]:
    """Return the circles that count in the headline: wanted there and assessable."""
    return tuple(verdict for verdict in verdicts if verdict.circle.headline and verdict.assessable)


def covered_count(verdicts: Sequence[CircleVerdict], *, length: int) -> np.ndarray:
    """Return how many counted circles cover each origin, int64 (length,)."""
    count = np.zeros(length, dtype=np.int64)
    for verdict in counted(verdicts):
        count += verdict.status == COVERED
    return count


def headline(verdicts: Sequence[CircleVerdict], weight: Weight, *, rule: str, speed_kmh: float) -> Headline:
    """Return the joint verdict over the counted circles (Kleene's AND), None where nothing can be said."""
    members = counted(verdicts)
    total = weight.total
    shares: tuple[float | None, float | None, float | None] = (None, None, None)
    if members and total > 0.0:
        length = len(members[0].status)
        joint = bounds(kleene_and([member.status for member in members], length=length), weight)
        count = covered_count(members, length=length)[weight.rows]
        shares = (joint.covered, joint.upper, math.fsum((weight.values * count).tolist()) / total)
    return Headline(
        *shares,
        circles_counted=tuple(member.circle.id for member in members),
        circles_total=sum(verdict.circle.headline for verdict in verdicts),
        speed_kmh=speed_kmh,
        rule=rule,
    )
