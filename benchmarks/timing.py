"""Times of candidates that take turns in one process, and the peak memory of processes of their own."""

from __future__ import annotations

import hashlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Times:
    """CPU and wall seconds of every repetition of one candidate."""

    cpu: tuple[float, ...]
    wall: tuple[float, ...]

    @property
    def median(self) -> float:
        """Median CPU seconds."""
        return statistics.median(self.cpu)

    @property
    def median_wall(self) -> float:
        """Median wall seconds."""
        return statistics.median(self.wall)

    def text(self) -> str:
        """Return the median CPU time with the least and the greatest, in milliseconds."""
        least, most = min(self.cpu), max(self.cpu)
        return f"{self.median * 1000:.1f} ms ({least * 1000:.1f} to {most * 1000:.1f})"


def interleaved(candidates: Mapping[str, Callable[[], object]], repetitions: int) -> dict[str, Times]:
    """Run the candidates in turn, `repetitions` rounds, after one round that is not counted."""
    cpu: dict[str, list[float]] = {name: [] for name in candidates}
    wall: dict[str, list[float]] = {name: [] for name in candidates}
    for turn in range(repetitions + 1):
        for name, work in candidates.items():
            started, clock = time.process_time(), time.perf_counter()
            work()
            if turn:
                cpu[name].append(time.process_time() - started)
                wall[name].append(time.perf_counter() - clock)
    return {name: Times(tuple(cpu[name]), tuple(wall[name])) for name in candidates}


def ratio(slow: Times, fast: Times) -> float:
    """Return how many times faster `fast` is than `slow`, by median CPU time."""
    return slow.median / fast.median


def free_cores() -> float:
    """Return how many of two cores are free: how much more two threads get done than one, in the same time."""
    block = bytes(16_000_000)

    def work(threads: int) -> float:
        clock = time.perf_counter()
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda _: hashlib.sha256(block).digest(), range(threads)))
        return time.perf_counter() - clock

    tries = [(work(1), work(2)) for _ in range(5)]
    return 2 * min(one for one, _ in tries) / min(two for _, two in tries)


@contextmanager
def environment(**values: str) -> Iterator[None]:
    """Set environment variables for a while."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


# A process counts the memory of the one it was made by as its own peak: a small one stands in between.
LAUNCHER = """
import json, resource, subprocess, sys, time
clock, limit = time.perf_counter(), float(sys.argv[1])
code = subprocess.call(sys.argv[2:], timeout=limit)
wall, used = time.perf_counter() - clock, resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
sys.exit(code)
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One process: wall and CPU seconds, peak memory in MiB, what it printed."""

    wall: float
    cpu: float
    peak_mib: float
    output: str


def run_process(command: Sequence[str], *, folder: Path | None = None, limit_s: float = 3600.0) -> Run:
    """Run a command to its end and measure it; RuntimeError with its last words when it fails or takes too long."""
    done = subprocess.run(  # noqa: S603  # commands of this package
        [sys.executable, "-I", "-S", "-c", LAUNCHER, str(limit_s), *command],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    output, _, measured = done.stdout.rstrip("\n").rpartition("\n")
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{output[-2000:]}")
    wall, cpu, peak_mib = json.loads(measured)
    return Run(wall, cpu, peak_mib, output)
