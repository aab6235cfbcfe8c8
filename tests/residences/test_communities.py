"""Communities by location."""

import geopandas as gpd
import pytest
from residences.town import CRS_TOWN, notes, prepare, square
from shapely.geometry import LineString

from lifecircle.errors import SchemaError

HOUSE = {"building": "house"}
TOWN = {"w1": (square(0, 0, 10), HOUSE), "w2": (square(100, 0, 10), HOUSE), "w3": (square(500, 0, 10), HOUSE)}


def communities(ids, shapes, **columns):
    return gpd.GeoDataFrame({"id": ids, "name": [f"{i}社区" for i in ids], **columns}, geometry=shapes, crs=CRS_TOWN)


def test_residences_belong_to_the_community_around_their_representative_point():
    made = prepare(TOWN, communities=communities(["b", "a"], [square(0, 0, 104), square(104, 0, 90)]))
    assert made.table["community_id"].tolist() == ["b", "a", ""]  # w2's middle is at x = 105
    assert made.counts["in_no_community"] == 1
    assert notes(made)["residences.in_no_community"] == "1 of 3 residences lie in no community."


def test_a_shared_border_goes_to_the_smaller_id_and_numbers_become_text():
    made = prepare(TOWN, communities=communities([410602002, 410602001], [square(5, 0, 300), square(-295, 0, 300)]))
    assert made.table["community_id"].tolist() == ["410602001", "410602002", ""]


def test_without_communities_nothing_is_said():
    made = prepare(TOWN)
    assert set(made.table["community_id"]) == {""}
    assert "in_no_community" not in made.counts


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (communities(["a"], [square(0, 0, 9)]).drop(columns="name"), r"communities: missing columns \['name'\]"),
        (communities(["a", None], [square(0, 0, 9)] * 2), "communities, row 2: id is empty"),
        (communities(["a", "a"], [square(0, 0, 9)] * 2), r"communities, column id: repeated ids \['a'\]"),
        (communities(["a"], [LineString([(0, 0), (1, 1)])]), r"no row is a polygon, found \['LineString'\]"),
    ],
)
def test_bad_tables_are_refused(table, message):
    with pytest.raises(SchemaError, match=message):
        prepare(TOWN, communities=table)
