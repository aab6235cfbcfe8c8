"""Is the best candidate good enough? Accept, or hand over to a person with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

ACCEPTED: Final = "accepted"  # by the rules
CHOSEN: Final = "chosen"  # by a person, in the review file
REVIEW: Final = "review"  # there are candidates, a person must choose
NOT_FOUND: Final = "not_found"  # there is no candidate
GIVEN_UP: Final = "given_up"  # a person says that it cannot be placed
STATUSES: Final = (ACCEPTED, CHOSEN, REVIEW, NOT_FOUND, GIVEN_UP)

SAME_PLACE_M: Final = 100.0
_AGREE_M: Final = 300.0
_DISAGREE: Final = 25.0
_METRES_PER_DEGREE: Final = 111_195.0
_THINGS: Final = ("name",)  # found as an object of their own: their size is no error


@dataclass(frozen=True, slots=True)
class Option:
    """A candidate place, WGS-84 degrees.

    Attributes
    ----------
    label, object_id, level, source : str
        See ``gazetteer_search.Candidate``.
    lon, lat : float
    score, certainty : float
        0 to 100; the second before doubts about a house number.
    within_m : float
        How far off it may be.
    datum : str
        Of the source's own coordinates, before conversion.
    """

    label: str
    object_id: str
    level: str
    lon: float
    lat: float
    score: float
    certainty: float
    within_m: float
    source: str
    datum: str = "wgs84"


@dataclass(frozen=True, slots=True)
class GeocodeRules:
    """When a candidate is accepted without a person.

    Attributes
    ----------
    min_score : float
        0 to 100.
    margin : float
        Lead over the best candidate at another place.
    max_error_m : float
        It must be placed at least this well; things found by name are exempt, being themselves.
    """

    min_score: float = 85.0
    margin: float = 5.0
    max_error_m: float = 200.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided about one query.

    Attributes
    ----------
    status : str
        One of `STATUSES`.
    reason : str
        Why it was not accepted: ``low_score``, ``imprecise``, ``ambiguous``, ``disagree`` (name and address lie
        apart), ``area_only``, ``outside``, ``empty``; else "".
    best : Option or None
        The best candidate, accepted or not.
    margin : float
        Its lead over the runner-up at another place; ``inf`` without one.
    options : tuple of Option
        Every candidate, best first.
    """

    status: str
    reason: str
    best: Option | None
    margin: float
    options: tuple[Option, ...]

    @property
    def place(self) -> Option | None:
        """The place to use, None while there is none."""
        return self.best if self.status in (ACCEPTED, CHOSEN) else None


def metres_apart(one: Option, other: Option) -> float:
    """Return the distance of two options; good to a per cent within a city."""
    east = (one.lon - other.lon) * np.cos(np.radians((one.lat + other.lat) / 2))
    return float(np.hypot(east, one.lat - other.lat) * _METRES_PER_DEGREE)


def decide(options: Sequence[Option], *, rules: GeocodeRules, disagree: bool = False) -> Verdict:
    """Judge candidates, best first."""
    if not options:
        return Verdict(NOT_FOUND, "", None, 0.0, ())
    best = options[0]
    lead = min(
        (best.certainty - other.certainty for other in options[1:] if metres_apart(best, other) > SAME_PLACE_M),
        default=float("inf"),
    )
    reason = _doubt(best, lead, rules=rules)
    if disagree and reason in ("", "ambiguous"):
        reason = "disagree"
    return Verdict(REVIEW if reason else ACCEPTED, reason, best, lead, tuple(options))


def _doubt(best: Option, lead: float, *, rules: GeocodeRules) -> str:
    if best.score < rules.min_score:
        return "low_score"
    if best.level == "place":
        return "area_only"
    if best.level not in _THINGS and best.within_m > rules.max_error_m:
        return "imprecise"
    return "ambiguous" if lead < rules.margin else ""


def merge(names: Sequence[Option], addresses: Sequence[Option], *, rules: GeocodeRules) -> tuple[list[Option], bool]:
    """Let the candidates for a row's name and for its address confirm or contradict each other.

    Returns
    -------
    options : list of Option
        Best first.
    disagree : bool
        Both are good by themselves and lie apart.
    """
    if not names or not addresses:
        return [*names, *addresses], False
    anchors = [option for option in addresses if option.score >= rules.min_score]
    near = [
        option
        for option in names
        if any(metres_apart(option, at) <= max(_AGREE_M, at.within_m + option.within_m) for at in anchors)
    ]
    good = names[0].score >= rules.min_score
    if near and near[0].score >= rules.min_score:
        far = [lowered(option) for option in names if option not in near]
        return ranked([*near, *far]), False
    if anchors and good:
        precise = anchors[0].within_m <= rules.max_error_m
        return ranked([*addresses, *names]) if precise else [*names, *addresses], precise or len(anchors) == 1
    return ([*names, *addresses] if good else [*addresses, *names]), False


def lowered(option: Option) -> Option:
    """Return an option that other evidence speaks against."""
    return replace(option, score=max(0.0, option.score - _DISAGREE), certainty=max(0.0, option.certainty - _DISAGREE))


def ranked(options: Sequence[Option]) -> list[Option]:
    """Return options best first, ties by precision, then id and place."""
    return sorted(options, key=lambda one: (-one.score, one.within_m, one.object_id, one.label, one.lon, one.lat))
