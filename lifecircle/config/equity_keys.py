"""``equity`` of a study file: the groups that coverage is told for."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, Strict

from lifecircle.config.fields import FileRef, Part, Texts
from lifecircle.config.people_keys import GroupName


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _ascending(edges: tuple[float, ...]) -> tuple[float, ...]:
    if any(later <= earlier for earlier, later in pairwise(edges)):
        raise ValueError(f"bins {list(edges)} must ascend")
    return edges


Edges = Annotated[tuple[float, ...], Strict(strict=False), Field(min_length=1), AfterValidator(_ascending)]
Groups = Annotated[tuple[GroupName, ...], Strict(strict=False), BeforeValidator(_one_or_more), Field(min_length=1)]


class Equity(Part):
    """``equity``: attributes of residences to compare, and whose circle is whose.

    ``by`` names attributes: columns of the residence table, of ``file`` (polygons or points with attributes), of the
    population file, or tags of the residence's OpenStreetMap object. ``bins`` cuts numbers. ``own_group`` gives a
    circle the age groups (of ``population.groups``) that it is for.
    """

    by: Texts = ()
    bins: Mapping[str, Edges] = Field(default_factory=dict)
    own_group: Mapping[str, Groups] = Field(default_factory=dict)
    file: FileRef | None = None
