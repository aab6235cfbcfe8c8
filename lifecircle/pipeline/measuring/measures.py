"""Measures of access for a place: what each residence can walk to, beyond the verdict of a circle."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from lifecircle.accessibility.decay import DECAYS, Decay
from lifecircle.accessibility.floating_catchment import MAX_UNKNOWN_SHARE
from lifecircle.accessibility.pairs import only_facilities, only_types
from lifecircle.accessibility.registry import MEASURES, Computed, Ground, Measure
from lifecircle.errors import ConfigError
from lifecircle.model.provenance import Note
from lifecircle.pipeline.measuring.demand import Demand, named_communities, people_of
from lifecircle.pipeline.measuring.surroundings import with_surroundings
from lifecircle.pipeline.walking.pairs import reach_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lifecircle.model.travel import ReachPairs
    from lifecircle.pipeline.place import Place

MINUTE_S = 60.0
ADMINISTRATIVE = "assign-administrative"
EVERYBODY = Demand()
LEFT = {
    "out_of_reach": ("reach no facility within the time searched", "在搜索时间内无法到达任何设施"),
    "not_named": ("lie in no community that a facility is named for", "所在社区没有对应设施"),
    "no_room": ("find no room, wholly or in part", "全部或部分人口无剩余容量可用"),
}


@dataclass(frozen=True, slots=True)
class MeasureRequest:
    """What to measure.

    Attributes
    ----------
    types : tuple of str
        Facility types, pooled.
    minutes : float
        The catchment, inclusive.
    decay : str
        One of ``DECAYS``; ``binary`` counts alike up to `minutes`.
    options : Mapping
        Further numbers of the decay: ``rate_per_s``; ``exponent`` and ``near_s``.
    k : int
        For measures of choice.
    demand : Demand
        Whom the facilities serve, for measures of capacity and catchments.
    communities_of : str
        For administrative catchments: a column of the facility lists, or a table file, that names the communities of
        every facility.
    """

    types: tuple[str, ...]
    minutes: float = 15.0
    decay: str = "binary"
    options: Mapping[str, float] = field(default_factory=dict)
    k: int = 1
    demand: Demand = EVERYBODY
    communities_of: str = ""

    def make_decay(self) -> Decay:
        """Return the decay, or say what it lacks (ConfigError)."""
        if self.decay not in DECAYS or self.decay == "stepped":
            known = ", ".join(name for name in DECAYS if name != "stepped")
            raise ConfigError(f"decay is {self.decay!r}: give one of {known}; zones are for Python, decay.stepped")
        try:
            return DECAYS[self.decay](cutoff_s=self.minutes * MINUTE_S, **self.options)
        except TypeError as error:
            raise ConfigError(f"decay {self.decay!r} with {dict(self.options)}: {error}") from error


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """A measure of a place.

    Attributes
    ----------
    residences : DataFrame
        Index ``residence_id``, the residences of the study; the first column is the measure.
    facilities : DataFrame or None
        Index ``facility_id``, with ``name``, ``type`` and ``inside`` the boundary: what the measure tells of the
        facilities that any residence of the study can use. Load tables count people from beyond the boundary too.
    notes : tuple of Note
    """

    residences: pd.DataFrame
    facilities: pd.DataFrame | None = None
    notes: tuple[Note, ...] = ()


def measure(place: Place, name: str, *, request: MeasureRequest) -> pd.DataFrame:
    """Compute the measure `name` for every residence of `place`; as `measured`, without what it tells of facilities.

    Returns
    -------
    DataFrame
        Index ``residence_id``; the first column is the measure, in the unit of the registry.
    """
    return measured(place, name, request=request).residences


def measured(place: Place, name: str, *, request: MeasureRequest) -> Measured:
    """Compute the measure `name` for a place.

    Where capacity is shared, residences beyond the boundary count as demand (see `with_surroundings`).

    Parameters
    ----------
    place : Place
    name : str
        One of ``lifecircle.accessibility.registry.MEASURES``.
    request : MeasureRequest

    Returns
    -------
    Measured

    Raises
    ------
    ConfigError
        On an unknown measure, type, decay, age group or column.
    SchemaError
        If a capacity measure lacks capacities or people, or a named community is unknown.
    """
    if name not in MEASURES:
        raise ConfigError(f"unknown measure {name!r}: give one of {', '.join(MEASURES)}")
    known = MEASURES[name]
    decay = request.make_decay()
    if not known.shared:
        ground = _ground(place, request, decay=decay, inside=pd.Series(True, index=place.residences.index))
        return Measured(known.compute(ground).residences)
    wide = with_surroundings(place, minutes=request.minutes)
    ground = _ground(wide.place, request, decay=decay, inside=wide.inside)
    if known.assigns:
        if name == ADMINISTRATIVE:
            named = named_communities(wide.place, request.types, source=request.communities_of)
            ground = replace(ground, serves=named)
    else:
        ground = replace(ground, pairs=_used(ground.pairs, wide.inside))
    found = known.compute(ground)
    own = found.residences[wide.inside.reindex(found.residences.index).to_numpy(dtype=bool)]
    facilities = _facility_table(wide.place, found, ground=ground)
    return Measured(own, facilities, (*wide.notes, *_notes(known, ground, own)))


def _ground(place: Place, request: MeasureRequest, *, decay: Decay, inside: pd.Series) -> Ground:
    pairs = only_types(reach_pairs(place, types=request.types, cutoff_min=request.minutes), request.types)
    people = people_of(place.residences, request.demand, weight=place.residence_set.weight, inside=inside)
    community = place.residences["community_id"]
    return Ground(pairs, decay, request.k, place.facilities["capacity"], people, inside, community)


def _used(pairs: ReachPairs, inside: pd.Series) -> ReachPairs:
    """Return `pairs` with the facilities that a residence of the study reaches: no other one matters to them."""
    reached = np.zeros(len(pairs.facility_ids), dtype=bool)
    reached[pairs.facility[inside.reindex(pairs.residence_ids).to_numpy(dtype=bool)[pairs.residence]]] = True
    return only_facilities(pairs, reached)


def _facility_table(place: Place, found: Computed, *, ground: Ground) -> pd.DataFrame | None:
    """Return what was found of facilities inside the boundary, or in reach of a residence of the study."""
    if found.facilities is None or ground.inside is None:
        return None
    table = place.facilities.loc[found.facilities.index]
    inside = shapely.intersects(place.area.boundary, shapely.point_on_surface(table.geometry.to_numpy()))
    own = ground.inside.reindex(ground.pairs.residence_ids).to_numpy(dtype=bool)
    reached = np.isin(np.arange(len(table)), ground.pairs.facility[own[ground.pairs.residence]])
    shown = inside | reached | np.isin(table.index, list(ground.serves))
    about = pd.DataFrame({"name": table["name"], "type": table["type"], "inside": inside}, index=table.index)
    return about.join(_without_doubtful_loads(found.facilities))[shown]


def _without_doubtful_loads(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with no load at all where too many capacities are unknown to compare facilities."""
    if "load" not in table.columns or table["capacity"].isna().mean() <= MAX_UNKNOWN_SHARE:
        return table
    return table.assign(load=np.nan)


def _notes(known: Measure, ground: Ground, own: pd.DataFrame) -> tuple[Note, ...]:
    return (*_capacity_notes(known, ground), *(_left_notes(ground, own) if known.assigns else ()))


def _capacity_notes(known: Measure, ground: Ground) -> list[Note]:
    capacity = ground.capacity.reindex(ground.pairs.facility_ids)
    unknown, count = int(capacity.isna().sum()), len(capacity)
    people = int(ground.population.isna().sum())
    notes = []
    if unknown and known.assigns:
        many = unknown / count > MAX_UNKNOWN_SHARE
        notes.append(
            Note(
                "measure.capacity_unknown",
                f"The capacity of {unknown} of {count} facilities is unknown: "
                + ("more than a fifth, so no load is told." if many else "their load is not told."),
                f"{count} 处设施中 {unknown} 处容量未知："
                + ("超过五分之一，不计算负荷。" if many else "不计算其负荷。"),
                warning=True,
            )
        )
    if people:
        notes.append(
            Note(
                "measure.people_unknown",
                f"The study does not know the people of {people} residences: loads are not told, and walks count every "
                "residence alike. Give a population, or a total number of people.",
                f"{people} 处居住点人口未知：不计算负荷，步行时间按居住点数平均。请提供人口数据或总人数。",
                warning=True,
            )
        )
    return notes


def _left_notes(ground: Ground, own: pd.DataFrame) -> list[Note]:
    """Say how many residences of the study belong to no facility, and why."""
    people = ground.population.reindex(own.index)
    notes = []
    for reason, (en, zh) in LEFT.items():
        rows = own["status"] == reason
        if not rows.any():
            continue
        left = float((people * (1.0 - own["assigned_share"]))[rows].sum())
        notes.append(
            Note(
                f"measure.{reason}",
                f"{int(rows.sum())} residences" + (f" ({left:,.0f} people)" if left else "") + f" {en}.",
                f"{int(rows.sum())} 处居住点" + (f"（{left:,.0f} 人）" if left else "") + f"{zh}。",
                warning=True,
            )
        )
    return notes
