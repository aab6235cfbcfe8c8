"""A text in both languages."""

from __future__ import annotations

from dataclasses import dataclass


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
