"""``lifecircle audit``: the main job."""

import gc
from pathlib import Path

import click

from lifecircle.cli.frame import front_door, parse_out, writing


@click.command("audit", short_help="Audit a study.")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--out", callback=parse_out, help="Folder for the results [default: out/<name of CONFIG>].")
@click.option("--standard", help="A preset's id or a YAML file, instead of the study's.")
@click.option("--profile", help="Walker instead of the study's: adult, planner, elderly, child, wheelchair.")
@click.option("--rule", type=click.Choice(["claim", "standard", "lenient"]), help="Reading of the headline.")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of map, report, tables, summary and progress.")
@click.option("--no-maps", is_flag=True, help="Write tables, JSON and GIS files only: no map, figures or report.")
@click.option("--no-cache", is_flag=True, help="Prepare the place from its files, whatever earlier runs have kept.")
@click.option("--isochrones", is_flag=True, help="With --no-maps too: the circles' 5, 10 and 15 minutes in audit.gpkg.")
@click.option(
    "--fixes/--no-fixes", default=None, help="Seek the changes that would cover most residences [default: with maps]."
)
@click.option("--shapefile", is_flag=True, help="Shapefiles too, in shapefiles.zip with a list of their short columns.")
@click.option("--map-book", is_flag=True, help="Also map_book.pdf: a page per circle and per community.")
@click.option(
    "--uncertainty",
    is_flag=False,
    flag_value=0,
    type=click.IntRange(min=0),
    metavar="[DRAWS]",
    help="Behind CONFIG: add the 90 % interval from error in the data [default: the study's draws, else 200].",
)
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
    fixes: bool | None,
    shapefile: bool,
    map_book: bool,
    uncertainty: int | None,
) -> None:
    """Audit the study described in CONFIG and write the results into a folder.

    Results replace the previous ones only when the whole run has succeeded.
    """
    from lifecircle.pipeline.audit import audit
    from lifecircle.pipeline.confidence.uncertainty import UncertaintyRequest
    from lifecircle.pipeline.place import load_place
    from lifecircle.pipeline.question import Overrides

    overrides = Overrides(standard=standard, profile=profile, rule=rule, language=lang)
    place = load_place(config, overrides=overrides, cache=not no_cache)
    gc.freeze()  # a million objects that stay: no garbage to look for among them, again and again
    result = audit(place)
    if uncertainty or (uncertainty == 0 and result.coverage.uncertainty is None):
        result = result.with_uncertainty(UncertaintyRequest(draws=uncertainty or None))
    folder = Path(out) if out else Path("out") / config.stem
    with writing():
        result.write(folder, maps=not no_maps, isochrones=isochrones, shapefiles=shapefile, fixes=fixes)
        if map_book:
            result.write_map_book(folder / "map_book.pdf")
    click.echo(result.summary())
    click.echo(f"\n-> {folder}")
