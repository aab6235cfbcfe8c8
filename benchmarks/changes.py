"""G4: one change of a city, and every share of nine circles up to date again, against computing all of it anew."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from benchmarks.city import CRS_M, City, city
from benchmarks.places import CUTOFF_MS, WALKER, endpoints
from benchmarks.registry import Outcome, Size
from lifecircle.coverage.case import CoverageCase, TimesKey
from lifecircle.coverage.edges import edge_distance_m
from lifecircle.coverage.kleene import kleene_and
from lifecircle.coverage.live import LiveCoverage
from lifecircle.coverage.live_items import Opening, Searched
from lifecircle.coverage.shares import bounds, weights
from lifecircle.coverage.verdicts import Ground, judge_circle
from lifecircle.model.area import StudyArea
from lifecircle.model.audit import WEIGHTS
from lifecircle.model.catalogue import Catalogue, FacilityType, NameGate
from lifecircle.model.network import Permission
from lifecircle.model.rules import Item, Rule
from lifecircle.model.standard import Circle, Standard
from lifecircle.model.travel import NearestTimes, Snapped, TravelMode
from lifecircle.network.draft import Street
from lifecircle.network.impedance import make_impedance
from lifecircle.travel.changes import AddFacility, AddStreet, Change, Joint, MoveFacility, RemoveFacility, SetPermission
from lifecircle.travel.live_keys import Walker
from lifecircle.travel.nearest import Endpoints, nearest_times
from lifecircle.travel.update import LiveSearch

TITLE = "One change, and all shares of nine circles"
GOAL_MS = 5.0
WARM_UP = 3
HOMES_PER_NODE = 0.1
KINDS = (
    "add a facility",
    "remove one",
    "move one",
    "close a street",
    "open it again",
    "add a street",
    "add a crossing",
)
MODE = TravelMode("ms", WALKER)
KEY = TimesKey(MODE, lenient=False)

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def types_of(made: City) -> tuple[str, ...]:
    """Return the names of the city's facility types, the rarest first."""
    return tuple(f"type{number:02d}" for number in range(len(made.facilities)))


def standard_of(types: tuple[str, ...]) -> Standard:
    """Return nine circles that use every type: pooled, all at once, with thresholds of 5, 10 and 15 minutes."""
    circles = []
    for number in range(9):
        own = types[number::9]
        items = [Item(own, minutes=15.0)] if number % 2 else [Item((kind,), minutes=15.0) for kind in own]
        items.append(Item((own[-1],), minutes=float((5, 10, 15)[number % 3])))
        circles.append(Circle(f"circle{number}", "圈", f"circle {number}", {"claim": Rule(tuple(items))}))
    return Standard("nine", "九圈", "Nine circles", tuple(circles))


def residences_at(made: City, rng: np.random.Generator) -> tuple[Endpoints, gpd.GeoDataFrame]:
    """Return residences beside the streets, with people and floors."""
    network = made.network
    count = max(20, round(network.nodes * HOMES_PER_NODE))
    edge = rng.integers(0, network.edges, count)
    snapped = Snapped(
        owner=np.arange(count),
        x=np.zeros(count),
        y=np.zeros(count),
        edge=edge,
        offset_mm=(rng.random(count) * network.length_mm[edge]).astype(np.int64),
        access_mm=rng.integers(0, 30_000, count),
        reason=np.zeros(count, dtype=np.uint8),
        crosses_wall=np.zeros(count, dtype=bool),
    )
    ids = pd.Index([f"r{number:07d}" for number in range(count)], name="residence_id")
    points = shapely.points(network.node_x[network.tail[edge]], network.node_y[network.tail[edge]])
    columns = {
        "kind": "building",
        "population": rng.random(count) * 50,
        "floor_area_m2": rng.random(count) * 5000,
        "land_m2": rng.random(count) * 800,
        "entrances": points,
    }
    return Endpoints(ids, snapped), gpd.GeoDataFrame(columns, geometry=points, index=ids, crs=CRS_M)


def facilities_at(made: City) -> tuple[Endpoints, gpd.GeoDataFrame]:
    """Return all facilities as one table."""
    parts = [endpoints(made.network, nodes).snapped for nodes in made.facilities]
    kinds = np.repeat(np.array(types_of(made), dtype=object), [len(part) for part in parts])
    joined = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in Snapped.__slots__ if name != "owner"
    }
    snapped = Snapped(owner=np.arange(len(kinds)), **joined)
    ids = pd.Index([f"f{number:07d}" for number in range(len(kinds))], name="facility_id")
    frame = gpd.GeoDataFrame(
        {"object_id": ids.to_numpy(dtype=object), "type": kinds, "lenient": False},
        geometry=shapely.points(snapped.x, snapped.y),
        index=ids,
        crs=CRS_M,
    )
    return Endpoints(ids, snapped, kinds), frame


@dataclass
class Town:
    """The city as an audit sees it, and its live coverage."""

    made: City
    rng: np.random.Generator
    case: CoverageCase
    search: LiveSearch
    live: LiveCoverage
    closed: list[int] = field(default_factory=list)
    added: int = 0

    @classmethod
    def of(cls, made: City) -> Town:
        """Build the town and its live coverage, from scratch."""
        rng = np.random.default_rng(7)
        types = types_of(made)
        residences, table = residences_at(made, rng)
        facilities, places = facilities_at(made)
        network = made.network
        whole = shapely.box(network.node_x.min(), network.node_y.min(), network.node_x.max(), network.node_y.max())
        catalogue = Catalogue(
            {kind: FacilityType(kind, kind, kind) for kind in types},
            NameGate((), {}, (), {}, (), "", ""),
            (),
            {},
            (),
            (),
            (),
        )
        case = CoverageCase(
            standard=standard_of(types),
            catalogue=catalogue,
            area=StudyArea("城", "City", whole.buffer(-1500.0 if whole.area > 1e8 else -100.0), whole, CRS_M, 1500.0),
            rule="claim",
            profile=WALKER,
            profiles={"adult": WALKER, "planner": replace(WALKER, id="planner", speed_kmh=4.0)},
            residences=table,
            weight="population",
            denominator_sources={},
            land_points=np.empty((0, 2)),
            origin_snapped=np.ones(len(table), dtype=bool),
            edge_m=edge_distance_m(table, np.empty((0, 2)), extent=whole),
            facilities=places,
            loaded_counts={kind: len(nodes) for kind, nodes in zip(types, made.facilities, strict=True)},
            times={},
        )
        walker = Walker(functools.partial(make_impedance, mode=MODE), types, CUTOFF_MS)
        search = LiveSearch(network, [walker], residences=residences, facilities=facilities)
        return cls(made, rng, case, search, LiveCoverage(case, [Searched(search, (KEY,))]))

    def change(self, kind: str) -> tuple[Change, Opening | None]:
        """Return a random change of `kind`."""
        rng, network = self.rng, self.made.network
        entrances = endpoints(network, np.array([int(rng.integers(network.nodes))])).snapped
        name = f"f{int(rng.integers(len(self.case.facilities))):07d}"
        if kind == "add a facility":
            self.added += 1
            new = f"g{self.added:07d}"
            return AddFacility(new, str(rng.choice(self.search.walks[0].types)), entrances), Opening(new)
        if kind == "remove one":
            return RemoveFacility(name), None
        if kind == "move one":
            return MoveFacility(name, entrances), None
        if kind == "close a street":
            self.closed.append(int(rng.integers(network.edges)))
            return SetPermission(self.closed[-1], Permission.CLOSED), None
        if kind == "open it again":
            return SetPermission(self.closed.pop(), Permission.PUBLIC), None
        return self._street(crossing=kind == "add a crossing"), None

    def _street(self, *, crossing: bool) -> AddStreet:
        """Return a street between neighbours: a node and one two blocks on, or the middles of two edges that meet."""
        rng, network = self.rng, self.made.network
        while True:
            first = int(rng.integers(network.edges))
            beside = np.flatnonzero(np.abs(network.node_x - network.node_x[network.head[first]]) < 160.0)
            beside = beside[np.abs(network.node_y[beside] - network.node_y[network.head[first]]) < 160.0]
            other = int(rng.choice(beside))
            if not crossing and other not in (network.tail[first], network.head[first]):
                return AddStreet(Joint(node=int(network.tail[first])), Joint(node=other), Street())
            edges = np.flatnonzero((network.tail == other) & (np.arange(network.edges) != first))
            if crossing and len(edges):
                middles = (Joint(edge=edge, offset_mm=self._middle(edge)) for edge in (first, int(edges[0])))
                return AddStreet(*middles, Street())

    def _middle(self, edge: int) -> int:
        return int(self.search.network.length_mm[edge]) // 2

    def times(self) -> NearestTimes:
        """Search everything anew."""
        search = self.search
        return nearest_times(
            search.network,
            make_impedance(search.network, mode=MODE),
            residences=search.residences,
            facilities=search.facilities,
            types=search.walks[0].types,
            cutoff=CUTOFF_MS,
        )


def all_shares(case: CoverageCase) -> list[float]:
    """Return every share of an audit of `case`, one after another."""
    ground = Ground.of(case)
    verdicts = [
        judge_circle(circle, ground, rule=circle.readings["claim"], used="claim", walks=WALKER)
        for circle in case.standard.circles
    ]
    joint = kleene_and([verdict.status for verdict in verdicts], length=case.origin_count)
    found = weights(case)
    parts = ("covered", "upper", "not_covered", "unknown")
    shares = [bounds(verdict.status, found[name]) for verdict in verdicts for name in WEIGHTS]
    shares += [bounds(joint, found[name]) for name in WEIGHTS]
    return [getattr(share, part) for share in shares[: -len(WEIGHTS)] for part in parts] + [
        getattr(share, part) for share in shares[-len(WEIGHTS) :] for part in ("covered", "upper")
    ]


def live_shares(live: LiveCoverage) -> list[float]:
    """Return the same from the live coverage."""
    parts = ("covered", "upper", "not_covered", "unknown")
    shares = [getattr(live.bounds(name, w), part) for name in live.circles for w in WEIGHTS for part in parts]
    joint = [live.joint(name) for name in WEIGHTS]
    return shares + [np.nan if value is None else value for each in joint for value in (each.covered, each.upper)]


def check(town: Town) -> None:
    """Everything equal to a full computation of the city as it is now."""
    full, ours = town.times(), town.search.times()
    for name in ("value", "facility", "entrance", "access_mm", "egress_mm"):
        assert np.array_equal(getattr(full, name), getattr(ours, name)), name
    case = replace(town.case, times={KEY: full})
    assert np.array_equal(all_shares(case), live_shares(town.live), equal_nan=True)


def run(size: Size) -> Outcome:
    """Measure 200 changes of each kind, and the full computation that each of them saves."""
    town = Town.of(city(size.nodes))
    changes, every = (6, 1) if size.smoke else (200, 40)
    check(town)
    anew = _seconds(lambda: all_shares(replace(town.case, times={KEY: town.times()})))
    rows, worst = [], 0.0
    for kind in KINDS:
        cpu, wall, touched = _measured(town, kind, count=changes, every=every)
        middle, high = np.quantile(cpu, [0.5, 0.95]) * 1000
        worst = max(worst, float(high))
        spread = f"{np.median(wall) * 1000:.2f} / {np.quantile(wall, 0.95) * 1000:.2f} ms"
        ratio = f"{anew * 1000 / middle:.0f}"
        rows.append((kind, f"{middle:.2f} ms", f"{high:.2f} ms", spread, f"{np.median(touched):.0f}", ratio))
    case, checked = town.case, "Every change" if every == 1 else f"Every {every}th change"
    made = (
        f"V = {town.made.network.nodes}, {len(case.residences)} residences, {len(case.facilities)} facilities of "
        f"{len(town.search.walks[0].types)} types, cutoff 1200 m, {changes} changes of each kind; one change with all "
        f"shares of nine circles in four denominators and their joint verdict. Anew: {anew * 1000:.0f} ms CPU."
    )
    return Outcome(
        (
            "change",
            "CPU, median",
            "CPU, p95",
            "wall, median / p95",
            "origins touched, median",
            "times faster than anew",
        ),
        tuple(rows),
        ((f"G4 p95 <= {GOAL_MS:g} ms: {worst:.2f} ms", worst <= GOAL_MS),),
        (made, f"{checked} was checked against a full computation of times and shares, bit for bit."),
    )


def _measured(town: Town, kind: str, *, count: int, every: int) -> tuple[Floats, Floats, Floats]:
    """Return CPU seconds, wall seconds and touched origins of `count` changes of a kind, checking some of them."""
    found = []
    for number in range(count + WARM_UP):
        change, opening = town.change(kind)
        started, clock = time.process_time(), time.perf_counter()
        origins = town.live.apply(change, opening)
        live_shares(town.live)
        found.append((time.process_time() - started, time.perf_counter() - clock, len(origins)))
        if number % every == every - 1:
            check(town)
        # Streets stay closed until it is their turn to be opened.
        if kind not in {"close a street", "open it again"}:
            town.live.undo()
    cpu, wall, touched = np.array(found[WARM_UP:], dtype=float).T
    return cpu, wall, touched


def _seconds(work: Callable[[], object]) -> float:
    """Return the CPU seconds of `work`, after a first time that is not counted."""
    work()
    started = time.process_time()
    work()
    return time.process_time() - started
