"""The facilities of a study: from the map, from lists, and after a field check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from lifecircle.facilities.corrections import apply_corrections
from lifecircle.facilities.prepare import Facilities
from lifecircle.facilities.sources import OSM, SourceRules, merge_sources, source_order
from lifecircle.model.provenance import Note

if TYPE_CHECKING:
    from lifecircle.config.schema import Study
    from lifecircle.model.area import StudyArea
    from lifecircle.model.audit import Headline
    from lifecircle.model.catalogue import Catalogue
    from lifecircle.pipeline.inputs import Inputs


@dataclass(frozen=True, slots=True, eq=False)
class FieldCheck:
    """What a field check met.

    Attributes
    ----------
    before : Facilities
        Without its corrections.
    confirmed : frozenset of str
        Ids of facilities that were found as mapped.
    """

    before: Facilities
    confirmed: frozenset[str]


def study_facilities(
    mapped: Facilities, inputs: Inputs, *, study: Study, catalogue: Catalogue, area: StudyArea
) -> tuple[Facilities, FieldCheck | None]:
    """Merge the map's facilities with the study's lists, then apply its corrections.

    Parameters
    ----------
    mapped : Facilities
        From OpenStreetMap.
    inputs : Inputs
        Its ``facility_lists`` and ``corrections`` are used.
    study : Study
        Its ``facility_precedence`` and ``completeness`` are used.
    catalogue : Catalogue
    area : StudyArea

    Returns
    -------
    facilities : Facilities
        Those that are audited.
    field_check : FieldCheck or None
        None where the study names no corrections.

    Raises
    ------
    ConfigError
        If the precedence names a source that is not there.
    SchemaError
        If a correction cannot be applied.
    """
    merged, lists, corrections = mapped, inputs.facility_lists, inputs.corrections
    if lists is not None and len(lists):
        merged = _with_lists(mapped, lists, study=study, catalogue=catalogue, area=area)
    elif study.facility_precedence:
        source_order([OSM], study.facility_precedence)  # refuses lists that are not there
    if study.corrections is None:
        return merged, None
    done = apply_corrections(merged.table, corrections, catalogue=catalogue, reach=area.reach)
    counts = {**merged.counts, **{f"corrections_{action}": count for action, count in done.counts.items()}}
    loaded = _plus(merged.loaded_counts, [one.type for one in corrections if one.action in ("add", "retype")])
    used = replace(merged, table=done.table, counts=counts, loaded_counts=loaded, notes=(*merged.notes, *done.notes))
    return used, FieldCheck(merged, done.confirmed)


def corrections_note(with_them: Headline, without: Headline) -> Note:
    """Say what the field check changed in the headline."""
    now, before = (_bounds(one.all_circles_share, one.all_circles_share_upper) for one in (with_them, without))
    same = set(with_them.circles_counted) == set(without.circles_counted)
    counts = f"{len(without.circles_counted)} -> {len(with_them.circles_counted)}"
    return Note(
        "corrections.headline",
        f"With the corrections of the field check all counted circles are covered for {now} of the weight; without "
        f"them for {before}." + ("" if same else f" The circles counted differ ({counts}): the two do not compare."),
        f"采用现场核查结果后，所有计入的圈全部覆盖的权重占比为 {now}；不采用时为 {before}。"
        + ("" if same else f"两者计入的圈不同（{counts}），不可直接比较。"),
    )


def _bounds(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return "–"
    return f"{low:.1%}" if round(low, 3) == round(high, 3) else f"{low:.1%}–{high:.1%}"


def _with_lists(
    mapped: Facilities, lists: gpd.GeoDataFrame, *, study: Study, catalogue: Catalogue, area: StudyArea
) -> Facilities:
    rows = _metric(lists, area)
    near = shapely.intersects(area.reach, rows.geometry.to_numpy())
    complete = {
        kind: given.source.en  # a file name is the same in every language
        for kind, given in study.completeness.items()
        if given.status == "complete" and given.source
    }
    rules = SourceRules(tuple(study.facility_precedence), complete)
    source_order([OSM, *lists["source"]], rules.precedence)  # lists of which no row is near are known too
    outside = _outside_note(rows[~near])
    if not near.any():
        return replace(mapped, notes=(*mapped.notes, *outside))
    known = set(rows["source"][near])
    named = tuple(name for name in rules.precedence if name == OSM or any(_is(name, source) for source in known))
    found = merge_sources(mapped.table, rows[near], catalogue=catalogue, rules=replace(rules, precedence=named))
    return replace(
        mapped,
        table=found.table,
        loaded_counts=_plus(mapped.loaded_counts, lists["type"]),
        counts={**mapped.counts, **found.counts, "listed_outside": int((~near).sum())},
        notes=(*mapped.notes, *outside, *found.notes),
        conflicts=found.conflicts,
    )


def _outside_note(rows: gpd.GeoDataFrame) -> tuple[Note, ...]:
    if rows.empty:
        return ()
    files = ", ".join(sorted(set(rows["source"])))
    return (
        Note(
            "facilities.listed_outside",
            f"{len(rows)} rows of {files} lie beyond the reach of the study and are not used.",
            f"{files} 中有 {len(rows)} 行位于研究可达范围之外，未使用。",
        ),
    )


def _is(name: str, source: str) -> bool:
    return name in (source, source.rpartition(".")[0])


def _metric(lists: gpd.GeoDataFrame, area: StudyArea) -> gpd.GeoDataFrame:
    """Return the rows in the study's CRS, entered at their points."""
    rows = lists.to_crs(area.crs)
    doors = np.empty(len(rows), dtype=object)
    doors[:] = [shapely.MultiPoint([point]) for point in shapely.point_on_surface(rows.geometry.to_numpy())]
    return rows.assign(entrances=doors)


def _plus(counts: Mapping[str, int], kinds: Sequence[str]) -> dict[str, int]:
    result = dict(counts)
    for kind in kinds:
        result[kind] = result.get(kind, 0) + 1
    return result
