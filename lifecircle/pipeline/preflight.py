"""The preflight of a study whose data may not be there yet: what is known, what is missing, how to get it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lifecircle.config.fields import AreaName, FileRef, Relation
from lifecircle.config.load import resolve_file
from lifecircle.config.osm_keys import Extract
from lifecircle.config.published import published_counts
from lifecircle.coverage.notes import COUNTS
from lifecircle.errors import SourceError
from lifecircle.model.words import words
from lifecircle.outputs.phrases import phrase
from lifecircle.pipeline.check import check, labelled, walker
from lifecircle.pipeline.place import load_place
from lifecircle.pipeline.question import Overrides, Question, read_question
from lifecircle.sources.snapshot import SnapshotFiles, read_snapshot

if TYPE_CHECKING:
    from lifecircle.config.schema import Study
    from lifecircle.model.catalogue import Catalogue
    from lifecircle.model.standard import Circle, Item


@dataclass(frozen=True, slots=True)
class Preflight:
    """What a preflight says.

    Attributes
    ----------
    text : str
        The report, in the study's language.
    missing : tuple of str
        What keeps an audit from running, each with its remedy; empty when it would run.
    """

    text: str
    missing: tuple[str, ...]


def preflight(config: str | Path, *, overrides: Overrides | None = None) -> Preflight:
    """Report on a study; where a data file is missing, everything that is known without it.

    Parameters
    ----------
    config : str or Path
    overrides : Overrides, optional

    Returns
    -------
    Preflight

    Raises
    ------
    ConfigError, SourceError, SchemaError, DatumError, NetworkError
        If the study, or a file that is there, cannot be used.
    """
    study, question = read_question(config, overrides=overrides)
    missing = tuple(_missing(study))
    if not missing:
        return Preflight(check(load_place(config, overrides=overrides)), ())
    lines = [*_known(study, question), "", *_wanted(study, question, missing)]
    return Preflight("\n".join(lines), missing)


def _missing(study: Study) -> Iterator[str]:
    """Say of each data file that is not there what it is and how to get it."""
    if study.osm.download:
        try:
            read_snapshot(study.path)
        except SourceError as error:
            yield str(error)
    for name in study.file_names():
        try:
            resolve_file(study.base, name)
        except SourceError as error:
            yield str(error)


def _known(study: Study, question: Question) -> list[str]:
    """Describe what the study asks, from its file and its standard alone."""
    zh, language = question.language == "zh", question.language
    about, standard = study.study, question.standard
    name = about.name.zh if zh else about.name.en
    origin = study.origin.kind if study.origin else standard.origin_kind or "building"
    reading = phrase(f"reading.{question.rule}", language)
    rows = [
        ("研究" if zh else "study", f"{name} {about.date or ''}".strip()),
        ("边界" if zh else "boundary", _area_text(about.boundary, zh=zh)),
        ("数据" if zh else "data", _data_text(study, zh=zh)),
        ("标准" if zh else "standard", f"{standard.title(language)} [{reading}]"),
        ("居住点" if zh else "origins", phrase(f"origin.{origin}", language)),
        ("步行者" if zh else "walker", walker(question)),
    ]
    lines = labelled(rows)
    lines += ["", "各功能圈" if zh else "Circles"]
    for circle in standard.circles:
        lines += [f"  {text}" for text in _circle(circle, question)]
    if study.published:
        lines += [
            "",
            "公布数（不是已核实的存量，除非注明）" if zh else "Published counts (no verified stock unless it says so)",
        ]
        lines += [f"  {text}" for text in _published(study, question)]
    return lines


def _area_text(given: object, *, zh: bool) -> str:
    if isinstance(given, AreaName):
        return f"{given.osm} ({'按名称，下载时确定' if zh else 'by name, resolved when downloaded'})"
    if isinstance(given, Relation):
        return f"relation {given.relation}"
    if isinstance(given, FileRef):
        return given.file
    return f"[{', '.join(f'{value:g}' for value in given)}]"  # type: ignore[attr-defined]  # a box is the only form left


def _data_text(study: Study, *, zh: bool) -> str:
    wanted = study.osm.download
    if isinstance(wanted, Extract):
        return f"Geofabrik {wanted.geofabrik}"
    if wanted:
        return "OpenStreetMap 在线下载" if zh else "OpenStreetMap, downloaded"
    return study.osm.file or ""


def _circle(circle: Circle, question: Question) -> Iterator[str]:
    zh, language, catalogue = question.language == "zh", question.language, question.catalogue
    aside = "" if circle.headline else (" （不计入综合指标）" if zh else " (not in the headline)")
    yield f"{circle.name(language)}{aside}"
    if circle.user_layer:
        kind = catalogue.types[circle.user_layer].name(language)
        yield f"  {'按用户图层判定' if zh else 'judged from a layer of yours'}: {kind}"
        return
    found = circle.rule_for(question.rule)
    for item in found[1].required if found else ():
        yield f"  {_item(item, catalogue, language=language)}"


def _item(item: Item, catalogue: Catalogue, *, language: str) -> str:
    zh = language == "zh"
    kinds = " / ".join(catalogue.types[kind].name(language) for kind in item.types)
    if item.within:
        return f"{kinds}: {'位于其内' if zh else 'inside'}"
    limit = f"{item.minutes:g} {'分钟' if zh else 'min'}" if item.minutes else f"{item.max_m:g} {'米' if zh else 'm'}"
    return f"{kinds} <= {limit}"


def _published(study: Study, question: Question) -> Iterator[str]:
    zh, language = question.language == "zh", question.language
    circles = {circle.id: circle.name(language) for circle in question.standard.circles}
    kinds = {kind: known.name(language) for kind, known in question.catalogue.types.items()}
    for key, told in published_counts(study).items():
        name = circles.get(key) or kinds.get(key) or key
        counts = COUNTS[told.counts][int(zh)]
        if told.planned is not None:
            counts += f", {COUNTS['planned'][int(zh)]} {told.planned:g}"
        rest, unit = told.about(language), words(told.unit).text(language)
        yield f"{name}: {told.value:g}{f' {unit}' if unit else ''} ({counts}){': ' if rest else ''}{rest}"


def _wanted(study: Study, question: Question, missing: tuple[str, ...]) -> Iterator[str]:
    """Say what is missing and how to get it, what cannot be assessed even then, and which lists would help."""
    zh, language, catalogue = question.language == "zh", question.language, question.catalogue
    yield "缺少" if zh else "Missing"
    files = SnapshotFiles(study.path)
    absent_data = study.osm.download and not files.data.exists() and not files.sidecar.exists()
    if absent_data:
        what = "OpenStreetMap 快照（尚未下载）" if zh else "the OpenStreetMap snapshot (not fetched yet)"
        yield f"  ! {what}: {files.data.name}"
    for text in missing[1:] if absent_data else missing:
        yield f"  ! {text}"
    if study.osm.download:
        yield from _ways(study, zh=zh)
    layers = [circle for circle in question.standard.circles if circle.user_layer]
    given = {layer.type for layer in study.facilities}
    absent = [circle for circle in layers if circle.user_layer not in given]
    if absent:
        yield "无此图层则不可评估" if zh else "Not assessable without a layer of yours"
    for circle in absent:
        kind = catalogue.types[circle.user_layer or ""].name(language)
        key = f"facilities: [{{file: ..., type: {circle.user_layer}, state_column: state}}]"
        yield f"  ! {circle.name(language)}: {kind}; {key}"
    doubtful = sorted(
        kind
        for kind in question.standard.types
        if catalogue.types[kind].confidence == "low" and kind not in given and kind not in study.completeness
    )
    if doubtful:
        names = "；".join if zh else "; ".join
        yield (
            "地图常不完整，官方名录可补足（facilities 中给出，完整者在 completeness 中声明 complete）"
            if zh
            else "Often thinly mapped; official lists help (facilities:, and completeness: {status: complete})"
        )
        yield f"  - {names(catalogue.types[kind].name(language) for kind in doubtful)}"


def _ways(study: Study, *, zh: bool) -> Iterator[str]:
    files = SnapshotFiles(study.path)
    if zh:
        yield f"  - 联网运行一次（可中断，再次运行即续传）：lifecircle fetch {study.path}"
        yield f"  - 或在别处下载，把 {files.data.name} 与 {files.sidecar.name} 放到研究文件旁边"
        yield "  - 或自备 OpenStreetMap 数据文件：osm: {file: ..., extent: ...}"
        return
    yield f"  - once, with internet (may be interrupted and run again): lifecircle fetch {study.path}"
    yield f"  - or fetch it elsewhere and put {files.data.name} and {files.sidecar.name} beside the study"
    yield "  - or bring an OpenStreetMap file of yours: osm: {file: ..., extent: ...}"
