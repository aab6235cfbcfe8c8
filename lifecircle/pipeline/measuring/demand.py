"""How many people each residence sends to facilities, and which communities a facility is named for."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lifecircle.coverage.filters import attribute
from lifecircle.errors import ConfigError, SchemaError
from lifecircle.sources.sheets import find_columns, records
from lifecircle.sources.table_formats import read_grids

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

    from lifecircle.model.tables import FacilityTable, ResidenceTable
    from lifecircle.pipeline.place import Place

_BETWEEN = re.compile(r"[;；、，,|/\n]+")
WEIGHT_COLUMNS = {"population": "population", "floor_area": "floor_area_m2", "land": "land_m2"}
_HEADERS = {
    "facility": ("facility_id", "facility", "设施编号", "设施", "设施名称", "学校", "学校名称", "名称", "name"),
    "community": ("community", "communities", "community_id", "社区", "社区名称", "服务社区", "小区", "片区"),
}


@dataclass(frozen=True, slots=True)
class Demand:
    """Whom facilities serve.

    Attributes
    ----------
    group : str
        An age group of the study's population; "" for everybody.
    rate : float
        People served per person of the group.
    total : float or None
        Known number of people in the study, shared among residences by the study's weight; instead of a population.
    """

    group: str = ""
    rate: float = 1.0
    total: float | None = None

    def __post_init__(self) -> None:
        """Refuse rates and totals that are no number of people."""
        if not self.rate > 0 or not np.isfinite(self.rate):
            raise ConfigError(f"demand: rate is {self.rate:g}: give a number above 0")
        if self.total is not None and not (self.total > 0 and np.isfinite(self.total)):
            raise ConfigError(f"demand: total is {self.total:g}: give a number of people above 0")
        if self.total is not None and self.group:
            raise ConfigError("demand: give a total, or a group of the population, not both")


def people_of(residences: ResidenceTable, asked: Demand, *, weight: str, inside: pd.Series) -> pd.Series:
    """Return the people that every residence sends, by residence id.

    Parameters
    ----------
    residences : ResidenceTable
        Of the study and, where they count, from beyond its boundary.
    asked : Demand
    weight : str
        The study's.
    inside : Series
        bool by residence id; the total is that of the residences inside, those outside send people at the same rate.

    Returns
    -------
    Series
        float64; NaN where the study knows no people and no total is given.

    Raises
    ------
    ConfigError
        If the group is not one of the study's.
    """
    if asked.total is not None:
        values = residences[WEIGHT_COLUMNS[weight]] if weight in WEIGHT_COLUMNS else pd.Series(1.0, residences.index)
        known = values.fillna(0.0).astype(float)
        return known * (asked.rate * asked.total / float(known[inside].sum()))
    column = f"population_{asked.group}" if asked.group else "population"
    if column not in residences.columns:
        groups = [name.removeprefix("population_") for name in residences.columns if name.startswith("population_")]
        raise ConfigError(
            f"demand: no group {asked.group!r} in the study's population; it has {', '.join(groups) or 'none'}"
        )
    return residences[column].astype(float) * asked.rate


def named_communities(place: Place, types: tuple[str, ...], *, source: str) -> dict[str, tuple[str, ...]]:
    """Return the community ids that each facility is named for, by facility id.

    Parameters
    ----------
    place : Place
    types : tuple of str
        Facility types.
    source : str
        A column of the study's facility lists (communities joined by ``;``, ``、`` or ``,``), or a table file with one
        row per facility and community (columns facility and community; ids or names).

    Raises
    ------
    ConfigError
        If the study has no communities, or nobody knows the column.
    SchemaError
        If a community or a facility of the file is unknown.
    """
    if place.communities is None:
        raise ConfigError("assign-administrative needs communities: name them in the study as communities")
    table = place.facilities[np.isin(place.facilities["type"].to_numpy(dtype=object), list(types))]
    path = Path(source) if Path(source).is_absolute() else place.study.base / source
    pairs = _from_file(path, table) if path.suffix and path.is_file() else _from_column(table, source)
    if not pairs:
        raise ConfigError(
            f"assign-administrative: no facility of {', '.join(types)} has a value in {source!r}: name a column of a "
            "facility list, or a table file with columns facility and community"
        )
    known = _names(place.communities)
    found: dict[str, list[str]] = {}
    for where, facility, community in pairs:
        if community not in known:
            close = difflib.get_close_matches(community, list(known), n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise SchemaError(f"{where}: {community!r} is no community of the study (id, name or code){hint}")
        found.setdefault(facility, []).append(known[community])
    return {facility: tuple(dict.fromkeys(ids)) for facility, ids in found.items()}


def _names(communities: gpd.GeoDataFrame) -> dict[str, str]:
    """Return the community id for every id, code and unambiguous name."""
    ids = communities["id"].astype(str)
    known: dict[str, str] = {}
    for column in ("name", "code"):
        if column in communities.columns:
            values = communities[column].fillna("").astype(str)
            once = values[(values != "") & ~values.duplicated(keep=False)]
            known |= dict(zip(once, ids[once.index], strict=True))
    return known | dict(zip(ids, ids, strict=True))


def _from_column(table: FacilityTable, column: str) -> list[tuple[str, str, str]]:
    return [
        (f"{facility}, column {column}", str(facility), part.strip())
        for facility, text in zip(table.index, attribute(table, column), strict=True)
        for part in _BETWEEN.split(text)
        if part.strip()
    ]


def _from_file(path: Path, table: FacilityTable) -> list[tuple[str, str, str]]:
    grid = read_grids(path)[0]
    header, columns = find_columns(grid, _HEADERS, needed=("facility", "community"))
    by_name = _facilities(table)
    found = []
    for number, row in records(grid, header, columns=columns):
        if not row["facility"] and not row["community"]:
            continue
        if row["facility"] not in by_name:
            raise SchemaError(
                f"{path.name}, row {number}: {row['facility']!r} is no facility of the types asked for (id, or a name "
                "that only one has)"
            )
        parts: Iterable[str] = (part.strip() for part in _BETWEEN.split(row["community"]))
        found += [(f"{path.name}, row {number}", by_name[row["facility"]], part) for part in parts if part]
    return found


def _facilities(table: FacilityTable) -> Mapping[str, str]:
    names = table["name"].astype(str)
    once = names[(names != "") & ~names.duplicated(keep=False)]
    known = {name: str(facility) for facility, name in once.items()}
    return known | {str(facility): str(facility) for facility in table.index}
