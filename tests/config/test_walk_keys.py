"""``walk.slope``, ``walk.crossings`` and ``walk.steps_factor``: switches with defaults."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lifecircle.config.schema import Walk
from lifecircle.config.walk_keys import Crossings, Slope
from lifecircle.model.hindrance import NO_HINDRANCES, Hindrances
from lifecircle.pipeline.slope import hindrances


@pytest.mark.parametrize(
    "wrong",
    [
        {"slope": "heights.tif"},
        {"slope": {"file": "https://example.org/heights.tif"}},
        {"crossings": {"signals": 20}},
        {"crossings": {"signals_s": -1}},
        {"crossings": {"signals_s": 601}},
        {"steps_factor": 0.9},
    ],
)
def test_refused(wrong: dict) -> None:
    with pytest.raises(ValidationError):
        Walk.model_validate(wrong)


@pytest.mark.parametrize("off", [{}, {"slope": None, "crossings": None}, {"slope": False, "crossings": False}])
def test_everything_is_off_by_default(off: dict) -> None:
    assert hindrances(Walk.model_validate(off)) == NO_HINDRANCES


def test_true_stands_for_the_defaults_and_a_mapping_changes_some() -> None:
    on = Walk.model_validate({"slope": True, "crossings": True, "steps_factor": 3})
    assert (on.slope, on.crossings) == (Slope(), Crossings(signals_s=20.0, unsignalised_s=5.0, stairs_s=30.0))
    assert hindrances(on) == Hindrances(True, 3.0, 20.0, 5.0, 30.0)
    some = Walk.model_validate({"slope": {"file": "heights.tif"}, "crossings": {"signals_s": 40}})
    assert some.slope is not None
    assert some.slope.file == "heights.tif"
    assert hindrances(some) == Hindrances(True, 1.0, 40.0, 5.0, 30.0)
