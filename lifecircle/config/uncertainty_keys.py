"""``uncertainty`` of a study file: how wrong its data may be."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, Strict, model_validator

from lifecircle.config.fields import Part


def _pair(value: object) -> object:
    """Take one number for a range of one point."""
    return [value, value] if isinstance(value, int | float) and not isinstance(value, bool) else value


Share = Annotated[float, Field(gt=0, le=1)]
Range = Annotated[tuple[Share, Share], Strict(strict=False), BeforeValidator(_pair)]


class Uncertainty(Part):
    """``uncertainty``: draws, and the standard deviations of what may be wrong; see docs/methods/uncertainty.md."""

    draws: Annotated[int, Field(ge=20, le=10_000)] = 200
    completeness: Mapping[str, Range] = Field(default_factory=dict)
    residence_m: Annotated[float, Field(ge=0, le=500)] | None = None
    facility_m: Annotated[float, Field(ge=0, le=500)] | None = None
    leg_sd: Annotated[float, Field(ge=0, le=2)] | None = None
    weight_sd: Annotated[float, Field(ge=0, le=2)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for kind, (low, high) in self.completeness.items():
            if low > high:
                raise ValueError(f"completeness.{kind}: [{low:g}, {high:g}] runs backwards: give [least, greatest]")
        return self
