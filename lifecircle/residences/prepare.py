"""Residences of a study: origins of the kind asked for, their people, communities and weight."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import geopandas as gpd
import numpy as np

from lifecircle.errors import ConfigError, SchemaError
from lifecircle.model.area import StudyArea
from lifecircle.model.audit import WEIGHTS
from lifecircle.model.network import WalkNetwork
from lifecircle.model.provenance import Note
from lifecircle.model.tables import ORIGIN_KINDS, RESIDENCE_COLUMNS, ResidenceTable, check_residences
from lifecircle.residences import notes as say
from lifecircle.residences.areas import area_origins
from lifecircle.residences.buildings import building_origins
from lifecircle.residences.communities import community_ids
from lifecircle.residences.estates import gate_origins
from lifecircle.residences.grid import grid_origins
from lifecircle.residences.ground import Ground, areas_inside, count, doubtful_inside, read_ground, share_in_land
from lifecircle.residences.groups import allocate_groups, group_notes
from lifecircle.residences.hexagons import hexagon_origins
from lifecircle.residences.land import Floats, land_points, names_at
from lifecircle.residences.population import Allocation, allocate

GRID_SIZES_M = (10.0, 5000.0)
LAND_WITH_BUILDINGS = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class OriginRequest:
    """What a study starts its trips from, and the user's own tables.

    Attributes
    ----------
    kind : str
        One of ``ORIGIN_KINDS``.
    size_m : float
        Side of the cells of kinds "grid" and "hexagon", 10 to 5000.
    population : GeoDataFrame or None
        Column ``population`` and, for age groups, ``population_<group>``; polygons or points in the study's metric
        CRS.
    communities : GeoDataFrame or None
        Columns ``id`` and ``name``; polygons in the study's metric CRS.
    """

    kind: str
    size_m: float = 250.0
    population: gpd.GeoDataFrame | None = None
    communities: gpd.GeoDataFrame | None = None

    def __post_init__(self) -> None:
        """Refuse unknown kinds and squares that are no neighbourhood."""
        if self.kind not in ORIGIN_KINDS:
            raise ConfigError(f"origin.kind is {self.kind!r}: give one of {', '.join(ORIGIN_KINDS)}")
        if not GRID_SIZES_M[0] <= self.size_m <= GRID_SIZES_M[1]:
            raise ConfigError(f"origin.size_m is {self.size_m:g}: give 10 to 5000 metres")


@dataclass(frozen=True, slots=True, eq=False)
class Residences:
    """The origins of a study and what they weigh.

    Attributes
    ----------
    table : ResidenceTable
        Sorted by ``residence_id``; with more columns: ``entrance_kind`` ("mapped", "path", "sampled" or
        "representative"), ``estate``, the name of the residential land it stands in, and ``population_<group>``.
    weight : str
        The study's one weight: "population", "floor_area", "land" or "residences".
    denominator_sources : Mapping[str, Note]
        Where each denominator that can be computed comes from, by weight.
    land_points : float64 (L, 2)
        Points every 50 m inside residential land and boundary; no row where no land is mapped. Read-only.
    notes : tuple of Note
    counts : Mapping[str, int]
        Rows kept, assumed and left out, by reason.
    """

    table: ResidenceTable
    weight: str
    denominator_sources: Mapping[str, Note]
    land_points: Floats
    notes: tuple[Note, ...]
    counts: Mapping[str, int]

    def __post_init__(self) -> None:
        """Check the weight; make arrays and mappings read-only."""
        if self.weight not in WEIGHTS:
            raise SchemaError(f"residences.weight is {self.weight!r}: one of {', '.join(WEIGHTS)}")
        self.land_points.flags.writeable = False
        for name in ("denominator_sources", "counts"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))


MAKERS: Mapping[str, Callable[[Ground], gpd.GeoDataFrame]] = {
    "building": lambda g: building_origins(g.buildings, objects=g.objects, boundary=g.area.boundary),
    "residential_area": lambda g: area_origins(g.land, names=g.land, buildings=g.seen, boundary=g.area.boundary),
    "estate_gate": lambda g: gate_origins(
        g.land, objects=g.objects, network=g.network, buildings=g.seen, boundary=g.area.boundary
    ),
    "hexagon": lambda g: hexagon_origins(g.land, buildings=g.seen, boundary=g.area.boundary, side_m=g.size_m),
    "grid": lambda g: grid_origins(g.land, buildings=g.seen, boundary=g.area.boundary, size_m=g.size_m),
}


def prepare_residences(
    objects: gpd.GeoDataFrame, *, area: StudyArea, network: WalkNetwork, request: OriginRequest
) -> Residences:
    """Make the origins of a study from OpenStreetMap objects and the user's tables.

    Parameters
    ----------
    objects : GeoDataFrame
        Index ``object_id``, columns ``tags`` (dict) and ``geometry``, in ``area.crs``.
    area : StudyArea
    network : WalkNetwork
        In ``area.crs``; only its crossings of estate outlines are used.
    request : OriginRequest

    Returns
    -------
    Residences
        With at least one row. Its notes say what was assumed, left out or is too thinly mapped.

    Raises
    ------
    ConfigError
        If the boundary holds no residence of the kind asked for (the message says which kind would), or the population
        table does not reach the study.
    SchemaError
        If a table lacks its columns or is in another CRS.

    References
    ----------
    docs/methods/residences.md
    """
    _check_crs(objects, area=area, request=request)
    ground = read_ground(objects, area=area, network=network, size_m=request.size_m)
    origins = MAKERS[request.kind](ground).sort_index()
    origins = origins.assign(estate=names_at(origins["point"].to_numpy(), land=ground.land))
    if origins.empty:
        raise ConfigError(_nothing(ground, kind=request.kind))
    allocation = _people(ground, origins=origins, request=request)
    groups = _groups(ground, origins=origins, request=request)
    origins = origins.assign(**{name: group.people for name, group in groups.items()})
    table = _table(origins, groups=tuple(groups), allocation=allocation, communities=request.communities)
    weight = _weight(table, allocation=allocation)
    points = land_points(ground.land, boundary=area.boundary)
    counts = count(ground, table=table, allocation=allocation)
    if request.communities is not None:
        counts["in_no_community"] = int((table["community_id"] == "").sum())
    return Residences(
        table=table,
        weight=weight,
        denominator_sources=say.denominator_sources(table, counts=counts, land_points=len(points)),
        land_points=points,
        notes=(
            *_notes(ground, table=table, request=request, allocation=allocation, counts=counts),
            *group_notes(groups),
        ),
        counts=counts,
    )


def _check_crs(objects: gpd.GeoDataFrame, *, area: StudyArea, request: OriginRequest) -> None:
    for name, frame in (("objects", objects), ("communities", request.communities), ("population", request.population)):
        if frame is not None and frame.crs != area.crs:
            raise SchemaError(
                f"{name}: coordinates are in {frame.crs}, not in the study's metric CRS: call to_crs first"
            )


def _nothing(ground: Ground, *, kind: str) -> str:
    """Word the error of a study without residences."""
    buildings, areas, doubtful = len(ground.seen), areas_inside(ground), len(doubtful_inside(ground))
    found = (
        f"no residence of origin.kind {kind!r}: {buildings} residential buildings inside the boundary of "
        f"{ground.area.name_en!r}, {areas} residential areas"
    )
    if kind != "building" and buildings:
        return f"{found}: try origin.kind: building"
    if kind != "residential_area" and areas:
        return f"{found}: try origin.kind: residential_area"
    if doubtful:
        return (
            f"{found}; {doubtful} building=yes are not counted, because no residential land is mapped around them: "
            "map landuse=residential, or give a file that has it"
        )
    return (
        f"{found}: check that the boundary lies inside the OSM file and that its longitude and latitude are not swapped"
    )


def _people(ground: Ground, *, origins: gpd.GeoDataFrame, request: OriginRequest) -> Allocation | None:
    if request.population is None:
        return None
    outside = ground.buildings.frame[~ground.buildings.frame.index.isin(ground.seen.index)]
    allocation = allocate(request.population, origins=origins, outside=outside, land=ground.land, area=ground.area)
    if allocation.placed <= 0:
        raise ConfigError(
            f"population: none of its people could be given to the {len(origins)} residences inside the boundary of "
            f"{ground.area.name_en!r}: check its datum and CRS, or drop the key population"
        )
    return allocation


def _groups(ground: Ground, *, origins: gpd.GeoDataFrame, request: OriginRequest) -> Mapping[str, Allocation]:
    if request.population is None:
        return {}
    outside = ground.buildings.frame[~ground.buildings.frame.index.isin(ground.seen.index)]
    return allocate_groups(request.population, origins=origins, outside=outside, land=ground.land, area=ground.area)


def _table(
    origins: gpd.GeoDataFrame,
    *,
    groups: tuple[str, ...],
    allocation: Allocation | None,
    communities: gpd.GeoDataFrame | None,
) -> ResidenceTable:
    points = origins["point"].to_numpy()
    table = origins.assign(
        population=np.nan if allocation is None else allocation.people,
        community_id=(
            np.full(len(origins), "", dtype=object)
            if communities is None
            else community_ids(points, communities=communities)
        ),
    )
    return check_residences(table[[*RESIDENCE_COLUMNS, "entrance_kind", "estate", *groups]])


def _weight(table: ResidenceTable, *, allocation: Allocation | None) -> str:
    """Choose the study's one weight.

    People if they are known, else floor area, else land. Cells without a mapped building would weigh nothing by floor
    area, so it is used only where at least half of the cells' residential land lies in cells with buildings.
    """
    if allocation is not None:
        return "population"
    built = table["floor_area_m2"].notna().to_numpy()
    land = np.nan_to_num(table["land_m2"].to_numpy())
    if built.any() and land[built].sum() >= LAND_WITH_BUILDINGS * land.sum():
        return "floor_area"
    return "land" if land.sum() > 0 else "residences"


def _notes(
    ground: Ground,
    *,
    table: ResidenceTable,
    request: OriginRequest,
    allocation: Allocation | None,
    counts: Mapping[str, int],
) -> tuple[Note, ...]:
    found: list[Note | None] = [*say.building_notes(counts)]
    if request.kind in say.LAND_KINDS:
        found += [say.thin_land(share_in_land(ground), kind=request.kind), say.outside_cells(counts)]
    if request.kind == "estate_gate":
        found.append(say.estate_entrances(counts))
    if allocation is not None:
        found += say.population_notes(allocation)
    elif table["floor_area_m2"].notna().any() and _weight(table, allocation=None) == "land":
        found.append(say.land_weight())
    if request.communities is not None:
        found.append(say.outside_communities(counts))
    found.append(say.place_populations(ground.objects, boundary=ground.area.boundary))
    return tuple(note for note in found if note is not None)
