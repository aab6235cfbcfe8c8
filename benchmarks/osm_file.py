"""G6: an OpenStreetMap file to walk network, facilities and residential buildings, against pyrosm, a process each."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from benchmarks.registry import Outcome, Size, Unavailable
from benchmarks.timing import Run, run_process

TITLE = "OpenStreetMap file to walk network, facilities and residences"
SHARE = (
    "Of our CPU time about a third is the start: importing pandas, geopandas, scipy and numba and loading the "
    "compiled kernels. Decoding takes a fifteenth, choosing what is kept and its tags another, drawing it a "
    "quarter (half of that assembling relations, in GEOS), the network a sixth, projecting a fifteenth. Of the "
    "peak about 250 MiB are these libraries, 100 of them numba: a fifth of pyrosm's memory is less than pandas "
    "and geopandas take alone. We also keep all tags, judge permissions and find islands."
)
HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PEER = HERE / ".venv" / "pyrosm"


def extract(size: Size) -> Path:
    """Return the file that is read: Reykjavik, or in tests the sample town."""
    if size.smoke:
        return ROOT / "lifecircle" / "data" / "akureyri" / "akureyri.osm.pbf"
    folders = [ROOT / "configs", *map(Path, filter(None, os.environ.get("LIFECIRCLE_DATA", "").split(os.pathsep)))]
    for folder in folders:
        if (folder / "reykjavik.osm.pbf").is_file():
            return folder / "reykjavik.osm.pbf"
    raise Unavailable("reykjavik.osm.pbf is not here: put it into a folder of LIFECIRCLE_DATA")


def peer() -> Path:
    """Return the Python of pyrosm's own environment, made when it is not there."""
    python = PEER / ("Scripts" if os.name == "nt" else "bin") / "python"
    try:
        if not python.is_file():
            subprocess.run([sys.executable, "-m", "venv", str(PEER)], check=True)  # noqa: S603
            listed = str(HERE / "requirements" / "pyrosm.txt")
            subprocess.run(  # noqa: S603
                [str(python), "-m", "pip", "install", "--quiet", "-r", listed], check=True, capture_output=True
            )
        subprocess.run([str(python), "-c", "import pyrosm"], check=True, capture_output=True)  # noqa: S603
    except (subprocess.CalledProcessError, OSError) as error:
        raise Unavailable(f"pyrosm cannot be installed into its own environment: {error}") from error
    return python


def run(size: Size) -> Outcome:
    """Read the file by turns; both report what they found."""
    path = extract(size)
    mine = [sys.executable, "-m", "benchmarks.osm_file_ours", str(path)]
    ours = [run_process(mine, folder=ROOT)]
    found = json.loads(ours[0].output.splitlines()[-1])
    assert min(found.values()) > 0
    if size.smoke:
        return Outcome(("reader", "found"), (("lifecircle", str(found)),))
    other = [str(peer()), str(HERE / "osm_file_pyrosm.py"), str(path)]
    theirs = [run_process(other, folder=ROOT)]
    seen = json.loads(theirs[0].output.splitlines()[-1])
    for name, least in (("kilometres", 0.85), ("buildings", 0.95), ("things", 0.9)):
        assert least <= found[name] / seen[name] <= 1 / least, f"{name}: {found[name]} and {seen[name]}"
    for _ in range(size.repetitions):
        ours.append(run_process(mine, folder=ROOT))
        theirs.append(run_process(other, folder=ROOT))
    rows = (_row("lifecircle", ours[1:], found), _row("pyrosm", theirs[1:], seen))
    faster = statistics.median(r.cpu for r in theirs[1:]) / statistics.median(r.cpu for r in ours[1:])
    smaller = statistics.median(r.peak_mib for r in theirs[1:]) / statistics.median(r.peak_mib for r in ours[1:])
    return Outcome(
        ("reader", "wall", "CPU", "peak memory", "found"),
        rows,
        (
            (f"G6 >= 1.5x faster than pyrosm: {faster:.1f}x", faster >= 1.5),
            (f"G6 <= 1/5 of its memory: 1/{smaller:.1f}", smaller >= 5),
        ),
        (f"`{path.name}`, with the start of Python and all imports; pyrosm {_version(other[0])}.", SHARE),
    )


def _version(python: str) -> str:
    said = "import importlib.metadata as found; print(found.version('pyrosm'))"
    return run_process([python, "-c", said]).output.strip()


def _row(name: str, runs: list[Run], found: dict[str, int]) -> tuple[str, ...]:
    wall, cpu, peak = (statistics.median(getattr(r, part) for r in runs) for part in ("wall", "cpu", "peak_mib"))
    text = ", ".join(f"{count} {what}" for what, count in found.items())
    return name, f"{wall:.1f} s", f"{cpu:.1f} s", f"{peak:.0f} MiB", text
