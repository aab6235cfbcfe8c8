"""Sites of unmapped facilities: the pool, the map that is thinned, and what is learnt from it."""

from __future__ import annotations

import numpy as np
import pytest

from lifecircle.coverage.unmapped import FOLDS, MappedType, SitePool, draw_sites, learn
from lifecircle.errors import SchemaError

LIMIT = 300


def line_pool(count: int, reach: int = 480) -> SitePool:
    """Return a site at every place 0, 100, 200 ... of a line, with an origin at each; walks are distances."""
    at = np.arange(count) * 100
    walk = np.abs(at[:, None] - at[None, :])
    site, origin = np.nonzero(walk <= reach)
    return SitePool.of(np.arange(count), site=site, reached=origin, value=walk[site, origin])


def line_type(places: list[int], count: int, *, stretch: int = 0, inside: list[bool] | None = None) -> MappedType:
    """Return facilities at `places` of the line; each is felt `stretch` beyond its walk."""
    at, own = np.arange(count) * 100, np.array(places) * 100
    walk = np.maximum(np.abs(at[:, None] - own[None, :]) - stretch, 0)
    origin, facility = np.nonzero(walk <= LIMIT)
    between = np.abs(own[:, None] - own[None, :]).astype(float)
    between[between > LIMIT] = np.inf
    return MappedType(
        LIMIT, np.array(inside or [True] * len(places)), origin, facility, walk[origin, facility], between
    )


def test_a_pool_lists_origins_nearest_first_and_walks_between_sites():
    """Five places on a line, search to 150: a site reaches itself and its neighbours."""
    pool = line_pool(5, reach=150)
    assert pool.felt(np.array([2]), 100).tolist() == [2, 1, 3]
    assert pool.felt(np.array([2]), 99).tolist() == [2]
    assert pool.felt(np.array([0, 4]), 150).tolist() == [0, 1, 4, 3]
    assert pool.felt(np.empty(0, dtype=np.int64), 150).tolist() == []
    assert pool.between[2].tolist() == [np.inf, 100.0, 0.0, 100.0, np.inf]


def test_sites_at_one_place_share_its_walks():
    pool = SitePool.of(
        np.array([1, 1, 0]),
        site=np.array([0, 1, 2, 2]),
        reached=np.array([1, 1, 0, 1]),
        value=np.array([0, 0, 0, 70]),
    )
    assert pool.between.tolist() == [[0.0, 0.0, np.inf], [0.0, 0.0, np.inf], [70.0, 70.0, 0.0]]


def test_pairs_of_facilities_that_do_not_exist_are_refused():
    with pytest.raises(SchemaError, match="facility 3 of 1"):
        MappedType(LIMIT, np.array([True]), np.array([0]), np.array([3]), np.array([1]), np.zeros((1, 1)))
    with pytest.raises(SchemaError, match="shape"):
        MappedType(LIMIT, np.array([True]), np.array([0]), np.array([0]), np.array([1]), np.zeros((2, 2)))


def test_a_thinned_map_keeps_its_share_and_everything_outside():
    """Of 10 inside and 2 outside, 40 % of those inside stay: 4 + 2."""
    mapped = line_type(list(range(12)), 12, inside=[True] * 10 + [False] * 2)
    less = mapped.thinned(0.4, np.random.default_rng(1))
    assert (less.mapped, len(less.inside)) == (4, 6)
    assert mapped.thinned(1.0, np.random.default_rng(1)).mapped == 9  # at least one goes, or nothing is learnt


def test_only_renumbers_what_is_kept():
    mapped = line_type([0, 5, 9], 10)
    less = mapped.only(np.array([True, False, True]))
    assert sorted(set(less.facility.tolist())) == [0, 1]
    nearest = less.nearest(10)
    assert nearest.tolist() == [0, 100, 200, 300, np.inf, np.inf, 300, 200, 100, 0]


def test_a_seed_fixes_the_sites_and_gaps_are_filled_first():
    """One facility at the west end covers 0..3; with gap = 1 every site lies beyond until none does."""
    pool, mapped = line_pool(20), line_type([0], 20)
    siting = learn(mapped, pool, weight=np.ones(20), completeness=0.5, rng=np.random.default_rng(2))
    one = draw_sites(siting, pool, number=2, gap=1.0, rng=np.random.default_rng(3))
    assert one.tolist() == draw_sites(siting, pool, number=2, gap=1.0, rng=np.random.default_rng(3)).tolist()
    assert one.min() > 3
    assert abs(int(one[0]) - int(one[1])) > 3
    many = draw_sites(siting, pool, number=30, gap=1.0, rng=np.random.default_rng(3))
    assert len(many) == 30  # where no gap is left, sites are drawn as everywhere


def test_nothing_is_learnt_from_three_facilities():
    siting = learn(line_type([2, 9, 15], 20), line_pool(20), weight=np.ones(20), completeness=0.5,
                   rng=np.random.default_rng(0))  # fmt: skip
    assert siting.reach.tolist() == np.linspace(0.7, 1.3, FOLDS).tolist()


@pytest.mark.parametrize("stretch", [0, 100])
def test_the_reach_of_a_type_is_found_in_its_map(stretch: int):
    """40 facilities at random on a line of 600 places: felt 3 places away, or 4 where each has doors 100 further out.

    Sites reach as far as their walk, so the reach that replaces a facility is 300 of the threshold of 300 (1.0), or
    400 (1.33): the pool knows walks to 480, 1.6 times the threshold.
    """
    rng = np.random.default_rng(11)
    mapped = line_type(sorted(rng.choice(600, 40, replace=False).tolist()), 600, stretch=stretch)
    siting = learn(mapped, line_pool(600), weight=np.ones(600), completeness=0.6, rng=rng)
    want = (LIMIT + stretch) / LIMIT
    assert abs(float(np.median(siting.reach)) - want) < 0.2
