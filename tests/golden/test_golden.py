"""Figures of real cities change only on purpose: see tests/golden/README.md."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from golden_differences import differences
from golden_summary import STUDIES, golden_summary

if TYPE_CHECKING:
    from lifecircle.pipeline.audit import Audit

FOLDER = Path(__file__).parent


@pytest.mark.parametrize("name", STUDIES)
def test_figures_are_those_on_record(audited: Callable[[str], Audit], name: str) -> None:
    golden = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    found = json.loads(json.dumps(golden_summary(audited(name))))
    changed = differences(found, golden)
    assert not changed, "figures changed (if meant: tools/golden.py and a line in CHANGELOG.md):\n" + "\n".join(changed)


def test_a_difference_is_seen() -> None:
    """The comparison itself: a count off by one, a share off by two in the last digit, a missing key."""
    golden = {"a": 3, "b": {"c": 0.5, "d": None}}
    assert differences({"a": 3, "b": {"c": 0.5001, "d": None}}, golden) == []
    assert len(differences({"a": 4, "b": {"c": 0.5002}, "e": 1}, golden)) == 3


@pytest.mark.parametrize("circle", ["comprehensive", "elderly", "health"])
def test_a_circle_without_data_is_never_zero(audited: Callable[[str], Audit], circle: str) -> None:
    """Longgang's map of 2019 has no service centre, no home for the elderly, no clinic: not assessable, not 0 %."""
    row = audited("shenzhen_longgang").circles.loc[circle]
    assert not row["assessable"]
    assert row["reason"] == "no_objects"
    assert row[[name for name in row.index if "share" in name]].isna().all()
    assert circle not in audited("shenzhen_longgang").coverage.headline.circles_counted
