"""Draws of what the data may have wrong, by hand where a draw leaves nothing to chance."""

from __future__ import annotations

import math

import numpy as np
import pytest
from coverage_city import CATALOGUE, Fac, circle, make_case, need

from lifecircle.coverage.completeness import Inventory
from lifecircle.coverage.confidence import Drawn, Errors, Member, Model, Requirement, draw_shares, interval
from lifecircle.coverage.kleene import COVERED, NOT_COVERED, UNKNOWN
from lifecircle.coverage.known import Known, known_completeness
from lifecircle.coverage.unmapped import FOLDS, SitePool, Siting
from lifecircle.errors import ConfigError
from lifecircle.model.standard import Published

NOTHING = Errors(residence_m=0.0, facility_m=0.0, leg_sd=0.0, weight_sd=0.0)
VALUES = [100.0, 300.0, 300.5, math.inf]


def member(**changes: object) -> Member:
    """Four origins with a threshold of 300: two within it, one just beyond, one that reaches nothing."""
    plain: dict[str, object] = {
        "types": ("shop",),
        "search": "s",
        "limit": 300,
        "per_mm": 0.75,
        "value": np.array(VALUES),
        "facility": np.array([0, 0, 0, -1]),
        "legs_mm": np.zeros(4, dtype=np.int64),
        "otherwise": np.array([NOT_COVERED, NOT_COVERED, NOT_COVERED, UNKNOWN], dtype=np.int8),
    }
    return Member(**{**plain, **changes})


def model(*members: Member, types: dict[str, Drawn] | None = None, fixed: tuple[Requirement, ...] = ()) -> Model:
    """Weights 1, 2, 4, 8; the pool is one site at the last origin, which reaches the last two within 100."""
    pool = SitePool.of(np.array([3]), site=np.array([0, 0]), reached=np.array([3, 2]), value=np.array([0, 100]))
    return Model(
        circles={"a": (*(Requirement((one,)) for one in members), *fixed)},
        counted=("a",),
        weight=np.array([1.0, 2.0, 4.0, 8.0]),
        cell=np.array([0, 0, 1, 1]),
        facilities=1,
        pools={"s": pool},
        types=types or {},
    )


def drawn(stock: int, reach: float) -> Drawn:
    """One type of which exactly ``stock - 1`` are missing, felt `reach` times the threshold."""
    siting = Siting(
        np.column_stack([np.ones(4), np.ones(4)]),
        np.array([3], dtype=np.uint8),
        np.full(FOLDS, reach),
        np.zeros(FOLDS),
        300,
    )
    return Drawn(Known("shop", "published", 1 / stock, 1 / stock, 1, stock), siting, "s")


def test_without_error_every_draw_is_the_share_as_mapped():
    """Covered: 1 + 2 of 15; the last (8) is unknown, so the upper bound is 11 / 15."""
    covered, upper = draw_shares(model(member()), NOTHING, draws=3, seed=1)
    assert covered.tolist() == [[3 / 15] * 2] * 3
    assert upper.tolist() == [[11 / 15] * 2] * 3


def test_a_missing_facility_covers_those_within_its_reach():
    """Felt at 100 of 300 it covers the last two (4 + 8): 15 / 15; felt at 90, only the last: 11 / 15."""
    for reach, share in ((100 / 300, 1.0), (0.3, 11 / 15)):
        covered, _ = draw_shares(model(member(), types={"shop": drawn(2, reach)}), NOTHING, draws=2, seed=1)
        assert covered[:, 0] == pytest.approx([share, share])
    covered, _ = draw_shares(
        model(member(), types={"shop": drawn(2, 1.0)}), NOTHING, draws=2, seed=1, components=("position",)
    )
    assert covered[:, 0].tolist() == [3 / 15] * 2  # nothing is missing where that is not drawn
    covered, _ = draw_shares(model(member(), types={"shop": drawn(1, 1.0)}), NOTHING, draws=2, seed=1)
    assert covered[:, 0].tolist() == [3 / 15] * 2  # as many as were counted are mapped


def test_shifts_decide_only_who_is_near_the_threshold():
    """5 m are 3750 units of 0.75 a millimetre: with a threshold of 300 s (300000) the first and last never change."""
    near = member(limit=300_000, value=np.array([100_000.0, 299_999.0, 300_001.0, np.inf]))
    covered, _ = draw_shares(model(near), Errors(5.0, 0.0, 0.0, 0.0), draws=400, seed=3)
    shares = {round(share * 15) for share in covered[:, 0].tolist()}
    assert shares == {1, 3, 5, 7}  # 1, with or without 2 and 4
    half = np.mean([round(share * 15) in (3, 7) for share in covered[:, 0].tolist()])
    assert 0.4 < half < 0.6


def test_legs_stretch_in_proportion_and_weights_in_blocks():
    """Without legs nothing changes; weights move the share but never out of 0..1."""
    assert len(set(draw_shares(model(member()), Errors(0, 0, 0.5, 0), draws=50, seed=1)[0][:, 0].tolist())) == 1
    legs = member(legs_mm=np.full(4, 40, dtype=np.int64))
    covered, _ = draw_shares(model(legs), Errors(0, 0, 0.5, 0), draws=200, seed=1)
    assert {round(share * 15) for share in covered[:, 0].tolist()} == {1, 3, 5, 7}
    covered, _ = draw_shares(model(member()), Errors(0, 0, 0, 0.5), draws=200, seed=1)
    assert 0.0 < covered.min() < 3 / 15 < covered.max() < 1.0


def test_streams_are_separate():
    """Far from the threshold no shift matters: with or without other components the weights are the same."""
    far = model(member(limit=300_000, value=np.array([0.0, 0.0, 1e9, np.inf])))
    errors = Errors(weight_sd=0.4)
    alone, _ = draw_shares(far, errors, draws=20, seed=5, components=("weights",))
    every, _ = draw_shares(far, errors, draws=20, seed=5)
    assert np.array_equal(alone, every)
    assert len(set(alone[:, 0].tolist())) == 20
    assert not np.array_equal(alone, draw_shares(far, errors, draws=20, seed=6)[0])


def test_k_of_n_and_fixed_requirements():
    """The fixed status of the first origin fails it: 2 of 15 are left."""
    fixed = Requirement((), fixed=np.array([NOT_COVERED, COVERED, COVERED, COVERED], dtype=np.int8))
    covered, _ = draw_shares(model(member(), fixed=(fixed,)), NOTHING, draws=1, seed=1)
    assert covered[0, 0] == pytest.approx(2 / 15)


def test_an_interval_is_the_middle_nine_tenths():
    """0, 0.01 ... 1: the 5th and 95th percentiles are 0.05 and 0.95."""
    found = interval(np.arange(101) / 100)
    assert found is not None
    assert (found.low, found.high, found.expected) == pytest.approx((0.05, 0.95, 0.5))
    assert interval(np.full(3, np.nan)) is None
    with pytest.raises(ConfigError, match=r"leg_sd is -0\.1"):
        Errors(leg_sd=-0.1)


def test_the_number_missing_has_the_mean_of_its_completeness():
    """20 mapped, 0.8 of all: 20 * 0.2 / 0.8 = 5 missing on average, standard deviation sqrt(20 * 0.2) / 0.8 = 2.5."""
    known, rng = Known("shop", "declared", 0.8, 0.8, 20), np.random.default_rng(0)
    numbers = np.array([known.unmapped(rng) for _ in range(4000)])
    assert abs(numbers.mean() - 5.0) < 0.2
    assert abs(numbers.std() - 2.5) < 0.15
    assert Known("shop", "declared", 1.0, 1.0, 20).unmapped(rng) == 0
    assert Known("shop", "", np.nan, np.nan, 20).unmapped(rng) == 0
    assert Known("shop", "declared", 0.5, 0.5, 0).unmapped(rng) == 0  # nothing to scale from
    assert Known("shop", "published", 0.4, 0.4, 20, 50).unmapped(rng) == 30


def test_completeness_is_taken_from_what_is_known_and_never_made_up():
    """3 shops, 2 stops; 40,000 people ask for 20 stops (floor 5 per 10,000): 0.1. A stock of 6 shops: 0.5."""
    facilities = [Fac("shop", (i, 0)) for i in range(3)] + [Fac("bus_stop", (i, 1)) for i in range(2)]
    case = make_case([circle("any", need("shop", "bus_stop", "clinic"))], [(0, 0)], facilities,
                     published={"shop": Published(6, "stock")}, population_total=40_000.0)  # fmt: skip
    inventory = Inventory.of(case)
    found = known_completeness(("shop", "bus_stop", "clinic"), case, declared={}, inventory=inventory)
    assert (found["shop"].source, found["shop"].low, found["shop"].stock) == ("published", 0.5, 6)
    assert (found["bus_stop"].source, found["bus_stop"].low) == ("judgement", pytest.approx(0.1))
    assert (found["clinic"].source, found["clinic"].drawn) == ("", False)
    said = known_completeness(("shop",), case, declared={"shop": (0.7, 0.9)}, inventory=inventory)["shop"]
    assert (said.source, said.middle, said.mapped) == ("declared", pytest.approx(0.8), 3)
    for wrong in ({"shop": (0.0, 0.5)}, {"shop": (0.9, 0.5)}, {"nonsense": (0.5, 0.5)}):
        with pytest.raises(ConfigError, match=r"uncertainty\.completeness"):
            known_completeness(("shop",), case, declared=wrong, inventory=inventory)
    assert "nonsense" not in CATALOGUE.types
