"""Figures of the packaged standards on the sample place change only on purpose: see README.md here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from golden_differences import differences
from golden_summary import STANDARDS, golden_summary, standard_audit

FOLDER = Path(__file__).parent


@pytest.mark.parametrize("name", STANDARDS)
def test_figures_of_a_standard_are_those_on_record(name: str) -> None:
    golden = json.loads((FOLDER / f"standard-{name}.json").read_text(encoding="utf-8"))
    found = json.loads(json.dumps(golden_summary(standard_audit(name))))
    changed = differences(found, golden)
    assert not changed, "figures changed (if meant: tools/golden.py and a line in CHANGELOG.md):\n" + "\n".join(changed)
