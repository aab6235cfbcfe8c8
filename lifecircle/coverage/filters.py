"""Which facilities pass a rule's filter: area, capacity, attributes."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from lifecircle.model.tables import attributes_of

if TYPE_CHECKING:
    from lifecircle.model.rules import FacilityFilter
    from lifecircle.model.tables import FacilityTable

    Bools = npt.NDArray[np.bool_]

ATTRIBUTES = "attributes"  # column of JSON objects: what a list says beside the table's own columns


def passing(table: FacilityTable, asked: FacilityFilter) -> Bools:
    """Return which facilities pass `asked`, bool (F,).

    Every condition must hold. A value that is not known (the area of a point, a capacity or attribute nobody
    gave) passes only where ``asked.maybe``: a facility never counts by a value that was made up.
    """
    found = np.ones(len(table), dtype=bool)
    if asked.min_area_m2 is not None:
        area = table["area_m2"].to_numpy(dtype=float)
        found &= (area >= asked.min_area_m2) | (asked.maybe & (area <= 0))
    if asked.min_capacity is not None:
        capacity = table["capacity"].to_numpy(dtype=float)
        found &= (capacity >= asked.min_capacity) | (asked.maybe & np.isnan(capacity))
    for column, value in asked.where:
        given = np.array([_plain(text) for text in attribute(table, column)], dtype=object)
        found &= (given == _plain(value)) | (asked.maybe & (given == ""))
    return found


def attribute(table: FacilityTable, column: str) -> npt.NDArray[np.object_]:
    """Return an attribute of every facility as text, "" where it is not known; object (F,).

    A column of the table, else a key of its ``attributes``.
    """
    if column in table.columns:
        return np.array([_text(value) for value in table[column]], dtype=object)
    if ATTRIBUTES not in table.columns:
        return np.full(len(table), "", dtype=object)
    key = unicodedata.normalize("NFKC", column).strip()
    return np.array([_text(attributes_of(said).get(key)) for said in table[ATTRIBUTES]], dtype=object)


def known_attributes(table: FacilityTable) -> tuple[str, ...]:
    """Return the keys of ``attributes`` that any facility has a value for, sorted."""
    texts = set(table[ATTRIBUTES]) if ATTRIBUTES in table.columns else set()
    return tuple(sorted({key for text in texts for key in attributes_of(text)}))


def _plain(text: str) -> str:
    """Return a value as it is compared: full-width characters narrowed, without regard to case."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _text(value: object) -> str:
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124 - NaN
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
