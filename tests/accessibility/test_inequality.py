"""Inequality by hand: equal is 0, one has all, and what must be refused."""

import math

import numpy as np
import pandas as pd
import pytest

from lifecircle.accessibility.inequality import concentration_index, gini, lorenz, theil
from lifecircle.errors import SchemaError


def of(*values: float) -> pd.Series:
    return pd.Series(list(values), index=[f"h{number}" for number in range(len(values))])


ONES = of(1.0, 1.0, 1.0, 1.0)


def test_equal_access_is_zero() -> None:
    assert gini(of(3.0, 3.0, 3.0, 3.0), population=of(1.0, 5.0, 2.0, 7.0)) == pytest.approx(0.0, abs=1e-15)
    assert theil(of(3.0, 3.0, 3.0, 3.0), population=of(1.0, 5.0, 2.0, 7.0)) == pytest.approx(0.0, abs=1e-15)


def test_one_of_four_has_all() -> None:
    """Lorenz curve 0, 0, 0, 0, 1: area under it 1/8, Gini 3/4; Theil ln 4."""
    access = of(0.0, 0.0, 0.0, 8.0)
    assert gini(access, population=ONES) == pytest.approx(0.75)
    assert theil(access, population=ONES) == pytest.approx(math.log(4.0))
    assert lorenz(access, population=ONES).share.tolist() == [0.0, 0.0, 0.0, 0.0, 1.0]


def test_one_two_three_four() -> None:
    """Gini of 1, 2, 3, 4: sum of |differences| over 2 n^2 mean = 20 / 80 = 0.25."""
    assert gini(of(2.0, 4.0, 1.0, 3.0), population=ONES) == pytest.approx(0.25)


def test_people_count_not_rows() -> None:
    """Two people at one place are the same as two places with one each."""
    once = gini(of(1.0, 4.0), population=of(2.0, 1.0))
    assert once == pytest.approx(gini(of(1.0, 1.0, 4.0), population=of(1.0, 1.0, 1.0)))


def test_concentration_follows_the_ranking() -> None:
    """Ranked as access is: the Gini; ranked the other way: its negative; one group: 0."""
    access = of(1.0, 2.0, 3.0, 4.0)
    assert concentration_index(access, population=ONES, ranking=of(1.0, 2.0, 3.0, 4.0)) == pytest.approx(0.25)
    assert concentration_index(access, population=ONES, ranking=of(4.0, 3.0, 2.0, 1.0)) == pytest.approx(-0.25)
    assert concentration_index(access, population=ONES, ranking=ONES) == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("access", "message"),
    [
        (of(1.0, np.inf, 2.0, 3.0), "infinite"),
        (of(1.0, 0.0, 1.0, 0.0), "0 or 1"),
        (of(1.0, np.nan, 2.0, 3.0), "must be given"),
        (of(1.0, -2.0, 2.0, 3.0), "must be given"),
    ],
)
def test_what_has_no_inequality_index_is_refused(access: pd.Series, message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        gini(access, population=ONES)


def test_nobody_with_access_is_refused() -> None:
    with pytest.raises(SchemaError, match="nobody"):
        gini(of(2.0, 0.0, 0.0, 0.0), population=of(0.0, 1.0, 1.0, 1.0))


def test_an_unknown_rank_is_refused() -> None:
    with pytest.raises(SchemaError, match="ranking: unknown for 1"):
        concentration_index(of(1.0, 2.0, 3.0, 4.0), population=ONES, ranking=of(1.0, 2.0, 3.0, np.nan))
