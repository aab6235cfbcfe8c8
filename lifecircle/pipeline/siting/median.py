"""The p-median for a place: least mean minutes to the nearest facility."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from lifecircle.errors import ConfigError
from lifecircle.pipeline.siting.plan import Outcome
from lifecircle.pipeline.siting.reach import reach_of
from lifecircle.siting.limits import Limit
from lifecircle.siting.relief import Held, Relief, whole_weights
from lifecircle.siting.solve import solve_relief
from lifecircle.units import MS_PER_MIN

if TYPE_CHECKING:
    from lifecircle.pipeline.siting.ground import Before
    from lifecircle.pipeline.siting.reach import Sites
    from lifecircle.pipeline.siting.task import Task
    from lifecircle.siting.choose import Chosen


def median_outcome(base: Before, task: Task, *, sites: Sites, limit: Limit, exact_s: float) -> Outcome:
    """Choose the sites with the least mean walk; who reaches nothing within the time searched counts as that time."""
    ((_, want, verdict),) = task.members
    if want.item.in_metres:
        raise ConfigError(f"p-median: {want.item.types[0]} has a threshold in metres; give minutes of your own")
    question = base.place.question
    longest = round(max(question.cutoff_min, want.item.minutes or 0.0) * MS_PER_MIN)
    now = np.minimum(verdict.value, longest).astype(np.int64)
    counted = base.weights > 0.0
    weight, _ = whole_weights(base.weights)
    reach = reach_of(base.place, want, ends=sites.ends, lacking=counted & (now > 0), limit=longest)
    relief, kept = _relief(reach, now=now, weight=weight, price=task.price(len(sites)))
    found = solve_relief(relief, limit, exact_s=exact_s)
    total = float(weight.sum()) or 1.0
    start = float((weight * now).sum()) / total / MS_PER_MIN

    def mean(chosen: Chosen) -> float:
        return start - Held.of(relief, chosen).total / total / MS_PER_MIN

    value, bound = mean(found.chosen), start - found.bound / total / MS_PER_MIN
    unreached = np.diff(reach.indptr) == 0
    return Outcome(
        chosen=tuple(kept[list(found.chosen)].tolist()),
        unit="minutes",
        value=value,
        bound=value if found.proven else bound,
        gap=found.gap,
        proven=found.proven,
        method=found.method,
        steps=found.steps,
        curve=tuple(tuple(kept[list(each)].tolist()) for each in found.curve),
        curve_bound=start - found.curve_bound / total / MS_PER_MIN,
        out_of_reach=float(base.weights[counted & unreached & (verdict.value > longest)].sum()),
        means=(start, *(mean(each) for each in found.curve)),
    )


def _relief(reach: csr_array, *, now: np.ndarray, weight: np.ndarray, price: np.ndarray) -> tuple[Relief, np.ndarray]:
    """Return what each place saves each origin, and the numbers of the places that save anything."""
    origin = np.repeat(np.arange(reach.shape[0]), np.diff(reach.indptr))
    saved = weight[origin] * (now[origin] - (reach.data - 1))
    better = saved > 0
    part = csr_array((saved[better], (origin[better], reach.indices[better])), shape=reach.shape).tocsc()
    part.sort_indices()
    used = np.flatnonzero(np.diff(part.indptr) > 0)
    offsets = np.concatenate([[0], part.indptr[1:][used]]).astype(np.int64)
    relief = Relief(offsets, part.indices.astype(np.int32), part.data.astype(np.int64), reach.shape[0], price[used])
    return relief, used
