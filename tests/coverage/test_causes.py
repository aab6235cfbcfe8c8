"""Why residences are not covered: one cause each, worked out on the grid city.

Five minutes are 4 blocks (400 m) on foot; a residence at (x, y) of a shop at (0, 0) walks x + y blocks and is
hypot(x, y) blocks away as the crow flies.
"""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pytest
import shapely
from coverage_city import Fac, circle, make_case, need

from lifecircle.coverage.audit import audit_coverage
from lifecircle.coverage.causes import Asked, OnTheWay
from lifecircle.coverage.crow_flies import Doors

SHOP = Fac("shop", (0, 0))


class Answers:
    """Streets that say the same of everybody, and remember what they were asked."""

    def __init__(self, *holding: str) -> None:
        self.holding, self.asked = holding, list[Asked]()

    def __call__(self, asked: Sequence[Asked]) -> list[OnTheWay]:
        self.asked = list(asked)

        def said(name: str, count: int) -> np.ndarray:
            return np.full(count, name in self.holding)

        return [
            OnTheWay(*(said(name, len(one.rows)) for name in ("private_or_gate", "steps", "island", "access_leg")))
            for one in asked
        ]


def causes(residences, *holding, item=None, facilities=(SHOP,), plans=None, **changes):
    """Audit with streets that say `holding`; return the audit."""
    plans = plans or [circle("a", item or need("shop"))]
    return audit_coverage(make_case(plans, residences, list(facilities), **changes), look=Answers(*holding))


def cause_of(*args, **changes) -> list[str]:
    return causes(*args, **changes).residences["a_cause"].tolist()


def test_covered_residences_have_no_cause():
    assert cause_of([(2, 2)]) == [""]


@pytest.mark.parametrize(
    ("spot", "expected"),
    [
        ((4.5, 4.5), "no_facility"),  # 9 blocks on foot, 6.36 as the crow flies
        ((2.82, 2.82), "detour"),  # 5.64 blocks on foot (2 min are 1.6 blocks), 3.99 as the crow flies
        ((2.8, 2.8), "just_missed"),  # 5.6 blocks: 2 min beyond, inclusive
        ((0, 5.6), "just_missed"),  # none within as the crow flies either, but it is missed by 2 min alone
        ((0, 5.61), "no_facility"),
    ],
)
def test_near_and_far(spot, expected):
    assert cause_of([spot]) == [expected]


def test_metres_are_just_missed_by_ten_per_cent():
    item = need("shop", max_m=400)
    assert cause_of([(0, 4.4), (0, 4.41), (2.3, 2.2)], item=item) == ["just_missed", "no_facility", "detour"]


def test_the_ratio_is_the_walk_over_the_crow_flight():
    table = causes([(2.4, 3.2)]).residences  # 5.6 blocks, hypotenuse 4
    assert table["a_detour"].tolist() == [pytest.approx(1.4)]
    assert causes([(4.5, 4.5)]).residences["a_detour"].isna().all()


@pytest.mark.parametrize(
    ("holding", "expected", "also"),
    [
        (("private_or_gate", "steps", "island", "access_leg"), "private_or_gate", "steps|island|access_leg|detour"),
        (("steps", "access_leg"), "steps", "access_leg|detour"),
        (("island", "access_leg"), "island", "access_leg|detour"),
        (("access_leg",), "access_leg", "detour"),
        ((), "detour", ""),
    ],
)
def test_the_first_that_holds_is_the_cause_and_the_others_are_told(holding, expected, also):
    table = causes([(2.82, 2.82)], *holding).residences
    assert table["a_cause"].tolist() == [expected]
    assert table["a_cause_also"].tolist() == [also]


def test_streets_are_asked_only_where_a_facility_is_near_and_not_reached():
    answers = Answers("private_or_gate")
    case = make_case([circle("a", need("shop"))], [(1, 1), (2.82, 2.82), (4.5, 4.5)], [SHOP])
    table = audit_coverage(case, look=answers).residences
    assert [one.rows.tolist() for one in answers.asked] == [[1]]
    assert table["a_cause"].tolist() == ["", "private_or_gate", "no_facility"]


def test_the_item_farthest_beyond_its_threshold_speaks():
    """The clinic is 5.64 blocks away (detour), the shop 9 (none near): the shop decides."""
    plans = [circle("a", need("clinic"), need("shop"))]
    facilities = [Fac("clinic", (0, 0)), Fac("shop", (9.5, 2.82))]
    assert cause_of([(2.82, 2.82)], plans=plans, facilities=facilities) == ["no_facility"]
    nearer = [Fac("clinic", (0, 0)), Fac("shop", (2.82, 2.82))]
    assert cause_of([(2.82, 2.82)], plans=plans, facilities=nearer) == ["detour"]


def test_the_pool_whose_turn_it_is_speaks():
    """Two of three pools are asked for: the clinic is at the door, the shop is a detour, the hospital far."""
    item = need("shop", "clinic", "hospital", minutes=5)
    item = type(item)(item.types, 5.0, pools=(("shop",), ("clinic",), ("hospital",)), at_least=2)
    facilities = [SHOP, Fac("clinic", (2.82, 2.82)), Fac("hospital", (20, 20))]
    assert cause_of([(2.82, 2.82)], item=item, facilities=facilities) == ["detour"]
    assert cause_of([(2.82, 2.82)], "private_or_gate", item=item, facilities=facilities) == ["private_or_gate"]


def test_a_polygon_that_is_pending():
    plans = [circle("a", user_layer="renewal")]
    layer = gpd.GeoDataFrame({"state": ["pending"]}, geometry=[shapely.box(-50, -50, 50, 50)])
    audit = causes([(0, 0), (9, 9)], plans=plans, user_layers={"renewal": layer.set_crs(_crs())})
    assert audit.residences["a_cause"].tolist() == ["pending", ""]


def _crs():
    return make_case([circle("a", need("shop"))], [(0, 0)], [SHOP]).area.crs


def test_shares_of_the_causes_add_up_to_what_is_not_covered():
    spots = [(1, 1), (2.82, 2.82), (4.5, 4.5), (2.8, 2.8), (0, 9)]  # populations 1, 2, 4, 8, 16
    audit = causes(spots)
    found = audit.causes.set_index("cause")
    assert found["weight"].to_dict() == {"just_missed": 8.0, "no_facility": 20.0, "detour": 2.0}
    assert found["share"].sum() == pytest.approx(audit.circles.loc["a", "not_covered_share"])
    assert found["also"].to_dict() == {"just_missed": 0, "no_facility": 0, "detour": 1}


def test_gaps_tell_the_cause_of_most_weight():
    """Neighbours 1 block apart: weights 1 and 2; the heavier one is a detour."""
    gaps = causes([(2.8, 2.8), (2.82, 3.0)], facilities=[SHOP], columns={"population": [1.0, 2.0]}).gaps
    assert gaps["cause"].tolist() == ["no_facility"]  # hypot(2.82, 3.0) = 4.12 blocks
    assert gaps["cause_share"].tolist() == [pytest.approx(2 / 3)]
    assert gaps["detour_ratio"].tolist() == [pytest.approx(5.6 / np.hypot(2.8, 2.8))]


def test_doors_of_some_rows_are_theirs():
    """Nobody's, one's, several; each owner's points one by one."""
    shapes = [[], [(0, 0)], [(1, 1), (2, 2), (3, 3)], [], [(4, 4), (5, 5)]]
    table = gpd.GeoDataFrame({"entrances": gpd.GeoSeries([shapely.MultiPoint(points) for points in shapes])})
    doors = Doors.of(table.set_geometry("entrances"))
    for rows in ([], [0, 3], [1, 2, 4], [2], [0, 4]):
        xy, place_of = doors.of_rows(np.array(rows, dtype=np.int64))
        assert [tuple(point) for point in xy.tolist()] == [point for row in rows for point in shapes[row]]
        assert place_of.tolist() == [place for place, row in enumerate(rows) for _ in shapes[row]]


def test_without_streets_nothing_is_told():
    audit = audit_coverage(make_case([circle("a", need("shop"))], [(9, 9)], [SHOP]))
    assert audit.causes.empty
    assert "a_cause" not in audit.residences
    assert "cause" not in audit.gaps
