"""Incremental updates: after every single change the result is that of a fresh search, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from grid_city import grid_facilities, grid_impedance, grid_network, grid_residences
from live_town import CHANGES, prices, random_change, random_live

from lifecircle.errors import CutoffError, NetworkError, SchemaError
from lifecircle.model.network import Permission, WalkNetwork
from lifecircle.model.travel import NearestTimes
from lifecircle.network.draft import Street
from lifecircle.network.edits import edges_of
from lifecircle.travel.changes import (
    AddFacility,
    AddStreet,
    Joint,
    MoveFacility,
    Rejoin,
    RemoveFacility,
    Rework,
    SetPermission,
)
from lifecircle.travel.live_keys import Walker
from lifecircle.travel.live_points import as_snapped
from lifecircle.travel.nearest import Endpoints, nearest_times
from lifecircle.travel.update import LiveSearch

TABLES = ("value", "facility", "entrance", "access_mm", "egress_mm", "private")


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECIRCLE_THREADS", "1")  # starting threads takes longer than searching these towns


def fresh(live: LiveSearch) -> NearestTimes:
    return nearest_times(
        live.network,
        prices(live),
        residences=live.residences,
        facilities=live.facilities,
        types=live.walks[0].types,
        cutoff=live.walks[0].cutoff,
    )


def check(live: LiveSearch, expected: NearestTimes | None = None) -> NearestTimes:
    """Compare the keys of the junctions and of the residences with `expected`, by default a fresh search."""
    expected = fresh(live) if expected is None else expected
    found = live.times()
    assert found.facility_ids.tolist() == expected.facility_ids.tolist()
    for name in TABLES:
        assert np.array_equal(getattr(found, name), getattr(expected, name)), name
    rows = np.arange(len(expected.residence_ids))
    ids = np.append(expected.facility_ids.to_numpy(dtype=object), None)
    for column in range(len(live.walks[0].types)):
        assert np.array_equal(live.walks[0].values(column, rows), expected.value[:, column])
        assert live.walks[0].serving(column, rows).tolist() == ids[expected.facility[:, column]].tolist()
    return expected


def state(live: LiveSearch) -> list[list[tuple[float, str]]]:
    """Return value and facility of every cell, by column; `check` compares them with a fresh search."""
    rows = np.arange(len(live.residences.ids))
    return [
        list(
            zip(live.walks[0].values(column, rows).tolist(), live.walks[0].serving(column, rows).tolist(), strict=True)
        )
        for column in range(len(live.walks[0].types))
    ]


def differ(before: list[list[tuple[float, str]]], after: list[list[tuple[float, str]]]) -> set[tuple[int, int]]:
    """Return the cells (residence, column) whose value or facility is another."""
    return {
        (row, column)
        for column, cells in enumerate(zip(before, after, strict=True))
        for row, (was, now) in enumerate(zip(*cells, strict=True))
        if was != now
    }


@pytest.mark.parametrize("kind", CHANGES)
def test_two_hundred_changes_of_a_kind(kind: str) -> None:
    made = 0
    for seed in range(20):
        rng = np.random.default_rng([seed, CHANGES.index(kind)])
        live = random_live(seed, private=seed % 3 > 0)
        check(live)
        for _ in range(10):
            # A change of another kind in between, so that there is something to open again, to remove, to cut.
            live.apply(random_change(live, rng, kind=str(rng.choice(CHANGES))))
            before = state(live)
            (touched,) = live.apply(random_change(live, rng, kind=kind))
            check(live)
            assert differ(before, state(live)) <= set(
                zip(touched.residence.tolist(), touched.column.tolist(), strict=True)
            )
            made += 1
    assert made == 200


def test_undo_goes_back_bit_for_bit_to_every_earlier_state() -> None:
    for seed in range(12):
        rng = np.random.default_rng(seed)
        live = random_live(seed)
        states = [check(live)]
        for _ in range(15):
            live.apply(random_change(live, rng, kind=str(rng.choice(CHANGES))))
            states.append(fresh(live))
        while len(states) > 1:
            states.pop()
            live.undo()
            check(live, states[-1])
            # A new branch from here, and back again.
            live.apply(random_change(live, rng, kind=str(rng.choice(CHANGES))))
            check(live)
            live.undo()
        assert live.network is not None
        with pytest.raises(IndexError):
            live.undo()


@pytest.mark.parametrize("scale", [64, 2**40])
def test_changes_made_as_one_are_those_made_one_by_one(scale: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lifecircle.travel.update.MAX_SCALE", scale)
    for seed in range(40):
        rng = np.random.default_rng([seed, scale])
        live, other = random_live(seed), random_live(seed)
        before, changes = check(live), []
        for _ in range(6):
            changes.append(random_change(other, rng, kind=str(rng.choice(CHANGES))))
            other.apply(changes[-1])
        live.apply(*changes)
        check(live, check(other))
        live.undo()
        check(live, before)


def test_a_rework_that_leaves_numbers_out_is_refused() -> None:
    live = random_live(1)
    before, edges = check(live), live.network.edges
    part = edges_of(live.network, [0])
    ends = np.unique([live.network.tail[0], live.network.head[0]]).astype(np.int64)
    with pytest.raises(NetworkError, match="number them in order"):
        live.apply(Rework(part, np.array([edges + 1]), ends))
    doors = live.facility_points(live.facility_rows("f0005"))
    doors["edge"] = -1
    with pytest.raises(NetworkError, match="move the facility instead"):
        live.apply(Rejoin(live.facility_rows("f0005"), as_snapped(doors), facilities=True))
    check(live, before)


def test_ranks_are_spread_anew_where_they_leave_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lifecircle.travel.update.MAX_SCALE", 64)
    for seed in range(10):
        rng = np.random.default_rng(seed)
        live = random_live(seed)
        start = check(live)
        for number in range(12):
            change = random_change(live, rng, kind="add")
            # Ever between the same two neighbours: 64 ranks are used up after six.
            live.apply(AddFacility(f"f0015{number:02d}", "clinic", change.entrances))
            check(live)
            live.apply(random_change(live, rng, kind="move"))
            check(live)
        for _ in range(24):
            live.undo()
        check(live, start)


def test_a_change_that_cannot_be_made_changes_nothing() -> None:
    live = random_live(3)
    before, edges, nodes = check(live), live.network.edges, live.network.nodes
    name = live.facilities.ids[0]
    nobody, far = random_live(4).facilities.snapped, Joint(edge=edges)
    for change, word in (
        (AddFacility(name, "clinic", nobody), "already there"),
        (RemoveFacility("g"), "no facility 'g'"),
        (MoveFacility("g", nobody), "no facility 'g'"),
        (SetPermission(edges, Permission.CLOSED), f"edges 0 to {edges - 1}"),
        (AddStreet(Joint(node=0), far), f"edges 0 to {edges - 1}"),
        (AddStreet(Joint(node=0), Joint(node=nodes)), f"nodes 0 to {nodes - 1}"),
        (AddStreet(Joint(node=0), Joint(edge=0, offset_mm=10**9)), "no place"),
        (AddStreet(Joint(node=0), Joint(node=0)), "two different nodes"),
    ):
        with pytest.raises(ValueError, match=word):
            live.apply(change)
        check(live, before)
    with pytest.raises(IndexError):
        live.undo()


def test_facilities_must_stand_in_the_order_of_their_ids() -> None:
    network = grid_network(3, 1)
    facilities = grid_facilities(network, ["clinic", "clinic"], [(0, 0), (2, 0)])
    turned = Endpoints(facilities.ids[::-1], facilities.snapped, facilities.type)
    with pytest.raises(SchemaError, match="sort the table by id"):
        grid_live(network, turned)
    with pytest.raises(CutoffError, match="above 0"):
        grid_live(network, facilities, cutoff=0)


def grid_live(network: WalkNetwork, facilities: Endpoints, *, cutoff: int = 1_800_000) -> LiveSearch:
    corners = [(c, r) for r in range(3) for c in range(5)] if network.nodes == 15 else [(0, 0)]
    walker = Walker(grid_impedance, ("clinic",), cutoff)
    return LiveSearch(network, [walker], residences=grid_residences(network, corners), facilities=facilities)


def test_a_town_by_hand() -> None:
    """A grid of 5 x 3 junctions, 100 m (75 s) apart, a residence at each, a clinic in the south-west corner.

    Closing the western avenue's first block (edge 12, from (0, 0) to (0, 1)) sends the residences at (0, 1) and (0, 2)
    round by the next avenue: two blocks more. A lane of 450 m from (0, 0) to (4, 2) brings (4, 2) from 6 blocks to 4.5;
    one of 900 m changes nothing, one of 200 m is shorter than the straight line. A clinic half a block east of (3, 2)
    then serves everybody who is nearer to it; when the first one closes, (0, 0) walks there over the lane: 5 blocks.
    """
    network = grid_network(5, 3)
    live = grid_live(network, grid_facilities(network, ["clinic"], [(0, 0)]))

    def blocks() -> list[float]:
        return (live.walks[0].values(0, np.arange(15)) / 75_000).tolist()

    assert blocks() == [0, 1, 2, 3, 4, 1, 2, 3, 4, 5, 2, 3, 4, 5, 6]
    (touched,) = live.apply(SetPermission(12, Permission.CLOSED))
    assert blocks() == [0, 1, 2, 3, 4, 3, 2, 3, 4, 5, 4, 3, 4, 5, 6]
    assert touched.rows().tolist() == [5, 10]
    (touched,) = live.apply(AddStreet(Joint(node=0), Joint(node=14), Street(length_mm=900_000)))
    assert touched.rows().tolist() == []
    live.undo()
    with pytest.raises(NetworkError, match="shorter than its straight line"):
        live.apply(AddStreet(Joint(node=0), Joint(node=14), Street(length_mm=200_000)))
    (touched,) = live.apply(AddStreet(Joint(node=0), Joint(node=14), Street(length_mm=450_000)))
    assert blocks() == [0, 1, 2, 3, 4, 3, 2, 3, 4, 5, 4, 3, 4, 5, 4.5]
    assert touched.rows().tolist() == [14]
    clinic = grid_facilities(network, ["clinic"], [(3.5, 2)]).snapped
    (touched,) = live.apply(AddFacility("f01:clinic", "clinic", clinic))
    assert blocks() == [0, 1, 2, 2.5, 2.5, 3, 2, 2.5, 1.5, 1.5, 3.5, 2.5, 1.5, 0.5, 0.5]
    assert touched.rows().tolist() == [3, 4, 7, 8, 9, 10, 11, 12, 13, 14]
    assert live.walks[0].serving(0, np.array([0, 8, 13])).tolist() == ["f00:clinic", "f01:clinic", "f01:clinic"]
    live.apply(RemoveFacility("f00:clinic"))
    assert blocks()[:5] == [5, 4.5, 3.5, 2.5, 2.5]
    for _ in range(4):
        live.undo()
    assert blocks() == [0, 1, 2, 3, 4, 1, 2, 3, 4, 5, 2, 3, 4, 5, 6]
