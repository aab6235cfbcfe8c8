"""``lifecircle isochrone``: what lies within some minutes on foot."""

from pathlib import Path

import click

from lifecircle.cli.frame import front_door
from lifecircle.cli.places import hand_over, parse_file, parse_lon_lat, parse_minutes


@click.command("isochrone", short_help="What lies within some minutes on foot.")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--at", callback=parse_lon_lat, metavar="LON,LAT", help="Where the walker sets out, degrees of WGS-84.")
@click.option("--around", metavar="ID", help="Instead of a place: a circle, or a facility type, to which people walk.")
@click.option("--minutes", default="5,10,15", show_default=True, callback=parse_minutes, help="Of the bands.")
@click.option("--lines", is_flag=True, help="Exact stretches of street instead of polygons.")
@click.option("--profile", help="Walker instead of the study's: adult, planner, elderly, child, wheelchair.")
@click.option(
    "--out", type=click.Path(path_type=Path), callback=parse_file, help="File, .geojson or .gpkg [default: stdout]."
)
@front_door
def command(
    config: Path,
    at: tuple[float, float] | None,
    around: str | None,
    minutes: tuple[float, ...],
    lines: bool,
    profile: str | None,
    out: Path | None,
) -> None:
    """Draw what lies within some minutes on foot of a place, or of the facilities of a circle or type, in CONFIG.

    Each band holds the smaller ones. Polygons are for display; lengths of street are exact.
    """
    from lifecircle.errors import ConfigError
    from lifecircle.pipeline.place import load_place
    from lifecircle.pipeline.question import Overrides
    from lifecircle.pipeline.walking.isochrone import isochrone

    if (at is None) == (around is None):
        raise ConfigError("isochrone: give either --at LON,LAT or --around ID")
    place = load_place(config, overrides=Overrides(profile=profile))
    lon, lat = at or (None, None)
    bands = isochrone(place, lon=lon, lat=lat, around=around, minutes=minutes, lines=lines)
    hand_over(place, bands, out=out, name="isochrones")
    if out is not None:
        for band in bands.itertuples():
            area = "" if lines else f"{band.area_km2:8.2f} km2"
            edge = "  (touches the edge of the data)" if band.at_edge else ""
            click.echo(f"{band.minutes:5g} min  {area}  {band.street_km:8.1f} km of street{edge}")
        click.echo(f"\n-> {out} ({bands['profile'].iloc[0]}, {bands['speed_kmh'].iloc[0]:g} km/h)")
