"""``lifecircle standards``: what can be measured against."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lifecircle.cli.frame import BAD_INPUT, front_door

if TYPE_CHECKING:
    from lifecircle.model.catalogue import Catalogue
    from lifecircle.model.standard import Circle, Item, Standard

READING_NAMES = {
    "zh": {"claim": "宽口径", "standard": "严口径", "lenient": "放宽口径"},
    "en": {"claim": "claim", "standard": "standard", "lenient": "lenient"},
}
LABELS_ZH = {"read": "已查原文", "second-hand": "转引", "unverified": "未核实", "judgement": "判断"}


@click.group("standards", short_help="List, show and validate standards.")
def command() -> None:
    """List, show and validate life-circle standards."""


@command.command("list")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="en", show_default=True)
@front_door
def list_command(lang: str) -> None:
    """List the standards that ship with lifecircle."""
    from lifecircle.config.catalogue import load_catalogue
    from lifecircle.config.standards import list_standards, load_standard

    catalogue = load_catalogue()
    for name in list_standards():
        standard = load_standard(name, base=Path(), catalogue=catalogue)
        click.echo(f"{name:<16} {standard.title(lang)} ({len(standard.circles)})")


@command.command("show")
@click.argument("name")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="en", show_default=True)
@front_door
def show_command(name: str, lang: str) -> None:
    """Print the circles of standard NAME (a preset's id or a YAML file) with their thresholds and sources."""
    from lifecircle.config.catalogue import load_catalogue
    from lifecircle.config.standards import load_standard

    catalogue = load_catalogue()
    click.echo(standard_text(load_standard(name, base=Path(), catalogue=catalogue), catalogue, lang=lang))


@command.command("validate")
@click.argument("file", type=click.Path(path_type=Path))
@front_door
def validate_command(file: Path) -> None:
    """Explain every mistake in a standard's YAML FILE, with line numbers."""
    from lifecircle.config.catalogue import load_catalogue
    from lifecircle.config.standards import validate_standard

    problems = validate_standard(file, catalogue=load_catalogue())
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise SystemExit(BAD_INPUT)
    click.echo(f"{file}: valid")


def standard_text(standard: Standard, catalogue: Catalogue, *, lang: str) -> str:
    """Return `standard` as a page of text in `lang`."""
    verified, total = standard.verified_thresholds()
    summary = (
        f"{total} 个阈值中 {verified} 个已查原文" if lang == "zh" else f"{verified} of {total} thresholds verified"
    )
    lines = [f"{standard.title(lang)} [{standard.id}]", summary, ""]
    for circle in standard.circles:
        lines += [*_circle_lines(circle, catalogue, lang=lang), ""]
    return "\n".join([*lines, *standard.notes]).rstrip()


def _circle_lines(circle: Circle, catalogue: Catalogue, *, lang: str) -> list[str]:
    zh = lang == "zh"
    aside = "" if circle.headline else ("(不计入综合指标)" if zh else " (not in the headline)")
    lines = [f"{circle.name(lang)} [{circle.id}]{aside}"]
    if circle.user_layer:
        kind = catalogue.types[circle.user_layer].name(lang)
        lines.append(f"  {'按用户图层判定' if zh else 'judged from a layer of yours'}: {kind}")
    for reading, rule in circle.readings.items():
        name = READING_NAMES[lang][reading]
        lines += [f"  {name}: {_item_text(item, catalogue, lang=lang)}" for item in rule.items]
    if circle.profile:
        lines.append(f"  {'步行者' if zh else 'walker'}: {circle.profile}")
    return lines


def _item_text(item: Item, catalogue: Catalogue, *, lang: str) -> str:
    zh = lang == "zh"
    kinds = (" / " if zh else " or ").join(catalogue.types[kind].name(lang) for kind in item.types)
    limit = f"{item.minutes:g} {'分钟' if zh else 'min'}" if item.minutes else f"{item.max_m:g} {'米' if zh else 'm'}"
    if item.source_m:
        limit += f" ({'源自' if zh else 'from'} {item.source_m:g} {'米' if zh else 'm'})"
    optional = ("(可选)" if zh else " (optional)") if item.optional else ""
    label = LABELS_ZH[item.label] if zh else item.label
    return f"{kinds} <= {limit}{optional} [{label}: {item.source}]"
