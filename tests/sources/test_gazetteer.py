"""A gazetteer of a tiny town, with places computed by hand."""

from collections.abc import Callable

import numpy as np
import pytest
from lattice_distance import metres

from lifecircle.model.osm import OsmData
from lifecircle.sources.gazetteer import build_gazetteer
from lifecircle.sources.gazetteer_search import GazetteerSearch
from lifecircle.sources.geocode import GeocodeQuery, Geocoder, Sources
from lifecircle.sources.geocode_decide import GeocodeRules, Verdict
from lifecircle.sources.geocode_ledger import Ledger

# The lattice of the tiny files: node 10 * row + column, 0.001 degrees a step: 71.5 m east, 111.3 m north.
TOWN = {
    1: ([11, 12, 13, 14, 15, 16, 17, 18], {"highway": "residential", "name": "长江路"}),
    2: ([14, 24, 34, 44], {"highway": "residential", "name": "黄河路"}),
}
NODES = {
    # Odd numbers of 长江路, 71.5 m apart; even ones are unknown.
    21: {"addr:street": "长江路", "addr:housenumber": "1号"},
    23: {"addr:street": "长江路", "addr:housenumber": "5号"},
    25: {"addr:street": "长江路", "addr:housenumber": "9号"},
    27: {"addr:street": "长江路", "addr:housenumber": "13号"},
    31: {"amenity": "clinic", "name": "福田社区卫生服务站"},
    36: {"place": "neighbourhood", "name": "福田社区"},
    51: {"amenity": "bank", "name": "建设银行"},
    58: {"amenity": "bank", "name": "建设银行"},
    38: {"amenity": "school", "name": "鹤壁市福田小学"},
}


def geocoder(data: OsmData, **rules: float) -> Geocoder:
    search = GazetteerSearch(build_gazetteer(data))
    return Geocoder(Sources(search, Ledger(None)), rules=GeocodeRules(**rules))


@pytest.fixture
def town(read_tiny: Callable[..., OsmData]) -> Callable[..., Verdict]:
    found = geocoder(read_tiny(TOWN, node_tags=NODES))

    def ask(name: str = "", address: str = "") -> Verdict:
        return found.locate([GeocodeQuery(name, address)])[0]

    return ask


def test_plain_address_nodes_are_read_for_the_gazetteer_alone(read_tiny: Callable[..., OsmData]) -> None:
    data = read_tiny(TOWN, node_tags=NODES)
    assert data.addresses is not None
    assert list(data.addresses.index) == ["n21", "n23", "n25", "n27"]
    assert not set(data.addresses.index) & set(data.objects.index)


def test_a_known_number_is_found_where_it_is(town: Callable[..., Verdict]) -> None:
    verdict = town(address="河南省鹤壁市淇滨区长江路5号")
    assert (verdict.status, verdict.place.level, verdict.place.object_id) == ("accepted", "number", "n23")
    assert metres(verdict.place, 23) < 0.1


def test_a_missing_number_lies_between_its_neighbours_of_the_same_side(town: Callable[..., Verdict]) -> None:
    """3 is halfway from 1 (node 21) to 5 (node 23): node 22; 7 is node 24."""
    for number, node in ((3, 22), (7, 24)):
        verdict = town(address=f"长江路{number}号")
        assert (verdict.status, verdict.place.level) == ("accepted", "between")
        assert metres(verdict.place, node) < 0.5


def test_a_number_beyond_the_last_stays_near_it_and_far_ones_are_not_guessed(town: Callable[..., Verdict]) -> None:
    near = town(address="长江路15号")
    assert (near.status, near.best.level) == ("accepted", "beyond")
    assert metres(near.best, 27) < 0.1
    far = town(address="长江路99号")
    assert far.best.level == "street"
    assert (far.status, far.reason) == ("review", "imprecise")


def test_a_crossing_is_the_shared_node(town: Callable[..., Verdict]) -> None:
    verdict = town(address="淇滨区长江路与黄河路交叉口东50米")
    assert (verdict.status, verdict.place.level) == ("accepted", "crossing")
    assert metres(verdict.place, 14) < 0.1


def test_the_health_station_is_never_the_community(town: Callable[..., Verdict]) -> None:
    assert town("福田社区卫生服务站").place.object_id == "n31"
    community = town("福田社区")
    assert (community.status, community.reason, community.best.object_id) == ("review", "area_only", "n36")
    assert town("福田社区卫生服务中心").status == "not_found"


def test_two_places_of_one_name_wait_for_a_person_unless_the_address_tells(town: Callable[..., Verdict]) -> None:
    verdict = town("建设银行")
    assert (verdict.status, verdict.reason, verdict.margin) == ("review", "ambiguous", 0.0)
    assert {option.object_id for option in verdict.options} == {"n51", "n58"}


def test_name_and_address_that_lie_apart_are_not_reconciled_silently(town: Callable[..., Verdict]) -> None:
    """The school (node 38) lies 550 m from number 1 (node 21)."""
    verdict = town("福田小学", "长江路1号")
    assert (verdict.status, verdict.reason) == ("review", "disagree")
    assert {option.object_id for option in verdict.options} >= {"n38", "n21"}


def test_a_name_is_known_without_the_town_before_it(town: Callable[..., Verdict]) -> None:
    assert town("福田小学").place.object_id == "n38"
    assert town("浚县福田小学").status != "not_found"
    assert town("安阳市福田小学").reason == "low_score"  # a school of another town


def test_another_postcode_is_another_street(read_tiny: Callable[..., OsmData]) -> None:
    ways = {3: ([61, 62, 63], {"highway": "residential", "name": "Hauptstraße"})}
    tags = {"addr:street": "Hauptstraße", "addr:housenumber": "10", "addr:postcode": "10115", "addr:city": "Berlin"}
    found = geocoder(read_tiny(ways, node_tags={71: tags}))
    texts = ["Hauptstr. 10, 10115 Berlin", "Hauptstr. 10", "Hauptstr. 10, 80331 München"]
    verdicts = found.locate([GeocodeQuery("", text) for text in texts])
    assert [verdict.status for verdict in verdicts] == ["accepted", "accepted", "review"]
    assert verdicts[0].place.object_id == "n71"
    assert verdicts[2].reason == "low_score"


def test_streets_of_one_name_far_apart_are_two(read_tiny: Callable[..., OsmData]) -> None:
    """Rows 1 and 9 are 890 m apart, more than the gap that joins; only one has the number, which proves nothing."""
    ways = {
        1: ([11, 12], {"highway": "residential", "name": "Nes"}),
        2: ([91, 92], {"highway": "residential", "name": "Nes"}),
    }
    nodes = {1: {"addr:street": "Nes", "addr:housenumber": "2"}}
    found = geocoder(read_tiny(ways, node_tags=nodes))
    assert len(found.sources.search.gazetteer.streets["nes"]) == 2
    verdict = found.locate([GeocodeQuery("", "Nes 2")])[0]
    assert (verdict.status, verdict.reason) == ("review", "ambiguous")


def test_the_size_of_an_estate_is_an_error_of_what_lies_inside_it(read_tiny: Callable[..., OsmData]) -> None:
    """Estate 4 is a square of 4 steps: its far corner lies some 270 m off; estate 5 one of a step: 70 m."""
    ways = {
        4: ([11, 15, 55, 51, 11], {"landuse": "residential", "name": "大院小区"}),
        5: ([77, 78, 88, 87, 77], {"landuse": "residential", "name": "小院小区"}),
    }
    found = geocoder(read_tiny(ways))
    large, small, itself = found.locate(
        [GeocodeQuery("", "大院小区"), GeocodeQuery("", "小院小区"), GeocodeQuery("大院小区", "")]
    )
    assert (large.status, large.reason, large.best.level) == ("review", "imprecise", "inside")
    assert (small.status, itself.status) == ("accepted", "accepted")


def test_an_empty_row_is_kept_and_says_so(town: Callable[..., Verdict]) -> None:
    verdict = town("", "  ")
    assert (verdict.status, verdict.reason, verdict.options) == ("not_found", "empty", ())


def test_equal_queries_get_equal_verdicts_and_no_row_is_lost(read_tiny: Callable[..., OsmData]) -> None:
    found = geocoder(read_tiny(TOWN, node_tags=NODES))
    queries = [GeocodeQuery("建设银行", ""), GeocodeQuery("", "长江路5号"), GeocodeQuery("建设银行", "")]
    verdicts = found.locate(queries)
    assert len(verdicts) == len(queries)
    assert verdicts[0] == verdicts[2]
    assert np.isinf(verdicts[1].margin)
