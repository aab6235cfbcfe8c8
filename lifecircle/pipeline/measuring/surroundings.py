"""Who lives beyond the boundary: residences that use the same facilities, prepared when a measure needs them."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from lifecircle.config.load import resolve_file
from lifecircle.errors import ConfigError
from lifecircle.model.provenance import Note
from lifecircle.network.hindrances import DOWNHILL
from lifecircle.pipeline.people import origin_request
from lifecircle.pipeline.place import Place, prepare_place
from lifecircle.pipeline.scenarios.edited import SCENARIO
from lifecircle.residences.prepare import prepare_residences
from lifecircle.sources.population_raster import read_population_raster
from lifecircle.units import speed_m_per_min

if TYPE_CHECKING:
    from lifecircle.model.tables import ResidenceTable

log = logging.getLogger("lifecircle")

PREFIX = "outside/"
# Farther from the nearest point of a population table a residence is taken to be beyond it.
POINT_REACH_M = 500.0
WHOLE = 0.999


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """A place with those who live around it.

    Attributes
    ----------
    place : Place
        Its residences are those of the study, then those beyond the boundary (ids begin with ``outside/``); its
        streets and facilities reach far enough for both.
    inside : Series
        bool, by residence id.
    notes : tuple of Note
        How far the data and the population reach.
    """

    place: Place
    inside: pd.Series
    notes: tuple[Note, ...]


def with_surroundings(place: Place, *, minutes: float) -> Surroundings:
    """Return `place` with everybody who may share a facility with its residences.

    A residence on the boundary reaches facilities one catchment beyond it, and those serve residences one catchment
    further: streets and facilities are prepared, and residences counted, two catchments beyond the boundary. So the
    values of a floating catchment inside do not depend on where the boundary was drawn.

    Parameters
    ----------
    place : Place
    minutes : float
        The catchment.

    Returns
    -------
    Surroundings
        Of a place changed by a scenario, only as far as that place reaches.

    References
    ----------
    docs/methods/surroundings.md
    """
    walk = place.question.walk
    speed = speed_m_per_min(place.question.profile.speed_kmh) * (DOWNHILL if walk.hindrances.slope else 1.0)
    ring_m = 2 * minutes * speed
    wide = _widened(place, ring_m + walk.max_access_m)
    ring_m = min(ring_m, wide.area.buffer_m)
    around = shapely.difference(place.area.boundary.buffer(ring_m), place.area.boundary)
    known = shapely.intersection(around, place.area.extent)
    log.info("finding residences up to %.0f m beyond the boundary", ring_m)
    outside, notes = _outside(wide, known, ring_m=ring_m)
    table = _joined_tables(place.residences, outside)
    inside = pd.Series(np.arange(len(table)) < len(place.residences), index=table.index, name="inside")
    residence_set = replace(place.residence_set, table=table, land_points=np.empty((0, 2)), notes=())
    reach = _reach_note(known.area / around.area if around.area else 1.0, ring_m=ring_m, count=len(outside))
    return Surroundings(replace(wide, residence_set=residence_set), inside, (reach, *notes))


def _widened(place: Place, buffer_m: float) -> Place:
    """Return `place` with streets and facilities up to `buffer_m` beyond its boundary."""
    if place.area.buffer_m >= buffer_m or any(note.code == SCENARIO for note in place.notes):
        return place
    log.info("preparing streets and facilities up to %.0f m beyond the boundary", buffer_m)
    area = replace(place.area, buffer_m=buffer_m)
    return prepare_place(place.study, place.question, inputs=place.inputs, area=area)


def _outside(place: Place, known: BaseGeometry, *, ring_m: float) -> tuple[ResidenceTable, tuple[Note, ...]]:
    """Return the residences in `known` with their people."""
    nobody: ResidenceTable = place.residences.iloc[:0]
    if known.is_empty or known.area <= 0:
        return nobody, ()
    area = replace(place.area, boundary=known)
    people = _population(place, known)
    if place.inputs.population is not None and people is None:
        return nobody, (_nobody(ring_m),)
    request = origin_request(
        place.study.origin, place.question.standard, population=people, communities=place.communities, area=area
    )
    try:
        found = prepare_residences(place.objects, area=area, network=place.network, request=request).table
    except ConfigError:  # no residence there, or nobody of the table lives in one
        return nobody, () if people is None else (_nobody(ring_m),)
    if people is None:
        return found, ()
    covered = _covered(found, people.to_crs(area.crs))
    return found, () if covered >= WHOLE else (_short(covered, count=len(found)),)


def _population(place: Place, known: BaseGeometry) -> gpd.GeoDataFrame | None:
    """Return the study's population where it reaches into `known`, EPSG:4326."""
    given, population = place.study.population, place.inputs.population
    if population is None:
        return None
    around = place.area.to_wgs84(known)
    if given is not None and given.raster is not None:  # read around the boundary alone
        path = resolve_file(place.study.base, given.raster.file)
        population = read_population_raster(path, around=around, datum=given.raster.datum)[0].cells()
    return population if shapely.intersects(around, population.geometry.to_numpy()).any() else None


def _covered(found: ResidenceTable, people: gpd.GeoDataFrame) -> float:
    """Return the share of residences that lie in a row of the population table (near one, where rows are points)."""
    shapes = people.geometry.to_numpy()
    points = shapely.point_on_surface(found.geometry.to_numpy())
    reach = POINT_REACH_M if (shapely.get_type_id(shapes) == 0).any() else 0.0
    near = shapely.STRtree(shapes).query(points, predicate="dwithin", distance=reach)[0]
    return len(np.unique(near)) / len(found)


def _joined_tables(inner: ResidenceTable, outer: ResidenceTable) -> ResidenceTable:
    if outer.empty:
        return inner
    # A building on the boundary itself is inside.
    own = outer[~outer.index.isin(inner.index[inner["kind"] == "building"])]
    own = own.set_axis(pd.Index(PREFIX + own.index.astype(str), name=inner.index.name))
    return gpd.GeoDataFrame(pd.concat([inner, own.reindex(columns=inner.columns)]), crs=inner.crs)


def _reach_note(share: float, *, ring_m: float, count: int) -> Note:
    whole = share >= WHOLE
    return Note(
        "surroundings.reach",
        f"{count} residences up to {ring_m:.0f} m beyond the boundary share the facilities: they are demand and are "
        "not reported."
        + ("" if whole else f" The data is whole in {share:.0%} of that ring only: near its edge demand is too low."),
        f"边界外 {ring_m:.0f} 米以内的 {count} 处居住点共用设施：计入需求，不列入结果。"
        + ("" if whole else f"该环带仅 {share:.0%} 有完整数据：数据边缘附近的需求偏低。"),
        warning=not whole,
    )


def _nobody(ring_m: float) -> Note:
    return Note(
        "surroundings.population",
        f"The population table has nobody in the {ring_m:.0f} m beyond the boundary: demand from outside is left out, "
        "so access near the boundary is too high.",
        f"人口数据不含边界外 {ring_m:.0f} 米环带内的人口：未计外部需求，边界附近的可达性偏高。",
        warning=True,
    )


def _short(covered: float, *, count: int) -> Note:
    return Note(
        "surroundings.population",
        f"The population table reaches {covered:.0%} of the {count} residences beyond the boundary: the others count "
        "as nobody, so access near them is too high.",
        f"人口数据仅覆盖边界外 {count} 处居住点中的 {covered:.0%}：其余按无人计，其附近的可达性偏高。",
        warning=True,
    )
