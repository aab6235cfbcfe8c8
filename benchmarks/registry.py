"""The benchmarks, and what one of them is."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Protocol, cast

MODULES = {
    "G1": "benchmarks.nearest",
    "G2": "benchmarks.pairs",
    "G3": "benchmarks.isochrones",
    "G4": "benchmarks.changes",
    "G5": "benchmarks.siting",
    "G6": "benchmarks.osm_file",
    "G7": "benchmarks.snapping",
    "G8": "benchmarks.whole_audit",
    "standards": "benchmarks.ten_standards",
    "edits": "benchmarks.edits",
    "scaling": "benchmarks.scaling",
}


class Unavailable(Exception):  # noqa: N818  # not an error: a peer or a file is not here
    """A benchmark cannot run on this machine; the message says why."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much work a benchmark does.

    Attributes
    ----------
    nodes : int
        V of the made-up city.
    repetitions : int
        Of every candidate.
    smoke : bool
        True in tests: check the results, time nothing that matters.
    """

    nodes: int = 300_000
    repetitions: int = 7
    smoke: bool = False


SMOKE = Size(nodes=1_500, repetitions=1, smoke=True)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a benchmark found.

    Attributes
    ----------
    columns : tuple of str
    rows : tuple of tuples of str
    goals : tuple of (str, bool)
        What was to be reached, with the figure found, and whether it was.
    remarks : tuple of str
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    goals: tuple[tuple[str, bool], ...] = ()
    remarks: tuple[str, ...] = ()


class Benchmark(Protocol):
    """What a module of a benchmark offers."""

    TITLE: str

    def run(self, size: Size) -> Outcome:
        """Check, then measure; raises `Unavailable`."""


def load(name: str) -> Benchmark:
    """Return the benchmark called `name`."""
    return cast("Benchmark", importlib.import_module(MODULES[name]))
