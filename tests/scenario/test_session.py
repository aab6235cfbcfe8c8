"""A session follows every kind of change of streets and gates: joints and shares are those of the changed place."""

from __future__ import annotations

from dataclasses import fields, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Transformer

import lifecircle as lc
from lifecircle.model.area import WGS84
from lifecircle.model.hindrance import Hindrances
from lifecircle.model.network import EdgeFlag, Permission
from lifecircle.model.scenario import Change, CloseGate, CloseStreet, OpenGate, OpenStreet, RetypeFacility, Scenario
from lifecircle.model.travel import Snapped
from lifecircle.network.barriers import find_barriers
from lifecircle.pipeline.audit import audit
from lifecircle.pipeline.scenarios.edited import edited_place
from lifecircle.pipeline.scenarios.session import Session

GATES = 12
YARD_M = 60.0
JOINTS = tuple(field.name for field in fields(Snapped) if field.name not in ("owner", "reason"))
KINDS = (
    *("street", "path", "crossing", "signals", "footbridge", "underpass"),
    *("close edge", "close way", "open", "close gate", "open gate"),
)


@pytest.fixture(scope="module")
def town() -> lc.Place:
    """Return the sample town with locked gates at some junctions, every second of them in the fence of a yard."""
    place = lc.load_place(lc.demo_study(), cache=False)
    network, objects = place.network, place.objects
    rows = np.arange(7, network.nodes, network.nodes // GATES)
    at = np.column_stack([network.node_x[rows], network.node_y[rows]])
    yards = [
        shapely.LineString([(x, y), (x, y + YARD_M), (x + YARD_M, y + YARD_M), (x + YARD_M, y), (x, y)])
        for x, y in at[::2].tolist()
    ]
    gates = {f"n{network.node_id[row]}": {"barrier": "gate", "locked": "yes"} for row in rows}
    fences = {f"w{9 * 10**12 + number}": {"barrier": "fence"} for number in range(len(yards))}
    more = gpd.GeoDataFrame(
        {"tags": [*gates.values(), *fences.values()]},
        geometry=[*shapely.points(at), *yards],
        crs=objects.crs,
        index=[*gates, *fences],
    )
    objects = pd.concat([objects.drop(index=list(gates), errors="ignore"), more])
    return replace(place, objects=objects, barriers=find_barriers(objects, network))


@pytest.fixture(scope="module")
def session(town: lc.Place) -> Session:
    return Session(town)


def some_change(place: lc.Place, rng: np.random.Generator, *, kind: str) -> Change:
    network, gates = place.network, [name for name, tags in place.objects["tags"].items() if "locked" in tags]
    if kind == "close edge":
        return CloseStreet(edge=int(rng.integers(network.edges)))
    if kind == "close way":
        return CloseStreet(way=int(rng.choice(network.way_id)))
    if kind == "open":
        return OpenStreet(edge=int(rng.choice(np.flatnonzero(network.permission > 0))))
    if kind.endswith("gate"):
        return (CloseGate if kind == "close gate" else OpenGate)(id=int(str(rng.choice(gates))[1:]))
    at = int(rng.choice(network.geometry_offsets[:-1]))
    start = np.array([network.geometry_x[at], network.geometry_y[at]]) + rng.normal(0, 20, 2)
    points = [start, *(start + np.cumsum(rng.normal(0, 60, (2, 2)), axis=0))]
    lonlat = Transformer.from_crs(place.area.crs, WGS84, always_xy=True).transform(*np.array(points).T)
    return lc.AddStreet(tuple(zip(*(axis.tolist() for axis in lonlat), strict=True)), kind=kind, steps=len(kind) > 8)


def make(session: Session, rng: np.random.Generator, *, kinds: tuple[str, ...], count: int) -> list[pd.DataFrame]:
    """Make so many changes and return the shares after each, those from before first."""
    shares, gates = [session.circles()], list[int]()
    for _ in range(20 * count):
        change = some_change(session.baseline, rng, kind=str(rng.choice(kinds)))
        if isinstance(change, OpenGate) and change.id not in gates:  # all are locked on the map, none on the streets
            change = CloseGate(id=change.id)
        try:
            shares.append(session.apply(change))
        except lc.errors.ConfigError:
            continue  # refused: nothing has changed, as the next comparison shows
        gates += [change.id] if isinstance(change, CloseGate) else []
        if len(shares) > count:
            return shares
    raise AssertionError("nothing can be changed")


def check(session: Session) -> None:
    """Compare joints and shares with those of the changed place, and say that nothing was computed anew."""
    assert session.followed
    place = edited_place(session.baseline, session.scenario).place
    search = session._states[-1].live.search
    assert search.facilities.ids.tolist() == place.joined.facilities.ids.tolist()
    for ours, theirs in ((search.residences, place.joined.origins), (search.facilities, place.joined.facilities)):
        assert np.array_equal(ours.snapped.owner, theirs.snapped.owner)
        for name in JOINTS:
            assert np.array_equal(getattr(ours.snapped, name), getattr(theirs.snapped, name)), name
    assert np.array_equal(session.circles()["share"], fresh_shares(place), equal_nan=True)


def fresh_shares(place: lc.Place) -> np.ndarray:
    found = audit(place, causes=False).coverage
    joint = found.headline.all_circles_share
    return np.append(found.circles[f"share_{found.weight}"].astype(float), np.nan if joint is None else joint)


def take_back(session: Session, shares: list[pd.DataFrame]) -> None:
    for before in shares[-2::-1]:
        assert session.undo().equals(before)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_change_is_followed(session: Session, kind: str) -> None:
    kinds = ("close gate", "open gate") if kind == "open gate" else (kind,)
    shares = make(session, np.random.default_rng(KINDS.index(kind)), kinds=kinds, count=4)
    check(session)
    take_back(session, shares)


@pytest.mark.parametrize("seed", range(4))
def test_changes_of_all_kinds_one_after_another_are_followed(session: Session, seed: int) -> None:
    rng = np.random.default_rng([seed, 1])
    own = [name for name, kind in session.baseline.facilities["entrance_kind"].items() if kind == "path"]
    first = session.circles()
    session.apply(RetypeFacility(str(rng.choice(own)), "clinic"))
    shares = make(session, rng, kinds=KINDS, count=8)
    check(session)
    take_back(session, shares)
    assert session.undo().equals(first)


def test_flights_and_bridges_are_computed_anew_where_stairs_cost_time(town: lc.Place) -> None:
    rules = replace(town.question.walk, hindrances=Hindrances(stairs_s=30.0))
    place = replace(town, question=replace(town.question, walk=rules))
    stairs = place.network.has_flag(EdgeFlag.STEPS) | place.network.has_flag(EdgeFlag.BRIDGE)
    open_ = place.network.permission != Permission.CLOSED
    session = Session(place)
    for chosen, followed in ((stairs, False), (~stairs, True)):
        session.apply(CloseStreet(edge=int(np.flatnonzero(chosen & open_)[0])))
        assert session.followed == followed
        changed = edited_place(place, session.scenario).place
        assert np.array_equal(session.circles()["share"], fresh_shares(changed), equal_nan=True)
        session.undo()


def test_refusals_call_edges_by_their_own_numbers(session: Session) -> None:
    shut = int(np.flatnonzero(session.baseline.network.permission == Permission.CLOSED)[-1])
    with pytest.raises(lc.errors.ConfigError, match=f"edge {shut} is closed already"):
        session.apply(CloseStreet(edge=shut))
    with pytest.raises(lc.errors.ConfigError, match="there is no gate n1 in the data"):
        session.apply(OpenGate(id=1))
    assert session.scenario.changes == ()


def lonely_edge(place: lc.Place) -> int:
    """Return an open street from whose middle no other is in reach of an access leg."""
    network, reach_m = place.network, place.question.walk.max_access_m
    usable = np.flatnonzero((network.permission != Permission.CLOSED) & ~network.island)
    tree, lines = shapely.STRtree(network.lines()[usable]), network.lines()[usable]
    for row, line in enumerate(lines):
        if set(tree.query(line.interpolate(0.5, normalized=True), "dwithin", distance=reach_m + 10)) == {row}:
            return int(usable[row])
    raise AssertionError("every street has another beside it")


def test_a_facility_that_loses_its_only_street_is_refused_as_the_scenario_is(town: lc.Place) -> None:
    session, edge = Session(town), lonely_edge(town)
    middle = town.network.lines()[edge].interpolate(0.5, normalized=True)
    lon, lat = Transformer.from_crs(town.area.crs, WGS84, always_xy=True).transform(middle.x, middle.y)
    added = session.apply(lc.AddFacility("clinic", lon, lat))
    close = CloseStreet(edge=edge)
    with pytest.raises(lc.LifecircleError, match="add_facility"):
        session.apply(close)
    assert session.circles().equals(added)
    with pytest.raises(lc.LifecircleError, match=r"add_facility.*the nearest is (2[5-9]|[3-9])\d+ m away"):
        edited_place(town, Scenario((*session.scenario.changes, close)))
