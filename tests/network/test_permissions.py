"""The tag tables of docs/methods/walking-network.md, row by row."""

import pytest

from lifecircle.model.network import Crossing, EdgeFlag, Permission
from lifecircle.network.permissions import (
    classify_way,
    crossing_kind,
    gate_permission,
    is_square,
    oneway_foot,
    permission,
    stops_walkers,
)

PUBLIC, PRIVATE, CLOSED = Permission.PUBLIC, Permission.PRIVATE, Permission.CLOSED


def words(text: str) -> list[str]:
    return text.split()


def tags(text: str) -> dict[str, str]:
    """Read ``"highway=footway foot=no"``."""
    return dict(pair.split("=", 1) for pair in text.split())


WAYS = [
    # kinds of way
    *[
        (f"highway={kind}", PUBLIC)
        for kind in words(
            "footway path pedestrian steps crossing corridor elevator platform cycleway bridleway track service "
            "residential living_street unclassified road tertiary tertiary_link secondary secondary_link primary "
            "primary_link trunk trunk_link"
        )
    ],
    *[
        (f"highway={kind}", None)
        for kind in words(
            "motorway motorway_link proposed construction abandoned disused planned razed raceway escape "
            "bus_guideway via_ferrata rest_area services bus_stop no nonsense"
        )
    ],
    ("highway=busway", CLOSED),
    ("railway=platform", PUBLIC),
    ("public_transport=platform", PUBLIC),
    ("highway=bus_stop public_transport=platform", PUBLIC),
    ("highway=construction railway=platform", None),
    ("man_made=pier", PUBLIC),
    ("man_made=pier access=private", PRIVATE),
    ("railway=platform_edge", None),
    ("railway=rail", None),
    ("route=ferry", None),
    ("route=ferry foot=yes", None),
    ("building=yes", None),
    ("", None),
    ("highway=path abandoned=yes", None),
    ("highway=path disused=yes", None),
    ("highway=path abandoned=yes foot=yes", PUBLIC),
    ("highway=path abandoned=no", PUBLIC),
    # motorways and motor roads
    ("highway=motorway foot=yes", PUBLIC),
    ("highway=motorway_link foot=designated", PUBLIC),
    ("highway=motorway foot=no", None),
    ("highway=motorway sidewalk=right", PUBLIC),
    ("highway=motorway sidewalk=no", None),
    ("highway=trunk motorroad=yes", None),
    ("highway=primary motorroad=yes", None),
    ("highway=trunk motorroad=yes foot=yes", PUBLIC),
    ("highway=trunk motorroad=yes sidewalk=both", PUBLIC),
    ("highway=trunk motorroad=yes sidewalk=both foot=no", None),
    ("highway=trunk motorroad=no", PUBLIC),
    # foot
    *[(f"highway=residential foot={value}", PUBLIC) for value in words("yes designated permissive public official")],
    ("highway=residential foot=no", CLOSED),
    ("highway=cycleway foot=no", CLOSED),
    ("highway=residential foot=use_sidepath", CLOSED),
    ("highway=cycleway foot=use_sidepath", CLOSED),
    ("highway=secondary foot=separate", CLOSED),
    ("highway=residential foot=private", PRIVATE),
    ("highway=residential foot=customers", PRIVATE),
    ("highway=residential foot=destination", PRIVATE),
    ("highway=residential foot=unknown", PUBLIC),
    ("highway=residential foot=discouraged", PUBLIC),
    ("highway=busway foot=yes", PUBLIC),
    # access
    *[
        (f"highway=service access={value}", PRIVATE)
        for value in words(
            "private customers destination delivery permit residents employees members agricultural forestry"
        )
    ],
    *[(f"highway=service access={value}", CLOSED) for value in words("no military emergency")],
    *[(f"highway=service access={value}", PUBLIC) for value in words("yes permissive public designated unknown")],
    ("highway=service access=no foot=yes", PUBLIC),
    ("highway=service access=no foot=designated", PUBLIC),
    ("highway=service access=no foot=permissive", PUBLIC),
    ("highway=service access=private foot=yes", PUBLIC),
    ("highway=service access=no foot=private", PRIVATE),
    ("highway=service access=yes foot=no", CLOSED),
    ("highway=service access=customers;delivery", PRIVATE),
    ("highway=service access=no;permissive", PUBLIC),
    # what does not decide
    ("highway=residential sidewalk=separate", PUBLIC),
    ("highway=residential sidewalk=no", PUBLIC),
    ("highway=primary sidewalk=none", PUBLIC),
    ("highway=residential vehicle=no", PUBLIC),
    ("highway=residential motor_vehicle=private", PUBLIC),
    ("highway=service service=driveway", PUBLIC),
    ("highway=service service=driveway access=private", PRIVATE),
    ("highway=service service=parking_aisle", PUBLIC),
    ("highway=footway indoor=yes", PUBLIC),
    ("highway=corridor access=customers", PRIVATE),
    ("highway=cycleway crossing=marked", PUBLIC),
    ("highway=cycleway cycleway=crossing", PUBLIC),
    ("highway=pedestrian area=yes", PUBLIC),
    ("highway=footway footway=crossing", PUBLIC),
    ("highway=residential oneway=yes", PUBLIC),
]


@pytest.mark.parametrize(("text", "expected"), WAYS)
def test_way(text, expected):
    assert permission(tags(text)) is expected


GATES = [
    ("barrier=gate", PUBLIC),
    ("barrier=gate access=yes", PUBLIC),
    ("barrier=gate access=private", PRIVATE),
    ("barrier=gate access=residents", PRIVATE),
    ("barrier=gate access=no", CLOSED),
    ("barrier=gate access=no foot=yes", PUBLIC),
    ("barrier=gate access=private foot=designated", PUBLIC),
    ("barrier=gate foot=no", CLOSED),
    ("barrier=gate foot=private", PRIVATE),
    ("barrier=gate locked=yes", CLOSED),
    ("barrier=gate locked=yes access=private", CLOSED),
    ("barrier=gate locked=yes foot=yes", PUBLIC),
    ("barrier=gate locked=no", PUBLIC),
    ("barrier=sliding_gate access=private", PRIVATE),
    ("barrier=wicket_gate locked=yes", CLOSED),
    ("barrier=turnstile access=customers", PRIVATE),
    # these stop cars: only foot= speaks of walkers
    ("barrier=lift_gate access=private", PUBLIC),
    ("barrier=lift_gate access=no", PUBLIC),
    ("barrier=lift_gate foot=no", CLOSED),
    ("barrier=swing_gate access=no", PUBLIC),
    ("barrier=bollard access=no", PUBLIC),
    ("barrier=bollard foot=yes", PUBLIC),
    ("barrier=kissing_gate access=private", PUBLIC),
    ("barrier=stile", PUBLIC),
    ("barrier=block foot=private", PRIVATE),
    ("access=no", PUBLIC),
    ("highway=crossing", PUBLIC),
]


@pytest.mark.parametrize(("text", "expected"), GATES)
def test_gate(text, expected):
    assert gate_permission(tags(text)) is expected


def test_only_gates_that_stop_walkers_stay_nodes():
    assert stops_walkers({"barrier": "gate"})
    assert not stops_walkers({"barrier": "bollard"})
    assert not stops_walkers({"highway": "crossing"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("oneway:foot=yes", 1),
        ("oneway:foot=1", 1),
        ("oneway:foot=true", 1),
        ("oneway:foot=-1", -1),
        ("oneway:foot=reverse", -1),
        ("oneway:foot=no", 0),
        ("oneway=yes", 0),
        ("oneway=yes oneway:foot=no", 0),
        ("", 0),
    ],
)
def test_oneway(text, expected):
    assert oneway_foot(tags(f"highway=footway {text}")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("highway=footway", Crossing.NONE),
        ("highway=crossing", Crossing.UNMARKED),
        ("highway=crossing crossing=no", Crossing.NONE),
        ("highway=crossing crossing=unmarked", Crossing.UNMARKED),
        ("highway=crossing crossing=island", Crossing.UNMARKED),
        ("highway=crossing crossing=marked", Crossing.MARKED),
        ("highway=crossing crossing=uncontrolled", Crossing.MARKED),
        ("highway=crossing crossing=zebra", Crossing.MARKED),
        ("highway=crossing crossing_ref=zebra", Crossing.MARKED),
        ("highway=crossing crossing:markings=zebra", Crossing.MARKED),
        ("highway=crossing crossing:markings=no", Crossing.UNMARKED),
        ("highway=crossing crossing=traffic_signals", Crossing.SIGNALS),
        ("highway=crossing crossing=pedestrian_signals", Crossing.SIGNALS),
        ("highway=crossing crossing=marked;traffic_signals", Crossing.SIGNALS),
        ("highway=crossing crossing=marked;island", Crossing.MARKED),
        ("highway=crossing crossing=marked crossing:signals=yes", Crossing.SIGNALS),
        ("highway=traffic_signals crossing=traffic_signals", Crossing.SIGNALS),
        ("highway=traffic_signals", Crossing.NONE),
        ("highway=footway footway=crossing", Crossing.UNMARKED),
        ("highway=path path=crossing crossing=marked", Crossing.MARKED),
        ("highway=cycleway cycleway=crossing crossing=traffic_signals", Crossing.SIGNALS),
        ("highway=cycleway crossing=uncontrolled", Crossing.MARKED),
    ],
)
def test_crossing(text, expected):
    assert crossing_kind(tags(text)) is expected


FOOT = EdgeFlag.FOOTWAY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("highway=residential", 0),
        ("highway=track", 0),
        ("highway=footway", FOOT),
        ("highway=cycleway", FOOT),
        ("railway=platform", FOOT),
        ("highway=steps", FOOT | EdgeFlag.STEPS),
        ("highway=primary bridge=yes", EdgeFlag.BRIDGE),
        ("highway=primary bridge=viaduct", EdgeFlag.BRIDGE),
        ("highway=primary bridge=no", 0),
        ("highway=footway tunnel=yes", FOOT | EdgeFlag.TUNNEL),
        ("highway=footway tunnel=no", FOOT),
        ("highway=footway tunnel=building_passage", FOOT),
        ("highway=footway location=underground", FOOT | EdgeFlag.TUNNEL),
    ],
)
def test_flags(text, expected):
    found = classify_way(tags(text))
    assert found is not None
    assert found.flags == expected


def test_class_of_a_way_holds_name_and_direction_and_roads_are_no_crossings():
    found = classify_way({"highway": "footway", "name": "淇河路", "oneway:foot": "-1"})
    assert (found.street, found.oneway, found.permission) == ("淇河路", -1, PUBLIC)
    assert classify_way({"highway": "primary", "crossing": "marked"}).crossing is Crossing.NONE
    assert classify_way({"highway": "motorway"}) is None


def test_squares():
    assert is_square(tags("highway=pedestrian area=yes"))
    assert is_square(tags("highway=pedestrian place=square"))
    assert not is_square(tags("highway=pedestrian"))
    assert not is_square(tags("highway=pedestrian area=no"))
