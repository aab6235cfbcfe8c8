"""Incremental updates of real towns: a sequence of changes of every kind, each equal to a fresh search."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import pytest

import lifecircle as lc
from lifecircle.model.network import Permission
from lifecircle.model.travel import Snapped, TravelMode, WalkProfile
from lifecircle.network.draft import Street
from lifecircle.network.impedance import make_impedance
from lifecircle.travel.changes import (
    AddFacility,
    AddStreet,
    Change,
    Joint,
    MoveFacility,
    Rejoin,
    RemoveFacility,
    SetPermission,
)
from lifecircle.travel.live_keys import Walker
from lifecircle.travel.nearest import nearest_times
from lifecircle.travel.update import LiveSearch

ROOT = Path(__file__).resolve().parents[2]
TYPES = ("supermarket", "pharmacy", "kindergarten", "bus_stop", "playground")
TABLES = ("value", "facility", "entrance", "access_mm", "egress_mm", "private")


def points_of(live: LiveSearch, rng: np.random.Generator) -> Snapped:
    """Return where one of the residences stands, with its entrances."""
    snapped = live.residences.snapped
    owner = int(rng.choice(snapped.owner[snapped.edge >= 0]))
    rows = np.flatnonzero(snapped.owner == owner)
    return Snapped(
        owner=np.zeros(len(rows), dtype=np.int64),
        **{name: getattr(snapped, name)[rows] for name in Snapped.__slots__ if name != "owner"},
    )


def any_change(live: LiveSearch, rng: np.random.Generator, *, number: int) -> Change:
    network, ids = live.network, live.facilities.ids
    kind = number % 8
    edge = int(rng.integers(network.edges))
    if kind < 3:
        return (
            AddFacility(f"new/{number:03d}", str(rng.choice(TYPES)), points_of(live, rng)),
            RemoveFacility(str(rng.choice(ids))),
            MoveFacility(str(rng.choice(ids)), points_of(live, rng)),
        )[kind]
    if kind in (3, 4):
        chosen = np.flatnonzero((network.permission == Permission.CLOSED) == (kind == 4))
        return SetPermission(int(rng.choice(chosen)), Permission.PUBLIC if kind == 4 else Permission.CLOSED)
    if kind == 5:
        entrances = points_of(live, rng)
        rows = np.sort(rng.choice(len(live.residences.snapped), len(entrances), replace=False))
        return Rejoin(rows, entrances)
    return new_street(live, rng, edge=edge, crossing=kind == 7)


def new_street(live: LiveSearch, rng: np.random.Generator, *, edge: int, crossing: bool) -> AddStreet:
    """Join the head of `edge`, or a place on it, with another within some 300 m."""
    network = live.network
    near = np.hypot(*(axis - axis[network.head[edge]] for axis in (network.node_x, network.node_y)))
    others = np.flatnonzero((near < 300) & (near > 0))
    if not crossing:
        return AddStreet(Joint(node=int(network.head[edge])), Joint(node=int(rng.choice(others))), Street(name="New"))
    lines = np.flatnonzero(np.isin(network.tail, others) & (np.arange(network.edges) != edge))
    other = int(rng.choice(lines))
    middles = (Joint(edge=e, offset_mm=int(network.length_mm[e]) // 3) for e in (edge, other))
    return AddStreet(*middles, Street(crossing=2))


@pytest.mark.parametrize(("name", "unit"), [("demo", "ms"), ("selfoss", "mm")])
def test_a_sequence_of_changes_in_a_real_town(
    name: str, unit: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name != "demo":
        monkeypatch.setenv("LIFECIRCLE_DATA", str(request.getfixturevalue("real_data")))
    place = lc.load_place(lc.demo_study() if name == "demo" else ROOT / "configs" / f"{name}.yml")
    joined = place.joined
    price = functools.partial(make_impedance, mode=TravelMode(unit, WalkProfile("adult", 4.8)))
    walker = Walker(price, tuple(TYPES), 1_500_000)
    live = LiveSearch(joined.network, [walker], residences=joined.origins, facilities=joined.facilities)
    first = live.times()
    rng = np.random.default_rng(len(name))
    touched = 0
    for number in range(48):
        touched += len(live.apply(any_change(live, rng, number=number))[0].residence)
        fresh = nearest_times(
            live.network,
            price(live.network),
            residences=live.residences,
            facilities=live.facilities,
            types=TYPES,
            cutoff=live.walks[0].cutoff,
        )
        found = live.times()
        for table in TABLES:
            assert np.array_equal(getattr(found, table), getattr(fresh, table)), (number, table)
        rows = np.arange(len(fresh.residence_ids))
        for column in range(len(TYPES)):
            assert np.array_equal(live.walks[0].values(column, rows), fresh.value[:, column]), number
    assert touched > 100
    for _ in range(48):
        live.undo()
    for table in TABLES:
        assert np.array_equal(getattr(live.times(), table), getattr(first, table)), table
