"""The place under study."""

from dataclasses import dataclass
from typing import Self

import geopandas as gpd
import numpy as np
from pyproj import CRS, Transformer
from shapely import transform
from shapely.geometry.base import BaseGeometry

from lifecircle.errors import ConfigError

WGS84 = CRS.from_epsg(4326)


def local_crs(boundary: BaseGeometry) -> CRS:
    """Return a transverse Mercator centred on `boundary` (lon/lat), in metres.

    With scale 1 on its own central meridian, lengths within 250 km of it differ
    from the geodesic by less than 0.08 % (x squared over twice the earth's radius
    squared: Snyder 1987, *Map Projections: A Working Manual*, p. 61).
    """
    west, south, east, north = boundary.bounds
    lon, lat = round((west + east) / 2, 3), round((south + north) / 2, 3)
    return CRS.from_proj4(f"+proj=tmerc +lat_0={lat} +lon_0={lon} +k_0=1 +x_0=0 +y_0=0 +datum=WGS84 +units=m +no_defs")


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
        metric = gpd.GeoSeries([boundary, extent or boundary], crs=WGS84).to_crs(crs)
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
