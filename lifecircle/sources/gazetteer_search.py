"""Candidates for a name or an address from the gazetteer, scored; deciding between them is done elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from lifecircle.sources.addresses import Address, area_marks, contradict, parse_address, split_areas
from lifecircle.sources.gazetteer import Entry, Gazetteer
from lifecircle.sources.name_likeness import comparable, folded, likeness
from lifecircle.sources.street_index import Stretch

WITHOUT_AREAS: Final = 1.0  # equal only without the town at the front of the name
OTHER_AREA: Final = 25.0  # the town stated and the town mapped differ
_FUZZY_LIMIT: Final = 8
_FUZZY_FLOOR: Final = 70.0
_NUMBER_DOUBT: Final = {"number": 0.0, "beside": 2.0, "between": 4.0, "beyond": 6.0, "street": 10.0}
_CROSSING_M: Final = 60.0
_BUILDING_REACH_M: Final = 250.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """One place that a query may mean; metric coordinates of the gazetteer.

    Attributes
    ----------
    label : str
        What was matched, as mapped.
    object_id : str
        "" where the place is inferred or comes from a service.
    level : str
        ``name``, ``place``, ``number``, ``beside``, ``between``, ``beyond``, ``crossing``, ``street``,
        ``inside`` (of something named); or a service's.
    x, y : float
    score : float
        0 to 100: how sure the match of the words is.
    certainty : float
        The score before doubts about the number: what different streets are compared by.
    within_m : float
        How far off the place may be.
    source : str
        ``offline`` or a service.
    """

    label: str
    object_id: str
    level: str
    x: float
    y: float
    score: float
    certainty: float
    within_m: float
    source: str = "offline"


class GazetteerSearch:
    """Looks words up in a gazetteer; the lists for fuzzy search are made when first needed."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer

    @cached_property
    def _name_forms(self) -> list[str]:
        return list(self.gazetteer.names)

    @cached_property
    def _street_forms(self) -> list[str]:
        return list(self.gazetteer.streets)

    def by_name(self, text: str) -> list[Candidate]:
        """Return candidates for the name of a thing, best first."""
        plain = comparable(text)
        areas, rest = split_areas(plain)
        wanted = area_marks(areas[0], areas[1], district=areas[2])
        found: dict[str, Candidate] = {}
        for form, score in self._name_matches(plain, rest):
            for entry in self.gazetteer.names[form]:
                doubt = OTHER_AREA if contradict(wanted, entry.areas) else 0.0
                candidate = _named(entry, max(0.0, score - doubt))
                if entry.object_id not in found or candidate.score > found[entry.object_id].score:
                    found[entry.object_id] = candidate
        return _ranked(list(found.values()))

    def _name_matches(self, plain: str, rest: str) -> list[tuple[str, float]]:
        exact = {plain: 100.0, folded(plain): 100.0} | ({rest: 100.0 - WITHOUT_AREAS} if rest and rest != plain else {})
        found = [(form, score) for form, score in exact.items() if form in self.gazetteer.names]
        return found or self._alike(rest or plain, self._name_forms)

    @staticmethod
    def _alike(form: str, forms: list[str]) -> list[tuple[str, float]]:
        from rapidfuzz import fuzz, process

        near = process.extract(form, forms, scorer=fuzz.ratio, score_cutoff=_FUZZY_FLOOR, limit=_FUZZY_LIMIT)
        scored = [(other, likeness(form, other).score) for other, _, _ in near]
        return [(other, score) for other, score in scored if score >= _FUZZY_FLOOR]

    def parse(self, text: str) -> Address:
        """Take an address apart with the help of the known streets."""
        return parse_address(text, streets=self.gazetteer.street_names)

    def by_address(self, address: Address) -> list[Candidate]:
        """Return candidates for an address, best first: house numbers, crossings, streets, estates, communities."""
        if address.crossing:
            return self._crossing(address)
        found = [
            candidate
            for form, score in self._street_matches(address.street)
            for stretch in self.gazetteer.streets[form]
            for candidate in [self._on_street(stretch, address, score=score)]
        ]
        if not found or address.number is None:
            named = [word for word in (address.rest, address.community) if word]
            found = [*found, *(candidate for word in named for candidate in self.inside(word))]
        return _ranked(found)

    def inside(self, text: str) -> list[Candidate]:
        """Return candidates for an address that is the name of an estate or a landmark: the place lies inside it."""
        return [replace(found, level="inside") if found.level == "name" else found for found in self.by_name(text)]

    def _street_matches(self, street: str) -> list[tuple[str, float]]:
        if not street:
            return []
        form = folded(street)
        return [(form, 100.0)] if form in self.gazetteer.streets else self._alike(form, self._street_forms)

    def _on_street(self, stretch: Stretch, address: Address, *, score: float) -> Candidate:
        place = stretch.within(address.areas).locate(address.number)
        certainty = max(0.0, score - (OTHER_AREA if contradict(address.areas, stretch.areas) else 0.0))
        number = "" if address.number is None else f" {address.number.main}{address.number.extra}"
        candidate = Candidate(
            stretch.name + (number if place.level != "street" else ""),
            place.object_id,
            place.level,
            place.x,
            place.y,
            max(0.0, certainty - (0.0 if address.number is None else _NUMBER_DOUBT[place.level])),
            certainty,
            place.within_m,
        )
        return self._in_building(candidate, address.building) if place.level in ("number", "beside") else candidate

    def _in_building(self, candidate: Candidate, building: str) -> Candidate:
        """Move to the one building of that number near the address, where there is one."""
        near = [
            entry
            for entry in self.gazetteer.names.get(building, ())
            if np.hypot(entry.x - candidate.x, entry.y - candidate.y) <= _BUILDING_REACH_M
        ]
        if len(near) != 1:
            return candidate
        (entry,) = near
        label = f"{candidate.label} {entry.name}"
        return replace(candidate, label=label, object_id=entry.object_id, x=entry.x, y=entry.y, within_m=entry.radius_m)

    def _crossing(self, address: Address) -> list[Candidate]:
        """Return the places where two streets meet."""
        pairs = [
            (one, two, min(first, second))
            for form, first in self._street_matches(address.street)
            for other, second in self._street_matches(address.crossing)
            for one in self.gazetteer.streets[form]
            for two in self.gazetteer.streets[other]
        ]
        return _ranked([found for one, two, score in pairs if (found := _meeting(one, two, score=score))])


def _meeting(one: Stretch, two: Stretch, *, score: float) -> Candidate | None:
    from scipy.spatial import cKDTree

    gap, row = cKDTree(two.vertices).query(one.vertices)
    nearest = int(np.argmin(gap))
    if gap[nearest] > _CROSSING_M:
        return None
    x, y = ((one.vertices[nearest] + two.vertices[row[nearest]]) / 2).tolist()
    at_all = one.vertices[gap <= max(float(gap[nearest]), 1.0)]
    spread = float(np.hypot(at_all[:, 0] - x, at_all[:, 1] - y).max())
    label = f"{one.name} / {two.name}"
    return Candidate(label, "", "crossing", x, y, score, score, max(30.0 + float(gap[nearest]), spread))


def _named(entry: Entry, score: float) -> Candidate:
    level = "place" if entry.kind == "place" else "name"
    return Candidate(entry.name, entry.object_id, level, entry.x, entry.y, score, score, entry.radius_m)


def _ranked(found: Sequence[Candidate]) -> list[Candidate]:
    return sorted(found, key=lambda one: (-one.score, one.within_m, one.object_id, one.label, one.x, one.y))
