"""What a scenario changed, as shapes to be drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from lifecircle.model.scenario import (
    AddFacility,
    AddResidences,
    AddStreet,
    CloseGate,
    CloseStreet,
    MoveFacility,
    OpenGate,
    OpenStreet,
    RemoveFacility,
)
from lifecircle.scenario.apply import THINGS, numbered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lifecircle.model.scenario import Scenario
    from lifecircle.pipeline.place import Place
    from lifecircle.pipeline.scenarios.edited import Edited
    from lifecircle.scenario.apply import Numbered
    from lifecircle.scenario.things import Edit

Mark = dict[str, Any]

WAYS = {
    AddStreet: "new_way",
    CloseStreet: "closed_way",
    CloseGate: "closed_way",
    OpenStreet: "opened_way",
    OpenGate: "opened_way",
}


def marks_of(place: Place, edited: Edited, *, scenario: Scenario) -> gpd.GeoDataFrame:
    """Return what the changes of a scenario are drawn as.

    Parameters
    ----------
    place : Place
        As it was.
    edited : Edited
        What `scenario` made of it.
    scenario : Scenario

    Returns
    -------
    GeoDataFrame
        ``mark`` (one of MARKS), ``number`` of the change, ``label``, ``type``, geometry; metric CRS. Ways are lines,
        facilities points, new residences their cells.
    """
    marks = list[Mark]()
    changes = numbered(scenario)
    things = [one for one in changes if isinstance(one.change, THINGS)]
    shapes = dict(zip(place.facilities.index, place.facilities.geometry, strict=True))
    kinds = dict(zip(place.facilities.index, place.facilities["type"], strict=True))
    names = dict(zip(place.facilities.index, place.facilities["name"], strict=True))
    for one, edit in zip(things, edited.edits, strict=True):
        marks += _thing(one, edit, known=(shapes, kinds, names))
    marks += [mark for one in changes for mark in _way(one, edited)]
    homes = edited.place.residences
    for one in changes:
        if isinstance(one.change, AddResidences):
            own = homes.geometry[homes["object_id"] == f"new/{one.number}"]
            marks.append(_mark("new_homes", one, shapely.union_all(own.to_numpy()), label=one.change.name))
    marks.sort(key=lambda mark: int(mark["number"]))
    frame = {name: [mark[name] for mark in marks] for name in ("mark", "number", "label", "type")}
    return gpd.GeoDataFrame(frame, geometry=[mark["geometry"] for mark in marks], crs=place.area.crs)


def _mark(name: str, one: Numbered, shape: Any, *, label: str = "", kind: str = "") -> Mark:  # noqa: ANN401
    return {"mark": name, "number": one.number, "label": label, "type": kind, "geometry": shape}


def _thing(one: Numbered, edit: Edit, *, known: tuple[dict[str, Any], ...]) -> Iterator[Mark]:
    """Yield the marks of a change of facilities, and remember what it made for later changes."""
    shapes, kinds, names = known
    change = one.change
    before = [(name, shapes.pop(name), kinds.pop(name), names.pop(name)) for name in edit.gone]
    for row in edit.come:
        old = next((shape for name, shape, _, _ in before if name == row.like), None)
        shapes[row.facility_id] = old if row.point is None else shapely.Point(row.point)
        kinds[row.facility_id] = row.type
        names[row.facility_id] = next((label for name, _, _, label in before if name == row.like), row.name)
        if isinstance(change, AddFacility):
            yield _mark("added", one, shapes[row.facility_id], label=row.name, kind=row.type)
        elif not isinstance(change, MoveFacility):
            place = shapely.point_on_surface(shapes[row.facility_id])
            yield _mark("changed", one, place, label=names[row.facility_id], kind=row.type)
    for name, shape, kind, label in before:
        place = shapely.point_on_surface(shape)
        if isinstance(change, RemoveFacility):
            yield _mark("removed", one, place, label=label, kind=kind)
        elif isinstance(change, MoveFacility):
            yield _mark("moved_from", one, place, label=label, kind=kind)
            yield _mark("moved_to", one, shapes[name], label=label, kind=kind)


def _way(one: Numbered, edited: Edited) -> Iterator[Mark]:
    """Yield the line of a change of streets; of a gate, its place."""
    own = [edge for edge, number in zip(edited.work.ways, edited.work.numbers, strict=True) if number == one.number]
    if not own or type(one.change) not in WAYS:
        return
    network = edited.work.network
    lines = network.lines(np.array(own, dtype=np.int64))
    shape = shapely.line_merge(shapely.union_all(lines))
    if isinstance(one.change, OpenGate | CloseGate):
        shape = shape.centroid
    yield _mark(WAYS[type(one.change)], one, shape, label=getattr(one.change, "name", ""), kind=one.change.KIND)
