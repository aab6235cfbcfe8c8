"""Everything that origins are made from, and how well it is mapped."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from lifecircle.model.area import StudyArea
from lifecircle.model.network import WalkNetwork
from lifecircle.model.tables import ResidenceTable
from lifecircle.residences.buildings import ResidentialBuildings, residential_buildings
from lifecircle.residences.land import first_within, inside, residential_land
from lifecircle.residences.population import Allocation

ENOUGH_BUILDINGS = 20


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Everything that origins are made from."""

    objects: gpd.GeoDataFrame
    area: StudyArea
    network: WalkNetwork
    land: gpd.GeoDataFrame
    buildings: ResidentialBuildings
    seen: gpd.GeoDataFrame  # residential buildings inside the boundary
    size_m: float


def read_ground(objects: gpd.GeoDataFrame, *, area: StudyArea, network: WalkNetwork, size_m: float) -> Ground:
    """Find the residential land and buildings in `objects`."""
    land = residential_land(objects)
    buildings = residential_buildings(objects, land=land)
    seen = buildings.frame[inside(buildings.frame["point"].to_numpy(), boundary=area.boundary)]
    return Ground(objects, area, network, land, buildings, seen, size_m)


def doubtful_inside(ground: Ground) -> gpd.GeoDataFrame:
    """Return the buildings inside the boundary that could be homes but are not counted."""
    frame = ground.buildings.doubtful
    return frame[inside(frame["point"].to_numpy(), boundary=ground.area.boundary)]


def areas_inside(ground: Ground) -> int:
    """Return how many residential polygons reach into the boundary."""
    shapes = ground.land.geometry.to_numpy()
    return int(inside(shapes, boundary=ground.area.boundary).sum())


def count(ground: Ground, *, table: ResidenceTable, allocation: Allocation | None) -> dict[str, int]:
    """Count what was kept, assumed and left out.

    Buildings are counted inside the boundary, but for ``buildings_repeated``: in the whole loaded data.
    """
    points = ground.seen["point"].to_numpy()
    counts = {
        "residences": len(table),
        "residential_areas": areas_inside(ground),
        "residential_buildings": len(ground.seen),
        "levels_defaulted": int(ground.seen["floor_area_defaulted"].sum()),
        "buildings_in_no_origin": int((first_within(points, polygons=table.geometry.to_numpy()) < 0).sum()),
        "buildings_doubtful": len(doubtful_inside(ground)),
        "buildings_repeated": ground.buildings.duplicates,
        "buildings_without_footprint": int(inside(ground.buildings.bare, boundary=ground.area.boundary).sum()),
        "estates_cut": int(table.loc[table["kind"] == "residential_area", "object_id"].nunique()),
    }
    for kind in ("mapped", "path", "sampled", "representative"):
        counts[f"entrances_{kind}"] = int((table["entrance_kind"] == kind).sum())
    if allocation is not None:
        counts["population_units"] = allocation.units
        counts["population_units_missing"] = allocation.missing
        counts["population_units_empty"] = allocation.empty_units
    return counts


def share_in_land(ground: Ground) -> float | None:
    """Return the share of residential floor area inside residential land; None where no building is mapped.

    Judged by buildings that are tagged residential; where fewer than 20 are, by every building that could be a home.
    """
    certain = ground.seen[ground.seen["certain"]]
    judged = certain if len(certain) >= ENOUGH_BUILDINGS else pd.concat([ground.seen, doubtful_inside(ground)])
    floor = judged["floor_area_m2"].to_numpy()
    return float(floor[judged["in_land"].to_numpy()].sum() / floor.sum()) if len(judged) else None
