"""The several nearest of every residence, against sorting the pairs of each by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecircle.model.travel import ReachPairs, TravelMode, WalkProfile
from lifecircle.travel.several import nearest_of

RESIDENCES, FACILITIES, CUTOFF = 5, 6, 3


@given(
    walks=st.dictionaries(
        st.tuples(st.integers(0, RESIDENCES - 1), st.integers(0, FACILITIES - 1)), st.integers(0, CUTOFF)
    ),
    count=st.integers(1, 4),
    engine=st.sampled_from(["numba", "scipy"]),
)
def test_least_values_first_and_of_equals_the_first_facility(walks: dict, count: int, engine: str) -> None:
    cells = sorted(walks)
    pairs = ReachPairs(
        TravelMode("ms", WalkProfile("w", 4.8)),
        CUTOFF,
        pd.Index([f"r{row}" for row in range(RESIDENCES)]),
        pd.Index([f"f{row}" for row in range(FACILITIES)]),
        np.full(FACILITIES, "clinic", dtype=object),
        np.array([residence for residence, _ in cells], dtype=np.int32),
        np.array([facility for _, facility in cells], dtype=np.int32),
        np.array([walks[cell] for cell in cells], dtype=np.int64),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LIFECIRCLE_ENGINE", engine)
        value, facility = nearest_of(pairs, count=count)
    for residence in range(RESIDENCES):
        found = sorted((walk, other) for (own, other), walk in walks.items() if own == residence)[:count]
        blank = count - len(found)
        assert value[residence].tolist() == [walk for walk, _ in found] + [np.inf] * blank
        assert facility[residence].tolist() == [other for _, other in found] + [-1] * blank
