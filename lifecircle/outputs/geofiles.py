"""GeoParquet and GeoPackage files; the same view gives the same bytes."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import geopandas as gpd
import pandas as pd

from lifecircle.model.audit import AuditView
from lifecircle.model.provenance import Provenance
from lifecircle.outputs.styles import layer_style
from lifecircle.outputs.tables import community_table, facility_table, gap_table, residence_table

# GeoPackages carry the time of writing; without a date of the data, this one.
_NO_DATE = "2000-01-01T00:00:00.000Z"


def write_parquet(view: AuditView, folder: Path) -> list[Path]:
    """Write ``residences.parquet`` and ``facilities.parquet`` (GeoParquet 1.1, EPSG:4326) into `folder`."""
    written = []
    for name, table in (("residences", residence_table(view)), ("facilities", facility_table(view))):
        path = folder / f"{name}.parquet"
        table.to_parquet(path, index=False, compression="zstd", schema_version="1.1.0")
        written.append(path)
    return written


def write_geopackage(view: AuditView, folder: Path) -> Path:
    """Write ``audit.gpkg`` with the styled layers residences, facilities, gaps and, if any, communities."""
    path = folder / "audit.gpkg"
    layers = {
        "residences": _one_shape(residence_table(view).drop(columns="entrances")),
        "facilities": _points(facility_table(view).drop(columns="entrances")),
        "gaps": _points(gap_table(view)),
    }
    communities = community_table(view)
    if communities is not None:
        layers["communities"] = communities
    if view.isochrones is not None:
        layers["isochrones"] = view.isochrones
    date = data_date(view.provenance)
    with dated(date):
        for name, layer in layers.items():
            kind = _layer_kind(layer) if name in ("residences", "communities", "isochrones") else "Point"
            options = {"geometry_type": kind, "promote_to_multi": kind == "MultiPolygon"}
            layer.to_file(path, layer=name, driver="GPKG", engine="pyogrio", index=False, use_arrow=True, **options)
    _add_styles(path, view=view, date=date)
    return path


def _one_shape(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return `table` with one kind of geometry, because a GIS styles one kind per layer."""
    flat = table.geom_type.isin(["Polygon", "MultiPolygon"]).all()
    return table if flat else _points(table)


def _points(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return table.set_geometry(table.geometry.representative_point())


def _layer_kind(table: gpd.GeoDataFrame) -> str:
    return "Point" if (table.geom_type == "Point").all() else "MultiPolygon"


def data_date(provenance: Provenance) -> str:
    """Return the date of the OpenStreetMap data as GDAL writes dates; a fixed one where there is none."""
    stamps = [file.timestamp for file in provenance.inputs if file.role == "osm" and file.timestamp]
    day = pd.to_datetime(stamps[0], utc=True, errors="coerce") if stamps else pd.NaT
    return _NO_DATE if pd.isna(day) else day.strftime("%Y-%m-%dT%H:%M:%S.000Z")


@contextmanager
def dated(date: str) -> Iterator[None]:
    """Give GDAL `date` as the time of writing, and take it back afterwards."""
    import pyogrio

    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": date})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _add_styles(path: Path, *, view: AuditView, date: str) -> None:
    """Add the table ``layer_styles`` from which QGIS takes a layer's default style."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), "
            "f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), "
            "styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), "
            "update_time DATETIME)"
        )
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id) "
            "VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?, 0)",
            (date,),
        )
        kinds = dict(database.execute("SELECT table_name, geometry_type_name FROM gpkg_geometry_columns"))
        for name in [one for one in ("residences", "facilities", "gaps", "communities", "isochrones") if one in kinds]:
            style = layer_style(name, polygons=kinds[name] == "MULTIPOLYGON", view=view)
            database.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, "
                "styleName, styleQML, styleSLD, useAsDefault, description, owner, ui, update_time) "
                "VALUES ('', '', ?, 'geom', 'lifecircle', ?, '', 1, '', '', '', ?)",
                (name, style, date),
            )
