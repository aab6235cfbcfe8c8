"""What a report is made of, before it is Word, HTML or PDF."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

# What XML 1.0 cannot hold, and marks that turn the reading direction of a line.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    r"""Return `text` without control characters, on one line.

    Examples
    --------
    >>> clean("Corner\x07 Pharmacy\nWest")
    'Corner Pharmacy West'
    """
    return " ".join(_UNPRINTABLE.sub("", text).split())


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; `style` is ``lead`` (the headline), ``body``, ``item`` (of a list) or ``note`` (small)."""

    text: str
    style: Literal["lead", "body", "item", "note"] = "body"

    def __post_init__(self) -> None:
        """Strip what no document can hold."""
        object.__setattr__(self, "text", clean(self.text))


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under a header.

    Attributes
    ----------
    caption : str
    head : tuple of str
    rows : tuple of tuple of str
        As long as `head`; the first cell names the row.
    right : tuple of int
        Columns to the right: numbers.
    widths : tuple of float
        Relative; equal where empty.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...] = ()
    widths: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Strip what no document can hold; refuse ragged rows."""
        object.__setattr__(self, "caption", clean(self.caption))
        object.__setattr__(self, "head", tuple(clean(cell) for cell in self.head))
        object.__setattr__(self, "rows", tuple(tuple(clean(cell) for cell in row) for row in self.rows))
        if any(len(row) != len(self.head) for row in self.rows):
            raise ValueError(f"table {self.caption!r}: a row is not as long as its header")


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure by its kind and circle, with its caption and the words for those who do not see it."""

    kind: str
    circle: str | None
    caption: str
    alt: str
    width: float = 1.0  # of the text

    def __post_init__(self) -> None:
        """Strip what no document can hold."""
        object.__setattr__(self, "caption", clean(self.caption))
        object.__setattr__(self, "alt", clean(self.alt))

    @property
    def stem(self) -> str:
        """Name of its file without the suffix."""
        return f"circle_{self.circle}" if self.kind == "circle" else self.kind


Block = Paragraph | Table | Picture


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its blocks; ``level`` 1 or 2."""

    id: str
    heading: str
    blocks: tuple[Block, ...]
    level: int = 1

    def __post_init__(self) -> None:
        """Strip what no document can hold."""
        object.__setattr__(self, "heading", clean(self.heading))


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report.

    Attributes
    ----------
    language : str
    title, subtitle : str
    facts : tuple of (str, str)
        The title block: label and value.
    sections : tuple of Section
    footer : tuple of str
        Standing, compiler and source lines.
    words : dict
        What the document itself needs: ``figure``, ``table``, ``contents``, ``page``.
    """

    language: str
    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    footer: tuple[str, ...]
    words: dict[str, str]

    def __post_init__(self) -> None:
        """Strip what no document can hold."""
        for name in ("title", "subtitle"):
            object.__setattr__(self, name, clean(getattr(self, name)))
        object.__setattr__(self, "facts", tuple((clean(label), clean(value)) for label, value in self.facts))
        object.__setattr__(self, "footer", tuple(clean(line) for line in self.footer))

    @property
    def pictures(self) -> Iterator[Picture]:
        """Every figure of the report."""
        return (block for section in self.sections for block in section.blocks if isinstance(block, Picture))
