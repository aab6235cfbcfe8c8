"""Numbers as people type them: whatever is written comes back, and nothing is read that is not written."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecircle.sources.grids import text_of
from lifecircle.sources.table_values import read_capacity, read_coordinate, read_pair

degrees = st.integers(0, 179)
sixties = st.integers(0, 59)
tenths = st.integers(0, 599)
hemispheres = st.sampled_from(
    [("E", 1), ("W", -1), ("东经", 1), ("西经", -1), ("N", 1), ("S", -1), ("北纬", 1), ("南纬", -1)]
)
SIGNS = (("°", "'", '"'), ("°", "′", "″"), ("度", "分", "秒"), (":", ":", ""), (" ", " ", ""), ("°", "’", "''"))
FULL_WIDTH = str.maketrans("0123456789.-", "０１２３４５６７８９．－")


@given(degrees, sixties, tenths, st.sampled_from(SIGNS))
def test_degrees_minutes_seconds(whole: int, minutes: int, tenth: int, signs: tuple[str, str, str]) -> None:
    text = f"{whole}{signs[0]}{minutes}{signs[1]}{tenth / 10}{signs[2]}"
    read = read_coordinate(text)
    assert read is not None
    assert read.rewritten
    assert math.isclose(read.value, whole + minutes / 60 + tenth / 36_000, abs_tol=1e-12)


@given(degrees, sixties, hemispheres, st.booleans())
def test_hemispheres_before_or_behind(whole: int, minutes: int, hemisphere: tuple[str, int], before) -> None:
    letter, sign = hemisphere
    text = f"{letter}{whole}°{minutes}'" if before else f"{whole}°{minutes}'{letter[0]}"
    read = read_coordinate(text)
    assert read is not None
    assert read.axis == ("lon" if letter[0] in "EW东西" else "lat")
    assert math.isclose(read.value, sign * (whole + minutes / 60), abs_tol=1e-12)


@given(st.floats(-1e7, 1e7).map(lambda value: round(value, 7)))
def test_plain_numbers_in_every_dress(value: float) -> None:
    plain = f"{value:.7f}"
    for text in (plain, f"  {plain} ", plain.translate(FULL_WIDTH)):
        read = read_coordinate(text)
        assert read is not None
        assert read.value == value
        assert read.axis == ""
    assert read_coordinate(value).value == value


@given(st.floats(0, 180).map(lambda value: round(value, 6)), st.floats(0, 90).map(lambda value: round(value, 6)))
def test_pairs(lon: float, lat: float) -> None:
    a, b = f"{lon:.6f}", f"{lat:.6f}"
    for text in (f"{a},{b}", f"{a}，{b}", f"({a}, {b})", f"[{a};{b}]", f"{a} {b}", f"POINT ({a} {b})", f"N{b}, E{a}"):
        read = read_pair(text)
        assert read is not None, text
        assert [number.value for number in read] == [lon, lat], text
    read = read_pair(f"{b},{a}", latitude_first=True)
    assert read is not None
    assert [number.value for number in read] == [lon, lat]


@given(st.text(max_size=25))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (read_coordinate(text), *(read_pair(text) or ())):
        assert read is None or math.isnan(read.value) or math.isfinite(read.value)
    capacity = read_capacity(text)
    assert capacity is None or math.isnan(capacity) or capacity >= 0


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("114,297", 114.297),  # a decimal comma
        ("-35,748", -35.748),
        ("500,123", 500_123.0),  # no degrees: thousands of an easting
        ("3,958,021", 3_958_021.0),
        ("500,123.5", 500_123.5),
        ("0,123,456", 123_456.0),
    ],
)
def test_commas_between_thousands_or_before_decimals(text: str, value: float) -> None:
    assert read_coordinate(text).value == value


@pytest.mark.parametrize(
    "text",
    [
        "东门",
        "114.17.35",
        "114°60'00\"",
        "114°10'75\"",
        "114.5°30'",
        "E114W",
        "1e999",
        "114°-3'",
        "114/35",
        "12月3日",
        "#N/A!",
    ],
)
def test_no_coordinates(text: str) -> None:
    assert read_coordinate(text) is None


@pytest.mark.parametrize("text", ["", " ", "无", "待补", "-", "——", "N/A", "null", "／", "待核实", None, math.nan])
def test_words_for_nothing(text: object) -> None:
    read = read_coordinate(text)
    assert read is not None
    assert math.isnan(read.value)


@pytest.mark.parametrize("text", ["1,2,3", "114.29", "东门,西门", "114.29,", "116.3,40.0,5"])
def test_no_pairs(text: str) -> None:
    assert read_pair(text) is None


@given(st.integers(0, 10**6), st.sampled_from(["", "张", " 张", "个床位", "床", "人", "座", " beds"]))
def test_capacities(count: int, unit: str) -> None:
    for text in (f"{count}{unit}", f"约{count}{unit}", f"{count:,}{unit}", f"{count}{unit}".translate(FULL_WIDTH)):
        assert read_capacity(text) == count, text
    assert read_capacity(float(count)) == count


@pytest.mark.parametrize("cell", ["若干", "-3", "3-5张", -1.0, math.inf, "一百"])
def test_no_capacities(cell: object) -> None:
    assert read_capacity(cell) is None


@given(st.text(max_size=30))
def test_the_shown_text_is_stable(text: str) -> None:
    once = text_of(text)
    assert text_of(once) == once
    assert once == once.strip()
