"""``lifecircle equity``: how coverage differs between groups."""

from __future__ import annotations

from pathlib import Path

import click

from lifecircle.cli.frame import front_door, write_file


def parse_bins(context: click.Context, option: click.Parameter, given: tuple[str, ...]) -> dict[str, tuple[float, ...]]:
    """Return ``NAME=1980,2000`` as edges by name (a click callback)."""
    found = {}
    for text in given:
        name, _, edges = text.partition("=")
        try:
            found[name] = tuple(float(edge) for edge in edges.split(","))
        except ValueError:
            raise click.BadParameter(f"{text!r}: give NAME=1980,2000,2010", context, option) from None
        if list(found[name]) != sorted(set(found[name])):
            raise click.BadParameter(f"{text!r}: the numbers must ascend", context, option)
    return found


@click.command("equity", short_help="How coverage differs between groups.")
@click.argument("config", type=click.Path(path_type=Path))
@click.option(
    "--by", multiple=True, help="Attribute of residences, community, age_group or own_group; may be repeated."
)
@click.option("--bins", multiple=True, callback=parse_bins, help="Edges for numbers: build_year=1980,2000.")
@click.option("--standard", help="A preset's id or a YAML file, instead of the study's.")
@click.option("--profile", help="Walker instead of the study's.")
@click.option("--rule", type=click.Choice(["claim", "standard", "lenient"]), help="Reading of the headline.")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of the text.")
@click.option("--out", type=click.Path(path_type=Path), help="CSV file with every group.")
@front_door
def command(
    config: Path,
    by: tuple[str, ...],
    bins: dict[str, tuple[float, ...]],
    standard: str | None,
    profile: str | None,
    rule: str | None,
    lang: str | None,
    out: Path | None,
) -> None:
    """Audit CONFIG and tell the share covered of every group, of everybody, and the gap between them.

    Groups are those of an attribute (a column of the residences, of equity.file or of the population file, an
    OpenStreetMap tag such as start_date), of communities, or of age groups; by default what the study asks for.
    """
    from lifecircle.errors import ConfigError
    from lifecircle.outputs.equity_text import equity_text
    from lifecircle.outputs.tables import csv_bytes
    from lifecircle.pipeline.audit import audit
    from lifecircle.pipeline.place import load_place
    from lifecircle.pipeline.question import Overrides

    overrides = Overrides(standard=standard, profile=profile, rule=rule, language=lang)
    result = audit(load_place(config, overrides=overrides), causes=False)
    table = result.equity(by, bins=bins)
    if table.empty:
        raise ConfigError(f"{config}: say which groups: --by COLUMN, or equity: {{by: [COLUMN]}} in the study")
    if out is not None:
        write_file(out, csv_bytes(table))
    click.echo(equity_text(result.view, table), nl=False)
    if out is not None:
        click.echo(f"\n-> {out}")
