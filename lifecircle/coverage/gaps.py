"""Contiguous residences that a circle does not cover, grouped and numbered: the list a planner acts on."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lifecircle.coverage.frames import facility_names
from lifecircle.coverage.kleene import NOT_COVERED
from lifecircle.model.audit import GAP_COLUMNS
from lifecircle.units import MM_PER_M, MS_PER_MIN

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.coverage.verdicts import CircleVerdict, ItemVerdict
    from lifecircle.model.travel import Floats, Ints

LINK_M = 150.0  # residences this near belong to one gap
CELL_M = 30.0  # grid that the shape of a gap is drawn on
SHAPE_CELLS = 2  # drawn around each point of a gap: 60 m
SIMPLIFY_M = 22.0  # flattens the steps of the grid, 21.2 m
NO_NEAREST: dict[str, object] = {
    "nearest_facility_id": "",
    "nearest_name": "",
    "minutes": math.nan,
    "metres": math.nan,
    "minutes_over": math.nan,
    "metres_over": math.nan,
}


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
    name: npt.NDArray[np.object_]  # (R,) of the estate
    community: npt.NDArray[np.object_]  # (R,)
    links: Ints  # (K, 2) residences missed by some circle that lie within 150 m of each other

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
    missed = [np.flatnonzero(verdict.status[: case.residence_count] == NOT_COVERED) for verdict in assessed]
    places = _places(case, weight, missed=np.unique(np.concatenate([np.empty(0, np.int64), *missed])))
    rows: list[dict[str, object]] = []
    for verdict, lost in zip(assessed, missed, strict=True):
        rows += [
            {"gap": number, "circle": verdict.circle.id, **_row(members, verdict, places)}
            for number, members in enumerate(_groups(lost, places), start=1)
        ]
    return _frame(rows, case)


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
        case.residences["estate" if "estate" in case.residences else "name"].to_numpy(dtype=object),
        case.residences["community_id"].to_numpy(dtype=object),
        _links(xy, owners, missed=missed),
    )


def _links(xy: Floats, owner: Ints, *, missed: Ints) -> Ints:
    """Return the pairs of residences `missed` with points within 150 m of each other, found once for all circles."""
    from scipy.spatial import cKDTree

    rows = np.flatnonzero(np.isin(owner, missed))
    pairs = owner[rows[cKDTree(xy[rows]).query_pairs(LINK_M, output_type="ndarray")]] if len(rows) else np.empty((0, 2))
    return pairs.reshape(-1, 2).astype(np.int64)


def _groups(missed: Ints, places: _Places) -> list[Ints]:
    """Return the linked groups of residences `missed`, members by id, heaviest group first."""
    if not len(missed):
        return []
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    chosen = np.zeros(len(places.centre), dtype=bool)
    chosen[missed] = True
    links = places.links[chosen[places.links].all(axis=1)]
    count = len(places.centre)
    graph = coo_matrix((np.ones(len(links), dtype=np.int8), (links[:, 0], links[:, 1])), shape=(count, count))
    label = connected_components(graph.tocsr(), directed=False)[1][missed]
    ids = places.case.residences.index.to_numpy(dtype=object)[missed]
    by_id = np.argsort(ids, kind="stable")
    groups = pd.Series(missed[by_id]).groupby(label[by_id], sort=False)
    found = [members.to_numpy() for _, members in groups]
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
        "geometry": _shape(members, places),
    }


def _central(members: Ints, places: _Places) -> tuple[float, float]:
    """Return the point of the member nearest to the weighted centre; the smallest id of equals."""
    weight = places.weight[members]
    shares = weight if weight.sum() > 0 else np.ones(len(members))
    centre = np.average(places.centre[members], axis=0, weights=shares)
    nearest = int(np.argmin(np.hypot(*(places.centre[members] - centre).T).round(3)))
    return float(places.centre[members[nearest], 0]), float(places.centre[members[nearest], 1])


def _place(members: Ints, places: _Places) -> str:
    """Return the estate that at least half of the residences stand in, else the most common street, else ""."""
    names, streets = places.name[members], places.case.street_names
    estate = _commonest(names)
    if estate and 2 * np.count_nonzero(names == estate) >= len(names):
        return estate
    return _commonest(streets[members]) if len(streets) else estate


def _commonest(names: npt.NDArray[np.object_]) -> str:
    counts = Counter(str(name) for name in names if name)
    return min(counts, key=lambda name: (-counts[name], name), default="")


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
        name = str(facility_names(item, np.array([median]))[0])
        found["nearest_facility_id"] = name
        table = places.case.facilities
        found["nearest_name"] = str(table["name"].get(name, ""))
    minutes = not item.item.in_metres
    unit, column = (MS_PER_MIN, "minutes") if minutes else (MM_PER_M, "metres")
    found[column] = float(item.value[median]) / unit
    found[f"{column}_over"] = float(item.value[median] - item.limit) / unit
    return found


def _shape(members: Ints, places: _Places) -> shapely.Geometry:
    """Return the ground within about 60 m of the members' points.

    Dilated on a grid of cells, its outline drawn by marching squares: a union of discs takes many times as long.
    """
    from contourpy import FillType, contour_generator
    from scipy.ndimage import binary_dilation

    cells = np.floor(places.xy[places.of(members)] / CELL_M).astype(np.int64)
    first = cells.min(axis=0) - SHAPE_CELLS - 1
    near = np.zeros(cells.max(axis=0) - first + SHAPE_CELLS + 2, dtype=bool)
    near[tuple((cells - first).T)] = True
    across, up = np.mgrid[-SHAPE_CELLS : SHAPE_CELLS + 1, -SHAPE_CELLS : SHAPE_CELLS + 1]
    near = binary_dilation(near, structure=np.hypot(across, up) < SHAPE_CELLS + 0.5)
    east, north = ((first[axis] + np.arange(near.shape[axis]) + 0.5) * CELL_M for axis in (0, 1))
    drawn = contour_generator(east, north, near.T.astype(float), fill_type=FillType.OuterOffset)
    rings = zip(*drawn.filled(0.5, np.inf), strict=True)
    parts = [shapely.Polygon(xy[: at[1]], [xy[i:j] for i, j in pairwise(at[1:])]) for xy, at in rings]
    return shapely.simplify(shapely.MultiPolygon(parts) if len(parts) > 1 else parts[0], SIMPLIFY_M)


def _frame(rows: list[dict[str, object]], case: CoverageCase) -> gpd.GeoDataFrame:
    if not rows:
        columns = {name: pd.Series(dtype=object) for name in GAP_COLUMNS}
        return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=case.area.crs), crs=case.area.crs)
    frame = gpd.GeoDataFrame(rows, columns=[*GAP_COLUMNS, "geometry"], geometry="geometry", crs=case.area.crs)
    points = shapely.MultiPoint(np.column_stack([frame["lon"], frame["lat"]]))
    lonlat = shapely.get_coordinates(case.area.to_wgs84(points))
    return frame.assign(lon=lonlat[:, 0], lat=lonlat[:, 1])
