"""One walk worked out by hand, from coordinates read off the map: the oracle of all others.

Akureyri, from the building w423881274 in Brekkugata (its representative point) to the clinic Heilbrigðisstofnun
Norðurlands (n267060501): down Brekkugata, over Ráðhústorg, along Hafnarstræti.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, hypot, radians
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from lifecircle.pipeline.audit import Audit

DOOR, CLINIC = (-18.0930426, 65.68299195), (-18.0908183, 65.6816302)
BREKKUGATA = (-18.0937824, 65.6835604), (-18.0925997, 65.6829557), (-18.0919951, 65.682608)
RADHUSTORG = (-18.0919951, 65.682608), (-18.0915157, 65.6823178)
HAFNARSTRAETI = (-18.0915157, 65.6823178), (-18.0911678, 65.6820935), (-18.0900293, 65.6812853)

# Metres of one degree at 65.6823 N on WGS-84 (series of the meridian and the parallel, Snyder 1987, p. 25).
LAT = radians(65.6823)
PER_LAT = 111132.954 - 559.822 * cos(2 * LAT) + 1.175 * cos(4 * LAT)
PER_LON = 111412.84 * cos(LAT) - 93.5 * cos(3 * LAT) + 0.118 * cos(5 * LAT)

Point = tuple[float, float]


def metres(start: Point, end: Point) -> float:
    return hypot((end[0] - start[0]) * PER_LON, (end[1] - start[1]) * PER_LAT)


def foot(point: Point, start: Point, end: Point) -> tuple[float, float]:
    """Return the distance of `point` from the line, and from the foot of the perpendicular on to `end`."""
    ax, ay = (end[0] - start[0]) * PER_LON, (end[1] - start[1]) * PER_LAT
    bx, by = (point[0] - start[0]) * PER_LON, (point[1] - start[1]) * PER_LAT
    length = hypot(ax, ay)
    return abs(ax * by - ay * bx) / length, length - (ax * bx + ay * by) / length


def test_a_walk_along_named_streets(audited: Callable[[str], Audit]) -> None:
    access, on_brekkugata = foot(DOOR, BREKKUGATA[0], BREKKUGATA[1])
    egress, beyond = foot(CLINIC, HAFNARSTRAETI[1], HAFNARSTRAETI[2])
    walked = (
        on_brekkugata
        + metres(BREKKUGATA[1], BREKKUGATA[2])
        + metres(*RADHUSTORG)
        + metres(HAFNARSTRAETI[0], HAFNARSTRAETI[1])
        + metres(HAFNARSTRAETI[1], HAFNARSTRAETI[2])
        - beyond
    )
    minutes = (access + walked + egress) / 80  # 4.8 km/h
    found = audited("demo").residences.loc["w423881274"]
    assert found["health_facility_id"] == "n267060501:clinic"
    assert minutes == pytest.approx(2.63, abs=0.01)
    assert found["health_min"] == pytest.approx(minutes, abs=0.002)
