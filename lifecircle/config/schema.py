"""The study file: every key that it may hold, with its default and its limits."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Strict, Tag, field_validator, model_validator
from pyproj import CRS
from pyproj.exceptions import CRSError

from lifecircle.config.equity_keys import Equity
from lifecircle.config.facility_keys import FacilityLayer
from lifecircle.config.fields import Area, FileName, FileRef, Names, Part
from lifecircle.config.geocode_keys import Geocode
from lifecircle.config.osm_keys import Osm
from lifecircle.config.people_keys import Communities, Population
from lifecircle.config.uncertainty_keys import Uncertainty
from lifecircle.config.walk_keys import Crossings, Slope, switched

MIN_KMH, MAX_KMH = 0.5, 12.0


class About(Part):
    """``study``: what is studied, where, when."""

    name: Names
    boundary: Area
    buffer_m: Annotated[float, Field(ge=0, le=50_000)] | None = None
    date: Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")] | None = None
    note: Names | None = None

    @field_validator("date")
    @classmethod
    def _in_the_calendar(cls, date: str | None) -> str | None:
        if date is not None:
            try:
                dt.date.fromisoformat(date + "-01-01"[len(date) - 4 :])
            except ValueError:
                raise ValueError(f"{date!r} is no date: give YYYY, YYYY-MM or YYYY-MM-DD") from None
        return date


class Origin(Part):
    """``origin``: from where people walk; by default what the standard says."""

    kind: Literal["building", "residential_area", "estate_gate", "grid", "hexagon"]
    size_m: Annotated[float, Field(ge=25, le=2000)] | None = None

    @model_validator(mode="after")
    def _size(self) -> Self:
        cells = self.kind in ("grid", "hexagon")
        if cells and self.size_m is None:
            raise ValueError(
                f"size_m is missing: a {self.kind} needs the size of its cells in metres, for example size_m: 100"
            )
        if not cells and self.size_m is not None:
            raise ValueError(f"size_m belongs to kind: grid or hexagon, not to kind: {self.kind}")
        return self


def _walkable(speed_kmh: float) -> float:
    if not MIN_KMH <= speed_kmh <= MAX_KMH:
        raise ValueError(f"a walking speed of {speed_kmh:g} km/h: give a value from {MIN_KMH:g} to {MAX_KMH:g}")
    return speed_kmh


Speed = Annotated[float, AfterValidator(_walkable)]


class OwnWalker(Part):
    """A walker described by the study itself."""

    speed_kmh: Speed
    steps: bool = True


def _walker_form(value: object) -> str:
    return "(id)" if isinstance(value, str) else "(walker)"


Walker = Annotated[
    Annotated[str, Tag("(id)")] | Annotated[OwnWalker, Tag("(walker)")],
    Discriminator(_walker_form),
]


class Walk(Part):
    """``walk``: who walks (a profile's id, or a speed), and how far the search goes."""

    profile: Walker | None = None
    speed_kmh: Speed | None = None
    steps: bool | None = None
    max_access_m: Annotated[float, Field(gt=0, le=2000)] = 250.0
    cutoff_min: Annotated[float, Field(gt=0, le=180)] | None = None
    private: bool = True
    slope: Slope | None = None
    crossings: Crossings | None = None
    steps_factor: Annotated[float, Field(ge=1, le=10)] = 1.0

    @field_validator("slope", "crossings", mode="before")
    @classmethod
    def _switches(cls, value: object) -> object:
        return switched(value)

    @model_validator(mode="after")
    def _one_walker(self) -> Self:
        if self.profile is not None and self.speed_kmh is not None:
            raise ValueError("give profile or speed_kmh, not both")
        if isinstance(self.profile, OwnWalker) and self.steps is not None:
            raise ValueError("steps is given twice: keep it inside profile")
        return self


class Completeness(Part):
    """What the author knows of one type's mapping."""

    status: Literal["complete", "thin"]
    reason: Names | None = None
    source: Names | None = None

    @model_validator(mode="after")
    def _why(self) -> Self:
        if not (self.reason or self.source):
            raise ValueError(f"status {self.status!r} needs a reason or a source")
        return self


class PublishedCount(Part):
    """A published count (公布数): what was counted, where and when."""

    value: Annotated[float, Field(ge=0)]
    counts: Literal["stock", "works", "planned", "done"]
    of: Names | None = None
    area: Names | None = None
    as_of: str = ""
    source: Names | None = None
    planned: Annotated[float, Field(ge=0)] | None = None
    unit: Names | None = None

    @model_validator(mode="before")
    @classmethod
    def _empty_texts(cls, value: object) -> object:
        """Take an empty text for none."""
        if not isinstance(value, dict):
            return value
        return {key: inner for key, inner in value.items() if inner != "" or key == "as_of"}

    @model_validator(mode="after")
    def _pair(self) -> Self:
        if self.planned is not None and self.counts != "done":
            raise ValueError(f"planned belongs to counts: done (planned beside done), not to counts: {self.counts}")
        return self


def _known_crs(crs: str) -> str:
    name = crs.strip().upper()
    if re.fullmatch(r"EPSG:\d{4,6}", name):
        with suppress(CRSError):
            found = CRS.from_user_input(name)
            if found.is_geographic or found.is_projected:
                return name
    raise ValueError(f"{crs!r} is not a coordinate system of the plane or the globe: give EPSG:n, such as EPSG:4547")


class Output(Part):
    """``output``: what is printed on the results."""

    crs: Annotated[str, AfterValidator(_known_crs)] = "EPSG:4326"
    compiled_by: str = ""
    map_approval_no: str = ""
    tiles: Literal["none", "osm", "tianditu"] = "none"


class StudyFile(Part):
    """A whole study file."""

    study: About
    osm: Osm
    standard: FileName = "hebi-nine"
    rule: Literal["claim", "standard", "lenient"] | None = None
    origin: Origin | None = None
    walk: Walk = Walk()
    facilities: Annotated[tuple[FacilityLayer, ...], Strict(strict=False)] = ()
    facility_precedence: Annotated[tuple[str, ...], Strict(strict=False)] = ()
    geocode: Geocode = Geocode()
    corrections: FileRef | None = None
    completeness: Mapping[str, Completeness] = Field(default_factory=dict)
    population: Population | None = None
    communities: Communities | None = None
    published: Mapping[str, PublishedCount] = Field(default_factory=dict)
    uncertainty: Uncertainty | None = None
    equity: Equity | None = None
    output: Output = Output()
    language: Literal["zh", "en"] = "zh"
    seed: Annotated[int, Field(ge=0)] = 7

    @field_validator("facilities", mode="before")
    @classmethod
    def _no_tables(cls, value: object) -> object:
        return () if value is None else value

    @field_validator("walk", "output", "geocode", "completeness", "published", mode="before")
    @classmethod
    def _empty_is_default(cls, value: object) -> object:
        return {} if value is None else value

    @field_validator("population", "communities", mode="after")
    @classmethod
    def _absent_without_file(cls, value: Population | Communities | None) -> Population | Communities | None:
        given = value is not None and (
            value.file is not None
            or (value.raster if isinstance(value, Population) else value.osm_admin_level) is not None
        )
        return value if given else None


class Study(StudyFile):
    """A checked study file, with the path it was read from."""

    path: Path

    @classmethod
    def of(cls, file: StudyFile, path: Path) -> Self:
        """Return the checked `file` as a study that stands at `path`."""
        return cls.model_construct(**{name: getattr(file, name) for name in StudyFile.model_fields}, path=path)

    @property
    def base(self) -> Path:
        """Folder of the study file: where its relative paths start."""
        return self.path.parent

    def file_names(self) -> tuple[str, ...]:
        """Return every data file that the study names, as written, sorted and each once."""
        return tuple(sorted(set(_file_names(self.model_dump(mode="json", exclude={"path"})))))


def _file_names(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "file" and isinstance(inner, str):
                yield inner
            else:
                yield from _file_names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _file_names(inner)


def study_json_schema() -> dict[str, Any]:
    """Return the JSON Schema of study files, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "lifecircle study",
        **{key: value for key, value in StudyFile.model_json_schema().items() if key != "title"},
    }
