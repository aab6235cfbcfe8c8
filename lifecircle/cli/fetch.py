"""``lifecircle fetch``: download once, then work offline."""

from pathlib import Path

import click

from lifecircle.cli.frame import front_door


@click.command("fetch", short_help="Download OpenStreetMap for a study.")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--server", metavar="URL", help="Overpass interpreter (or server of extracts) instead of the public one.")
@click.option(
    "--mirror", "mirrors", metavar="URL", multiple=True, help="Further Overpass interpreter; may be repeated."
)
@click.option("--nominatim", metavar="URL", help="Service that resolves names of places, instead of the public one.")
@click.option("--tile", type=float, default=0.1, show_default=True, help="Side of a tile in degrees.")
@click.option(
    "--pause",
    type=click.FloatRange(0, 300),
    default=5.0,
    show_default=True,
    help="First pause before asking again, in seconds.",
)
@front_door
def command(
    config: Path, server: str | None, mirrors: tuple[str, ...], nominatim: str | None, tile: float, pause: float
) -> None:
    """Download the streets, facilities and boundaries that CONFIG needs, and keep them beside it.

    The study says osm: {download: true}, or osm: {download: {geofabrik: europe/iceland}} for a ready-made extract.
    A run that was interrupted goes on where it stopped. Afterwards every command works without internet.
    """
    from lifecircle.pipeline.fetch import FetchOptions, fetch
    from lifecircle.sources.http_client import Patience
    from lifecircle.sources.online_names import DEFAULT_NOMINATIM
    from lifecircle.sources.snapshot import SnapshotFiles

    options = FetchOptions(
        server=server,
        mirrors=mirrors or None,
        nominatim=nominatim or DEFAULT_NOMINATIM,
        tile_degrees=tile,
        patience=Patience(pause_s=pause),
    )
    snapshot = fetch(config, options=options)
    files = SnapshotFiles(config)
    size = files.data.stat().st_size / 1e6
    click.echo(f"{files.data} ({size:.1f} MB), OpenStreetMap of {snapshot.timestamp or 'an unknown date'}")
    for name, relation in snapshot.boundaries.items():
        click.echo(f"boundary {name}: relation {relation}")
    click.echo(f"{snapshot.attribution}, {snapshot.licence}")
    click.echo(f"-> lifecircle audit {config}")
