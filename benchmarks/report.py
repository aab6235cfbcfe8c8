"""The results as Markdown."""

from __future__ import annotations

import os
import platform
import resource
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.registry import Outcome

LIBRARIES = ("lifecircle", "numpy", "scipy", "numba", "shapely", "pandas", "osmium", "osmnx", "networkx")


def _processor() -> str:
    """Return the processor's name, as far as the system tells it."""
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def head() -> str:
    """Return the title with the machine and the versions."""
    busy = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    libraries = ", ".join(f"{name} {_version(name)}" for name in LIBRARIES)
    return (
        "# Benchmarks\n\n"
        "Written by `make bench`. Candidates take turns in one process, one round to warm up, then the stated "
        "repetitions; ratios are of median CPU time. Results are checked equal before anything is timed.\n\n"
        f"- machine: {_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}; "
        f"load at the start {busy}\n"
        f"- Python {platform.python_version()}; {libraries}\n"
    )


def section(name: str, title: str, outcome: Outcome) -> str:
    """Return the table of one benchmark and what it reached."""
    lines = [f"## {name}: {title}", ""]
    lines += [f"| {' | '.join(outcome.columns)} |", f"|{' --- |' * len(outcome.columns)}"]
    lines += [f"| {' | '.join(row)} |" for row in outcome.rows]
    lines += ["", *outcome.remarks, ""]
    lines += [f"- {'reached' if reached else '**not reached**'}: {goal}" for goal, reached in outcome.goals]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # KiB on Linux
    lines += [f"- peak memory of the benchmark process: {peak:.0f} MiB", ""]
    return "\n".join(lines)


def skipped(name: str, title: str, reason: str) -> str:
    """Return a section that says why a benchmark did not run."""
    return f"## {name}: {title}\n\n**Skipped**: {reason}\n"
