"""A text in both languages."""

from __future__ import annotations

import re
from dataclasses import dataclass

_HAN = "\u3000-\u303f\u3400-\u9fff\uff00-\uffef"
_BRACKETS = re.compile(r"\(([^()]*)\)(?!\.\w)")  # not those of a file's name
_MARKS = re.compile(rf"(?<=[{_HAN}]) ?([,:;]) ?|([,:;]) ?(?=[{_HAN}])")
_FULL = str.maketrans(",:;", "，：；")


@dataclass(frozen=True, slots=True)
class Words:
    """A text in Chinese and English; the same one twice where it was given in one language. Empty texts are false."""

    zh: str = ""
    en: str = ""

    def __bool__(self) -> bool:
        """Say whether there is a text."""
        return bool(self.zh or self.en)

    def text(self, language: str) -> str:
        """Return the text in `language` ("zh" or "en")."""
        return self.zh if language == "zh" else self.en


def words(text: str | Words) -> Words:
    """Return `text` in both languages."""
    return text if isinstance(text, Words) else Words(text, text)


def full_width(text: str) -> str:
    """Return a Chinese text with full-width commas, colons, semicolons and brackets beside Chinese characters.

    >>> full_width("阈值 15 分钟(步速 4.8 km/h),共 1,200 处: 药店")
    '阈值 15 分钟（步速 4.8 km/h），共 1,200 处：药店'
    """
    return _MARKS.sub(lambda found: (found[1] or found[2]).translate(_FULL), _BRACKETS.sub(_bracketed, text))


def _bracketed(found: re.Match[str]) -> str:
    beside = found.string[max(found.start() - 1, 0) : found.start()] + found[1] + found.string[found.end() :][:1]
    return f"（{found[1]}）" if re.search(f"[{_HAN}]", beside) else found[0]
