"""How the command line reads positions and minutes, and where it writes one layer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lifecircle.cli.frame import writing

if TYPE_CHECKING:
    import geopandas as gpd

    from lifecircle.pipeline.place import Place


def lon_lat(text: str) -> tuple[float, float] | None:
    """Return ``LON,LAT`` as two numbers, None when the text is something else."""
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        return None
    return lon, lat


def parse_lon_lat(_ctx: click.Context, _param: click.Parameter, value: str | None) -> tuple[float, float] | None:
    """Read an option ``LON,LAT``."""
    if value is None:
        return None
    found = lon_lat(value)
    if found is None or abs(found[0]) > 180 or abs(found[1]) > 90:
        raise click.BadParameter(f"{value!r} is no LON,LAT: give degrees, for example -18.0906,65.6826")
    return found


def parse_minutes(_ctx: click.Context, _param: click.Parameter, value: str) -> tuple[float, ...]:
    """Read an option of minutes, ``5,10,15``."""
    try:
        minutes = tuple(float(part) for part in value.split(","))
    except ValueError:
        raise click.BadParameter(f"{value!r} are no minutes: give numbers, for example 5,10,15") from None
    if not all(0 < minute <= 180 for minute in minutes):
        raise click.BadParameter(f"{value!r}: give minutes above 0, up to 180")
    return minutes


def parse_file(_ctx: click.Context, _param: click.Parameter, value: Path | None) -> Path | None:
    """Refuse a file that could not be written, before anything is computed."""
    if value is not None and value.suffix.lower() not in (".geojson", ".json", ".gpkg"):
        raise click.BadParameter(f"{value.name}: end the name in .geojson or .gpkg")
    return value


def hand_over(place: Place, layer: gpd.GeoDataFrame, *, out: Path | None, name: str) -> None:
    """Write `layer` to the file `out`, or as GeoJSON to stdout."""
    from lifecircle.outputs.layers import geojson_text, write_layer
    from lifecircle.pipeline.provenance import provenance_of

    provenance = provenance_of(place)
    if out is None:
        click.echo(geojson_text(layer, provenance=provenance), nl=False)
        return
    with writing():
        write_layer(layer, out, name=name, provenance=provenance)
