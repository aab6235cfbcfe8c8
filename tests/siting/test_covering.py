"""LSCP: the fewest, and the cheapest, sites for every row."""

from __future__ import annotations

import numpy as np
import pytest
from siting_problems import choices, random_joint, towns_and_sites

from lifecircle.siting import exact
from lifecircle.siting.exact import Effort
from lifecircle.siting.limits import Limit
from lifecircle.siting.lscp import cover


@pytest.mark.parametrize("priced", [False, True])
def test_optimum_of_every_small_problem_is_enclosed_and_proven(*, priced: bool) -> None:
    met = 0
    for seed in range(12):
        many, meets = random_joint(seed, units=18, sites=9, priced=priced)
        whole = [chosen for chosen in choices(many.price, Limit()) if meets[:, list(chosen)].any(axis=1).all()]
        best = min(float(many.price[list(chosen)].sum()) for chosen in whole)
        found = cover(many)
        assert meets[:, list(found.chosen)].any(axis=1).all()
        assert found.price == many.price[list(found.chosen)].sum()
        assert found.bound <= best <= found.price
        proven = exact.exact_cover(many, effort=Effort(seconds=20))
        assert proven.optimal
        assert proven.chosen is not None
        assert many.price[list(proven.chosen)].sum() == best
        met += found.price == best
    assert met >= 10  # of 12, before HiGHS is asked


def test_middle_sized_optimum_is_enclosed() -> None:
    many, meets = towns_and_sites(2)
    proven = exact.exact_cover(many, effort=Effort(seconds=60))
    assert proven.optimal
    assert proven.chosen is not None
    found = cover(many)
    assert meets[:, list(found.chosen)].any(axis=1).all()
    assert found.bound <= len(proven.chosen) <= found.price <= 1.2 * len(proven.chosen)


def test_no_site_is_superfluous() -> None:
    many, meets = random_joint(4, units=120, sites=40, density=0.1)
    chosen = cover(many).chosen
    for site in chosen:
        rest = [other for other in chosen if other != site]
        assert not meets[:, rest].any(axis=1).all()


def test_nothing_to_cover_needs_no_site() -> None:
    empty = np.zeros(0, dtype=np.int32)
    many = random_joint(1)[0]
    nothing = type(many)(np.zeros(1, dtype=np.int64), empty, empty, np.zeros(0, dtype=np.int64), np.zeros(0))
    assert cover(nothing).chosen == ()
