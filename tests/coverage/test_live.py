"""Shares that follow changes: after every single one they are those of a full audit, bit for bit."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
import shapely
from coverage_city import CATALOGUE, PROFILES, Fac, circle, make_case, need
from grid_city import CRS_GRID, grid_facilities, grid_network, grid_residences
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecircle.coverage.audit import judge_readings
from lifecircle.coverage.case import Completeness, CoverageCase, Published
from lifecircle.coverage.live import LiveCoverage
from lifecircle.coverage.live_items import Opening, Searched
from lifecircle.coverage.searches import cutoff, needed_searches
from lifecircle.coverage.shares import bounds, headline, weights
from lifecircle.coverage.tally import Tally, Written
from lifecircle.coverage.verdicts import Ground
from lifecircle.errors import ConfigError, CutoffError, SchemaError
from lifecircle.model.area import StudyArea
from lifecircle.model.audit import WEIGHTS
from lifecircle.model.network import Permission
from lifecircle.model.rules import FacilityFilter
from lifecircle.model.standard import Rule
from lifecircle.network.draft import Street
from lifecircle.network.impedance import make_impedance
from lifecircle.travel.changes import AddFacility, AddStreet, Change, Joint, MoveFacility, RemoveFacility, SetPermission
from lifecircle.travel.live_keys import Walker
from lifecircle.travel.nearest import Endpoints
from lifecircle.travel.update import LiveSearch

SIDE = 11
KINDS = ("shop", "clinic", "hospital", "bus_stop", "primary", "school")
CIRCLES = (
    circle("any", need("shop", "clinic")),
    circle("all", need("shop"), need("clinic"), need("bus_stop", minutes=3.0)),
    circle("doubt", need("primary")),
    circle("metres", need("hospital", max_m=700.0)),
    circle("aside", need("school"), headline=False),
    circle("elderly", need("clinic"), profile="elderly"),
    circle("lenient", readings={"claim": Rule((need("bus_stop"),), lenient=True)}),
    circle("layer", user_layer="renewal"),
    circle("optional", need("shop", minutes=2.0), need("school", optional=True)),
)  # fmt: skip


@dataclass
class Town:
    """A grid of streets with what stands in it, and its live coverage."""

    rng: np.random.Generator
    homes: list[tuple[float, float]]
    land: list[tuple[float, float]]
    places: dict[str, Fac]
    extra: dict[str, object]
    loaded: dict[str, int]
    searches: list[Searched] = field(default_factory=list)

    @classmethod
    def random(cls, seed: int) -> Town:
        rng = np.random.default_rng(seed)

        def spots(count: int) -> list[tuple[float, float]]:
            at = np.column_stack([rng.integers(0, 4 * SIDE - 3, count) / 4, rng.integers(0, SIDE, count)])
            return [(float(x), float(y)) for x, y in at]

        places = {
            f"f{number:02d}:{kind}": Fac(kind, spot, lenient=bool(rng.random() < 0.2))
            for number, (kind, spot) in enumerate(zip(rng.choice(KINDS, 8).tolist(), spots(8), strict=True))
        }
        edge = shapely.box(-200, -200, SIDE * 100 + 400, SIDE * 100 - 200)
        area = StudyArea("城", "Town", shapely.box(-50, -50, SIDE * 100, SIDE * 100), edge, CRS_GRID, 500.0)
        columns = {
            "population": rng.random(40) * 1e3,
            "floor_area_m2": 2.0 ** rng.integers(-30, 30, 40) * rng.random(40),
        }
        extra = {
            "columns": columns,
            "area": area,
            "weight": "floor_area",
            "completeness": {"shop": Completeness("complete"), "hospital": Completeness("thin", "few")}
            if seed % 2
            else {},
            "population_total": 20_000.0 if seed % 3 else None,
            "published": {"all": Published(15.0, "stock")} if seed % 4 < 2 else {},
        }
        loaded = {kind: sum(fac.kind == kind for fac in places.values()) for kind in KINDS}
        return cls(rng, spots(40), spots(25), places, extra, loaded)

    @functools.cached_property
    def snapped(self) -> np.ndarray:
        return self.rng.random(len(self.homes) + len(self.land)) < 0.95

    def case(self, times: dict | None = None) -> CoverageCase:
        """Return the town as it is now."""
        facs = [self.places[name] for name in sorted(self.places)]
        return make_case(
            CIRCLES,
            self.homes,
            facs,
            land=self.land,
            loaded_counts=dict(self.loaded),
            origin_snapped=self.snapped,
            times=times or {},
            **self.extra,
        )

    def live(self) -> LiveCoverage:
        network = grid_network(SIDE, SIDE)
        residences = grid_residences(network, [*self.homes, *self.land])
        edge = np.where(self.snapped, residences.snapped.edge, -1)
        residences = Endpoints(residences.ids, replace(residences.snapped, edge=edge))
        names = sorted(self.places)
        facs = [self.places[name] for name in names]
        facilities = grid_facilities(network, [f.kind for f in facs], [f.spot for f in facs])
        standard = self.case().standard
        asked = needed_searches(
            standard, CATALOGUE, profile=PROFILES["adult"], profiles=PROFILES, rule="claim", readings=("claim",)
        )
        for lenient in sorted({key.lenient for key in asked}):
            keys = tuple(key for key in asked if key.lenient == lenient)
            kinds = np.array([f.kind if lenient or not f.lenient else "" for f in facs], dtype=object)
            admitted = Endpoints(facilities.ids.rename(None), facilities.snapped, kinds)
            walkers = [
                Walker(functools.partial(make_impedance, mode=key.mode), tuple(asked[key]), cutoff(standard, key))
                for key in keys
            ]
            search = LiveSearch(network, walkers, residences=residences, facilities=admitted)
            self.searches.append(Searched(search, keys))
        return LiveCoverage(self.case(), self.searches)

    def change(self) -> tuple[Change, Opening | None]:
        """Return a random change, and note it in the tables that a full audit starts from."""
        rng, network = self.rng, grid_network(SIDE, SIDE)
        spot = (float(rng.integers(0, 4 * SIDE - 3)) / 4, float(rng.integers(0, SIDE)))
        kind = str(rng.choice(["add", "remove", "move", "close", "open", "street"]))
        here = self.searches[0].search.network
        if kind == "add" or (kind in ("remove", "move") and not self.places):
            sort, lenient = str(rng.choice(KINDS)), bool(rng.random() < 0.3)
            name = f"g{len(self.places)}{int(rng.integers(10**6))}:{sort}"
            self.places[name] = Fac(sort, spot, lenient=lenient)
            self.loaded[sort] += 1
            entrances = grid_facilities(network, [sort], [spot]).snapped
            return AddFacility(name, sort, entrances), Opening(name, lenient=lenient, inside=True)
        if kind == "remove":
            name = str(rng.choice(sorted(self.places)))
            self.loaded[self.places.pop(name).kind] -= 1
            return RemoveFacility(name), None
        if kind == "move":
            name = str(rng.choice(sorted(self.places)))
            self.places[name] = replace(self.places[name], spot=spot)
            return MoveFacility(name, grid_facilities(network, ["x"], [spot]).snapped), None
        if kind == "street":
            ends = rng.choice(here.nodes, 2, replace=False).tolist()
            return AddStreet(Joint(node=ends[0]), Joint(node=ends[1]), Street()), None
        closed = kind == "close"
        edges = np.flatnonzero((here.permission != Permission.CLOSED) == closed)
        edge = int(rng.choice(edges)) if len(edges) else 0
        return SetPermission(edge, Permission.CLOSED if closed else Permission.PUBLIC), None


def same(one: float | None, other: float | None) -> bool:
    return one == other or (one is not None and other is not None and math.isnan(one) and math.isnan(other))


def check(live: LiveCoverage, town: Town) -> None:
    """Compare every share with a full audit of the town as it is now."""
    case = town.case({key: one.search.times(number) for one in town.searches for number, key in enumerate(one.keys)})
    verdicts = [v for v in judge_readings(Ground.of(case))["claim"]]  # noqa: C416  # a list of its own
    found = weights(case)
    for verdict in verdicts:
        assert np.array_equal(live.status(verdict.circle.id), verdict.status), verdict.circle.id
        for name in WEIGHTS:
            full = bounds(verdict.status, found[name])
            ours = live.bounds(verdict.circle.id, name)
            for part in ("covered", "upper", "not_covered", "unknown"):
                expected = getattr(full, part) if verdict.assessable else math.nan
                assert same(getattr(ours, part), expected), (verdict.circle.id, name, part)
    for name in WEIGHTS:
        full, ours = headline(verdicts, found[name], rule="claim", speed_kmh=4.8), live.joint(name)
        assert full.circles_counted == live.counted
        assert same(ours.covered, full.all_circles_share)
        assert same(ours.upper, full.all_circles_share_upper)


def readings_of_claim_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lifecircle.coverage.audit.READINGS", ("claim",))


@pytest.mark.parametrize("seed", range(8))
def test_every_change_equals_a_full_audit_and_undo_goes_back(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECIRCLE_THREADS", "1")
    readings_of_claim_only(monkeypatch)
    town = Town.random(seed)
    live = town.live()
    check(live, town)
    states = []
    for _ in range(25):
        states.append((dict(town.places), dict(town.loaded)))
        change, opening = town.change()
        live.apply(change, opening)
        check(live, town)
    for places, loaded in reversed(states):
        town.places, town.loaded = places, loaded
        live.undo()
        if len(places) % 3 == 0:
            check(live, town)
    check(live, town)
    with pytest.raises(IndexError):
        live.undo()


def test_a_change_that_one_search_refuses_changes_none(monkeypatch: pytest.MonkeyPatch) -> None:
    readings_of_claim_only(monkeypatch)
    town = Town.random(5)
    live = town.live()
    last = town.searches[-1].search
    name, kind = "z:shop", "shop"
    doors = grid_facilities(grid_network(SIDE, SIDE), [kind], [(1.0, 1.0)]).snapped
    last.apply(AddFacility(name, kind, doors))
    with pytest.raises(SchemaError, match="already there"):
        live.apply(AddFacility(name, kind, doors), Opening("z"))
    last.undo()
    check(live, town)
    with pytest.raises(SchemaError, match="give its Opening"):
        live.apply(AddFacility(name, kind, doors))


def test_rules_that_cannot_be_followed_and_searches_that_are_not_there_are_refused() -> None:
    near = need("shop")
    for item in (
        replace(near, admits=FacilityFilter(min_area_m2=10.0)),
        need("shop", max_m=100.0).__class__(("shop",), max_m=100.0, straight_line=True),
        replace(near, mean_of=3),
    ):
        with pytest.raises(ConfigError, match="cannot be followed"):
            LiveCoverage(make_case([circle("a", item)], [(0, 0)], [], times={}), [])
    with pytest.raises(CutoffError, match="no search for shop"):
        LiveCoverage(make_case([circle("a", near)], [(0, 0)], [], times={}), [])


weight_lists = st.lists(
    st.floats(0.0, 1e12) | st.sampled_from([0.0, 5e-324, 1e-300, 1e300, 0.1, 1.0, 2.0**52 + 1]), min_size=1, max_size=30
)


@settings(max_examples=200, deadline=None)
@given(weight_lists, st.randoms(use_true_random=False))
def test_sums_are_those_of_fsum_after_any_moves(values: list[float], chance) -> None:
    weight, size = np.array(values), len(values)
    rng = np.random.default_rng(chance.getrandbits(32))
    status = rng.integers(0, 3, (size, 4)).astype(np.int8)
    tally = Tally(Written(weight), status)
    for _ in range(5):
        rows, circle = np.nonzero(rng.random(status.shape) < 0.4)
        before, after = status[rows, circle], rng.integers(0, 3, len(rows)).astype(np.int8)
        tally.move(rows, circle, before=before, after=after)
        status[rows, circle] = after
        for number in range(4):
            found = tally.weight_of(number)
            for part, codes in (("covered", (2,)), ("upper", (1, 2)), ("not_covered", (0,)), ("unknown", (1,))):
                assert getattr(found, part) == math.fsum(weight[np.isin(status[:, number], codes)].tolist())
