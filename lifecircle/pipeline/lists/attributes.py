"""What a standard's rules ask of facilities by their attributes (``where``), checked against what the study knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lifecircle.config.problems import nearest
from lifecircle.coverage.filters import attribute, known_attributes, passing
from lifecircle.errors import ConfigError
from lifecircle.facilities.prepare import ATTRIBUTE_KEYS
from lifecircle.model.provenance import Note
from lifecircle.model.rules import FacilityFilter

if TYPE_CHECKING:
    from lifecircle.model.standard import Circle, Standard
    from lifecircle.pipeline.place import Place

SHOWN = 6


def where_notes(place: Place) -> tuple[Note, ...]:
    """Say which attributes that the standard asks for nobody knows, and which values nothing has.

    Raises
    ------
    ConfigError
        If the study has lists of facilities, and a column that the standard asks for is in none of them.
    """
    notes: dict[str, Note] = {}
    table = place.facilities
    for circle, types, column, value in _asked(place.standard):
        _check_column(place, column, circle=circle)
        rows = table[np.isin(table["type"].to_numpy(dtype=object), list(types))]
        found = attribute(rows, column)
        known = int(np.count_nonzero(found != ""))
        if not known:
            note = _nothing_known(circle, types, column=column, count=len(rows), place=place)
        elif not passing(rows, FacilityFilter(where=((column, value),))).any():
            note = _value_unseen(circle, column, value=value, seen=Counter(found[found != ""].tolist()))
        elif known < len(rows):
            note = _partly_known(circle, column, known=known, count=len(rows))
        else:
            continue
        notes.setdefault(note.en, note)
    return tuple(notes.values())


def _asked(standard: Standard) -> Iterator[tuple[Circle, tuple[str, ...], str, str]]:
    for circle in standard.circles:
        asked = [(item.types, item.admits) for rule in circle.readings.values() for item in rule.items]
        asked += [(unit.types, unit.admits) for unit in circle.provision]
        for types, admits in asked:
            for column, value in admits.where:
                yield circle, types, column, value


def _check_column(place: Place, column: str, *, circle: Circle) -> None:
    table, lists = place.facilities, place.inputs.facility_lists
    known = [*known_attributes(table), *(() if lists is None else known_attributes(lists))]
    if lists is None or column in table.columns or column in known or column in ATTRIBUTE_KEYS:
        return
    raise ConfigError(
        f"circle {circle.id!r} of {place.standard.id}: where asks for {column!r}, but no list of facilities has a "
        f"value in a column of that name{nearest(column, sorted(set(known)))}"
    )


def _names(types: tuple[str, ...], place: Place) -> tuple[str, str]:
    kinds = [place.question.catalogue.types[kind] for kind in types]
    return " / ".join(kind.name_en for kind in kinds), "/".join(kind.name_zh for kind in kinds)


def _nothing_known(circle: Circle, types: tuple[str, ...], *, column: str, count: int, place: Place) -> Note:
    en, zh = _names(types, place)
    return Note(
        "where.nothing_known",
        f"{circle.name_en} asks for {column!r} of {en}: none of {count} facilities has a value. Residences that reach "
        "one of them are unknown, none is covered; give the column in a list of facilities.",
        f"{circle.name_zh}要求{zh}的“{column}”属性，{count} 处设施均无取值："
        "能到达其中之一的居住点记为未知，没有记为覆盖的；请在设施名单中提供该列。",
        warning=True,
    )


def _value_unseen(circle: Circle, column: str, *, value: str, seen: Counter[str]) -> Note:
    common = sorted(seen.items(), key=lambda pair: (-pair[1], pair[0]))[:SHOWN]
    return Note(
        "where.value_unseen",
        f"{circle.name_en} asks for {column} = {value!r}, which no facility has; values there: "
        f"{', '.join(f'{name} ({count})' for name, count in common)}.",
        f"{circle.name_zh}要求“{column}”为“{value}”，没有设施取该值；现有取值："
        f"{'、'.join(f'{name}({count})' for name, count in common)}。",
        warning=True,
    )


def _partly_known(circle: Circle, column: str, *, known: int, count: int) -> Note:
    return Note(
        "where.partly_known",
        f"{circle.name_en} asks for {column!r}: {known} of {count} facilities have a value; residences that reach one "
        "of the others only are unknown.",
        f"{circle.name_zh}要求“{column}”属性：{count} 处设施中 {known} 处有取值；仅能到达其余设施的居住点记为未知。",
        warning=2 * known < count,
    )
