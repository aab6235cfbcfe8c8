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
from lifecircle.outputs.tables import Tables, community_table, gap_table, main_tables

# GeoPackages carry the time of writing; without a date of the data, this one.
_NO_DATE = "2000-01-01T00:00:00.000Z"


def write_parquet(view: AuditView, folder: Path, *, tables: Tables | None = None) -> list[Path]:
    """Write ``residences.parquet`` and ``facilities.parquet`` (GeoParquet 1.1, EPSG:4326) into `folder`.

    `tables` are the view's `main_tables`, where they are at hand.
    """
    import pyarrow as pa

    written = []
    for name, table in (tables or main_tables(view)).items():
        path = folder / f"{name}.parquet"
        table.to_parquet(path, index=False, compression="zstd", schema_version="1.1.0")
        written.append(path)
    pa.default_memory_pool().release_unused()  # Arrow would keep it, GDAL needs as much again
    return written


def gis_layers(view: AuditView, *, tables: Tables | None = None) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers for a GIS in the view's CRS: residences, facilities, gaps and, if any, the others."""
    known = tables or main_tables(view)
    layers = {
        "residences": _one_shape(known["residences"].drop(columns="entrances")),
        "facilities": _points(known["facilities"].drop(columns="entrances")),
        "gaps": _points(gap_table(view)),
    }
    communities = community_table(view)
    if communities is not None:
        layers["communities"] = communities
    if view.isochrones is not None:
        layers["isochrones"] = view.isochrones
    return layers if view.crs == "EPSG:4326" else {name: layer.to_crs(view.crs) for name, layer in layers.items()}


def write_geopackage(view: AuditView, folder: Path, *, tables: Tables | None = None) -> Path:
    """Write ``audit.gpkg`` with the styled layers residences, facilities, gaps and, if any, communities."""
    path = folder / "audit.gpkg"
    layers = gis_layers(view, tables=tables)
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
    return day_of(stamps[0] if stamps else "")


def day_of(stamp: str) -> str:
    """Return an ISO 8601 time as GDAL writes dates; a fixed one where there is none."""
    day = pd.to_datetime(stamp, utc=True, errors="coerce") if stamp else pd.NaT
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
            columns = [row[1] for row in database.execute(f"PRAGMA table_info({name})")]
            style = layer_style(name, columns, polygons=kinds[name] == "MULTIPOLYGON", view=view)
            database.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, "
                "styleName, styleQML, styleSLD, useAsDefault, description, owner, ui, update_time) "
                "VALUES ('', '', ?, 'geom', 'lifecircle', ?, '', 1, '', '', '', ?)",
                (name, style, date),
            )
