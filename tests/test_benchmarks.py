"""Every benchmark on tiny inputs: the candidates must agree. Nothing is timed here."""

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import report  # noqa: E402
from benchmarks.registry import MODULES, SMOKE, load  # noqa: E402

NEEDS_COMMAND_LINE = {"G6", "G8"}


@pytest.mark.parametrize("name", sorted(set(MODULES) - NEEDS_COMMAND_LINE))
def test_candidates_agree(name: str) -> None:
    outcome = load(name).run(SMOKE)
    assert outcome.rows
    assert all(len(row) == len(outcome.columns) for row in outcome.rows)
    text = report.section(name, load(name).TITLE, outcome)
    assert text.count("\n|") == len(outcome.rows) + 2


@pytest.mark.parametrize("name", sorted(NEEDS_COMMAND_LINE))
def test_processes_run_and_report(name: str) -> None:
    assert load(name).run(SMOKE).rows


def test_every_module_of_the_registry_exists() -> None:
    assert all(importlib.util.find_spec(module) for module in MODULES.values())
    assert all(load(name).TITLE for name in MODULES)
