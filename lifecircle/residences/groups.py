"""Age groups: the same people, told apart, given to residences in the same proportion."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd

from lifecircle.model.area import StudyArea
from lifecircle.model.provenance import Note
from lifecircle.residences.population import Allocation, allocate

GROUP_PREFIX = "population_"


def group_columns(frame: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Return the columns of a population or residence table that hold a group, sorted."""
    return tuple(sorted(str(name) for name in frame.columns if str(name).startswith(GROUP_PREFIX)))


def allocate_groups(
    population: gpd.GeoDataFrame,
    *,
    origins: gpd.GeoDataFrame,
    outside: gpd.GeoDataFrame,
    land: gpd.GeoDataFrame,
    area: StudyArea,
) -> Mapping[str, Allocation]:
    """Give every group to the origins as `allocate` gives the people; rows without a number give nobody.

    Within one cell a group lives as everybody there does: the table knows no better.

    Returns
    -------
    Mapping[str, Allocation]
        By column name; each conserves its own total: placed + outside + unplaced.
    """
    return {
        column: allocate(
            population.assign(population=population[column]), origins=origins, outside=outside, land=land, area=area
        )
        for column in group_columns(population)
    }


def group_notes(groups: Mapping[str, Allocation]) -> list[Note]:
    """Say where each group went."""
    notes = []
    for column, allocation in groups.items():
        name = column.removeprefix(GROUP_PREFIX)
        notes.append(
            Note(
                f"residences.{column}",
                f"Group {name}: {allocation.placed:,.0f} people placed in residences, {allocation.outside:,.0f} beyond "
                f"the boundary, {allocation.unplaced:,.0f} without a residence; {allocation.missing} rows have no "
                "number of it.",
                f"人群 {name}：已分配到住宅 {allocation.placed:,.0f} 人，研究范围外 {allocation.outside:,.0f} 人，"
                f"无住宅可分配 {allocation.unplaced:,.0f} 人；{allocation.missing} 行没有该人群数值。",
                warning=bool(allocation.missing),
            )
        )
    return notes
