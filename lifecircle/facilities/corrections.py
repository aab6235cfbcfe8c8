"""Corrections of a field check, applied to the facility table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from lifecircle.errors import SchemaError
from lifecircle.model.area import WGS84
from lifecircle.model.catalogue import Catalogue
from lifecircle.model.field_check import ACTIONS, Correction
from lifecircle.model.provenance import Note
from lifecircle.model.tables import FacilityTable, check_facilities

SHOWN = 5


@dataclass(frozen=True, slots=True, eq=False)
class Corrected:
    """A facility table after a field check.

    Attributes
    ----------
    table : FacilityTable
    counts : Mapping[str, int]
        Answers applied, by action; ``stale``: rows that name a facility that is not there (any more).
    confirmed : frozenset of str
        Ids of facilities that were found as mapped.
    notes : tuple of Note
    """

    table: FacilityTable
    counts: Mapping[str, int]
    confirmed: frozenset[str]
    notes: tuple[Note, ...]

    def __post_init__(self) -> None:
        """Make the mapping read-only."""
        object.__setattr__(self, "counts", MappingProxyType(dict(self.counts)))


def apply_corrections(
    table: FacilityTable, corrections: Sequence[Correction], *, catalogue: Catalogue, reach: BaseGeometry
) -> Corrected:
    """Apply the answers of a field check, in the order of their rows.

    Parameters
    ----------
    table : FacilityTable
        Not changed.
    corrections : sequence of Correction
        At most one per facility and action. ``drop`` removes a facility of one type (the same object may be of
        others); ``retype`` and ``move`` keep everything else; ``add`` makes a point; ``confirm`` changes nothing.
    catalogue : Catalogue
    reach : (Multi)Polygon
        In the table's CRS; no facility is moved or added outside.

    Returns
    -------
    Corrected
        Sorted by ``facility_id``. A moved facility is entered at its new point.

    Raises
    ------
    SchemaError
        With the row: a type that the catalogue does not know, two answers that contradict each other, a new
        type that the object has already, a new place outside the reach.
    """
    _check(corrections, catalogue=catalogue)
    _check_places(corrections, table=table, reach=reach)
    missing = {one.row for one in corrections if one.facility_id and one.facility_id not in table.index}
    used = [one for one in corrections if one.row not in missing]
    by_action = {action: [one for one in used if one.action == action] for action in ACTIONS}
    result = _moved(table, by_action["move"])
    result = result[~result.index.isin([one.facility_id for one in by_action["drop"]])]
    result = _added(_retyped(result, by_action["retype"]), by_action["add"])
    counts = {action: len(found) for action, found in by_action.items()} | {"stale": len(missing)}
    source = next((one.source for one in corrections), "")
    stale = [one for one in corrections if one.row in missing]
    return Corrected(
        check_facilities(result.sort_index()),
        counts,
        frozenset(one.facility_id for one in by_action["confirm"] if one.facility_id),
        _notes(counts, source, stale=stale),
    )


def _check(corrections: Sequence[Correction], *, catalogue: Catalogue) -> None:
    said: dict[str, list[Correction]] = {}
    for one in corrections:
        if one.type and one.type not in catalogue.types:
            raise SchemaError(f"{one.source}, row {one.row}: unknown facility type {one.type!r}")
        if not one.facility_id:
            continue
        before = said.setdefault(one.facility_id, [])
        other = next((two for two in before if {one.action, two.action} != {"retype", "move"}), None)
        if other is not None:
            raise SchemaError(
                f"{one.source}, rows {other.row} and {one.row}: two answers about {one.facility_id} "
                f"({other.action}, {one.action}): keep one"
            )
        before.append(one)


def _check_places(corrections: Sequence[Correction], *, table: FacilityTable, reach: BaseGeometry) -> None:
    placed = [one for one in corrections if one.lon is not None]
    outside = ~shapely.intersects(reach, _points(placed, table=table).to_numpy())
    if outside.any():
        far = [one for one, out in zip(placed, outside, strict=True) if out]
        shown = "; ".join(f"row {one.row}: {one.lon:g}, {one.lat:g}" for one in far[:SHOWN])
        raise SchemaError(
            f"{far[0].source}: {len(far)} new places lie outside the study's reach ({shown}): longitude comes first, "
            "in WGS-84 degrees (state another datum as corrections: {file, datum})"
        )


def _points(corrections: Sequence[Correction], *, table: FacilityTable) -> gpd.GeoSeries:
    lonlat = gpd.points_from_xy([one.lon for one in corrections], [one.lat for one in corrections], crs=WGS84)
    return gpd.GeoSeries(lonlat).to_crs(table.crs)


def _doors(points: gpd.GeoSeries) -> pd.Series:
    doors = np.empty(len(points), dtype=object)
    doors[:] = [shapely.MultiPoint([point]) for point in points]
    return pd.Series(doors)


def _moved(table: FacilityTable, moves: Sequence[Correction]) -> FacilityTable:
    if not moves:
        return table
    points = _points(moves, table=table)
    rows = table.index.get_indexer([one.facility_id for one in moves])
    columns = {name: table[name].to_numpy(copy=True) for name in ("area_m2", "entrance_kind", "entrances")}
    shapes = np.array(table.geometry.to_numpy(), dtype=object)
    columns["area_m2"][rows], columns["entrance_kind"][rows] = 0.0, "point"
    columns["entrances"][rows], shapes[rows] = _doors(points).to_numpy(), points.to_numpy()
    return table.assign(**columns).set_geometry(gpd.GeoSeries(shapes, index=table.index, crs=table.crs))


def _retyped(table: FacilityTable, retypes: Sequence[Correction]) -> FacilityTable:
    kinds = table["type"].to_numpy(copy=True)
    names = table["name"].to_numpy(copy=True)
    ids = table.index.to_numpy(copy=True)
    for one, row in zip(retypes, table.index.get_indexer([one.facility_id for one in retypes]), strict=True):
        kinds[row], ids[row] = one.type, f"{table['object_id'].iloc[row]}:{one.type}"
        names[row] = one.name or names[row]
        if (ids == ids[row]).sum() > 1:
            raise SchemaError(
                f"{one.source}, row {one.row}: {one.facility_id} is a {one.type} already: answer drop instead of retype"
            )
    return table.assign(type=kinds, name=names).set_axis(pd.Index(ids, name="facility_id"))


def _added(table: FacilityTable, additions: Sequence[Correction]) -> FacilityTable:
    if not additions:
        return table
    points = _points(additions, table=table)
    things = [f"{PurePath(one.source).stem}/{one.row}" for one in additions]
    rows = gpd.GeoDataFrame(
        {
            **{name: np.full(len(additions), "", dtype=object) for name in table.columns if name != "geometry"},
            "object_id": things,
            "type": [one.type for one in additions],
            "name": [one.name for one in additions],
            "capacity": np.nan,
            "source": [one.source for one in additions],
            "lenient": False,
            "area_m2": 0.0,
            "entrance_kind": "point",
            "entrances": _doors(points),
        },
        geometry=points.to_numpy(),
        crs=table.crs,
    )
    if "sources" in table:
        rows = rows.assign(sources=rows["source"])
    rows.index = pd.Index(rows["object_id"] + ":" + rows["type"], name="facility_id")
    return gpd.GeoDataFrame(pd.concat([table, rows[table.columns]]), geometry="geometry", crs=table.crs)


def _notes(counts: Mapping[str, int], source: str, *, stale: Sequence[Correction]) -> tuple[Note, ...]:
    notes = [
        Note(
            "corrections.applied",
            f"{source}: {counts['drop']} facilities dropped, {counts['retype']} retyped, {counts['move']} moved, "
            f"{counts['add']} added, {counts['confirm']} confirmed.",
            f"{source}：删除设施 {counts['drop']} 处，更正类型 {counts['retype']} 处，移位 {counts['move']} 处，"
            f"新增 {counts['add']} 处，确认 {counts['confirm']} 项。",
        )
    ]
    if stale:
        named = ", ".join(f"{one.facility_id} (row {one.row})" for one in stale[:SHOWN])
        named_zh = "、".join(f"{one.facility_id}（第 {one.row} 行）" for one in stale[:SHOWN])
        notes.append(
            Note(
                "corrections.stale",
                f"{source}: {len(stale)} rows name a facility that is not in the data (any more) and were not applied: "
                f"{named}.",
                f"{source}：{len(stale)} 行所指设施不在（或已不在）数据中，未采用：{named_zh}。",
                warning=True,
            )
        )
    return tuple(notes)
