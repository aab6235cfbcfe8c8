"""Streets as runs of present nodes."""

from itertools import pairwise

import numpy as np
from sources.conftest import place

from lifecircle.model.osm import OsmWays


def runs(ways: OsmWays) -> list[tuple[int, list[int]]]:
    bounds = zip(ways.offsets[:-1], ways.offsets[1:], strict=True)
    return [
        (int(number), ways.node_id[start:end].tolist())
        for number, (start, end) in zip(ways.way_id, bounds, strict=True)
    ]


def test_a_whole_way_is_one_run_with_its_places(read_tiny) -> None:
    data = read_tiny({7: ([11, 12, 13], {"highway": "residential"})})
    assert runs(data.ways) == [(7, [11, 12, 13])]
    assert list(zip(data.ways.lon.tolist(), data.ways.lat.tolist(), strict=True)) == [place(11), place(12), place(13)]
    assert dict(data.ways.tags[0]) == {"highway": "residential"}


def test_missing_nodes_cut_a_way_and_nothing_bridges_the_hole(read_tiny) -> None:
    """Of 1-2-x-4-x-6-7-8, node 4 stands alone and is lost; two runs remain."""
    data = read_tiny({7: ([1, 2, 3, 4, 5, 6, 7, 8], {"highway": "path"})}, absent=(3, 5))
    assert runs(data.ways) == [(7, [1, 2]), (7, [6, 7, 8])]
    assert len(data.ways.tags) == 2
    assert (data.counts["missing_nodes"], data.counts["cut_ways"]) == (2, 1)
    assert data.counts["lost_ways"] == 0


def test_every_class_of_highway_is_read_and_platforms_and_piers(read_tiny) -> None:
    tags = [{"highway": value} for value in ("motorway", "footway", "construction", "proposed", "steps", "bus_stop")]
    tags += [{"man_made": "pier"}, {"railway": "platform"}, {"public_transport": "platform"}]
    others = [{"railway": "rail"}, {"man_made": "pipeline"}, {"highway": "no"}, {"building": "yes"}]
    ways = {number: ([1, 2], own) for number, own in enumerate([*tags, *others], start=1)}
    assert read_tiny(ways).ways.way_id.tolist() == list(range(1, len(tags) + 1))


def test_tags_of_street_nodes_and_only_of_those(read_tiny) -> None:
    tagged = {12: {"barrier": "gate"}, 13: {"highway": "crossing"}, 45: {"barrier": "gate"}}
    data = read_tiny({7: ([11, 12, 13], {"highway": "footway"})}, node_tags=tagged)
    assert dict(data.ways.node_tags) == {12: {"barrier": "gate"}, 13: {"highway": "crossing"}}


def test_ways_are_sorted_by_id(read_tiny) -> None:
    data = read_tiny({9: ([1, 2], {"highway": "path"}), 3: ([2, 3], {"highway": "path"})})
    assert data.ways.way_id.tolist() == [3, 9]


def test_a_square_drawn_as_a_relation_gives_its_outer_ring_with_a_negative_id(read_tiny) -> None:
    """The ring of four cells round node 22 is drawn by two untagged ways; the kiosk in it is a hole."""
    data = read_tiny(
        {
            1: ([11, 12, 13, 23, 33], {}),
            2: ([33, 32, 31, 21, 11], {}),
            3: ([4, 5], {"highway": "path"}),
            4: ([44, 45, 55, 54, 44], {}),
        },
        relations={
            50: ([(1, "outer"), (2, "outer")], {"type": "multipolygon", "highway": "pedestrian", "area": "yes"}),
            60: ([(4, "outer")], {"type": "multipolygon", "building": "yes"}),
        },
        node_tags={32: {"barrier": "gate"}},
    )
    (number, ring), street = runs(data.ways)
    assert (number, street) == (-50, (3, [4, 5]))
    assert ring[0] == ring[-1]
    assert sorted(ring[1:]) == [11, 12, 13, 21, 23, 31, 32, 33]
    around = {frozenset(pair) for pair in pairwise(ring)}
    assert frozenset((11, 12)) in around
    assert frozenset((33, 32)) in around
    assert data.ways.node_tags[32] == {"barrier": "gate"}


def test_no_highway_at_all_is_not_an_error_here(read_tiny) -> None:
    data = read_tiny({7: ([11, 12, 22, 21, 11], {"building": "yes"})})
    assert data.ways.offsets.tolist() == [0]
    assert data.ways.lon.dtype == np.float64
