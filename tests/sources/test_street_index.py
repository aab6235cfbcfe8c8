"""Where a house number that the map lacks is placed: streets of a few known numbers, worked by hand."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from lifecircle.sources.addresses import HouseNumber
from lifecircle.sources.street_index import Stretch, build_stretches

# Both sides of a street along x, numbers 20 m apart on each: 1, 3, 5, 7 north of it, 2, 4, 6, 8 south.
ABREAST = {number: (10.0 * number, 15.0 if number % 2 else -15.0) for number in range(1, 9)}


def street(numbers: Mapping[int, tuple[float, float]], *, length_m: float = 240.0) -> Stretch:
    """Return a street from x = 0 to `length_m` with these known numbers."""
    places = [(x, 0.0) for x in np.arange(0.0, length_m + 1, 20.0).tolist()] + [*numbers.values()]
    known = [None] * (len(places) - len(numbers)) + [HouseNumber(number) for number in numbers]
    points = pd.DataFrame(places, columns=["x", "y"]).assign(form="s", name="S", number=known, areas=[()] * len(places))
    points["object_id"] = ["" if number is None else f"n{number.main}" for number in known]
    (stretch,) = build_stretches(points, np.empty((0, 2), dtype=np.int64))["s"]
    return stretch


def test_the_other_side_stands_in_where_the_sides_run_abreast() -> None:
    """9 lacks a neighbour above it on its side; 8 and 10, 20 m apart, put it at x = 90."""
    found = street({**ABREAST, 10: (100.0, -15.0)}).locate(HouseNumber(9))
    assert (found.level, found.x, found.y) == ("between", 90.0, -15.0)
    assert found.within_m == pytest.approx(30.0 + 0.9 * 20.0)


def test_the_other_side_does_not_stand_in_where_it_is_numbered_at_another_pace() -> None:
    """7 stands at x = 10, where the other side puts it at x = 170: 8 and 10 say nothing about 9."""
    even = {number: (25.0 * number - 5.0, -15.0) for number in (2, 4, 6, 8, 10)}
    found = street({7: (10.0, 15.0), **even}).locate(HouseNumber(9))
    assert found.level != "between"


def test_a_long_street_is_placed_by_its_own_side_alone() -> None:
    assert street({**ABREAST, 10: (100.0, -15.0)}, length_m=800.0).locate(HouseNumber(9)).level == "beyond"


def test_the_other_side_alone_serves_a_short_street() -> None:
    found = street({2: (20.0, -15.0), 4: (40.0, -15.0)}).locate(HouseNumber(3))
    assert (found.level, found.x) == ("between", 30.0)


def test_beyond_the_last_number_goes_only_as_far_as_the_street_tells() -> None:
    """Numbers of one side 20 m apart, 12 m a number at least: 9 is within 40 + 1.5 x 2 x 12 = 76 m of 7."""
    odd = {1: (10.0, 15.0), 3: (30.0, 15.0), 5: (50.0, 15.0)}
    told = street(odd | {7: (70.0, 15.0)}).locate(HouseNumber(9))
    assert (told.level, told.x) == ("beyond", 70.0)
    assert told.within_m == pytest.approx(76.0)
    assert street(odd).locate(HouseNumber(7)).level == "street"  # two pairs of neighbours tell nothing
