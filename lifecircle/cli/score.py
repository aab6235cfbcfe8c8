"""``lifecircle score``: which of these places is best."""

from __future__ import annotations

from pathlib import Path

import click

from lifecircle.cli.frame import front_door, writing


@click.command("score", short_help="What each of your own candidate places would bring.")
@click.argument("config", type=click.Path(path_type=Path))
@click.argument("candidates", type=click.Path(path_type=Path))
@click.option("--type", "kind", required=True, help="Facility type to build.")
@click.option("--datum", help="Of a file of candidates: wgs84, cgcs2000, gcj02, bd09, EPSG:n or detect.")
@click.option("--minutes", type=click.FloatRange(0.5, 120), help="Threshold instead of the standard's.")
@click.option("--circle", help="The circle whose requirement counts, where several ask for the type.")
@click.option("--accept-unknown", is_flag=True, help="Score a type of which the map is thin.")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of the table on screen.")
@click.option("--out", type=click.Path(path_type=Path), help="CSV file for the scores.")
@front_door
def command(  # click passes every option by name
    config: Path,
    candidates: Path,
    kind: str,
    datum: str | None,
    minutes: float | None,
    circle: str | None,
    accept_unknown: bool,
    lang: str | None,
    out: Path | None,
) -> None:
    """Compare the places in CANDIDATES (Excel, CSV, GeoJSON ...) for a new facility in the study CONFIG."""
    from lifecircle.model.siting_options import SitingOptions
    from lifecircle.pipeline.place import load_place
    from lifecircle.pipeline.question import Overrides
    from lifecircle.pipeline.siting.files import score_summary, write_scores
    from lifecircle.pipeline.siting.score import score

    place = load_place(config, overrides=Overrides(language=lang))
    options = SitingOptions(minutes=minutes, circle=circle, accept_unknown=accept_unknown, datum=datum)
    scores = score(place, candidates, type=kind, options=options)
    if out is not None:
        with writing():
            write_scores(scores, out)
    click.echo(score_summary(place, scores))
    if out is not None:
        click.echo(f"-> {out}")
