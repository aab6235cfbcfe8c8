"""Heights of the ground from a raster (GeoTIFF and what else rasterio reads)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from lifecircle.errors import ConfigError, SourceError
from lifecircle.sources.files import check_file

Floats = npt.NDArray[np.float64]


def read_heights(path: Path, *, lon: Floats, lat: Floats) -> Floats:
    """Return the height at every position, between the four nearest cells of a raster.

    Parameters
    ----------
    path : Path
        A raster with a CRS; its first band holds heights in metres.
    lon, lat : float64 (N,)
        WGS-84 degrees.

    Returns
    -------
    float64 (N,)
        Metres; NaN outside the raster and where one of the four cells has no value.

    Raises
    ------
    ConfigError
        If rasterio, an optional library, is not installed.
    SourceError
        If the file is missing, no raster, or has no CRS.
    """
    check_file(path)
    try:
        from rasterio import open as open_raster  # an extra, and heavy
        from rasterio.errors import RasterioIOError
        from rasterio.warp import transform
    except ImportError as error:
        raise ConfigError("walk.slope.file needs rasterio: pip install 'lifecircle[raster]'") from error
    try:
        with open_raster(path, driver="GTiff") as raster:
            if raster.crs is None:
                raise SourceError(f"{path.name}: the raster has no CRS; write one into it, for example with gdal_edit")
            x, y = transform("EPSG:4326", raster.crs, lon, lat)
            to_cell = ~raster.transform
            columns = to_cell.a * np.asarray(x) + to_cell.b * np.asarray(y) + to_cell.c
            rows = to_cell.d * np.asarray(x) + to_cell.e * np.asarray(y) + to_cell.f
            heights = raster.read(1, masked=True).astype(np.float64).filled(np.nan)
    except RasterioIOError as error:
        raise SourceError(f"{path.name}: is no GeoTIFF raster: {error}") from error
    return _between(heights, column=columns - 0.5, row=rows - 0.5)


def _between(heights: Floats, *, column: Floats, row: Floats) -> Floats:
    """Interpolate bilinearly between the centres of cells."""
    left, top = np.floor(column).astype(np.int64), np.floor(row).astype(np.int64)
    inside = (left >= 0) & (top >= 0) & (left + 1 < heights.shape[1]) & (top + 1 < heights.shape[0])
    left, top = np.where(inside, left, 0), np.where(inside, top, 0)
    east, south = column - left, row - top
    upper = heights[top, left] * (1 - east) + heights[top, left + 1] * east
    lower = heights[top + 1, left] * (1 - east) + heights[top + 1, left + 1] * east
    return np.where(inside, upper * (1 - south) + lower * south, np.nan)
