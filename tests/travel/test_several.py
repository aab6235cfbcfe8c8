"""The several nearest of every residence, against sorting all pairs of each; both engines alike."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from grid_city import grid_facilities, grid_impedance, grid_network, grid_residences
from hypothesis import given, settings
from hypothesis import strategies as st
from walks import KINDS, cases

from lifecircle.model.travel import ReachPairs, TravelMode
from lifecircle.pipeline.place import demo_study, load_place
from lifecircle.pipeline.searches import only
from lifecircle.travel.nearest import Endpoints
from lifecircle.travel.reach import ask, reach_pairs
from lifecircle.travel.several import HALF, several_nearest

ENGINES = ("numba", "scipy")


def sorted_by_hand(pairs: ReachPairs, *, residences: int, kinds: tuple[str, ...], count: int) -> tuple[list, list]:
    """Return the least pairs of every residence, by value, then facility: values, and facilities."""
    own: dict[tuple[int, str], list[tuple[float, int]]] = {}
    for residence, facility, value in zip(
        pairs.residence.tolist(), pairs.facility.tolist(), pairs.value.tolist(), strict=True
    ):
        own.setdefault((residence, pairs.types[facility]), []).append((float(value), facility))
    rows = []
    for residence in range(residences):
        rows.append([])
        for kind in kinds:
            nearest = sorted(own.get((residence, kind), []))[:count]
            rows[-1] += nearest + [(np.inf, -1)] * (count - len(nearest))
    return [[value for value, _ in row] for row in rows], [[facility for _, facility in row] for row in rows]


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=250, deadline=None)
@given(case=cases(), count=st.integers(1, 4), data=st.data())
def test_equal_to_sorting_all_pairs(engine: str, case: tuple, count: int, data: st.DataObject) -> None:
    network, impedance, residences, facilities = case
    ends = {"residences": residences, "facilities": facilities}
    reached = reach_pairs(network, impedance, **ends, cutoff=200_000).value.tolist()
    # Mostly a cutoff that some facility lies at exactly; rarely one that no label has room for.
    exact = st.sampled_from(sorted(set(reached) - {0}) or [1])
    cutoff = data.draw(exact | st.integers(1, 200_000) | st.just(HALF), label="T")
    pairs = reach_pairs(network, impedance, **ends, cutoff=cutoff)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LIFECIRCLE_ENGINE", engine)
        pools = [np.flatnonzero(facilities.type == kind) for kind in KINDS]
        found = several_nearest(ask(network, impedance, **ends, cutoff=cutoff), pools, count=count)
    values, rows = sorted_by_hand(pairs, residences=len(residences.ids), kinds=KINDS, count=count)
    assert found[0].tolist() == values
    assert found[1].tolist() == rows


@pytest.mark.parametrize("engine", ENGINES)
def test_equal_walks_go_to_the_first_facility_and_each_counts_once(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Around (1, 1) stand four clinics a block of 100 m (75 s at 4.8 km/h) away; that of row 1 has two entrances."""
    monkeypatch.setenv("LIFECIRCLE_ENGINE", engine)
    network = grid_network(4, 4)
    around = grid_facilities(network, ["clinic"] * 5, [(1, 0), (0, 1), (2, 1), (1, 2), (3, 3)])
    twice = grid_facilities(network, ["clinic"] * 6, [(1, 0), (0, 1), (1, 1), (2, 1), (1, 2), (3, 3)]).snapped
    entrances = type(twice)(
        owner=np.array([0, 1, 1, 2, 3, 4]),
        **{name: getattr(twice, name) for name in twice.__slots__ if name != "owner"},
    )
    facilities = Endpoints(around.ids, entrances, around.type)
    question = ask(
        network,
        grid_impedance(network),
        residences=grid_residences(network, [(1, 1), (3, 3)]),
        facilities=facilities,
        cutoff=3 * 75_000,
    )
    value, facility = several_nearest(question, [np.arange(5), np.array([4]), np.arange(0)], count=4)
    none = [-1] * 4
    assert facility.tolist() == [[1, 0, 2, 3, *none, *none], [4, 2, 3, -1, 4, -1, -1, -1, *none]]
    assert value[0, :4].tolist() == [0.0, 75_000.0, 75_000.0, 75_000.0]
    assert value[1].tolist() == [0.0, 225_000.0, 225_000.0, np.inf, 0.0] + [np.inf] * 7


def test_equal_to_all_pairs_of_a_town() -> None:
    place = load_place(demo_study())
    joined = place.joined
    impedance = joined.impedance(TravelMode("ms", place.question.profile))
    kinds, count, cutoff = ("breakfast", "kindergarten"), 20, 1_800_000
    facilities = only(joined.facilities, np.isin(joined.facilities.type, kinds))
    ends = {"residences": joined.origins, "facilities": facilities}
    pools = [np.flatnonzero(facilities.type == kind) for kind in kinds]
    value, facility = several_nearest(ask(joined.network, impedance, **ends, cutoff=cutoff), pools, count=count)
    pairs = reach_pairs(joined.network, impedance, **ends, cutoff=cutoff)
    columns = {
        "residence": pairs.residence,
        "kind": pairs.types[pairs.facility],
        "at": pairs.facility,
        "walk": pairs.value,
    }
    table = pd.DataFrame(columns).sort_values(["residence", "kind", "walk", "at"])
    table["rank"] = table.groupby(["residence", "kind"]).cumcount()
    near = table[table["rank"] < count]
    cell = near["residence"], (near["kind"] == kinds[1]) * count + near["rank"]
    values, rows = np.full(value.shape, np.inf), np.full(value.shape, -1)
    values[cell], rows[cell] = near["walk"], near["at"]
    assert np.array_equal(value, values)
    assert np.array_equal(facility, rows)
    assert np.isfinite(value).mean() > 0.2  # the test compares something
