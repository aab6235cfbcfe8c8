"""The status of every origin for one item, and for one circle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd
import shapely

from lifecircle.coverage import kleene
from lifecircle.coverage.case import TimesKey
from lifecircle.coverage.completeness import Inventory, Thin, thinness
from lifecircle.coverage.edges import edge_distance_m
from lifecircle.coverage.searches import in_doubt, item_limit, item_mode
from lifecircle.errors import CutoffError

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.coverage.kleene import Reasons, Statuses
    from lifecircle.model.standard import Circle, Item, Rule
    from lifecircle.model.travel import Floats, Ints, NearestTimes, WalkProfile

NEEDS_LAYER = "needs_user_layer"
NOTHING_REQUIRED = "nothing_required"


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What every verdict of a case rests on, computed once.

    Attributes
    ----------
    case : CoverageCase
    inventory : Inventory
    edge_m : float64 (N,)
        Straight distance of each origin to the outside of the extent.
    """

    case: CoverageCase
    inventory: Inventory
    edge_m: Floats

    @classmethod
    def of(cls, case: CoverageCase) -> Self:
        """Prepare `case`."""
        return cls(case, Inventory.of(case), edge_distance_m(case))


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
        Residences that are unknown because of a type in doubt.
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
    unknown (unsnapped) where no entrance is joined to the network; unknown (thin_data) where the pool is thin
    or a facility in doubt is within the same threshold; unknown (edge_of_data) where an entrance lies closer to
    the outside of the extent, in a straight line, than the threshold's distance; not covered.

    Raises
    ------
    CutoffError
        If the search is missing, lacks a type or ends before the threshold.
    """
    case, limit = ground.case, item_limit(item)
    found = _search(TimesKey(item_mode(item, walks), lenient), case, limit=limit, item=item)
    value, facility = pooled(found, item.types)
    thin = thinness(item.types, case, circle=circle, inventory=ground.inventory, lenient=lenient)
    doubtful, _ = pooled(found, in_doubt(item.types, case.catalogue))
    near_doubt = doubtful <= limit
    covered = value <= limit
    reason = np.select(
        [
            covered,
            ~case.origin_snapped,
            near_doubt | (thin is not None),
            ground.edge_m < item.distance_m(walks.speed_kmh),
        ],
        [kleene.KNOWN, kleene.UNSNAPPED, kleene.THIN_DATA, kleene.EDGE_OF_DATA],
        default=kleene.KNOWN,
    ).astype(np.uint8)
    status = np.where(covered, kleene.COVERED, np.where(reason > 0, kleene.UNKNOWN, kleene.NOT_COVERED))
    return ItemVerdict(
        item,
        limit,
        value,
        facility,
        found.facility_ids,
        status.astype(np.int8),
        reason,
        thin,
        ground.inventory.count(item.types, lenient=lenient),
        0 if thin else int(np.sum((near_doubt & ~covered & case.origin_snapped)[: case.residence_count])),
    )


def _search(key: TimesKey, case: CoverageCase, *, limit: int, item: Item) -> NearestTimes:
    named = f"{'/'.join(item.types)} ({key.mode.profile.id}, {key.mode.unit}, lenient={key.lenient})"
    found = case.times.get(key)
    if found is None:
        raise CutoffError(f"no search for {named}: search what needed_searches asks for")
    missing = [kind for kind in (*item.types, *in_doubt(item.types, case.catalogue)) if kind not in found.types]
    if missing:
        raise CutoffError(f"the search for {named} lacks {', '.join(missing)}: search what needed_searches asks for")
    if found.cutoff < limit:
        raise CutoffError(
            f"the search for {named} ends at {found.cutoff} {key.mode.unit}, before the threshold of {limit}: "
            "search at least that far"
        )
    return found


def pooled(found: NearestTimes, types: tuple[str, ...]) -> tuple[Floats, Ints]:
    """Return the least value over `types` and its facility row, (N,) each.

    Ties break by the smallest facility row. ``inf`` and -1 where none is reached or `types` is empty.
    """
    if not types:
        rows = len(found.residence_ids)
        return np.full(rows, np.inf), np.full(rows, -1, dtype=np.int64)
    columns = [found.types.index(kind) for kind in types]
    values, rows_of = found.value[:, columns], found.facility[:, columns]
    least = values.min(axis=1)
    last = np.iinfo(np.int64).max
    first = np.where((values == least[:, None]) & (rows_of >= 0), rows_of, last).min(axis=1)
    return least, np.where(first == last, -1, first)


def judge_circle(circle: Circle, ground: Ground, *, rule: Rule, used: str, walks: WalkProfile) -> CircleVerdict:
    """Judge a circle by `rule`: Kleene's AND over its required items.

    It is not assessable when no origin could be anything but unknown: every required pool is thin and one of them
    has no object at all, or nothing is required.
    """
    items = tuple(judge_item(item, ground, circle=circle, walks=walks, lenient=rule.lenient) for item in rule.required)
    length = ground.case.origin_count
    types = {kind for item in rule.required for kind in item.types}
    objects = ground.inventory.count(types, lenient=rule.lenient)
    if not items:
        status, reason = nothing_known(length)
        return CircleVerdict(circle, rule, used, walks.speed_kmh, (), status, reason, objects, False, NOTHING_REQUIRED)
    status = kleene.kleene_and([item.status for item in items], length=length)
    reason = kleene.joint_reason(status, [item.reason for item in items])
    absent = [item.thin.kind for item in items if item.thin is not None and item.objects == 0]
    assessable = any(item.thin is None for item in items) or not absent
    why = "" if assessable else absent[0]
    return CircleVerdict(circle, rule, used, walks.speed_kmh, items, status, reason, objects, assessable, why)


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
