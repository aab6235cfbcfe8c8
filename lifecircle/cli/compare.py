"""``lifecircle compare``: two audits side by side."""

from pathlib import Path

import click

from lifecircle.cli.frame import front_door, parse_out, writing


@click.command("compare", short_help="Compare two audits.")
@click.argument("first", metavar="CONFIG_OR_AUDIT_DIR", type=click.Path(path_type=Path))
@click.argument("second", metavar="CONFIG_OR_AUDIT_DIR", type=click.Path(path_type=Path))
@click.option("--out", callback=parse_out, help="Folder for the results [default: out/<first>-<second>].")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of the map and the summary.")
@click.option("--no-maps", is_flag=True, help="Write tables, JSON and GIS files only.")
@front_door
def command(first: Path, second: Path, out: str | None, lang: str | None, no_maps: bool) -> None:
    """Compare two audits: the first is the earlier one, or the baseline.

    Each is a study file, which is audited now, or the folder of an audit written earlier: of another standard, walker
    or date. Only circles assessed in both are compared; gains and losses are put down to building, mapping or streets
    as far as the maps tell.
    """
    from lifecircle.pipeline.compare import compare

    result = compare(first, second, language=lang)
    folder = Path(out) if out else Path("out") / f"{first.stem}-{second.stem}"
    with writing():
        result.write(folder, maps=not no_maps)
    click.echo(result.summary())
    click.echo(f"\n-> {folder}")
