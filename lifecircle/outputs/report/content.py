"""The report's content: title block, sections, sentences and tables, all made from the numbers of the audit."""

from __future__ import annotations

from collections.abc import Iterable

from lifecircle.model.audit import AuditView
from lifecircle.outputs.figures.frame import source_lines
from lifecircle.outputs.phrases import phrase
from lifecircle.outputs.report.circles import circle_sections
from lifecircle.outputs.report.equity import equity_section
from lifecircle.outputs.report.limits import limits_section, sources_section
from lifecircle.outputs.report.model import Block, Picture, Report, Section
from lifecircle.outputs.report.places import causes_section, communities_section, published_section
from lifecircle.outputs.report.result import headline_section, method_section, title_facts


def report_content(view: AuditView, *, figures: Iterable[str]) -> Report:
    """Return the report on an audit.

    Parameters
    ----------
    view : AuditView
    figures : iterable of str
        Stems of the figures that are there (``sheet``, ``circle_health`` ...); others are left out.

    Returns
    -------
    Report
        Every sentence and table in the view's language; every percentage with its reading, speed, origins and
        denominator, in the sentence or in the caption of its table.
    """
    language, there = view.language, frozenset(figures)
    wanted = (
        headline_section(view, figures=bool(there)),
        method_section(view),
        *circle_sections(view),
        communities_section(view),
        equity_section(view),
        causes_section(view),
        published_section(view),
        _spread(view),
        limits_section(view),
        sources_section(view),
    )
    kept = [_without(section, there) for section in wanted if section is not None]
    return Report(
        language,
        title=phrase("report.title", language),
        subtitle=f"{view.area.name(language)} · {view.audit.standard.title(language)}",
        facts=title_facts(view),
        sections=_numbered([section for section in kept if section.blocks or section.level == 1], language),
        footer=tuple(source_lines(view)),
        words={name: phrase(f"report.{name}", language) for name in ("figure", "table", "contents", "page")},
    )


def _spread(view: AuditView) -> Section | None:
    language = view.language
    blocks: list[Block] = []
    if view.minutes is not None:
        caption, alt = (phrase(f"report.figure.minutes{part}", language) for part in ("", ".alt"))
        blocks.append(Picture("minutes", None, caption, alt))
    if view.lorenz is not None:
        gini = f"{float(view.lorenz['gini'].iloc[0]):.3f}"
        caption = phrase("report.figure.lorenz", language)
        blocks.append(Picture("lorenz", None, caption, phrase("report.figure.lorenz.alt", language, gini=gini), 0.62))
    return Section("spread", phrase("report.section.spread", language), tuple(blocks)) if blocks else None


def _without(section: Section, there: frozenset[str]) -> Section:
    """Return `section` without the pictures that are not there."""
    kept = tuple(block for block in section.blocks if not isinstance(block, Picture) or block.stem in there)
    return Section(section.id, section.heading, kept, section.level)


def _numbered(sections: list[Section], language: str) -> tuple[Section, ...]:
    """Return the sections with numbers before the headings of the first level; those without content left out."""
    numbers = iter(phrase("report.numbers", language).split(" "))
    numbered = []
    for at, section in enumerate(sections):
        holds = section.blocks or (at + 1 < len(sections) and sections[at + 1].level > section.level)
        if section.level > 1:
            numbered.append(section)
        elif holds:
            heading = phrase("report.heading", language, number=next(numbers), heading=section.heading)
            numbered.append(Section(section.id, heading, section.blocks))
    return tuple(numbered)
