"""``population`` and ``communities`` of a study file: who lives where, and what is summed over."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from lifecircle.config.fields import Datum, FileName, FileRef, Part

GroupName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]


def _digits(value: object) -> object:
    """Take a number that YAML read where the digits of a code are meant."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Population(Part):
    """``population``: people by polygon or point of a file, or by cell of a raster; age groups where given."""

    file: FileName | None = None
    layer: str | None = None
    datum: Datum = None
    column: str | None = None
    groups: Mapping[GroupName, str] = Field(default_factory=dict)
    raster: FileRef | None = None

    @model_validator(mode="after")
    def _column(self) -> Self:
        if self.file is not None and self.raster is not None:
            raise ValueError("give file or raster, not both: people would count twice")
        if self.file is not None and self.column is None:
            raise ValueError("column is missing: name the column that holds the number of people")
        if self.file is None and (self.column is not None or self.layer is not None or self.groups):
            raise ValueError("file is missing: name the file that holds the people")
        if self.raster is not None and self.raster.layer is not None:
            raise ValueError("raster: only a GeoPackage has layers; leave layer out")
        return self


class CommunityCodes(Part):
    """``communities.codes``: an official list whose codes are joined by name."""

    file: FileName
    code_column: str = "code"
    name_column: str = "name"
    prefix: Annotated[str, BeforeValidator(_digits), Field(pattern=r"^\d{0,12}$")] = ""
    reviewed: FileRef | None = None


class Communities(Part):
    """``communities``: polygons that residences are summed over, of a file or of the extract."""

    file: FileName | None = None
    layer: str | None = None
    datum: Datum = None
    id_column: str | None = None
    name_column: str | None = None
    osm_admin_level: Annotated[int, Field(ge=1, le=12)] | None = None
    codes: CommunityCodes | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.file is not None and self.osm_admin_level is not None:
            raise ValueError("give file or osm_admin_level, not both")
        if self.file is not None and self.id_column is None:
            raise ValueError("id_column is missing: name the column that holds each community's id")
        if self.file is None and (self.id_column is not None or self.name_column is not None):
            raise ValueError("file is missing: name the file that holds the communities")
        if self.file is None and self.osm_admin_level is None and self.codes is not None:
            raise ValueError("codes need communities: give file or osm_admin_level too")
        return self
