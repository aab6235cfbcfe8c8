"""The review file: rows that a person must decide, with the candidates, to be filled in and fed back.

It stands beside the study file as ``<study>.geocode-review.csv``. A person writes into ``choice`` the number of a
candidate, or ``none`` (``无``) where the place cannot be found, or leaves it empty and writes ``lon``, ``lat`` and
``datum``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lifecircle.errors import SchemaError
from lifecircle.sources.datum import Datum
from lifecircle.sources.displacement import GCJ_BOX
from lifecircle.sources.geocode_decide import CHOSEN, GIVEN_UP, Option, Verdict
from lifecircle.sources.geocode_files import csv_text, read_rows, write_whole

SHOWN: Final = 3
_FIELDS: Final = ("label", "level", "score", "within_m", "lon", "lat", "source", "id")
_CANDIDATES: Final = tuple(f"{field}_{number}" for number in range(1, SHOWN + 1) for field in _FIELDS)
FILLED: Final = ("choice", "lon", "lat", "datum", "remark")
COLUMNS: Final = ("name", "address", "reason", *FILLED, *_CANDIDATES)
_NONE: Final = ("none", "no", "无", "找不到", "x")

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about a row: a place, or None for "cannot be placed"."""

    option: Option | None
    row: Mapping[str, str]

    def verdict(self, options: Sequence[Option]) -> Verdict:
        """Return the decision as a verdict."""
        status = GIVEN_UP if self.option is None else CHOSEN
        return Verdict(status, "", self.option, float("inf"), tuple(options))


def read_review(path: Path) -> dict[Key, Decision]:
    """Read what was decided, by name and address of the row; rows left blank are not decided.

    Raises
    ------
    SourceError
        If the file cannot be read.
    SchemaError
        With its line: a choice that is no candidate, coordinates that are none, a datum that is missing in China.
    """
    if not path.exists():
        return {}
    found: dict[Key, Decision] = {}
    for line, row in read_rows(path, COLUMNS):
        decision = _decision(row, where=f"{path.name}, line {line}")
        if decision is not None:
            found[row["name"], row["address"]] = decision
    return found


def _decision(row: dict[str, str], *, where: str) -> Decision | None:
    choice = row["choice"].casefold().removesuffix(".0")
    if choice in _NONE:
        return Decision(None, row)
    if choice:
        if choice not in {str(number) for number in range(1, SHOWN + 1)} or not row[f"lon_{choice}"]:
            raise SchemaError(f"{where}: choice {row['choice']!r} is no candidate; write 1, 2, 3 or none")
        at = _numbers(row, (f"lon_{choice}", f"lat_{choice}"), where=where)
        label, source, known = (row[f"{field}_{choice}"] for field in ("label", "source", "id"))
        return Decision(Option(label, known, "review", *at, 100.0, 100.0, 0.0, source), row)
    if not row["lon"] and not row["lat"]:
        return None
    x, y = _numbers(row, ("lon", "lat"), where=where)
    west, south, east, north = GCJ_BOX
    if not row["datum"] and west <= x <= east and south <= y <= north:
        raise SchemaError(
            f"{where}: coordinates in China need their datum: write wgs84, gcj02 (Amap), bd09 (Baidu) or cgcs2000"
        )
    datum = Datum.parse(row["datum"] or "wgs84")
    lon, lat = (float(value) for value in datum.to_wgs84(x, y))
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise SchemaError(f"{where}: {x:g}, {y:g} are no longitude and latitude; write longitude into lon")
    return Decision(Option("", "", "review", lon, lat, 100.0, 100.0, 0.0, "review", datum.name), row)


def _numbers(row: Mapping[str, str], names: tuple[str, str], *, where: str) -> tuple[float, float]:
    try:
        return float(row[names[0]]), float(row[names[1]])
    except ValueError:
        raise SchemaError(f"{where}: {names[0]} and {names[1]} must be numbers") from None


def write_review(path: Path, rows: Sequence[tuple[Key, Verdict]], *, decided: Mapping[Key, Decision]) -> int:
    """Write the rows that need a person, keeping what was filled in; return how many are open.

    Rows that were decided stay, as a record, even when the list no longer holds them.

    Raises
    ------
    SourceError
        If the file cannot be written.
    """
    kept = [dict(decision.row) for decision in decided.values()]
    open_rows = {key: verdict for key, verdict in rows if key not in decided and verdict.place is None}
    lines = [*kept, *(_line(key, verdict) for key, verdict in open_rows.items())]
    if lines or path.exists():
        write_whole(path, csv_text(lines, COLUMNS, header=True))
    return len(open_rows)


def _line(key: Key, verdict: Verdict) -> dict[str, str]:
    line = dict.fromkeys(COLUMNS, "") | {"name": key[0], "address": key[1], "reason": verdict.reason or verdict.status}
    for number, option in enumerate(verdict.options[:SHOWN], start=1):
        line |= {
            f"label_{number}": option.label,
            f"level_{number}": option.level,
            f"score_{number}": f"{option.score:.1f}",
            f"within_m_{number}": f"{option.within_m:.0f}",
            f"lon_{number}": f"{option.lon:.6f}",
            f"lat_{number}": f"{option.lat:.6f}",
            f"source_{number}": option.source,
            f"id_{number}": option.object_id,
        }
    return line
