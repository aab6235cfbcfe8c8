"""Compare two audits: of two dates, standards, walkers, or a baseline and a scenario."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import geopandas as gpd
import pandas as pd

from lifecircle.config.catalogue import load_catalogue
from lifecircle.config.load import resolve_file
from lifecircle.coverage.compare import compare_records
from lifecircle.coverage.same_things import in_one_only, objects_of
from lifecircle.errors import SourceError
from lifecircle.model.area import WGS84
from lifecircle.model.comparison import AuditRecord, Comparison, MapHistory, Trials
from lifecircle.model.comparison_view import ComparisonView
from lifecircle.pipeline.audit import Audit, audit
from lifecircle.pipeline.place import load_place
from lifecircle.pipeline.provenance import provenance_of
from lifecircle.pipeline.trials import statuses_with
from lifecircle.sources.audit_folder import placed, read_audit_folder
from lifecircle.sources.files import file_sha256
from lifecircle.sources.osm_history import read_history
from lifecircle.sources.snapshot import SnapshotFiles

if TYPE_CHECKING:
    import folium

    from lifecircle.model.catalogue import Catalogue
    from lifecircle.pipeline.place import Place

log = logging.getLogger("lifecircle")

# A study file, the folder of an earlier audit, or an audit just made.
Side: TypeAlias = "Audit | str | Path"


@dataclass(frozen=True, eq=False)
class Compared:
    """What changed between two audits.

    Attributes
    ----------
    comparison : Comparison
    catalogue : Catalogue
        Names the facility types.
    language : str
        "zh" or "en": of the second audit.
    second : Audit or None
        What maps take streets and water from; None where it was read from a folder.
    """

    comparison: Comparison
    catalogue: Catalogue
    language: str = "en"
    second: Audit | None = None

    @property
    def circles(self) -> pd.DataFrame:
        """One row per circle assessed in both audits."""
        return self.comparison.circles

    @property
    def gains(self) -> gpd.GeoDataFrame:
        """Residences that a circle covers in the second audit and did not in the first; points, EPSG:4326."""
        return self._of("gained")

    @property
    def losses(self) -> gpd.GeoDataFrame:
        """Residences that a circle covered in the first audit and does not in the second; points, EPSG:4326."""
        return self._of("lost")

    def _of(self, change: str) -> gpd.GeoDataFrame:
        from lifecircle.outputs.tables import at_lon_lat

        changes = self.comparison.changes
        return at_lon_lat(changes[changes["change"] == change].reset_index(drop=True))

    def summary(self, language: str | None = None) -> str:
        """Return shares, gains, losses, their causes and the notes as text ("zh" or "en")."""
        from lifecircle.outputs.comparison_text import comparison_text

        chosen = language or self.language
        types = {kind: known.name(chosen) for kind, known in self.catalogue.types.items()}
        return comparison_text(self.comparison, chosen, types=types)

    @cached_property
    def view(self) -> ComparisonView:
        """Everything that an output may draw or write."""
        ground = None if self.second is None else replace(self.second.view, language=self.language)
        return ComparisonView(self.comparison, self.catalogue, self.language, ground)

    def to_map(self) -> folium.Map:
        """Return a map of who gained and who lost, that opens without internet once saved."""
        from lifecircle.outputs.map_comparison import comparison_map

        return comparison_map(self.view)

    def write(self, out: str | Path, *, maps: bool = True) -> list[Path]:
        """Write ``compare.json``, two tables, ``compare.gpkg``, with `maps` the map and its figure; all or none."""
        from lifecircle.outputs.comparison import write_comparison

        return write_comparison(self.view, Path(out), maps=maps)


def compare(a: Side, b: Side, *, language: str | None = None) -> Compared:
    """Compare two audits over the circles that both assess.

    Parameters
    ----------
    a, b : Audit, str or Path
        Each an audit, a study file, or a folder that ``lifecircle audit`` wrote. The first is the earlier one, or the
        baseline.
    language : str, optional
        "zh" or "en"; default that of the second study, English for folders.

    Returns
    -------
    Compared

    Raises
    ------
    ConfigError, SourceError, SchemaError, DatumError, NetworkError
        If a study or a folder cannot be used; the message says what to do.
    """
    first, second = _audited(a), _audited(b)
    records = [record_of(one) if isinstance(one, Audit) else read_audit_folder(one) for one in (first, second)]
    history = _history(records[0], records[1], sides=(first, second))
    found = compare_records(records[0], records[1], history=history)
    if isinstance(first, Audit) and isinstance(second, Audit) and _open_causes(found):
        log.info("telling streets from facilities")
        trials = Trials(
            later_streets=statuses_with(second.place, first.place.facility_set),
            earlier_streets=statuses_with(first.place, second.place.facility_set),
        )
        found = compare_records(records[0], records[1], history=history, trials=trials)
    if isinstance(second, Audit):
        question = second.place.question
        return Compared(found, question.catalogue, language or question.language, second)
    return Compared(found, load_catalogue(), language or "en")


def _audited(side: Side) -> Audit | Path:
    """Return an audit, or the folder of one."""
    if isinstance(side, Audit):
        return side
    path = Path(side)
    return path if path.is_dir() else audit(load_place(path), causes=False)


def _open_causes(found: Comparison) -> bool:
    """Say whether some change could come from streets as well as from facilities."""
    changes = found.changes
    asked = changes["change"].isin(["gained", "lost"]) & ~changes["cause"].isin(["question", "layer"])
    return bool(asked.any())


def record_of(made: Audit) -> AuditRecord:
    """Return what a comparison needs of an audit; the same as from its folder."""
    place, coverage = made.place, made.coverage
    maps = [file for file in place.inputs.files if file.role == "osm"]
    residences = place.residences.join(
        coverage.residences.loc[:, [name for name in coverage.residences if name not in place.residences.columns]]
    )
    return AuditRecord(
        place.area.name_zh,
        place.area.name_en,
        place.area.date,
        standard=coverage.standard.id,
        rule=coverage.rule,
        profile=coverage.profile.id,
        weight=coverage.weight,
        origin_kind=coverage.origin_kind,
        speed_kmh=coverage.profile.speed_kmh,
        headline=coverage.headline,
        circles=coverage.circles,
        residences=_placed(residences),
        facilities=_placed(place.facilities),
        map_name=maps[0].name if maps else "",
        map_sha256=maps[0].sha256 if maps else "",
        map_date=maps[0].timestamp if maps else "",
        config_sha256=provenance_of(place).config_sha256,
        shapes=place.residences.geometry.to_crs(WGS84),
    )


def _placed(table: gpd.GeoDataFrame) -> pd.DataFrame:
    return placed(table.drop(columns="entrances").to_crs(WGS84))


def _history(a: AuditRecord, b: AuditRecord, *, sides: tuple[Audit | Path, Audit | Path]) -> MapHistory | None:
    """Read what the two maps tell of the objects that only one audit uses; None where a map is not at hand."""
    if a.map_sha256 == b.map_sha256:
        return None
    files = [_map_file(side, record) for side, record in zip(sides, (a, b), strict=True)]
    if files[0] is None or files[1] is None:
        return None
    log.info("reading the history of the maps")
    gone, new = in_one_only(a.facilities, b.facilities)
    rows = pd.concat([a.facilities.loc[gone], b.facilities.loc[new]])
    wanted = {thing for row in rows.itertuples() for thing in objects_of(row)}
    earlier, later = read_history(files[0], wanted), read_history(files[1], wanted)
    return MapHistory(earlier.highest, earlier.records, later.records)


def _map_file(side: Audit | Path, record: AuditRecord) -> Path | None:
    """Return the map that an audit read, None where it is not there or is another one by now."""
    try:
        path = _study_map(side.place) if isinstance(side, Audit) else resolve_file(side, record.map_name)
        return path if file_sha256(path) == record.map_sha256 else None
    except SourceError:
        return None


def _study_map(place: Place) -> Path:
    name = place.study.osm.file
    return SnapshotFiles(place.study.path).data if name is None else resolve_file(place.study.base, name)
