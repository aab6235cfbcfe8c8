"""Population rasters: cells, exact sums, systems, no-data, and what is refused."""

import sys

import geopandas as gpd
import numpy as np
import pytest
import shapely

from lifecircle.errors import ConfigError, DatumError, SchemaError, SourceError
from lifecircle.sources.population_raster import read_population_raster, zonal_people

rasterio = pytest.importorskip("rasterio")
AROUND = shapely.box(114.005, 35.97, 114.04, 35.995)
HIDDEN = -99999.0


def tiff(path, people, *, crs="EPSG:4326", corner=None, size=0.001, bands=1, nodata=HIDDEN):
    """A raster whose north-west corner lies at 114 E, 36 N."""
    if corner is None:
        point = gpd.GeoSeries([shapely.Point(114, 36)], crs="EPSG:4326").to_crs(crs or "EPSG:4326").iloc[0]
        corner = (point.x, point.y)
    height, width = people.shape
    about = {"driver": "GTiff", "height": height, "width": width, "count": bands, "dtype": "float32", "crs": crs}
    transform = rasterio.Affine(size, 0.0, corner[0], 0.0, -size, corner[1])
    with rasterio.open(path, "w", transform=transform, nodata=nodata, **about) as file:
        for band in range(1, bands + 1):
            file.write(people.astype("float32"), band)
    return path


def town(seed=1):
    people = np.random.default_rng(seed).gamma(1.0, 20.0, (40, 50)).round()
    people[10:14, 10:20] = HIDDEN
    return people


@pytest.mark.parametrize(("crs", "size"), [("EPSG:4326", 0.001), ("ESRI:54009", 100.0), ("EPSG:32650", 90.0)])
def test_exactextract_and_the_fallback_agree(tmp_path, crs, size):
    pytest.importorskip("exactextract")
    raster, _ = read_population_raster(tiff(tmp_path / "p.tif", town(), crs=crs, size=size), around=AROUND)
    random = np.random.default_rng(7)
    circles = [
        shapely.Point(114.01 + 0.02 * random.random(), 35.975 + 0.015 * random.random()).buffer(0.005 * random.random())
        for _ in range(60)
    ]
    holed = [circle.difference(shapely.centroid(circle).buffer(0.0005)) for circle in circles[:10]]
    pair = shapely.union(circles[0], shapely.box(114.03, 35.98, 114.031, 35.981))
    zones = np.array([*circles, *holed, pair, AROUND], dtype=object)
    exact, fallback = zonal_people(raster, zones, exact=True), zonal_people(raster, zones, exact=False)
    np.testing.assert_allclose(exact, fallback, rtol=1e-5, atol=1e-3)
    assert fallback.min() >= 0
    assert fallback.max() > 10_000


def test_half_a_cell_by_hand(tmp_path):
    """Cells of 100 and 300 people side by side: half of the first and a quarter of the second make 125."""
    people = np.zeros((40, 50))
    people[10, 10:12] = 100.0, 300.0
    raster, _ = read_population_raster(tiff(tmp_path / "p.tif", people), around=AROUND)
    half = shapely.box(114.010, 35.9893, 114.012, 35.9898)
    quarter = shapely.box(114.011, 35.9890, 114.012, 35.98925)
    west = shapely.box(114.010, 35.989, 114.0105, 35.990)
    for exact in (True, False):
        sums = zonal_people(raster, np.array([half, quarter, west, shapely.box(0, 0, 1, 1)], dtype=object), exact=exact)
        assert sums == pytest.approx([200.0, 75.0, 50.0, 0.0], abs=0.01)


def test_cells_hold_everybody_and_nobody_where_there_is_no_data(tmp_path):
    people = town()
    raster, (note,) = read_population_raster(tiff(tmp_path / "p.tif", people), around=AROUND)
    # One cell of margin on each side of columns 5 to 39 and rows 5 to 29.
    part = people[4:31, 4:41]
    cells = raster.cells()
    assert cells["population"].sum() == part[part > 0].sum()
    assert raster.nodata == (part == HIDDEN).sum() == 40
    assert f"{(part > 0).sum()} inhabited cells around the study, 40 without data" in note.en
    first = cells.geometry.iloc[0].bounds
    assert first == pytest.approx((114.004, 35.995, 114.005, 35.996), abs=1e-9)


def test_a_declared_system_is_used_where_the_file_says_none(tmp_path):
    path = tiff(tmp_path / "p.tif", town(), crs=None, corner=(114.0, 36.0))
    with pytest.raises(DatumError, match=r"p.tif: the raster does not say .* raster: \{file, datum\}"):
        read_population_raster(path, around=AROUND)
    raster, _ = read_population_raster(path, around=AROUND, datum="wgs84")
    assert raster.crs.to_epsg() == 4326
    with pytest.raises(DatumError, match="a raster cannot be in gcj02"):
        read_population_raster(path, around=AROUND, datum="gcj02")
    path = tiff(tmp_path / "q.tif", town(), crs="EPSG:32650", size=90.0)
    with pytest.raises(DatumError, match=r"the file says WGS 84 / UTM zone 50N, the study says EPSG:32651"):
        read_population_raster(path, around=AROUND, datum="EPSG:32651")


def test_refused(tmp_path):
    path = tmp_path / "p.tif"
    with pytest.raises(SchemaError, match=r"p.tif: 40 cells hold -99999, .* declare it as the raster's nodata value"):
        read_population_raster(tiff(path, town(), nodata=None), around=AROUND)
    with pytest.raises(SchemaError, match=r"p.tif: nobody lives in its cells around the study"):
        read_population_raster(tiff(path, np.zeros((40, 50))), around=AROUND)
    with pytest.raises(SchemaError, match=r"p.tif: it has 2 bands"):
        read_population_raster(tiff(path, town(), bands=2), around=AROUND)
    with pytest.raises(ConfigError, match=r"p.tif: the raster does not reach the study"):
        read_population_raster(tiff(path, town(), corner=(10.0, 50.0)), around=AROUND)
    path.write_bytes(tiff(path, town()).read_bytes()[:900])
    with pytest.raises(SourceError, match=r"p.tif: damaged raster"):
        read_population_raster(path, around=AROUND)
    path.write_text("not a raster", encoding="utf-8")
    with pytest.raises(SourceError, match=r"p.tif: not a GeoTIFF"):
        read_population_raster(path, around=AROUND)


def test_a_virtual_raster_is_not_opened(tmp_path):
    path = tmp_path / "p.tif"
    path.write_text('<VRTDataset rasterXSize="1" rasterYSize="1"></VRTDataset>', encoding="utf-8")
    with pytest.raises(SourceError, match="not a GeoTIFF"):
        read_population_raster(path, around=AROUND)


def test_without_the_extra_the_message_says_what_to_install(tmp_path, monkeypatch):
    path = tiff(tmp_path / "p.tif", town())
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(ConfigError, match=r"pip install 'lifecircle\[raster\]'"):
        read_population_raster(path, around=AROUND)
