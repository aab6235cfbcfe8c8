import geopandas as gpd
import numpy as np
import pytest
import shapely
from network.hand_ways import CRS_HERE, FOOTWAY, hand_ways
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from lifecircle.model.network import WalkNetwork
from lifecircle.network.barriers import find_barriers
from lifecircle.network.build import build_network

LINE, AREA, NODE = LineString([(0, 50), (200, 50)]), box(0, 0, 100, 100), Point(40, 50)
NOTHING = build_network(hand_ways({}, []), crs=CRS_HERE).network


def tags(text):
    return dict(pair.split("=", 1) for pair in text.split())


def find(things, network: WalkNetwork = NOTHING):
    frame = gpd.GeoDataFrame(
        {"tags": [tags(text) for text, _ in things]},
        geometry=[shape for _, shape in things],
        index=[f"w{n}" for n in range(len(things))],
        crs=CRS_HERE,
    )
    return find_barriers(frame, network)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("natural=water", AREA),
        ("natural=water", MultiPolygon([AREA])),
        ("natural=water water=pond", AREA),
        ("waterway=riverbank", AREA),
        ("waterway=dock", AREA),
        ("landuse=reservoir", AREA),
        ("waterway=river", LINE),
        ("waterway=canal", LINE),
        ("waterway=stream", LINE),
        ("natural=coastline", LINE),
        ("natural=coastline", LineString([(0, 0), (10, 0), (10, 10), (0, 0)])),
        ("railway=rail", LINE),
        ("railway=rail service=siding", LINE),
        ("railway=light_rail", LINE),
        ("railway=narrow_gauge", LINE),
        ("railway=subway", LINE),
        ("railway=rail layer=1", LINE),
        ("railway=rail layer=0", LINE),
    ],
)
def test_never_crossed(text, shape):
    found = find([(text, shape)])
    assert list(found.hard) == [shape]
    assert len(found.walls) == 0


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("waterway=stream tunnel=culvert", LINE),
        ("waterway=river tunnel=yes", LINE),
        ("waterway=canal location=underground", LINE),
        ("waterway=stream intermittent=yes", LINE),
        ("natural=water intermittent=yes", AREA),
        ("waterway=ditch", LINE),
        ("waterway=drain", LINE),
        ("natural=wetland", AREA),
        ("natural=water", LINE),
        ("natural=water", NODE),
        ("railway=tram", LINE),
        ("railway=monorail", LINE),
        ("railway=abandoned", LINE),
        ("railway=disused", LINE),
        ("railway=construction", LINE),
        ("railway=platform", LINE),
        ("railway=rail tunnel=yes", LINE),
        ("railway=rail bridge=yes", LINE),
        ("railway=rail bridge=viaduct", LINE),
        ("railway=rail layer=-1", LINE),
        ("railway=subway covered=yes", LINE),
        ("railway=station", AREA),
        ("barrier=hedge", LINE),
        ("barrier=kerb", LINE),
        ("barrier=guard_rail", LINE),
        ("barrier=wall layer=-1", LINE),
        ("building=yes", AREA),
        ("barrier=gate", LINE),
        ("entrance=yes", NODE),  # no wall there
        ("entrance=no", NODE),
        ("barrier=gate locked=yes", NODE),
        ("barrier=gate access=no", NODE),
        ("barrier=kerb", NODE),
    ],
)
def test_no_obstacle_and_no_opening(text, shape):
    found = find([(text, shape)])
    assert (len(found.hard), len(found.walls), len(found.gates)) == (0, 0, 0)


@pytest.mark.parametrize("kind", ["wall", "fence", "city_wall", "retaining_wall"])
def test_walls_are_lines_and_areas_give_their_outline(kind):
    ring = Polygon([(0, 0), (9, 0), (9, 9)], [[(5, 2), (6, 2), (6, 3)]])
    found = find([(f"barrier={kind}", LINE), (f"barrier={kind} landuse=residential", AREA), (f"barrier={kind}", ring)])
    assert len(found.hard) == 0
    assert found.walls[0] == LINE
    assert found.walls[1].equals(AREA.exterior)
    assert found.walls[2].length == pytest.approx(ring.length)
    assert set(shapely.get_dimensions(found.walls).tolist()) == {1}


@pytest.mark.parametrize(
    "text",
    [
        "barrier=gate",
        "barrier=gate access=private",
        "barrier=lift_gate access=no",
        "barrier=swing_gate",
        "barrier=entrance",
        "barrier=kissing_gate",
        "barrier=stile",
        "barrier=turnstile",
        "barrier=bollard",
    ],
)
def test_gates_open_even_without_a_wall_nearby(text):
    assert list(find([(text, NODE)]).gates) == [NODE]


def test_an_entrance_counts_on_a_wall_only():
    found = find([("entrance=yes", NODE), ("entrance=main", Point(40, 51)), ("barrier=fence", LINE)])
    assert list(found.gates) == [NODE]


NODES = {1: (40, 0), 2: (40, 100), 3: (80, 0), 4: (80, 100), 5: (40, 50)}


def network(way_tags):
    return build_network(hand_ways(NODES, [(1, [1, 2], way_tags)]), crs=CRS_HERE).network


@pytest.mark.parametrize(
    ("extra", "openings"),
    [
        ({}, 1),
        ({"access": "private"}, 1),
        ({"foot": "no"}, 0),
        ({"bridge": "yes"}, 0),
        ({"tunnel": "yes"}, 0),
        ({"tunnel": "building_passage"}, 1),
    ],
)
def test_a_walkable_way_on_the_ground_opens_a_wall(extra, openings):
    found = find([("barrier=fence", LINE)], network({**FOOTWAY, **extra}))
    assert len(found.gates) == openings
    assert all(point.distance(NODE) < 0.001 for point in found.gates)


@pytest.mark.parametrize(("state", "openings"), [("locked=yes", 0), ("access=private", 1), ("foot=yes", 1)])
@pytest.mark.parametrize("members", [[1, 5, 2], [1, 5]])
def test_a_locked_gate_on_a_way_is_no_opening_and_an_estate_gate_is_one(state, openings, members):
    """Also where the way is mapped on one side of the wall only."""
    gate = f"barrier=gate {state}"
    ways = hand_ways(NODES, [(1, members, FOOTWAY)], {5: tags(gate)})
    found = find([("barrier=fence", LINE), (gate, NODE)], build_network(ways, crs=CRS_HERE).network)
    assert list(found.gates) == [NODE] * openings


def test_a_way_along_a_wall_does_not_open_it():
    along = LineString([(40, 0), (40, 100)])
    assert len(find([("barrier=wall", along)], network(FOOTWAY)).gates) == 0


def test_gates_are_listed_once_and_in_order():
    same = [("barrier=gate", Point(9, 1)), ("barrier=gate", Point(2, 7)), ("barrier=gate", Point(2, 5))]
    found = find([*same, ("barrier=entrance", Point(9, 1))])
    assert [(point.x, point.y) for point in found.gates] == [(2, 5), (2, 7), (9, 1)]
    assert np.asarray(found.gates).dtype == object
