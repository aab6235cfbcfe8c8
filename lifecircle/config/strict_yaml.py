"""One strict YAML loader: what a file looks like is what it means.

YAML 1.1 reads ``no`` as False, ``12:30`` as 750 and ``010`` as 8; a 298-byte file of
aliases can keep a reader busy for minutes. None of that is wanted in a study file.
"""

import contextlib
import functools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import yaml
from yaml.composer import Composer
from yaml.events import AliasEvent, CollectionStartEvent, ScalarEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.resolver import Resolver

from lifecircle.errors import ConfigError, SourceError

YamlValue: TypeAlias = "bool | int | float | str | list[YamlValue] | dict[str, YamlValue] | None"
Location: TypeAlias = tuple[int | str, ...]

MAX_BYTES = 1_000_000
MAX_DEPTH = 32
MAX_DIGITS = 64  # longer is no quantity; Python refuses to read integers of thousands of digits

# Plain scalars of the YAML 1.2 core schema (yaml.org/spec/1.2.2, 10.3.2). Integers with leading
# zeros stay text: they are codes.
_NULLS = ("", "~", "null", "Null", "NULL")
_BOOLS: Mapping[str, bool] = MappingProxyType(
    {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
)
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
# Where libyaml accepts more than PyYAML: tabs, rare line ends, byte order marks, comments hard on > or |, and
# question marks outside of quotes.
_DISPUTED = re.compile(r"[\t\x85\u2028\u2029\ufeff]|(?<!\()\?|[>|][-+0-9]*#")
_QUOTED = re.compile(
    r"""(?<=[\s\[{,])('[^'\n\t\x85\u2028\u2029\ufeff]*'|"(?:[^"\n\\\t\x85\u2028\u2029\ufeff]|\\.)*")(?=\s*[,\]}\n]|\s+#)"""
)
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed YAML file that remembers where everything stands.

    Attributes
    ----------
    path : Path
    data : dict
        Keys are always text.
    marks : Mapping[Location, (line, column)]
        Where each key and list item starts, counted from 1; ``()`` is the whole file.
    """

    path: Path
    data: dict[str, YamlValue]
    marks: Mapping[Location, tuple[int, int]]

    def mark(self, location: Location) -> tuple[int, int]:
        """Return the line and column of `location`, or of the deepest part of it that is written.

        Steps that are not in the file (names of union members in pydantic's locations) are passed over.
        """
        known: Location = ()
        for step in location:
            if (*known, step) in self.marks:
                known = (*known, step)
        return self.marks[known]

    def where(self, location: Location = ()) -> str:
        """Return ``"file:line:column"`` of `location`."""
        line, column = self.mark(location)
        return f"{self.path}:{line}:{column}"


def _refused(problem: str, mark: Any) -> yaml.MarkedYAMLError:  # noqa: ANN401  # PyYAML has two classes of mark
    return yaml.MarkedYAMLError(problem=problem, problem_mark=mark)


class _Strict(Composer):
    """Composes nodes, refusing anchors, aliases, tags and bottomless nesting."""

    _depth = 0

    def compose_node(self, parent: Node | None, index: int | Node | None) -> Node | None:
        event = self.peek_event()  # type: ignore[attr-defined]  # of the parser it is joined to
        problem = ""
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
            problem = "anchors (&) and aliases (*) are not allowed: write the value out, or quote the text"
        elif isinstance(event, ScalarEvent | CollectionStartEvent) and event.tag is not None:
            problem = f"tags (!) are not allowed, found {event.tag!r}: remove it, or quote the text"
        elif self._depth >= MAX_DEPTH:
            problem = f"nested more than {MAX_DEPTH} levels deep"
        if problem:
            raise _refused(problem, event.start_mark)
        self._depth += 1
        node = super().compose_node(parent, index)  # type: ignore[arg-type]
        self._depth -= 1
        return node


# What usually lies behind what the parser says.
_CAUSES = {
    "\\t": "a tab: indent with spaces",
    "expected <block end>": "this line is not indented as the lines above it, or a - or a bracket is missing",
    "mapping values are not allowed here": "a colon too many, or a line indented too far; quote texts with ': '",
    "could not find expected ':'": "a colon is missing after a key",
    "expected ',' or ']'": "a [ is not closed, or a comma is missing",
    "expected ',' or '}'": "a { is not closed, or a comma is missing",
    "found unexpected end of stream": "a quote is not closed",
}


class _StrictLoader(_Strict, yaml.SafeLoader):
    """Reads in Python: slow, with messages that are good to read."""

    def __init__(self, text: str) -> None:
        yaml.SafeLoader.__init__(self, text)


@functools.cache
def _swift_loader() -> Callable[[str], Composer] | None:
    """Return a loader whose events come from libyaml, several times faster; None where it was not built in."""
    try:
        from yaml.cyaml import CParser  # type: ignore[attr-defined]
    except ImportError:
        return None

    class _Swift(_Strict, CParser, Resolver):
        def __init__(self, text: str) -> None:
            CParser.__init__(self, text)
            Composer.__init__(self)
            Resolver.__init__(self)

    return _Swift


def _composed(text: str) -> Node | None:
    """Return the document in `text`; whatever libyaml minds is read once more in Python, which says what is wrong."""
    swift = _swift_loader()
    if swift is not None and not _DISPUTED.search(_QUOTED.sub("", text)):
        with contextlib.suppress(yaml.YAMLError):
            return swift(text).get_single_node()
    return _StrictLoader(text).get_single_node()


def _number(text: str) -> int | float | None:
    if len(text) > MAX_DIGITS:
        return None
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return float(text.replace(".", "")) if _SPECIAL.fullmatch(text) else None


def _plain(text: str) -> YamlValue:
    if text in _NULLS:
        return None
    if text in _BOOLS:
        return _BOOLS[text]
    number = _number(text)
    return text if number is None else number


def _text(node: ScalarNode) -> str:
    """Return the text of `node`; the two halves that JSON writes a rare character as are put together."""
    try:
        return str(node.value).encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise _refused("half a character (\\uD800 to \\uDFFF): write the character itself", node.start_mark) from None


def _key(node: Node) -> str:
    if not isinstance(node, ScalarNode) or node.value == "":
        raise _refused("a key must be plain, non-empty text", node.start_mark)
    return _text(node)


def _pairs(node: MappingNode) -> dict[str, tuple[Node, Node]]:
    pairs: dict[str, tuple[Node, Node]] = {}
    for key_node, value_node in node.value:
        key = _key(key_node)
        if key in pairs:
            first = pairs[key][0].start_mark.line + 1
            raise _refused(f"key {key!r} is written twice (first on line {first}): remove one", key_node.start_mark)
        pairs[key] = (key_node, value_node)
    return pairs


def _value(node: Node) -> YamlValue:
    if isinstance(node, MappingNode):
        return {key: _value(value) for key, (_, value) in _pairs(node).items()}
    if isinstance(node, SequenceNode):
        return [_value(item) for item in node.value]
    if not isinstance(node, ScalarNode):
        raise TypeError(f"PyYAML composed an unknown node: {node!r}")
    return _text(node) if node.style else _plain(_text(node))  # libyaml writes "" for a plain style, PyYAML None


def _marks(node: Node, at: Location) -> Iterator[tuple[Location, tuple[int, int]]]:
    if isinstance(node, MappingNode):
        for key, (key_node, value) in _pairs(node).items():
            yield (*at, key), (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            yield from _marks(value, (*at, key))
    elif isinstance(node, SequenceNode):
        for number, item in enumerate(node.value):
            yield (*at, number), (item.start_mark.line + 1, item.start_mark.column + 1)
            yield from _marks(item, (*at, number))


def _read_text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise SourceError(
            f"{path}: the file cannot be read ({error.strerror}): check the name and the folder"
        ) from None
    if len(raw) > MAX_BYTES:
        raise ConfigError(f"{path}: larger than {MAX_BYTES // 1000} kB: this is not a configuration file")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: not UTF-8 text: save the file with the encoding UTF-8") from None


def _said(problem: str) -> str:
    """Return what the parser found, with the usual cause of its commonest findings."""
    for found, cause in _CAUSES.items():
        if found in problem:
            return f"{problem}: {cause}"
    return problem


def read_yaml(path: Path) -> Document:
    """Read a YAML file strictly.

    Scalars follow the YAML 1.2 core schema: ``true``, ``null``, decimal integers and floats are
    recognised; ``no``, ``on``, ``12:30``, ``010``, ``2026-11-22`` stay text. UTF-8, with or without
    a byte order mark.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Document
        Its data is a dict of None, bool, int, float, str, list and dict, nothing else.

    Raises
    ------
    SourceError
        If the file cannot be read.
    ConfigError
        With file, line and column: bad syntax, a repeated key, an anchor, an alias, a tag, more than
        1 MB, not UTF-8, or a file that is not a mapping of keys.
    """
    text = _read_text(path)
    try:
        node = _composed(text)
        if node is None:
            raise ConfigError(f"{path}: the file is empty")
        data, marks = _value(node), dict(_marks(node, ()))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise ConfigError(f"{path}{at}: {_said(str(error.problem or error.context))}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, int(error.position)) + 1
        raise ConfigError(f"{path}:{line}: a character that YAML does not allow (code {error.character})") from None
    if not isinstance(data, dict):
        raise ConfigError(f"{path}:1:1: a mapping of keys is needed (key: value), found {type(data).__name__}")
    return Document(path, data, MappingProxyType({(): (1, 1), **marks}))
