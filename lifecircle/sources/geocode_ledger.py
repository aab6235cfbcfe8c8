"""The ledger of a study: every answer that a geocoding service ever gave, so that no call is repeated.

It stands beside the study file as ``<study>.geocode.csv``, is readable, and belongs with the study's other files.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from lifecircle.errors import SchemaError
from lifecircle.sources.geocode_files import append_text, csv_text, read_rows, write_whole
from lifecircle.sources.geocoders.service import ServiceAnswer

COLUMNS: Final = (
    "query",
    "town",
    "provider",
    "time",  # UTC, ISO 8601
    "answer",  # "1/3": the first of three; "0/0": nothing found
    "lon",
    "lat",
    "datum",
    "score",
    "level",
    "within_m",
    "matched",
    "object_id",
)


@dataclass(frozen=True, slots=True)
class Call:
    """What identifies a call: the service, the text it was sent, the town it was told."""

    provider: str
    query: str
    town: str = ""


def _utc_now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Ledger:
    """Answers by call; each is on disk before it is used.

    Parameters
    ----------
    path : Path or None
        None: kept in memory only.
    now : callable, optional
        The clock, replaced in tests.

    Raises
    ------
    SourceError, SchemaError
        If the file is there and cannot be read.
    """

    def __init__(self, path: Path | None, *, now: Callable[[], str] = _utc_now) -> None:
        self.path = path
        self._now = now
        self._answers: dict[Call, tuple[ServiceAnswer, ...]] = {}
        self._rows: list[dict[str, str]] = []
        self._whole = False  # the file on disk is complete and ends with a line
        if path is not None and path.exists():
            self._load(path)

    def __len__(self) -> int:
        """Return the number of calls on record."""
        return len(self._answers)

    def get(self, call: Call) -> tuple[ServiceAnswer, ...] | None:
        """Return the recorded answer, () where nothing was found, None where the call was never made."""
        return self._answers.get(call)

    def add(self, call: Call, answers: Sequence[ServiceAnswer]) -> None:
        """Record an answer on disk.

        Raises
        ------
        SourceError
            If the file cannot be written.
        """
        rows = self._rows_of(call, answers)
        if self.path is not None:
            if self._whole:
                append_text(self.path, csv_text(rows, COLUMNS, header=False))
            else:
                write_whole(self.path, csv_text([*self._rows, *rows], COLUMNS, header=True))
                self._whole = True
        self._rows.extend(rows)
        self._answers[call] = tuple(answers)

    def _rows_of(self, call: Call, answers: Sequence[ServiceAnswer]) -> list[dict[str, str]]:
        common = {"query": call.query, "town": call.town, "provider": call.provider, "time": self._now()}
        if not answers:
            return [dict.fromkeys(COLUMNS, "") | common | {"answer": "0/0"}]
        return [
            common
            | {
                "answer": f"{number}/{len(answers)}",
                "lon": f"{answer.lon:.7f}",
                "lat": f"{answer.lat:.7f}",
                "datum": answer.datum,
                "score": f"{answer.score:g}",
                "level": answer.level,
                "within_m": f"{answer.within_m:g}",
                "matched": answer.matched,
                "object_id": answer.object_id,
            }
            for number, answer in enumerate(answers, start=1)
        ]

    def _load(self, path: Path) -> None:
        groups: dict[Call, list[tuple[int, dict[str, str]]]] = {}
        for line, row in read_rows(path, COLUMNS, appended=True):
            groups.setdefault(Call(row["provider"], row["query"], row["town"]), []).append((line, row))
        for call, rows in groups.items():
            count = rows[0][1]["answer"].rpartition("/")[2]
            if count == "0":
                self._answers[call] = ()
            elif len(rows) == int(count or 0):
                self._answers[call] = tuple(_answer(path, line, row) for line, row in rows)
            else:
                continue  # cut short while it was written: the call counts as never made
            self._rows.extend(row for _, row in rows)


def _answer(path: Path, line: int, row: dict[str, str]) -> ServiceAnswer:
    try:
        lon, lat, score, within_m = (float(row[name]) for name in ("lon", "lat", "score", "within_m"))
    except ValueError:
        raise SchemaError(
            f"{path.name}, line {line}: lon, lat, score and within_m must be numbers; mend the row"
        ) from None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise SchemaError(f"{path.name}, line {line}: {lon:g}, {lat:g} are no longitude and latitude; mend the row")
    if row["datum"] not in ("wgs84", "gcj02", "bd09", "cgcs2000"):
        raise SchemaError(
            f"{path.name}, line {line}: unknown datum {row['datum']!r}; write wgs84, gcj02, bd09 or cgcs2000"
        )
    return ServiceAnswer(lon, lat, row["datum"], score, row["level"], within_m, row["matched"], row["object_id"])
