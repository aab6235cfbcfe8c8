"""Facilities that come, go, move, or become something else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lifecircle.model.scenario import AddFacility, MoveFacility, RemoveFacility, RetypeFacility, SetCapacity
from lifecircle.model.tables import FacilityTable, check_facilities
from lifecircle.scenario.ground import RefusedError, hint

if TYPE_CHECKING:
    from collections.abc import Callable

    from lifecircle.scenario.ground import Ground

SOURCE = "scenario"
SHOWN = 4

ThingChange = AddFacility | RemoveFacility | MoveFacility | RetypeFacility | SetCapacity


@dataclass(frozen=True, slots=True)
class Edit:
    """What one change does to the table of facilities: rows that go, then rows that come.

    Attributes
    ----------
    gone : tuple of str
        Facility ids.
    come : tuple of Row
    """

    gone: tuple[str, ...] = ()
    come: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One facility as it is to be.

    Attributes
    ----------
    like : str
        The facility whose other columns it keeps, "" for a new one.
    point : (x, y) or None
        Metres; None keeps shape and entrances.
    """

    object_id: str
    type: str
    like: str = ""
    name: str = ""
    capacity: float = float("nan")
    point: tuple[float, float] | None = None

    @property
    def facility_id(self) -> str:
        """Return object and type."""
        return f"{self.object_id}:{self.type}"


class Shelf:
    """The facilities that are there, by id, while changes are looked at.

    Parameters
    ----------
    table : FacilityTable
    """

    def __init__(self, table: FacilityTable) -> None:
        self._object = dict(zip(table.index, table["object_id"].astype(str), strict=True))
        self._type = dict(zip(table.index, table["type"].astype(str), strict=True))
        self._own: dict[str, list[str]] = {}
        for name, thing in self._object.items():
            self._own.setdefault(thing, []).append(name)

    def __contains__(self, name: str) -> bool:
        """Say whether there is a facility of this id."""
        return name in self._object

    def type_of(self, name: str) -> str:
        """Return the type of a facility."""
        return self._type[name]

    def object_of(self, name: str) -> str:
        """Return the object id of a facility."""
        return self._object[name]

    def named(self, given: str) -> tuple[str, ...]:
        """Return the facilities that an id of a facility or an object means, sorted (RefusedError for none)."""
        if given in self._object:
            return (given,)
        if self._own.get(given):
            return tuple(sorted(self._own[given]))
        known = [*self._object, *self._own]
        raise RefusedError(f"there is no facility {given!r}{hint(str(given), known)}: give a facility_id or object_id")

    def one(self, given: str) -> str:
        """Return the one facility that an id means (RefusedError for none or several)."""
        found = self.named(given)
        if len(found) > 1:
            raise RefusedError(f"{given} is several facilities ({', '.join(found[:SHOWN])}): give one facility_id")
        return found[0]

    def edit(self, edit: Edit) -> tuple[Row, ...]:
        """Follow an edit and return what is needed to take it back."""
        gone = tuple(Row(self._object[name], self._type[name]) for name in edit.gone)
        self._swap(gone, edit.come)
        return gone

    def take_back(self, edit: Edit, gone: tuple[Row, ...]) -> None:
        """Go back to before an edit; `gone` is what `edit` returned."""
        self._swap(edit.come, gone)

    def _swap(self, gone: tuple[Row, ...], come: tuple[Row, ...]) -> None:
        for row in gone:
            del self._object[row.facility_id], self._type[row.facility_id]
            self._own[row.object_id].remove(row.facility_id)
        for row in come:
            self._object[row.facility_id], self._type[row.facility_id] = row.object_id, row.type
            self._own.setdefault(row.object_id, []).append(row.facility_id)


def facility_edit(change: ThingChange, *, number: int, ground: Ground, shelf: Shelf) -> Edit:
    """Return what `change`, the `number`-th of its scenario, does to the facilities that are on the shelf.

    Raises
    ------
    RefusedError
        For an unknown type or id, an id that is taken, a capacity of 0 or less, a place off the study.
    """
    match change:
        case AddFacility():
            return _addition(change, number=number, ground=ground, shelf=shelf)
        case RemoveFacility():
            return Edit(gone=shelf.named(change.id))
        case MoveFacility():
            x, y = ground.metres([(change.lon, change.lat)])[0].tolist()
            found = shelf.named(change.id)
            return Edit(
                gone=found,
                come=tuple(Row(shelf.object_of(name), shelf.type_of(name), like=name, point=(x, y)) for name in found),
            )
        case RetypeFacility():
            name = shelf.one(change.id)
            _check_type(change.type, ground)
            if change.type == shelf.type_of(name):
                raise RefusedError(f"{name} is a {change.type} already: nothing to change")
            row = Row(shelf.object_of(name), change.type, like=name)
            if row.facility_id in shelf:
                raise RefusedError(f"{row.facility_id} is there already: remove {name} instead")
            return Edit(gone=(name,), come=(row,))
        case SetCapacity():
            name = shelf.one(change.id)
            capacity = _capacity(change.capacity)
            return Edit(
                gone=(name,), come=(Row(shelf.object_of(name), shelf.type_of(name), like=name, capacity=capacity),)
            )


def _addition(change: AddFacility, *, number: int, ground: Ground, shelf: Shelf) -> Edit:
    capacity = change.capacity
    _, known, xy = _passed(
        lambda: _check_type(change.type, ground),
        lambda: float("nan") if capacity is None else _capacity(capacity),
        lambda: ground.metres([(change.lon, change.lat)])[0],
    )
    thing = str(change.id) if change.id else f"new/{number}"
    row = Row(thing, change.type, "", change.name, known, tuple(xy.tolist()))
    if row.facility_id in shelf:
        raise RefusedError(f"facility {row.facility_id!r} is there already: give it another id")
    return Edit(come=(row,))


def _passed(*checks: Callable[[], Any]) -> list[Any]:
    """Return what each check returns (RefusedError with the reasons of all that fail)."""
    found, reasons = [], []
    for check in checks:
        try:
            found.append(check())
        except RefusedError as error:
            reasons.append(str(error))
    if reasons:
        raise RefusedError("; ".join(reasons))
    return found


def _check_type(kind: str, ground: Ground) -> None:
    known = ground.catalogue.types
    if kind not in known:
        raise RefusedError(f"unknown facility type {kind!r}{hint(str(kind), known)}")


def _capacity(capacity: float) -> float:
    if not 0 < float(capacity) < float("inf"):
        raise RefusedError(f"capacity is {capacity:g}: it must be above 0")
    return float(capacity)


def edited_table(table: FacilityTable, edits: list[Edit]) -> FacilityTable:
    """Return the facilities after `edits`, sorted by id."""
    for edit in edits:
        rows = [_as_table(table, row) for row in edit.come]
        kept = table.drop(index=list(edit.gone))
        frame = pd.concat([kept, *rows]) if rows else kept
        table = gpd.GeoDataFrame(frame, geometry="geometry", crs=table.crs)
    return check_facilities(table.sort_index()) if edits else table


def _as_table(table: FacilityTable, row: Row) -> gpd.GeoDataFrame:
    """Return one row as a table of the same columns."""
    values = dict(table.loc[row.like]) if row.like else _blank(table)
    values |= {"object_id": row.object_id, "type": row.type}
    if not row.like:
        values["name"] = row.name
    if not row.like or row.capacity == row.capacity:  # not NaN
        values["capacity"] = row.capacity
    if row.point is not None:
        point = shapely.Point(row.point)
        values |= {"area_m2": 0.0, "entrance_kind": "point", "geometry": point}
        values["entrances"] = shapely.MultiPoint([point])
    columns = {}
    for name in table.columns:
        cell = np.empty(1, dtype=object)
        cell[0] = values[name]
        columns[name] = pd.Series(cell, index=[row.facility_id]).astype(
            table[name].dtype if name != "geometry" else object
        )
    frame = pd.DataFrame(columns, index=pd.Index([row.facility_id], name="facility_id"))
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=table.crs)


def _blank(table: FacilityTable) -> dict[str, object]:
    """Return an empty row: no text, nothing merged, unknown numbers."""
    empty: dict[str, object] = {}
    for name, kind in table.dtypes.items():
        empty[str(name)] = "" if kind.kind in "OSU" else False if kind.kind == "b" else float("nan")
    return {**empty, "source": SOURCE, "lenient": False, **({"sources": SOURCE} if "sources" in empty else {})}


def with_edits(ground: Ground, edits: list[Edit]) -> Ground:
    """Return the ground with its facilities edited and counted."""
    if not edits:
        return ground
    facilities, loaded = ground.facilities, dict(ground.facilities.loaded_counts)
    table = edited_table(facilities.table, edits)
    shelf = Shelf(facilities.table)
    for edit in edits:
        for name in edit.gone:
            loaded[shelf.type_of(name)] -= 1
        for row in edit.come:
            loaded[row.type] = loaded.get(row.type, 0) + 1
        shelf.edit(edit)
    counts = {**facilities.counts, "kept": len(table)}
    return replace(ground, facilities=replace(facilities, table=table, counts=counts, loaded_counts=loaded))
