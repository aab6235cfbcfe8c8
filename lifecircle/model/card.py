"""A noun shown in a notebook: a title, a line of facts and a table, every text escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

STYLE = (
    "<style>.lifecircle-card{font:13px/1.5 system-ui,sans-serif;max-width:60rem}"
    ".lifecircle-card h4{margin:0 0 .2em;font-size:1.1em}.lifecircle-card p{margin:.2em 0}"
    ".lifecircle-card table{border-collapse:collapse;margin:.5em 0}"
    ".lifecircle-card th,.lifecircle-card td{text-align:left;padding:.15em .8em .15em 0;border-bottom:1px solid #ccc}"
    ".lifecircle-card th,.lifecircle-card td:first-child{white-space:nowrap}"
    "</style>"
)


def card(
    title: str, facts: Iterable[str] = (), *, columns: Sequence[str] = (), rows: Iterable[Sequence[object]] = ()
) -> str:
    """Return HTML that shows `title`, one paragraph per fact and a table of `rows` under `columns`.

    Examples
    --------
    >>> "<p>a &amp; b</p>" in card("Town", ["a & b"])
    True
    """
    parts = [STYLE, '<div class="lifecircle-card">', f"<h4>{_text(title)}</h4>"]
    parts += [f"<p>{_text(fact)}</p>" for fact in facts if fact]
    if columns:
        head = "".join(f'<th scope="col">{_text(name)}</th>' for name in columns)
        body = "".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in rows)
        parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
    return "".join([*parts, "</div>"])


def _text(value: object) -> str:
    # A notebook turns $...$ and \\(...\\) into formulas.
    return html.escape(str(value), quote=True).replace("$", "&#36;").replace("\\", "&#92;")
