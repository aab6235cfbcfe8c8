"""A real town: every leg within reach, over dry land, and times that the walk itself can account for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from lifecircle.model.area import local_crs
from lifecircle.model.network import Barriers, WalkNetwork
from lifecircle.model.travel import Snapped, TravelMode, WalkProfile
from lifecircle.network.barriers import find_barriers
from lifecircle.network.build import build_network
from lifecircle.network.impedance import make_impedance, walkable_edges
from lifecircle.network.legs import leg_lines, without_ends
from lifecircle.network.snapping import snap_points
from lifecircle.sources.osm_file import read_osm
from lifecircle.travel.nearest import Endpoints, nearest_times

WALKER = WalkProfile("adult", 4.8)


@pytest.fixture(scope="module")
def town(real_data: Path) -> tuple[WalkNetwork, Barriers, Snapped]:
    data = read_osm(real_data / "akureyri.osm.pbf")
    crs = local_crs(shapely.box(-18.20, 65.64, -18.04, 65.71))
    network = build_network(data.ways, crs=crs).network
    objects = data.objects.to_crs(crs)
    barriers = find_barriers(objects, network)
    buildings = objects[["building" in tags for tags in objects["tags"]]].geometry.representative_point()
    xy = np.column_stack([buildings.x, buildings.y])
    usable = walkable_edges(network, profile=WALKER, private=True)
    owner = np.arange(len(xy))
    return network, barriers, snap_points((owner, xy), network, usable=usable, barriers=barriers, max_access_m=250.0)


def test_legs_are_the_shortest_that_stay_dry(town: tuple[WalkNetwork, Barriers, Snapped]) -> None:
    network, barriers, snapped = town
    on = np.flatnonzero(snapped.edge >= 0)
    assert len(on) > 0.99 * len(snapped)
    assert snapped.access_mm.max() <= 250_000
    lines = leg_lines(snapped, network)[on]
    assert np.abs(shapely.length(lines) * 1000 - snapped.access_mm[on]).max() < 2.0
    water = shapely.union_all(barriers.hard)
    shapely.prepare(water)
    ends = shapely.get_coordinates(lines).reshape(-1, 2, 2)
    assert not shapely.intersects(water, without_ends(ends[:, 0], ends[:, 1])).any()
    # A leg longer than the way to the nearest edge has a reason: that edge is across a barrier.
    nearest = shapely.distance(
        shapely.points(ends[:, 0]),
        shapely.union_all(network.lines()[walkable_edges(network, profile=WALKER, private=True)]),
    )
    assert (snapped.access_mm[on] >= np.rint(nearest * 1000)).all()
    assert (snapped.access_mm[on] == np.rint(nearest * 1000)).mean() > 0.95


def test_times_agree_with_plain_dijkstra_from_every_facility(town: tuple[WalkNetwork, Barriers, Snapped]) -> None:
    network, _, snapped = town
    impedance = make_impedance(network, mode=TravelMode("ms", WALKER))
    chosen = np.flatnonzero(snapped.edge >= 0)[::400]
    facilities = Snapped(
        owner=np.arange(len(chosen)),
        **{name: getattr(snapped, name)[chosen] for name in Snapped.__slots__ if name != "owner"},
    )
    ids = pd.Index([f"f{i}" for i in range(len(chosen))])
    found = nearest_times(
        network,
        impedance,
        residences=Endpoints(pd.RangeIndex(len(snapped)), snapped),
        facilities=Endpoints(ids, facilities, np.full(len(chosen), "a", dtype=object)),
        types=("a",),
        cutoff=3_600_000,
    )
    # Unrounded seconds over junctions, one search a facility, in a matrix of its own making.
    seconds = 0.75 * network.length_mm / 1e6
    walk = np.where(impedance.forward > 0, seconds * 1000, np.inf)
    tail, head = network.tail.astype(int), network.head.astype(int)
    best = (
        pd.Series(np.concatenate([walk, walk]), index=[np.r_[tail, head], np.r_[head, tail]])
        .groupby(level=[0, 1])
        .min()
    )
    best = best[np.isfinite(best)]
    rows, columns = (best.index.get_level_values(level).to_numpy() for level in (0, 1))
    graph = csr_array((best.to_numpy(), (rows, columns)), shape=(network.nodes, network.nodes))
    on = np.flatnonzero(snapped.edge >= 0)
    least = np.full(len(on), np.inf)
    for place in chosen:
        edge, along = int(snapped.edge[place]), float(snapped.offset_mm[place])
        rest = float(network.length_mm[edge]) - along
        reach = dijkstra(graph, indices=[tail[edge], head[edge]])
        at = np.minimum(reach[0] + 0.75 * along / 1000, reach[1] + 0.75 * rest / 1000)
        offset, length = snapped.offset_mm[on], network.length_mm[snapped.edge[on]]
        ways = np.minimum(
            at[tail[snapped.edge[on]]] + 0.75 * offset / 1000,
            at[head[snapped.edge[on]]] + 0.75 * (length - offset) / 1000,
        )
        same = snapped.edge[on] == edge
        ways = np.where(same, np.minimum(ways, 0.75 * np.abs(offset - along) / 1000), ways)
        least = np.minimum(least, ways + 0.75 * (snapped.access_mm[on] + snapped.access_mm[place]) / 1000)
    value = found.value[on, 0] / 1000
    within = least <= 3_599
    assert within.mean() > 0.9
    assert np.abs(value[within] - least[within]).max() < 0.1
