"""Which figures of two golden summaries differ."""

from typing import Any

import pytest

SHARE_TOLERANCE = 1.01e-4  # one in the last digit kept


def differences(found: Any, golden: Any, *, at: str = "") -> list[str]:
    """Return the leaves that differ: counts and words exactly, shares by more than one in the last digit."""
    if isinstance(found, dict) and isinstance(golden, dict):
        keys = [*golden, *(key for key in found if key not in golden)]
        return [line for key in keys for line in differences(found.get(key), golden.get(key), at=f"{at}.{key}")]
    same = found == golden
    if isinstance(found, float) and isinstance(golden, float):
        same = found == pytest.approx(golden, abs=SHARE_TOLERANCE, rel=1e-6)
    return [] if same else [f"{at}: {golden!r} -> {found!r}"]
