"""G8, G9: the whole audit of a real city, a process of its own each time."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.registry import Outcome, Size, Unavailable
from benchmarks.timing import Run, run_process

TITLE = "Whole audit of a city, file to verdicts"
ROOT = Path(__file__).resolve().parents[1]


def study(size: Size) -> Path:
    """Return the study that is audited: Reykjavik, or in tests the sample town."""
    if size.smoke:
        return ROOT / "configs" / "demo.yml"
    folders = [ROOT / "configs", *map(Path, filter(None, os.environ.get("LIFECIRCLE_DATA", "").split(os.pathsep)))]
    if not any((folder / "reykjavik.osm.pbf").is_file() for folder in folders):
        raise Unavailable("reykjavik.osm.pbf is not here: put it into a folder of LIFECIRCLE_DATA")
    return ROOT / "configs" / "reykjavik.yml"


def audit(config: Path, out: Path, *options: str) -> Run:
    """Run the command line as a user would."""
    return run_process(
        [sys.executable, "-m", "lifecircle", "audit", str(config), "--no-maps", "--out", str(out), *options]
    )


def has_cache() -> bool:
    """Say whether this version keeps prepared places."""
    return "--no-cache" in run_process([sys.executable, "-m", "lifecircle", "audit", "--help"]).output


def measured(name: str, runs: list[Run]) -> tuple[str, ...]:
    """Return a row of medians."""
    wall, cpu, peak = (statistics.median(getattr(r, part) for r in runs) for part in ("wall", "cpu", "peak_mib"))
    low, high = min(r.wall for r in runs), max(r.wall for r in runs)
    return name, f"{wall:.1f} s ({low:.1f} to {high:.1f})", f"{cpu:.1f} s", f"{peak:.0f} MiB"


def run(size: Size) -> Outcome:
    """Audit afresh, and again from the place cache."""
    config, cache = study(size), has_cache()
    fresh_options = ("--no-cache",) if cache else ()
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder) / "first", Path(folder) / "second"
        audit(config, first, *fresh_options)  # kernels compiled, files in memory
        audit(config, second)
        same = (first / "audit.json").read_bytes() == (second / "audit.json").read_bytes()
        assert same, "two runs differ"
        fresh, warm = [], []
        for _ in range(size.repetitions):
            fresh.append(audit(config, first, *fresh_options))
            if cache:
                warm.append(audit(config, second))
    wall, peak = statistics.median(r.wall for r in fresh), max(r.peak_mib for r in fresh)
    rows = [measured("from the files", fresh)]
    goals = [
        (f"G8 from the files <= 15 s: {wall:.1f} s", wall <= 15),
        (f"G9 peak memory <= 1.0 GiB: {peak:.0f} MiB", peak <= 1024),
    ]
    if warm:
        again = statistics.median(r.wall for r in warm)
        rows.append(measured("from the place cache", warm))
        goals.append((f"G8 from the place cache <= 2 s: {again:.1f} s", again <= 2))
    remarks = (f"`lifecircle audit {config.name} --no-maps`, with the start of Python and all imports.",)
    return Outcome(("run", "wall, median (range)", "CPU", "peak memory"), tuple(rows), tuple(goals), remarks)
