"""Measures of the sample place, against its own nearest times."""

import numpy as np
import pandas as pd
import pytest

import lifecircle as lc
from lifecircle.accessibility.pairs import only_types, pairs_of
from lifecircle.accessibility.registry import MEASURES


@pytest.fixture(scope="module")
def place() -> lc.Place:
    return lc.load_place(lc.demo_study())


def test_the_first_of_k_is_the_nearest_time(place: lc.Place) -> None:
    request = lc.MeasureRequest(("kindergarten",), minutes=30.0, k=1)
    found = lc.measure(place, "kth-nearest", request=request).iloc[:, 0]
    times = lc.nearest_times(place, types=("kindergarten",)).to_frame().set_index("residence_id")["time_s"]
    pd.testing.assert_series_equal(found, times.reindex(found.index), check_names=False)
    assert np.isfinite(found).sum() > 1000


def test_counts_grow_with_minutes_and_types(place: lc.Place) -> None:
    def count(minutes: float, *types: str) -> pd.Series:
        return lc.measure(place, "cumulative", request=lc.MeasureRequest(types, minutes=minutes)).iloc[:, 0]

    near, far = count(10.0, "kindergarten"), count(15.0, "kindergarten")
    assert (far >= near).all()
    assert far.sum() > near.sum()
    assert (count(15.0, "kindergarten", "school_any") >= far).all()


def test_only_the_asked_types_need_a_capacity(place: lc.Place) -> None:
    with pytest.raises(lc.errors.SchemaError, match=r"unknown for \d+ of \d\d? facilities"):
        lc.measure(place, "floating-catchment", request=lc.MeasureRequest(("kindergarten",)))


def test_pairs_of_one_type() -> None:
    pairs = pairs_of({("a", "x"): 300, ("a", "y"): 900, ("b", "x"): 600})
    assert len(only_types(pairs, ["none"])) == 0
    assert len(only_types(pairs, ["any"])) == 3


@pytest.mark.parametrize(
    ("name", "request_", "message"),
    [
        ("gini", lc.MeasureRequest(("park",)), "unknown measure 'gini'"),
        ("gravity", lc.MeasureRequest(("park",), decay="cubic"), "decay is 'cubic'"),
        ("gravity", lc.MeasureRequest(("park",), decay="exponential"), "rate_per_s"),
        ("gravity", lc.MeasureRequest(("parks",)), "unknown facility type 'parks'"),
    ],
)
def test_bad_requests_are_refused(place: lc.Place, name: str, request_: lc.MeasureRequest, message: str) -> None:
    with pytest.raises(lc.errors.ConfigError, match=message):
        lc.measure(place, name, request=request_)


def test_every_measure_has_a_page() -> None:
    from pathlib import Path

    methods = Path(__file__).resolve().parents[2] / "docs" / "methods"
    assert not [known.page for known in MEASURES.values() if not (methods / known.page).is_file()]
