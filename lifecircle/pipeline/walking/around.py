"""What a circle or a facility type asks of a walk: searches back from its facilities, and how far each may reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifecircle.config.problems import nearest
from lifecircle.coverage.searches import item_limit, item_mode, walker
from lifecircle.errors import ConfigError
from lifecircle.model.travel import TravelMode, WalkProfile
from lifecircle.travel.ends import ends_of, subset
from lifecircle.travel.field import Field, field_to
from lifecircle.travel.isochrone import rim
from lifecircle.units import MS_PER_MIN, ms_per_mm

if TYPE_CHECKING:
    from lifecircle.model.standard import Circle
    from lifecircle.pipeline.place import Place


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One item: the nearest of some types within a limit.

    Attributes
    ----------
    field : Field
        To the facilities of its types, a little further than `limit`.
    limit : int
        Inclusive, in the field's unit.
    walks : WalkProfile
        Who walks.
    """

    field: Field
    limit: int
    walks: WalkProfile

    def within(self, minutes: float | None) -> int:
        """Return the limit of a band: `minutes`, but never more than the item's own."""
        if minutes is None:
            return self.limit
        band = minutes * MS_PER_MIN
        if self.field.impedance.mode.unit == "mm":
            band /= ms_per_mm(self.walks.speed_kmh)
        return min(self.limit, round(band))


def asked_around(place: Place, around: str | Sequence[str], *, minutes: float | None = None) -> tuple[Asked, ...]:
    """Return the items that must all be met around `around`.

    Parameters
    ----------
    place : Place
    around : str or sequence of str
        A circle of the standard, in the study's reading; or a facility type, or several that serve alike, at the
        study's walker.
    minutes : float, optional
        How far types reach (15 by default); circles keep their own thresholds.

    Returns
    -------
    tuple of Asked

    Raises
    ------
    ConfigError
        If `around` is neither, or a circle is not judged by walking.
    """
    question = place.question
    circles = {circle.id: circle for circle in question.standard.circles}
    names = (around,) if isinstance(around, str) else tuple(around)
    if len(names) == 1 and names[0] in circles:
        return _of_circle(place, circles[names[0]])
    for name in names:
        if name not in question.catalogue.types:
            known = [*circles, *question.catalogue.types] if len(names) == 1 else list(question.catalogue.types)
            raise ConfigError(f"{name!r} is no circle of {question.standard.id} and no type{nearest(name, known)}")
    limit = round((15.0 if minutes is None else minutes) * MS_PER_MIN)
    return (_asked(place, names, mode=TravelMode("ms", question.profile), limit=limit, walks=question.profile),)


def _of_circle(place: Place, circle: Circle) -> tuple[Asked, ...]:
    question = place.question
    found = None if circle.user_layer else circle.rule_for(question.rule)
    if found is None:
        raise ConfigError(f"circle {circle.id!r} is judged from a layer of the user's, not by walking")
    used, rule = found
    if not any(item.plain for item in rule.required):
        raise ConfigError(f"circle {circle.id!r} is not judged by the walk to the nearest: it has no isochrone")
    walks = walker(circle, used, profile=question.profile, profiles=question.profiles)
    return tuple(
        _asked(
            place,
            item.types,
            mode=item_mode(item, walks),
            limit=item_limit(item),
            walks=walks,
            lenient=rule.lenient,
        )
        for item in rule.required
        if item.plain
    )


def _asked(
    place: Place,
    types: tuple[str, ...],
    *,
    mode: TravelMode,
    limit: int,
    walks: WalkProfile,
    lenient: bool = False,
) -> Asked:
    facilities = place.joined.admitted(lenient=lenient)
    assert facilities.type is not None  # noqa: S101  # facilities always carry a type
    impedance = place.joined.impedance(mode)
    entrances = ends_of(facilities.snapped, place.network, impedance=impedance, leaving=False)
    seeds = subset(entrances, np.flatnonzero(np.isin(facilities.type[entrances.owner].astype(str), types)))
    field = field_to(seeds, place.network, impedance=impedance, limit=limit + rim(impedance))
    return Asked(field, limit, walks)
