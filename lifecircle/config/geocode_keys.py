"""``geocode`` of a study file: where places without coordinates are looked up."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, Strict, model_validator

from lifecircle.config.fields import Part

GeocodeProvider = Literal["offline", "nominatim", "photon", "amap", "baidu", "tianditu"]


class Geocode(Part):
    """``geocode``: providers in order, and when an answer is good enough.

    ``offline`` is the extract's own gazetteer. Services are asked by ``lifecircle geocode`` alone, never by an audit,
    which reads what they answered from the ledger. Keys come from the environment, never from this file.
    """

    providers: Annotated[tuple[GeocodeProvider, ...], Strict(strict=False)] = ("offline",)
    min_score: Annotated[float, Field(ge=0, le=100)] = 85.0
    margin: Annotated[float, Field(ge=0, le=100)] = 5.0
    max_error_m: Annotated[float, Field(ge=10, le=5000)] = 200.0
    town: str = ""
    urls: Mapping[Literal["nominatim", "photon"], str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if len(set(self.providers)) < len(self.providers):
            raise ValueError("a provider is named twice")
        for name, url in self.urls.items():
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
                raise ValueError(f"urls.{name}: {url!r} is no web address: give one like http://localhost:8080/search")
        return self
