"""``osm``: where the OpenStreetMap data of a study comes from."""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Discriminator, Tag, field_validator, model_validator

from lifecircle.config.fields import Area, FileName, Part

_REGION = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*(/[a-z0-9]+([-_][a-z0-9]+)*)*")


def _region(name: str) -> str:
    if not _REGION.fullmatch(name):
        raise ValueError(
            f"{name!r} is not a region: give the path of its page on the download server, for example europe/iceland"
        )
    return name


class Extract(Part):
    """A ready-made extract, by the name of its region on the download server."""

    geofabrik: Annotated[str, AfterValidator(_region)]


def _download_form(value: object) -> str:
    return "(extract)" if isinstance(value, dict | Extract) else "(live)"


class Osm(Part):
    """``osm``: the extract or the snapshot, and where it is whole."""

    file: FileName | None = None
    extent: Area | None = None
    download: Annotated[
        Annotated[bool, Tag("(live)")] | Annotated[Extract, Tag("(extract)")], Discriminator(_download_form)
    ] = False

    @field_validator("download", mode="before")
    @classmethod
    def _empty_is_no(cls, value: object) -> object:
        return False if value is None else value

    @model_validator(mode="after")
    def _given(self) -> Self:
        if self.file is None and not self.download:
            raise ValueError(
                "name the OpenStreetMap file: osm: {file: city.osm.pbf}; or say download: true and run lifecircle fetch"
            )
        if self.file is not None and self.download:
            raise ValueError("give file or download, not both: file is an extract of yours, download the snapshot")
        return self
