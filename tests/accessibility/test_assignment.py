"""Catchments against numbers worked by hand, every integral assignment of tiny cases, and a linear programme.

Three residences, two schools, walking seconds (none: beyond 1,800):

         x      y      people
    a   300    900     10
    b   600      -     30
    c     -    900     20
"""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from lifecircle.accessibility.assignment import Assignment, administrative_assignment, nearest_assignment
from lifecircle.accessibility.pairs import pairs_of
from lifecircle.accessibility.per_thousand import capacity_per_thousand
from lifecircle.accessibility.transport import capacity_assignment
from lifecircle.errors import SchemaError
from lifecircle.model.travel import ReachPairs

PAIRS = pairs_of({("a", "x"): 300, ("a", "y"): 900, ("b", "x"): 600, ("c", "y"): 900, ("d", "y"): 1900})
PEOPLE = pd.Series({"a": 10.0, "b": 30.0, "c": 20.0, "d": 5.0})


def places(x: float, y: float) -> pd.Series:
    return pd.Series({"x": x, "y": y})


def parts(found: Assignment) -> dict[tuple[str, str], float]:
    ids = zip(found.residence_ids[found.residence], found.facility_ids[found.facility], strict=True)
    return {pair: round(float(people), 6) for pair, people in zip(ids, found.people, strict=True)}


def test_too_many_unknown_places_are_refused() -> None:
    with pytest.raises(SchemaError, match="unknown for 1 of 2 facilities"):
        capacity_assignment(PAIRS, demand=PEOPLE, capacity=places(8.0, np.nan))


def test_unknown_people_are_refused_where_places_are_shared() -> None:
    with pytest.raises(SchemaError, match="population: unknown for 1"):
        capacity_assignment(PAIRS, demand=PEOPLE.where(PEOPLE != 30.0), capacity=places(8.0, 1.0))


def test_each_goes_to_the_nearest() -> None:
    """x takes a and b: (10*5 + 30*10)/40 = 8.75 min on average, 40 of 50 places; nine in ten and more walk 10 min."""
    found = nearest_assignment(PAIRS, demand=PEOPLE)
    assert parts(found) == {("a", "x"): 10.0, ("b", "x"): 30.0, ("c", "y"): 20.0}
    table = found.residences()
    assert table["minutes"].tolist() == [5.0, 10.0, 15.0, np.inf]
    assert table["facility_id"].tolist() == ["x", "x", "y", None]
    assert table["status"].tolist() == ["assigned", "assigned", "assigned", "out_of_reach"]
    loads = found.loads(places(50.0, 16.0), inside=pd.Series({"a": True, "b": False, "c": True, "d": True}))
    assert loads["residents"].tolist() == [40.0, 20.0]
    assert loads["residents_outside"].tolist() == [30.0, 0.0]
    assert loads["load"].tolist() == [0.8, 1.25]
    assert loads["minutes_mean"].tolist() == [8.75, 15.0]
    assert loads["minutes_p95"].tolist() == [10.0, 15.0]
    assert loads["minutes_max"].tolist() == [10.0, 15.0]


def test_an_unknown_capacity_is_an_unknown_load() -> None:
    loads = nearest_assignment(PAIRS, demand=PEOPLE).loads(places(np.nan, 0.0))
    assert np.isnan(loads["load"].iloc[0])
    assert loads["load"].iloc[1] == np.inf  # people, but no place at all


def test_without_people_walks_are_told_and_loads_are_not() -> None:
    found = nearest_assignment(PAIRS, demand=PEOPLE * np.nan)
    assert found.loads(places(1.0, 1.0))[["residents", "load"]].isna().all(axis=None)
    assert found.loads(places(1.0, 1.0))["minutes_mean"].tolist() == [7.5, 15.0]


def test_a_community_goes_to_the_facility_named_for_it_however_far() -> None:
    """West (a, b) is named for y: a walks 15 min, b cannot within 30 but belongs there; c's community has nobody."""
    community = pd.Series({"a": "west", "b": "west", "c": "east", "d": ""})
    found = administrative_assignment(PAIRS, demand=PEOPLE, community=community, serves={"y": ["west"]})
    table = found.residences()
    assert table["facility_id"].tolist() == ["y", "y", None, None]
    assert table["minutes"].tolist() == [15.0, np.inf, np.inf, np.inf]
    assert table["status"].tolist() == ["assigned", "assigned", "not_named", "not_named"]
    loads = found.loads(places(50.0, 20.0))
    assert loads.loc["y", ["residents", "load", "minutes_max"]].tolist() == [40.0, 2.0, 15.0]


def test_of_several_named_the_nearest() -> None:
    community = pd.Series(dict.fromkeys("abcd", "west"))
    found = administrative_assignment(PAIRS, demand=PEOPLE, community=community, serves={"x": ["west"], "y": ["west"]})
    assert found.residences()["facility_id"].tolist() == ["x", "x", "y", None]
    with pytest.raises(SchemaError, match="'z' is no facility"):
        administrative_assignment(PAIRS, demand=PEOPLE, community=community, serves={"z": ["west"]})


def test_capacity_moves_those_who_lose_least() -> None:
    """x has 30 places for 40: moving a costs 10 min each, b cannot go to y; so all of a moves: 30*10 + 30*15 = 750."""
    found = capacity_assignment(PAIRS, demand=PEOPLE, capacity=places(30.0, 30.0))
    assert parts(found) == {("a", "y"): 10.0, ("b", "x"): 30.0, ("c", "y"): 20.0}
    assert found.person_minutes == pytest.approx(750.0)
    assert found.left.tolist() == [0.0, 0.0, 0.0, 5.0]


def test_who_finds_no_room_is_reported_and_never_forced() -> None:
    """30 and 25 places: 55 of 60 people are served; a is split, and the walks are least with 5 of b left out."""
    found = capacity_assignment(PAIRS, demand=PEOPLE, capacity=places(30.0, 25.0))
    assert parts(found) == {("a", "x"): 5.0, ("a", "y"): 5.0, ("b", "x"): 25.0, ("c", "y"): 20.0}
    table = found.residences()
    assert table["status"].tolist() == ["assigned", "no_room", "assigned", "out_of_reach"]
    assert table["facilities"].tolist() == [2, 1, 1, 0]
    assert table.loc["b", "assigned_share"] == pytest.approx(25 / 30)
    assert table.loc["a", "minutes"] == 10.0


def test_an_unknown_capacity_takes_nobody() -> None:
    pairs = pairs_of({("a", name): 100 + 10 * row for row, name in enumerate("uvwxyz")})
    capacity = pd.Series([np.nan, 1.0, 1.0, 1.0, 1.0, 1.0], index=list("uvwxyz"))
    found = capacity_assignment(pairs, demand=pd.Series({"a": 2.0}), capacity=capacity)
    assert parts(found) == {("a", "v"): 1.0, ("a", "w"): 1.0}


def town(seed: int, *, residences: int, facilities: int, tight: float) -> tuple[ReachPairs, pd.Series, pd.Series]:
    """Return a random town in which a third of the pairs is out of reach."""
    draw = np.random.default_rng(seed)
    seconds = {
        (f"r{i:02d}", f"f{j}"): int(draw.choice([60, 120, 300, 301, 600, 900, 2000, 2000]))
        for i, j in itertools.product(range(residences), range(facilities))
    }
    pairs = pairs_of(seconds)
    people = pd.Series(draw.integers(0, 6, residences).astype(float), index=pairs.residence_ids)
    room = np.floor(draw.dirichlet(np.ones(facilities)) * people.sum() * tight)
    return pairs, people, pd.Series(room, index=pairs.facility_ids)


@pytest.mark.parametrize("seed", range(8))
def test_no_integral_assignment_of_single_people_is_better(seed: int) -> None:
    """Every way to send each of up to six people somewhere (or nowhere) within capacity is tried."""
    pairs, _, room = town(seed, residences=6, facilities=2, tight=1.0)
    people = pd.Series(1.0, index=pairs.residence_ids)
    room = (room / max(room.sum(), 1.0) * 5).round()
    found = capacity_assignment(pairs, demand=people, capacity=room)
    times = {(r, f): v / 60_000 for r, f, v in zip(pairs.residence, pairs.facility, pairs.value, strict=True)}
    best = (-1, 0.0)
    for chosen in itertools.product([*range(len(room)), None], repeat=len(people)):
        used = [(row, facility) for row, facility in enumerate(chosen) if facility is not None]
        held = np.bincount([facility for _, facility in used], minlength=len(room))
        if all(pair in times for pair in used) and (held <= room.to_numpy()).all():
            best = max(best, (len(used), -sum(times[pair] for pair in used)))
    assert found.people.sum() == pytest.approx(best[0])
    assert found.person_minutes == pytest.approx(-best[1])


@pytest.mark.parametrize("seed", range(12))
def test_as_good_as_a_linear_programme_and_no_worse_than_greed(seed: int) -> None:
    pairs, people, room = town(seed, residences=25, facilities=4, tight=0.7 + seed / 10)
    found = capacity_assignment(pairs, demand=people, capacity=room)
    served, minutes = programme(pairs, people, room)
    assert found.people.sum() == pytest.approx(served, abs=1e-4)
    assert found.person_minutes == pytest.approx(minutes, rel=1e-6)
    loads = found.loads(room)
    assert (loads["residents"] <= room).all()
    given = pd.Series(found.people).groupby(found.residence).sum().reindex(range(len(people)), fill_value=0.0)
    assert (given.to_numpy() + found.left).tolist() == pytest.approx(people.tolist())  # nobody is lost or made
    assert np.count_nonzero(found.residences()["facilities"] > 1) <= 2 * len(room)
    if greedy(pairs, people, room)[0] == pytest.approx(served):
        assert found.person_minutes <= greedy(pairs, people, room)[1] + 1e-6


def programme(pairs: ReachPairs, people: pd.Series, room: pd.Series) -> tuple[float, float]:
    """Return the most people served, then the least person-minutes, each by a linear programme of its own."""
    links, minutes = len(pairs), pairs.value / 60_000
    limits = np.zeros((len(people) + len(room), links))
    limits[pairs.residence, np.arange(links)] = 1.0
    limits[len(people) + pairs.facility, np.arange(links)] = 1.0
    most = [*people, *room]
    served = -linprog(-np.ones(links), A_ub=limits, b_ub=most, method="highs").fun
    least = linprog(minutes, A_ub=limits, b_ub=most, A_eq=np.ones((1, links)), b_eq=[served], method="highs")
    return served, least.fun


def greedy(pairs: ReachPairs, people: pd.Series, room: pd.Series) -> tuple[float, float]:
    """Fill the shortest walks first."""
    need, free = people.to_numpy(copy=True), room.to_numpy(copy=True)
    served = minutes = 0.0
    for link in np.argsort(pairs.value, kind="stable"):
        part = min(need[pairs.residence[link]], free[pairs.facility[link]])
        need[pairs.residence[link]] -= part
        free[pairs.facility[link]] -= part
        served, minutes = served + part, minutes + part * pairs.value[link] / 60_000
    return served, minutes


def test_capacity_per_1000_pools_everybody_who_shares_a_facility() -> None:
    """a reaches x and y, shared by all of a, b, c: 1000 * 12 / 60; b's x is shared by a and b: 1000 * 8 / 40."""
    beds = places(8.0, 4.0)
    found = capacity_per_thousand(PAIRS, cutoff_s=900.0, capacity=beds, population=PEOPLE)
    assert found["capacity_per_1000"].tolist() == pytest.approx([200.0, 200.0, 4000 / 30, 0.0])
    near = capacity_per_thousand(PAIRS, cutoff_s=600.0, capacity=beds, population=PEOPLE)
    assert near["capacity_per_1000"].tolist() == [200.0, 200.0, 0.0, 0.0]
    with pytest.raises(SchemaError, match="1 of 2"):
        capacity_per_thousand(PAIRS, cutoff_s=900.0, capacity=places(8.0, np.nan), population=PEOPLE)
