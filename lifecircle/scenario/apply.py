"""A scenario made on a place: edited nouns, or every reason why not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    RetypeFacility,
    SetCapacity,
    SetProfile,
)
from lifecircle.model.travel import SNAP_REASONS
from lifecircle.network.draft import Draft
from lifecircle.network.impedance import walkable_edges
from lifecircle.network.snapping import entrance_points, snap_points
from lifecircle.scenario.gates import close_gate, open_gate
from lifecircle.scenario.ground import Refusal, RefusedError
from lifecircle.scenario.new_street import add_street
from lifecircle.scenario.newcomers import new_residences, with_newcomers
from lifecircle.scenario.streets import close_street, open_street
from lifecircle.scenario.things import Edit, Shelf, facility_edit, with_edits
from lifecircle.scenario.ways import Work, nearest_edge

if TYPE_CHECKING:
    from lifecircle.model.scenario import Change, Scenario
    from lifecircle.scenario.ground import Floats, Ground

STREETS: dict[type, Callable[..., Work]] = {
    AddStreet: add_street,
    CloseStreet: close_street,
    OpenStreet: open_street,
    OpenGate: open_gate,
    CloseGate: close_gate,
}
THINGS = (AddFacility, RemoveFacility, MoveFacility, RetypeFacility, SetCapacity)

WHY = {
    "too_far": "no street that can be walked lies within {metres:g} m of it: choose a place nearer to one, or add a "
    "street",
    "water_or_rail": "it lies in the sea, in water or cut off by water or a railway: every way to a street within "
    "{metres:g} m crosses some; choose a place on the land of a street",
    "no_network": "the study has no street that can be walked",
}


@dataclass(frozen=True, slots=True, eq=False)
class Numbered:
    """One change and its place in the scenario, from 1."""

    number: int
    change: Change


def numbered(scenario: Scenario, *, first: int = 1) -> list[Numbered]:
    """Return the changes of a scenario with their numbers."""
    return [Numbered(number, change) for number, change in enumerate(scenario.changes, start=first)]


def make_streets(ground: Ground, changes: Sequence[Numbered]) -> tuple[Work, list[Refusal]]:
    """Make the changes of streets and gates, in their order; others are passed over.

    Returns
    -------
    work : Work
        The network as it comes out, and how it came about.
    refusals : list of Refusal
        Changes that cannot be made; the others were.
    """
    work, refusals = Work(Draft(ground.network), ground.objects), list[Refusal]()
    for one in changes:
        make = STREETS.get(type(one.change))
        if make is not None:
            with _collecting(one, refusals):
                work = make(work, one.change, ground=ground).numbered(one.number)
    return work, refusals


def make_facilities(ground: Ground, changes: Sequence[Numbered]) -> tuple[Ground, list[Edit], list[Refusal]]:
    """Make the changes of facilities, in their order; others are passed over."""
    shelf, edits, refusals = Shelf(ground.facilities.table), list[Edit](), list[Refusal]()
    for one in changes:
        if isinstance(one.change, THINGS):
            with _collecting(one, refusals):
                edit = facility_edit(one.change, number=one.number, ground=ground, shelf=shelf)
                shelf.edit(edit)
                edits.append(edit)
                _check_leg(ground, edit)
    return with_edits(ground, edits), edits, refusals


def make_residences(ground: Ground, changes: Sequence[Numbered]) -> tuple[Ground, list[Refusal]]:
    """Make the changes of residences; others are passed over."""
    added, refusals = list[tuple[AddResidences, gpd.GeoDataFrame]](), list[Refusal]()
    for one in changes:
        if isinstance(one.change, AddResidences):
            with _collecting(one, refusals):
                frame = new_residences(one.change, number=one.number, ground=ground)
                added.append((one.change, frame))
                reasons = unjoined(ground, frame)
                if len(reasons) == len(frame):
                    raise RefusedError(reasons[0])
    return with_newcomers(ground, added), refusals


def check_profiles(changes: Sequence[Numbered], known: Sequence[str]) -> list[Refusal]:
    """Refuse walkers that are not known."""
    return [
        Refusal(one.number, one.change, f"unknown profile {one.change.profile!r}; valid: {', '.join(known)}")
        for one in changes
        if isinstance(one.change, SetProfile) and one.change.profile not in known
    ]


def unjoined(ground: Ground, rows: gpd.GeoDataFrame) -> list[str]:
    """Return the reason of each row whose entrances have no admissible leg."""
    owner, xy = entrance_points(rows["entrances"])
    walker = ground.walker
    snapped = snap_points(
        (owner, xy),
        ground.network,
        usable=walkable_edges(ground.network, profile=walker.profile, private=walker.private),
        barriers=ground.barriers,
        max_access_m=walker.max_access_m,
    )
    lost = np.setdiff1d(np.arange(len(rows)), snapped.owner[snapped.edge >= 0])
    first = np.searchsorted(snapped.owner, lost)
    return [why_unjoined(ground, xy[row], reason=SNAP_REASONS[int(snapped.reason[row])]) for row in first]


def why_unjoined(ground: Ground, xy: Floats, *, reason: str) -> str:
    """Return why a place (2,) has no leg, with the remedy."""
    text = WHY[reason].format(metres=ground.walker.max_access_m)
    network, walker = ground.network, ground.walker
    open_ = walkable_edges(network, profile=walker.profile, private=walker.private) & ~network.island
    if reason != "too_far" or not open_.any():
        return text
    edge, away = nearest_edge(network, xy, among=np.flatnonzero(open_))
    line = shapely.shortest_line(shapely.Point(xy), network.lines(np.array([edge]))[0])
    wet = shapely.intersects(ground.barriers.hard, line).any()
    between = ", and water or a railway lies between: is it in the sea?" if wet else ""
    return f"{text} (the nearest is {away:.0f} m away{between})"


def _check_leg(ground: Ground, edit: Edit) -> None:
    """Refuse a facility that nobody can walk to."""
    points = sorted({row.point for row in edit.come if row.point is not None})
    if points:
        doors = gpd.GeoSeries([shapely.MultiPoint([point]) for point in points], crs=ground.area.crs)
        for reason in unjoined(ground, gpd.GeoDataFrame({"entrances": doors})):
            raise RefusedError(reason)


@contextmanager
def _collecting(one: Numbered, refusals: list[Refusal]) -> Iterator[None]:
    """Turn a change that cannot be made into one more refusal."""
    try:
        yield
    except RefusedError as error:
        refusals.append(Refusal(one.number, one.change, str(error)))
