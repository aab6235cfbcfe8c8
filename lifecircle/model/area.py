"""The place under study."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from shapely import transform
from shapely.geometry.base import BaseGeometry

from lifecircle.errors import ConfigError

WGS84 = CRS.from_epsg(4326)
SIDE_DEGREES = 0.01  # longest side of an outline that is projected


def local_crs(boundary: BaseGeometry) -> CRS:
    """Return a transverse Mercator centred on `boundary` (lon/lat), in metres.

    With scale 1 on its own central meridian, lengths within 250 km of it differ
    from the geodesic by less than 0.08 % (x squared over twice the earth's radius
    squared: Snyder 1987, *Map Projections: A Working Manual*, p. 61).
    """
    west, south, east, north = boundary.bounds
    lon, lat = round((west + east) / 2, 3), round((south + north) / 2, 3)
    return CRS.from_proj4(f"+proj=tmerc +lat_0={lat} +lon_0={lon} +k_0=1 +x_0=0 +y_0=0 +datum=WGS84 +units=m +no_defs")


def union_polygons(shapes: Sequence[BaseGeometry] | npt.NDArray[np.object_]) -> BaseGeometry:
    """Return the union of valid polygons, joined two by two with every area checked.

    One call for all of them is faster, but GEOS 3.14 can lose a third of two overlapping polygons whose borders
    nearly coincide. Here ``area(A or B) = area(A) + area(B) - area(A and B)`` must hold (to a millionth of the
    larger) at each step; where it does not, the pair is joined on a grid of a hundred-millionth of its extent.

    Raises
    ------
    ConfigError
        If a pair cannot be joined either way.
    """
    level = list(shapes)
    if not level:
        return shapely.MultiPolygon()
    while len(level) > 1:
        pairs = zip(level[0::2], level[1::2], strict=False)
        level = [_joined(first, second) for first, second in pairs] + (level[-1:] if len(level) % 2 else [])
    return level[0]


def _joined(first: BaseGeometry, second: BaseGeometry) -> BaseGeometry:
    expected = first.area + second.area - shapely.intersection(first, second).area
    west, south, east, north = shapely.total_bounds([first, second])
    for grid in (None, max(east - west, north - south) * 1e-8):
        union = shapely.union(first, second, grid_size=grid)
        if abs(union.area - expected) <= 1e-6 * max(first.area, second.area):
            return union
    raise ConfigError(f"two polygons around {first.centroid.x:.6g}, {first.centroid.y:.6g} cannot be joined: mend them")


@dataclass(frozen=True, slots=True)
class StudyArea:
    """Boundary, data extent and local metric CRS of a study.

    Attributes
    ----------
    name_zh, name_en : str
    boundary : Polygon or MultiPolygon
        In `crs`; residences inside it are audited.
    extent : Polygon or MultiPolygon
        In `crs`; where the loaded data is whole.
    crs : CRS
        Local, metres.
    buffer_m : float
        Streets and facilities are used this far beyond the boundary.
    date : str
        The study's own date, printed; empty when not given.
    """

    name_zh: str
    name_en: str
    boundary: BaseGeometry
    extent: BaseGeometry
    crs: CRS
    buffer_m: float
    date: str = ""

    def __post_init__(self) -> None:
        """Refuse an empty boundary, a CRS that is not in metres, a negative buffer."""
        if self.boundary.is_empty or self.boundary.area <= 0:
            raise ConfigError(f"study boundary of {self.name_en!r} is empty: give a polygon, a bbox or an area name")
        if self.crs.axis_info[0].unit_name not in ("metre", "meter"):
            raise ConfigError(f"study CRS {self.crs.to_string()} is not in metres: use a projected CRS")
        if self.buffer_m < 0:
            raise ConfigError(f"study.buffer_m is {self.buffer_m}: it must be 0 or more")

    @classmethod
    def from_wgs84(
        cls,
        boundary: BaseGeometry,
        *,
        extent: BaseGeometry | None,
        names: tuple[str, str],
        buffer_m: float,
        date: str = "",
    ) -> Self:
        """Build from lon/lat geometries, in a local CRS of their own.

        `names` is ``(zh, en)``; an `extent` of None means the boundary itself.
        """
        if boundary.is_empty:
            raise ConfigError(f"study boundary of {names[1]!r} is empty: give a polygon, a bbox or an area name")
        crs = local_crs(boundary)
        # A side of a box follows its parallel, which is no straight line in metres: 18 m off along 20 km at 64 degrees.
        lonlat = gpd.GeoSeries([boundary, extent or boundary], crs=WGS84).segmentize(SIDE_DEGREES)
        metric = lonlat.to_crs(crs)
        return cls(names[0], names[1], metric.iloc[0], metric.iloc[1], crs, buffer_m, date)

    @property
    def reach(self) -> BaseGeometry:
        """The boundary with its buffer: where streets and facilities are used."""
        return self.boundary.buffer(self.buffer_m)

    @property
    def area_km2(self) -> float:
        """Area of the boundary in square kilometres."""
        return float(self.boundary.area) / 1e6

    def name(self, language: str) -> str:
        """Return the name in `language` ("zh" or "en")."""
        return self.name_zh if language == "zh" else self.name_en

    def to_wgs84(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return `geometry` (in `crs`) as lon/lat."""
        to_lonlat = Transformer.from_crs(self.crs, WGS84, always_xy=True)
        return transform(geometry, lambda xy: np.column_stack(to_lonlat.transform(xy[:, 0], xy[:, 1])))
