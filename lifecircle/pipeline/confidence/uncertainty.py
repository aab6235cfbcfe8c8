"""The interval that error in the data puts around an audit: what draws need, gathered from its place."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lifecircle.coverage.confidence import Errors, Model, Requirement, draw_shares, interval
from lifecircle.errors import ConfigError
from lifecircle.model.uncertainty import COMPONENT_COLUMNS, COMPONENTS, HEADLINE, Uncertainty
from lifecircle.pipeline.case import coverage_case
from lifecircle.pipeline.confidence.calibration import proof, proven
from lifecircle.pipeline.confidence.uncertainty_model import build_model
from lifecircle.pipeline.confidence.uncertainty_notes import uncertainty_notes
from lifecircle.pipeline.searched import searched

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.coverage.known import Known, Range
    from lifecircle.pipeline.audit import Audit

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


def uncertainty(audit: Audit, *, request: UncertaintyRequest | None = None) -> Uncertainty:
    """Return the 90 % interval that error in the data puts around the shares of `audit`.

    Drawn are facilities that the map lacks (of types whose completeness is known), positions, legs and weights;
    speed, reading and other definitions are not part of it (`lifecircle.pipeline.confidence.sensitivity`).

    Parameters
    ----------
    audit : Audit
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
    written = audit.place.study.uncertainty
    draws = asked.draws or (written.draws if written else DRAWS)
    if draws < 20:  # the 5th percentile of fewer says nothing
        raise ConfigError(f"uncertainty: {draws} draws: give at least 20")
    seed = audit.place.study.seed if asked.seed is None else asked.seed
    declared = dict(written.completeness) if written else {}
    declared |= dict(asked.completeness or {})
    log.info("drawing %d times what the data may have wrong", draws)
    case = _case(audit)
    model, known = build_model(audit.place, case, declared=declared, seed=seed)
    return _drawn(model, _errors(audit, case), audit=audit, known=known, request=(draws, seed, asked.components))


def _case(audit: Audit) -> CoverageCase:
    return coverage_case(audit.place, audit.times or searched(audit.place))


def _errors(audit: Audit, case: CoverageCase) -> Errors:
    written = audit.place.study.uncertainty
    given = {} if written is None else written.model_dump(exclude={"draws", "completeness"}, exclude_none=True)
    return Errors(**{"weight_sd": WEIGHT_SD[case.weight], **given})


def _drawn(
    model: Model,
    errors: Errors,
    *,
    audit: Audit,
    known: Mapping[str, Known],
    request: tuple[int, int, bool],
) -> Uncertainty:
    draws, seed, apart = request
    covered, upper = draw_shares(model, errors, draws=draws, seed=seed)
    ids = [*model.circles, *([HEADLINE] if model.counted else [])]
    rows = []
    for number, name in enumerate(ids):
        share, bound = interval(covered[:, number]), interval(upper[:, number])
        if share is None or bound is None:
            continue
        fixed = any(one.fixed is not None for one in _of(model, name))
        rows.append((name, _share(audit, name), share.low, share.high, share.expected, bound.low, bound.high, fixed))
    names = ("id", "share", "low", "high", "expected", "upper_low", "upper_high", "fixed")
    circles = pd.DataFrame(rows, columns=list(names)).set_index("id")
    table = _completeness(known, model, draws=draws, seed=seed)
    unproven = tuple(kind for kind in model.types if not proven(known[kind]))
    return Uncertainty(
        draws=draws,
        seed=seed,
        headline=interval(covered[:, -1]),
        circles=circles,
        components=_components(model, errors, ids=ids, draws=draws, seed=seed) if apart else _no_components(),
        completeness=table,
        samples=pd.DataFrame(covered[:, : len(ids)], columns=ids),
        calibrated=bool(model.types) and not unproven,
        notes=uncertainty_notes(table, circles, unproven=unproven, catalogue=audit.place.question.catalogue),
    )


def _share(audit: Audit, name: str) -> float:
    coverage = audit.coverage
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
