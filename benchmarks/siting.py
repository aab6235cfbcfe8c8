"""G5: the most people within 1200 m of p sites, against spopt with HiGHS in an environment of its own."""

from __future__ import annotations

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
# Demands, candidates, sites; goals: CPU seconds and gap.
PROBLEMS = ((50_000, 2_000, 50, 5.0, 0.04), (10_000, 1_000, 50, None, 0.02))
PEER_S = 60  # seconds that HiGHS may take
PEER_WALL_S = 300  # and all of it, the making of its model included
PEER_MOST = 20_000_000  # demands times candidates: spopt holds all of them in one dense matrix


@dataclass(frozen=True, slots=True)
class Found:
    """What a candidate found: value, bound (0 where it states none), CPU seconds."""

    value: int
    bound: float
    seconds: float


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


def ours(relief: Relief, sites: int, *, repetitions: int) -> Found:
    """Choose and bound, with the median CPU time."""
    limit, steps = Limit(count=sites), np.array([float(sites)])
    bound.solve(relief, limit, steps=steps, iterations=1)
    times = []
    for _ in range(repetitions):
        started = time.process_time()
        found = bound.solve(relief, limit, steps=steps)
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


def theirs(relief: Relief, sites: int) -> Found | None:
    """Give the very same problem to spopt; None where it has no choice in time."""
    python = peer()
    weight = np.zeros(relief.demands, dtype=np.int64)
    weight[relief.demand] = relief.value
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "problem.npz"
        np.savez(path, offsets=relief.offsets, demand=relief.demand, weight=weight)
        command = [str(python), str(HERE / "siting_spopt.py"), str(path), str(sites), str(PEER_S)]
        try:
            run = run_process(command, limit_s=PEER_WALL_S)
        except RuntimeError:  # out of memory, or no solution in time
            return None
    chosen = tuple(int(part) for part in run.output.splitlines()[-1].split()[1:])
    return Found(choose.value_of(relief, chosen), 0.0, run.cpu) if chosen else None


def run(size: Size) -> Outcome:
    """Solve both problems; the smaller one is given to the peer as well."""
    rows, goals, remarks = [], [], []
    for demands, candidates, sites, seconds, gap in PROBLEMS:
        relief = problem(size.nodes, 60) if size.smoke else problem(demands, candidates)
        found = ours(relief, 5 if size.smoke else sites, repetitions=size.repetitions)
        short = (found.bound - found.value) / found.bound
        name = f"{relief.demands} x {relief.sites}, p = {sites}"
        rows.append((name, "lifecircle", f"{found.value}", f"{found.seconds:.2f} s", f"{short:.2%}"))
        if size.smoke:
            break
        goals.append((f"G5 {name}: gap <= {gap:.0%}: {short:.2%}", short <= gap))
        if seconds is not None:
            goals.append((f"G5 {name}: <= {seconds:g} CPU s: {found.seconds:.2f} s", found.seconds <= seconds))
        if relief.demands * relief.sites > PEER_MOST:
            remarks.append(f"{name} is not given to spopt: its dense matrix and model take longer than the benchmark.")
            continue
        try:
            other = theirs(relief, sites)
        except Unavailable as reason:
            remarks.append(f"**spopt skipped**: {reason}")
            continue
        if other is None:
            rows.append((name, "spopt + HiGHS", "no choice", f"none in {PEER_WALL_S} s", ""))
            continue
        faster = other.seconds / found.seconds
        rows.append((name, "spopt + HiGHS", f"{other.value}", f"{other.seconds:.1f} s", f"{faster:.0f} times our time"))
        goals.append((f"G5 {name}: no worse than spopt: {found.value} and {other.value}", found.value >= other.value))
    remarks.append("CPU seconds of choosing and bounding; spopt with the start of Python, its model and HiGHS.")
    return Outcome(("problem", "by", "covered", "CPU", "gap"), tuple(rows), tuple(goals), tuple(remarks))
