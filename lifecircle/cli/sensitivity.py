"""``lifecircle sensitivity``: how far a result depends on definitions."""

from pathlib import Path

import click

from lifecircle.cli.frame import front_door, parse_out, writing


def _list(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _speeds(_ctx: click.Context, _param: click.Parameter, value: str | None) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in _list(value))
    except ValueError as error:
        raise click.BadParameter(
            f"{value!r}: give speeds in km/h with commas between, for example 3.4,4,4.8"
        ) from error


@click.command("sensitivity", short_help="How far a result depends on definitions.")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--out", callback=parse_out, help="Folder for the results [default: out/<name of CONFIG>-sensitivity].")
@click.option("--standard", help="A preset's id or a YAML file, instead of the study's.")
@click.option("--speeds", callback=_speeds, help="km/h, with commas between [default: elderly, planner, adult].")
@click.option("--readings", help="With commas between [default: those that the standard writes].")
@click.option(
    "--origins", help="building, residential_area, estate_gate, grid [default: the study's and the first two]."
)
@click.option("--metrics", help="network, straight [default: both].")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of the summary.")
@front_door
def command(  # click passes every option by name
    config: Path,
    out: str | None,
    standard: str | None,
    speeds: tuple[float, ...],
    readings: str | None,
    origins: str | None,
    metrics: str | None,
    lang: str | None,
) -> None:
    """Audit CONFIG under every combination of speed, reading, origins and metric.

    Says how far the shares move, which factor moves them most, and which residences are covered, or not, whatever the
    definition. Error in the data is another matter: lifecircle audit CONFIG --uncertainty.
    """
    from lifecircle.outputs.sensitivity import sensitivity_text, write_sensitivity
    from lifecircle.pipeline.confidence.sensitivity import SensitivityRequest, sensitivity
    from lifecircle.pipeline.place import load_place
    from lifecircle.pipeline.question import Overrides

    place = load_place(config, overrides=Overrides(standard=standard, language=lang))
    request = SensitivityRequest(speeds, _list(readings), _list(origins), _list(metrics))
    found = sensitivity(place, request=request)
    folder = Path(out) if out else Path("out") / f"{config.stem}-sensitivity"
    with writing():
        write_sensitivity(found, folder)
    click.echo(sensitivity_text(found))
    click.echo(f"-> {folder}")
