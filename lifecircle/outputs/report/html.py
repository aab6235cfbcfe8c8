"""The report as one HTML file: nothing outside it, no script, readable by a screen reader, fit for print."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from lifecircle.outputs.report.model import Block, Paragraph, Picture, Report, Section, Table
from lifecircle.outputs.safe import safe

_TAG = {"lead": 'p class="lead"', "body": "p", "note": 'p class="note"'}


def write_html(report: Report, path: Path, *, figures: Mapping[str, Path]) -> Path:
    """Write the report as one self-contained page.

    Parameters
    ----------
    report : Report
    path : Path
    figures : Mapping[str, Path]
        PNG files by the stem of their picture; they become part of the page.
    """
    path.write_text(report_html(report, figures=figures), encoding="utf-8", newline="\n")
    return path


def report_html(report: Report, *, figures: Mapping[str, Path]) -> str:
    """Return the page; all text passes through `safe`."""
    style = resources.files("lifecircle.outputs").joinpath("assets", "report.css").read_text(encoding="utf-8")
    numbers = {"figure": 0, "table": 0}
    body = "\n".join(_section(report, section, figures=figures, numbers=numbers) for section in report.sections)
    lang = "zh-CN" if report.language == "zh" else "en"
    facts = "".join(f"<dt>{safe(label)}</dt><dd>{safe(value)}</dd>" for label, value in report.facts)
    # The policy lets the page neither run nor load anything.
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    return f"""<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{safe(report.title)} · {safe(report.subtitle)}</title>
<style>
{style}</style>
</head>
<body>
<header>
<h1>{safe(report.title)}</h1>
<p class="subtitle">{safe(report.subtitle)}</p>
<dl class="facts">{facts}</dl>
</header>
{_contents(report)}
<main>
{body}
</main>
<footer>{"".join(f"<p>{safe(line)}</p>" for line in report.footer)}</footer>
</body>
</html>
"""


def _contents(report: Report) -> str:
    links = []
    for at, section in enumerate(report.sections):
        below = at + 1 < len(report.sections) and report.sections[at + 1].level > section.level
        link = f'<a href="#{safe(section.id)}">{safe(section.heading)}</a>'
        last = at + 1 == len(report.sections) or report.sections[at + 1].level < section.level
        links.append(
            f"<li>{link}" + ("<ol>" if below else "</li>") + ("</ol></li>" if section.level > 1 and last else "")
        )
    name = safe(report.words["contents"])
    return f'<nav aria-labelledby="contents"><h2 id="contents">{name}</h2><ol>{"".join(links)}</ol></nav>'


def _section(report: Report, section: Section, *, figures: Mapping[str, Path], numbers: dict[str, int]) -> str:
    level, name = section.level + 1, safe(section.id)
    parts, items = [], []
    for block in (*section.blocks, None):
        if isinstance(block, Paragraph) and block.style == "item":
            items.append(f"<li>{safe(block.text)}</li>")
            continue
        if items:
            parts.append(f"<ul>{''.join(items)}</ul>")
            items = []
        if block is not None:
            parts.append(_block(report, block, figures=figures, numbers=numbers))
    heading = f'<h{level} id="{name}">{safe(section.heading)}</h{level}>'
    return (
        f'<section class="level{section.level}" aria-labelledby="{name}">\n{heading}\n'
        + "\n".join(parts)
        + "\n</section>"
    )


def _block(report: Report, block: Block, *, figures: Mapping[str, Path], numbers: dict[str, int]) -> str:
    if isinstance(block, Paragraph):
        tag = _TAG[block.style]
        return f"<{tag}>{safe(block.text)}</p>"
    if isinstance(block, Table):
        numbers["table"] += 1
        return _table(block, label=f"{report.words['table']} {numbers['table']}")
    numbers["figure"] += 1
    return _picture(block, figures[block.stem], label=f"{report.words['figure']} {numbers['figure']}")


def _table(block: Table, *, label: str) -> str:
    def shown(column: int) -> str:
        return ' class="number"' if column in block.right else ""

    head = "".join(f'<th scope="col"{shown(column)}>{safe(text)}</th>' for column, text in enumerate(block.head))
    rows = []
    for row in block.rows:
        first = f'<th scope="row">{safe(row[0])}</th>'
        rest = "".join(f"<td{shown(column)}>{safe(text)}</td>" for column, text in enumerate(row) if column)
        rows.append(f"<tr>{first}{rest}</tr>")
    caption = f"<caption><b>{safe(label)}</b> {safe(block.caption)}</caption>"
    # Wide tables scroll by themselves; a keyboard reaches them.
    return (
        f'<div class="table" role="group" tabindex="0" aria-label="{safe(label)}"><table>{caption}'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _picture(block: Picture, file: Path, *, label: str) -> str:
    data = base64.b64encode(file.read_bytes()).decode("ascii")
    image = f'<img src="data:image/png;base64,{data}" alt="{safe(block.alt)}" style="width:{block.width * 100:.0f}%">'
    return f"<figure>{image}<figcaption><b>{safe(label)}</b> {safe(block.caption)}</figcaption></figure>"
