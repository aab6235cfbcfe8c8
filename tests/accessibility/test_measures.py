"""Measures against numbers worked by hand.

Three residences, two clinics, walking seconds (none: beyond 1,800):

         x      y
    a   300    900
    b   600      -
    c     -    900
"""

import numpy as np
import pandas as pd
import pytest

from lifecircle.accessibility import decay
from lifecircle.accessibility.choice import kth_nearest, mean_of_k_nearest
from lifecircle.accessibility.cumulative import cumulative_opportunities
from lifecircle.accessibility.floating_catchment import floating_catchment
from lifecircle.accessibility.gravity import gravity
from lifecircle.accessibility.pairs import pairs_of
from lifecircle.errors import ConfigError, CutoffError, SchemaError

PAIRS = pairs_of({("a", "x"): 300, ("a", "y"): 900, ("b", "x"): 600, ("c", "y"): 900})
PEOPLE = pd.Series({"a": 10.0, "b": 30.0, "c": 20.0})
BEDS = pd.Series({"x": 8.0, "y": 6.0})


def test_a_count_beyond_what_was_searched_is_refused() -> None:
    with pytest.raises(CutoffError, match="complete up to 1800 s"):
        cumulative_opportunities(PAIRS, cutoff_s=1801.0)


def test_cumulative_counts_are_inclusive() -> None:
    assert cumulative_opportunities(PAIRS, cutoff_s=900.0).to_dict() == {"a": 2, "b": 1, "c": 1}
    assert cumulative_opportunities(PAIRS, cutoff_s=899.0).to_dict() == {"a": 1, "b": 1, "c": 0}


def test_gravity_with_a_straight_line() -> None:
    """Weights 1 - t/1200: a 0.75 and 0.25, b 0.5, c 0.25; with beds a 8*0.75 + 6*0.25 = 7.5, b 4, c 1.5."""
    line = decay.linear(cutoff_s=1200.0)
    assert gravity(PAIRS, decay=line).tolist() == pytest.approx([1.0, 0.5, 0.25])
    assert gravity(PAIRS, decay=line, capacity=BEDS).tolist() == pytest.approx([7.5, 4.0, 1.5])


def test_unknown_capacity_is_unknown_access() -> None:
    beds = pd.Series({"x": 8.0, "y": np.nan})
    assert gravity(PAIRS, decay=decay.binary(cutoff_s=900.0), capacity=beds).isna().to_dict() == {
        "a": True,
        "b": False,
        "c": True,
    }


def test_two_step_floating_catchment() -> None:
    """x serves a and b: 8 / 40 = 0.2; y serves a and c: 6 / 30 = 0.2; a gets both. 10*.4 + 30*.2 + 20*.2 = 14 beds."""
    found = floating_catchment(PAIRS, decay=decay.binary(cutoff_s=900.0), capacity=BEDS, population=PEOPLE)
    assert found.ratio.to_dict() == pytest.approx({"x": 0.2, "y": 0.2})
    assert found.access.to_dict() == pytest.approx({"a": 0.4, "b": 0.2, "c": 0.2})
    assert float((found.access * PEOPLE).sum()) == pytest.approx(14.0)
    assert not found.unknown.any()


def test_zones_make_it_e2sfca() -> None:
    """Weights 1 to 400 s, 0.5 to 1,000 s. x: 8 / (10 + 0.5*30) = 0.32; y: 6 / (0.5*10 + 0.5*20) = 0.4.

    a: 0.32 + 0.5*0.4 = 0.52; b: 0.16; c: 0.2. Conserved: 5.2 + 4.8 + 4 = 14.
    """
    zones = decay.stepped({400.0: 1.0, 1000.0: 0.5})
    found = floating_catchment(PAIRS, decay=zones, capacity=BEDS, population=PEOPLE)
    assert found.access.to_dict() == pytest.approx({"a": 0.52, "b": 0.16, "c": 0.2})
    assert float((found.access * PEOPLE).sum()) == pytest.approx(14.0)


def test_too_many_unknown_capacities_are_refused() -> None:
    beds = pd.Series({"x": 8.0, "y": np.nan})
    with pytest.raises(SchemaError, match="1 of 2 facilities"):
        floating_catchment(PAIRS, decay=decay.binary(cutoff_s=900.0), capacity=beds, population=PEOPLE)


def test_one_unknown_capacity_of_six_gives_lower_bounds() -> None:
    pairs = pairs_of({("a", f"f{number}"): 60.0 for number in range(6)} | {("b", "f0"): 60.0})
    beds = pd.Series({f"f{number}": 10.0 for number in range(6)}) * [np.nan, 1, 1, 1, 1, 1]
    people = pd.Series({"a": 5.0, "b": 5.0})
    found = floating_catchment(pairs, decay=decay.binary(cutoff_s=900.0), capacity=beds, population=people)
    assert found.access.to_dict() == pytest.approx({"a": 10.0, "b": 0.0})
    assert found.unknown.to_dict() == {"a": True, "b": True}


@pytest.mark.parametrize(
    ("capacity", "message"),
    [
        (pd.Series({"x": 1.0}), "no value, for example 'y'"),
        (pd.Series({"x": -1.0, "y": 1.0}), "negative, for example -1 of 'x'"),
        (pd.Series([1.0, 1.0, 2.0], index=["x", "x", "y"]), "ids repeat"),
    ],
)
def test_bad_capacities_are_named(capacity: pd.Series, message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        gravity(PAIRS, decay=decay.binary(cutoff_s=900.0), capacity=capacity)


def test_the_second_nearest_and_the_mean_of_two() -> None:
    assert kth_nearest(PAIRS, k=1).tolist() == [300.0, 600.0, 900.0]
    assert kth_nearest(PAIRS, k=2).tolist() == [900.0, np.inf, np.inf]
    assert mean_of_k_nearest(PAIRS, k=2).tolist() == [600.0, np.inf, np.inf]
    with pytest.raises(ConfigError, match="k is 0"):
        kth_nearest(PAIRS, k=0)


def test_a_mean_does_not_depend_on_other_residences() -> None:
    """Bit for bit: thousands of odd milliseconds before a residence leave no trace in its mean."""
    before = {(f"a{row:04d}", f"f{one}"): 0.001 + row * 0.37 for row in range(2000) for one in range(2)}
    own = {("b", "f0"): 0.1, ("b", "f1"): 0.2}
    together, alone = (mean_of_k_nearest(pairs_of(pairs), k=2)["b"] for pairs in (before | own, own))
    assert together == alone == (0.1 + 0.2) / 2


@pytest.mark.parametrize(
    "given",
    [
        decay.binary(cutoff_s=900.0),
        decay.exponential(rate_per_s=0.002, cutoff_s=900.0),
        decay.gaussian(cutoff_s=900.0),
        decay.linear(cutoff_s=900.0),
        decay.power(exponent=1.5, near_s=60.0, cutoff_s=900.0),
        decay.stepped({300.0: 1.0, 600.0: 0.42, 900.0: 0.09}),
    ],
    ids=lambda given: given.name,
)
def test_every_decay_keeps_its_contract(given: decay.Decay) -> None:
    seconds = np.arange(0.0, 1200.0, 0.5)
    weights = given.weight(seconds)
    assert weights[0] == 1.0
    assert (np.diff(weights) <= 0).all()
    assert ((weights >= 0) & (weights <= 1)).all()
    assert (weights[seconds > 900.0] == 0).all()


def test_named_points_of_the_decays() -> None:
    """exp(-0.002*500) = 0.3679; Gaussian at half: (e^-1/8 - e^-1/2)/(1 - e^-1/2) = 0.7014; power 120/60^-1 = 0.5."""
    assert decay.exponential(rate_per_s=0.002, cutoff_s=900.0).weight(500.0) == pytest.approx(0.36788, abs=1e-5)
    assert decay.gaussian(cutoff_s=900.0).weight(450.0) == pytest.approx(0.70137, abs=1e-5)
    assert decay.power(exponent=1.0, near_s=60.0, cutoff_s=900.0).weight(120.0) == pytest.approx(0.5)
    assert decay.stepped({300.0: 1.0, 600.0: 0.42}).weight([300.0, 300.1, 600.0, 600.1]).tolist() == [
        1.0,
        0.42,
        0.42,
        0,
    ]


@pytest.mark.parametrize("zones", [{}, {300.0: 0.5}, {300.0: 1.0, 600.0: 1.1}, {0.0: 1.0}])
def test_zones_that_do_not_fall_are_refused(zones: dict[float, float]) -> None:
    with pytest.raises(ConfigError, match="zones"):
        decay.stepped(zones)
