"""``lifecircle route``: the walk behind a time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lifecircle.cli.frame import front_door
from lifecircle.cli.places import hand_over, lon_lat, parse_file

if TYPE_CHECKING:
    from lifecircle.model.route import Route


@click.command("route", short_help="The walk to the nearest facility of a type.")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--from", "start", required=True, metavar="ID|LON,LAT", help="A residence's id, or any place.")
@click.option("--type", "kind", required=True, help="Facility type.")
@click.option("--profile", help="Walker instead of the study's: adult, planner, elderly, child, wheelchair.")
@click.option(
    "--out", type=click.Path(path_type=Path), callback=parse_file, help="File for the line, .geojson or .gpkg."
)
@front_door
def command(config: Path, start: str, kind: str, profile: str | None, out: Path | None) -> None:
    """Show the walk in CONFIG from a residence, or from any place, to the nearest facility of a type.

    From a residence its total is the time in the audit's tables, exactly.
    """
    from lifecircle.pipeline.place import load_place
    from lifecircle.pipeline.question import Overrides
    from lifecircle.pipeline.walking.route import route

    place = load_place(config, overrides=Overrides(profile=profile))
    spot = lon_lat(start)
    if spot is None:
        found = route(place, type=kind, residence_id=start)
    else:
        found = route(place, type=kind, lon=spot[0], lat=spot[1])
    name = str(place.facilities["name"].get(found.facility_id, ""))
    if out is not None:
        hand_over(place, found.to_frame(), out=out, name="route")
    click.echo(_text(found, name=name))
    if out is not None:
        click.echo(f"\n-> {out}")


def _text(found: Route, *, name: str) -> str:
    crossings = ", ".join(f"{count} {kind}" for kind, count in found.crossings.items() if count) or "none"
    legs = f"{found.access_mm / 1000:.1f} m to the street, {found.egress_mm / 1000:.1f} m to the entrance"
    rows = [
        ("to", f"{found.facility_id} {name}".rstrip()),
        ("minutes", f"{found.minutes:.2f} ({found.mode.profile.id}, {found.mode.profile.speed_kmh:g} km/h)"),
        ("length", f"{found.length_m:.1f} m (of it {legs})"),
        ("along", " - ".join(found.streets) or "unnamed ways"),
        ("crossings", crossings),
        ("footways", f"{found.share(found.footway_mm):.0%}"),
        ("private ways", f"{found.share(found.private_mm):.0%}"),
        ("steps", f"{found.steps_mm / 1000:.1f} m"),
    ]
    return "\n".join(f"{label:<13} {text}" for label, text in rows)
