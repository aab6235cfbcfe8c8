"""Facilities that only one of two maps has: built or closed in between, or only mapped or taken off the map."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from lifecircle.coverage.same_things import in_one_only, objects_of
from lifecircle.model.comparison import FACILITY_CHANGE_COLUMNS, OLDER, MapHistory

if TYPE_CHECKING:
    from lifecircle.model.comparison import AuditRecord, ObjectRecord

OPENED = ("start_date", "opening_date")
SEEN = ("check_date", "survey:date")
ENDED = re.compile(r"(disused|abandoned|demolished|razed|removed|was|closed)(:.+)?")
SCENARIO = ("scenario", "new/")  # a source, and how the ids of added facilities begin
_YEARS = re.compile(r"\d{4}")
_DAY = re.compile(r"(\d{4})(-\d{2})?(-\d{2})?")
_CENTURY = re.compile(r"C(\d{1,2})\b")


class Why(NamedTuple):
    """Cause, evidence, and the tag that says so."""

    cause: str
    evidence: str
    date: str = ""


def date_bounds(text: str) -> tuple[str, str] | None:
    """Return the first and the last day that a date tag may mean, None where it says nothing.

    Plain dates may leave out the day or the month; decades (``1990s``), centuries (``C19``), ranges (``1990..1995``),
    ``~1990`` and ``before 1990`` are read as the key ``start_date`` of OpenStreetMap writes them.

    Examples
    --------
    >>> date_bounds("2022-05"), date_bounds("1990s"), date_bounds("before 1900"), date_bounds("soon")
    (('2022-05-01', '2022-05-31'), ('1990-01-01', '1999-12-31'), ('0000-01-01', '1900-12-31'), None)
    """
    plain = _DAY.fullmatch(text.strip())
    if plain:
        year, month, day = plain.groups()
        return f"{year}{month or '-01'}{day or '-01'}", f"{year}{month or '-12'}{day or '-31'}"
    century = _CENTURY.search(text)
    if century:
        number = int(century.group(1))
        return f"{number * 100 - 99:04d}-01-01", f"{number * 100:04d}-12-31"
    years = [int(year) for year in _YEARS.findall(text)]
    if not years:
        return None
    first, last = min(years), max(years)
    last += 9 if re.search(r"\d{3}0s", text) else 0
    first = 0 if "before" in text.lower() else first - (1 if "~" in text else 0)
    last = 9999 if "after" in text.lower() else last + (1 if "~" in text else 0)
    return f"{first:04d}-01-01", f"{last:04d}-12-31"


def facility_changes(a: AuditRecord, b: AuditRecord, *, history: MapHistory | None) -> pd.DataFrame:
    """Return the facilities that only one of the audits has, with what is known of the reason.

    ``new``: its own tags date it after the first map, and nothing says that it was there before. ``closed``: the
    second map holds it as disused, abandoned or ended. Everything else is ``unknown``: a map that gains a facility
    may have gained a building or a mapper.

    Parameters
    ----------
    a, b : AuditRecord
    history : MapHistory or None
        None: the map files were not read.

    Returns
    -------
    DataFrame
        Columns FACILITY_CHANGE_COLUMNS; gone before new, then by id.
    """
    known = history or MapHistory()
    gone, new = in_one_only(a.facilities, b.facilities)
    rows = [
        *_rows("gone", a.facilities.loc[gone], known=known, date=a.of_date),
        *_rows("new", b.facilities.loc[new], known=known, date=a.of_date),
    ]
    return pd.DataFrame(rows, columns=list(FACILITY_CHANGE_COLUMNS))


def _rows(change: str, table: pd.DataFrame, *, known: MapHistory, date: str) -> Iterator[tuple[object, ...]]:
    for row in table.sort_index().itertuples():
        things = objects_of(row)
        records = known.later if change == "new" else known.earlier
        record = next((records[thing] for thing in things if thing in records), None)
        listed = row.source != "osm"
        if change == "new":
            why = _listed(row) if listed else new_because(things, record, known=known, date=date)
        else:
            why = Why("unknown", "listed") if listed else gone_because(things, known)
        said = (record.version, record.timestamp) if record else (0, "")
        yield (change, row.Index, row.object_id, row.type, row.name, row.source, *why, *said, row.lon, row.lat)


def _listed(row: object) -> Why:
    named = (str(getattr(row, "source", "")), str(getattr(row, "object_id", "")))
    planned = named[0] == SCENARIO[0] or named[1].startswith(SCENARIO[1])
    return Why("new" if planned else "unknown", "listed")


def new_because(things: Iterable[str], record: ObjectRecord | None, *, known: MapHistory, date: str) -> Why:
    """Return why the second map has a facility made of `things` that the first one, of `date`, has not."""
    dated, when = _dated(record, OPENED, date=date)
    seen, day = _dated(record, SEEN, date=date)
    older: list[tuple[str, str]] = [("dated_before", when)] if dated == "before" else []
    older += [("seen_before", day)] if seen == "before" else []
    older += [("retagged", "")] if any(thing in known.earlier for thing in things) else []
    older += [("mapped_before", "")] if any(_made_before(thing, known) for thing in things) else []
    if dated == "after":
        # An object may be older than what it now stands for: a building that became a school.
        sighted = [one for one in older if one[0] in ("dated_before", "seen_before")]
        return Why("unknown", "contradictory", when) if sighted else Why("new", "dated_after", when)
    return Why("unknown", *older[0]) if older else Why("unknown", "none")


def gone_because(things: Iterable[str], known: MapHistory) -> Why:
    """Return why the second map has no facility made of `things`."""
    records = [known.later[thing] for thing in things if thing in known.later]
    for record in records:
        for key, value in sorted(record.tags.items()):
            ended = ENDED.fullmatch(key) and value != "no"
            if ended or key == "end_date" or (key, value) == ("shop", "vacant"):
                return Why("closed", "end_date", f"{key}={value}")
    return Why("unknown", "retagged" if records else "none")


def is_older(evidence: str) -> bool:
    """Say whether a facility new to the map shows signs of being older than the first map."""
    return evidence in OLDER


def _made_before(thing: str, known: MapHistory) -> bool:
    return thing[1:].isdigit() and int(thing[1:]) <= known.highest.get(thing[:1], 0)


def _dated(record: ObjectRecord | None, keys: Iterable[str], *, date: str) -> tuple[str, str]:
    """Return ``before``, ``after`` or "" (unclear, or no such tag), and the tag."""
    for key in keys:
        value = record.tags.get(key, "") if record else ""
        bounds = date_bounds(value) if value and date else None
        if bounds is None:
            continue
        if bounds[0] > f"{date}~":  # after every day that `date` may mean
            return "after", f"{key}={value}"
        if bounds[1] <= date:
            return "before", f"{key}={value}"
    return "", ""
