"""G8, G9: the whole audit of a real city, a process of its own each time."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.registry import Outcome, Size, Unavailable
from benchmarks.timing import Run, environment, run_process

FLOOR = (
    "Of a run from the place cache on a quieter host, CPU seconds: Python and its libraries 1.2 to start, reading the "
    "place 0.5, the walks of 77 searches 1.2, verdicts 0.4, gaps 0.9, their causes 1.0, the tables 0.7; GeoParquet, "
    "GeoPackage and packing the workbook 1.8, half of it at the same time. No result is kept between runs, all are "
    "computed: 2 s are out of reach for this many residences, since starting and writing alone take longer."
)
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
    """Run the command line as a user would, the modules' bytecode kept as in any installation."""
    with environment(PYTHONDONTWRITEBYTECODE=""):
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
        once, again = audit(config, first, *fresh_options), audit(config, second)  # kernels compiled, files in memory
        same = (first / "audit.json").read_bytes() == (second / "audit.json").read_bytes()
        assert same, "two runs differ"
        fresh, warm = ([once], [again]) if size.smoke else ([], [])
        for _ in range(0 if size.smoke else size.repetitions):
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
        median = statistics.median(r.wall for r in warm)
        rows.append(measured("from the place cache", warm))
        goals.append((f"G8 from the place cache <= 2 s: {median:.1f} s", median <= 2))
    remarks = (
        f"`lifecircle audit {config.name} --no-maps`, with the start of Python and all imports.",
        FLOOR,
    )
    return Outcome(("run", "wall, median (range)", "CPU", "peak memory"), tuple(rows), tuple(goals), remarks)
