"""The sea is to the right of its shore; a broken shore floods nothing."""

import numpy as np
import pytest
import shapely

from lifecircle.pipeline.sea import sea_within

REACH = shapely.box(0, 0, 100, 100)


def sea(*shores: list[tuple[float, float]]) -> float:
    found = sea_within(np.array([shapely.LineString(shore) for shore in shores], dtype=object), reach=REACH)
    return sum(shapely.intersection(part, REACH).area for part in found)


def test_water_lies_to_the_right() -> None:
    """A shore going north at x = 30 has the eastern 70 x 100 as sea; going south, the western 30 x 100."""
    north = [(30.0, -10.0), (30.0, 50.0), (30.0, 110.0)]
    assert sea(north) == pytest.approx(7000.0)
    assert sea(north[::-1]) == pytest.approx(3000.0)


def test_a_shore_in_pieces_and_an_island() -> None:
    """The island of 10 x 10 runs anticlockwise, land to its left; it is taken out of the 7,000."""
    pieces = [[(30.0, -10.0), (30.0, 50.0)], [(30.0, 50.0), (30.0, 110.0)]]
    island = [(60.0, 40.0), (70.0, 40.0), (70.0, 50.0), (60.0, 50.0), (60.0, 40.0)]
    assert sea(*pieces, island) == pytest.approx(6900.0)


def test_a_bay_between_two_shores() -> None:
    """Land up to x = 20 and from x = 80 on: 60 x 100 of water between."""
    assert sea([(20.0, -10.0), (20.0, 110.0)], [(80.0, 110.0), (80.0, -10.0)]) == pytest.approx(6000.0)


def test_a_broken_shore_floods_nothing() -> None:
    assert sea([(30.0, -10.0), (30.0, 60.0)]) == 0.0


def test_no_shore_no_sea() -> None:
    assert sea_within(np.empty(0, dtype=object), reach=REACH) == []
