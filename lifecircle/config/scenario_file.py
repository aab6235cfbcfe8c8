"""Scenarios in YAML: one list of changes, or several under names."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model, model_validator

from lifecircle.config.problems import find_problems
from lifecircle.config.strict_yaml import Document, Location, read_yaml
from lifecircle.errors import ConfigError
from lifecircle.model.scenario import CHANGES, Change, Scenario

if TYPE_CHECKING:
    from pathlib import Path

MOST_CHANGES = 10_000


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """The scenarios of a file, and where each of their changes is written (file and line)."""

    scenarios: tuple[Scenario, ...]
    where: tuple[tuple[str, ...], ...]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)


def _short(kind: type[Change]) -> Any:  # noqa: ANN401  # a validator for pydantic
    """Let a change of one field be written as its value: ``remove_facility: n1:pharmacy``."""
    names = [one.name for one in fields(kind)]

    def widen(value: object) -> object:
        plain = isinstance(value, str | int) and not isinstance(value, bool)
        return {names[0]: value} if plain and len(names) == 1 else value

    return widen


@lru_cache(maxsize=1)
def _change_model() -> type[BaseModel]:
    """Return the model of one change: a mapping of its kind to its values."""
    kinds: dict[str, Any] = {}
    for name, kind in CHANGES.items():
        hints = get_type_hints(kind)
        given: dict[str, Any] = {
            one.name: (hints[one.name], ... if one.default is MISSING else one.default) for one in fields(kind)
        }
        model = create_model(kind.__name__, __base__=_Strict, **given)
        kinds[name] = (Annotated[model, BeforeValidator(_short(kind))] | None, None)
    return create_model("ScenarioChange", __base__=_OneKind, **kinds)


class _OneKind(_Strict):
    @model_validator(mode="after")
    def _check(self) -> _OneKind:
        if len(self.model_fields_set) != 1:
            raise ValueError("give exactly one kind of change a list item, - add_facility: {...}")
        if getattr(self, next(iter(self.model_fields_set))) is None:
            raise ValueError("it says nothing: give its values")
        return self


@lru_cache(maxsize=1)
def scenario_file_model() -> type[BaseModel]:
    """Return the model of a scenario file."""
    one: Any = _change_model()
    changes: Any = Annotated[list[one], Field(max_length=MOST_CHANGES)]
    named: dict[str, Any] = {"name": (str, ...), "note": (str, ""), "changes": (changes, ...)}
    part: Any = create_model("NamedScenario", __base__=_Strict, **named)
    file: dict[str, Any] = {"name": (str, ""), "note": (str, ""), "changes": (changes | None, None)}
    file["scenarios"] = (list[part] | None, None)
    return create_model("ScenarioFile", __base__=_Strict, **file)


def scenario_file_json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a scenario file."""
    return scenario_file_model().model_json_schema()


def read_scenarios(path: Path) -> ScenarioFile:
    """Read a file of one scenario (``changes``) or of several (``scenarios``).

    Parameters
    ----------
    path : Path

    Returns
    -------
    ScenarioFile

    Raises
    ------
    ConfigError
        With every problem and its line: bad YAML, an unknown key or kind of change (the nearest is suggested), a
        missing or wrong value, a name used twice, both or none of the two lists.
    SourceError
        If the file cannot be read.
    """
    document = read_yaml(path)
    problems = find_problems(scenario_file_model(), document)
    if problems:
        raise ConfigError("\n".join(problems))
    file: Any = scenario_file_model().model_validate(document.data)
    if (file.changes is None) == (file.scenarios is None):
        raise ConfigError(f"{document.where()}: give either changes: [...] or scenarios: [{{name, changes}}, ...]")
    parts: list[tuple[Location, Any]] = [((), file)]
    if file.scenarios is not None:
        parts = [(("scenarios", number), part) for number, part in enumerate(file.scenarios)]
    _check_names(document, parts)
    read = [_scenario(document, part, at=(*at, "changes")) for at, part in parts]
    return ScenarioFile(tuple(scenario for scenario, _ in read), tuple(where for _, where in read))


def _scenario(document: Document, part: Any, *, at: Location) -> tuple[Scenario, tuple[str, ...]]:  # noqa: ANN401
    changes, where = [], []
    for number, written in enumerate(part.changes):
        (kind,) = written.model_fields_set
        values = {name: getattr(getattr(written, kind), name) for name in type(getattr(written, kind)).model_fields}
        changes.append(CHANGES[kind](**values))
        line, _ = document.mark((*at, number))
        where.append(f"{document.path}:{line}")
    return Scenario(tuple(changes), part.name, part.note), tuple(where)


def _check_names(document: Document, parts: list[tuple[Location, Any]]) -> None:
    if not parts:
        raise ConfigError(f"{document.where(('scenarios',))}: scenarios is empty: give one or more")
    seen: set[str] = set()
    for at, part in parts:
        if part.name in seen:
            where = document.where((*at, "name"))
            raise ConfigError(f"{where}: scenario {part.name!r} is there twice: give each its own name")
        seen.add(part.name)
