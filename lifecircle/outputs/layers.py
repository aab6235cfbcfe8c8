"""One layer of shapes as a file of its own: GeoJSON or GeoPackage, by the file's extension."""

from __future__ import annotations

import json
import math
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from lifecircle.errors import SourceError
from lifecircle.outputs.document import provenance_document
from lifecircle.outputs.geofiles import data_date, dated

if TYPE_CHECKING:
    import geopandas as gpd

    from lifecircle.model.provenance import Provenance

FORMATS = {".geojson": "GeoJSON", ".json": "GeoJSON", ".gpkg": "GPKG"}
# A centimetre, about: more digits only make files longer.
DEGREES = 1e-7


def layer_format(path: Path) -> str:
    """Return the format that a file name asks for.

    Raises
    ------
    SourceError
        If it asks for none that can be written.
    """
    if path.suffix.lower() not in FORMATS:
        raise SourceError(
            f"{path.name}: cannot be written as {path.suffix or 'nothing'!r}; end it in .geojson or .gpkg"
        )
    return FORMATS[path.suffix.lower()]


def geojson_text(layer: gpd.GeoDataFrame, *, provenance: Provenance) -> str:
    """Return a layer (EPSG:4326) as a GeoJSON FeatureCollection (RFC 7946).

    Outlines run counter-clockwise; unknown and infinite numbers are null. What it was computed from
    stands beside the features under ``provenance``; the same input gives the same text.
    """
    shapes = shapely.set_precision(layer.geometry.to_numpy(), DEGREES, mode="pointwise")
    shapes = shapely.orient_polygons(shapes)
    features = [
        {
            "type": "Feature",
            "properties": {key: _plain(value) for key, value in row.items()},
            "geometry": json.loads(text),
        }
        for row, text in zip(
            layer.drop(columns=layer.geometry.name).to_dict("records"), shapely.to_geojson(shapes), strict=True
        )
    ]
    notes = _origin(provenance)
    document = {"type": "FeatureCollection", **notes, "features": features}
    return json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n"


def _origin(provenance: Provenance) -> dict[str, Any]:
    credits_ = [f"{file.attribution}, {file.licence}" for file in provenance.inputs if file.attribution]
    return {"attribution": "; ".join(dict.fromkeys(credits_)), "provenance": provenance_document(provenance)}


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value


def write_layer(layer: gpd.GeoDataFrame, path: Path, *, name: str, provenance: Provenance) -> Path:
    """Write a layer to `path`, whole or not at all.

    Parameters
    ----------
    layer : GeoDataFrame
        EPSG:4326.
    path : Path
        ``.geojson`` (or ``.json``) or ``.gpkg``; its folder is created, a file of that name replaced.
    name : str
        Of the layer, in a GeoPackage.
    provenance : Provenance

    Returns
    -------
    Path

    Raises
    ------
    SourceError
        If the extension is another, or the file cannot be written; the previous one is then still whole.
    """
    kind = layer_format(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{path.stem}-", dir=path.parent) as folder:
            staged = Path(folder) / path.name
            if kind == "GeoJSON":
                staged.write_text(geojson_text(layer, provenance=provenance), encoding="utf-8", newline="\n")
            else:
                _write_gpkg(layer, staged, name=name, provenance=provenance)
            os.replace(staged, path)  # noqa: PTH105 - one name to fail in tests
    except OSError as error:
        raise SourceError(
            f"{path}: cannot be written ({error.strerror or error}); open in another program, or a closed folder?"
        ) from error
    return path


def _write_gpkg(layer: gpd.GeoDataFrame, path: Path, *, name: str, provenance: Provenance) -> None:
    origin = _origin(provenance)
    notes = {
        "attribution": origin["attribution"],
        "provenance": json.dumps(origin["provenance"], ensure_ascii=False, sort_keys=True),
    }
    with dated(data_date(provenance)):
        layer.to_file(path, layer=name, driver="GPKG", engine="pyogrio", index=False, layer_metadata=notes)
