"""A real city: both engines give the same times, pairs and legs."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

import lifecircle as lc
from lifecircle.model.travel import NearestTimes, ReachPairs

CONFIGS = Path(__file__).resolve().parents[2] / "configs"


def answers(study: str, cutoff_min: float) -> tuple[NearestTimes, ReachPairs]:
    place = lc.load_place(CONFIGS / study)
    return lc.nearest_times(place), lc.reach_pairs(place, cutoff_min=cutoff_min)


def assert_engines_agree(study: str, *, cutoff_min: float, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("LIFECIRCLE_ENGINE", "numba")
    times, pairs = answers(study, cutoff_min)
    patch.setenv("LIFECIRCLE_ENGINE", "scipy")
    other_times, other_pairs = answers(study, cutoff_min)
    assert np.isfinite(times.value).any()
    assert len(pairs) > 1000
    for name in ("value", "facility", "entrance", "access_mm", "egress_mm", "private"):
        assert np.array_equal(getattr(times, name), getattr(other_times, name)), name
    for name in ("residence", "facility", "value"):
        assert np.array_equal(getattr(pairs, name), getattr(other_pairs, name)), name
    # The least over the pairs of a type is its nearest time.
    for column, kind in enumerate(times.types):
        of_kind = pairs.types[pairs.facility] == kind
        least = np.full(len(times.residence_ids), np.inf)
        np.minimum.at(least, pairs.residence[of_kind], pairs.value[of_kind])
        near = times.value[:, column] <= pairs.cutoff
        assert np.array_equal(least[near], times.value[near, column])
        assert np.isinf(least[~near]).all()


def test_the_sample_town_is_the_same_by_both_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    assert_engines_agree("demo.yml", cutoff_min=15, patch=monkeypatch)


@pytest.mark.slow
def test_reykjavik_is_the_same_by_both_engines(real_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECIRCLE_DATA", os.pathsep.join([str(real_data), os.environ.get("LIFECIRCLE_DATA", "")]))
    assert_engines_agree("reykjavik.yml", cutoff_min=10, patch=monkeypatch)
