"""A place after a scenario: the same study, on edited data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from lifecircle.config.load import load_profiles
from lifecircle.errors import ConfigError
from lifecircle.facilities.prepare import prepare_facilities
from lifecircle.model.provenance import Note
from lifecircle.model.scenario import Scenario, SetProfile
from lifecircle.network.barriers import find_barriers
from lifecircle.pipeline.lists.facility_sources import study_facilities
from lifecircle.pipeline.people import origin_request
from lifecircle.pipeline.place import prepare_place, study_area
from lifecircle.pipeline.question import Overrides, asked_instead
from lifecircle.pipeline.searches import with_facilities
from lifecircle.pipeline.standards import audit_weight
from lifecircle.residences.prepare import prepare_residences
from lifecircle.scenario.apply import (
    Numbered,
    check_profiles,
    make_facilities,
    make_residences,
    make_streets,
    numbered,
)
from lifecircle.scenario.ground import Ground, Lens, Walker

if TYPE_CHECKING:
    import numpy.typing as npt

    from lifecircle.pipeline.place import Place
    from lifecircle.scenario.ground import Refusal
    from lifecircle.scenario.things import Edit
    from lifecircle.scenario.ways import Work

# A facility or an estate this near to a way that is new, closed or opened may be entered elsewhere now.
ENTERED_M = 30.0
SCENARIO = "scenario"  # code of the note on a place that a scenario has changed


@dataclass(frozen=True, slots=True, eq=False)
class Edited:
    """A place after a scenario, and what was done to it.

    Attributes
    ----------
    place : Place
    work : Work
        The streets.
    edits : tuple of Edit
        The facilities.
    entered_anew : bool
        Entrances of facilities and estates were sought again, because ways near them have changed.
    """

    place: Place
    work: Work
    edits: tuple[Edit, ...]
    entered_anew: bool


def edited_place(place: Place, scenario: Scenario, *, where: Sequence[str] = ()) -> Edited:
    """Make a scenario on a place.

    Parameters
    ----------
    place : Place
        Not changed.
    scenario : Scenario
        Its walker first, then its streets and gates, then facilities, then residences; each kind in its own order.
    where : sequence of str
        Where each change is written, for messages.

    Returns
    -------
    Edited
        Of the empty scenario, with the place itself.

    Raises
    ------
    ConfigError
        With every change that cannot be made, its number and the reason.
    """
    changes = numbered(scenario)
    refusals = check_profiles(changes, sorted(load_profiles()))
    base = place if refusals else with_profile(place, changes)
    ground = ground_of(base)
    work, more = make_streets(ground, changes)
    refusals += more
    street_place, anew = with_streets(base, work)
    ground = ground_of(street_place)
    ground, edits, more = make_facilities(ground, changes)
    refusals += more
    ground, more = make_residences(ground, changes)
    refusals += more
    if refusals:
        raise ConfigError(refused_text(refusals, total=len(changes), where=where))
    if not changes:
        return Edited(place, work, (), entered_anew=False)
    changed = replace(
        street_place,
        facility_set=ground.facilities,
        residence_set=ground.residences,
        field_check=None,  # what the audit without its corrections would say is the baseline's to tell
        notes=(scenario_note(scenario), *street_place.notes),
    )
    _keep_joined(place, changed)
    return Edited(changed, work, tuple(edits), anew)


def scenario_note(scenario: Scenario) -> Note:
    """Say that a result is that of a scenario."""
    named = f" {scenario.name!r}" if scenario.name else ""
    zh = f"“{scenario.name}”" if scenario.name else ""
    return Note(
        SCENARIO,
        f"What-if: this is the place after the scenario{named} of {len(scenario)} changes (id {scenario.id[:12]}), not "
        "as it is.",
        f"情景推演：此为执行情景{zh}（共 {len(scenario)} 项变更，编号 {scenario.id[:12]}）之后的结果，并非现状。",
    )


def _keep_joined(place: Place, changed: Place) -> None:
    """Hand on the legs of residences where neither streets nor residences are others."""
    same = changed.network is place.network and changed.residence_set is place.residence_set
    if same and changed.question is place.question and "joined" in vars(place):
        joined = with_facilities(
            place.joined, changed.facilities, barriers=changed.barriers, profile=changed.question.profile
        )
        vars(changed)["joined"] = joined  # where the cached property keeps it


def refused_text(refusals: Sequence[Refusal], *, total: int, where: Sequence[str] = ()) -> str:
    """Return every refusal, one a line, in the order of the changes."""
    ordered = sorted(refusals, key=lambda one: one.number)
    lines = [f"{where[one.number - 1]}: {one}" if where else str(one) for one in ordered]
    return "\n".join([f"{len(lines)} of {total} changes cannot be made, so none was:", *lines])


def ground_of(place: Place) -> Ground:
    """Return what a scenario can change of a place."""
    question = place.question
    return Ground(
        place.area,
        question.catalogue,
        place.network,
        place.barriers,
        place.objects,
        place.facility_set,
        place.residence_set,
        place.communities,
        Walker(question.profile, question.walk.private, question.walk.max_access_m, question.walk.hindrances),
        audit_weight(place),
        Lens(place.area),
    )


def with_profile(place: Place, changes: Sequence[Numbered]) -> Place:
    """Return the place prepared for the walker that the changes ask for last, the place itself where none does."""
    asked = [one.change.profile for one in changes if isinstance(one.change, SetProfile)]
    if not asked:
        return place
    if any(note.code == SCENARIO for note in place.notes):
        raise ConfigError(
            "set_profile: this place is the result of a scenario already: combine the two scenarios and start from the "
            "place as it is"
        )
    study, question = asked_instead(place.study, Overrides(profile=asked[-1]))
    inputs = place.inputs
    area = study_area(study, question, boundary=inputs.boundary, extent=inputs.extent)
    return prepare_place(study, question, inputs=inputs, area=area)


def with_streets(place: Place, work: Work) -> tuple[Place, bool]:
    """Return the place with other streets, and whether entrances were sought again."""
    if work.network is place.network and not work.told:
        return place, False
    objects = work.told_objects
    moved = replace(place, network=work.network, objects=objects)
    if work.ways or work.told:
        moved = replace(moved, barriers=find_barriers(objects, work.network))
    if not enters_elsewhere(place, work):
        return moved, False
    question, area = place.question, place.area
    mapped = prepare_facilities(objects, catalogue=question.catalogue, network=work.network, reach=area.reach)
    used, _ = study_facilities(mapped, place.inputs, study=place.study, catalogue=question.catalogue, area=area)
    moved = replace(moved, facility_set=used)
    if place.residences["kind"].iloc[0] != "estate_gate":
        return moved, True
    request = origin_request(
        place.study.origin,
        question.standard,
        population=place.inputs.population,
        communities=place.communities,
        area=area,
    )
    residences = prepare_residences(objects, area=area, network=work.network, request=request)
    return replace(moved, residence_set=residences), True


def enters_elsewhere(place: Place, work: Work) -> bool:
    """Say whether a facility or an estate may be entered elsewhere, because of ways that are new, closed or opened."""
    if work.told:
        return True
    if not work.ways:
        return False
    lines = work.network.lines(np.unique(np.array(work.ways, dtype=np.int64)))
    return bool(len(shapely.STRtree(entered_shapes(place)).query(lines, predicate="dwithin", distance=ENTERED_M)[0]))


def entered_shapes(place: Place) -> npt.NDArray[np.object_]:
    """Return the areas of which the ways in depend on the streets: facilities with all their parts, estates."""
    shapes = [_areas(place.facilities.geometry.to_numpy())]
    merged = sorted({part for text in place.facilities["merged"] if text for part in text.split(";")})
    shapes.append(_areas(place.objects.geometry.reindex(merged).dropna().to_numpy()))
    if place.residences["kind"].iloc[0] == "estate_gate":
        shapes.append(_areas(place.residences.geometry.to_numpy()))
    return np.concatenate(shapes)


def _areas(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    return shapes[shapely.get_dimensions(shapes) == 2]
