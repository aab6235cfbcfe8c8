"""Columns for a fixed-width font in which Chinese characters are two cells wide."""

import unicodedata
from collections.abc import Sequence


def width(text: str) -> int:
    """Return the cells that `text` takes in a fixed-width font.

    Examples
    --------
    >>> width("健身 15"), width("–")
    (7, 1)
    """
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def aligned(rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> list[str]:
    """Return `rows` as lines with aligned columns, those in `right` to the right."""
    columns = max(len(row) for row in rows)
    widths = [max((width(row[at]) for row in rows if at < len(row) - 1), default=0) for at in range(columns)]
    widths[-1] = max((width(row[-1]) for row in rows if len(row) == columns), default=0)
    lines = []
    for row in rows:
        cells = []
        for at, text in enumerate(row):
            gap = " " * max(widths[at] - width(text), 0)
            last = at == len(row) - 1 and len(row) < columns
            cells.append(gap + text if at in right and not last else text + gap)
        lines.append(("  " + "  ".join(cells)).rstrip())
    return lines
