"""``lifecircle standards``: what can be measured against."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lifecircle.cli.frame import BAD_INPUT, front_door

if TYPE_CHECKING:
    from lifecircle.model.catalogue import Catalogue
    from lifecircle.model.standard import Circle, Item, Standard

MAX_SHOWN = 20
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
    from lifecircle.config.standards import load_standard, study_catalogue

    catalogue = study_catalogue(name, base=Path())
    click.echo(standard_text(load_standard(name, base=Path(), catalogue=catalogue), catalogue, lang=lang))


@command.command("validate")
@click.argument("file", type=click.Path(path_type=Path))
@front_door
def validate_command(file: Path) -> None:
    """Explain every mistake in a standard's YAML FILE, with line numbers."""
    from lifecircle.config.catalogue import load_catalogue
    from lifecircle.config.standards import validate_standard

    problems = validate_standard(file, catalogue=load_catalogue())
    for problem in problems[:MAX_SHOWN]:
        click.echo(problem, err=True)
    if len(problems) > MAX_SHOWN:
        click.echo(f"... and {len(problems) - MAX_SHOWN} more", err=True)
    if problems:
        raise SystemExit(BAD_INPUT)
    click.echo(f"{file}: valid")


def standard_text(standard: Standard, catalogue: Catalogue, *, lang: str) -> str:
    """Return `standard` as a page of text in `lang`."""
    zh = lang == "zh"
    verified, total = standard.verified_thresholds()
    lines = [f"{standard.title(lang)} [{standard.id}]"]
    lines += (
        ["草案：引用前须核对原文" if zh else "DRAFT: check thresholds before citing them"] if standard.draft else []
    )
    lines.append(f"{total} 个阈值中 {verified} 个已查原文" if zh else f"{verified} of {total} thresholds verified")
    lines += [*_basis(standard, zh=zh), ""]
    section = ""
    names = {known.id: known for known in standard.sections}
    for circle in standard.circles:
        if circle.section != section:
            section = circle.section
            lines += [f"== {names[section].name(lang)} [{section}]" if section in names else "==", ""]
        lines += [*_circle_lines(circle, catalogue, lang=lang), ""]
    return "\n".join([*lines, *(note.text(lang) for note in standard.notes)]).rstrip()


def _basis(standard: Standard, *, zh: bool) -> list[str]:
    size = f" {standard.origin_size_m:g} m" if standard.origin_size_m else ""
    rows = [
        ("起算点" if zh else "origins", f"{standard.origin_kind}{size}" if standard.origin_kind else ""),
        ("步行者" if zh else "walker", standard.profile),
        ("首选口径" if zh else "reading", READING_NAMES["zh" if zh else "en"][standard.default_rule]),
        ("分母" if zh else "denominator", standard.denominator or ""),
        ("自有类型" if zh else "own types", ", ".join(kind.id for kind in standard.own_types)),
    ]
    return [f"{name}: {text}" for name, text in rows if text]


def _circle_lines(circle: Circle, catalogue: Catalogue, *, lang: str) -> list[str]:
    zh = lang == "zh"
    aside = "" if circle.headline else ("（不计入综合指标）" if zh else " (not in the headline)")
    lines = [f"{circle.name(lang)} [{circle.id}]{aside}"]
    if circle.user_layer:
        kind = catalogue.types[circle.user_layer].name(lang)
        lines.append(f"  {'按用户图层判定' if zh else 'judged from a layer of yours'}: {kind}")
    for reading, rule in circle.readings.items():
        name = READING_NAMES[lang][reading]
        lines += [f"  {name}: {item_text(item, catalogue, lang=lang)}" for item in rule.items]
    for asked in circle.provision:
        kinds = (" / " if zh else " or ").join(catalogue.types[kind].name(lang) for kind in asked.types)
        label = LABELS_ZH[asked.label] if zh else asked.label
        what = f"每个社区至少 {asked.at_least} 处" if zh else f"at least {asked.at_least} in every community"
        lines.append(f"  {'配置' if zh else 'provision'}: {kinds}, {what} [{label}: {asked.source}]")
    if circle.profile:
        lines.append(f"  {'步行者' if zh else 'walker'}: {circle.profile}")
    return [*lines, *(f"  {'说明' if zh else 'note'}: {note.text(lang)}" for note in circle.notes)]


def item_text(item: Item, catalogue: Catalogue, *, lang: str) -> str:
    """Return one requirement as a line of text in `lang`."""
    zh = lang == "zh"
    kinds = (" / " if zh else " or ").join(catalogue.types[kind].name(lang) for kind in item.types)
    if item.pools:
        kinds = f"{len(item.pools)} 类中至少 {item.at_least} 类" if zh else f"{item.at_least} of {len(item.pools)} of"
        kinds += f" ({'; '.join('/'.join(catalogue.types[k].name(lang) for k in pool) for pool in item.pools)})"
    if item.mean_of > 1:
        kinds = f"最近 {item.mean_of} 处平均: {kinds}" if zh else f"mean of the {item.mean_of} nearest: {kinds}"
    optional = ("(可选)" if zh else " (optional)") if item.optional else ""
    label = LABELS_ZH[item.label] if zh else item.label
    return f"{kinds}{_filter_text(item, zh=zh)} {_limit_text(item, zh=zh)}{optional} [{label}: {item.source}]"


def _limit_text(item: Item, *, zh: bool) -> str:
    if item.within:
        return "(须位于其内)" if zh else "(the origin lies inside)"
    if not item.judged:
        return "（仅列出，不判定）" if zh else "(reported, not judged)"
    if item.max_m is not None:
        straight = ("(直线)" if zh else " in a straight line") if item.straight_line else ""
        return f"<= {item.max_m:g} {'米' if zh else 'm'}{straight}"
    limit = f"<= {item.minutes:g} {'分钟' if zh else 'min'}"
    if item.source_m:
        limit += f" ({'源自' if zh else 'from'} {item.source_m:g} {'米' if zh else 'm'})"
    return limit


def _filter_text(item: Item, *, zh: bool) -> str:
    asked, parts = item.admits, []
    if asked.min_area_m2 is not None:
        parts.append(f"面积 >= {asked.min_area_m2:g} 平方米" if zh else f"area >= {asked.min_area_m2:g} m2")
    if asked.min_capacity is not None:
        parts.append(f"规模 >= {asked.min_capacity:g}" if zh else f"capacity >= {asked.min_capacity:g}")
    parts += [f"{column} = {value}" for column, value in asked.where]
    return f" ({', '.join(parts)})" if parts else ""
