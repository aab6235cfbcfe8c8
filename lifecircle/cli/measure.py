"""``lifecircle measure``: measures of access from the literature."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lifecircle.cli.frame import front_door, write_file

if TYPE_CHECKING:
    from lifecircle.pipeline.measuring.measures import Measured, MeasureRequest


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
@click.option("--group", default="", help="Age group of the study's population that is served; everybody by default.")
@click.option("--rate", type=click.FloatRange(0, min_open=True), default=1.0, help="People served per person.")
@click.option("--people", type=click.FloatRange(0, min_open=True), help="Known number of people served in the study.")
@click.option("--communities", "communities_of", default="", help="Column of a list, or table: who serves which.")
@click.option("--inequality", "unequal", is_flag=True, help="Gini, Theil and Lorenz; not for walking times.")
@click.option("--ranking", help="Attribute of residences (a number): its concentration index too.")
@click.option("--out", type=click.Path(path_type=Path), help="CSV file for one row per residence.")
@click.option("--facilities-out", type=click.Path(path_type=Path), help="CSV file for one row per facility (loads).")
@click.option("--list", "listed", is_flag=True, help="List the measures and stop.")
@front_door
def command(config: Path | None, *, out: Path | None, facilities_out: Path | None, **given: Any) -> None:  # noqa: ANN401
    """Measure what each residence of CONFIG can walk to, beyond the verdict of a circle.

    Where capacity is shared (floating catchments, capacity per 1,000, catchments), people beyond the boundary count.
    """
    from lifecircle.accessibility.registry import MEASURES

    if given["listed"]:
        for key, known in MEASURES.items():
            click.echo(f"{key:<22} {known.name_en} / {known.name_zh} ({known.unit})")
        return
    if config is None or not given["types"]:
        raise click.UsageError("give a study and at least one --type")
    from lifecircle.outputs.tables import csv_bytes
    from lifecircle.pipeline.measuring.measures import measured
    from lifecircle.pipeline.place import load_place

    name, request = given["name"], _request(given)
    place = load_place(config)
    found = measured(place, name, request=request)
    profile = place.question.profile
    about = (
        f"{', '.join(request.types)}, {request.minutes:g} min, {request.decay}, {profile.id} {profile.speed_kmh:g} km/h"
    )
    click.echo(f"{MEASURES[name].name_en} ({MEASURES[name].unit}): {about}; {len(found.residences)} residences")
    _show(found, language=place.question.language)
    if given["unequal"] or given["ranking"]:
        from lifecircle.pipeline.measuring.inequality import inequality

        told = inequality(place, name, values=found.residences.iloc[:, 0], ranking=given["ranking"])
        click.echo(f"\nInequality, over {told.name}:\n{told.round(4).to_string()}")
    for table, path in ((found.residences, out), (found.facilities, facilities_out)):
        if path is not None and table is not None:
            write_file(path, csv_bytes(table.reset_index()))
            click.echo(f"\n-> {path}")


def _request(given: dict[str, Any]) -> MeasureRequest:
    from lifecircle.pipeline.measuring.demand import Demand
    from lifecircle.pipeline.measuring.measures import MeasureRequest

    decay = {key: given[key] for key in ("rate_per_s", "exponent", "near_s") if given[key] is not None}
    demand = Demand(given["group"], given["rate"], given["people"])
    return MeasureRequest(
        given["types"], given["minutes"], given["decay"], decay, given["k"], demand, given["communities_of"]
    )


def _show(found: Measured, *, language: str) -> None:
    """Print the measure's distribution, the facilities and the notes."""
    import numpy as np

    values = found.residences.iloc[:, 0]
    finite = values[np.isfinite(values.to_numpy(dtype=float))]
    click.echo(finite.describe().to_string())
    if len(finite) < len(values):
        click.echo(f"none   {len(values) - len(finite)}")
    if found.facilities is not None and len(found.facilities):
        click.echo("\n" + found.facilities.round(2).to_string(na_rep="-"))
    for note in found.notes:
        click.echo(f"\n{'! ' if note.warning else '  '}{note.zh if language == 'zh' else note.en}")
