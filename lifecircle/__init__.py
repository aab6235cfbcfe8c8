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
    from lifecircle.pipeline.audit import Audit, audit, nearest_times
    from lifecircle.pipeline.check import check
    from lifecircle.pipeline.isochrone import isochrone
    from lifecircle.pipeline.measures import MeasureRequest, measure
    from lifecircle.pipeline.pairs import reach_pairs
    from lifecircle.pipeline.place import Place, demo_study, load_place
    from lifecircle.pipeline.question import Overrides
    from lifecircle.pipeline.route import route
    from lifecircle.pipeline.streets import covered_streets
    from lifecircle.pipeline.validation import validate_times

__version__ = "0.1.0"

_ROOMS = {
    "Audit": "lifecircle.pipeline.audit",
    "audit": "lifecircle.pipeline.audit",
    "nearest_times": "lifecircle.pipeline.audit",
    "check": "lifecircle.pipeline.check",
    "MeasureRequest": "lifecircle.pipeline.measures",
    "measure": "lifecircle.pipeline.measures",
    "reach_pairs": "lifecircle.pipeline.pairs",
    "covered_streets": "lifecircle.pipeline.streets",
    "isochrone": "lifecircle.pipeline.isochrone",
    "route": "lifecircle.pipeline.route",
    "validate_times": "lifecircle.pipeline.validation",
    "Overrides": "lifecircle.pipeline.question",
    "Place": "lifecircle.pipeline.place",
    "demo_study": "lifecircle.pipeline.place",
    "load_place": "lifecircle.pipeline.place",
    "LifecircleError": "lifecircle.errors",
}

__all__ = [
    "Audit",
    "LifecircleError",
    "MeasureRequest",
    "Overrides",
    "Place",
    "__version__",
    "audit",
    "check",
    "covered_streets",
    "demo_study",
    "errors",
    "isochrone",
    "load_place",
    "measure",
    "nearest_times",
    "reach_pairs",
    "route",
    "validate_times",
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
