"""Several requirements at once: found choices against every choice, and against single-type plans put together."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csc_array
from siting_problems import choices, completed, random_joint, towns_and_sites

from lifecircle.siting import exact, joint, joint_bound
from lifecircle.siting.exact import Effort
from lifecircle.siting.limits import Limit

LIMITS = (Limit(count=1), Limit(count=3), Limit(budget=6.0))


@pytest.mark.parametrize("limit", LIMITS, ids=str)
def test_choice_and_bound_enclose_the_optimum(limit: Limit) -> None:
    met = 0
    for seed in range(8):
        many, meets = random_joint(seed, priced=limit.budget is not None)
        best = max(completed(many, meets, chosen) for chosen in choices(many.price, limit))
        found = joint_bound.solve(many, limit, steps=np.array([1.0, 2.0, 3.0]))
        assert found.value == completed(many, meets, found.chosen) <= best <= found.bound + 1e-6
        proven = exact.exact_joint(many, limit, effort=Effort(seconds=20))
        assert proven.optimal
        assert proven.chosen is not None
        assert completed(many, meets, proven.chosen) == best
        met += found.value == best
    assert met >= 7  # of 8, before HiGHS is asked


def test_every_step_of_the_curve_is_a_bound() -> None:
    for seed in range(4):
        many, meets = random_joint(seed)
        _, curve = joint_bound.upper_bound(many, Limit(count=3), steps=np.array([1.0, 2.0, 3.0]), value=0)
        for count, most in enumerate(curve.tolist(), start=1):
            limit = Limit(count=count)
            assert max(completed(many, meets, chosen) for chosen in choices(many.price, limit)) <= most + 1e-6


def test_middle_sized_optimum_is_proven_by_highs_and_enclosed() -> None:
    # towns that need two kinds of facility, sites of either kind in fifty places
    first, meets_first = towns_and_sites(5, sites=50, reach=0.3)
    _, meets_second = towns_and_sites(6, sites=50, reach=0.3)
    meets = np.zeros((400, 100), dtype=bool)
    meets[::2, :50], meets[1::2, 50:] = meets_first, meets_second
    columns = csc_array(meets)
    columns.sort_indices()
    unit = np.repeat(np.arange(200), 2).astype(np.int32)
    offsets, row = columns.indptr.astype(np.int64), columns.indices.astype(np.int32)
    many = joint.Joint(offsets, row, unit, first.weight, np.ones(100))
    proven = exact.exact_joint(many, Limit(count=4), effort=Effort(seconds=90))
    assert proven.optimal
    assert proven.chosen is not None
    optimum = completed(many, meets, proven.chosen)
    found = joint_bound.solve(many, Limit(count=4), steps=np.array([4.0]))
    assert found.value <= optimum <= found.bound + 1e-6
    assert optimum <= 1.05 * found.value


def test_engines_choose_the_same_sites_and_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(4):
        many, _ = random_joint(seed, units=60, sites=20)
        compiled = joint_bound.solve(many, Limit(count=4), steps=np.array([2.0, 4.0]))
        monkeypatch.setenv("LIFECIRCLE_ENGINE", "scipy")
        plain = joint_bound.solve(many, Limit(count=4), steps=np.array([2.0, 4.0]))
        monkeypatch.delenv("LIFECIRCLE_ENGINE")
        assert (compiled.chosen, compiled.value, compiled.bound) == (plain.chosen, plain.value, plain.bound)


def test_never_worse_than_a_start() -> None:
    for seed in range(5):
        many, meets = random_joint(seed, needs=3)
        best = max(choices(many.price, Limit(count=3)), key=lambda chosen: completed(many, meets, chosen))
        found = joint_bound.solve(many, Limit(count=3), steps=np.array([3.0]), starts=[best])
        assert found.value == completed(many, meets, best)


def test_what_a_site_completes_and_advances_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    # unit 0 (weight 8) has rows 0 and 1, unit 1 (weight 2) has row 2; site 0 meets rows 0 and 2, site 1 row 1
    many = joint.Joint(
        np.array([0, 2, 3]), np.array([0, 2, 1], np.int32), np.array([0, 0, 1], np.int32), np.array([8, 2]), np.ones(2)
    )
    worth = np.array([100, 10, 1])
    for engine in ("numba", "scipy"):
        monkeypatch.setenv("LIFECIRCLE_ENGINE", engine)
        fresh = joint.closing(many, joint.State.of(many, ()), worth=worth)
        assert fresh.tolist() == [[2, 8 * 9 + 2 * 90], [0, 8 * 9]]
        then = joint.closing(many, joint.State.of(many, (0,)), worth=worth)
        assert then.tolist() == [[0, 0], [8, 8 * 90]]
        assert joint_bound.loads(many, np.array([1, 2, 4])).tolist() == [5, 2]
