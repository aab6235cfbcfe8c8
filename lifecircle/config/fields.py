"""Kinds of value that study files and standards share: names, file references, areas, keys of later versions."""

import re
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    GetJsonSchemaHandler,
    Strict,
    Tag,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

MAX_BOX_DEGREES = 10.0
# The last asks for a comparison with the streets.
DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09", "detect")
_EPSG = re.compile(r"EPSG:\d{4,6}")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


class Part(BaseModel):
    """A part of a file: frozen, strictly typed, no keys but its own."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class TextOr(Part):
    """A part that may also be written as one plain text."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Allow text in the JSON Schema too."""
        reference = handler(core)
        definition = handler.resolve_ref_schema(reference)
        mapping = dict(definition)
        definition.clear()
        definition["anyOf"] = [{"type": "string"}, mapping]
        return reference


def later(message: str) -> AfterValidator:
    """Return a validator for a key whose feature comes later: accepted while empty, else refused.

    The refusal reads ``"<message>"`` behind the key and its line; a key that had no effect would make
    a result that is not what its file says.
    """

    def refuse(value: object) -> None:
        if value is None or value is False or value in ({}, [], ""):
            return
        raise ValueError(message)

    return AfterValidator(refuse)


def safe_file(name: str) -> str:
    """Return a file name after refusing URLs and GDAL's virtual files.

    GDAL opens both without asking, so that a study from a stranger could reach anything.
    """
    if not name.strip():
        raise ValueError("the file name is empty")
    if _URL.match(name):
        raise ValueError(f"{name!r} is a URL: download the file and name it here")
    if name.strip().replace("\\", "/").lower().startswith("/vsi"):
        raise ValueError(f"{name!r} is a virtual path (/vsi...): name a plain file")
    return name


def _known_datum(datum: str) -> str:
    plain = datum.strip().lower().replace("-", "").replace("_", "").replace(" ", "")
    if plain in DATUMS:
        return plain
    if _EPSG.fullmatch(plain.upper()):
        return plain.upper()
    raise ValueError(f"{datum!r} is not a datum: give {', '.join(DATUMS[:-1])}, EPSG:n, or {DATUMS[-1]}")


FileName = Annotated[str, AfterValidator(safe_file)]
Texts = Annotated[tuple[str, ...], Strict(strict=False)]
# None: the file says itself what its coordinates are.
Datum = Annotated[str, AfterValidator(_known_datum)] | None


class Names(TextOr):
    """A name in Chinese and English; plain text, or one language, stands for both."""

    zh: str = ""
    en: str = ""

    @model_validator(mode="before")
    @classmethod
    def _both(cls, value: object) -> object:
        if isinstance(value, str):
            return {"zh": value, "en": value}
        if isinstance(value, dict) and set(value) in ({"zh"}, {"en"}):
            (name,) = value.values()
            return {"zh": name, "en": name}
        return value

    @model_validator(mode="after")
    def _given(self) -> Self:
        if not self.zh.strip() or not self.en.strip():
            raise ValueError("give a text, or {zh: ..., en: ...}")
        return self


class FileRef(TextOr):
    """A file, with its layer and datum where they need saying."""

    file: FileName
    layer: str | None = None
    datum: Datum = None

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: object) -> object:
        return {"file": value} if isinstance(value, str) else value


def _four(box: object) -> object:
    if isinstance(box, list) and len(box) != 4:
        raise ValueError(f"a box needs 4 numbers, [west, south, east, north] in degrees; got {len(box)}")
    return box


def _checked_box(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    west, south, east, north = box
    shown = f"[{west:g}, {south:g}, {east:g}, {north:g}]"
    order = "the order is [west, south, east, north] in degrees"
    if max(abs(south), abs(north)) > 90:
        raise ValueError(f"box {shown} has a latitude beyond 90, looks like lat/lon swapped: {order}")
    if max(abs(west), abs(east)) > 180:
        raise ValueError(f"box {shown} has a longitude beyond 180: {order}")
    if west >= east or south >= north:
        raise ValueError(f"box {shown}: west must be below east and south below north; {order}")
    if east - west > MAX_BOX_DEGREES or north - south > MAX_BOX_DEGREES:
        raise ValueError(f"box {shown} is {east - west:g} by {north - south:g} degrees, too large for a city; {order}")
    return box


Box = Annotated[
    tuple[float, float, float, float],
    Strict(strict=False),
    BeforeValidator(_four),
    AfterValidator(_checked_box),
    Field(description="[west, south, east, north] in degrees, WGS-84"),
]


class AreaName(Part):
    """An administrative boundary inside the extract, by name."""

    osm: Annotated[str, Field(min_length=1)]


class Relation(Part):
    """A boundary relation inside the extract, by its OSM id."""

    relation: Annotated[int, Field(gt=0)]


def _form(value: object) -> str | None:
    """Name the form of an area; no name is a key of any form, so that locations stay unambiguous."""
    if isinstance(value, list | tuple):
        return "(box)"
    if isinstance(value, AreaName) or (isinstance(value, dict) and "osm" in value):
        return "(name)"
    if isinstance(value, Relation) or (isinstance(value, dict) and "relation" in value):
        return "(relation)"
    return "(file)" if isinstance(value, str | dict | FileRef) else None


Area = Annotated[
    Annotated[Box, Tag("(box)")]
    | Annotated[FileRef, Tag("(file)")]
    | Annotated[AreaName, Tag("(name)")]
    | Annotated[Relation, Tag("(relation)")],
    Discriminator(
        _form,
        custom_error_type="area",
        custom_error_message='an area is needed: [w, s, e, n], a polygon file, {osm: "name"} or {relation: id}',
    ),
]
