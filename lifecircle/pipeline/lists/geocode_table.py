"""``lifecircle geocode``: a whole table, every row answered for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from lifecircle.config.geocode_keys import Geocode
from lifecircle.config.load import load_study, resolve_file
from lifecircle.errors import ConfigError, SchemaError
from lifecircle.outputs.geocoded import GeocodedRow, write_geocoded
from lifecircle.pipeline.lists.geocoding import GeocodeFiles, geocode_rules, geocode_sources, reason_of
from lifecircle.sources.geocode import OFFLINE, GeocodeQuery, Geocoder, Sources
from lifecircle.sources.geocode_decide import NOT_FOUND, Verdict
from lifecircle.sources.geocode_review import Key, write_review
from lifecircle.sources.osm_file import read_osm
from lifecircle.sources.snapshot import SnapshotFiles, read_snapshot
from lifecircle.sources.table_formats import is_vector, read_grids
from lifecircle.sources.table_header import find_header
from lifecircle.sources.table_places import read_places
from lifecircle.sources.table_rows import read_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lifecircle.config.schema import Study
    from lifecircle.sources.grids import Cell, Grid
    from lifecircle.sources.table_header import Header
    from lifecircle.sources.table_rows import Fields

GIVEN: Final = "given"  # the row has coordinates of its own


@dataclass(frozen=True, slots=True)
class GeocodeReport:
    """What became of the rows of a table.

    Attributes
    ----------
    counts : Mapping[str, int]
        Rows by status: ``given, accepted, chosen, review, not_found, given_up``.
    open_rows : int
        Different names and addresses that wait in the review file.
    review, ledger : Path
    asked : int
        Calls that went out to services.
    failures : Mapping[str, str]
        By service: why it was asked no more.
    language : str
    """

    counts: dict[str, int]
    open_rows: int
    review: Path
    ledger: Path
    asked: int
    failures: dict[str, str]
    language: str

    def text(self) -> str:
        """Return the report as lines of text."""
        zh = self.language == "zh"
        words = _WORDS["zh" if zh else "en"]
        lines = [
            f"{words['rows']}: {sum(self.counts.values())}",
            *(f"  {words[status]}: {count}" for status, count in self.counts.items() if count),
        ]
        if self.asked:
            lines.append(f"{words['asked']}: {self.asked} ({self.ledger.name})")
        lines += [f"! {why}" for why in self.failures.values()]
        if self.open_rows:
            lines.append(f"{words['open']}: {self.review}")
        return "\n".join(lines)


_WORDS: Final = {
    "en": {
        "rows": "rows",
        GIVEN: "with coordinates of their own",
        "accepted": "placed",
        "chosen": "placed by your decision",
        "review": "waiting for your decision",
        "not_found": "not found",
        "given_up": "marked as not to be found",
        "asked": "calls to services",
        "open": "decide here, then run again",
    },
    "zh": {
        "rows": "行数",
        GIVEN: "自带坐标",
        "accepted": "已定位",
        "chosen": "按人工确认定位",
        "review": "待人工确认",
        "not_found": "未找到",
        "given_up": "已标记为无法定位",
        "asked": "服务调用次数",
        "open": "请在此文件中确认后重新运行",
    },
}


def geocode_table(
    table: str | Path,
    *,
    config: str | Path | None = None,
    out: str | Path,
    providers: tuple[str, ...] = (),
) -> GeocodeReport:
    """Find a place for every row of a table that has none, and write the table with the answers beside each row.

    Parameters
    ----------
    table : str or Path
        Excel or CSV; columns of names, addresses and coordinates are recognised.
    config : str or Path, optional
        A study: its extract is the gazetteer, its ``geocode`` key sets providers and limits, its ledger and
        review file are used. Without one, those files stand beside the table.
    out : str or Path
        ``.xlsx`` or ``.csv``. Every row of the table is in it.
    providers : tuple of str, optional
        Instead of the study's.

    Returns
    -------
    GeocodeReport

    Raises
    ------
    ConfigError
        If there is nothing to look into, or a service lacks its key.
    SourceError, SchemaError
        If the table, the extract, the ledger or the review file cannot be read, or a result cannot be written.
    """
    return locate_table(table, config=config, providers=providers).write(Path(out))


@dataclass(frozen=True, slots=True, eq=False)
class LocatedTable:
    """A table with what was found for its rows; services' answers are in the ledger, nothing else is written yet.

    Attributes
    ----------
    sheet : str
    labels : tuple of str
        The table's header.
    rows : list of (cells, GeocodedRow)
        Every row of the table, in its order.
    asked : list of (key, Verdict)
        Of the rows without a place of their own.
    geocoder : Geocoder
    files : GeocodeFiles
    language : str
    """

    sheet: str
    labels: tuple[str, ...]
    rows: list[tuple[Sequence[Cell], GeocodedRow]]
    asked: list[tuple[Key, Verdict]]
    geocoder: Geocoder
    files: GeocodeFiles
    language: str

    def write(self, out: Path) -> GeocodeReport:
        """Write the review file and the table with the answers beside each row.

        Raises
        ------
        SourceError
            If one of them cannot be written.
        """
        open_rows = write_review(self.files.review, self.asked, decided=self.geocoder.sources.decisions)
        write_geocoded(out, labels=self.labels, rows=self.rows, title=self.sheet)
        counts = Counter(answer.status for _, answer in self.rows)
        return GeocodeReport(
            {status: counts[status] for status in _WORDS["en"] if counts[status]},
            open_rows,
            self.files.review,
            self.files.ledger,
            self.geocoder.asked,
            dict(self.geocoder.failures),
            self.language,
        )


def locate_table(
    table: str | Path, *, config: str | Path | None = None, providers: tuple[str, ...] = ()
) -> LocatedTable:
    """Find a place for every row of a table that has none, before anything is written.

    Parameters and errors as in `geocode_table`.
    """
    path = Path(table)
    study = None if config is None else load_study(Path(config))
    given = _providers(study, providers)
    grid, header, fields = _read(path, study)
    files = GeocodeFiles(path if study is None else study.path)
    geocoder = Geocoder(_sources(study, given, files=files), rules=geocode_rules(given))
    places = read_places(fields.rows, header)
    blank = (places.x == 0.0) & (places.y == 0.0)  # a placeholder
    placed = ~(np.isnan(places.x) | np.isnan(places.y) | blank)
    waiting = np.flatnonzero(~placed).tolist()
    queries = [GeocodeQuery(fields.name[row], fields.address[row]) for row in waiting]
    verdicts = dict(zip(waiting, geocoder.locate(queries), strict=True))
    asked = [(query.key, verdicts[row]) for row, query in zip(waiting, queries, strict=True) if any(query.key)]
    language = "zh" if study is None else study.language
    answers = [_row(verdicts.get(row), language=language) for row in range(len(fields.rows))]
    rows = list(zip(fields.rows, answers, strict=True))
    return LocatedTable(grid.sheet, header.labels, rows, asked, geocoder, files, language)


def _providers(study: Study | None, named: tuple[str, ...]) -> Geocode:
    given = Geocode() if study is None else study.geocode
    if named:
        given = given.model_copy(update={"providers": tuple(dict.fromkeys(named))})
    if study is None and all(name == OFFLINE for name in given.providers):
        raise ConfigError(
            "nothing to look into: name a study whose extract is the gazetteer (--config), or a service (--provider)"
        )
    return given


def _sources(study: Study | None, given: Geocode, *, files: GeocodeFiles) -> Sources:
    if study is None:
        return geocode_sources(given, files, online=True)
    if study.osm.file is None:
        read_snapshot(study.path)  # says what to do where nothing was fetched
        extract = SnapshotFiles(study.path).data
    else:
        extract = resolve_file(study.base, study.osm.file)
    return geocode_sources(given, files, data=read_osm(extract), online=True)


def _read(path: Path, study: Study | None) -> tuple[Grid, Header, Fields]:
    if is_vector(path):
        raise SchemaError(f"{path.name}: a file of geometries has places already; geocode a table (Excel, CSV)")
    entries = [] if study is None else [entry for entry in study.facilities if Path(entry.file).name == path.name]
    columns = entries[0].columns if entries else {}
    failures: list[SchemaError] = []
    for grid in read_grids(path, sheet=entries[0].sheet if entries else None):
        try:
            header = find_header(grid, given=columns)
        except SchemaError as error:
            failures.append(error)
            continue
        return grid, header, read_fields(grid, header)
    raise failures[0]


def _row(verdict: Verdict | None, *, language: str) -> GeocodedRow:
    if verdict is None:
        return GeocodedRow(GIVEN)
    why_en, why_zh = reason_of(verdict)
    best = verdict.best
    shown = verdict.place
    return GeocodedRow(
        verdict.status if verdict.options or verdict.status != NOT_FOUND else NOT_FOUND,
        why_zh if language == "zh" else why_en,
        None if shown is None else round(shown.lon, 7),
        None if shown is None else round(shown.lat, 7),
        None if best is None else round(best.score, 1),
        None if best is None or not np.isfinite(verdict.margin) else round(verdict.margin, 1),
        None if best is None else round(best.within_m),
        "" if best is None else best.label,
        "" if best is None else best.object_id,
        "" if best is None else best.source,
        "" if best is None else best.datum,
    )
