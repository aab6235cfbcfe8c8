"""Geocoding of a study's lists: the gazetteer of its extract, its ledger and its review file."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import shapely

from lifecircle.model.area import WGS84
from lifecircle.model.provenance import InputFile, Note
from lifecircle.sources.files import file_sha256
from lifecircle.sources.gazetteer import build_gazetteer
from lifecircle.sources.gazetteer_search import GazetteerSearch
from lifecircle.sources.geocode import OFFLINE, Bounds, GeocodeQuery, Geocoder, Sources
from lifecircle.sources.geocode_decide import GIVEN_UP, NOT_FOUND, REVIEW, GeocodeRules, Verdict
from lifecircle.sources.geocode_ledger import Ledger
from lifecircle.sources.geocode_review import read_review
from lifecircle.sources.geocoders.registry import open_service
from lifecircle.sources.table_report import NEEDS_GEOCODING

if TYPE_CHECKING:
    from lifecircle.config.geocode_keys import Geocode
    from lifecircle.config.schema import Study
    from lifecircle.model.osm import OsmData
    from lifecircle.sources.tables import FacilityList

log = logging.getLogger("lifecircle")

GEOCODED: Final = "geocoded"
REASONS: Final = {
    "": ("no place found", "未找到位置"),
    "empty": ("neither name nor address", "既无名称也无地址"),
    "low_score": ("no name or address alike enough", "没有足够相似的名称或地址"),
    "imprecise": ("only the street or a rough place is known", "只能定位到道路或大致范围"),
    "ambiguous": ("several places are equally likely", "有多个可能性相当的位置"),
    "disagree": ("the name and the address, or two sources, lie apart", "名称与地址或不同来源的位置不一致"),
    "area_only": ("only a community or settlement is known", "只能定位到社区或村镇"),
    "outside": ("the place found lies far outside the study", "找到的位置远在研究范围之外"),
    GIVEN_UP: ("marked as not to be found", "已标记为无法定位"),
}
# The gazetteer's levels in Chinese; a service's own words stay as they are.
LEVELS_ZH: Final = {
    "name": "按名称",
    "inside": "按所在小区或单位",
    "number": "按门牌号",
    "beside": "按相邻门牌号",
    "between": "按前后门牌号推算",
    "beyond": "按最近门牌号推算",
    "crossing": "按路口",
    "street": "按道路",
    "place": "按社区或村镇",
    "review": "人工确认",
}
SOURCES_ZH: Final = {OFFLINE: "离线地名库", "review": "复核表"}


@dataclass(frozen=True, slots=True)
class GeocodeFiles:
    """The two files of geocoding beside a study (or a table without one)."""

    owner: Path

    @property
    def ledger(self) -> Path:
        """Answers of services."""
        return self.owner.with_name(f"{self.owner.stem}.geocode.csv")

    @property
    def review(self) -> Path:
        """Rows that a person decides."""
        return self.owner.with_name(f"{self.owner.stem}.geocode-review.csv")


def geocode_sources(
    given: Geocode,
    files: GeocodeFiles,
    *,
    data: OsmData | None = None,
    online: bool = False,
) -> Sources:
    """Return what a geocoder may look into.

    Parameters
    ----------
    given : Geocode
        The study's ``geocode`` key.
    files : GeocodeFiles
    data : OsmData, optional
        For the gazetteer; a service's answer far outside it is doubted.
    online : bool
        Services may be asked; else only their recorded answers count.

    Raises
    ------
    ConfigError
        If a service lacks its key.
    SourceError, SchemaError
        If the ledger or the review file cannot be read.
    """
    search = None
    if data is not None and OFFLINE in given.providers:
        log.info("building the gazetteer")
        search = GazetteerSearch(build_gazetteer(data))
    services = tuple(name for name in given.providers if name != OFFLINE)
    urls: Mapping[str, str] = {str(name): url for name, url in given.urls.items()}
    return Sources(
        search,
        Ledger(files.ledger),
        read_review(files.review),
        services,
        {name: open_service(name, url=urls.get(name, "")) for name in services} if online else {},
        given.town,
        None if data is None else _around(data),
    )


def _around(data: OsmData) -> Bounds | None:
    """Return the box of the data: the header's, else that of its streets without those that stick out."""
    if data.bounds is not None or not len(data.ways.lon):
        return data.bounds
    west, east = np.quantile(data.ways.lon, [0.01, 0.99]).tolist()
    south, north = np.quantile(data.ways.lat, [0.01, 0.99]).tolist()
    return west, south, east, north


def geocode_rules(given: Geocode) -> GeocodeRules:
    """Return the study's rules."""
    return GeocodeRules(given.min_score, given.margin, given.max_error_m)


class ListLocator:
    """Places rows of lists for an audit: offline, from the gazetteer, the ledger and the review file.

    The gazetteer is built when a list first needs it.
    """

    def __init__(self, study: Study, data: OsmData) -> None:
        self._study = study
        self._data = data
        self._files = GeocodeFiles(study.path)
        self._used = False

    @cached_property
    def _geocoder(self) -> Geocoder:
        given = self._study.geocode
        sources = geocode_sources(given, self._files, data=self._data)
        return Geocoder(sources, rules=geocode_rules(given))

    def __call__(self, found: FacilityList) -> FacilityList:
        """Return the list with every row placed that can be; the others stay marked, with the reason."""
        waiting = np.flatnonzero((found.rows["status"] == NEEDS_GEOCODING).to_numpy())
        if not len(waiting):
            return found
        self._used = True
        names, addresses = (found.rows[column].to_numpy(dtype=object) for column in ("name", "address"))
        verdicts = self._geocoder.locate([GeocodeQuery(str(names[row]), str(addresses[row])) for row in waiting])
        rows = _placed(found.rows, waiting.tolist(), verdicts=verdicts)
        return replace(found, rows=rows, notes=(*found.notes, geocode_note(found.file, verdicts)))

    def files(self) -> tuple[InputFile, ...]:
        """Return the ledger and the review file, where they exist and were read."""
        roles = {"geocode_ledger": self._files.ledger, "geocode_review": self._files.review} if self._used else {}
        return tuple(InputFile(role, path.name, file_sha256(path)) for role, path in roles.items() if path.exists())


def _placed(rows: gpd.GeoDataFrame, waiting: Sequence[int], *, verdicts: Sequence[Verdict]) -> gpd.GeoDataFrame:
    shapes = rows.geometry.to_numpy().copy()
    columns = {name: rows[name].to_numpy(dtype=object).copy() for name in ("status", "why_en", "why_zh")}
    for row, verdict in zip(waiting, verdicts, strict=True):
        place = verdict.place
        seen = columns["why_en"][row], columns["why_zh"][row]
        columns["why_en"][row], columns["why_zh"][row] = (
            found if place else mark.join(filter(None, (before, found)))
            for mark, before, found in zip(("; ", "；"), seen, reason_of(verdict), strict=True)
        )
        if place is not None:
            shapes[row] = shapely.Point(place.lon, place.lat)
            columns["status"][row] = GEOCODED
    return rows.assign(**columns).set_geometry(gpd.GeoSeries(shapes, index=rows.index, crs=WGS84))


def reason_of(verdict: Verdict) -> tuple[str, str]:
    """Return in words, English and Chinese, where a row was placed, or why it was not."""
    place = verdict.place
    if place is not None:
        word = place.label or place.object_id
        by = f"{SOURCES_ZH.get(place.source, place.source)}，{LEVELS_ZH.get(place.level, place.level)}"
        return (
            f"placed at {word!r} ({place.source}: {place.level}, score {place.score:.0f}, to {place.within_m:.0f} m)",
            f"定位到“{word}”（{by}，得分 {place.score:.0f}，误差 {place.within_m:.0f} 米内）",
        )
    return REASONS[GIVEN_UP if verdict.status == GIVEN_UP else verdict.reason if verdict.reason in REASONS else ""]


def geocode_note(file: str, verdicts: Iterable[Verdict]) -> Note:
    """Return how many rows of a list were placed."""
    verdicts = list(verdicts)
    status = Counter(verdict.status for verdict in verdicts)
    placed = sum(verdict.place is not None for verdict in verdicts)
    asking = status[REVIEW]
    lost = status[NOT_FOUND] + status[GIVEN_UP]
    return Note(
        "facilities.geocoded",
        f"{file}: of {len(verdicts)} rows without coordinates {placed} were placed by geocoding, {asking} wait for a "
        f"decision and {lost} were not found; those are not counted (run lifecircle geocode, fill in the review file).",
        f"{file}：{len(verdicts)} 行无坐标记录中，{placed} 行经地理编码定位，{asking} 行待人工确认，{lost} 行未找到；"
        "后两类未计入（运行 lifecircle geocode 并填写复核表）。",
        warning=placed < len(verdicts),
    )
