"""What every community holds, counted by hand on the grid: two communities of 20 by 40 blocks, side by side."""

from dataclasses import replace

import geopandas as gpd
from coverage_city import CATALOGUE, PLENTY, Fac, circle, make_case, need
from grid_city import grid_area
from shapely.geometry import box

from lifecircle.coverage.case import Completeness
from lifecircle.coverage.provision import provision_notes, unit_provision
from lifecircle.model.rules import FacilityFilter, Provision

HALVES = gpd.GeoDataFrame(
    {"id": ["b", "a"], "name": ["East", "West"]},
    geometry=[box(2050, -50, 4050, 4050), box(-50, -50, 2050, 4050)],
    crs=grid_area(41, 41).crs,
)
CLINIC = Provision(("clinic",), at_least=1)


def states(*asked, facilities, **changes):
    """Return (circle, community, objects, unknown, state) of every row."""
    case = make_case([circle("health", need("shop"), provision=asked)], [(0, 0)], facilities, **changes)
    found = unit_provision(case, communities=HALVES)
    columns = ("circle", "community_id", "objects", "unknown", "state")
    return list(zip(*(found[name].tolist() for name in columns), strict=True))


def test_objects_are_counted_where_they_stand():
    """Three clinics in the west, one of them for its own inmates only; none in the east."""
    facilities = [
        Fac("clinic", (1, 1)),
        Fac("clinic", (5, 1)),
        Fac("clinic", (9, 1), lenient=True),
        Fac("shop", (30, 1)),
    ]
    assert states(CLINIC, facilities=facilities) == [
        ("health", "a", 2, 0, "provided"),
        ("health", "b", 0, 0, "lacking"),
    ]
    assert [row[4] for row in states(replace(CLINIC, at_least=3), facilities=facilities)] == ["lacking", "lacking"]


def test_any_of_the_types_counts():
    either = Provision(("clinic", "shop"), at_least=2)
    facilities = [Fac("clinic", (1, 1)), Fac("shop", (2, 2)), Fac("shop", (30, 1))]
    assert [row[2:] for row in states(either, facilities=facilities)] == [(2, 0, "provided"), (1, 0, "lacking")]


def test_what_may_not_be_mapped_is_unknown_and_never_lacking():
    """No clinic in the whole data, or a map declared thin: its absence says nothing; its presence still counts."""
    none = {**PLENTY, "clinic": 0}
    assert [row[4] for row in states(CLINIC, facilities=[], loaded_counts=none)] == ["unknown", "unknown"]
    thin = {"clinic": Completeness("thin")}
    found = states(CLINIC, facilities=[Fac("clinic", (1, 1))], completeness=thin)
    assert [row[4] for row in found] == ["provided", "unknown"]
    whole = {"clinic": Completeness("complete")}
    found = states(CLINIC, facilities=[], loaded_counts=none, completeness=whole)
    assert [row[4] for row in found] == ["lacking", "lacking"]


def test_a_facility_of_unknown_capacity_may_count():
    """Ten beds are asked for; the west's clinic does not tell its beds, the east's has nine."""
    case = make_case(
        [circle("health", need("shop"), provision=(replace(CLINIC, admits=FacilityFilter(min_capacity=10)),))],
        [(0, 0)],
        [Fac("clinic", (1, 1)), Fac("clinic", (30, 1))],
    )
    table = case.facilities.assign(capacity=[float("nan"), 9.0])
    found = unit_provision(replace(case, facilities=table), communities=HALVES)
    assert found[["objects", "unknown", "state"]].to_numpy().tolist() == [[0, 1, "unknown"], [0, 0, "lacking"]]


def test_two_provisions_of_one_type_are_told_apart():
    """Any clinic, and one of 10 beds: the west has one of unknown size, the east one of nine beds."""
    asked = (CLINIC, replace(CLINIC, admits=FacilityFilter(min_capacity=10)))
    facilities = [Fac("clinic", (1, 1)), Fac("clinic", (30, 1))]
    case = make_case([circle("health", need("shop"), provision=asked)], [(0, 0)], facilities)
    case = replace(case, facilities=case.facilities.assign(capacity=[float("nan"), 9.0]))
    found = unit_provision(case, communities=HALVES)
    assert found["number"].tolist() == [1, 1, 2, 2]
    first, second = provision_notes(found, case.standard, catalogue=CATALOGUE)
    assert "2 of 2 communities" in first.en
    assert "0 of 2 communities" in second.en
    assert ", 1 are unknown" in second.en


def test_the_note_counts_communities_and_says_that_it_is_no_walk():
    case = make_case([circle("health", need("shop"), provision=(CLINIC,))], [(0, 0)], [Fac("clinic", (1, 1))])
    (note,) = provision_notes(unit_provision(case, communities=HALVES), case.standard, catalogue=CATALOGUE)
    assert note.en.startswith("health: Clinic: 1 of 2 communities have at least 1 mapped inside them")
    assert "not walking access" in note.en
    (without,) = provision_notes(None, case.standard, catalogue=CATALOGUE)
    assert without.code == "provision.no_units"
