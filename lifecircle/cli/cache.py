"""``lifecircle cache``: the prepared places that later runs start from."""

import click

from lifecircle.cli.frame import front_door

HOUR_S, DAY_S = 3600.0, 86_400.0


@click.group("cache", short_help="List or clear the prepared places.")
def command() -> None:
    """List or clear the prepared places that later runs start from.

    They are disposable: a place that is not there is prepared again. The folder is in the user's cache folder, or where
    the environment variable LIFECIRCLE_CACHE says.
    """


@command.command("list")
@front_door
def list_command() -> None:
    """Print size, age and name of every prepared place, newest first."""
    from lifecircle.sources.place_cache import cache_folder, entries

    found = list(entries())
    for entry in found:
        name = entry.name or "damaged: dropped when it is needed"
        click.echo(f"{entry.bytes / 1e6:8.1f} MB  {_age(entry.age_s):>8}  {entry.key[:12]}  {name}")
    click.echo(f"{sum(entry.bytes for entry in found) / 1e6:8.1f} MB  in {len(found)} places, {cache_folder()}")


@command.command("clear")
@front_door
def clear_command() -> None:
    """Drop every prepared place."""
    from lifecircle.sources.place_cache import clear

    count, size = clear()
    click.echo(f"{count} places dropped, {size / 1e6:.1f} MB")


def _age(seconds: float) -> str:
    if seconds < HOUR_S:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / HOUR_S:.0f} h" if seconds < DAY_S else f"{seconds / DAY_S:.0f} days"
