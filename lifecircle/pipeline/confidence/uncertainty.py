"""The interval that error in the data puts around an audit: what draws need, gathered from its place."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from lifecircle.coverage.confidence import Errors, Model, Requirement, draw_shares, interval
from lifecircle.errors import ConfigError
from lifecircle.model.uncertainty import COMPONENT_COLUMNS, COMPONENTS, HEADLINE, Uncertainty
from lifecircle.pipeline.confidence.calibration import proof, proven
from lifecircle.pipeline.confidence.uncertainty_model import build_model
from lifecircle.pipeline.confidence.uncertainty_notes import uncertainty_notes

if TYPE_CHECKING:
    from lifecircle.config.uncertainty_keys import Uncertainty as Written
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.coverage.known import Known, Range
    from lifecircle.model.audit import CoverageAudit
    from lifecircle.pipeline.place import Place

Floats = npt.NDArray[np.float64]

log = logging.getLogger("lifecircle")

# Of the logarithm of a residence's weight; judgement (docs/methods/uncertainty.md).
WEIGHT_SD = {"population": 0.15, "floor_area": 0.3, "land": 0.1, "residences": 0.0}
DRAWS = 200


@dataclass(frozen=True, slots=True)
class UncertaintyRequest:
    """What is drawn; None keeps the study's word, else the default.

    Attributes
    ----------
    draws : int or None
    completeness : Mapping[str, (float, float)] or None
        Part of each type that is mapped, least and greatest.
    seed : int or None
    components : bool
        Whether each component is drawn alone as well.
    """

    draws: int | None = None
    completeness: Mapping[str, Range] | None = None
    seed: int | None = None
    components: bool = True


def uncertainty(
    place: Place, coverage: CoverageAudit, *, case: CoverageCase, request: UncertaintyRequest | None = None
) -> Uncertainty:
    """Return the 90 % interval that error in the data puts around the shares of an audit.

    Drawn are facilities that the map lacks (of types whose completeness is known), positions, legs and weights;
    speed, reading and other definitions are not part of it (`lifecircle.pipeline.confidence.sensitivity`).

    Parameters
    ----------
    place : Place
    coverage : CoverageAudit
        Of that place.
    case : CoverageCase
        What it was judged on.
    request : UncertaintyRequest, optional

    Returns
    -------
    Uncertainty

    Raises
    ------
    ConfigError
        On a completeness outside 0..1 or of an unknown type, or fewer than 20 draws.

    References
    ----------
    docs/methods/uncertainty.md
    """
    asked = request or UncertaintyRequest()
    written = place.study.uncertainty
    draws = asked.draws or (written.draws if written else DRAWS)
    if draws < 20:  # the 5th percentile of fewer says nothing
        raise ConfigError(f"uncertainty: {draws} draws: give at least 20")
    seed = place.study.seed if asked.seed is None else asked.seed
    declared = dict(written.completeness) if written else {}
    declared |= dict(asked.completeness or {})
    log.info("drawing %d times what the data may have wrong", draws)
    model, known = build_model(place, case, declared=declared, seed=seed)
    errors = _errors(written, weight=case.weight)
    covered, upper = draw_shares(model, errors, draws=draws, seed=seed)
    ids = [*model.circles, *([HEADLINE] if model.counted else [])]
    circles = _circles(model, coverage, ids=ids, covered=covered, upper=upper)
    table = _completeness(known, model, draws=draws, seed=seed)
    unproven = tuple(kind for kind in model.types if not proven(known[kind]))
    apart = _components(model, errors, ids=ids, draws=draws, seed=seed) if asked.components else _no_components()
    return Uncertainty(
        draws=draws,
        seed=seed,
        headline=interval(covered[:, -1]),
        circles=circles,
        components=apart,
        completeness=table,
        samples=pd.DataFrame(covered[:, : len(ids)], columns=ids),
        calibrated=bool(model.types) and not unproven,
        notes=uncertainty_notes(table, circles, unproven=unproven, catalogue=place.question.catalogue),
    )


def _errors(written: Written | None, *, weight: str) -> Errors:
    given = {} if written is None else written.model_dump(exclude={"draws", "completeness"}, exclude_none=True)
    return Errors(**{"weight_sd": WEIGHT_SD[weight], **given})


def _circles(model: Model, coverage: CoverageAudit, *, ids: list[str], covered: Floats, upper: Floats) -> pd.DataFrame:
    rows = []
    for number, name in enumerate(ids):
        share, bound = interval(covered[:, number]), interval(upper[:, number])
        if share is None or bound is None:
            continue
        fixed = any(one.fixed is not None for one in _of(model, name))
        rows.append((name, _share(coverage, name), share.low, share.high, share.expected, bound.low, bound.high, fixed))
    names = ("id", "share", "low", "high", "expected", "upper_low", "upper_high", "fixed")
    return pd.DataFrame(rows, columns=list(names)).set_index("id")


def _share(coverage: CoverageAudit, name: str) -> float:
    if name == HEADLINE:
        share = coverage.headline.all_circles_share
        return np.nan if share is None else share
    return float(coverage.circles[f"share_{coverage.weight}"].to_numpy()[coverage.circles.index.get_loc(name)])


def _of(model: Model, name: str) -> Iterator[Requirement]:
    for circle in model.counted if name == HEADLINE else (name,):
        yield from model.circles[circle]


def _components(model: Model, errors: Errors, *, ids: list[str], draws: int, seed: int) -> pd.DataFrame:
    rows = []
    for component in COMPONENTS:
        if component == "unmapped" and not model.types:
            continue
        covered, _ = draw_shares(model, errors, draws=draws, seed=seed, components=(component,))
        found = {name: interval(covered[:, number]) for number, name in enumerate(ids)}
        rows += [(name, component, one.low, one.high) for name, one in found.items() if one is not None]
    return pd.DataFrame(rows, columns=list(COMPONENT_COLUMNS))


def _no_components() -> pd.DataFrame:
    return pd.DataFrame(columns=list(COMPONENT_COLUMNS))


def _completeness(known: Mapping[str, Known], model: Model, *, draws: int, seed: int) -> pd.DataFrame:
    """Return what was known of every deciding type, columns COMPLETENESS_COLUMNS."""
    held = proof()
    rows = []
    for kind, one in known.items():
        rng = np.random.default_rng([seed, 0])
        missing = float(np.mean([one.unmapped(rng) for _ in range(draws)])) if kind in model.types else 0.0
        rows.append((kind, one.source, one.low, one.high, one.mapped, missing, held.get(kind, np.nan)))
    names = ("type", "source", "low", "high", "mapped", "unmapped", "held")
    return pd.DataFrame(rows, columns=list(names))
