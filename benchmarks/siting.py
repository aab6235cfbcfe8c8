"""G5: the most people within 1200 m of p sites, against spopt with HiGHS in an environment of its own."""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array

from benchmarks.city import city
from benchmarks.places import CUTOFF_MS, WALKER, endpoints
from benchmarks.registry import Outcome, Size, Unavailable
from benchmarks.timing import run_process
from lifecircle.model.travel import TravelMode
from lifecircle.network.impedance import make_impedance
from lifecircle.siting import bound, choose
from lifecircle.siting.limits import Limit
from lifecircle.siting.relief import Relief
from lifecircle.travel.nearest import Endpoints
from lifecircle.travel.reach import reach_pairs

TITLE = "Most people covered by p sites (MCLP)"
HERE = Path(__file__).resolve().parent
PEER = HERE / ".venv" / "spopt"
PEER_S = 60  # seconds that HiGHS may take


@dataclass(frozen=True, slots=True)
class Case:
    """Demands, candidates and sites; the goals, CPU seconds and gap; wall seconds for spopt, its model included."""

    demands: int
    candidates: int
    sites: int
    peer_s: float
    seconds: float = math.inf
    gap: float = 0.02


CASES = (
    Case(50_000, 2_000, 50, peer_s=90.0, seconds=5.0, gap=0.04),
    Case(10_000, 1_000, 50, peer_s=180.0),
    Case(2_000, 300, 5, peer_s=60.0),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a candidate found: value, bound (0 where it states none), CPU seconds."""

    value: int
    bound: float
    seconds: float

    @property
    def short(self) -> float:
        """How far the value can be from the optimum, of the bound."""
        return (self.bound - self.value) / self.bound


def problem(demands: int, sites: int) -> Relief:
    """Return residences at every junction, candidates at random ones, weights 1 to 199."""
    made, rng = city(demands).network, np.random.default_rng(sites)
    stand = np.sort(rng.choice(made.nodes, min(sites, made.nodes // 2), replace=False))
    ends = endpoints(made, stand)
    pairs = reach_pairs(
        made,
        make_impedance(made, mode=TravelMode("ms", WALKER)),
        residences=endpoints(made, np.arange(made.nodes)),
        facilities=Endpoints(ends.ids, ends.snapped, np.full(len(stand), "site", dtype=object)),
        cutoff=CUTOFF_MS,
    )
    starts = np.concatenate([[0], np.cumsum(np.bincount(pairs.residence, minlength=made.nodes))])
    reach = csr_array((np.ones(len(pairs)), pairs.facility, starts), shape=(made.nodes, len(stand))).tocsc()
    weight = rng.integers(1, 200, made.nodes)
    offsets, row = reach.indptr.astype(np.int64), reach.indices.astype(np.int32)
    return Relief(offsets, row, weight[row], made.nodes, np.ones(len(stand)))


def ours(relief: Relief, sites: int, *, repetitions: int, worth_kicking: float = bound.WORTH_KICKING) -> Found:
    """Choose and bound, with the median CPU time."""
    limit, steps = Limit(count=sites), np.array([float(sites)])
    bound.solve(relief, limit, steps=steps, iterations=1)
    times = []
    for _ in range(repetitions):
        started = time.process_time()
        found = bound.solve(relief, limit, steps=steps, worth_kicking=worth_kicking)
        times.append(time.process_time() - started)
    assert choose.value_of(relief, found.chosen) == found.value <= found.bound
    return Found(found.value, found.bound, statistics.median(times))


def peer() -> Path:
    """Return the Python of spopt's own environment, made when it is not there."""
    python = PEER / ("Scripts" if os.name == "nt" else "bin") / "python"
    try:
        if not python.is_file():
            subprocess.run([sys.executable, "-m", "venv", str(PEER)], check=True)  # noqa: S603
            listed = str(HERE / "requirements" / "spopt.txt")
            subprocess.run(  # noqa: S603
                [str(python), "-m", "pip", "install", "--quiet", "-r", listed], check=True, capture_output=True
            )
        subprocess.run([str(python), "-c", "import spopt, highspy"], check=True, capture_output=True)  # noqa: S603
    except (subprocess.CalledProcessError, OSError) as error:
        raise Unavailable(f"spopt cannot be installed into its own environment: {error}") from error
    return python


def theirs(relief: Relief, sites: int, *, limit_s: float) -> Found | None:
    """Give the very same problem to spopt; None where it has no choice in time."""
    python = peer()
    weight = np.zeros(relief.demands, dtype=np.int64)
    weight[relief.demand] = relief.value
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "problem.npz"
        np.savez(path, offsets=relief.offsets, demand=relief.demand, weight=weight)
        command = [str(python), str(HERE / "siting_spopt.py"), str(path), str(sites), str(PEER_S)]
        try:
            run = run_process(command, limit_s=limit_s)
        except RuntimeError:  # out of memory, or no solution in time
            return None
    chosen = tuple(int(part) for part in run.output.splitlines()[-1].split()[1:])
    return Found(choose.value_of(relief, chosen), 0.0, run.cpu) if chosen else None


def row(problem: str, by: str, found: Found, *, quick: Found) -> tuple[str, ...]:
    """Return a row of the table; `quick` is what times are told in."""
    gap = f"{found.short:.3%}" if found.bound else "not told"
    return (problem, by, f"{found.value}", gap, f"{found.seconds:.2f} s", f"{found.seconds / quick.seconds:.1f}")


def beside_peer(
    name: str, relief: Relief, *, case: Case, quick: Found, repetitions: int
) -> tuple[list[tuple[str, ...]], list[tuple[str, bool]]]:
    """Return rows and goals of a proof by every start, as ``--exact`` begins, and of spopt."""
    thorough = ours(relief, case.sites, repetitions=repetitions, worth_kicking=0.0)
    rows = [row(name, "lifecircle, every start tried", thorough, quick=quick)]
    other = theirs(relief, case.sites, limit_s=case.peer_s)
    if other is None:
        rows.append((name, "spopt + HiGHS", f"none in {case.peer_s:g} s of wall", "", "", ""))
        return rows, []
    rows.append(row(name, "spopt + HiGHS", other, quick=quick))
    said = f"G5 {name}: no worse than spopt, {other.seconds / thorough.seconds:.0f} times as fast"
    return rows, [(f"{said}: {thorough.value} and {other.value}", thorough.value >= other.value)]


def run(size: Size) -> Outcome:
    """Solve the problems, and give them to the peer as well."""
    rows, goals, remarks = list[tuple[str, ...]](), list[tuple[str, bool]](), []
    for case in CASES:
        relief = problem(size.nodes, 60) if size.smoke else problem(case.demands, case.candidates)
        sites = 5 if size.smoke else case.sites
        quick = ours(relief, sites, repetitions=size.repetitions)
        name = f"{relief.demands} x {relief.sites}, p = {sites}"
        rows.append(row(name, "lifecircle", quick, quick=quick))
        if size.smoke:
            break
        goals.append((f"G5 {name}: gap <= {case.gap:.0%}: {quick.short:.3%}", quick.short <= case.gap))
        if math.isfinite(case.seconds):
            told = f"G5 {name}: <= {case.seconds:g} CPU s: {quick.seconds:.2f} s"
            goals.append((told, quick.seconds <= case.seconds))
        try:
            more, reached = beside_peer(name, relief, case=case, quick=quick, repetitions=size.repetitions)
        except Unavailable as reason:
            remarks.append(f"**spopt skipped**: {reason}")
            continue
        rows += more
        goals += reached
    remarks.append(
        "CPU seconds of choosing and bounding; spopt with the start of Python, its dense matrix, its model and HiGHS, "
        f"which may take {PEER_S} s. The last column is relative to the first row of each problem."
    )
    columns = ("problem", "by", "covered", "gap proven", "CPU", "times")
    return Outcome(columns, tuple(rows), tuple(goals), tuple(remarks))
