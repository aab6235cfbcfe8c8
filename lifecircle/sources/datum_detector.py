"""Which datum do these coordinates have? They are laid over streets or boundaries that are known to be WGS-84."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer

from lifecircle.errors import DatumError
from lifecircle.model.area import WGS84, local_crs
from lifecircle.sources.datum import Datum

if TYPE_CHECKING:
    Shapes = npt.NDArray[np.object_]
    Floats = npt.NDArray[np.float64]

CANDIDATES: Final = (Datum("wgs84"), Datum("gcj02"), Datum("bd09"))
SURE: Final = 0.99  # a detection below this confidence decides nothing

_MAX_SAMPLES: Final = 2000
_FAR_M: Final = 1000.0  # a place farther from the reference than this says only "far"
_BLOCK: Final = 20  # neighbouring samples of an outline err together: they count as one piece of evidence
_MIN_BLOCKS: Final = 8


@dataclass(frozen=True, slots=True)
class Detection:
    """What a detector found.

    Attributes
    ----------
    best : Datum
        The candidate whose places lie nearest to the reference.
    residuals : Mapping[str, float]
        By candidate name: mean distance to the reference in metres, each distance capped at 1,000 m.
    confidence : float
        Chance that the best candidate beats every other one in truth, from the spread of the distances between
        independent pieces of evidence; 0.5 is a coin toss.
    samples : int
        Points that were compared.
    """

    best: Datum
    residuals: Mapping[str, float]
    confidence: float
    samples: int

    def __post_init__(self) -> None:
        """Make the residuals read-only."""
        object.__setattr__(self, "residuals", MappingProxyType(dict(self.residuals)))

    @property
    def sure(self) -> bool:
        """Whether the confidence reaches `SURE`."""
        return self.confidence >= SURE

    def text(self) -> str:
        """Return the figures as text: ``gcj02 31 m, wgs84 489 m, bd09 903 m (confidence 0.999)``."""
        ranked = sorted(self.residuals.items(), key=lambda item: (item[1], item[0]))
        shown = ", ".join(f"{name} {metres:.0f} m" for name, metres in ranked)
        return f"{shown} (confidence {self.confidence:.3f}, {self.samples} points)"


def detect_datum(
    geometries: Shapes | gpd.GeoSeries,
    *,
    reference: Shapes | gpd.GeoSeries,
    candidates: Sequence[Datum] = CANDIDATES,
) -> Detection:
    """Compare coordinates of unknown datum with streets or boundaries in WGS-84.

    Polygons are compared by their outlines, lines by their course, points as they are; polygons of the
    reference by their outlines too. Every candidate is taken for true in turn.

    Parameters
    ----------
    geometries : array or GeoSeries of N geometries
        With the numbers as they are written; a CRS is ignored.
    reference : array or GeoSeries of geometries
        Network lines, or the boundaries of the same places, in WGS-84 degrees.
    candidates : sequence of Datum
        At least two.

    Returns
    -------
    Detection

    Raises
    ------
    DatumError
        If either side is empty, or no candidate puts the places anywhere near the reference.
    """
    samples, pieces = _samples(np.asarray(geometries, dtype=object))
    lines = _outlines(np.asarray(reference, dtype=object))
    if len(lines) == 0 or len(samples) == 0:
        raise DatumError("datum detection: no coordinates or no reference to compare with; state the datum instead")
    metric = Transformer.from_crs(WGS84, local_crs(shapely.box(*shapely.total_bounds(lines))), always_xy=True)
    tree = shapely.STRtree(_segments(lines, metric))
    distances = np.column_stack([_distances(datum.to_wgs84(*samples.T), metric, tree) for datum in candidates])
    means = distances.mean(axis=0)
    if means.min() >= _FAR_M:
        raise DatumError(
            "datum detection: under no candidate do the coordinates come within 1,000 m of the reference; "
            "check that both are of one place, and state the datum instead"
        )
    order = np.argsort(means, kind="stable")
    rivals = [
        _chance(distances[:, other] - distances[:, order[0]], pieces)
        for other in order[1:].tolist()
        if not np.array_equal(distances[:, other], distances[:, order[0]])
    ]
    residuals = {datum.name: float(mean) for datum, mean in zip(candidates, means, strict=True)}
    return Detection(candidates[int(order[0])], residuals, min(rivals, default=0.5), len(samples))


def _outlines(shapes: Shapes) -> Shapes:
    shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    surface = np.isin(shapely.get_type_id(shapes), (3, 6))
    outlined = shapes.copy()
    outlined[surface] = shapely.boundary(shapes[surface])
    return outlined


def _samples(shapes: Shapes) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Return points along `shapes` (M, 2), evenly thinned, and the piece of evidence each belongs to."""
    parts = shapely.get_parts(_outlines(shapes))
    courses = shapely.get_type_id(parts) != 0
    length = np.where(courses, shapely.length(parts), 0.0)
    spacing = length.sum() / _MAX_SAMPLES
    dense = shapely.segmentize(parts, spacing) if spacing > 0 else parts
    xy, part = shapely.get_coordinates(dense, return_index=True)
    step = max(1, math.ceil(len(xy) / (2 * _MAX_SAMPLES)))
    xy, part = xy[::step], part[::step]
    first = np.searchsorted(part, part, side="left")
    piece = np.where(courses[part], (np.arange(len(part)) - first) // _BLOCK, 0)
    _, number = np.unique(np.column_stack([part, piece]), axis=0, return_inverse=True)
    return xy, number.reshape(-1).astype(np.int64)


def _segments(lines: Shapes, metric: Transformer) -> Shapes:
    """Cut lines into short ones, in metres: a tree of short boxes answers quickly."""
    parts = shapely.get_parts(lines)
    lonlat, part = shapely.get_coordinates(parts, return_index=True)
    xy = np.column_stack(metric.transform(*lonlat.T))
    joined = np.flatnonzero(part[1:] == part[:-1])
    alone = np.isin(part, np.flatnonzero(shapely.get_type_id(parts) == 0))
    pairs = np.stack([xy[joined], xy[joined + 1]], axis=1)
    return np.concatenate([shapely.linestrings(pairs), shapely.points(xy[alone])])


def _distances(lonlat: tuple[Floats, Floats], metric: Transformer, tree: shapely.STRtree) -> Floats:
    finite = np.isfinite(lonlat[0]) & np.isfinite(lonlat[1])
    points = shapely.points(np.column_stack(metric.transform(lonlat[0][finite], lonlat[1][finite])))
    found, near = tree.query_nearest(points, max_distance=_FAR_M, return_distance=True, all_matches=False)
    inside = np.full(len(points), _FAR_M)
    inside[found[0]] = near
    result = np.full(len(finite), _FAR_M)
    result[finite] = inside
    return result


def _chance(worse_by: Floats, pieces: npt.NDArray[np.int64]) -> float:
    """Return how sure it is that a rival is worse, from the means of independent pieces.

    One-sided normal approximation of the sign of a mean; few pieces make no certainty.
    """
    count = int(pieces.max()) + 1
    means = np.bincount(pieces, weights=worse_by, minlength=count) / np.bincount(pieces, minlength=count)
    spread = float(means.std(ddof=1)) if count > 1 else math.inf
    if count < _MIN_BLOCKS or not math.isfinite(spread):
        return 0.5
    score = float(means.mean()) / max(spread / math.sqrt(count), 1e-9)
    return 0.5 * math.erfc(-score / math.sqrt(2.0))
