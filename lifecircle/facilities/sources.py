"""One facility, many sources: merge the map's facilities with the study's lists, and say where they disagree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lifecircle.errors import ConfigError
from lifecircle.facilities.conflicts import conflict, conflict_frame, disagreements
from lifecircle.facilities.deduplicate import SAME_NAME_M
from lifecircle.facilities.matching import (
    Pair,
    Records,
    find_pairs,
    other_names_inside,
    related_types,
    same_name_across_types,
)
from lifecircle.model.catalogue import Catalogue
from lifecircle.model.provenance import Note
from lifecircle.model.tables import FACILITY_COLUMNS, FacilityTable, check_facilities, joint_attributes

OSM = "osm"
# How well a record knows where its facility is: mapped doors, then outlines, then a point.
EVIDENCE = {"mapped": 0, "path": 1, "sampled": 2, "representative": 2, "point": 3}


@dataclass(frozen=True, slots=True)
class SourceRules:
    """Which source is believed.

    Attributes
    ----------
    precedence : tuple of str
        File names, their stems, or ``osm``, the most trusted first. Sources that are not named follow in the order
        of their rows, ``osm`` last.
    complete : Mapping[str, str]
        Facility type -> the list (file name or stem) that is declared to hold every facility of the type.
    """

    precedence: tuple[str, ...] = ()
    complete: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the mapping read-only."""
        object.__setattr__(self, "complete", MappingProxyType(dict(self.complete)))


@dataclass(frozen=True, slots=True, eq=False)
class MergedSources:
    """The facilities of every source, each once.

    Attributes
    ----------
    table : FacilityTable
        With one more column, ``sources``: who knows it, the most trusted first, joined by ``;``.
    conflicts : DataFrame
        Columns CONFLICT_COLUMNS, sorted.
    counts : Mapping[str, int]
        ``listed`` rows of lists; ``in_both`` facilities known to several sources; ``only_listed``; ``only_osm``;
        ``conflicts``; ``not_in_list``.
    notes : tuple of Note
    """

    table: FacilityTable
    conflicts: pd.DataFrame
    counts: Mapping[str, int]
    notes: tuple[Note, ...]


def merge_sources(
    mapped: FacilityTable, lists: gpd.GeoDataFrame, *, catalogue: Catalogue, rules: SourceRules
) -> MergedSources:
    """Merge the rows of the map and of lists that are the same facility.

    Parameters
    ----------
    mapped : FacilityTable
        From OpenStreetMap, each facility once.
    lists : GeoDataFrame
        Columns FACILITY_COLUMNS, index ``facility_id``, same CRS; ``source`` is the name of the file. Rows of one
        list are different facilities.
    catalogue : Catalogue
    rules : SourceRules

    Returns
    -------
    MergedSources

    Raises
    ------
    ConfigError
        If the precedence or a complete list names a source that is not there.
    SchemaError
        If a column is missing or an id is repeated.
    """
    order = source_order([OSM, *lists["source"]], rules.precedence)
    frame = _ranked(check_facilities(mapped), check_facilities(lists), order=order)
    source = np.array([order[name] for name in frame["source"]], dtype=np.int64)
    records = Records.of(frame, source, suffix_re=catalogue.gate.strip_suffix_re)
    pairs = find_pairs(records, related=related_types(catalogue))
    groups = _groups(pairs, source)
    merger = _Merger(frame, catalogue)
    merged = [merger.row(group) for group in groups]
    table = gpd.GeoDataFrame(merged, geometry="geometry", crs=frame.crs)
    table.index = pd.Index(table["object_id"] + ":" + table["type"], name="facility_id")
    table, absent = _set_aside(table, _complete(rules, order), order=order)
    found = [*merger.conflicts, *_apart(records, groups, frame=frame), *absent]
    conflicts = conflict_frame(found, table=table)
    counts = _counts(table, lists=lists, conflicts=conflicts)
    return MergedSources(
        check_facilities(table.sort_index()), conflicts, counts, _notes(counts, _complete(rules, order))
    )


def source_order(sources: Sequence[str], precedence: Sequence[str]) -> dict[str, int]:
    """Return the rank of every source by name, 0 for the most trusted.

    Examples
    --------
    >>> source_order(["osm", "parks.csv", "schools.xlsx"], ["schools"])
    {'schools.xlsx': 0, 'parks.csv': 1, 'osm': 2}

    Raises
    ------
    ConfigError
        If `precedence` names a source that is not there, or one twice.
    """
    present = [*dict.fromkeys(name for name in sources if name != OSM), OSM]
    named = [_source_named(name, present, key="facility_precedence") for name in precedence]
    if len(set(named)) < len(named):
        raise ConfigError(f"facility_precedence: a source is named twice in {list(precedence)}: name each once")
    return {name: rank for rank, name in enumerate([*named, *(name for name in present if name not in named)])}


def _source_named(name: str, present: Sequence[str], *, key: str) -> str:
    for known in present:
        if name in (known, known.rpartition(".")[0]):
            return known
    raise ConfigError(f"{key}: {name!r} is no source of facilities here: give one of {', '.join(present)}")


def _complete(rules: SourceRules, order: Mapping[str, int]) -> dict[str, str]:
    """Return the complete lists by type, those that are named as sources here."""
    stems = {name.rpartition(".")[0]: name for name in order if name != OSM} | {name: name for name in order}
    return {kind: stems[name] for kind, name in sorted(rules.complete.items()) if name in stems and name != OSM}


def _ranked(mapped: FacilityTable, lists: FacilityTable, *, order: Mapping[str, int]) -> gpd.GeoDataFrame:
    """Return the rows of every source, the most trusted source first, then by id."""
    columns = list(FACILITY_COLUMNS)
    frame = pd.concat([mapped[columns], lists[columns]])
    frame = frame.assign(_rank=[order[name] for name in frame["source"]], _id=frame.index)
    return frame.sort_values(["_rank", "_id"], kind="stable").drop(columns=["_rank", "_id"]).set_geometry("geometry")


def _groups(pairs: Sequence[Pair], source: npt.NDArray[np.int64]) -> list[list[int]]:
    """Return the rows of every facility, the most trusted first; at most one row of each source in a group.

    Pairs are taken surest first, and only what finds no partner nearby is matched further away.
    """
    group = np.arange(len(source))
    members: dict[int, list[int]] = {row: [row] for row in range(len(source))}
    for pair in pairs:
        one, two = sorted((int(group[pair.first]), int(group[pair.second])))
        if one == two or {*source[members[one]].tolist()} & {*source[members[two]].tolist()}:
            continue
        group[members[two]] = one
        members[one] += members.pop(two)
    return [sorted(rows) for _, rows in sorted(members.items())]


class _Merger:
    """Makes one record of several, and keeps what they disagree about."""

    def __init__(self, frame: gpd.GeoDataFrame, catalogue: Catalogue) -> None:
        self._rows = frame.to_dict("records")
        self._supersedes = catalogue.supersedes
        self.conflicts: list[dict[str, object]] = []

    def row(self, group: Sequence[int]) -> dict[str, object]:
        """Return the record of a facility; `group` holds its rows, the most trusted first."""
        members = [self._rows[number] for number in group]
        head = members[0]
        if len(members) == 1:
            return {**head, "sources": head["source"]}
        away = [float(shapely.distance(head["geometry"], other["geometry"])) for other in members]
        near = [one for one, metres in zip(members, away, strict=True) if metres <= SAME_NAME_M]
        place = min(near, key=lambda one: EVIDENCE[one["entrance_kind"]])  # of equals the most trusted
        known = [one["capacity"] for one in members if not np.isnan(one["capacity"])]
        merged = {
            **head,
            "type": self._type(members),
            "name": next((one["name"] for one in members if one["name"]), ""),
            "capacity": known[0] if known else np.nan,
            "merged": ";".join(
                part
                for one in members
                for part in ([] if one is head else [one["object_id"]]) + one["merged"].split(";")
                if part
            ),
            "sources": ";".join(one["source"] for one in members),
            "attributes": joint_attributes(one["attributes"] for one in members),
            **{name: place[name] for name in ("area_m2", "entrance_kind", "geometry", "entrances")},
        }
        for other, metres in zip(members[1:], away[1:], strict=True):
            self.conflicts += disagreements(merged, other, metres=metres, supersedes=self._supersedes)
        return merged

    def _type(self, members: Sequence[Mapping[str, str]]) -> str:
        """Return the type of the most trusted record; one that knows more (a school's level) goes before."""
        kind = members[0]["type"]
        finer = [one["type"] for one in members[1:] if kind in self._supersedes.get(one["type"], ())]
        return finer[0] if finer else kind


def _apart(records: Records, groups: Sequence[Sequence[int]], *, frame: gpd.GeoDataFrame) -> list[dict[str, object]]:
    """Return what looks like one facility but is kept apart: another type under one name, another name in one place."""
    owner = {row: number for number, group in enumerate(groups) for row in group}
    things = [{records.things[row] for row in group} for group in groups]
    rows = frame.to_dict("records")
    found = []
    for mm, a, b in same_name_across_types(records):
        if records.things[b] in things[owner[a]] or records.things[a] in things[owner[b]]:
            continue  # one thing of two types, matched as the other one
        values = (records.types[a], records.types[b])
        found.append(conflict(rows[a], rows[b], what="type", values=values, metres=mm / 1000, resolution="kept_apart"))
    for a, b in other_names_inside(records):
        if owner[a] != owner[b]:
            values = (rows[a]["name"], rows[b]["name"])
            found.append(conflict(rows[a], rows[b], what="name", values=values, metres=0.0, resolution="kept_apart"))
    return found


def _set_aside(
    table: gpd.GeoDataFrame, complete: Mapping[str, str], *, order: Mapping[str, int]
) -> tuple[gpd.GeoDataFrame, list[dict[str, object]]]:
    """Count what a complete list does not hold in the lenient reading only, where the list is trusted more."""
    lenient = table["lenient"].to_numpy(dtype=bool).copy()
    absent = []
    for number, row in enumerate(table.to_dict("records")):
        whole = complete.get(row["type"])
        if whole is None or whole in row["sources"].split(";") or order[whole] > order[row["source"]]:
            continue
        lenient[number] = True
        values = ("lenient", whole)
        absent.append(conflict(row, {}, what="not_in_list", values=values, metres=np.nan, resolution="lenient_only"))
    return table.assign(lenient=lenient), absent


def _counts(table: gpd.GeoDataFrame, *, lists: gpd.GeoDataFrame, conflicts: pd.DataFrame) -> dict[str, int]:
    several = table["sources"].str.contains(";").to_numpy(dtype=bool)
    mapped = (table["sources"] == OSM).to_numpy(dtype=bool)
    return {
        "listed": len(lists),
        "in_both": int(several.sum()),
        "only_listed": int((~several & ~mapped).sum()),
        "only_osm": int(mapped.sum()),
        "conflicts": len(conflicts),
        "not_in_list": int((conflicts["conflict"] == "not_in_list").sum()),
    }


def _notes(counts: Mapping[str, int], complete: Mapping[str, str]) -> tuple[Note, ...]:
    found = counts["conflicts"]
    notes = [
        Note(
            "facilities.sources",
            f"Facilities from {counts['listed']} rows of lists and from the map: {counts['in_both']} are known to "
            f"several sources and counted once, {counts['only_listed']} stand in a list only, {counts['only_osm']} on "
            "the map only; " + (f"{found} disagreements are listed in conflicts.csv." if found else "none disagree."),
            f"设施来自名单（{counts['listed']} 行）和地图数据：{counts['in_both']} 处为多个来源共有（只计一次），"
            f"{counts['only_listed']} 处仅见于名单，{counts['only_osm']} 处仅见于地图；"
            + (f"{found} 项来源不一致，见 conflicts.csv。" if found else "来源之间没有不一致。"),
        )
    ]
    if counts["not_in_list"]:
        lists = ", ".join(sorted(set(complete.values())))
        notes.append(
            Note(
                "facilities.not_in_list",
                f"{counts['not_in_list']} facilities are not in the list declared complete for their type ({lists}): "
                "they count in the lenient reading only and are listed in conflicts.csv.",
                f"{counts['not_in_list']} 处设施不在已声明为完整的名单（{lists}）中：仅在放宽口径中计入，"
                "并列于 conflicts.csv。",
                warning=True,
            )
        )
    return tuple(notes)
