"""Administrative areas by name or relation id."""

from collections.abc import Callable

import pytest
import shapely
from sources.conftest import EDGE, place

from lifecircle.errors import ConfigError
from lifecircle.model.osm import OsmData
from lifecircle.sources.osm_file import read_osm
from lifecircle.sources.polygons import boundary_from_osm


def area(name: str, level: int = 8, **more: str) -> dict[str, str]:
    return {"type": "boundary", "boundary": "administrative", "name": name, "admin_level": str(level), **more}


@pytest.fixture
def towns(read_tiny: Callable[..., OsmData]) -> OsmData:
    """Two counties side by side; each has a Newtown, the left one also is called 鹤壁市."""
    left, right = [1, 5, 85, 81, 1], [5, 9, 89, 85, 5]
    ways = {1: (left, {}), 2: (right, {}), 3: ([11, 12, 22, 21, 11], {}), 4: ([66, 67, 77, 76, 66], {})}
    more = {"name:zh": "鹤壁市", "official_name": "County of Left"}
    relations = {
        10: ([(1, "outer")], area("Left", 6, **more)),
        20: ([(2, "outer")], area("Right", 6)),
        30: ([(3, "outer")], area("Newtown")),
        40: ([(4, "outer")], area("Newtown", **{"name:en": "New Town"})),
        50: ([(3, "outer"), (99, "outer")], area("Cut")),
    }
    return read_tiny(ways, relations=relations)


@pytest.mark.parametrize("name", ["Left", "left ", "鹤壁市", "County of  Left"])
def test_a_unique_name_in_any_spelling(towns: OsmData, name: str) -> None:
    found = boundary_from_osm(towns.objects, name=name)
    assert found.area == pytest.approx(4 * 8 * EDGE * EDGE)
    assert shapely.Point(place(33)).within(found)


@pytest.mark.parametrize(
    ("name", "node"), [("Newtown, Left", 11), ("Newtown，鹤壁市", 11), ("Newtown, Right", 66), ("New Town", 66)]
)
def test_a_place_in_an_area(towns: OsmData, name: str, node: int) -> None:
    assert boundary_from_osm(towns.objects, name=name).touches(shapely.Point(place(node)))


def test_a_town_of_the_same_name_as_its_county(read_tiny) -> None:
    ways = {1: ([1, 5, 85, 81, 1], {}), 2: ([11, 12, 22, 21, 11], {})}
    data = read_tiny(ways, relations={1: ([(1, "outer")], area("Hersfeld", 6)), 2: ([(2, "")], area("Hersfeld"))})
    assert boundary_from_osm(data.objects, name="Hersfeld, Hersfeld").area == pytest.approx(EDGE * EDGE)


def test_by_relation(towns: OsmData) -> None:
    assert boundary_from_osm(towns.objects, relation=30).area == pytest.approx(EDGE * EDGE)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"name": "Newtown"}, "2 administrative areas have that name; candidates: Newtown (relation 30, level 8); "),
        ({"name": "Newtwn"}, "no administrative area of that name lies whole in the extract; candidates: Newtown"),
        ({"name": "Cut"}, "no administrative area of that name lies whole"),
        ({"name": "Newtown, Henan"}, "the extract holds no Henan whole around it; candidates: Newtown (relation 30"),
        (
            {"name": "Right, Left"},
            "the extract holds no Left whole around it; candidates: Right (relation 20, level 6)",
        ),
        ({"name": " , "}, "give the name or the relation id"),
        ({"relation": 50}, "relation 50: the extract does not hold this area whole; candidates: Left (relation 10"),
    ],
)
def test_no_or_several_answers_list_the_candidates(towns: OsmData, asked: dict[str, object], text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        boundary_from_osm(towns.objects, **asked)
    assert text in str(caught.value)


def test_an_extract_without_administrative_areas_says_what_else_helps(read_tiny) -> None:
    objects = read_tiny({1: ([1, 2, 12, 1], {"building": "yes"})}).objects
    with pytest.raises(ConfigError, match="no named administrative area: give a polygon file or a bbox"):
        boundary_from_osm(objects, name="Vaduz")


def test_the_capital_of_liechtenstein(real_data) -> None:
    """Vaduz has 17.3 km2 (Amt fuer Statistik, Liechtenstein in Zahlen)."""
    objects = read_osm(real_data / "liechtenstein_2024.osm.pbf").objects
    vaduz = boundary_from_osm(objects, name="Vaduz, Liechtenstein")
    square_km = 111.2 * 111.2 * 0.681  # a degree each way at 47.1 N
    assert vaduz.area * square_km == pytest.approx(17.3, rel=0.01)
