"""Fonts of figures and of the printed report: found on the machine, never shipped, never silently missing a glyph."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from lifecircle.errors import SourceError

# Tried in this order; each with the beginnings of its file names, because a font cache may be older than the font.
CJK_FONTS = (
    ("Noto Sans CJK SC", ("notosanscjk", "notosanssc", "notosanscjksc")),
    ("Source Han Sans SC", ("sourcehansans",)),
    ("Microsoft YaHei", ("msyh",)),
    ("PingFang SC", ("pingfang",)),
    ("SimHei", ("simhei",)),
    ("WenQuanYi Zen Hei", ("wqy-zenhei",)),
    ("WenQuanYi Micro Hei", ("wqy-microhei",)),
)
LATIN_FONT = "DejaVu Sans"  # comes with matplotlib
REMEDY = "install a Chinese font (Debian and Ubuntu: apt-get install fonts-noto-cjk; Windows and macOS bring one)"


@lru_cache(maxsize=1)
def chinese_family() -> str | None:
    """Return the name by which matplotlib knows a Chinese font of this machine; None where there is none."""
    from matplotlib import font_manager

    known = {entry.name for entry in font_manager.fontManager.ttflist}
    files = [Path(name) for name in sorted(font_manager.findSystemFonts())]
    for family, stems in CJK_FONTS:
        if family in known:
            return family
        for file in files:
            if file.name.lower().startswith(stems):
                return _added(file, family)
    return None


def _added(file: Path, family: str) -> str:
    """Tell matplotlib of a font file and return the best name that it has there."""
    from matplotlib import font_manager

    font_manager.fontManager.addfont(str(file))
    names = [entry.name for entry in font_manager.fontManager.ttflist if Path(entry.fname) == file]
    return family if family in names else min(names)


def families(language: str) -> list[str]:
    """Return the fonts to draw with, the first choice first.

    Raises
    ------
    SourceError
        For "zh" on a machine without a Chinese font.
    """
    chinese = chinese_family()
    if language == "zh" and chinese is None:
        raise SourceError(f"figures: no Chinese font on this machine: {REMEDY} or use --lang en")
    if language == "zh":
        return [str(chinese), LATIN_FONT]
    return [LATIN_FONT, *([chinese] if chinese else [])]


def drawable(text: str, language: str) -> str:
    """Return `text` with what no font here can draw written as ``[U+1F600]``.

    Raises
    ------
    SourceError
        If a Chinese character is missing: a name must not turn into boxes.
    """
    known = _characters(tuple(families(language)))
    missing = sorted({char for char in text if not char.isspace() and ord(char) not in known})
    chinese = [char for char in missing if "CJK" in unicodedata.name(char, "")]
    if chinese:
        raise SourceError(f"figures: no font on this machine has the characters {''.join(chinese)[:20]!r}: {REMEDY}")
    for char in missing:
        text = text.replace(char, f"[U+{ord(char):04X}]" if char.isprintable() else "")
    return text


@lru_cache(maxsize=4)
def _characters(names: tuple[str, ...]) -> frozenset[int]:
    from matplotlib import font_manager

    found: set[int] = set()
    for name in names:
        font = font_manager.get_font(font_manager.findfont(font_manager.FontProperties(family=name)))
        found.update(font.get_charmap())
    return frozenset(found)


def wrapped(text: str, cells: int) -> str:
    r"""Return `text` broken into lines of at most `cells` half-width cells; Chinese may break anywhere.

    Examples
    --------
    >>> wrapped("walk to school", 8)
    'walk to\nschool'
    >>> wrapped("步行网络口径", 8)
    '步行网络\n口径'
    >>> wrapped("a line\nand one", 8)
    'a line\nand one'
    """
    return "\n".join(_broken(line, cells) for line in text.split("\n"))


def _broken(text: str, cells: int) -> str:
    lines, line, used = [], "", 0
    for word in _pieces(text):
        size = cell_width(word)
        if used and used + cell_width(word.rstrip()) > cells:
            lines.append(line.rstrip())
            line, used, word = "", 0, word.lstrip()  # noqa: PLW2901 - the same piece at the start of a line
            size = cell_width(word)
        line, used = line + word, used + size
    return "\n".join([*lines, line.rstrip()])


def _pieces(text: str) -> Iterable[str]:
    """Split into words with their spaces; wide characters one by one, closing marks kept with what they close."""
    pieces: list[str] = []
    for char in text:
        wide = unicodedata.east_asian_width(char) in "WF"
        starts = not pieces or (pieces[-1][-1].isspace() and not char.isspace())
        starts = starts or (wide and char not in "，。；：、）》”！？") or _is_wide_end(pieces[-1])
        if char in "，。；：、）》”！？":
            starts = not pieces
        if starts and not (char.isspace() and pieces):
            pieces.append(char)
        else:
            pieces[-1] += char
    return pieces


def _is_wide_end(piece: str) -> bool:
    return unicodedata.east_asian_width(piece[-1]) in "WF" and piece[-1] not in "（《“"


def cell_width(text: str) -> int:
    """Return the half-width cells that `text` takes, Chinese characters two each."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )
