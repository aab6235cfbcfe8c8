"""What a GIS is handed: another coordinate system, column names, Shapefiles."""

import io
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from outputs.views import small_view
from pyproj import Transformer

from lifecircle.outputs.column_names import column_names
from lifecircle.outputs.geofiles import gis_layers, write_geopackage
from lifecircle.outputs.shapefiles import short_names, write_shapefiles


def test_a_layer_lies_where_the_asked_system_puts_it(tmp_path):
    # CGCS2000 / 3-degree Gauss-Kruger CM 114E, the zone of Hebi.
    view = replace(small_view(), crs="EPSG:4547")
    path = write_geopackage(view, tmp_path)
    layer = gpd.read_file(path, layer="facilities").set_index("facility_id")
    assert layer.crs.to_epsg() == 4547
    lon, lat = view.facilities.geometry.iloc[:1].to_crs(4326).iloc[0].coords[0]
    east, north = Transformer.from_crs("EPSG:4326", "EPSG:4547", always_xy=True).transform(lon, lat)
    at = layer.geometry["n1:pharmacy"]
    assert (at.x, at.y) == pytest.approx((east, north), abs=0.001)
    assert 400_000 < at.x < 600_000  # false easting 500 km


@pytest.mark.parametrize(("language", "expected"), [("zh", "健康医疗：分钟"), ("en", "Health: minutes")])
def test_qgis_shows_columns_by_name(tmp_path, language, expected):
    path = write_geopackage(small_view(language=language), tmp_path)
    with closing(sqlite3.connect(path)) as database:
        (style,) = database.execute("SELECT styleQML FROM layer_styles WHERE f_table_name = 'residences'").fetchone()
    assert f'<alias field="health_min" name="{expected}"' in style


def test_every_written_column_has_a_name_in_both_languages(audited):
    for language in ("zh", "en"):
        view = replace(audited("demo").view, language=language, isochrones=audited("demo").isochrones)
        for name, layer in gis_layers(view).items():
            columns = [column for column in layer.columns if column != layer.geometry.name]
            unnamed = [column for column, shown in column_names(view, columns).items() if shown == column]
            assert unnamed == [], (name, language)


def test_shapefiles_are_read_back_and_list_what_they_lost(tmp_path):
    view = small_view(language="zh")
    residences = view.residences.assign(name=["长" * 100, *[""] * 29])
    view = replace(view, residences=residences)
    path = write_shapefiles(gis_layers(view), tmp_path, view=view)
    fields = pd.read_csv(io.BytesIO(zipfile.ZipFile(path).read("fields.csv")))
    mine = fields[fields["file"] == "residences.shp"].set_index("column")
    back = gpd.read_file(f"zip://{path}!residences.shp")
    assert list(back.columns.drop("geometry")) == mine["field"].tolist()
    assert mine["field"].str.len().max() <= 10
    assert mine.loc["name", "cut"] == 1
    assert back[mine.loc["name", "field"]][0] == "长" * 84  # 252 of 254 bytes
    infinite = np.isinf(view.audit.residences["fitness_m"]).sum()
    assert mine.loc["fitness_m", "infinite"] == infinite > 0
    assert back[mine.loc["fitness_m", "field"]].isna().sum() >= infinite
    assert mine.loc["health_status", "name"] == "健康医疗：结论"


def test_the_same_view_gives_the_same_archive(tmp_path):
    view = small_view()
    first = write_shapefiles(gis_layers(view), tmp_path, view=view).read_bytes()
    assert write_shapefiles(gis_layers(view), tmp_path, view=view).read_bytes() == first


def test_short_names_differ_even_where_long_ones_agree_for_long():
    names = short_names([f"comprehensive_{part}" for part in ("min", "status", "reason", "facility_id")] * 1)
    assert len(set(names.values())) == 4
    many = short_names([f"a_column_of_number_{k}" for k in range(120)])
    assert len({name.lower() for name in many.values()}) == 120
    assert max(len(name) for name in many.values()) <= 10
