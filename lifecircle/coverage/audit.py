"""The audit of one case: verdicts, shares, headlines, gaps and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from lifecircle.coverage.cause_frames import with_causes
from lifecircle.coverage.causes import find_causes
from lifecircle.coverage.frames import circle_frames, residence_frame
from lifecircle.coverage.gaps import find_gaps
from lifecircle.coverage.notes import audit_notes
from lifecircle.coverage.published import published_frame
from lifecircle.coverage.searches import planner, planner_walker, slower, walker
from lifecircle.coverage.sections import section_frame
from lifecircle.coverage.shares import headline, residence_weight, weights
from lifecircle.coverage.verdicts import CircleVerdict, Ground, judge_circle, judge_layer
from lifecircle.model.audit import CoverageAudit
from lifecircle.model.standard import READINGS

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.coverage.causes import Look
    from lifecircle.model.standard import Circle, Reading

Verdicts = tuple[CircleVerdict, ...]


def audit_coverage(case: CoverageCase, *, look: Look | None = None, gaps: bool = True) -> CoverageAudit:
    """Audit `case` against its standard.

    Computes all three readings, the headline of the case's rule and the same headline at planner speed.

    Parameters
    ----------
    case : CoverageCase
        With every search that `needed_searches` asks for.
    look : callable, optional
        Asks the streets why residences are not covered; without it no causes are told.
    gaps : bool
        Whether to group what is not covered; else the table of gaps is empty.

    Returns
    -------
    CoverageAudit
        A table of residences and of gaps in the headline reading, a table of circles for each reading.

    Raises
    ------
    CutoffError
        If a search is missing, lacks a type or ends before a threshold.
    ConfigError
        If a circle's walker or the planner is not among the profiles.

    References
    ----------
    docs/methods/coverage.md
    """
    ground = Ground.of(case)
    readings = judge_readings(ground)
    denominators = weights(case)
    study = denominators[case.weight]
    weight = residence_weight(case)
    circles = circle_frames(readings, denominators, study_weight=case.weight)
    headlines = {
        name: headline(verdicts, study, rule=name, speed_kmh=_speed(case, name, verdicts=verdicts))
        for name, verdicts in readings.items()
    }
    chosen = readings[case.rule]
    audit = CoverageAudit(
        standard=case.standard,
        rule=case.rule,
        profile=case.profile,
        origin_kind="|".join(sorted(case.residences["kind"].unique())),
        weight=case.weight,
        denominator_sources=case.denominator_sources,
        residences=residence_frame(chosen, case, weight=weight),
        circles=circles[case.rule],
        readings=circles,
        headline=headlines[case.rule],
        planner_speed=headline(
            judge_planner(ground, chosen), study, rule=case.rule, speed_kmh=planner(case.profiles).speed_kmh
        ),
        reading_headlines=headlines,
        gaps=find_gaps(chosen if gaps else (), case, weight=weight),
        notes=audit_notes(case, readings),
        sections=section_frame(chosen, case.standard, weight=study),
        published=published_frame(case, ground.inventory),
    )
    return audit if look is None else with_causes(audit, find_causes(chosen, ground, look=look), case=case)


def judge_readings(ground: Ground) -> dict[Reading, Verdicts]:
    """Judge every circle in every reading; a reading that falls back is judged once."""
    case, known = ground.case, dict[tuple[str, str], CircleVerdict]()
    for circle in case.standard.circles:
        for reading in READINGS:
            found = None if circle.user_layer else circle.rule_for(reading)
            if found is not None and (circle.id, found[0]) not in known:
                used, rule = found
                walks = walker(circle, used, profile=case.profile, profiles=case.profiles)
                known[circle.id, used] = judge_circle(circle, ground, rule=rule, used=used, walks=walks)

    def verdicts(reading: Reading) -> Verdicts:
        members = []
        for circle in case.standard.circles:
            found = None if circle.user_layer else circle.rule_for(reading)
            members.append(judge_layer(circle, ground, used=reading) if found is None else known[circle.id, found[0]])
        return tuple(members)

    return {reading: verdicts(reading) for reading in READINGS}


def judge_headline(ground: Ground) -> Verdicts:
    """Judge every circle in the headline reading alone."""
    return tuple(judge_in(circle, ground) for circle in ground.case.standard.circles)


def judge_in(circle: Circle, ground: Ground) -> CircleVerdict:
    """Judge one circle in the headline reading."""
    case = ground.case
    found = None if circle.user_layer else circle.rule_for(case.rule)
    if found is None:
        return judge_layer(circle, ground, used=case.rule)
    walks = walker(circle, found[0], profile=case.profile, profiles=case.profiles)
    return judge_circle(circle, ground, rule=found[1], used=found[0], walks=walks)


def judge_planner(ground: Ground, chosen: Verdicts) -> Verdicts:
    """Judge every circle as in the headline reading, `chosen`, at min(planner, the circle's own speed)."""
    case, verdicts = ground.case, []
    for verdict in chosen:
        judged, circle, rule, used = verdict, verdict.circle, verdict.rule, verdict.used
        if rule is not None:
            walks = planner_walker(circle, profiles=case.profiles)
            if walks != walker(circle, cast("Reading", used), profile=case.profile, profiles=case.profiles):
                judged = judge_circle(circle, ground, rule=rule, used=used, walks=walks)
        verdicts.append(judged)
    return tuple(verdicts)


def _speed(case: CoverageCase, reading: Reading, *, verdicts: Verdicts) -> float:
    """Return the walker's speed: at most the planner's in the standard reading, or where every circle falls to it."""
    used = {verdict.used for verdict in verdicts if verdict.rule is not None}
    strict = used == {"standard"} or (reading == "standard" and "standard" in used)
    walks = slower(case.profile, case.profiles) if strict else case.profile
    return walks.speed_kmh
