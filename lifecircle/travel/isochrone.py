"""Isochrone polygons: the ground within a time, drawn around exact times on a grid of points. For display only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from lifecircle.model.travel import Impedance
from lifecircle.travel.cells import CELL_M, CellCosts, Window, cell_values
from lifecircle.travel.field import Field

Ints = npt.NDArray[np.int64]
Geometries = npt.NDArray[np.object_]

# The search runs so many cells further than the widest band, so that the rim lies between two known times.
RIM_CELLS = 3


def rim(impedance: Impedance, *, cell_m: float = CELL_M) -> int:
    """Return how much further than the widest band a field must be searched, in the impedance's unit."""
    return round(RIM_CELLS * cell_m * 1000.0 * impedance.rate_leg)


def quickest_rate(impedance: Impedance) -> float:
    """Return the least cost of a millimetre anywhere: `limit` over it is as far as a walk can lead."""
    rates = [np.min(rate, where=rate > 0, initial=np.inf) for rate in (impedance.rate_forward, impedance.rate_backward)]
    return float(min(impedance.rate_leg, *rates))


def isochrone_polygons(field: Field, costs: CellCosts, *, limits: Sequence[int]) -> Geometries:
    """Return the ground from which a seed of `field` is within each of `limits`.

    Parameters
    ----------
    field : Field
        Searched to the widest limit and `rim` beyond it.
    costs : CellCosts
        Grid points around everything that is reached, under the field's impedance.
    limits : sequence of K int
        Inclusive, in the field's unit.

    Returns
    -------
    object (K,)
        A MultiPolygon each, metric CRS, with its holes; valid, and within that of any wider limit.

    References
    ----------
    docs/methods/isochrones.md
    """
    window, value = costs.table.window, cell_values(costs, field)
    beyond = rim(costs.impedance, cell_m=window.cell_m)
    shapes = np.empty(len(limits), dtype=object)
    shapes[:] = [level_polygon(value - limit, window, beyond=beyond) for limit in limits]
    return shapes


def level_polygon(slack: Ints, window: Window, *, beyond: int) -> BaseGeometry:
    """Return where a field on a grid is at most 0.

    Marching squares: the rim runs in straight lines between grid points, where linear interpolation puts it. Values
    that are larger than `beyond`, or unknown, count as `beyond`: close behind the rim nobody knows how far
    away a wall or a river makes the ground.

    Parameters
    ----------
    slack : int64 (C,)
        Row by row from the south-west.
    window : Window
    beyond : int
        Above 0.

    Returns
    -------
    MultiPolygon
        Possibly empty; growing when the field falls everywhere alike.

    References
    ----------
    Lorensen and Cline (1987), Marching cubes: a high resolution 3D surface construction algorithm. SIGGRAPH 21 (4).
    """
    from contourpy import FillType, contour_generator  # loads when polygons are drawn

    if window.columns < 2 or window.rows < 2:
        return shapely.MultiPolygon()
    height = np.minimum(slack, beyond).astype(np.float64).reshape(window.rows, window.columns)
    generator = contour_generator(window.x, window.y, height, name="serial", fill_type=FillType.OuterOffset)
    # Whole numbers never equal a half: inclusive, and no rim runs through a grid point.
    return _multipolygon(generator.filled(min(float(height.min()), 0.0) - 1.0, 0.5))


def _multipolygon(filled: Any) -> BaseGeometry:  # noqa: ANN401  # contourpy's type depends on an option
    """Return the polygons of contourpy: of each, all vertices and where its outline and holes begin."""
    points, offsets = filled
    if not points:
        return shapely.MultiPolygon()
    sizes = np.concatenate([np.diff(part.astype(np.int64)) for part in offsets])
    rings = shapely.linearrings(np.concatenate(points), indices=np.repeat(np.arange(len(sizes)), sizes))
    owner = np.repeat(np.arange(len(points)), [len(part) - 1 for part in offsets])
    shape = shapely.multipolygons(shapely.polygons(rings, indices=owner))
    if shapely.is_valid(shape):
        return shape
    parts = shapely.get_parts(shapely.make_valid(shape, method="structure"))
    return shapely.multipolygons(shapely.get_parts(parts))
