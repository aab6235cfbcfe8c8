"""Covered streets: the exact stretches of street from which a circle or a facility is within reach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from lifecircle.model.area import WGS84
from lifecircle.network.impedance import walkable_edges
from lifecircle.pipeline.walking.around import Asked, asked_around
from lifecircle.travel.intervals import Intervals, covered_intervals, covered_lines, intersection, on_edges

if TYPE_CHECKING:
    from lifecircle.model.travel import WalkProfile
    from lifecircle.pipeline.place import Place

MM_PER_KM = 1e6


def covered_streets(place: Place, around: str | Sequence[str], *, minutes: float | None = None) -> gpd.GeoDataFrame:
    """Return the stretches of street in the study from which `around` is within reach, exactly.

    Parameters
    ----------
    place : Place
    around : str or sequence of str
        A circle's id (in the study's reading, all its items met), a facility type, or several types of which one
        suffices.
    minutes : float, optional
        Inclusive; by default 15 for types and the thresholds of a circle, which `minutes` can only shorten.

    Returns
    -------
    GeoDataFrame
        EPSG:4326, one row per stretch: ``edge, way_id, street, start_m, end_m`` (from the edge's tail),
        ``length_m, geometry``; ``attrs["covered_km"]`` and ``attrs["street_km"]`` are the covered and the whole
        length of walkable streets in the study (edges whose middle lies inside the boundary).

    Raises
    ------
    ConfigError
        If `around` is neither a circle nor a type, or the circle is not judged by walking.

    References
    ----------
    docs/methods/isochrones.md
    """
    asked = asked_around(place, around, minutes=minutes)
    network = place.network
    ours = streets_inside(place, asked[0].walks)
    stretches = on_edges(band_intervals(asked, minutes=minutes), ours)
    edge = stretches.edge
    frame = gpd.GeoDataFrame(
        {
            "edge": edge,
            "way_id": network.way_id[edge],
            "street": network.street[edge],
            "start_m": stretches.start_mm / 1000.0,
            "end_m": stretches.end_mm / 1000.0,
            "length_m": (stretches.end_mm - stretches.start_mm) / 1000.0,
        },
        geometry=covered_lines(stretches, network),
        crs=network.crs,
    ).to_crs(WGS84)
    frame.attrs["covered_km"] = stretches.length_mm / MM_PER_KM
    frame.attrs["street_km"] = int(network.length_mm[ours].sum()) / MM_PER_KM
    return frame[frame["length_m"] > 0].reset_index(drop=True)


def band_intervals(asked: tuple[Asked, ...], *, minutes: float | None) -> Intervals:
    """Return the stretches from which every item is met, none beyond `minutes`."""
    return intersection([covered_intervals(item.field, limit=item.within(minutes)) for item in asked])


def streets_inside(place: Place, walks: WalkProfile) -> npt.NDArray[np.bool_]:
    """Return the edges that `walks` may use and whose middle lies inside the study's boundary; shape (E,)."""
    network = place.network
    middle = shapely.line_interpolate_point(network.lines(), 0.5, normalized=True)
    shapely.prepare(place.area.boundary)
    usable = walkable_edges(network, profile=walks, private=place.question.walk.private)
    return usable & shapely.intersects(place.area.boundary, middle)
