"""Contiguous residences that a circle does not cover, grouped and numbered: the list a planner acts on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lifecircle.coverage.gap_shapes import ground_around
from lifecircle.coverage.kleene import NOT_COVERED
from lifecircle.model.audit import GAP_COLUMNS
from lifecircle.units import MM_PER_M, MS_PER_MIN

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.coverage.verdicts import CircleVerdict, ItemVerdict
    from lifecircle.model.travel import Floats, Ints

LINK_M = 150.0  # residences this near belong to one gap
NO_NEAREST: dict[str, object] = {
    "nearest_facility_id": "",
    "nearest_name": "",
    "minutes": math.nan,
    "metres": math.nan,
    "minutes_over": math.nan,
    "metres_over": math.nan,
}


@dataclass(frozen=True, slots=True, eq=False)
class _Names:
    """What R residences are called: numbers of sorted names, -1 for none."""

    names: Sequence[str]
    code: Ints  # (R,)

    @classmethod
    def of(cls, names: npt.NDArray[np.object_]) -> Self:
        """Return the names of residences by number."""
        code, known = pd.factorize(np.array([str(name) if name else None for name in names], dtype=object), sort=True)
        return cls(known.tolist(), code)

    def commonest(self, members: Ints) -> tuple[str, int]:
        """Return the name that most of residences `members` bear, the first of equals, and how many; else ""."""
        code = self.code[members]
        counts = np.bincount(code[code >= 0], minlength=1)
        most = int(counts.argmax())
        return (self.names[most], int(counts[most])) if counts[most] else ("", 0)


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """Where residences are: P points (entrances and representative points) of R residences."""

    case: CoverageCase
    xy: Floats  # (P, 2)
    owner: Ints  # (P,) ascending
    start: Ints  # (R + 1,) first point of each residence
    centre: Floats  # (R, 2) representative points
    weight: Floats  # (R,)
    total: float
    estate: _Names
    street: _Names | None
    community: npt.NDArray[np.object_]  # (R,)
    rank: Ints  # (R,) place among the sorted residence ids
    facility: dict[str, str]  # name by facility id
    links: Ints  # (2, K), sorted: residences missed by some circle that lie within 150 m of each other

    def of(self, members: Ints) -> Ints:
        """Return the rows of the points of residences `members`."""
        counts = self.start[members + 1] - self.start[members]
        skipped = np.concatenate([[0], np.cumsum(counts)[:-1]]) if len(members) else counts
        return np.arange(counts.sum()) + np.repeat(self.start[members] - skipped, counts)


def find_gaps(verdicts: Sequence[CircleVerdict], case: CoverageCase, *, weight: Floats) -> gpd.GeoDataFrame:
    """Return the gaps of every assessable circle.

    Residences that are not covered are linked when any of their points (entrances and representative point) lie
    within 150 m (single linkage); linked ones are one gap.

    Parameters
    ----------
    verdicts : sequence of CircleVerdict
        In the headline reading.
    case : CoverageCase
    weight : float64 (R,)

    Returns
    -------
    GeoDataFrame
        Columns GAP_COLUMNS and geometry (metric CRS): in the order of the circles, then by number, the heaviest
        gap first, equal ones by their smallest residence id.
    """
    assessed = [verdict for verdict in verdicts if verdict.assessable]
    if not assessed:
        return _frame([], case, shapes=np.empty(0, dtype=object))
    missed = [np.flatnonzero(verdict.status[: case.residence_count] == NOT_COVERED) for verdict in assessed]
    places = _places(case, weight, missed=np.unique(np.concatenate([np.empty(0, np.int64), *missed])))
    rows: list[dict[str, object]] = []
    points: list[Floats] = []
    for verdict, lost in zip(assessed, missed, strict=True):
        groups = _groups(lost, places)
        rows += [
            {"gap": number, "circle": verdict.circle.id, **_row(members, verdict, places)}
            for number, members in enumerate(groups, start=1)
        ]
        points += [places.xy[places.of(members)] for members in groups]
    return _frame(rows, case, shapes=ground_around(points))


def _places(case: CoverageCase, weight: Floats, *, missed: Ints) -> _Places:
    entrances, owner = shapely.get_coordinates(
        np.asarray(case.residences["entrances"].array, dtype=object), return_index=True
    )
    shapes = shapely.point_on_surface(np.asarray(case.residences.geometry.array, dtype=object))
    centre = shapely.get_coordinates(shapes)
    xy = np.vstack([entrances, centre])
    owners = np.concatenate([owner, np.arange(len(centre))])
    order = np.argsort(owners, kind="stable")
    xy, owners = xy[order], owners[order]
    # Most residences have one entrance, the representative point itself: it need not count twice.
    again = (owners[1:] == owners[:-1]) & (xy[1:] == xy[:-1]).all(axis=1)
    new = np.flatnonzero(np.concatenate([[True], ~again])) if len(owners) else order
    xy, owners = xy[new], owners[new]
    start = np.searchsorted(owners, np.arange(len(centre) + 1))
    return _Places(
        case,
        xy,
        owners,
        start,
        centre,
        weight,
        math.fsum(weight.tolist()),
        _Names.of(case.residences["estate" if "estate" in case.residences else "name"].to_numpy(dtype=object)),
        _Names.of(case.street_names) if len(case.street_names) else None,
        case.residences["community_id"].to_numpy(dtype=object),
        np.argsort(np.argsort(case.residences.index.to_numpy(dtype=object), kind="stable")),
        dict(zip(case.facilities.index, case.facilities["name"], strict=True)),
        _links(xy, owners, missed=missed),
    )


def _links(xy: Floats, owner: Ints, *, missed: Ints) -> Ints:
    """Return the pairs of residences `missed` with points within 150 m of each other, found once for all circles."""
    from scipy.spatial import cKDTree

    chosen = np.zeros(int(owner.max(initial=-1)) + 1, dtype=bool)
    chosen[missed] = True
    rows = np.flatnonzero(chosen[owner])
    pairs = owner[rows[cKDTree(xy[rows]).query_pairs(LINK_M, output_type="ndarray")]] if len(rows) else np.empty((0, 2))
    least, count = pairs.reshape(-1, 2).astype(np.int64), int(owner.max(initial=0)) + 1
    return np.stack(np.divmod(np.sort(least[:, 0] * count + least[:, 1]), count))


def _groups(missed: Ints, places: _Places) -> list[Ints]:
    """Return the linked groups of residences `missed`, members by id, heaviest group first."""
    if not len(missed):
        return []
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    chosen = np.zeros(len(places.centre), dtype=bool)
    chosen[missed] = True
    left, right = places.links
    kept = chosen[left] & chosen[right]
    count = len(places.centre)
    starts = np.concatenate([[0], np.cumsum(np.bincount(left[kept], minlength=count))])
    graph = csr_array((np.ones(starts[-1], dtype=np.int8), right[kept], starts), shape=(count, count))
    label = connected_components(graph, directed=False)[1][missed]
    # Each group's members by id, the groups by their smallest id.
    by_id = missed[np.argsort(places.rank[missed])]
    of = np.full(count, -1, dtype=np.int64)
    of[missed] = label
    first = np.full(count, count, dtype=np.int64)
    np.minimum.at(first, of[by_id], np.arange(len(by_id)))
    begins = first[of[by_id]]
    order = np.argsort(begins, kind="stable")
    found = np.split(by_id[order], np.flatnonzero(np.diff(begins[order])) + 1)
    heaviness = [math.fsum(places.weight[members].tolist()) for members in found]
    # Groups come by their smallest id, and the sort is stable.
    return [found[number] for number in sorted(range(len(found)), key=lambda number: -heaviness[number])]


def _row(members: Ints, verdict: CircleVerdict, places: _Places) -> dict[str, object]:
    weight = places.weight[members]
    heavy = math.fsum(weight.tolist())
    failing = [item for item in verdict.items if (item.status[members] == NOT_COVERED).any()]
    types = [kind for item in failing for kind in item.item.types] or [verdict.circle.user_layer or ""]
    x, y = _central(members, places)
    return {
        "place": _place(members, places),
        "community": _community(members, places),
        "homes": len(members),
        "weight": heavy,
        "weight_share": heavy / places.total if places.total > 0.0 else math.nan,
        "missing": "|".join(dict.fromkeys(types)),
        **_nearest(members, failing, places),
        "lon": x,
        "lat": y,
    }


def _central(members: Ints, places: _Places) -> tuple[float, float]:
    """Return the point of the member nearest to the weighted centre; the smallest id of equals."""
    if len(members) == 1:
        return float(places.centre[members[0], 0]), float(places.centre[members[0], 1])
    weight = places.weight[members]
    shares = weight if weight.sum() > 0 else np.ones(len(members))
    centre = np.average(places.centre[members], axis=0, weights=shares)
    nearest = int(np.argmin(np.hypot(*(places.centre[members] - centre).T).round(3)))
    return float(places.centre[members[nearest], 0]), float(places.centre[members[nearest], 1])


def _place(members: Ints, places: _Places) -> str:
    """Return the estate that at least half of the residences stand in, else the most common street, else ""."""
    estate, count = places.estate.commonest(members)
    if places.street is None or (estate and 2 * count >= len(members)):
        return estate
    return places.street.commonest(members)[0]


def _community(members: Ints, places: _Places) -> str:
    """Return the community of most weight among those known, else ""."""
    ids = places.community[members]
    weight = places.weight[members]
    sums = {str(name): math.fsum(weight[ids == name].tolist()) for name in set(ids) if name}
    return min(sums, key=lambda name: (-sums[name], name), default="")


def _nearest(members: Ints, failing: Sequence[ItemVerdict], places: _Places) -> dict[str, object]:
    """Return how far the median residence has to walk for the item that most weight misses.

    Over the members that miss the item, ordered by value then id, the lower median.
    """
    if not failing:
        return NO_NEAREST
    misses = [item.status[members] == NOT_COVERED for item in failing]
    missed = [(math.fsum(places.weight[members[miss]].tolist()), int(miss.sum())) for miss in misses]
    worst = max(range(len(failing)), key=lambda number: missed[number])
    item, rows = failing[worst], members[misses[worst]]
    order = np.argsort(item.value[rows], kind="stable")
    median = rows[order[(len(rows) - 1) // 2]]
    found: dict[str, object] = dict(NO_NEAREST)
    if item.facility[median] >= 0:
        name = str(item.facility_ids[item.facility[median]])
        found["nearest_facility_id"] = name
        found["nearest_name"] = str(places.facility.get(name, ""))
    minutes = not item.item.in_metres
    unit, column = (MS_PER_MIN, "minutes") if minutes else (MM_PER_M, "metres")
    found[column] = float(item.value[median]) / unit
    found[f"{column}_over"] = float(item.value[median] - item.limit) / unit
    return found


def _frame(rows: list[dict[str, object]], case: CoverageCase, *, shapes: npt.NDArray[np.object_]) -> gpd.GeoDataFrame:
    if not rows:
        columns = {name: pd.Series(dtype=object) for name in GAP_COLUMNS}
        return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=case.area.crs), crs=case.area.crs)
    frame = gpd.GeoDataFrame(rows, columns=list(GAP_COLUMNS), geometry=shapes, crs=case.area.crs)
    points = shapely.MultiPoint(np.column_stack([frame["lon"], frame["lat"]]))
    lonlat = shapely.get_coordinates(case.area.to_wgs84(points))
    return frame.assign(lon=lonlat[:, 0], lat=lonlat[:, 1])
