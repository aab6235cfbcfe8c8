"""Pairs against networkx and against nearest times; both engines alike."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from grid_city import grid_facilities, grid_impedance, grid_network, grid_residences
from hypothesis import given, settings
from hypothesis import strategies as st
from walks import KINDS, cases, expanded

from lifecircle.errors import CutoffError, SchemaError
from lifecircle.model.travel import ReachPairs, TravelMode, WalkProfile
from lifecircle.travel import reach
from lifecircle.travel.nearest import Endpoints, nearest_times
from lifecircle.travel.reach import reach_pairs

ENGINES = ("numba", "scipy")


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=200, deadline=None)
@given(case=cases(), data=st.data())
def test_equal_to_networkx_in_whole_units(engine: str, case: tuple, data: st.DataObject) -> None:
    network, impedance, residences, facilities = case
    graph = expanded(network, impedance, residences, facilities)
    least: dict[tuple[int, int], int] = {}
    for s in np.flatnonzero(residences.snapped.edge >= 0).tolist():
        found = nx.single_source_dijkstra_path_length(graph, ("r", s)) if ("r", s) in graph else {}
        for node, value in found.items():
            if isinstance(node, tuple) and node[0] == "f":
                pair = int(residences.snapped.owner[s]), int(facilities.snapped.owner[node[1]])
                least[pair] = min(value, least.get(pair, value))
    # Mostly a cutoff that some facility lies at exactly.
    cutoff = data.draw(st.sampled_from(sorted(set(least.values()) - {0}) or [1]) | st.integers(1, 200_000), label="T")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LIFECIRCLE_ENGINE", engine)
        patch.setattr(reach, "ROOM", data.draw(st.sampled_from([0, 1 << 10]), label="room"))
        pairs = reach_pairs(network, impedance, residences=residences, facilities=facilities, cutoff=cutoff)
        times = nearest_times(
            network, impedance, residences=residences, facilities=facilities, types=KINDS, cutoff=cutoff
        )
    got = zip(pairs.residence.tolist(), pairs.facility.tolist(), pairs.value.tolist(), strict=True)
    assert list(got) == sorted((*pair, value) for pair, value in least.items() if value <= cutoff)
    for column, kind in enumerate(KINDS):
        of_kind = facilities.type[pairs.facility] == kind
        nearest = np.full(len(residences.ids), np.inf)
        np.minimum.at(nearest, pairs.residence[of_kind], pairs.value[of_kind])
        assert np.array_equal(nearest, times.value[:, column])


@pytest.mark.parametrize("engine", ENGINES)
def test_a_facility_exactly_at_the_cutoff_counts_and_one_beyond_does_not(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The corner (3, 2) is five blocks from (0, 0) and four from (1, 0); a block of 100 m takes 75 s at 4.8 km/h."""
    monkeypatch.setenv("LIFECIRCLE_ENGINE", engine)
    network = grid_network(4, 3)
    impedance = grid_impedance(network)
    ends = {
        "residences": grid_residences(network, [(0, 0), (1, 0)]),
        "facilities": grid_facilities(network, ["clinic"], [(3, 2)]),
    }
    block = 75_000
    at = reach_pairs(network, impedance, **ends, cutoff=5 * block)
    assert at.to_frame()["time_s"].tolist() == [375.0, 300.0]
    assert at.cutoff_s == 375.0
    before = reach_pairs(network, impedance, **ends, cutoff=5 * block - 1)
    assert before.residence.tolist() == [1]
    with pytest.raises(CutoffError, match="above 0"):
        reach_pairs(network, impedance, **ends, cutoff=0)
    untyped = Endpoints(ends["facilities"].ids, ends["facilities"].snapped)
    with pytest.raises(SchemaError, match="no type"):
        reach_pairs(network, impedance, residences=ends["residences"], facilities=untyped, cutoff=1)


@pytest.mark.parametrize(
    ("residence", "value", "message"), [([1, 0], [1, 1], "ascend"), ([0, 2], [1, 1], "exist"), ([0, 1], [1, 11], "10")]
)
def test_pairs_are_sorted_exist_and_lie_within_the_cutoff(residence: list, value: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ReachPairs(
            TravelMode("ms", WalkProfile("w", 4.8)),
            10,
            pd.Index(["r0", "r1"]),
            pd.Index(["f0"]),
            np.array(["clinic"], dtype=object),
            np.array(residence, dtype=np.int32),
            np.zeros(2, dtype=np.int32),
            np.array(value),
        )
