"""Nearest times against networkx on an expanded graph: every number equal, every tie broken alike, by both engines."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from walks import KINDS, cases, expanded

from lifecircle.travel.nearest import nearest_times


def private_sums(graph: nx.MultiDiGraph, start: object, end: object, distance: dict) -> set[int]:
    """Private parts of all least walks from start to end."""
    if start == end:
        return {0}
    return {
        before + data["private"]
        for node, _, data in graph.in_edges(end, data=True)
        if node in distance and distance[node] + data["weight"] == distance[end]
        for before in private_sums(graph, start, node, distance)
    }


@pytest.mark.parametrize("engine", ["numba", "scipy"])
@settings(max_examples=300, deadline=None)
@given(case=cases(), data=st.data())
def test_equal_to_networkx_in_whole_units_and_in_every_tie(engine: str, case: tuple, data: st.DataObject) -> None:
    network, impedance, residences, facilities = case
    graph = expanded(network, impedance, residences, facilities)
    starts = [int(s) for s in np.flatnonzero(residences.snapped.edge >= 0)]
    reach = {s: nx.single_source_dijkstra_path_length(graph, ("r", s)) if ("r", s) in graph else {} for s in starts}
    lengths = {value for found in reach.values() for node, value in found.items() if isinstance(node, tuple)}
    # Mostly a cutoff that some facility lies at exactly.
    cutoff = data.draw(st.sampled_from(sorted(lengths - {0}) or [1]) | st.integers(1, 200_000), label="cutoff")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LIFECIRCLE_ENGINE", engine)
        times = nearest_times(
            network, impedance, residences=residences, facilities=facilities, types=(*KINDS, "nowhere"), cutoff=cutoff
        )
    for row in range(len(residences.ids)):
        for column, kind in enumerate((*KINDS, "nowhere")):
            offers = sorted(
                (value, int(facilities.snapped.owner[node[1]]), node[1], s)
                for s in starts
                if residences.snapped.owner[s] == row
                for node, value in reach[s].items()
                if isinstance(node, tuple)
                and node[0] == "f"
                and facilities.type[facilities.snapped.owner[node[1]]] == kind
                and value <= cutoff
            )
            cell = (row, column)
            if not offers:
                assert times.value[cell] == np.inf
                assert times.facility[cell] == times.entrance[cell] == -1
                assert times.access_mm[cell] == times.egress_mm[cell] == times.private[cell] == 0
                continue
            value, facility, entrance, start = offers[0]
            assert (times.value[cell], times.facility[cell], times.entrance[cell]) == (value, facility, entrance)
            assert times.access_mm[cell] == residences.snapped.access_mm[start]
            assert times.egress_mm[cell] == facilities.snapped.access_mm[entrance]
            assert times.private[cell] in private_sums(graph, ("r", start), ("f", entrance), reach[start])
