"""The verdicts of a place had it the facilities of another map."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from lifecircle.coverage.kleene import status_names
from lifecircle.coverage.searches import cutoff, item_searches, walker
from lifecircle.coverage.verdicts import Ground, judge_circle
from lifecircle.pipeline.case import coverage_case
from lifecircle.pipeline.rule_searches import search

if TYPE_CHECKING:
    from lifecircle.coverage.case import TimesKey
    from lifecircle.facilities.prepare import Facilities
    from lifecircle.model.standard import Circle, Rule
    from lifecircle.model.tables import FacilityTable
    from lifecircle.model.travel import NearestTimes, WalkProfile
    from lifecircle.pipeline.place import Place


def statuses_with(place: Place, facilities: Facilities) -> pd.DataFrame:
    """Judge the residences of `place`, on its own streets, by the facilities of another place.

    Parameters
    ----------
    place : Place
    facilities : Facilities
        In any metric CRS.

    Returns
    -------
    DataFrame
        ``<circle>_status`` of every circle that facilities decide, index ``residence_id``; in the headline reading.
    """
    table = _moved(facilities.table, place.area.crs)
    trial = replace(place, facility_set=replace(facilities, table=table))
    ground = Ground.of(coverage_case(trial, _searched(trial)))
    count = len(trial.residences)
    columns = {}
    for circle, used, rule, walks in _judged(trial):
        verdict = judge_circle(circle, ground, rule=rule, used=used, walks=walks)
        columns[f"{circle.id}_status"] = status_names(verdict.status[:count])
    return pd.DataFrame(columns, index=trial.residences.index)


def _moved(table: FacilityTable, crs: object) -> FacilityTable:
    shapes = {
        name: gpd.GeoSeries(table[name].to_numpy(), index=table.index, crs=table.crs).to_crs(crs)
        for name in ("geometry", "entrances")
    }
    plain = pd.DataFrame(table).assign(entrances=shapes["entrances"])
    return gpd.GeoDataFrame(plain, geometry=shapes["geometry"], crs=crs)


def _judged(place: Place) -> Iterator[tuple[Circle, str, Rule, WalkProfile]]:
    question = place.question
    for circle in question.standard.circles:
        found = None if circle.user_layer else circle.rule_for(question.rule)
        if found is not None:
            used, rule = found
            walks = walker(circle, used, profile=question.profile, profiles=question.profiles)
            yield circle, used, rule, walks


def _searched(place: Place) -> dict[TimesKey, NearestTimes]:
    """Return the searches of the headline reading, no farther than its thresholds."""
    question = place.question
    needed: dict[TimesKey, set[str]] = {}
    for _, _, rule, walks in _judged(place):
        for item in (*rule.required, *rule.reported):
            for key, kinds in item_searches(item, walks, lenient=rule.lenient, catalogue=question.catalogue):
                needed.setdefault(key, set()).update(kinds)
    return {
        key: search(place, key, types=tuple(sorted(kinds)), cutoff=cutoff(question.standard, key, cutoff_min=1.0))
        for key, kinds in needed.items()
    }
