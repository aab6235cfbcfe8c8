"""Isochrones around a place, a circle or a facility type: polygons to look at, or exact stretches of street."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from lifecircle.errors import ConfigError
from lifecircle.model.area import WGS84
from lifecircle.model.travel import TravelMode
from lifecircle.pipeline.walking.anywhere import start_at
from lifecircle.pipeline.walking.around import Asked, asked_around
from lifecircle.pipeline.walking.streets import MM_PER_KM, band_intervals
from lifecircle.travel.cells import CellTable, Window, build_cells, cell_costs, cell_values
from lifecircle.travel.ends import ends_of
from lifecircle.travel.field import field_to, outbound, seed_box
from lifecircle.travel.intervals import covered_lines
from lifecircle.travel.isochrone import level_polygon, quickest_rate, rim
from lifecircle.units import MS_PER_MIN, ms_per_mm

if TYPE_CHECKING:
    from lifecircle.pipeline.place import Place

MAX_MINUTES = 180.0


def isochrone(
    place: Place,
    *,
    lon: float | None = None,
    lat: float | None = None,
    around: str | Sequence[str] | None = None,
    minutes: Sequence[float] = (5, 10, 15),
    lines: bool = False,
) -> gpd.GeoDataFrame:
    """Return what lies within some minutes on foot, every band from one search.

    From a place the walk leads outward, to a circle's or a type's facilities it leads there. Polygons
    are drawn from exact times on a grid of 20 m, ways off the network charged at the walker's speed, holes kept;
    they are for display, nothing is counted from them. Lines are the exact stretches of street.

    Parameters
    ----------
    place : Place
    lon, lat : float, optional
        WGS-84 degrees; the study's walker sets out here.
    around : str or sequence of str, optional
        Instead of a place: a circle's id (all items of the study's reading met, each within the band and its own
        threshold), a facility type, or several types of which one suffices.
    minutes : sequence of float
        Of the bands, inclusive; each holds the smaller ones.
    lines : bool
        True for stretches of street instead of polygons.

    Returns
    -------
    GeoDataFrame
        EPSG:4326, one row per band, ascending: ``minutes, profile, speed_kmh, area_km2`` (null for lines),
        ``street_km`` (exact), ``at_edge`` (the band touches the edge of the data and may go on beyond it),
        ``geometry`` (MultiPolygon or MultiLineString).

    Raises
    ------
    ConfigError
        If not exactly one of a place and `around` is given, the place has no street in reach, or a band is not
        between 0 and 180 minutes.

    References
    ----------
    docs/methods/isochrones.md
    """
    bands = _bands(minutes)
    if (around is None) == (lon is None or lat is None) or (around is not None and (lon, lat) != (None, None)):
        raise ConfigError("isochrone: give either lon and lat, or around (a circle or a facility type)")
    if around is not None:
        asked = asked_around(place, around, minutes=bands[-1])
    else:
        assert lon is not None and lat is not None  # noqa: S101, PT018  # checked above
        asked = (_from_place(place, lon=lon, lat=lat, minutes=bands[-1]),)
    return _frame(place, asked, bands=bands, lines=lines)


def circle_isochrones(place: Place, *, minutes: Sequence[float] = (5, 10, 15)) -> gpd.GeoDataFrame:
    """Return the bands of every circle of the standard that is judged by walking, in its order.

    Returns
    -------
    GeoDataFrame
        As `isochrone`, with the circle's id before the other columns.
    """
    layers = []
    for circle in place.standard.circles:
        found = None if circle.user_layer else circle.rule_for(place.question.rule)
        if found is not None and any(item.plain for item in found[1].required):
            bands = isochrone(place, around=circle.id, minutes=minutes)
            bands.insert(0, "circle", circle.id)
            layers.append(bands)
    return pd.concat(layers, ignore_index=True) if layers else gpd.GeoDataFrame()


def _bands(minutes: Sequence[float]) -> list[float]:
    bands = sorted({float(value) for value in minutes})
    if not bands or not all(0 < value <= MAX_MINUTES for value in bands):
        raise ConfigError(f"isochrone: minutes are {list(minutes)}: give numbers above 0, up to {MAX_MINUTES:g}")
    return bands


def _from_place(place: Place, *, lon: float, lat: float, minutes: float) -> Asked:
    walks = place.question.profile
    start = start_at(place, lon=lon, lat=lat, profile=walks)
    impedance = outbound(place.joined.impedance(TravelMode("ms", walks)))
    seeds = ends_of(start.snapped, place.network, impedance=impedance, leaving=False)
    limit = round(minutes * MS_PER_MIN)
    return Asked(field_to(seeds, place.network, impedance=impedance, limit=limit + rim(impedance)), limit, walks)


def _frame(place: Place, asked: tuple[Asked, ...], *, bands: list[float], lines: bool) -> gpd.GeoDataFrame:
    network, walks = place.network, asked[0].walks
    covered = [band_intervals(asked, minutes=band) for band in bands]
    if lines:
        shapes = [_multiline(covered_lines(part, network)) for part in covered]
    else:
        shapes = _polygons(place, asked, bands=bands).tolist()
    frame = gpd.GeoDataFrame(
        {
            "minutes": bands,
            "profile": walks.id,
            "speed_kmh": walks.speed_kmh,
            "area_km2": [None if lines else shape.area / MM_PER_KM for shape in shapes],
            "street_km": [part.length_mm / MM_PER_KM for part in covered],
            "at_edge": ~shapely.covers(shapely.intersection(place.area.reach, place.area.extent), shapes),
        },
        geometry=shapes,
        crs=network.crs,
    )
    return frame.to_crs(WGS84)


def _multiline(parts: npt.NDArray[np.object_]) -> BaseGeometry:
    return shapely.multilinestrings(parts[~shapely.is_empty(parts)])


def _polygons(place: Place, asked: tuple[Asked, ...], *, bands: list[float]) -> npt.NDArray[np.object_]:
    """Draw where the worst-met item still keeps its limit, one band after the other."""
    table = _cells(place, asked)
    grids = [_Grid.of(item, place, table=table) for item in asked]
    beyond = min(round(rim(item.field.impedance) * grid.scale) for item, grid in zip(asked, grids, strict=True))
    shapes = [
        level_polygon(
            np.max([grid.slack(item.within(band)) for item, grid in zip(asked, grids, strict=True)], axis=0),
            table.window,
            beyond=beyond,
        )
        for band in bands
    ]
    return np.array(shapes, dtype=object)


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """The values of one item at the grid points, and what its unit is in milliseconds."""

    value: npt.NDArray[np.int64]
    scale: float

    @classmethod
    def of(cls, item: Asked, place: Place, *, table: CellTable) -> _Grid:
        impedance = item.field.impedance
        costs = cell_costs(table, place.network, impedance=impedance)
        scale = ms_per_mm(item.walks.speed_kmh) if impedance.mode.unit == "mm" else 1.0
        return cls(cell_values(costs, item.field), scale)

    def slack(self, limit: int) -> npt.NDArray[np.int64]:
        """Return milliseconds beyond `limit`, above 0 exactly where it is passed."""
        return np.ceil((self.value - limit) * self.scale).astype(np.int64)


def _cells(place: Place, asked: tuple[Asked, ...]) -> CellTable:
    """Return the grid points within reach: of a single start those around it, else the whole place."""
    field = asked[0].field
    if len(asked) > 1 or len(field.seeds.point) != 1:
        return place.cells
    box = seed_box(field)
    wanted = Window.around(box, margin_m=field.limit / quickest_rate(field.impedance) / 1000.0)
    if "cells" in vars(place):
        return place.cells.part(wanted)
    return build_cells(wanted, place.snap)
