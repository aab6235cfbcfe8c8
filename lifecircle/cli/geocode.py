"""``lifecircle geocode``: places for the rows of a table."""

from pathlib import Path

import click

from lifecircle.cli.frame import front_door, parse_out, writing

PROVIDERS = ["offline", "nominatim", "photon", "amap", "baidu", "tianditu"]


@click.command("geocode", short_help="Find places for a table.")
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--config", type=click.Path(path_type=Path), help="Study whose extract is the gazetteer.")
@click.option("--out", callback=parse_out, help=".xlsx or .csv file [default: out/<name of TABLE>_geocoded.xlsx].")
@click.option(
    "--provider",
    "providers",
    multiple=True,
    type=click.Choice(PROVIDERS),
    help="Look here instead of the study's providers; may be repeated, in order.",
)
@front_door
def command(table: Path, config: Path | None, out: str | None, providers: tuple[str, ...]) -> None:
    """Find a place for every row of TABLE that has a name or an address but no coordinates.

    The study's own extract comes first. Services are asked only when they are named; their answers go to a ledger
    beside the study and are never asked for twice. Doubtful rows go to a review file: fill it in and run again.
    """
    from lifecircle.pipeline.lists.geocode_table import locate_table

    path = Path(out) if out else Path("out") / f"{table.stem}_geocoded.xlsx"
    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise click.BadParameter(f"{path}: give a name that ends in .xlsx or .csv", param_hint="--out")
    found = locate_table(table, config=config, providers=providers)
    with writing():
        report = found.write(path)
    click.echo(report.text())
    click.echo(f"-> {path}")
