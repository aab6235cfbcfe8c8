"""``lifecircle map``: a table of facilities as a map, without an audit."""

from pathlib import Path

import click

from lifecircle.cli.frame import front_door, parse_out, writing


@click.command("map", short_help="A table of facilities as a map.")
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--config", type=click.Path(path_type=Path), help="Study whose streets and buildings lie behind it.")
@click.option("--type", "kind", help="Facility type of all rows; by default a column or the names say.")
@click.option("--sheet", help="Sheet of a workbook.")
@click.option("--datum", help="Of the coordinates: wgs84, cgcs2000, gcj02, bd09 or EPSG:n.")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of the page.")
@click.option("--out", callback=parse_out, help="HTML file [default: out/<name of TABLE>.html].")
@front_door
def command(
    table: Path,
    config: Path | None,
    kind: str | None,
    sheet: str | None,
    datum: str | None,
    lang: str | None,
    out: str | None,
) -> None:
    """Draw every row of TABLE (Excel, CSV or a GIS file) that has a place on one searchable page.

    The page opens without internet. With --config, rows that have only an address are placed from the study's extract.
    """
    from lifecircle.outputs.map_folium import write_page
    from lifecircle.pipeline.lists.table_map import TableOptions, table_map

    path = Path(out) if out else Path("out") / f"{table.stem}.html"
    if path.suffix.lower() != ".html":
        raise click.BadParameter(f"{path}: give a name that ends in .html", param_hint="--out")
    page = table_map(table, config=config, options=TableOptions(kind, sheet, datum, lang))
    with writing():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_page(page, path)
    click.echo(f"-> {path}")
