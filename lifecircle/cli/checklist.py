"""``lifecircle checklist``: what to look at outdoors."""

from pathlib import Path

import click

from lifecircle.cli.frame import front_door, parse_out, writing


@click.command("checklist", short_help="Field-check list of a study.")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--out", callback=parse_out, help="Excel file [default: out/<name of CONFIG>_checklist.xlsx].")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of the list.")
@click.option("--no-cache", is_flag=True, help="Prepare the place from its files, whatever earlier runs have kept.")
@front_door
def command(config: Path, out: str | None, lang: str | None, no_cache: bool) -> None:
    """Audit the study described in CONFIG and write what a field check should look at: gaps, unknowns, doubts.

    Fill in the list, name it in the study file (corrections: FILE), and audit again.
    """
    from lifecircle.pipeline.audit import audit
    from lifecircle.pipeline.checklist import write_checklist
    from lifecircle.pipeline.place import load_place
    from lifecircle.pipeline.question import Overrides

    path = Path(out) if out else Path("out") / f"{config.stem}_checklist.xlsx"
    if path.suffix.lower() != ".xlsx":
        raise click.BadParameter(f"{path} is no Excel file: give a name that ends in .xlsx", param_hint="--out")
    result = audit(load_place(config, overrides=Overrides(language=lang), cache=not no_cache))
    with writing():
        write_checklist(result, path)
    click.echo(f"-> {path}")
