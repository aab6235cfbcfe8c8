"""``lifecircle check``: say before the audit what was found and what will be unknown."""

from pathlib import Path

import click

from lifecircle.cli.frame import front_door
from lifecircle.errors import SourceError


@click.command("check", short_help="Preflight of a study.")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of the report.")
@front_door
def command(config: Path, lang: str | None) -> None:
    """Read everything that CONFIG names and report it; exit code 0 when an audit would run, 2 when not."""
    from lifecircle.pipeline.preflight import preflight
    from lifecircle.pipeline.question import Overrides

    found = preflight(config, overrides=Overrides(language=lang))
    click.echo(found.text)
    if found.missing:
        raise SourceError("\n".join(found.missing))
