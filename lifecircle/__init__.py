"""Which homes have which everyday services within a 15-minute walk, which do not, and why not.

>>> import lifecircle as lc
>>> place = lc.load_place(lc.demo_study())
>>> audit = lc.audit(place)
>>> list(audit.circles.index)[:3]
['comprehensive', 'fitness', 'elderly']

Names load when they are used, so that importing the package is quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lifecircle import errors
    from lifecircle.errors import LifecircleError
    from lifecircle.model.scenario import AddFacility, AddStreet, MoveFacility, RemoveFacility, Scenario
    from lifecircle.pipeline.audit import Audit, audit
    from lifecircle.pipeline.check import check
    from lifecircle.pipeline.compare import compare
    from lifecircle.pipeline.measuring.measures import MeasureRequest, measure
    from lifecircle.pipeline.place import Place, demo_study, load_place
    from lifecircle.pipeline.question import Overrides
    from lifecircle.pipeline.scenarios.what_if import what_if
    from lifecircle.pipeline.siting.site import site
    from lifecircle.pipeline.walking.isochrone import isochrone
    from lifecircle.pipeline.walking.nearest import nearest_times
    from lifecircle.pipeline.walking.pairs import reach_pairs
    from lifecircle.pipeline.walking.route import route
    from lifecircle.pipeline.walking.streets import covered_streets
    from lifecircle.pipeline.walking.validation import validate_times

__version__ = "0.1.0"

_ROOMS = {
    "AddFacility": "lifecircle.model.scenario",
    "AddStreet": "lifecircle.model.scenario",
    "MoveFacility": "lifecircle.model.scenario",
    "RemoveFacility": "lifecircle.model.scenario",
    "Scenario": "lifecircle.model.scenario",
    "what_if": "lifecircle.pipeline.scenarios.what_if",
    "Audit": "lifecircle.pipeline.audit",
    "audit": "lifecircle.pipeline.audit",
    "nearest_times": "lifecircle.pipeline.walking.nearest",
    "check": "lifecircle.pipeline.check",
    "compare": "lifecircle.pipeline.compare",
    "MeasureRequest": "lifecircle.pipeline.measuring.measures",
    "measure": "lifecircle.pipeline.measuring.measures",
    "reach_pairs": "lifecircle.pipeline.walking.pairs",
    "covered_streets": "lifecircle.pipeline.walking.streets",
    "isochrone": "lifecircle.pipeline.walking.isochrone",
    "route": "lifecircle.pipeline.walking.route",
    "site": "lifecircle.pipeline.siting.site",
    "validate_times": "lifecircle.pipeline.walking.validation",
    "Overrides": "lifecircle.pipeline.question",
    "Place": "lifecircle.pipeline.place",
    "demo_study": "lifecircle.pipeline.place",
    "load_place": "lifecircle.pipeline.place",
    "LifecircleError": "lifecircle.errors",
}

__all__ = [
    "AddFacility",
    "AddStreet",
    "Audit",
    "LifecircleError",
    "MeasureRequest",
    "MoveFacility",
    "Overrides",
    "Place",
    "RemoveFacility",
    "Scenario",
    "audit",
    "check",
    "compare",
    "covered_streets",
    "demo_study",
    "errors",
    "isochrone",
    "load_place",
    "measure",
    "nearest_times",
    "reach_pairs",
    "route",
    "site",
    "validate_times",
    "what_if",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401  # whatever the name is
    """Load a public name from its room."""
    if name == "errors":
        return importlib.import_module("lifecircle.errors")
    if name not in _ROOMS:
        raise AttributeError(f"module 'lifecircle' has no attribute {name!r}")
    value = getattr(importlib.import_module(_ROOMS[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
