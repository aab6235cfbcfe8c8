"""Arrays that grow, are written in place, and can take back what was written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

MIN_ROOM = 64
ROOM_SHARE = 16  # a sixteenth of the rows in use


class Journal:
    """How to take back what was done, step by step."""

    def __init__(self) -> None:
        self._steps: list[Callable[[], object]] = []
        self._marks: list[int] = []

    def __len__(self) -> int:
        """Return the number of changes that can be taken back."""
        return len(self._marks)

    def begin(self) -> None:
        """Start a change."""
        self._marks.append(len(self._steps))

    def note(self, step: Callable[[], object]) -> None:
        """Remember `step`, which takes back something that was just done."""
        self._steps.append(step)

    def forget(self) -> None:
        """Keep what was done: from here on nothing before can be taken back."""
        self._steps.clear()
        self._marks.clear()

    def roll_back(self) -> None:
        """Take back the last change."""
        mark = self._marks.pop()
        while len(self._steps) > mark:
            self._steps.pop()()


class Table:
    """Named arrays with one row per thing, along the first axis; every write is journalled.

    ``table["name"]`` is the whole array with its room to grow: rows from ``len(table)`` on mean nothing.

    Attributes
    ----------
    rows : structured array
        All arrays side by side, row by row; to be read alone.
    """

    def __init__(self, journal: Journal, **arrays: Array) -> None:
        sizes = {len(array) for array in arrays.values()}
        if len(sizes) != 1:
            raise ValueError(f"Table: arrays of {sorted(sizes)} rows")
        self._journal, self._size = journal, sizes.pop()
        kinds = [(name, array.dtype, array.shape[1:]) for name, array in arrays.items()]
        self.rows = np.empty(0, dtype=np.dtype(kinds, align=True))
        self._make_room(self._size)
        for name, array in arrays.items():
            self._arrays[name][: self._size] = array

    def __len__(self) -> int:
        """Return the number of rows in use."""
        return self._size

    def __getitem__(self, name: str) -> Array:
        """Return an array with its room to grow; write to it with `put` alone, or `note` what was there."""
        return self._arrays[name]

    def used(self, name: str) -> Array:
        """Return a copy of the rows in use."""
        return self._arrays[name][: self._size].copy()

    def append(self, rows: int, **values: Array | float) -> int:
        """Add rows with a value for every array and return the number of the first."""
        if values.keys() != self._arrays.keys():
            raise ValueError(f"Table: values for {sorted(values)}, arrays {sorted(self._arrays)}")
        first = self.grow(rows)
        for name, value in values.items():
            self._arrays[name][first : first + rows] = value
        return first

    def grow(self, rows: int) -> int:
        """Add rows that mean nothing until all of them are `put`, and return the number of the first."""
        first = self._size
        if first + rows > len(self.rows):
            self._make_room(first + rows)
        self._size = first + rows
        self._journal.note(lambda: self._shrink(first))
        return first

    def put(self, at: Array | int, **values: Array | float) -> None:
        """Write rows `at` of the arrays named."""
        arrays = [self._arrays[name] for name in values]
        old = [array[at].copy() for array in arrays]
        for array, value in zip(arrays, values.values(), strict=True):
            array[at] = value
        self._journal.note(lambda: self._put_back(tuple(values), at, old))

    def note(self, name: str, at: Any, *, old: Array) -> None:  # noqa: ANN401  # whatever indexes an array
        """Remember what an array held `at` some place before it was written."""
        self._journal.note(lambda: self._put_back((name,), at, [old]))

    def _put_back(self, names: tuple[str, ...], at: Any, old: list[Array]) -> None:  # noqa: ANN401  # as above
        for name, values in zip(names, old, strict=True):
            self._arrays[name][at] = values

    def _shrink(self, size: int) -> None:
        self._size = size

    def _make_room(self, rows: int) -> None:
        before, self.rows = self.rows, np.zeros(rows + MIN_ROOM + rows // ROOM_SHARE, dtype=self.rows.dtype)
        self.rows[: len(before)] = before
        self._arrays: dict[str, Array] = {name: self.rows[name] for name in self.rows.dtype.names or ()}
