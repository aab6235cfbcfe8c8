"""``lifecircle walks``: the walk to school from every residence of an estate."""

from __future__ import annotations

from pathlib import Path

import click

from lifecircle.cli.frame import front_door, parse_out, writing


@click.command("walks", short_help="Walks from all residences of an estate to the nearest school (or other type).")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--from", "start", required=True, metavar="ESTATE|ID|all", help="Estate, community, polygon, ids or all.")
@click.option("--type", "kind", default="primary_school", show_default=True, help="Facility type.")
@click.option("--profile", help="Walker instead of the study's: adult, planner, elderly, child, wheelchair.")
@click.option("--out", callback=parse_out, help="Folder for walks.csv, .geojson, .gpkg and a map.")
@front_door
def command(config: Path, start: str, kind: str, profile: str | None, out: str | None) -> None:
    """Show the walks in CONFIG from every residence of an estate to its nearest school of a level.

    Each walk is the one behind the residence's time in the audit's tables, with length, crossings of roads and the
    share on footways.
    """
    from lifecircle.outputs.walks_text import figures
    from lifecircle.pipeline.place import load_place
    from lifecircle.pipeline.question import Overrides
    from lifecircle.pipeline.walking.walks import walks, walks_view

    place = load_place(config, overrides=Overrides(profile=profile))
    found = walks(place, start, type=kind)
    language = place.question.language
    click.echo(f"{found.type_names[language]}: {start} ({place.area.name(language)})")
    for label, text in figures(found, language):
        click.echo(f"  {label:<38} {text}")
    if out is not None:
        from lifecircle.outputs.walks import write_walks

        with writing():
            write_walks(walks_view(place, found), Path(out))
        click.echo(f"\n-> {out}")
