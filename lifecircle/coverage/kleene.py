"""Three-valued logic on whole columns.

A status is a small integer ordered false < unknown < true, so that Kleene's AND is the minimum
(Kleene 1952, *Introduction to Metamathematics*, section 64).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.extensions import ExtensionArray

from lifecircle.errors import SchemaError
from lifecircle.model.audit import REASONS

Statuses: TypeAlias = npt.NDArray[np.int8]
Reasons: TypeAlias = npt.NDArray[np.uint8]

NOT_COVERED, UNKNOWN, COVERED = np.int8(0), np.int8(1), np.int8(2)
NAMES = np.array(["not_covered", "unknown", "covered"], dtype=object)

KNOWN = np.uint8(REASONS.index(""))
UNSNAPPED = np.uint8(REASONS.index("unsnapped"))
EDGE_OF_DATA = np.uint8(REASONS.index("edge_of_data"))
THIN_DATA = np.uint8(REASONS.index("thin_data"))


def kleene_and(columns: Sequence[Statuses], *, length: int) -> Statuses:
    """Return the AND of `columns`, each int8 (length,); all covered where there is none.

    False where one is false, else unknown where one is unknown, else true.
    """
    if not columns:
        return np.full(length, COVERED, dtype=np.int8)
    return np.minimum.reduce(list(columns))


def at_least(columns: Sequence[Statuses], count: int) -> Statuses:
    """Return "at least `count` of `columns`": true once so many are, false once so many cannot be, else unknown."""
    stacked = np.stack(list(columns))
    sure, possible = (stacked == COVERED).sum(axis=0), (stacked != NOT_COVERED).sum(axis=0)
    return np.where(sure >= count, COVERED, np.where(possible >= count, UNKNOWN, NOT_COVERED)).astype(np.int8)


def joint_reason(status: Statuses, reasons: Sequence[Reasons]) -> Reasons:
    """Return why `status` is unknown: unsnapped before edge_of_data before thin_data, "" where it is known."""
    # REASONS stands in that order, so the first reason is the least code above 0.
    last = np.uint8(len(REASONS))
    first = np.minimum.reduce([np.where(column == KNOWN, last, column) for column in reasons])
    return np.where(status == UNKNOWN, first, KNOWN).astype(np.uint8)


def status_names(status: Statuses) -> ExtensionArray:
    """Return the words of STATUSES for the codes, as a column of strings."""
    return pd.array(NAMES, dtype="str").take(status)


def status_codes(names: pd.Series) -> Statuses:
    """Return the codes of statuses written as words.

    Raises
    ------
    SchemaError
        With the first word that is no status.
    """
    found = pd.Index(NAMES).get_indexer(names.to_numpy(dtype=object))
    if (found < 0).any():
        raise SchemaError(f"{names.name}: {names.iloc[int(np.argmin(found))]!r} is no status: {', '.join(NAMES)}")
    return found.astype(np.int8)


def reason_names(reason: Reasons) -> ExtensionArray:
    """Return the words of REASONS for the codes, as a column of strings."""
    return pd.array(REASONS, dtype="str").take(reason)
