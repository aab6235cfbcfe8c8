"""Population rasters (WorldPop, GHS-POP): people per cell, and exact sums over polygons.

Needs the extra ``raster`` (rasterio; exactextract where there is a wheel for the machine).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from lifecircle.errors import ConfigError, DatumError, SchemaError, SourceError
from lifecircle.model.provenance import Note
from lifecircle.sources.files import check_file, read_head

if TYPE_CHECKING:
    from affine import Affine

MAX_CELLS: Final = 4_000_000
_TIFF: Final = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_LONLAT: Final = "EPSG:4326"


@dataclass(frozen=True, slots=True, eq=False)
class PopulationRaster:
    """The part of a raster around a study.

    Attributes
    ----------
    people : float64 (H, W)
        Per cell; 0 where the raster has no data. Read-only.
    transform : Affine
        Of cell corners.
    crs : CRS
    nodata : int
        Cells without data in this part.
    """

    people: npt.NDArray[np.float64]
    transform: Affine
    crs: pyproj.CRS
    nodata: int

    def __post_init__(self) -> None:
        """Make the cells read-only."""
        self.people.flags.writeable = False

    def cells(self) -> gpd.GeoDataFrame:
        """Return the inhabited cells: ``population`` and squares, EPSG:4326, row by row."""
        row, column = np.nonzero(self.people)
        return gpd.GeoDataFrame(
            {"population": self.people[row, column]}, geometry=self._squares(row, column), crs=self.crs
        ).to_crs(_LONLAT)

    def _squares(self, row: npt.NDArray[np.int64], column: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
        """Return the outlines of cells, in the raster's CRS; a raster may be turned."""
        corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)])
        x = column[:, None] + corners[None, :, 0]
        y = row[:, None] + corners[None, :, 1]
        a, b, c, d, e, f = tuple(self.transform)[:6]
        return shapely.polygons(np.stack([a * x + b * y + c, d * x + e * y + f], axis=-1))


def read_population_raster(
    path: Path, *, around: BaseGeometry, datum: str | None = None
) -> tuple[PopulationRaster, tuple[Note, ...]]:
    """Read the cells of a GeoTIFF that touch a study.

    Parameters
    ----------
    path : Path
        One band with people per cell (not per square kilometre).
    around : (Multi)Polygon
        EPSG:4326; cells outside its box, but for a margin of one cell, are not read.
    datum : str, optional
        ``"EPSG:n"`` (or wgs84, cgcs2000) where the file does not say its system.

    Returns
    -------
    raster : PopulationRaster
    notes : tuple of Note

    Raises
    ------
    ConfigError
        If rasterio is not installed, or the raster lies elsewhere.
    SourceError
        If the file is no GeoTIFF or is damaged.
    DatumError
        If it has no coordinate system and none is stated, or the two disagree.
    SchemaError
        If it has several bands, negative or infinite people, too many cells, or nobody.
    """
    path = Path(path)
    check_file(path)
    if not read_head(path, size=4).startswith(_TIFF):
        raise SourceError(f"{path.name}: not a GeoTIFF; export the population raster as GeoTIFF")
    rasterio = _rasterio()
    try:
        with rasterio.open(path, driver="GTiff") as file:
            crs = _crs(file.crs, datum, path.name)
            window = _window(file, crs, around=around, name=path.name)
            band = file.read(1, window=window, masked=True).astype(np.float64)
            transform = _shifted(file.transform, window)
    except rasterio.errors.RasterioError as error:
        raise SourceError(f"{path.name}: damaged raster ({error}); get it again") from error
    absent = np.ma.getmaskarray(band) | np.isnan(band.data)
    people = np.where(absent, 0.0, band.data)
    _check(people, path.name)
    raster = PopulationRaster(people, transform, crs, int(absent.sum()))
    return raster, _notes(raster, path.name)


def zonal_people(
    raster: PopulationRaster, polygons: npt.NDArray[np.object_], *, exact: bool | None = None
) -> npt.NDArray[np.float64]:
    """Return the people in each polygon, every cell by the share of it that the polygon covers.

    Parameters
    ----------
    raster : PopulationRaster
    polygons : object (N,)
        (Multi)Polygons in EPSG:4326.
    exact : bool, optional
        True: exactextract; False: shapely; by default exactextract where it is installed. Both give the same but for
        exactextract's single-precision shares.

    Returns
    -------
    float64 (N,)

    References
    ----------
    docs/methods/residences.md
    """
    zones = gpd.GeoSeries(polygons, crs=_LONLAT).to_crs(raster.crs)
    upright = raster.transform.b == 0 and raster.transform.d == 0
    if exact or (exact is None and upright and _has_exactextract()):
        return _by_exactextract(raster, zones)
    return _by_shapely(raster, zones.to_numpy())


def _by_shapely(raster: PopulationRaster, zones: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    row, column = np.nonzero(raster.people)
    squares = raster._squares(row, column)  # noqa: SLF001 - of this module
    zone, cell = shapely.STRtree(squares).query(zones, predicate="intersects")
    inside = shapely.covers(zones[zone], squares[cell])
    part = np.ones(len(cell))
    part[~inside] = shapely.area(shapely.intersection(zones[zone[~inside]], squares[cell[~inside]]))
    part[~inside] /= shapely.area(squares[cell[~inside]])
    return np.bincount(zone, weights=part * raster.people[row, column][cell], minlength=len(zones)).astype(float)


def _by_exactextract(raster: PopulationRaster, zones: gpd.GeoSeries) -> npt.NDArray[np.float64]:
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource

    height, width = raster.people.shape
    x, y = raster.transform.c, raster.transform.f
    source = NumPyRasterSource(
        np.array(raster.people),
        xmin=min(x, x + raster.transform.a * width),
        xmax=max(x, x + raster.transform.a * width),
        ymin=min(y, y + raster.transform.e * height),
        ymax=max(y, y + raster.transform.e * height),
        srs_wkt=raster.crs.to_wkt(),
    )
    people, real = np.zeros(len(zones)), ~zones.is_empty.to_numpy()  # exactextract cannot read an empty polygon
    if real.any():
        frame = gpd.GeoDataFrame(geometry=zones.to_numpy()[real], crs=raster.crs)
        found = exact_extract(source, frame, ["sum"], output="pandas")
        people[real] = np.nan_to_num(found["sum"].to_numpy(dtype=np.float64))
    return people


def _has_exactextract() -> bool:
    from importlib.util import find_spec

    return find_spec("exactextract") is not None


def _rasterio() -> Any:  # noqa: ANN401 - the rasterio module
    try:
        import rasterio
        import rasterio.errors
        import rasterio.windows
    except ImportError as error:
        raise ConfigError(
            "population.raster: reading rasters needs rasterio: pip install 'lifecircle[raster]', or give a vector grid"
        ) from error
    return rasterio


def _crs(stated: object, datum: str | None, file: str) -> pyproj.CRS:
    """Return the raster's own system, or the one that the study states."""
    word = {"wgs84": "EPSG:4326", "cgcs2000": "EPSG:4490"}.get(datum or "", datum)
    if word in ("gcj02", "bd09"):
        raise DatumError(f"{file}: a raster cannot be in {datum}: state what it was made in, wgs84 or EPSG:<number>")
    if stated is None and word is None:
        raise DatumError(
            f"{file}: the raster does not say its coordinate reference system; state it: raster: {{file, datum}}"
        )
    if stated is None:
        return pyproj.CRS.from_user_input(word)
    own = pyproj.CRS.from_user_input(stated)
    if word is not None and word not in ("EPSG:4326", "EPSG:4490") and pyproj.CRS.from_user_input(word) != own:
        raise DatumError(f"{file}: the file says {own.name}, the study says {word}; correct one of them")
    return own


def _window(file: Any, crs: pyproj.CRS, *, around: BaseGeometry, name: str) -> Any:  # noqa: ANN401 - rasterio's types
    """Return the cells that touch the box of `around`, one more on each side."""
    dense = shapely.segmentize(shapely.box(*around.bounds), max(shapely.box(*around.bounds).length / 400, 1e-6))
    xy = shapely.get_coordinates(gpd.GeoSeries([dense], crs=_LONLAT).to_crs(crs).to_numpy())
    if not np.isfinite(xy).all():
        raise ConfigError(f"{name}: the study lies outside the area of {crs.name}: give the raster of the study's area")
    a, b, c, d, e, f = tuple(~file.transform)[:6]
    column, row = a * xy[:, 0] + b * xy[:, 1] + c, d * xy[:, 0] + e * xy[:, 1] + f
    left, right = max(int(np.floor(column.min())) - 1, 0), min(int(np.ceil(column.max())) + 1, file.width)
    top, bottom = max(int(np.floor(row.min())) - 1, 0), min(int(np.ceil(row.max())) + 1, file.height)
    if left >= right or top >= bottom:
        raise ConfigError(f"{name}: the raster does not reach the study; check that it is of the right area")
    if file.count != 1:
        raise SchemaError(f"{name}: it has {file.count} bands; give a raster of one band with people per cell")
    if (right - left) * (bottom - top) > MAX_CELLS:
        raise SchemaError(
            f"{name}: {(right - left) * (bottom - top):,} cells around the study, more than {MAX_CELLS:,}; "
            "give a coarser raster (100 m is fine for a city)"
        )
    return _rasterio().windows.Window(left, top, right - left, bottom - top)


def _shifted(transform: Affine, window: Any) -> Affine:  # noqa: ANN401 - as above
    """Return the transform of a window (rasterio's own multiplies matrices in a way that affine 3.1 warns about)."""
    a, b, c, d, e, f = tuple(transform)[:6]
    column, row = window.col_off, window.row_off
    return type(transform)(a, b, c + a * column + b * row, d, e, f + d * column + e * row)


def _check(people: npt.NDArray[np.float64], file: str) -> None:
    wrong = (people < 0) | ~np.isfinite(people)
    if wrong.any():
        raise SchemaError(
            f"{file}: {int(wrong.sum())} cells hold {people[wrong][0]:g}, which is no number of people; if it marks "
            "missing data, declare it as the raster's nodata value"
        )
    if not (people > 0).any():
        raise SchemaError(f"{file}: nobody lives in its cells around the study; check that it is the right raster")


def _notes(raster: PopulationRaster, file: str) -> tuple[Note, ...]:
    inhabited = int(np.count_nonzero(raster.people))
    return (
        Note(
            "population.raster",
            f"{file}: {inhabited} inhabited cells around the study, {raster.nodata} without data; people per cell "
            "are an estimate of its publisher.",
            f"{file}：研究范围周边有人口的栅格 {inhabited} 个，无数据栅格 {raster.nodata} 个；"
            "栅格人口为发布方的估算值。",
        ),
    )
