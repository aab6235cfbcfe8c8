"""Where a result came from, and what a reader must know about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that a reader of the result must know, in both languages.

    Attributes
    ----------
    code : str
        Stable slug such as ``"facilities.merged"``; the same note keeps its code.
    en, zh : str
        The sentence, with its numbers.
    warning : bool
        True when data was lost or doubted on the way.
    """

    code: str
    en: str
    zh: str
    warning: bool = False

    def text(self, language: str) -> str:
        """Return the sentence in `language` ("zh" or "en")."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that a result was computed from.

    Attributes
    ----------
    role : str
        What it was used as: ``"osm"``, ``"boundary"``, ``"population"`` ...
    name : str
        Bare file name, never a path.
    sha256 : str
        Of the bytes read.
    licence, attribution : str
        Empty when not known.
    timestamp : str
        When the data was true, ISO 8601; empty when the file does not say.
    """

    role: str
    name: str
    sha256: str
    licence: str = ""
    attribution: str = ""
    timestamp: str = ""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Everything needed to rerun a result; holds no clock, host or path.

    Attributes
    ----------
    versions : Mapping[str, str]
        lifecircle and the libraries that can change a number.
    config_sha256 : str
        Of the parsed study with every path replaced by its file's hash.
    inputs : tuple of InputFile
    counts : Mapping[str, int]
        Rows read, kept and dropped, by reason.
    """

    versions: Mapping[str, str]
    config_sha256: str
    inputs: tuple[InputFile, ...]
    counts: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the mappings read-only."""
        object.__setattr__(self, "versions", MappingProxyType(dict(self.versions)))
        object.__setattr__(self, "counts", MappingProxyType(dict(self.counts)))
