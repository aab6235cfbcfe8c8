"""Many streets in one draft: the same network as one after another, each built by itself."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from grid_city import make_network
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecircle.errors import NetworkError
from lifecircle.model.network import WalkNetwork
from lifecircle.network.draft import Draft, Street
from lifecircle.network.edits import add_street, split_edge


def cross() -> WalkNetwork:
    """Two streets, one of them bent, that meet at node 0."""
    return make_network(
        [(0, 0), (100, 50), (0, 80), (-40, 0)],
        [(0, 1), (0, 2), (3, 0)],
        lines={0: [(0, 0), (100, 0), (100, 50)]},
        street=["Long Lane", "Side", ""],
    )


def same(one: WalkNetwork, other: WalkNetwork) -> None:
    for field in fields(WalkNetwork):
        ours, theirs = getattr(one, field.name), getattr(other, field.name)
        if isinstance(ours, np.ndarray):
            assert ours.dtype == theirs.dtype, field.name
            assert ours.tolist() == theirs.tolist(), field.name


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_draft_is_what_single_edits_come_to(data: st.DataObject) -> None:
    draft, network = Draft(cross()), cross()
    for _ in range(data.draw(st.integers(0, 8))):
        kind = data.draw(st.sampled_from(["cut", "node", "street"]))
        if kind == "cut":
            edge = data.draw(st.integers(0, draft.edges - 1))
            if draft.length_mm(edge) < 2:
                continue
            offset_mm = data.draw(st.integers(1, draft.length_mm(edge) - 1))
            tail, head = draft.ends(edge)
            node, rest = draft.cut(edge, offset_mm)
            network = split_edge(network, edge, offset_mm=offset_mm)
            assert (draft.ends(edge), draft.ends(rest)) == ((tail, node), (node, head))
        elif kind == "node":
            x, y = (float(data.draw(st.integers(-200, 200))) for _ in range(2))
            single = Draft(network)
            assert draft.add_node(x, y) == single.add_node(x, y) == network.nodes
            network = single.network()
        else:
            ends = tuple(data.draw(st.lists(st.integers(0, draft.nodes - 1), min_size=2, max_size=2, unique=True)))
            street = Street(name="New", via=data.draw(st.sampled_from([(), ((7.0, 7.0),)])), crossing=2)
            assert draft.add_street(ends, street) == network.edges
            network = add_street(network, ends, street=street)
        assert (draft.nodes, draft.edges) == (network.nodes, network.edges)
    same(draft.network(), network)


def test_the_first_network_stays_as_it_was() -> None:
    before = cross()
    draft = Draft(before)
    draft.cut(0, 120_000)
    draft.add_street((1, 2), Street())
    same(before, cross())


def test_a_draft_refuses_what_is_not_there() -> None:
    draft = Draft(cross())
    draft.cut(1, 30_000)
    with pytest.raises(NetworkError, match="edges 0 to 3"):
        draft.cut(4, 10)
    with pytest.raises(NetworkError, match="30000 mm long and cannot be cut at 30000 mm"):
        draft.cut(1, 30_000)
    with pytest.raises(NetworkError, match="two different nodes"):
        draft.add_street((0, 5), Street())
