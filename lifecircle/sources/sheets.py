"""The columns of a sheet, found by name, and its rows by column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lifecircle.errors import SchemaError
from lifecircle.sources.grids import Grid, column_letter, text_of

_TITLE_ROWS = 20


class RepeatedColumnError(SchemaError):
    """Two columns of a sheet mean the same."""


def find_columns(
    grid: Grid, wanted: Mapping[str, Sequence[str]], *, needed: Sequence[str]
) -> tuple[int, dict[str, int]]:
    """Find the header row of a sheet and its columns.

    Parameters
    ----------
    grid : Grid
    wanted : Mapping
        Column -> the headers it may have, compared without case and blanks.
    needed : sequence of str
        Columns that the header row must have.

    Returns
    -------
    row : int
        Of the header in ``grid.rows``: the first with every needed column.
    columns : dict of str to int
        Where each wanted column stands; those that are absent are left out.

    Raises
    ------
    SchemaError
        If no row among the first 20 has them.
    RepeatedColumnError
        If two columns mean the same.
    """
    names = {_plain(header): column for column, headers in wanted.items() for header in headers}
    for number, row in enumerate(grid.rows[:_TITLE_ROWS]):
        found: dict[str, int] = {}
        twice = []
        for at, cell in enumerate(row):
            column = names.get(_plain(text_of(cell)))
            if column in found:
                twice.append(f"{column_letter(found[column])} and {column_letter(at)} ({text_of(cell)!r})")
            elif column is not None:
                found[column] = at
        if all(column in found for column in needed):
            if twice:
                raise RepeatedColumnError(f"{grid.where}: two columns of one meaning, {'; '.join(twice)}: remove one")
            return number, found
    missing = " / ".join(wanted[column][0] for column in needed)
    seen = ", ".join(text_of(cell) for cell in (grid.rows[0] if grid.rows else ()) if text_of(cell))
    raise SchemaError(f"{grid.where}: no header row with {missing}; the first row holds {seen or 'nothing'}")


def records(grid: Grid, header: int, *, columns: Mapping[str, int]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number of every row below `header`, as a spreadsheet shows it, and its cells as text by column."""
    for number, row in zip(grid.numbers[header + 1 :], grid.rows[header + 1 :], strict=True):
        yield number, {name: text_of(row[at]) if at < len(row) else "" for name, at in columns.items()}


def _plain(header: str) -> str:
    return "".join(header.split()).casefold()
