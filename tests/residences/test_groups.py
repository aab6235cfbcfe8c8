"""Age groups of a population table: shared like the people, each total conserved."""

import geopandas as gpd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from residences.town import CRS_TOWN, notes, prepare, square

HOUSE = {"building": "house", "building:levels": "1"}


def houses(*places):
    """Houses of 100 m2, one storey, at these places."""
    return {f"w{n}": (square(x, y, 10), HOUSE) for n, (x, y) in enumerate(places)}


def cells(*rows):
    """Cells of 100 m: (column, people, elderly, children)."""
    return gpd.GeoDataFrame(
        {
            "population": [float(row[1]) for row in rows],
            "population_child": [row[3] for row in rows],
            "population_elderly": [row[2] for row in rows],
        },
        geometry=[square(100 * row[0], 0, 100) for row in rows],
        crs=CRS_TOWN,
    )


def test_groups_live_as_everybody_in_their_cell_does():
    """Two houses in the first cell, one in the second: 10 elderly become 5 and 5, and 8 stay 8."""
    made = prepare(houses((10, 10), (40, 10), (110, 10)), population=cells((0, 60, 10.0, 6.0), (1, 30, 8.0, 0.0)))
    assert made.table["population"].tolist() == [30.0, 30.0, 30.0]
    assert made.table["population_elderly"].tolist() == [5.0, 5.0, 8.0]
    assert made.table["population_child"].tolist() == [3.0, 3.0, 0.0]
    assert "Group elderly: 18 people placed in residences, 0 beyond" in notes(made)["residences.population_elderly"]
    assert "Group child: 6 people placed" in notes(made)["residences.population_child"]


def test_a_cell_without_a_number_of_a_group_is_told():
    made = prepare(houses((10, 10), (110, 10)), population=cells((0, 60, None, 6.0), (1, 30, 8.0, 0.0)))
    assert made.table["population_elderly"].tolist() == [0.0, 8.0]
    assert "1 rows have no number of it" in notes(made)["residences.population_elderly"]


def test_no_groups_no_columns():
    table = cells((0, 60, 1.0, 1.0)).drop(columns=["population_elderly", "population_child"])
    made = prepare(houses((10, 10)), population=table)
    assert [name for name in made.table.columns if name.startswith("population")] == ["population"]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 8)), min_size=1, max_size=10, unique=True),
    st.lists(st.integers(0, 500), min_size=6, max_size=6),
    st.lists(st.integers(0, 100), min_size=6, max_size=6),
)
def test_a_group_that_is_a_share_of_all_is_that_share_everywhere(places, people, percent):
    """Per cell the group is `percent` of its people, so it is of each of its residences; totals add up."""
    rows = [(n, count, count * part / 100.0, 0.0) for n, (count, part) in enumerate(zip(people, percent, strict=True))]
    homes = houses(*[(100 * column + 10 + 10 * row // 10, 10 * row + 5) for column, row in places])
    used = {column for column, _ in places}
    if sum(people[column] for column in used) == 0:
        return
    made = prepare(homes, population=cells(*rows))
    for home, (column, _) in zip(made.table.loc[list(homes)].to_dict("records"), places, strict=True):
        assert home["population_elderly"] == pytest.approx(home["population"] * percent[column] / 100.0)
    placed = sum(rows[column][2] for column in used)
    assert made.table["population_elderly"].sum() == pytest.approx(placed)
