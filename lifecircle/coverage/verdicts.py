"""The status of every origin for one item, and for one circle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd
import shapely

from lifecircle.coverage import kleene
from lifecircle.coverage.completeness import TOO_FEW, Inventory, Thin, thinness, too_few
from lifecircle.coverage.measure import measure

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.coverage.kleene import Reasons, Statuses
    from lifecircle.model.standard import Circle, Item, Rule
    from lifecircle.model.travel import Floats, Ints, WalkProfile

NEEDS_LAYER = "needs_user_layer"
NOTHING_REQUIRED = "nothing_required"
NOT_JUDGED = "not_judged"


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What every verdict of a case rests on, computed once.

    Attributes
    ----------
    case : CoverageCase
    inventory : Inventory
    """

    case: CoverageCase
    inventory: Inventory

    @classmethod
    def of(cls, case: CoverageCase) -> Self:
        """Prepare `case`."""
        return cls(case, Inventory.of(case))

    @property
    def edge_m(self) -> Floats:
        """Straight distance of each origin to the outside of the extent, float64 (N,)."""
        return self.case.edge_m


@dataclass(frozen=True, slots=True, eq=False)
class ItemVerdict:
    """One item judged for N origins (residences, then land points).

    Attributes
    ----------
    item : Item
    limit : int
        Threshold in milliseconds or millimetres.
    value : float64 (N,)
        To the nearest facility of the pool, same unit; ``inf`` where none was reached.
    facility : int64 (N,)
        Row in `facility_ids`, -1 where none.
    facility_ids : Index
    status, reason : (N,)
        Codes of `kleene`.
    thin : Thin or None
    objects : int
        Objects of the pool that were searched.
    doubted : int
        Residences that are unknown because of a facility that may or may not count.
    """

    item: Item
    limit: int
    value: Floats
    facility: Ints
    facility_ids: pd.Index
    status: Statuses
    reason: Reasons
    thin: Thin | None
    objects: int
    doubted: int = 0

    @property
    def never_known(self) -> bool:
        """Whether the map lets no origin be anything but unknown."""
        return self.thin is not None and (self.objects == 0 or self.thin.kind == TOO_FEW)


@dataclass(frozen=True, slots=True, eq=False)
class CircleVerdict:
    """One circle judged for N origins.

    Attributes
    ----------
    circle : Circle
    rule : Rule or None
        None for a circle judged from a user layer.
    used : str
        The reading that was used.
    speed_kmh : float
        Of its walker; NaN for a user layer.
    items : tuple of ItemVerdict
        The required items, in the standard's order.
    status, reason : (N,)
    objects : int
        Objects of the required types (polygons of a layer).
    assessable : bool
    why : str
        Short code of why it is not assessable, else "".
    """

    circle: Circle
    rule: Rule | None
    used: str
    speed_kmh: float
    items: tuple[ItemVerdict, ...]
    status: Statuses
    reason: Reasons
    objects: int
    assessable: bool
    why: str


def judge_item(item: Item, ground: Ground, *, circle: Circle, walks: WalkProfile, lenient: bool) -> ItemVerdict:
    """Judge one item for every origin.

    Covered when the nearest facility of the pool is within the threshold, inclusive. Otherwise the first of:
    unknown (unsnapped) where no entrance is joined to the network and a way is walked; unknown (thin_data) where the
    pool is thin or a facility in doubt is within the same threshold; unknown (edge_of_data) where an entrance lies
    closer to the outside of the extent, in a straight line, than the threshold's distance; not covered.

    Raises
    ------
    CutoffError
        If the search is missing, lacks a type or ends before the threshold.
    """
    if item.pools:
        return _judge_pools(item, ground, circle=circle, walks=walks, lenient=lenient)
    case = ground.case
    found = measure(item, case, walks=walks, lenient=lenient, edge_m=ground.edge_m)
    thin = thinness(item.types, case, circle=circle, inventory=ground.inventory, lenient=lenient) or too_few(item, case)
    unsnapped = ~case.origin_snapped & (not item.straight_line) & (not item.within)
    covered = found.value <= found.limit
    reason = np.where(found.near_edge, kleene.EDGE_OF_DATA, kleene.KNOWN)
    reason[found.doubtful | (thin is not None)] = kleene.THIN_DATA
    reason[unsnapped] = kleene.UNSNAPPED
    reason[covered] = kleene.KNOWN
    status = np.where(covered, kleene.COVERED, np.where(reason > 0, kleene.UNKNOWN, kleene.NOT_COVERED))
    return ItemVerdict(
        item,
        found.limit,
        found.value,
        found.facility,
        found.facility_ids,
        status,
        reason,
        thin,
        ground.inventory.count(item.types, lenient=lenient, admits=item.admits),
        0 if thin else int(np.sum((found.doubtful & ~covered & ~unsnapped)[: case.residence_count])),
    )


def _judge_pools(item: Item, ground: Ground, *, circle: Circle, walks: WalkProfile, lenient: bool) -> ItemVerdict:
    """Judge "at least k of n pools": covered by k covered pools, not covered once fewer than k can be.

    Its value is that of the k-th nearest pool. Where the map lets no origin be anything but unknown, it is as thin as
    its first thin pool.
    """
    members = [
        judge_item(item.of_pool(pool), ground, circle=circle, walks=walks, lenient=lenient) for pool in item.pools
    ]
    status = kleene.at_least([member.status for member in members], item.at_least)
    values = np.stack([member.value for member in members])
    kth = np.argsort(values, axis=0, kind="stable")[item.at_least - 1]
    every = np.arange(ground.case.origin_count)
    absent = [member for member in members if member.never_known]
    unknowable = len(members) - len(absent) < item.at_least <= len(absent)
    return ItemVerdict(
        item,
        members[0].limit,
        values[kth, every],
        np.stack([member.facility for member in members])[kth, every],
        members[0].facility_ids,
        status,
        kleene.joint_reason(status, [member.reason for member in members]),
        absent[0].thin if unknowable else None,
        0 if unknowable else ground.inventory.count(item.types, lenient=lenient, admits=item.admits),
        max(member.doubted for member in members),
    )


def judge_circle(circle: Circle, ground: Ground, *, rule: Rule, used: str, walks: WalkProfile) -> CircleVerdict:
    """Judge a circle by `rule`: Kleene's AND over its required items.

    It is not assessable when no origin could be anything but unknown: every required pool is thin and one of them
    has no object at all (or fewer than a mean needs), or nothing is required. A circle without required items whose
    items are reported keeps their values.
    """
    items = tuple(judge_item(item, ground, circle=circle, walks=walks, lenient=rule.lenient) for item in rule.required)
    length = ground.case.origin_count
    things = [ground.inventory.things(i.types, lenient=rule.lenient, admits=i.admits) for i in _told(rule)]
    objects = len(set().union(*things))
    if not items:
        status, reason = nothing_known(length)
        told = tuple(
            replace(
                judge_item(item, ground, circle=circle, walks=walks, lenient=rule.lenient), status=status, reason=reason
            )
            for item in _told(rule)
        )
        why = NOT_JUDGED if told else NOTHING_REQUIRED
        return CircleVerdict(circle, rule, used, walks.speed_kmh, told, status, reason, objects, False, why)
    status = kleene.kleene_and([item.status for item in items], length=length)
    reason = kleene.joint_reason(status, [item.reason for item in items])
    absent = [item.thin.kind for item in items if item.thin is not None and item.never_known]
    assessable = any(item.thin is None for item in items) or not absent
    why = "" if assessable else absent[0]
    return CircleVerdict(circle, rule, used, walks.speed_kmh, items, status, reason, objects, assessable, why)


def _told(rule: Rule) -> tuple[Item, ...]:
    """Return the items that decide, else those that are reported."""
    return rule.required or rule.reported


def nothing_known(length: int) -> tuple[Statuses, Reasons]:
    """Return statuses and reasons of `length` origins about which there is no data."""
    return np.full(length, kleene.UNKNOWN, dtype=np.int8), np.full(length, kleene.THIN_DATA, dtype=np.uint8)


def judge_layer(circle: Circle, ground: Ground, *, used: str) -> CircleVerdict:
    """Judge a circle from the user's layer.

    Covered inside a polygon whose state is ``renovated`` or ``not_needed``, not covered inside one that is
    ``pending`` (which wins where polygons overlap), unknown (thin_data) outside all of them. A residence lies
    where the representative point of its geometry lies. Not assessable without polygons.
    """
    case = ground.case
    layer = case.user_layers.get(circle.user_layer or "")
    status, reason = nothing_known(case.origin_count)
    if layer is None or layer.empty:
        return CircleVerdict(circle, None, used, np.nan, (), status, reason, 0, False, NEEDS_LAYER)
    places = np.asarray(case.residences.geometry.array, dtype=object)
    points = np.concatenate([shapely.point_on_surface(places), shapely.points(case.land_points)])
    origin, polygon = shapely.STRtree(np.asarray(layer.geometry.array, dtype=object)).query(
        points, predicate="intersects"
    )
    pending = layer["state"].to_numpy(dtype=object)[polygon] == "pending"
    status[origin[~pending]] = kleene.COVERED
    status[origin[pending]] = kleene.NOT_COVERED
    reason[origin] = kleene.KNOWN
    return CircleVerdict(circle, None, used, np.nan, (), status, reason, len(layer), True, "")
