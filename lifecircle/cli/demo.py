"""``lifecircle demo``: the sample place, offline."""

from pathlib import Path

import click

from lifecircle.cli.frame import front_door, parse_out, writing


@click.command("demo", short_help="Audit the sample town.")
@click.option("--out", default="maps/demo", show_default=True, callback=parse_out, help="Folder for the results.")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of the map and the summary.")
@front_door
def command(out: str, lang: str | None) -> None:
    """Audit Akureyri, the town shipped with lifecircle, under Hebi's nine circles."""
    from lifecircle.pipeline.audit import audit
    from lifecircle.pipeline.place import demo_study, load_place
    from lifecircle.pipeline.question import Overrides

    result = audit(load_place(demo_study(), overrides=Overrides(language=lang)))
    with writing():
        result.write(Path(out))
    click.echo(result.summary())
    hint = {
        "zh": "用浏览器打开 map.html，用 Word 打开 report.docx",
        "en": "open map.html in a browser, report.docx in Word",
    }
    click.echo(f"\n-> {Path(out)} ({hint[result.view.language]})")
