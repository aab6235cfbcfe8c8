"""From what a list calls a facility to the catalogue's types."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lifecircle.model.catalogue import Catalogue
from lifecircle.sources.grids import text_of

# The types that a facility's name tells; given by the caller, because rooms of analysis know names.
NameTypes = Callable[[str], tuple[str, ...]]

_PARTS = re.compile(r"[、/,;；，|]")
_AMAP = re.compile(r"\d{6}(\|\d{6})*")


def _plain(text: str) -> str:
    return re.sub(r"[\s_\-]+", "", text_of(text).casefold())


@dataclass(frozen=True, slots=True)
class TypeWords:
    """Every word that means a type: its id, its names in both languages, Amap's codes, Overture's categories.

    Attributes
    ----------
    words : Mapping[str, tuple of str]
        Types by word; the study's own words come first.
    of_name : callable
        See `NameTypes`.
    """

    words: Mapping[str, tuple[str, ...]]
    of_name: NameTypes

    @classmethod
    def of(cls, catalogue: Catalogue, *, of_name: NameTypes, own: Mapping[str, str]) -> TypeWords:
        """Gather the words of `catalogue`; `own` are the study's words for types, by word."""
        words: dict[str, tuple[str, ...]] = {}
        known = [entry for entry in catalogue.types.values() if not entry.user_layer]
        for entry in known:
            words.setdefault(_plain(entry.id), (entry.id,))
        # A type's whole name before parts of other names: of "工会驿站" and "工会驿站、爱心驿站" the first is meant.
        for entry in known:
            for name in (entry.name_zh, entry.name_en):
                words.setdefault(_plain(name), (entry.id,))
        for entry in known:
            names = [*_PARTS.split(entry.name_zh), *_PARTS.split(entry.name_en)]
            for name in [*names, *entry.amap_codes, *entry.overture_categories]:
                if name.strip():
                    words.setdefault(_plain(name), (entry.id,))
        return cls(MappingProxyType(words | {_plain(word): (kind,) for word, kind in own.items()}), of_name)

    def of_cell(self, text: str) -> tuple[str, ...]:
        """Return the types that the content of a type column means; none where it is unknown.

        A word of the catalogue, an Amap code (or several, joined by ``|``), an Amap path whose last parts say most
        (``医疗保健服务;诊所;诊所``), else a text that reads like a facility's name (``社区卫生服务站``).
        """
        whole = self.words.get(_plain(text))
        if whole:
            return whole
        if _AMAP.fullmatch(text):
            found = [kind for code in text.split("|") for kind in self.words.get(code, ())]
            return tuple(dict.fromkeys(found))
        for part in reversed(_PARTS.split(text)):
            kinds = self.words.get(_plain(part), ()) or self.of_name(part.strip())
            if part.strip() and kinds:
                return kinds
        return ()
