"""``lifecircle audit``: the main job."""

from pathlib import Path

import click

from lifecircle.cli.frame import front_door, parse_out, writing


@click.command("audit", short_help="Audit a study.")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--out", callback=parse_out, help="Folder for the results [default: out/<name of CONFIG>].")
@click.option("--standard", help="A preset's id or a YAML file, instead of the study's.")
@click.option("--profile", help="Walker instead of the study's: adult, planner, elderly, child, wheelchair.")
@click.option("--rule", type=click.Choice(["claim", "standard", "lenient"]), help="Reading of the headline.")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of the map and the summary.")
@click.option("--no-maps", is_flag=True, help="Write tables, JSON and GIS files only.")
@click.option("--no-cache", is_flag=True, help="Prepare the place from its files, whatever earlier runs have kept.")
@click.option("--isochrones", is_flag=True, help="Add every circle's 5, 10 and 15 minutes to audit.gpkg.")
@front_door
def command(
    config: Path,
    out: str | None,
    standard: str | None,
    profile: str | None,
    rule: str | None,
    lang: str | None,
    no_maps: bool,
    no_cache: bool,
    isochrones: bool,
) -> None:
    """Audit the study described in CONFIG and write the results into a folder.

    Results replace the previous ones only when the whole run has succeeded.
    """
    from lifecircle.pipeline.audit import audit
    from lifecircle.pipeline.place import load_place
    from lifecircle.pipeline.question import Overrides

    overrides = Overrides(standard=standard, profile=profile, rule=rule, language=lang)
    place = load_place(config, overrides=overrides, cache=not no_cache)
    result = audit(place)
    folder = Path(out) if out else Path("out") / config.stem
    with writing():
        result.write(folder, maps=not no_maps, isochrones=isochrones)
    click.echo(result.summary())
    click.echo(f"\n-> {folder}")
