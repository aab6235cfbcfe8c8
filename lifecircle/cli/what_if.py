"""``lifecircle what-if``: who gains and who loses."""

from __future__ import annotations

from pathlib import Path

import click

from lifecircle.cli.frame import front_door, parse_out, writing


@click.command("what-if", short_help="Audit a place after a scenario.")
@click.argument("config", type=click.Path(path_type=Path))
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--out", callback=parse_out, help="Folder for the results [default: out/<CONFIG>-<SCENARIO>].")
@click.option("--standard", help="A preset's id or a YAML file, instead of the study's.")
@click.option("--profile", help="Walker instead of the study's, before and after.")
@click.option("--rule", type=click.Choice(["claim", "standard", "lenient"]), help="Reading of the headline.")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of the map and the summary.")
@click.option("--no-maps", is_flag=True, help="Write tables, JSON and GIS files only.")
@click.option("--no-cache", is_flag=True, help="Prepare the place from its files, whatever earlier runs have kept.")
@front_door
def command(
    config: Path,
    scenario: Path,
    out: str | None,
    standard: str | None,
    profile: str | None,
    rule: str | None,
    lang: str | None,
    no_maps: bool,
    no_cache: bool,
) -> None:
    """Audit the study in CONFIG as it is and after the changes in SCENARIO, a YAML file.

    SCENARIO holds changes: [...], or scenarios: [{name, changes}, ...], each made on the untouched study. Every change
    that cannot be made is refused with its line and reason; nothing is computed then.
    """
    from lifecircle.pipeline.place import load_place
    from lifecircle.pipeline.question import Overrides
    from lifecircle.pipeline.scenarios.what_if import what_if_file, write_results

    overrides = Overrides(standard=standard, profile=profile, rule=rule, language=lang)
    place = load_place(config, overrides=overrides, cache=not no_cache)
    results = what_if_file(place, scenario)
    folder = Path(out) if out else Path("out") / f"{config.stem}-{scenario.stem}"
    with writing():
        write_results(results, folder, maps=not no_maps)
    click.echo("\n".join(result.summary() for result in results))
    click.echo(f"-> {folder}")
