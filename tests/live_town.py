"""Small random towns and random changes of them, for tests of incremental updates."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
from grid_city import Spot, make_network, snapped_from

from lifecircle.model.network import Permission, WalkNetwork
from lifecircle.model.travel import Impedance, Snapped, TravelMode, WalkProfile
from lifecircle.network.draft import Draft, Street
from lifecircle.network.edits import edges_of, with_permission
from lifecircle.network.impedance import make_impedance
from lifecircle.travel.changes import (
    AddFacility,
    AddStreet,
    Change,
    Cut,
    Joint,
    MoveFacility,
    Rejoin,
    RemoveFacility,
    Rework,
    SetPermission,
)
from lifecircle.travel.live_keys import Walker
from lifecircle.travel.nearest import Endpoints
from lifecircle.travel.update import LiveSearch

TYPES = ("clinic", "market", "school", "nowhere")
CHANGES = ("add", "remove", "move", "close", "open", "private", "street", "crossing", "rejoin", "doors", "rework")
LENGTHS_M = (0.001, 0.002, 1.0, 1.0, 2.0, 3.0, 33.333, 100.0)


def random_network(rng: np.random.Generator, *, nodes: int, edges: int) -> WalkNetwork:
    """Islands, parallel edges, loops, one-ways, private and closed edges; all nodes in one place: any length goes."""
    return make_network(
        [(0.0, 0.0)] * nodes,
        [tuple(pair) for pair in rng.integers(0, nodes, (edges, 2)).tolist()],
        length_m=rng.choice(LENGTHS_M, edges).tolist(),
        permission=rng.choice([0, 0, 0, 1, 2], edges).tolist(),
        oneway=rng.choice([0, 0, 0, 1, -1], edges).tolist(),
    )


def random_points(rng: np.random.Generator, length_mm: np.ndarray, *, owners: list[int]) -> Snapped:
    """One point for each of `owners`; some unsnapped, many at ends of edges and in equal places."""
    spots = []
    for owner in owners:
        edge = int(rng.integers(-1, len(length_mm)))
        share = float(rng.choice([0.0, 0.25, 0.5, 1.0])) if edge >= 0 else 0.0
        along = round(share * int(length_mm[edge])) / 1000.0
        spots.append(Spot(owner, edge, along, float(rng.choice([0.0, 0.0, 0.001, 1.5, 10.0]))))
    return snapped_from(spots)


def random_live(seed: int, *, nodes: int = 12, edges: int = 22, private: bool = True) -> LiveSearch:
    """Return a live search of a random town."""
    rng = np.random.default_rng(seed)
    network = random_network(rng, nodes=nodes, edges=edges)
    unit = "ms" if rng.random() < 0.7 else "mm"
    price = functools.partial(make_impedance, mode=TravelMode(unit, WalkProfile("w", 4.8)), private=private)
    homes, places = 10, 8
    owners = sorted(rng.integers(0, homes, 14).tolist())
    residences = Endpoints(
        pd.Index([f"r{i:03d}" for i in range(homes)]), random_points(rng, network.length_mm, owners=owners)
    )
    served = sorted(rng.integers(0, places, 10).tolist())
    facilities = Endpoints(
        pd.Index([f"f{i:03d}5" for i in range(places)]),
        random_points(rng, network.length_mm, owners=served),
        rng.choice([*TYPES[:3], "other"], places).astype(object),
    )
    cutoff = int(rng.choice([3, 1_500, 40_000, 300_000]))
    walkers = [Walker(price, TYPES, cutoff)]
    return LiveSearch(network, walkers, residences=residences, facilities=facilities)


def random_change(live: LiveSearch, rng: np.random.Generator, *, kind: str) -> Change:
    """Return a change of `kind` that is possible (adding where there is nothing to remove or move)."""
    network, facilities = live.network, live.facilities
    ids = facilities.ids.tolist()
    if kind in ("remove", "move") and not ids:
        kind = "add"
    edge = int(rng.integers(network.edges))
    doors = random_points(rng, network.length_mm, owners=[0] * int(rng.integers(0, 4)))
    if kind == "add":
        name = next(
            name for name in (f"f{number:04d}" for number in rng.integers(0, 9999, 50).tolist()) if name not in ids
        )
        return AddFacility(name, str(rng.choice([*TYPES[:3], "other"])), doors)
    if kind in ("remove", "move"):
        name = str(rng.choice(ids))
        return RemoveFacility(name) if kind == "remove" else MoveFacility(name, doors)
    if kind in ("close", "open", "private"):
        permission = {"close": Permission.CLOSED, "open": Permission.PUBLIC, "private": Permission.PRIVATE}[kind]
        fits = np.flatnonzero(network.permission != permission)
        return SetPermission(int(rng.choice(fits)) if len(fits) else edge, permission)
    if kind == "rejoin":
        count = len(live.residences.snapped)
        points = np.sort(rng.choice(count, int(rng.integers(1, 4)), replace=False))
        return Rejoin(points, random_points(rng, network.length_mm, owners=[0] * len(points)))
    if kind in ("street", "crossing"):
        return _new_street(live, rng, crossing=kind == "crossing")
    return _joined_doors(live, rng) if kind == "doors" else _rework(network, rng)


def _joined_doors(live: LiveSearch, rng: np.random.Generator) -> Change:
    """Return entrances of a facility that are joined elsewhere, or the facility moved where it has none to join."""
    network, ids = live.network, live.facilities.ids.tolist()
    if not ids:
        return random_change(live, rng, kind="add")
    name = str(rng.choice(ids))
    rows = live.facility_rows(name)
    rows = rows[live.facility_points(rows)["edge"] >= 0]
    new = random_points(rng, network.length_mm, owners=[0] * len(rows))
    if not len(rows) or np.any(new.edge < 0):
        return MoveFacility(name, new)
    return Rejoin(rows, new, facilities=True)


def _rework(network: WalkNetwork, rng: np.random.Generator) -> Change:
    """Return an edge cut in two, one part of it closed or made private, and a street from the cut to a dead end."""
    edge = int(rng.integers(network.edges))
    part, cuts, nodes = edges_of(network, [edge]), (), np.unique([network.tail[edge], network.head[edge]])
    length = int(part.length_mm[0])
    if length > 1:
        cuts = (Cut(edge, int(rng.integers(1, length)), network.edges),)
        draft = Draft(part)
        node, _ = draft.cut(0, cuts[0].offset_mm)
        draft.add_street((node, draft.add_node(0.0, 0.0)), Street(length_mm=1000))
        part = draft.network()
        nodes = np.append(nodes, network.nodes + np.arange(2))
    row = int(rng.integers(part.edges))
    part = with_permission(part, row, permission=Permission(int(rng.integers(3))))
    numbers = np.append(edge, network.edges + np.arange(part.edges - 1))
    return Rework(part, numbers, nodes.astype(np.int64), cuts)


def _new_street(live: LiveSearch, rng: np.random.Generator, *, crossing: bool) -> AddStreet:
    """Return a street between two places that are not one node: crossings join points on edges, streets nodes too."""
    network = live.network

    def joint() -> tuple[Joint, object]:
        if not crossing and rng.random() < 0.5:
            node = int(rng.integers(network.nodes))
            return Joint(node=node), node
        edge = int(rng.integers(network.edges))
        offset = int(rng.integers(0, int(network.length_mm[edge]) + 1))
        if offset in (0, int(network.length_mm[edge])):
            return Joint(edge=edge, offset_mm=offset), int((network.tail if offset == 0 else network.head)[edge])
        return Joint(edge=edge, offset_mm=offset), (edge, offset)

    for _ in range(100):
        (start, here), (end, there) = joint(), joint()
        if here != there:
            length = round(float(rng.choice(LENGTHS_M)) * 1000)
            oneway = int(rng.choice([0, 0, 1, -1]))
            return AddStreet(start, end, Street(length_mm=length, oneway=oneway, permission=int(rng.choice([0, 0, 1]))))
    raise AssertionError("no two places")


def prices(live: LiveSearch) -> Impedance:
    """Return the impedance of the network as it is now."""
    return live._walkers[0].price(live.network)
