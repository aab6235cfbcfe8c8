"""Which tagged things are read, as what, and never twice."""

import numpy as np
import pytest
from sources.conftest import EDGE, osm_xml, place

from lifecircle.model.osm import by_tags
from lifecircle.sources.osm_file import read_osm
from lifecircle.sources.osm_tags import (
    concerns_walkers,
    is_address,
    is_area,
    is_dead,
    is_kept_relation,
    is_object,
    is_route,
    is_street,
    said,
)

SQUARE = [11, 12, 22, 21, 11]
CELL = EDGE * EDGE


def test_a_closed_way_is_one_polygon_not_way_and_area(read_tiny) -> None:
    data = read_tiny({7: (SQUARE, {"building": "yes"})})
    assert list(data.objects.index) == ["w7"]
    assert data.objects.geometry["w7"].geom_type == "Polygon"
    assert data.objects.geometry["w7"].area == pytest.approx(CELL)
    assert data.objects.crs.to_epsg() == 4326


def test_a_closed_fence_is_a_ring_but_a_fenced_school_is_one_polygon(read_tiny) -> None:
    data = read_tiny(
        {1: (SQUARE, {"barrier": "fence"}), 2: (SQUARE, {"barrier": "fence", "amenity": "school", "name": "小学"})}
    )
    kinds = data.objects.geom_type
    assert kinds.to_dict() == {"w1": "LineString", "w2": "Polygon"}
    assert data.objects.geometry["w1"].is_closed
    assert data.objects.tags["w2"] == {"barrier": "fence", "amenity": "school", "name": "小学"}


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"landuse": "residential"}, "Polygon"),
        ({"leisure": "park"}, "Polygon"),
        ({"natural": "water"}, "Polygon"),
        ({"natural": "wood"}, "Polygon"),
        ({"natural": "cliff"}, "LineString"),
        ({"waterway": "riverbank"}, "Polygon"),
        ({"waterway": "stream"}, "LineString"),
        ({"railway": "station"}, "Polygon"),
        ({"railway": "rail"}, "LineString"),
        ({"place": "square"}, "Polygon"),
        ({"boundary": "administrative"}, "Polygon"),
        ({"barrier": "wall"}, "LineString"),
        ({"barrier": "wall", "area": "yes"}, "Polygon"),
        ({"leisure": "track", "area": "no"}, "LineString"),
        ({"highway": "pedestrian", "name": "Loop"}, "LineString"),
        ({"highway": "pedestrian", "name": "Square", "area": "yes"}, "Polygon"),
        ({"highway": "pedestrian", "place": "square"}, "Polygon"),
        ({"highway": "platform"}, "Polygon"),
    ],
)
def test_closed_ways_are_areas_by_their_tags(read_tiny, tags: dict[str, str], kind: str) -> None:
    data = read_tiny({7: (SQUARE, tags)})
    assert data.objects.geom_type.to_dict() == {"w7": kind}


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "residential", "name": "Main Street"},
        {"highway": "footway"},
        {"highway": "service", "emergency": "yes"},
        {"building": "no"},
        {"boundary": "protected_area"},
        {"addr:housenumber": "5"},
        {"man_made": "pier"},
    ],
)
def test_what_no_later_room_asks_for_is_no_object(read_tiny, tags: dict[str, str]) -> None:
    assert read_tiny({7: (SQUARE, tags)}).objects.empty


def test_trails_are_objects_and_streets_at_once(read_tiny) -> None:
    data = read_tiny({7: ([11, 12, 13], {"highway": "path", "name": "健康步道"})})
    assert data.objects.geom_type.to_dict() == {"w7": "LineString"}
    assert data.ways.way_id.tolist() == [7]


def test_nodes_become_points_at_their_place(read_tiny) -> None:
    tags = {11: {"amenity": "pharmacy"}, 12: {"natural": "tree"}, 13: {"highway": "bus_stop"}, 14: {"entrance": "main"}}
    data = read_tiny({}, node_tags=tags)
    assert list(data.objects.index) == ["n11", "n13", "n14"]
    point = data.objects.geometry["n13"]
    assert (point.x, point.y) == place(13)


def test_ids_are_sorted_by_kind_then_number(read_tiny) -> None:
    data = read_tiny(
        {100: (SQUARE, {"building": "yes"}), 20: (SQUARE, {"building": "yes"})},
        relations={3: ([(100, "outer")], {"type": "multipolygon", "landuse": "forest"})},
        node_tags={30: {"shop": "bakery"}, 4: {"shop": "bakery"}},
    )
    assert list(data.objects.index) == ["n4", "n30", "w20", "w100", "r3"]
    assert data.objects.index.name == "object_id"


@pytest.mark.parametrize(
    "prefix", ["disused", "abandoned", "was", "removed", "demolished", "construction", "proposed", "planned"]
)
def test_dead_objects_never_enter_and_are_counted(read_tiny, prefix: str) -> None:
    data = read_tiny(
        {
            1: (SQUARE, {f"{prefix}:amenity": "school", "name": "Old school"}),
            2: (SQUARE, {f"{prefix}:amenity": "school", "building": "yes"}),
            3: ([1, 2], {f"{prefix}:highway": "footway"}),
            4: ([1, 2], {f"{prefix}:note": "nothing we would read"}),
        },
        node_tags={5: {f"{prefix}:shop": "bakery"}},
    )
    assert list(data.objects.index) == ["w2"]
    assert data.counts["dead_objects"] == 3
    assert not len(data.ways.way_id)


def test_a_ring_that_crosses_itself_stays_a_line_and_is_counted(read_tiny) -> None:
    data = read_tiny({7: ([11, 22, 12, 21, 11], {"building": "yes"}), 8: ([11, 12, 11], {"building": "yes"})})
    assert set(data.objects.geom_type) == {"LineString"}
    assert data.counts["broken_areas"] == 2


def test_rings_that_touch_or_retrace_themselves_are_mended(read_tiny) -> None:
    """An hourglass through node 22 encloses two cells; a spike from 12 to 13 and back none."""
    data = read_tiny(
        {
            1: ([11, 12, 22, 23, 33, 32, 22, 21, 11], {"building": "yes"}),
            2: ([11, 12, 13, 12, 22, 21, 11], {"building": "yes"}),
        }
    )
    assert data.objects.geometry["w1"].area == pytest.approx(2 * CELL)
    assert data.objects.geometry["w2"].area == pytest.approx(CELL)
    assert data.objects.is_valid.all()
    assert data.counts["broken_areas"] == 0


def test_a_building_cut_by_the_file_is_kept_as_a_line_and_counted(read_tiny) -> None:
    data = read_tiny({7: (SQUARE, {"building": "yes"}), 8: ([99, 98], {"building": "yes"})}, absent=(22, 99))
    assert data.objects.geom_type.to_dict() == {"w7": "MultiLineString"}
    assert data.counts["broken_areas"] == 1
    assert (data.counts["missing_nodes"], data.counts["cut_ways"], data.counts["lost_ways"]) == (2, 2, 1)


def test_an_id_given_twice_is_kept_once(tmp_path) -> None:
    text = osm_xml({7: (SQUARE, {"building": "yes"})})
    corners = "".join(f'<nd ref="{ref}"/>' for ref in (11, 12, 21, 11))
    again = f'<way id="7" version="2">{corners}<tag k="building" v="hut"/></way></osm>'
    path = tmp_path / "twice.osm"
    path.write_text(text.replace("</osm>", again), encoding="utf-8")
    objects = read_osm(path).objects
    assert [tags["building"] for tags in objects["tags"]] == ["hut"]


def test_tag_rules_in_one_place() -> None:
    assert is_street(said("public_transport", "platform"))
    assert not is_street(said("highway", "no"))
    assert not is_object(said("natural", "tree"), node=True)
    assert is_object(said("natural", "water"))
    assert not is_area(said("highway", "footway"))
    assert not is_area(said("building", "yes") | said("area", "no"))
    assert not is_object(said("emergency", "yes") | said("highway", "service"))
    assert is_address(said("addr:housename", "x") | said("addr:street", "y"))
    assert not concerns_walkers(said("addr:street", "y") | said("source", "survey"))
    assert not concerns_walkers(said("highway", "street_lamp") | said("ref", "7"))
    assert is_dead(said("was:shop:1", "yes"))
    assert not is_dead(said("was:name", "yes"))


def test_what_many_things_say_is_what_each_says() -> None:
    bits = np.array([0, said("highway", "path"), said("highway", "path") | said("name", "a"), said("shop", "no")])
    for rule in (is_street, is_object, is_area, is_address, is_dead, concerns_walkers, is_route, is_kept_relation):
        assert rule(bits).tolist() == [bool(rule(one)) for one in bits.tolist()]
    assert is_object(bits).tolist() == [False, False, True, False]


def test_things_of_the_same_tags_share_them_and_are_judged_once(read_tiny) -> None:
    hut, shop = {"building": "hut"}, {"building": "hut", "shop": "yes"}
    tags = read_tiny({5: (SQUARE, hut), 6: (SQUARE, shop), 7: (SQUARE, hut)}).objects["tags"]
    assert list(tags) == [hut, shop, hut]
    assert tags["w5"] is tags["w7"]
    asked = []

    def judge(one: dict[str, str]) -> int:
        asked.append(one)
        return len(one)

    assert by_tags(judge, tags) == [1, 2, 1]
    assert asked == [hut, shop]
