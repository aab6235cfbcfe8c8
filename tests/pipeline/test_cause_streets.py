"""What the streets say: a street of blocks with a gate, steps, a part of its own, a long leg.

The grid of 6 x 2 junctions (100 m blocks, 75 s each): row 0 runs west to east, row 1 beside it. A facility stands at
(1, 0), the residence at (0, 0); 2 minutes are 1.6 blocks. Edge 0 joins them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from coverage_city import need
from grid_city import Spot, facility_table, grid_network, snapped_from

from lifecircle.coverage.case import TimesKey
from lifecircle.coverage.causes import Asked
from lifecircle.model.network import EdgeFlag, Permission
from lifecircle.model.travel import TravelMode, WalkProfile
from lifecircle.pipeline.gaps.causes import Streets
from lifecircle.pipeline.searches import Joined, WalkRules
from lifecircle.travel.nearest import Endpoints

WALKER = WalkProfile("adult", 4.8)
SEATED = WalkProfile("wheelchair", 4.8, steps=False)
LIMIT = 120_000


@dataclass(frozen=True)
class Question:
    profile: WalkProfile
    walk: WalkRules


@dataclass(frozen=True, eq=False)
class Town:
    network: Any
    facilities: Any
    question: Question
    joined: Any
    residences: tuple[str, ...] = ("home",)


def town(network, *, residence: Spot, door: Spot, walker=WALKER, private=True) -> Town:
    """One residence, one shop."""
    rules = WalkRules(250.0, private)
    spots = {(1.0, 0.0): door}
    facilities = facility_table(["shop"], list(spots))
    starts, doors = snapped_from([residence]), snapped_from([door])
    starts = replace(starts, x=np.zeros(1), y=np.zeros(1))
    doors = replace(doors, x=np.full(1, 100.0), y=np.zeros(1))
    joined = Joined(
        network,
        rules,
        Endpoints(pd.Index(["home"]), starts),
        Endpoints(facilities.index, doors, np.array(["shop"], dtype=object)),
        np.ones(1, dtype=bool),
    )
    return Town(network, facilities, Question(walker, rules), joined)


def said(place: Town, *, walker=WALKER):
    """Ask of the residence, which the shop is near as the crow flies and not reached."""
    key = TimesKey(TravelMode("ms", walker), lenient=False)
    times = place.joined.search(key, types=("shop",), cutoff=10 * LIMIT)
    asked = Asked(need("shop", minutes=2), walker, False, LIMIT, 160.0, np.array([0]), np.array([0]), times.value[:, 0])
    (found,) = Streets(place, {key: times})([asked])
    return {name: bool(getattr(found, name)[0]) for name in ("opened", "climbed", "apart", "leg")}


HERE, THERE = Spot(0, 8), Spot(0, 8 + 1)  # the avenues at columns 0 and 1 start at (0, 0) and (1, 0)
NOTHING = {"opened": False, "climbed": False, "apart": False, "leg": False}


def grid(**changes):
    return grid_network(5, 2, **changes)


@pytest.mark.parametrize(("permission", "private"), [(Permission.CLOSED, True), (Permission.PRIVATE, False)])
def test_a_closed_gate_or_private_way_in_between(permission, private):
    place = town(grid(permission={0: permission}), residence=HERE, door=THERE, private=private)
    assert said(place) == NOTHING | {"opened": True}


def test_steps_stop_only_those_who_do_not_use_them():
    place = town(grid(flags={0: EdgeFlag.STEPS}), residence=HERE, door=THERE, walker=SEATED)
    assert said(place, walker=SEATED) == NOTHING | {"climbed": True}


def test_a_long_way_round_is_none_of_these():
    assert said(town(grid(length_m={0: 300.0}), residence=HERE, door=THERE)) == NOTHING


def test_parts_that_are_not_joined():
    """Without the streets between columns 0 and 1 the western avenue stands alone."""
    shut = {0: Permission.CLOSED, 4: Permission.CLOSED}
    place = town(grid(permission=shut), residence=HERE, door=THERE)
    assert said(place) == NOTHING | {"opened": True, "apart": True}


def test_an_island_that_is_nearer_than_the_street():
    """The avenue at column 0 is an island; the residence at (0, 0) is joined to row 1, 100 m away."""
    place = town(grid(island={8: True}), residence=Spot(0, 4, access_m=100.0), door=THERE)
    assert said(place)["apart"]


def test_legs_that_are_too_long():
    """One block on foot (75 s) and a leg of 120 m (90 s)."""
    assert said(town(grid(), residence=Spot(0, 8, access_m=120.0), door=THERE)) == NOTHING | {"leg": True}
    short = town(grid(), residence=Spot(0, 8, access_m=70.0), door=THERE)  # 127.5 s: over by less than a leg
    assert said(short) == NOTHING


def test_a_leg_across_a_wall_is_in_doubt():
    place = town(grid(length_m={0: 300.0}), residence=HERE, door=THERE)
    starts = replace(place.joined.origins.snapped, crosses_wall=np.ones(1, dtype=bool))
    joined = replace(place.joined, origins=replace(place.joined.origins, snapped=starts))
    assert said(replace(place, joined=joined)) == NOTHING | {"leg": True}


def test_a_facility_that_is_joined_to_no_street():
    assert said(town(grid(), residence=HERE, door=Spot(0, -1))) == NOTHING | {"leg": True}
