"""``lifecircle measure``: measures of access from the literature."""

from __future__ import annotations

from pathlib import Path

import click

from lifecircle.cli.frame import front_door, writing


@click.command("measure", short_help="Measures of access from the literature.")
@click.argument("config", type=click.Path(path_type=Path), required=False)
@click.option("--measure", "name", default="cumulative", show_default=True, help="One of those that --list names.")
@click.option("--type", "types", multiple=True, help="Facility type; may be repeated: types are pooled.")
@click.option("--minutes", type=click.FloatRange(0.1, 180), default=15.0, show_default=True, help="Catchment.")
@click.option("--decay", default="binary", show_default=True, help="binary, linear, gaussian, exponential, power.")
@click.option("--rate-per-s", type=float, help="For the exponential decay.")
@click.option("--exponent", type=float, help="For the power decay.")
@click.option("--near-s", type=float, help="For the power decay: weight 1 up to here.")
@click.option("--k", type=click.IntRange(1, 1000), default=1, show_default=True, help="For measures of choice.")
@click.option("--out", type=click.Path(path_type=Path), help="CSV file for one row per residence.")
@click.option("--list", "listed", is_flag=True, help="List the measures and stop.")
@front_door
def command(  # click passes every option by name
    config: Path | None,
    name: str,
    types: tuple[str, ...],
    minutes: float,
    decay: str,
    rate_per_s: float | None,
    exponent: float | None,
    near_s: float | None,
    k: int,
    out: Path | None,
    listed: bool,
) -> None:
    """Measure what each residence of CONFIG can walk to, beyond the verdict of a circle."""
    from lifecircle.accessibility.registry import MEASURES

    if listed:
        for key, known in MEASURES.items():
            click.echo(f"{key:<20} {known.name_en} / {known.name_zh} ({known.unit})")
        return
    if config is None or not types:
        raise click.UsageError("give a study and at least one --type")
    from lifecircle.pipeline.measures import MeasureRequest, measure
    from lifecircle.pipeline.place import load_place

    given = {"rate_per_s": rate_per_s, "exponent": exponent, "near_s": near_s}
    options = {key: value for key, value in given.items() if value is not None}
    place = load_place(config)
    table = measure(place, name, request=MeasureRequest(types, minutes, decay, options, k))
    profile = place.question.profile
    about = f"{', '.join(types)}, {minutes:g} min, {decay}, {profile.id} {profile.speed_kmh:g} km/h"
    click.echo(f"{MEASURES[name].name_en} ({MEASURES[name].unit}): {about}; {len(table)} residences")
    click.echo(table.iloc[:, 0].describe().to_string())
    if out is not None:
        with writing():
            _write(table.to_csv(), out)
        click.echo(f"\n-> {out}")


def _write(text: str, out: Path) -> None:
    from lifecircle.errors import SourceError

    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8-sig")
    except OSError as error:
        raise SourceError(f"{out}: cannot be written ({error.strerror or error}); choose another file") from error
