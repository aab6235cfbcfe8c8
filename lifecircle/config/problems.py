"""pydantic's findings, said plainly: which file and line, which key, what was seen, what to do."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from lifecircle.config.strict_yaml import Document, Location
from lifecircle.errors import ConfigError

Model = TypeVar("Model", bound=BaseModel)
MAX_SHOWN = 5

_WANTED = {
    "string_type": "text",
    "float_type": "a number",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping of keys",
    "model_type": "a mapping of keys",
    "model_attributes_type": "a mapping of keys",
    "finite_number": "a finite number",
}


# What a pattern asks for, in words.
_PATTERNS = {
    r"^[a-z][a-z0-9_]*$": "an id begins with a letter and has small letters a-z, digits and _; names go under zh, en",
    r"^[a-z][a-z0-9_-]*$": "an id begins with a letter and has small letters, digits, - and _; names go under zh, en",
}


def nearest(word: str, known: Sequence[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the known word nearest to `word`, or the list of them."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else f"; valid: {', '.join(known)}"


def _expand(node: Mapping[str, Any], root: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "$ref" in node:
        yield from _expand(root["$defs"][node["$ref"].rsplit("/", 1)[-1]], root)
        return
    yield node
    for member in [*node.get("anyOf", []), *node.get("oneOf", [])]:
        yield from _expand(member, root)


def _step(nodes: list[Mapping[str, Any]], step: int | str) -> list[Mapping[str, Any]]:
    below: list[Mapping[str, Any]] = []
    for node in nodes:
        if isinstance(step, str) and step in node.get("properties", {}):
            below.append(node["properties"][step])
        elif isinstance(step, int) and isinstance(node.get("items"), dict):
            below.append(node["items"])
        elif isinstance(step, str) and isinstance(node.get("additionalProperties"), dict):
            below.append(node["additionalProperties"])
        elif isinstance(step, str) and "patternProperties" in node:
            below.extend(node["patternProperties"].values())
    return below


def _valid_keys(model: type[BaseModel], location: Location) -> list[str]:
    """Return the keys that `model` allows at `location`, read from its JSON Schema."""
    root = model.model_json_schema()
    nodes = list(_expand(root, root))
    for step in location:
        below = [inner for node in _step(nodes, step) for inner in _expand(node, root)]
        nodes = below or nodes  # a step that names a union member leads nowhere
    return sorted({key for node in nodes for key in node.get("properties", {})})


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _sentence(error: ErrorDetails, model: type[BaseModel]) -> str:
    location: Location = error["loc"]
    kind, seen, context = error["type"], _shown(error["input"]), error.get("ctx", {})
    if kind == "extra_forbidden":
        return f"unknown key{nearest(str(location[-1]), _valid_keys(model, location[:-1]))}"
    if kind == "missing":
        return "this key is missing"
    if kind == "value_error":
        return str(context["error"])
    if kind in ("literal_error", "enum"):
        return f"{seen} is not one of {context['expected']}"
    return f"got {seen}{_needed(error)}"


def _needed(error: ErrorDetails) -> str:
    """Return what is needed instead of the value seen."""
    kind, context = error["type"], error.get("ctx", {})
    if kind in ("tuple_type", "list_type") and isinstance(error["input"], str):
        return f", a list is needed: write [{error['input']}]"
    if kind in _WANTED:
        return f", {_WANTED[kind]} is needed"
    if kind == "string_pattern_mismatch" and context["pattern"] in _PATTERNS:
        return f": {_PATTERNS[context['pattern']]}"
    if kind == "too_short":
        return f": at least {context['min_length']} is needed"
    return f": {error['msg'][0].lower()}{error['msg'][1:]}"


def _dotted(detail: ErrorDetails, document: Document) -> str:
    """Return ``study.boundary[2]``, without the names of union members."""
    text = ""
    known: Location = ()
    location: Location = detail["loc"]
    for number, step in enumerate(location):
        absent = number == len(location) - 1 and detail["type"] == "missing"
        if (*known, step) in document.marks or absent:
            text += f"[{step}]" if isinstance(step, int) else f".{step}"
            known = (*known, step)
    return text.lstrip(".")


def _problems(error: ValidationError, model: type[BaseModel], document: Document) -> list[str]:
    lines: list[tuple[tuple[int, int], str]] = []
    for detail in error.errors(include_url=False):
        if detail["type"] == "too_short" and detail["input"]:
            continue  # its members are wrong, each said by itself
        dotted, sentence = _dotted(detail, document), _sentence(detail, model)
        lines.append((document.mark(detail["loc"]), f"{dotted}: {sentence}" if dotted else sentence))
    return [f"{document.path}:{mark[0]}: {text}" for mark, text in sorted(lines)]


def find_problems(model: type[BaseModel], document: Document) -> list[str]:
    """Return every problem of `document` under `model`, in file order, each with file and line."""
    try:
        model.model_validate(document.data)
    except ValidationError as error:
        return _problems(error, model, document)
    return []


def validated(model: type[Model], document: Document) -> Model:
    """Return `document` as a `model`.

    Raises
    ------
    ConfigError
        One line per problem, at most five, each with file, line, key, the value seen and the remedy.
    """
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        problems = _problems(error, model, document)
    more = f"\n... and {len(problems) - MAX_SHOWN} more" if len(problems) > MAX_SHOWN else ""
    raise ConfigError("\n".join(problems[:MAX_SHOWN]) + more)
