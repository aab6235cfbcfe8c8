"""The walks of an estate as files: a table, GIS layers and a map that opens without internet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lifecircle.model.area import WGS84
from lifecircle.outputs.layers import write_layer
from lifecircle.outputs.tables import csv_bytes
from lifecircle.outputs.write import write_together

if TYPE_CHECKING:
    from lifecircle.model.walks import WalksView


def write_walks(view: WalksView, out: Path) -> list[Path]:
    """Write ``walks.csv``, ``walks.geojson``, ``walks.gpkg`` and ``walks.html`` into the folder `out`, all or none.

    Raises
    ------
    SourceError
        If a file cannot be written.
    """
    return write_together(out, lambda folder: _stage(view, folder))


def _stage(view: WalksView, folder: Path) -> list[Path]:
    from lifecircle.outputs.map_folium import write_page  # folium is heavy
    from lifecircle.outputs.walks_map import walks_map

    table, geojson, package, page = (folder / f"walks.{kind}" for kind in ("csv", "geojson", "gpkg", "html"))
    table.write_bytes(csv_bytes(view.walks.table()))
    lines = view.walks.found().to_crs(WGS84)
    for path in (geojson, package):
        write_layer(lines, path, name="walks", provenance=view.provenance)
    return [table, geojson, package, write_page(walks_map(view), page)]
