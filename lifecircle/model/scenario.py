"""Scenarios: ordered changes of a place, known by what they say."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from lifecircle.errors import SchemaError
from lifecircle.model.card import card
from lifecircle.model.changes import (
    CHANGES,
    STREET_KINDS,
    AddFacility,
    AddResidences,
    AddStreet,
    Change,
    CloseGate,
    CloseStreet,
    LonLat,
    MoveFacility,
    OpenGate,
    OpenStreet,
    RemoveFacility,
    RetypeFacility,
    SetCapacity,
    SetProfile,
)

__all__ = [
    "CHANGES",
    "STREET_KINDS",
    "AddFacility",
    "AddResidences",
    "AddStreet",
    "Change",
    "CloseGate",
    "CloseStreet",
    "LonLat",
    "MoveFacility",
    "OpenGate",
    "OpenStreet",
    "RemoveFacility",
    "RetypeFacility",
    "Scenario",
    "ScenarioDiff",
    "SetCapacity",
    "SetProfile",
    "as_record",
]


def as_record(change: Change) -> dict[str, Any]:
    """Return a change as a mapping: its ``change`` and every value that is not the default."""
    said: dict[str, Any] = {"change": change.KIND}
    for one in fields(change):
        value = _plain(getattr(change, one.name), one.name)
        if one.default is MISSING or value != _plain(one.default, one.name):
            said[one.name] = value
    return said


@dataclass(frozen=True, slots=True)
class ScenarioDiff:
    """What two scenarios have in common, and what only one of them changes; each in its scenario's order."""

    only_first: tuple[Change, ...]
    only_second: tuple[Change, ...]
    common: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """An ordered list of changes of one place; without any, the place as it is.

    Attributes
    ----------
    changes : tuple of Change
    name, note : str
        For readers; not part of its id.
    """

    changes: tuple[Change, ...] = field(default=())
    name: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Take any iterable of changes; refuse what is none."""
        given: Iterable[Any] = self.changes
        object.__setattr__(self, "changes", tuple(given))
        for number, change in enumerate(self.changes, start=1):
            if type(change) not in CHANGES.values():
                known = ", ".join(kind.__name__ for kind in CHANGES.values())
                raise SchemaError(f"scenario: change {number} is a {type(change).__name__}; changes are {known}")

    @property
    def id(self) -> str:
        """Hash of the changes in their order, 64 hexadecimal digits; names of scenarios and of keys' order aside."""
        said = json.dumps(self.records(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(said.encode("utf-8")).hexdigest()

    def records(self) -> list[dict[str, Any]]:
        """Return the changes as plain mappings, in their order."""
        return [as_record(change) for change in self.changes]

    def combine(self, other: Scenario, *, name: str = "") -> Scenario:
        """Return the scenario that makes the changes of this one, then those of `other`."""
        return Scenario((*self.changes, *other.changes), name or " + ".join(filter(None, (self.name, other.name))))

    def without_last(self) -> Scenario:
        """Return the scenario before its last change (itself where there is none)."""
        return Scenario(self.changes[:-1], self.name, self.note)

    def diff(self, other: Scenario) -> ScenarioDiff:
        """Return which changes this scenario and `other` share, counted as often as both make them."""
        shared = Counter(self._keys()) & Counter(other._keys())
        common, only_first = _parted(self, shared)
        return ScenarioDiff(only_first, _parted(other, shared)[1], common)

    def _keys(self) -> list[str]:
        return [json.dumps(record, sort_keys=True) for record in self.records()]

    def __len__(self) -> int:
        """Return the number of changes."""
        return len(self.changes)

    def _repr_html_(self) -> str:
        """Show the changes in a notebook."""
        rows = [
            (record["change"], ", ".join(f"{key}: {value}" for key, value in record.items() if key != "change"))
            for record in self.records()
        ]
        return card(self.name or "Scenario", [self.note, self.id], columns=("change", ""), rows=rows)


def _parted(scenario: Scenario, shared: Counter[str]) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """Return the changes that are shared, and the others."""
    left, common, own = Counter(shared), list[Change](), list[Change]()
    for change, key in zip(scenario.changes, scenario._keys(), strict=True):  # noqa: SLF001  # of the same class
        (common if left[key] else own).append(change)
        left[key] -= 1 if left[key] else 0
    return tuple(common), tuple(own)


# Written as whole numbers; every other number is a float, so that 40 and 40.0 are the same capacity.
_WHOLE = ("way", "edge", "homes")


def _plain(value: Any, name: str) -> Any:  # noqa: ANN401  # whatever a change holds
    """Return a value as JSON writes it: equal values in one form."""
    if isinstance(value, tuple):
        return [_plain(each, name) for each in value]
    if value is None or isinstance(value, str | bool):
        return value
    if name in _WHOLE or (name == "id" and float(value).is_integer()):
        return int(value)
    return float(value) + 0.0  # no minus zero
