"""One change of a real city to a refreshed audit: the session of what-if."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from pyproj import Transformer

import lifecircle as lc
from benchmarks.registry import Outcome, Size
from benchmarks.whole_audit import study
from lifecircle.model.area import WGS84
from lifecircle.model.scenario import Change, CloseGate, CloseStreet, OpenStreet, RetypeFacility, Scenario
from lifecircle.pipeline.audit import audit
from lifecircle.pipeline.scenarios.edited import edited_place
from lifecircle.pipeline.scenarios.session import Session
from lifecircle.scenario.gates import gates_among

Floats = npt.NDArray[np.float64]

TITLE = "One change of a real city, shares of all circles at once"
GOAL_MS = 10.0
ROUNDS = 3
LENGTH_M = (30.0, 150.0)  # of new streets
STREETS = ("street", "path", "crossing", "footbridge", "underpass")


def kinds(place: lc.Place, rng: np.random.Generator) -> dict[str, Callable[[], Change]]:
    """Return makers of random changes, by kind."""
    network, back = place.network, Transformer.from_crs(place.area.crs, WGS84, always_xy=True)
    ids, types = place.facilities.index.to_numpy(), np.unique(place.facilities["type"].to_numpy(dtype=object))
    shut, gates = np.flatnonzero(network.permission > 0), gates_among(place.objects).index

    def spot() -> tuple[float, float]:
        at = int(network.geometry_offsets[int(rng.integers(network.edges))])
        x, y = network.geometry_x[at], network.geometry_y[at]
        return float(x + rng.normal(0, 30)), float(y + rng.normal(0, 30))

    def street(kind: str) -> Change:
        (x, y), angle, length = spot(), rng.uniform(0, 2 * np.pi), rng.uniform(*LENGTH_M)
        ends = back.transform(x, y), back.transform(x + length * np.cos(angle), y + length * np.sin(angle))
        return lc.AddStreet(ends, kind=kind)

    found: dict[str, Callable[[], Change]] = {
        "add a facility": lambda: lc.AddFacility(str(rng.choice(types)), *back.transform(*spot())),
        "remove a facility": lambda: lc.RemoveFacility(str(rng.choice(ids))),
        "move a facility": lambda: lc.MoveFacility(str(rng.choice(ids)), *back.transform(*spot())),
        "change a facility's type": lambda: RetypeFacility(str(rng.choice(ids)), str(rng.choice(types))),
        "close a street": lambda: CloseStreet(edge=int(rng.integers(network.edges))),
        "close a whole way": lambda: CloseStreet(way=int(rng.choice(network.way_id))),
        "open a street": lambda: OpenStreet(edge=int(rng.choice(shut))),
    }
    found |= {f"new {kind}": lambda kind=kind: street(kind) for kind in STREETS}  # type: ignore[misc]
    if len(gates):
        found["close a gate"] = lambda: CloseGate(id=int(str(rng.choice(gates))[1:]))
    return found


def run(size: Size) -> Outcome:
    """Make changes of every kind in rounds, each taken back; then compare the last of each kind with an audit."""
    place, (count, rounds) = lc.load_place(study(size)), (3, 1) if size.smoke else (100, ROUNDS)
    session, rng = Session(place), np.random.default_rng(6)
    changes = {kind: _possible(session, maker, count=count) for kind, maker in kinds(place, rng).items()}
    seconds: dict[str, Floats] = {kind: np.empty((rounds, count)) for kind in changes}
    anew, last = dict.fromkeys(changes, 0), dict[str, tuple[Change, Floats]]()
    for turn in range(rounds):
        for kind, own in changes.items():
            for row, change in enumerate(own):
                started = time.process_time()
                shares = session.apply(change)["share"].to_numpy()
                seconds[kind][turn, row] = time.process_time() - started
                anew[kind] += turn == 0 and not session.followed
                session.undo()
            last[kind] = change, shares
    for change, shares in last.values():
        _check(place, change, shares=shares)
    every = np.concatenate([*seconds.values()], axis=1)
    rows = [_row(kind, own, anew=anew[kind]) for kind, own in seconds.items()]
    high, *each = (float(np.quantile(np.median(own, axis=0), 0.95)) * 1000 for own in (every, *seconds.values()))
    single = ", ".join(f"{value * 1000:.1f}" for value in np.quantile(every, 0.95, axis=1))
    return Outcome(
        ("change", "CPU, median", "CPU, p95", "computed anew"),
        (*rows, _row("any of these", every, anew=sum(anew.values()))),
        (
            (f"p95 of any change <= {GOAL_MS:g} ms: {high:.1f} ms", high <= GOAL_MS),
            (f"p95 of every kind by itself <= {GOAL_MS:g} ms: {max(each):.1f} ms", max(each) <= GOAL_MS),
        ),
        (
            f"{len(place.residences)} residences, {len(place.facilities)} facilities, {place.network.edges} edges.",
            f"Of every change the median of {rounds} rounds over all of them; p95 of each round alone: {single} ms.",
            "Before the rounds every change is made once, to find those that are refused.",
            "The last change of every kind was checked against an audit of the changed place, bit for bit.",
        ),
    )


def _possible(session: Session, maker: Callable[[], Change], *, count: int) -> list[Change]:
    """Return so many changes that are not refused, as they would be in the sea."""
    found: list[Change] = []
    while len(found) < count:
        change = maker()
        try:
            session.apply(change)
        except lc.errors.ConfigError:
            continue
        session.undo()
        found.append(change)
    return found


def _check(place: lc.Place, change: Change, *, shares: Floats) -> None:
    """Compare the shares after a change with an audit of the changed place."""
    found = audit(edited_place(place, Scenario((change,))).place, causes=False).coverage
    full = found.circles[f"share_{found.weight}"].to_numpy(dtype=float)
    assert np.array_equal(shares[:-1], full, equal_nan=True), change


def _row(kind: str, seconds: Floats, *, anew: int) -> tuple[str, ...]:
    """Return the line of one kind of change, or of several; `seconds` has shape (rounds, changes)."""
    middle, high = np.quantile(np.median(seconds, axis=0), [0.5, 0.95]) * 1000
    return kind, f"{middle:.1f} ms", f"{high:.1f} ms", f"{anew} of {seconds.shape[1]}"
