"""Vector files (GeoJSON, GeoPackage, Shapefile, GeoParquet) as frames in EPSG:4326.

The content decides the format, never the suffix: GDAL is handed only what begins like a
GeoPackage or a Shapefile, because a virtual file it recognises by itself could read others.
"""

import json
import os
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from lifecircle.errors import DatumError, SchemaError, SourceError
from lifecircle.sources.files import check_file, read_head
from lifecircle.sources.shapefiles import text_encoding
from lifecircle.sources.vector_datum import WORDS, to_lonlat

_KNOWN: Final = "GeoJSON, GeoPackage, Shapefile or GeoParquet"


def read_vector(
    path: Path, *, layer: str | None = None, datum: str | None = None, missing: bool = False
) -> gpd.GeoDataFrame:
    """Read a vector file into EPSG:4326, rows and attribute columns as they are.

    Parameters
    ----------
    path : Path
    layer : str, optional
        Of a GeoPackage; needed when it has several.
    datum : str, optional
        ``"wgs84"``, ``"cgcs2000"`` (equal within decimetres), ``"gcj02"``, ``"bd09"`` or ``"EPSG:n"``: what
        the coordinates are when the file does not say. GeoJSON without a ``crs`` member says WGS-84
        (RFC 7946) outside China and nothing inside.
    missing : bool
        Keep rows without geometry (None) instead of refusing them.

    Returns
    -------
    GeoDataFrame
        Index 0 ... n - 1, column ``geometry`` (2D, none missing or empty), EPSG:4326.

    Raises
    ------
    SourceError
        If the file is missing, empty, damaged, or of another format.
    DatumError
        If it has no coordinate reference system and `datum` names none, if the two disagree,
        if `datum` is unknown, or if coordinates are no longitudes and latitudes.
    SchemaError
        If it has no rows, an unknown layer, or rows without geometry.
    """
    path = Path(path)
    check_file(path)
    reader = _reader(path)
    if layer is not None and reader is not _read_geopackage:
        raise SchemaError(f"{path.name}: layer {layer!r} was asked for, but only a GeoPackage has layers; leave it out")
    frame = reader(path, layer) if reader is _read_geopackage else reader(path)
    if frame.empty:
        raise SchemaError(f"{path.name}: it has no rows; give a file with at least one geometry")
    if missing:
        frame = frame.set_geometry(frame.geometry.where(~frame.geometry.is_empty, None))
    else:
        _check_present(frame, path)
    frame = frame.reset_index(drop=True)
    frame = frame.rename_geometry("geometry") if frame.geometry.name != "geometry" else frame
    flat = frame.set_geometry(shapely.force_2d(frame.geometry.to_numpy()), crs=frame.crs)
    _check_finite(flat, path)
    if flat.crs is None and datum is None and reader is not _read_geojson:
        raise DatumError(
            f"{path.name}: the file does not say its coordinate reference system; state it as datum "
            f"({WORDS}): a wrong guess moves everything by up to 900 m"
        )
    return to_lonlat(flat, datum=datum, file=path.name)


def _reader(path: Path) -> Callable[..., gpd.GeoDataFrame]:
    head = read_head(path, size=512)
    if head.startswith(b"SQLite format 3\x00") and head[68:70] == b"GP":
        return _read_geopackage
    if len(head) >= 4 and struct.unpack(">i", head[:4])[0] == 9994:
        return _read_shapefile
    if head.startswith(b"PAR1"):
        return _read_geoparquet
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return _read_geojson
    hint = "; it is a ZIP: unpack it first" if head.startswith(b"PK") else ""
    raise SourceError(f"{path.name}: not a {_KNOWN} file (it starts with {head[:12]!r}){hint}")


def _read_geojson(path: Path) -> gpd.GeoDataFrame:
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SourceError(f"{path.name}: not UTF-8 text at byte {error.start}; save the GeoJSON as UTF-8") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise SourceError(f"{path.name}: broken JSON ({error}); the file may be cut short: get it again") from error
    kind = data.get("type")
    features = data.get("features") if kind == "FeatureCollection" else [data]
    if not isinstance(features, list) or kind in {None, "Topology"}:
        raise SourceError(f"{path.name}: JSON of type {kind!r} is not GeoJSON; export it as a FeatureCollection")
    shapes = [_shape(feature, row, path) for row, feature in enumerate(features, start=1)]
    rows = [feature.get("properties") or {} for feature in features]
    columns = list(dict.fromkeys(key for row in rows for key in row if key != "geometry"))
    table = pd.DataFrame({key: [row.get(key) for row in rows] for key in columns}, index=range(len(rows)))
    geometry = np.empty(len(shapes), dtype=object)
    geometry[:] = shapes
    return gpd.GeoDataFrame(table, geometry=geometry, crs=_geojson_crs(data, path))


def _shape(feature: Any, row: int, path: Path) -> BaseGeometry | None:  # noqa: ANN401 - anything JSON can hold
    try:
        geometry = feature["geometry"] if feature["type"] == "Feature" else feature
        with np.errstate(invalid="ignore"):  # NaN coordinates are reported with their row, later
            return None if geometry is None else shape(geometry)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, shapely.errors.ShapelyError) as error:
        raise SourceError(f"{path.name}, feature {row}: not a GeoJSON geometry ({error}); mend or remove it") from error


def _geojson_crs(data: dict[str, Any], path: Path) -> CRS | None:
    """Return what the older ``crs`` member of GeoJSON says, None without one."""
    member = data.get("crs")
    try:
        return None if member is None else CRS.from_user_input(member["properties"]["name"])
    except (CRSError, KeyError, TypeError) as error:
        raise DatumError(
            f"{path.name}: its crs member {member!r} is unknown; remove it, or save as EPSG:4326"
        ) from error


def _read_geopackage(path: Path, layer: str | None) -> gpd.GeoDataFrame:
    pyogrio = _gdal()
    try:
        with _no_gdal_warnings():
            names = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    except (pyogrio.errors.DataSourceError, RuntimeError) as error:
        raise SourceError(f"{path.name}: damaged GeoPackage ({error}); get it again") from error
    if layer is None and len(names) != 1:
        raise SchemaError(f"{path.name}: it has {len(names)} layers ({', '.join(names)}); name one as layer")
    if layer is not None and layer not in names:
        raise SchemaError(f"{path.name}: no layer {layer!r}; it has {', '.join(names)}")
    return _read_gdal(path, layer=layer or names[0])


def _read_shapefile(path: Path) -> gpd.GeoDataFrame:
    for suffix in (".shx", ".dbf"):
        if not any(path.with_suffix(form).exists() for form in (suffix, suffix.upper())):
            raise SourceError(f"{path.name}: its {suffix} file is missing; keep .shp, .shx, .dbf and .prj together")
    encoding = text_encoding(path)
    return _read_gdal(path, **({} if encoding is None else {"encoding": encoding}))


def _read_gdal(path: Path, **options: str) -> gpd.GeoDataFrame:
    pyogrio = _gdal()
    try:
        with _no_gdal_warnings():
            frame = pyogrio.read_dataframe(path, **options)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, RuntimeError, ValueError) as error:
        raise SourceError(f"{path.name}: cannot be read ({error}); the file may be damaged: get it again") from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise SchemaError(f"{path.name}: it is a table without geometry; give a layer with points or polygons")
    return frame


@contextmanager
def _no_gdal_warnings() -> Iterator[None]:
    """Keep GDAL quiet about suffixes and versions: what matters to a reader is raised."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


def _gdal() -> Any:  # noqa: ANN401 - the pyogrio module
    """Import pyogrio with the virtual driver off, which could open other files and addresses."""
    os.environ.setdefault("OGR_SKIP", "OGR_VRT")
    import pyogrio
    import pyogrio.errors

    return pyogrio


def _read_geoparquet(path: Path) -> gpd.GeoDataFrame:
    try:
        return gpd.read_parquet(path)
    except (ValueError, OSError, KeyError) as error:  # pyarrow's errors are the first two
        raise SourceError(f"{path.name}: not a readable GeoParquet file ({error}); export it again") from error


def _check_present(frame: gpd.GeoDataFrame, path: Path) -> None:
    absent = (frame.geometry.isna() | frame.geometry.is_empty).to_numpy()
    if absent.any():
        raise SchemaError(f"{path.name}: no geometry in {describe_rows(absent)}; draw it, or remove the row")


def _check_finite(frame: gpd.GeoDataFrame, path: Path) -> None:
    coordinates, row = shapely.get_coordinates(frame.geometry.to_numpy(), return_index=True)
    wrong = np.zeros(len(frame), dtype=bool)
    wrong[row[~np.isfinite(coordinates).all(axis=1)]] = True
    if wrong.any():
        raise SchemaError(f"{path.name}: coordinates that are no numbers in {describe_rows(wrong)}; mend the geometry")


def describe_rows(wrong: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> str:
    """Say which rows (counted from 1) are meant by a mask, at most five of them by number."""
    rows = (np.flatnonzero(wrong) + 1).tolist()
    shown = ", ".join(map(str, rows[:5])) + (" ..." if len(rows) > 5 else "")
    return f"row {shown}" if len(rows) == 1 else f"{len(rows)} rows ({shown})"
