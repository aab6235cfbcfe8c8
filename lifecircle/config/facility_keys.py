"""``facilities`` of a study file: lists of facilities, and layers that homes are judged by."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from lifecircle.config.fields import Datum, FileName, Part

ColumnName = Annotated[str, Field(min_length=1, max_length=200)]
_COLUMNS = ("name", "address", "lon", "lat", "location", "type", "capacity")


class FacilityLayer(Part):
    """One of ``facilities``: a list of facilities (Excel, CSV, GIS file), or polygons of a user-layer type.

    A list's type is that of the entry (`type`), of a column, or what the names say. Columns that are not named are
    recognised by their headers in Chinese and English.
    """

    file: FileName
    layer: str | None = None
    sheet: str | Annotated[int, Field(ge=1, le=1000)] | None = None
    datum: Datum = None
    type: str | None = None
    type_column: ColumnName | None = None
    type_names: Mapping[str, str] = Field(default_factory=dict)
    name_column: ColumnName | None = None
    address_column: ColumnName | None = None
    lon_column: ColumnName | None = None
    lat_column: ColumnName | None = None
    location_column: ColumnName | None = None
    capacity_column: ColumnName | None = None
    state_column: ColumnName | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.type is not None and (self.type_column is not None or self.type_names):
            raise ValueError("give type for all rows, or type_column (with type_names), not both")
        if (self.lon_column is None) != (self.lat_column is None):
            missing = "lon_column" if self.lon_column is None else "lat_column"
            raise ValueError(f"{missing} is missing: name both columns of coordinates")
        if self.lon_column is not None and self.lon_column == self.lat_column:
            raise ValueError(f"lon_column and lat_column are both {self.lon_column!r}: name two columns")
        if self.location_column is not None and self.lon_column is not None:
            raise ValueError("give location_column, or lon_column and lat_column, not both")
        return self

    @property
    def columns(self) -> dict[str, str]:
        """The column names that are given, by role."""
        named = {role: getattr(self, f"{role}_column") for role in _COLUMNS}
        return {role: name for role, name in named.items() if name is not None}

    @property
    def list_keys(self) -> tuple[str, ...]:
        """The keys given that only a list of facilities understands."""
        keys = [f"{role}_column" for role in _COLUMNS if getattr(self, f"{role}_column") is not None]
        return (*keys, *(["sheet"] if self.sheet is not None else []), *(["type_names"] if self.type_names else []))
