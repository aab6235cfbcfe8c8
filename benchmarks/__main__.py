"""Run the benchmarks named on the command line, or all, and write the results.

Each runs in a process of its own: a process starts with the peak memory of the one that made it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import report
from benchmarks.registry import MODULES, SMOKE, Size, Unavailable, load

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).with_name("results.md")


def measured(name: str, size: Size) -> str:
    """Return the section of one benchmark."""
    benchmark = load(name)
    try:
        return report.section(name, benchmark.TITLE, benchmark.run(size))
    except Unavailable as reason:
        return report.skipped(name, benchmark.TITLE, str(reason))


def main() -> int:
    """Return 0 when every benchmark ran or was skipped aloud."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(MODULES)}; all by default")
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--smoke", action="store_true", help="tiny inputs: checks the results, times nothing")
    parser.add_argument("--out", type=Path, help="by default results.md beside the benchmarks, when all are run")
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in MODULES]
    if unknown:
        parser.error(f"no benchmark {unknown[0]!r}: {', '.join(MODULES)}")
    names = asked.names or list(MODULES)
    options = ["--smoke"] if asked.smoke else ["--repetitions", str(asked.repetitions)]
    sections = [report.head()]
    for name in names:
        started = time.perf_counter()
        if len(names) == 1:
            section = measured(name, SMOKE if asked.smoke else Size(repetitions=asked.repetitions))
        else:
            command = [sys.executable, "-m", "benchmarks", name, *options]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT, encoding="utf-8")  # noqa: S603
            section = done.stdout
        sections.append(section)
        print(section, flush=True)
        print(f"{name} took {time.perf_counter() - started:.0f} s", file=sys.stderr)
    out = asked.out or (None if asked.names or asked.smoke else RESULTS)
    if out is not None:
        out.write_text("\n".join(sections), encoding="utf-8")
        print(f"-> {out}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
