"""``lifecircle site``: where next."""

from __future__ import annotations

from pathlib import Path

import click

from lifecircle.cli.frame import front_door, parse_out, writing


@click.command("site", short_help="The best places for the next facilities.")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--type", "types", multiple=True, help="Facility type to build; may be repeated.")
@click.option("--all-circles", is_flag=True, help="Build what is lacking, of any type, for all circles together.")
@click.option("--count", type=click.IntRange(1, 10_000), help="At most so many sites.")
@click.option(
    "--problem",
    type=click.Choice(["mclp", "lscp", "p-median"]),
    default="mclp",
    show_default=True,
    help="Most people newly covered, fewest sites for all, or least mean minutes.",
)
@click.option(
    "--candidates", help="A file, or junctions, grid, land, buildings or gates of the map [default: junctions]."
)
@click.option("--datum", help="Of a file of candidates: wgs84, cgcs2000, gcj02, bd09, EPSG:n or detect.")
@click.option("--spacing", type=click.FloatRange(10), help="Metres between junctions or grid points [default: 200].")
@click.option(
    "--min-distance", type=click.FloatRange(0), default=0.0, help="Metres from existing ones of the types to be built."
)
@click.option("--minutes", type=click.FloatRange(0.5, 120), help="Threshold instead of the standard's.")
@click.option("--circle", help="The circle whose requirement counts, where several ask for the type.")
@click.option("--budget", type=float, help="Sum of prices that is not exceeded; with --costs.")
@click.option("--costs", help="Prices by type, clinic=3,pharmacy=1; types not named cost 1.")
@click.option("--person-circles", is_flag=True, help="With --all-circles: count circles gained, not complete sets.")
@click.option("--accept-unknown", is_flag=True, help="Site types of which the map is thin.")
@click.option("--exact", type=click.FloatRange(1), help="Seconds for HiGHS to prove the optimum.")
@click.option("--out", callback=parse_out, help="Folder for the results [default: out/<name of CONFIG>-site].")
@click.option("--standard", help="A preset's id or a YAML file, instead of the study's.")
@click.option("--rule", type=click.Choice(["claim", "standard", "lenient"]), help="Reading of the headline.")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of the map and the summary.")
@click.option("--no-maps", is_flag=True, help="Write the plan alone: no figure, no map, no audit of the built place.")
@front_door
def command(  # click passes every option by name
    config: Path,
    types: tuple[str, ...],
    all_circles: bool,
    count: int | None,
    problem: str,
    candidates: str | None,
    datum: str | None,
    spacing: float | None,
    min_distance: float,
    minutes: float | None,
    circle: str | None,
    budget: float | None,
    costs: str | None,
    person_circles: bool,
    accept_unknown: bool,
    exact: float | None,
    out: str | None,
    standard: str | None,
    rule: str | None,
    lang: str | None,
    no_maps: bool,
) -> None:
    """Choose places in CONFIG for new facilities, and say how far from the best the choice can be."""
    if bool(types) == all_circles:
        raise click.UsageError("give --type (once or several times) or --all-circles")
    from lifecircle.model.siting_options import SitingOptions
    from lifecircle.pipeline.place import load_place
    from lifecircle.pipeline.question import Overrides
    from lifecircle.pipeline.siting.files import summary, write_site
    from lifecircle.pipeline.siting.site import site

    options = SitingOptions(
        objective="person_circles" if person_circles else "all_circles",
        budget=budget,
        prices=parse_prices(costs),
        accept_unknown=accept_unknown,
        minutes=minutes,
        circle=circle,
        spacing_m=spacing,
        min_distance_m=min_distance,
        datum=datum,
        exact_s=exact or 0.0,
    )
    place = load_place(config, overrides=Overrides(standard=standard, rule=rule, language=lang))
    plan = site(place, type=types or None, count=count, problem=problem, candidates=candidates, options=options)
    folder = Path(out) if out else Path("out") / f"{config.stem}-site"
    with writing():
        write_site(place, plan, out=folder, maps=not no_maps)
    click.echo(summary(place, plan))
    click.echo(f"-> {folder}")


def parse_prices(text: str | None) -> dict[str, float]:
    """Read ``clinic=3,pharmacy=1``."""
    prices = {}
    for part in (text or "").replace(" ", "").split(","):
        if not part:
            continue
        kind, equals, value = part.partition("=")
        try:
            prices[kind] = float(value)
        except ValueError:
            equals = ""
        if not equals:
            raise click.BadParameter(
                f"{part!r} is no price: give type=number, for example clinic=3", param_hint="--costs"
            )
    return prices
