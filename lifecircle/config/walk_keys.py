"""``walk.slope`` and ``walk.crossings``: what slows walkers beside the distance; off unless a study asks."""

from typing import Annotated

from pydantic import Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from lifecircle.config.fields import FileName, Part

Delay = Annotated[float, Field(ge=0, le=600)]


class Switch(Part):
    """A part that may also be written as ``true`` (its defaults) or ``false`` (absent)."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Allow true and false in the JSON Schema too."""
        reference = handler(core)
        definition = handler.resolve_ref_schema(reference)
        mapping = dict(definition)
        definition.clear()
        definition["anyOf"] = [{"type": "boolean"}, mapping]
        return reference


def switched(value: object) -> object:
    """Return the mapping that ``true`` and ``false`` stand for; anything else unchanged."""
    if value is True:
        return {}
    return None if value is False else value


class Slope(Switch):
    """``slope``: gradients from ``incline`` tags and, where a raster of heights is given, from it."""

    file: FileName | None = None


class Crossings(Switch):
    """``crossings``: mean waits in seconds; the defaults are cited in docs/methods/impedance.md."""

    signals_s: Delay = 20.0
    unsignalised_s: Delay = 5.0
    stairs_s: Delay = 30.0
