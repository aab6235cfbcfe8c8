"""Definitions varied on the grid city, counted by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from coverage_city import PROFILES, Fac, circle, make_case, need

from lifecircle.coverage.audit import judge_readings
from lifecircle.coverage.kleene import NAMES
from lifecircle.coverage.sensitivity import NONE, as_the_crow_flies, classify, factor_ranges, keeps_means
from lifecircle.coverage.verdicts import Ground
from lifecircle.model.rules import Item, Rule
from lifecircle.model.sensitivity import CLASSES, COMBINATION_COLUMNS

HOMES = [(0, 0), (2, 2), (5, 0), (2, 0)]


def judged(speed_kmh: float, *, straight: bool) -> np.ndarray:
    """Return the status of the homes for a shop at the origin within 5 minutes."""
    profile = replace(PROFILES["adult"], id=f"walk{speed_kmh:g}", speed_kmh=speed_kmh)
    circles = (circle("shop", need("shop")),)
    if straight:
        standard = make_case(circles, HOMES, [Fac("shop", (0, 0))]).standard
        circles = as_the_crow_flies(standard, lambda _circle, _reading: speed_kmh).circles
    case = make_case(circles, HOMES, [Fac("shop", (0, 0))], profile=profile)
    return judge_readings(Ground.of(case))["claim"][0].status


def test_the_hand_worked_page():
    """A block takes 75 s at 4.8 km/h and 105.9 s at 3.4 km/h; 5 minutes are 400 m or 283.3 m as the crow flies.

    (2, 2): 4 blocks = 300 s yes, 423.5 s no, 282.8 m yes and yes: sensitive. (5, 0): 375 s, 529 s, 500 m: never.
    (2, 0): 150 s, 211.8 s, 200 m: always.
    """
    found = [judged(speed, straight=straight) for speed in (4.8, 3.4) for straight in (False, True)]
    assert [NAMES[status].tolist() for status in found] == [
        ["covered", "covered", "not_covered", "covered"],
        ["covered", "covered", "not_covered", "covered"],
        ["covered", "not_covered", "not_covered", "covered"],
        ["covered", "covered", "not_covered", "covered"],
    ]
    assert [CLASSES[code] for code in classify(found)] == [
        "robust_covered",
        "sensitive",
        "robust_not_covered",
        "robust_covered",
    ]


def test_an_origin_that_a_combination_lacks_does_not_count():
    both = [np.array([2, 0, 2, NONE], dtype=np.int8), np.array([NONE, NONE, 0, NONE], dtype=np.int8)]
    assert [CLASSES[code] for code in classify(both)] == [
        "robust_covered",
        "robust_not_covered",
        "sensitive",
        "unknown",
    ]


def test_walks_become_lines_and_the_rest_stays():
    items = (
        Item(("shop",), minutes=6.0),
        Item(("clinic",), max_m=500.0),
        Item(("hospital",), within=True),
        Item(("school",), minutes=10.0, mean_of=3),
        Item(("shop", "clinic"), minutes=9.0, pools=(("shop",), ("clinic",)), at_least=2),
        Item(("primary",), judged=False),
    )
    one = make_case([circle("all", *items[:1])], HOMES, []).standard
    standard = replace(one, circles=(circle("all", *items),))
    flown = as_the_crow_flies(standard, lambda _circle, _reading: 4.0).circles[0].readings["claim"].items
    # 6 min at 4 km/h are 400 m, 9 min 600 m
    assert [(item.minutes, item.max_m, item.straight_line) for item in flown] == [
        (None, pytest.approx(400.0), True),
        (None, 500.0, True),
        (None, None, False),
        (10.0, None, False),
        (None, pytest.approx(600.0), True),
        (None, None, False),
    ]
    assert flown[4].pools == items[4].pools
    assert keeps_means([Rule(items)])
    assert not keeps_means([Rule(items[:2])])


def test_the_range_of_a_factor_leaves_the_others_as_the_study_asks():
    """Base 0.5; another speed gives 0.2, another metric 0.6, both 0.3: the last belongs to neither bar."""
    rows = [
        (1, 4.8, "claim", "building", "network", True, "shop", 0.5),
        (2, 3.4, "claim", "building", "network", False, "shop", 0.2),
        (3, 4.8, "claim", "building", "straight", False, "shop", 0.6),
        (4, 3.4, "claim", "building", "straight", False, "shop", 0.3),
        (5, 4.8, "standard", "building", "network", False, "shop", 0.5),
    ]
    table = pd.DataFrame(rows, columns=list(COMBINATION_COLUMNS)[:8])
    found = factor_ranges(table).set_index("factor")
    assert found.index.tolist() == ["speed", "metric", "reading", "origin"]
    assert found["spread"].tolist() == pytest.approx([0.3, 0.1, 0.0, 0.0])
    assert found.loc["speed", ["low", "low_at", "high", "high_at"]].tolist() == [0.2, "3.4", 0.5, "4.8"]
    assert found.loc["reading", ["low_at", "high_at"]].tolist() == ["claim", "claim"]  # a tie is the study's own
