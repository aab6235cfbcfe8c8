"""People who come to live somewhere: a building, or an estate cut into cells."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lifecircle.model.tables import check_residences
from lifecircle.residences.areas import CELL_M, cut, merge_slivers
from lifecircle.residences.communities import community_ids
from lifecircle.residences.land import land_points
from lifecircle.scenario.ground import RefusedError, position

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from lifecircle.model.scenario import AddResidences
    from lifecircle.model.tables import ResidenceTable
    from lifecircle.scenario.ground import Ground

    Shapes = npt.NDArray[np.object_]
    Floats = npt.NDArray[np.float64]

MOST = 10_000  # residences of one change
LAND_KINDS = ("residential_area", "estate_gate", "grid", "hexagon")
NEEDED = {"population": "population", "floor_area": "floor_area_m2"}


def new_residences(change: AddResidences, *, number: int, ground: Ground) -> gpd.GeoDataFrame:
    """Return the residences that the `number`-th change of a scenario adds, in the columns of the study's table.

    Raises
    ------
    RefusedError
        If they lie off the study, are no place at all, or lack the measure that the study weighs by.
    """
    _check_numbers(change, ground)
    cells = _cells(change, ground)
    land = shapely.area(cells)
    share = land / land.sum() if land.sum() > 0 else np.full(len(cells), 1.0 / len(cells))
    each = _homes(change.homes, share)
    owner = np.repeat(np.arange(len(cells)), each)
    held = share[each > 0].sum()  # where homes are few, small cells have none
    return _table(change, number=number, ground=ground, cells=(cells, owner, share[owner] / each[owner] / held))


def _check_numbers(change: AddResidences, ground: Ground) -> None:
    reasons = [
        f"{name} is {value:g}: it must be above 0"
        for name in ("population", "floor_area_m2", "homes")
        if (value := getattr(change, name)) is not None and not 0 < value < math.inf
    ]
    if change.homes is not None and change.homes > MOST:
        reasons.append(f"homes is {change.homes}: at most {MOST} residences in one change")
    needed = NEEDED.get(ground.weight, "")
    if needed and getattr(change, needed) is None:
        reasons.append(f"{needed} is missing: this study weighs residences by it")
    if ground.weight == "land" and not change.polygon:
        reasons.append("polygon is missing: this study weighs residences by residential land")
    if bool(change.polygon) == (change.lon is not None or change.lat is not None):
        reasons.append("give either polygon, or lon and lat")
    if reasons:
        raise RefusedError("; ".join(reasons))


def _cells(change: AddResidences, ground: Ground) -> Shapes:
    """Return a point, or the cells of the estate inside the boundary."""
    boundary = ground.area.boundary
    if not change.polygon:
        point = shapely.Point(ground.metres([position(change.lon, change.lat)])[0])
        if not shapely.intersects(boundary, point):
            raise RefusedError(
                f"{change.lon:g}, {change.lat:g} lies outside the study boundary: nobody there is audited"
            )
        return np.array([point], dtype=object)
    if len(change.polygon) < 3:
        raise RefusedError("polygon needs three corners or more")
    outline = shapely.Polygon(ground.metres(change.polygon))
    if not outline.is_valid or outline.area <= 0:
        raise RefusedError("polygon crosses itself or has no area: give its corners in order")
    if not shapely.covers(boundary, outline):
        raise RefusedError("polygon does not lie wholly inside the study boundary: nobody outside is audited")
    cells = merge_slivers(cut(np.array([outline], dtype=object), size_m=CELL_M))["geometry"].to_numpy(dtype=object)
    if len(cells) > MOST:
        raise RefusedError(f"polygon is {outline.area / 1e6:.0f} km2: at most {MOST} cells of a hectare in one change")
    return cells


def _homes(homes: int | None, share: Floats) -> npt.NDArray[np.int64]:
    """Return how many residences stand in each cell: one, or `homes` in all, by land, largest remainders first."""
    if homes is None:
        return np.ones(len(share), dtype=np.int64)
    whole = np.floor(homes * share).astype(np.int64)
    rest = np.lexsort((np.arange(len(share)), -(homes * share - whole)))[: homes - int(whole.sum())]
    whole[rest] += 1
    return whole


def _table(
    change: AddResidences,
    *,
    number: int,
    ground: Ground,
    cells: tuple[Shapes, npt.NDArray[np.int64], Floats],
) -> gpd.GeoDataFrame:
    shapes, owner, part = cells
    table = ground.residences.table
    points = shapely.point_on_surface(shapes[owner])
    thing = f"new/{number}"
    index = pd.Index([f"{thing}/{row}" for row in range(1, len(owner) + 1)], name=table.index.name)
    taken = index.intersection(table.index)
    if len(taken):
        raise RefusedError(f"residence {taken[0]!r} is there already: audit another study")
    values: dict[str, object] = {
        "object_id": thing,
        "name": change.name,
        "kind": table["kind"].iloc[0],
        "population": np.nan if change.population is None else change.population * part,
        "floor_area_m2": np.nan if change.floor_area_m2 is None else change.floor_area_m2 * part,
        "floor_area_defaulted": False,
        "land_m2": shapely.area(shapes).sum() * part if change.polygon and _has_land(ground) else np.nan,
        "community_id": "" if ground.communities is None else community_ids(points, communities=ground.communities),
        "entrance_kind": "representative",
        "estate": change.name if change.polygon else "",
        "entrances": gpd.GeoSeries([shapely.MultiPoint([point]) for point in points], index=index, crs=table.crs),
    }
    columns = {name: values.get(name, np.nan) for name in table.columns if name != "geometry"}
    return gpd.GeoDataFrame(columns, geometry=shapes[owner], index=index, crs=table.crs)[list(table.columns)]


def _has_land(ground: Ground) -> bool:
    return ground.weight == "land" or bool(ground.residences.table["land_m2"].notna().any())


def with_newcomers(ground: Ground, added: Sequence[tuple[AddResidences, gpd.GeoDataFrame]]) -> Ground:
    """Return the ground with more residences, and with points of their land."""
    if not added:
        return ground
    residences = ground.residences
    table = gpd.GeoDataFrame(
        pd.concat([residences.table, *(frame for _, frame in added)]), geometry="geometry", crs=residences.table.crs
    ).sort_index()
    points = np.unique(
        np.vstack([residences.land_points, *(_points(change, ground) for change, _ in added if change.polygon)]), axis=0
    )
    counts = {**residences.counts, "scenario": sum(len(frame) for _, frame in added)}
    return replace(ground, residences=replace(residences, table=_checked(table), land_points=points, counts=counts))


def _points(change: AddResidences, ground: Ground) -> Floats:
    """Return points every 50 m of the land of a new estate."""
    outline = shapely.Polygon(ground.metres(change.polygon))
    land = gpd.GeoDataFrame(geometry=[outline], crs=ground.area.crs)
    return land_points(land, boundary=ground.area.boundary)


def _checked(table: gpd.GeoDataFrame) -> ResidenceTable:
    return check_residences(table)
