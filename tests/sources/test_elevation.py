"""Heights from rasters: between cells, outside, without values."""

from __future__ import annotations

import numpy as np
import pytest

from lifecircle.errors import SourceError
from lifecircle.sources.elevation import read_heights

rasterio = pytest.importorskip("rasterio", reason="the extra 'raster' is not installed")


def write(path, heights, **more):
    from rasterio import Affine

    profile = {"driver": "GTiff", "width": heights.shape[1], "height": heights.shape[0], "count": 1, "dtype": "float32"}
    profile |= {"crs": "EPSG:4326", "transform": Affine(0.1, 0.0, 114.0, 0.0, -0.1, 36.0), "nodata": -9999.0, **more}
    with rasterio.open(path, "w", **profile) as raster:
        raster.write(heights.astype("float32"), 1)
    return path


@pytest.mark.parametrize("content", [b"", b"not a raster at all"])
def test_what_is_no_raster_is_refused(tmp_path, content: bytes) -> None:
    path = tmp_path / "heights.tif"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"heights\.tif"):
        read_heights(path, lon=np.array([114.1]), lat=np.array([35.9]))


def test_heights_lie_between_the_centres_of_cells(tmp_path) -> None:
    """Cells of 0.1 degrees from 114 E, 36 N: centres at 114.05, 114.15 ... and 35.95, 35.85 ..."""
    path = write(tmp_path / "高程 heights.tif", np.array([[0.0, 10.0, 20.0], [100.0, 110.0, -9999.0]]))
    lon = np.array([114.05, 114.10, 114.10, 114.20, 113.0, 114.01])
    lat = np.array([35.9499, 35.9499, 35.90, 35.90, 35.9, 35.99])
    found = read_heights(path, lon=lon, lat=lat)
    assert np.allclose(found[:3], [0.1, 5.1, 55.0], atol=0.02)
    assert np.isnan(found[3:]).all()
